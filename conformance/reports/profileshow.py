"""``setsubi profile show P``: what a vendor has to build, as tables.

Sheets are made with headings and codes in English, and put into Japanese as a whole; ids, types and paths are the same in
both, and titles stand in both languages. Addresses are zero-based PDU addresses, with the printed one-based reference beside them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Protocol

from conformance.reports.sentences import said
from conformance.reports.sheets import Sheet
from conformance.reports.sheetwords import in_language
from conformance.reports.texts import texts_in
from conformance.reports.values import parameters, show
from profiles.model import (
    Access,
    Alarm,
    HandoverRules,
    Method,
    ModbusBinding,
    Requirement,
    Signal,
    SignalType,
    Table,
    Text,
    WordOrder,
)
from profiles.statetable import StateTable

_READ_FUNCTION = {Table.COIL: 1, Table.DISCRETE: 2, Table.HOLDING: 3, Table.INPUT: 4}
_OPCUA_TYPES = {
    SignalType.BOOL: "Boolean",
    SignalType.INT16: "Int16",
    SignalType.UINT16: "UInt16",
    SignalType.INT32: "Int32",
    SignalType.UINT32: "UInt32",
    SignalType.INT64: "Int64",
    SignalType.UINT64: "UInt64",
    SignalType.FLOAT32: "Float",
    SignalType.FLOAT64: "Double",
    SignalType.STRING: "String",
    SignalType.LOCALIZED: "LocalizedText",
    SignalType.DATETIME: "UtcTime",
}


class ShownProfile(Protocol):
    """The little of a profile that is shown."""

    @property
    def title(self) -> Text: ...
    @property
    def version(self) -> str: ...
    @property
    def word_order(self) -> WordOrder: ...
    @property
    def signals(self) -> Mapping[str, Signal]: ...
    @property
    def methods(self) -> Mapping[str, Method]: ...
    @property
    def alarms(self) -> Mapping[int, Alarm]: ...
    @property
    def handover(self) -> HandoverRules: ...
    @property
    def state_tables(self) -> Mapping[str, StateTable]: ...
    @property
    def ledger(self) -> Sequence[Requirement]: ...


class View(StrEnum):
    MODBUS = "modbus"
    OPCUA = "opcua"
    ALARMS = "alarms"
    HANDOVER = "handover"
    REQUIREMENTS = "requirements"


def show_profile(profile: ShownProfile, views: Iterable[View] = tuple(View), lang: str = "en") -> list[Sheet]:
    """One sheet per view, two for OPC UA (variables and methods); sheets without rows are left out."""
    makers = {
        View.MODBUS: [register_map],
        View.OPCUA: [node_list, method_list],
        View.ALARMS: [alarm_list],
        View.HANDOVER: [timer_list],
        View.REQUIREMENTS: [requirement_list],
    }
    sheets = [make(profile, lang) for view in views for make in makers[view]]
    return [in_language(sheet, lang) for sheet in sheets if sheet.rows]


def register_map(profile: ShownProfile, lang: str = "en") -> Sheet:
    """Every Modbus binding, by table and address, as a PLC programmer enters it."""
    bound = [(s.modbus, s) for s in profile.signals.values() if s.modbus is not None]
    bound.sort(key=lambda pair: (list(Table).index(pair[0].table), pair[0].address))
    columns = (
        "table",
        "address",
        "reference",
        "last",
        "signal",
        "type",
        "words",
        "word order",
        "scale",
        "unit",
        "range / values",
        "access",
        "functions",
        "option",
        "group",
        "not implemented",
        "update [ms]",
        "title (en)",
        "title (ja)",
        "OPC UA path",
    )
    return Sheet(
        "modbus",
        _title(profile, "Modbus register map", lang),
        columns,
        tuple(_register(signal, binding, profile.word_order) for binding, signal in bound),
        ("table", "address", "signal", "type", "unit", "access", "range / values"),
    )


def _register(signal: Signal, binding: ModbusBinding, order: WordOrder) -> tuple[str, ...]:
    size = signal.registers
    return (
        binding.table,
        str(binding.address),
        binding.reference,
        str(binding.address + size - 1),
        signal.id,
        signal.type,
        str(size),
        order if size > 1 and not binding.table.is_bits else "",
        show(binding.scale) if binding.scale != 1 else "",
        signal.unit or "",
        _limits(signal),
        signal.access,
        _functions(signal, binding),
        signal.option or "",
        binding.group or "",
        "" if binding.sentinel is None else str(binding.sentinel),
        str(signal.update_ms),
        signal.title.en,
        signal.title.ja,
        signal.opcua.path if signal.opcua else "",
    )


def _functions(signal: Signal, binding: ModbusBinding) -> str:
    """Function codes by which it is read and written; unless the profile says otherwise, the classic ones."""
    codes = [_READ_FUNCTION[binding.table]]
    if signal.access is Access.READ_WRITE:
        single, multiple = (5, 15) if binding.table.is_bits else (6, 16)
        classic = (single, multiple) if signal.registers == 1 else (multiple,)
        codes += classic if binding.write_functions is None else binding.write_functions
    return " ".join(f"{code:02d}" for code in codes)


def _limits(signal: Signal) -> str:
    if signal.value is not None:
        return f"= {show(signal.value)}"
    if signal.enum:
        return ", ".join(f"{number} {name}" for number, name in sorted(signal.enum.items()))
    if signal.range:
        return f"{show(signal.range[0])} … {show(signal.range[1])}"
    return f"≤ {signal.length} characters" if signal.length else ""


def node_list(profile: ShownProfile, lang: str = "en") -> Sheet:
    """Every OPC UA variable, by browse path from the machine's object."""
    bound = sorted((s.opcua.path, s) for s in profile.signals.values() if s.opcua is not None)
    columns = (
        "browse path",
        "data type",
        "unit",
        "range / values",
        "access",
        "option",
        "update [ms]",
        "signal",
        "title (en)",
        "title (ja)",
        "Modbus reference",
    )
    rows = tuple(
        (
            path,
            _OPCUA_TYPES[s.type],
            s.unit or "",
            _limits(s),
            s.access,
            s.option or "",
            str(s.update_ms),
            s.id,
            s.title.en,
            s.title.ja,
            s.modbus.reference if s.modbus else "",
        )
        for path, s in bound
    )
    return Sheet("opcua", _title(profile, "OPC UA variables", lang), columns, rows, columns[:5])


