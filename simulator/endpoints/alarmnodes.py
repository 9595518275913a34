"""One condition instance per alarm: its nodes, and its state as event fields (OPC 10000-9 clauses 5.5 to 5.8)."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from asyncua import ua
from asyncua.common.events import Event

from simulator.endpoints.nodes import HAS_COMPONENT, A, NodeBuilder, O, Path
from simulator.interface.equipment import Condition

ALARM_TYPE = ua.NodeId(O.OffNormalAlarmType)
_HAS_CONDITION = ua.NodeId(O.HasCondition)
_CLASSES = {"process": "ProcessConditionClassType", "equipment": "MaintenanceConditionClassType",
            "safety": "SafetyConditionClassType"}  # fmt: skip
_V = ua.VariantType
Fields = dict[str, ua.Variant]


@dataclass
class Instance:
    """One condition: its node, what was last said of it, and the event ids that may still be acknowledged."""

    nodeid: ua.NodeId
    category: str
    now: Condition
    event_id: bytes = field(default_factory=lambda: uuid.uuid4().bytes)
    issued: set[bytes] = field(default_factory=set)
    time: datetime = field(default_factory=lambda: datetime.now(UTC))
    changed: dict[str, datetime] = field(default_factory=dict)
    comment: str = ""
    user: str = ""

    def take(self, new: Condition) -> None:
        """Take a new state: a new event id, and new transition times where a state has changed."""
        before, self.now = self.now, new
        self.time = datetime.now(UTC)
        for name in ("active", "acked", "confirmed"):
            if getattr(before, name) != getattr(new, name):
                self.changed[name] = self.time
        if new.active and not before.active:
            self.issued.clear()  # an old event id must not acknowledge a new occurrence
        if new.comment != before.comment:
            self.comment = new.comment
        self.issue()

    def issue(self) -> None:
        """Make a new event id."""
        self.event_id = uuid.uuid4().bytes
        self.issued.add(self.event_id)

    def fields(self, source: ua.NodeId, source_name: str, japanese: bool, severity: int) -> Fields:
        """The fields of an event of this condition, by their joined browse names."""
        now = self.now
        text = ua.LocalizedText(now.text.ja, "ja") if japanese else ua.LocalizedText(now.text.en, "en")
        condition_class = getattr(O, _CLASSES.get(self.category, "ProcessConditionClassType"))
        return {
            **base_fields(ALARM_TYPE, self.event_id, self.time, text, severity, source, source_name),
            "NodeId": ua.Variant(self.nodeid, _V.NodeId),
            "ConditionClassId": ua.Variant(ua.NodeId(condition_class), _V.NodeId),
            "ConditionClassName": ua.Variant(ua.LocalizedText(self.category), _V.LocalizedText),
            "ConditionName": ua.Variant(now.id, _V.String),
            "BranchId": ua.Variant(ua.NodeId(), _V.NodeId),
            "Retain": ua.Variant(now.retain, _V.Boolean),
            "Quality": ua.Variant(ua.StatusCode(), _V.StatusCode),
            "LastSeverity": ua.Variant(severity, _V.UInt16),
            "Comment": ua.Variant(ua.LocalizedText(self.comment), _V.LocalizedText),
            "ClientUserId": ua.Variant(self.user, _V.String),
            **{f"{name}/SourceTimestamp": ua.Variant(self.time, _V.DateTime) for name in ("Quality", "LastSeverity", "Comment")},
            "InputNode": ua.Variant(ua.NodeId(), _V.NodeId),
            "NormalState": ua.Variant(ua.NodeId(), _V.NodeId),
            "SuppressedOrShelved": ua.Variant(False, _V.Boolean),
            **_two_state("EnabledState", True, "Enabled", None),
            **_two_state("ActiveState", now.active, "Active" if now.active else "Inactive", self.changed.get("active")),
            **_two_state("AckedState", now.acked, "Acknowledged" if now.acked else "Unacknowledged",
                         self.changed.get("acked")),
            **_two_state("ConfirmedState", now.confirmed, "Confirmed" if now.confirmed else "Unconfirmed",
                         self.changed.get("confirmed")),
        }  # fmt: skip


def base_fields(
    kind: ua.NodeId, event_id: bytes, at: datetime, text: ua.LocalizedText, severity: int, source: ua.NodeId, name: str
) -> Fields:
    """The fields of BaseEventType (OPC 10000-5 clause 6.4.2)."""
    zone = ua.TimeZoneDataType()
    local = time.localtime(at.timestamp())
    zone.Offset, zone.DaylightSavingInOffset = local.tm_gmtoff // 60, local.tm_isdst > 0
    return {
        "EventId": ua.Variant(event_id, _V.ByteString),
        "EventType": ua.Variant(kind, _V.NodeId),
        "SourceNode": ua.Variant(source, _V.NodeId),
        "SourceName": ua.Variant(name, _V.String),
        "Time": ua.Variant(at, _V.DateTime),
        "ReceiveTime": ua.Variant(at, _V.DateTime),
        "LocalTime": ua.Variant(zone, _V.ExtensionObject),
        "Message": ua.Variant(text, _V.LocalizedText),
        "Severity": ua.Variant(severity, _V.UInt16),
    }


def as_event(fields: Fields) -> Event:
    """Fields as the event object that the library's filters take."""
    event = Event()
    for name, variant in fields.items():
        event.add_property(name, variant.Value, variant.VariantType)
    return event


def add_alarm(nodes: NodeBuilder, folder: ua.NodeId, name: str, source: ua.NodeId) -> ua.NodeId:
    """Add the condition instance of one alarm, with Confirm; the source refers to it."""

    def wanted(path: Path) -> bool:
        return path in (("ConfirmedState",), ("Confirm",), ("LocalTime",))

    nodeid = nodes.instantiate(folder, ua.QualifiedName(name, nodes.namespace), ALARM_TYPE, HAS_COMPONENT, wanted)
    nodes.refer(source, _HAS_CONDITION, nodeid)
    return nodeid


def show_fields(nodes: NodeBuilder, nodeid: ua.NodeId, fields: Fields) -> Iterator[tuple[ua.NodeId, ua.Variant]]:
    """Where each field is shown on the condition's own nodes."""
    for name, variant in fields.items():
        here: Any = nodes.descendant(nodeid, [ua.QualifiedName(step, 0) for step in name.split("/")])
        if here is not None and nodes.get(here, A.NodeClass) == ua.NodeClass.Variable:
            yield here, variant


def _two_state(name: str, is_true: bool, text: str, since: datetime | None) -> Fields:
    fields = {
        name: ua.Variant(ua.LocalizedText(text, "en"), _V.LocalizedText),
        f"{name}/Id": ua.Variant(is_true, _V.Boolean),
    }
    if since is not None:
        fields[f"{name}/TransitionTime"] = ua.Variant(since, _V.DateTime)
    return fields
