"""Deliberate wrongnesses of the OPC UA endpoint, for the fault matrix. Each is off by default.

A set of quirks is immutable; ``OpcuaEndpoint.set_quirks`` exchanges it while the server runs. Signals are named by id,
nodes by their browse path from the machine object, as a pack writes it.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import timedelta
from fnmatch import fnmatchcase
from typing import Any

from asyncua import ua

_OTHER_TYPE: dict[ua.VariantType, ua.VariantType] = {
    ua.VariantType.Boolean: ua.VariantType.Byte,
    ua.VariantType.Float: ua.VariantType.Double,
    ua.VariantType.Double: ua.VariantType.Float,
    ua.VariantType.String: ua.VariantType.LocalizedText,
    ua.VariantType.LocalizedText: ua.VariantType.String,
    ua.VariantType.DateTime: ua.VariantType.String,
}


@dataclass(frozen=True)
class OpcuaQuirks:
    """What is wrong on purpose. Sets hold signal ids unless said otherwise."""

    bad_state_values: frozenset[str] = frozenset()
    """These signals are served with status BadSensorFailure and no value."""
    no_source_timestamp: bool = False
    """Values carry no SourceTimestamp."""
    stale_timestamps: float = 0.0
    """The clock is off by this many seconds (negative: behind) in SourceTimestamp, ServerTimestamp and ServerStatus."""
    frozen_values: frozenset[str] = frozenset()
    """These signals keep their value from the moment the quirk is switched on."""
    write_accepts_out_of_range: bool = False
    """A write refused as out of range is answered Good, and the value is shown until the next change."""
    write_ignored_but_good: bool = False
    """Writes are answered Good and never reach the equipment."""
    types_unchecked: bool = False
    """A write of another built-in type is answered Good and ignored."""
    write_to_read_only_good: frozenset[str] = frozenset()
    """A write to a read-only signal whose id fits one of these globs is answered Good and changes nothing."""
    wrong_datatype: frozenset[str] = frozenset()
    """These signals are served as another built-in type, in DataType and in the value."""
    missing_node: frozenset[str] = frozenset()
    """The nodes of these signals, or nodes at these browse paths, can be neither browsed nor read."""
    wrong_namespace_uri: bool = False
    """The pack's namespace is listed with another major version in its URI."""
    missing_engineering_units: bool = False
    """No variable has an EngineeringUnits property."""
    missing_eu_range: bool = False
    """No variable has an EURange property."""
    method_always_good: bool = False
    """Refused method calls are answered Good."""
    method_not_executable: bool = False
    """Methods say Executable = false and answer BadNotExecutable."""
    no_condition_refresh: bool = False
    """ConditionRefresh and ConditionRefresh2 answer BadNotSupported."""
    refresh_without_markers: bool = False
    """A refresh sends the conditions without RefreshStart and RefreshEnd events."""
    ack_ignored: bool = False
    """Acknowledge is answered Good and changes nothing."""
    confirm_ignored: bool = False
    """Confirm is answered Good and changes nothing."""
    accepts_any_event_id: bool = False
    """Acknowledge and Confirm accept event ids that were never issued."""
    no_events: bool = False
    """Alarms change without events."""
    wrong_severity: bool = False
    """Events carry severity 1."""
    generic_message: bool = False
    """Events of every alarm say only "Alarm"."""
    event_time_error: float = 0.0
    """The times of events are off by this many seconds (negative: behind)."""
    subscription_never_notifies: bool = False
    """Data changes are never notified, not even the first value."""
    browse_hides_machine: bool = False
    """The machine is not found under Objects/Machines."""
    identification_missing_property: str = ""
    """The name of a property that Identification lacks (``SerialNumber``)."""
    identification_empty: bool = False
    """The mandatory texts of Identification are empty."""
    wrong_status_code_on_refusal: bool = False
    """Whatever is refused is answered BadInternalError."""
    no_security_policy: bool = False
    """Only security policy None is offered."""
    anonymous_refused: bool = False
    """Anonymous users may not open sessions, though the endpoint offers it."""
    slow_reply: float = 0.0
    """Every reply is late by this many seconds."""
    server_state_wrong: bool = False
    """ServerStatus says Failed."""
    no_browse_continuation: bool = False
    """RequestedMaxReferencesPerNode is ignored."""
    index_range_ignored: bool = False
    """IndexRange on Read is ignored."""
    item_state_wrong: bool = False
    """MachineryItemState always says NotAvailable."""
    packml_state_wrong: bool = False
    """The PackML state machines never leave Stopped."""
    japanese_missing: bool = False
    """Texts come in English whatever the session's locale is."""
    serves_unclaimed: bool = False
    """Options that the unit does not have are served all the same."""
    extra_writable: frozenset[str] = frozenset()
    """These read-only signals, or nodes at these browse paths, say that they can be written, and take what is written."""
    not_writable: frozenset[str] = frozenset()
    """These writable signals say that they are read-only and answer BadNotWritable."""
    browse_pages_lost: bool = False
    """Browsing in pages hands out the first page and no continuation point."""
    duplicate_namespace: bool = False
    """The namespace array ends with an empty URI and a second entry of the pack's namespace."""
    empty_build_info: bool = False
    """BuildInfo says nothing."""
    no_event_notifier: bool = False
    """EventNotifier is 0 on every object."""
    arguments_unchecked: bool = False
    """Calls with wrong arguments are answered Good and do nothing."""
    unknown_node_good: bool = False
    """Reading a node or attribute that is not there is answered Good without a value."""
    empty_read_good: bool = False
    """An empty Read is answered by an empty list of results."""
    timestamps_ignored: bool = False
    """Read returns both timestamps whatever was asked for."""
    no_keep_alive: bool = False
    """Subscriptions without news stay silent for good."""
    drops_changes: bool = False
    """Every second change of a monitored variable is not notified."""
    enumeration_shifted: bool = False
    """EnumStrings and EnumValues name each number by the name of its neighbour."""
    secure_sessions_refused: bool = False
    """No session can be created over a secured channel, though the endpoint offers it."""
    anonymous_accepted: bool = False
    """Anonymous users are let in though only users with a password may enter."""
    any_password: bool = False
    """A known user is let in with whatever password."""

    @classmethod
    def of(cls, **settings: Any) -> OpcuaQuirks:
        """Quirks from plain settings, as faults carry them; ``TypeError`` for a name that is none."""
        plain: dict[str, Any] = {
            name: frozenset(value) if isinstance(value, list | tuple | set) else value
            for name, value in settings.items()
        }
        return cls(**plain)

    @property
    def distorts_properties(self) -> bool:
        """Whether enumerations or build information are shown wrongly."""
        return self.enumeration_shifted or self.empty_build_info

    @property
    def clock_error(self) -> timedelta:
        """How far the clock is off."""
        return timedelta(seconds=self.stale_timestamps)

    @property
    def active(self) -> dict[str, object]:
        """The quirks that are on, with their values."""
        clean = OpcuaQuirks()
        return {f.name: getattr(self, f.name) for f in fields(self) if getattr(self, f.name) != getattr(clean, f.name)}

    def takes_write(self, signal: str) -> bool:
        """Whether a write to this read-only signal is answered Good."""
        return any(fnmatchcase(signal, pattern) for pattern in self.write_to_read_only_good)

    def projected(self, state: str, number: int) -> int:
        """The number that the standard state machines follow, for the pack's signal ``s:State/s:<state>``."""
        if self.item_state_wrong and state == "ItemState":
            return 0
        if self.packml_state_wrong and state == "UnitState":
            return 2
        return number

    def served(self, signal: str, value: ua.DataValue) -> ua.DataValue:
        """The value of a signal as these quirks distort it."""
        if signal in self.bad_state_values:
            return ua.DataValue(
                StatusCode=ua.StatusCode(ua.StatusCodes.BadSensorFailure), SourceTimestamp=value.SourceTimestamp
            )
        if signal in self.wrong_datatype and value.Value is not None:
            value = replace(value, Value=in_other_type(value.Value))
        if self.no_source_timestamp:
            value = replace(value, SourceTimestamp=None)
        elif self.stale_timestamps and value.SourceTimestamp is not None:
            value = replace(value, SourceTimestamp=value.SourceTimestamp + self.clock_error)
        return value


def other_type(kind: ua.VariantType) -> ua.VariantType:
    """The type that ``wrong_datatype`` serves instead: near enough to look right."""
    return _OTHER_TYPE.get(kind, ua.VariantType.Double)


def in_other_type(variant: ua.Variant) -> ua.Variant:
    """A variant's value in ``other_type``."""
    kind = other_type(variant.VariantType)
    raw = variant.Value
    if kind is ua.VariantType.Byte:
        return ua.Variant(int(bool(raw)), kind)
    if kind is ua.VariantType.LocalizedText:
        return ua.Variant(ua.LocalizedText(str(raw)), kind)
    if kind is ua.VariantType.String:
        return ua.Variant(raw.Text if isinstance(raw, ua.LocalizedText) else str(raw), kind)
    return ua.Variant(float(raw), kind)