def method_list(profile: ShownProfile, lang: str = "en") -> Sheet:
    columns = ("browse path", "arguments", "PackML command", "option", "method", "title (en)", "title (ja)")
    rows = tuple(
        (
            m.path,
            ", ".join(f"{name}: {_OPCUA_TYPES[kind]}" for name, kind in m.arguments),
            "" if m.command is None else str(m.command),
            m.option or "",
            m.id,
            m.title.en,
            m.title.ja,
        )
        for m in sorted(profile.methods.values(), key=lambda method: method.path)
    )
    return Sheet("methods", _title(profile, "OPC UA methods", lang), columns, rows, columns[:4])


def alarm_list(profile: ShownProfile, lang: str = "en") -> Sheet:
    """Every alarm, with its place in the Modbus alarm words."""
    columns = ("number", "word", "bit", "id", "severity", "category", "reaction", "latched", "text (en)", "text (ja)")
    rows = tuple(
        (
            str(a.number),
            str(a.number // 16),
            str(a.number % 16),
            a.id,
            str(a.severity),
            a.category,
            a.reaction,
            "yes" if a.latched else "no",
            a.text.en,
            a.text.ja,
        )
        for a in sorted(profile.alarms.values(), key=lambda alarm: alarm.number)
    )
    return Sheet(
        "alarms",
        _title(profile, "Alarms", lang),
        columns,
        rows,
        ("number", "id", f"text ({lang})", "severity", "word", "bit", "reaction", "category"),
    )


def timer_list(profile: ShownProfile, lang: str = "en") -> Sheet:
    """The five timers of a hand-over, and the times that the heartbeat of a port keeps."""
    rules = profile.handover
    columns = ("id", "title (en)", "title (ja)", "starts", "stops", "seconds", "watched by", "alarm")
    timers = [
        (
            t.id,
            t.title.en,
            t.title.ja,
            _event(profile, t.start),
            _event(profile, t.stop),
            show(t.seconds),
            t.watched_by,
            f"{t.alarm} {profile.alarms[t.alarm].id}" if t.alarm in profile.alarms else str(t.alarm),
        )
        for t in rules.timers.values()
    ]
    times = [
        (name, title.en, title.ja, "", "", show(getattr(rules, name)), by, "") for name, (title, by) in _TIMES.items()
    ]
    return Sheet(
        "handover",
        _title(profile, "Hand-over timers", lang),
        columns,
        (*timers, *times),
        ("id", "seconds", "starts", "stops", "watched by", "alarm", f"title ({lang})"),
    )


_TIMES = {
    "heartbeat_s": (
        Text(en="Heartbeat: time between two counts", ja="ハートビート：計数の間隔"),
        "both",
    ),
    "heartbeat_loss_s": (
        Text(
            en="Heartbeat that stands for this long: neighbour lost, its levels read as 0",
            ja="ハートビートがこの時間停止：相手喪失、相手のレベル信号は0とみなす",
        ),
        "both",
    ),
    "clear_s": (
        Text(
            en="Receiver back, and clear for this long: it has not got the item",
            ja="復帰した受側がこの時間信号を出さない：ワークは受け取られていない",
        ),
        "sender",
    ),
}
"""The times of the hand-over beside its timers (docs/handover.md, rules 4 and 10)."""


def _event(profile: ShownProfile, event: str) -> str:
    """``enter:6`` and ``start_on`` as what is seen at a port: ``state = 6 (AvailableAndReady)``, ``start = 1``."""
    kind, _, number = event.partition(":")
    if kind == "enter":
        return f"state = {number} ({profile.state_tables['handover'].name(int(number))})"
    level, _, edge = event.rpartition("_")
    return f"{level} = {int(edge == 'on')}" if edge in ("on", "off") else event


def requirement_list(profile: ShownProfile, lang: str = "en") -> Sheet:
    texts = texts_in(lang)
    seconds = {name: timer.seconds for name, timer in profile.handover.timers.items()}
    columns = (
        "id",
        "area",
        "level",
        "severity",
        "impact",
        "since",
        "text (en)",
        "text (ja)",
        "parameters",
        "source",
        "trust",
        "check",
        "excluded",
    )
    rows = tuple(
        (
            r.id,
            r.area,
            r.level,
            r.severity,
            r.impact,
            r.since,
            r.text.en,
            r.text.ja,
            ", ".join(parameters(r.parameters, seconds)),
            "; ".join(f"{said(texts, s.ref)} {said(texts, s.clause or '')}".strip() for s in r.source),
            " ".join(s.trust for s in r.source),
            r.check or "",
            r.excluded.in_language(lang) if r.excluded else "",
        )
        for r in profile.ledger
    )
    return Sheet(
        "requirements",
        _title(profile, "Requirements", lang),
        columns,
        rows,
        ("id", "level", "impact", f"text ({lang})"),
    )


def _title(profile: ShownProfile, what: str, lang: str) -> str:
    return f"{profile.title.in_language(lang)} {profile.version}: {what}"
