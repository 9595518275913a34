"""Alarms as OPC UA conditions: events, refresh, acknowledge, confirm, comment (OPC 10000-9).

The library has the types and none of the behaviour. Events go out in the order of the changes, from one task; a
refresh first sends what is still waiting, then the retained conditions between its two markers.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import uuid
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from asyncua import ua

from simulator.endpoints.alarmnodes import Fields, Instance, add_alarm, as_event, base_fields, show_fields
from simulator.endpoints.nodes import A, O
from simulator.endpoints.publisher import stamped
from simulator.endpoints.reading import wants_japanese
from simulator.endpoints.unit import Unit
from simulator.endpoints.variants import TypeMismatch, value_of
from simulator.interface.equipment import Condition, Refused

if TYPE_CHECKING:
    from simulator.endpoints.session import UnitSession

_log = logging.getLogger(__name__)
_SERVER = ua.NodeId(O.Server)
_V = ua.VariantType
_ON_TYPES = {
    O.ConditionType_ConditionRefresh: "ConditionRefresh",
    O.ConditionType_ConditionRefresh2: "ConditionRefresh2",
    O.ConditionType_AddComment: "AddComment",
    O.ConditionType_Enable: "Enable",
    O.ConditionType_Disable: "Disable",
    O.AcknowledgeableConditionType_Acknowledge: "Acknowledge",
    O.AcknowledgeableConditionType_Confirm: "Confirm",
}
_ARGUMENTS: dict[str, tuple[ua.VariantType, ...]] = {
    "ConditionRefresh": (_V.UInt32,),
    "ConditionRefresh2": (_V.UInt32, _V.UInt32),
    "AddComment": (_V.ByteString, _V.LocalizedText),
    "Acknowledge": (_V.ByteString, _V.LocalizedText),
    "Confirm": (_V.ByteString, _V.LocalizedText),
    "Enable": (),
    "Disable": (),
}


class Conditions:
    """The conditions of one unit. ``subscriptions`` gives the library's subscriptions by id."""

    def __init__(self, unit: Unit, subscriptions: Callable[[], dict[int, Any]]) -> None:
        self._unit = unit
        self._subscriptions = subscriptions
        self._instances: dict[int, Instance] = {}
        self._by_node: dict[ua.NodeId, Instance] = {}
        self._methods = {ua.NodeId(number): name for number, name in _ON_TYPES.items()}
        self._waiting: deque[Instance] = deque()
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._add_nodes()

    def start(self) -> Callable[[], None]:
        """Begin to send events; returns the function that ends the equipment's news."""
        self._task = asyncio.create_task(self._send_forever())
        return self._unit.equipment.subscribe_conditions(self._changed)

    async def stop(self) -> None:
        """End; events not yet sent are dropped."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    def has_method(self, nodeid: ua.NodeId) -> bool:
        """Whether a node is a method of conditions, on a type or on an instance."""
        return nodeid in self._methods

    async def call(
        self, object_id: ua.NodeId, method_id: ua.NodeId, given: list[ua.Variant], session: UnitSession
    ) -> ua.CallMethodResult:
        """Answer a call of a condition method; the object is the condition (or ConditionType, for a refresh)."""
        name = self._methods[method_id]
        try:
            arguments = _checked(_ARGUMENTS[name], given)
        except ua.UaStatusCodeError as error:
            return _answer(error.code)
        if name.startswith("ConditionRefresh"):
            return _answer(await self._refresh(arguments, session), len(given))
        instance = self._by_node.get(object_id)
        if instance is None:
            return _answer(ua.StatusCodes.BadNodeIdUnknown)
        if name in ("Enable", "Disable"):
            status = ua.StatusCodes.BadConditionAlreadyEnabled if name == "Enable" else ua.StatusCodes.BadNotSupported
            return _answer(status)
        return _answer(self._respond(name, instance, arguments[0] or b"", arguments[1], session), len(given))

    def _add_nodes(self) -> None:
        unit = self._unit
        nodes, profile = unit.nodes, unit.equipment.profile
        states = {condition.number: condition for condition in unit.equipment.conditions()}
        if not states:
            return
        machine = unit.machine.nodeid
        name = ua.QualifiedName("Alarms", nodes.namespace)
        folder = nodes.child(machine, name) or nodes.add_object(machine, name)
        for number, state in states.items():
            nodeid = add_alarm(nodes, folder, state.id, machine)
            alarm = profile.alarms[number]
            unit.machine.titles[nodeid] = alarm.text
            instance = Instance(nodeid, alarm.category.value, state)
            instance.issued.add(instance.event_id)
            self._instances[number] = self._by_node[nodeid] = instance
            for method in ("Acknowledge", "Confirm", "AddComment", "Enable", "Disable"):
                node = nodes.child(nodeid, ua.QualifiedName(method, 0))
                if node is not None:
                    self._methods[node] = method
            self._show(instance)
        nodes.refer(_SERVER, ua.NodeId(O.HasNotifier), machine)
        nodes.set(_SERVER, A.EventNotifier, ua.Variant(1, _V.Byte))

    def _changed(self, condition: Condition) -> None:
        instance = self._instances.get(condition.number)
        if instance is not None:
            instance.take(condition)
            self._announce(instance)

    def _announce(self, instance: Instance) -> None:
        self._show(instance)
        # A copy: the next change must not alter what an event that still waits will say.
        self._waiting.append(replace(instance))
        self._wake.set()

    def _show(self, instance: Instance) -> None:
        fields = self._fields(instance, japanese=False)
        for nodeid, variant in show_fields(self._unit.nodes, instance.nodeid, fields):
            self._unit.publisher.put(nodeid, stamped(variant))

    def _fields(self, instance: Instance, japanese: bool) -> Fields:
        unit = self._unit
        severity = 1 if unit.quirks.wrong_severity else instance.now.severity
        fields = instance.fields(unit.machine.nodeid, unit.equipment.name, japanese, severity)
        if unit.quirks.generic_message:
            fields["Message"] = ua.Variant(ua.LocalizedText("Alarm", "en"), _V.LocalizedText)
        if unit.quirks.event_time_error:
            fields["Time"] = ua.Variant(instance.time + timedelta(seconds=unit.quirks.event_time_error), _V.DateTime)
        return fields

    async def _send_forever(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            await self._send_waiting()

    async def _send_waiting(self) -> None:
        while self._waiting:
            instance = self._waiting.popleft()
            if self._unit.quirks.no_events:
                continue
            for subscription in list(self._subscriptions().values()):
                await self._send(subscription, self._fields(instance, self._japanese(subscription)), None)

    async def _send(self, subscription: Any, fields: Fields, item: int | None) -> None:
        """Send one event to the event items of a subscription, or to one of them."""
        service = subscription.monitored_item_srv
        for node in (_SERVER, self._unit.machine.nodeid):
            for number in list(service._monitored_events.get(node, ())):
                if item is None or number == item:
                    try:
                        await service._trigger_event(as_event(fields), number)
                    except Exception:  # one odd filter must not silence the others
                        _log.exception("an event could not be sent")

    def _japanese(self, subscription: Any) -> bool:
        session = self._unit.sessions.get(subscription.session_id)
        return wants_japanese(self._unit, session.locales if session is not None else ())

    async def _refresh(self, arguments: list[Any], session: UnitSession) -> int:
        if self._unit.quirks.no_condition_refresh:
            return int(ua.StatusCodes.BadNotSupported)
        subscription = self._subscriptions().get(arguments[0])
        if subscription is None or subscription.session_id != session.session_id:
            return int(ua.StatusCodes.BadSubscriptionIdInvalid)
        item = arguments[1] if len(arguments) > 1 else None
        if item is not None and item not in subscription.monitored_item_srv._monitored_items:
            return int(ua.StatusCodes.BadMonitoredItemIdInvalid)
        await self._send_waiting()
        await self._mark(subscription, O.RefreshStartEventType, "Refresh begins", item)
        japanese = self._japanese(subscription)
        for instance in self._instances.values():
            if instance.now.retain:
                await self._send(subscription, self._fields(instance, japanese), item)
        await self._mark(subscription, O.RefreshEndEventType, "Refresh ends", item)
        return int(ua.StatusCodes.Good)

    async def _mark(self, subscription: Any, kind: int, text: str, item: int | None) -> None:
        if self._unit.quirks.refresh_without_markers:
            return
        words, now = ua.LocalizedText(text, "en"), datetime.now(UTC)
        await self._send(
            subscription, base_fields(ua.NodeId(kind), uuid.uuid4().bytes, now, words, 1, _SERVER, "Server"), item
        )

    def _respond(self, name: str, instance: Instance, event_id: bytes, comment: str, session: UnitSession) -> int:
        """Acknowledge, confirm or comment (OPC 10000-9 clauses 5.5.6, 5.7.3, 5.7.4)."""
        unit, state, number = self._unit, instance.now, instance.now.number
        if event_id not in instance.issued and not unit.quirks.accepts_any_event_id:
            return int(ua.StatusCodes.BadEventIdUnknown)
        instance.user = session.user.name or ""
        if name == "AddComment":
            instance.comment, instance.time = comment, datetime.now(UTC)
            instance.issue()
            self._announce(instance)
            return int(ua.StatusCodes.Good)
        is_ack = name == "Acknowledge"
        if (unit.quirks.ack_ignored and is_ack) or (unit.quirks.confirm_ignored and not is_ack):
            return int(ua.StatusCodes.Good)
        if state.acked and is_ack:
            return int(ua.StatusCodes.BadConditionBranchAlreadyAcked)
        if state.confirmed and not is_ack:
            return int(ua.StatusCodes.BadConditionBranchAlreadyConfirmed)
        try:
            (unit.equipment.acknowledge if is_ack else unit.equipment.confirm)(number, comment, session.peer)
        except Refused as refusal:
            return unit.status_of(refusal)
        return int(ua.StatusCodes.Good)


def _checked(expected: tuple[ua.VariantType, ...], given: list[ua.Variant]) -> list[Any]:
    """The arguments as values; raises the status code that answers wrong ones."""
    if len(given) < len(expected):
        raise ua.UaStatusCodeError(ua.StatusCodes.BadArgumentsMissing)
    if len(given) > len(expected):
        raise ua.UaStatusCodeError(ua.StatusCodes.BadTooManyArguments)
    values: list[Any] = []
    for kind, variant in zip(expected, given, strict=True):
        if kind is _V.LocalizedText and variant.Value is None:
            values.append("")  # a null comment is no comment
            continue
        try:
            values.append(value_of(kind, variant))
        except TypeMismatch as error:
            raise ua.UaStatusCodeError(ua.StatusCodes.BadInvalidArgument) from error
    return values


def _answer(status: int, arguments: int = 0) -> ua.CallMethodResult:
    result = ua.CallMethodResult()
    result.StatusCode = ua.StatusCode(status)
    result.InputArgumentResults = [ua.StatusCode() for _ in range(arguments)]
    return result
