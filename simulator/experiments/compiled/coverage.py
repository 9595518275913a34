"""Which lines the compiled engine covers, and why not the others.

What it covers is listed by key, so that a new key of the line file is refused until somebody has taught the engine
what it means.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from simulator.experiments.compiled.reasons import Reason
from simulator.line.packml import Command, State, Transitions, default_transitions, suspends_straight
from simulator.line.spec import BufferSpec, LineSpec, UnitSpec

MOST_PLACES = 20_000_000  # items that the line can hold: about 100 bytes each
_REASONS = {
    "events": Reason("scheduled events (safety devices and commands)", "予定イベント（安全装置の操作とコマンド）"),
}
_LINE = {
    "name", "title", "cell", "source", "sink", "units", "plan", "events", "calendar", "operators", "takt",
    "grid_kg_co2e_per_kwh", "lot_size", "figures",
}  # fmt: skip
_UNIT = {
    "name", "kind", "profile", "zone", "at_m", "failures", "transfer_s", "energy_w", "transients", "auto_unhold", "prefill",
    "recipes", "parameters", "process_values", "safety", "sensors",
}  # fmt: skip
_MACHINE = _UNIT | {
    "process_time", "slots", "tray", "flush_s", "changeover", "scrap", "scrap_to", "hands_over_when_down",
    "adds_g",
}  # fmt: skip
_CONVEYOR = _UNIT | {"length_m", "speed_m_s", "spacing_m", "capacity", "accumulating"}
_BUFFER = {"kind", "name", "capacity", "prefill"}
_FAILURE = {"name", "clock", "scope", "mtbf", "mttr", "alarm", "needs_operator"}
_CALENDAR = {"starts", "stops"}
_STOP = {"name", "begin", "length", "every", "kind", "units", "operators"}
_OPERATORS = {"count", "response", "walking_m_s", "at_m"}
_ENDS = {"interval"}


def why_not(spec: LineSpec, transitions: Transitions | None = None) -> Reason | None:
    """Why the compiled engine can not run this line, or ``None`` if it can."""
    for name, reason in _REASONS.items():
        if getattr(spec, name):
            return _not_covered(reason.en, reason.ja)
    unknown = (
        _strange(spec, "", _LINE) or _strange(spec.source, "source.", _ENDS) or _strange(spec.sink, "sink.", _ENDS)
    )
    unknown = unknown or _strange(spec.calendar, "calendar.", _CALENDAR)
    for stop in spec.calendar.stops:
        unknown = unknown or _strange(stop, f"calendar.stops.{stop.name}.", _STOP)
    if spec.operators is not None:
        unknown = unknown or _strange(spec.operators, "operators.", _OPERATORS)
    for part in spec.units:
        unknown = unknown or _unknown_in(part)
    if unknown:
        return _not_covered(unknown, unknown)
    if spec_places(spec) > MOST_PLACES:
        return _not_covered(f"more than {MOST_PLACES} places in the line", f"ライン内の場所が{MOST_PLACES}を超える")
    return _table_lacks(spec, transitions if transitions is not None else default_transitions())


def _not_covered(en: str, ja: str) -> Reason:
    return Reason(f"not covered: {en}", f"対象外：{ja}")


def spec_places(spec: LineSpec) -> int:
    """Most items in the line at once."""
    return sum(int(getattr(u, "slots", 0) or getattr(u, "places", 0) or getattr(u, "capacity", 0)) for u in spec.units)


def _strange(model: BaseModel, where: str, known: set[str]) -> str:
    """The first key that is set, is not among those known, and differs from its default."""
    for name, field in type(model).model_fields.items():
        if name not in known and getattr(model, name) != field.get_default(call_default_factory=True):
            return f"{where}{name}"
    return ""


def _unknown_in(part: Any) -> str:
    where = f"{part.name}."
    if isinstance(part, BufferSpec):
        return _strange(part, where, _BUFFER)
    found = _strange(part, where, _CONVEYOR if part.kind == "conveyor" else _MACHINE)
    for failure in part.failures:
        found = found or _strange(failure, f"{where}failures.{failure.name}.", _FAILURE)
    return found


def _table_lacks(spec: LineSpec, table: Transitions) -> Reason | None:
    """The kernel knows the usual ways to Suspended, Held and back; where else Hold may be given is the table's."""
    usual: dict[tuple[int, Any], int] = {
        (State.EXECUTE, Command.HOLD): State.HOLDING,
        (State.SUSPENDED, Command.HOLD): State.HOLDING,
        (State.HOLDING, "done"): State.HELD,
        (State.HELD, Command.UNHOLD): State.UNHOLDING,
        (State.UNHOLDING, "done"): State.EXECUTE,
    }
    if not suspends_straight(table) or any(table.get(key) != target for key, target in usual.items()):
        return _not_covered(
            "a state table with other ways to Suspended or Held than PackML's",
            "SuspendedまたはHeldへの遷移がPackMLと異なる状態表",
        )
    if any(trigger == Command.HOLD and target != State.HOLDING for (_, trigger), target in table.items()):
        return _not_covered(
            "a state table where Hold does not lead to Holding", "HoldコマンドがHoldingへ遷移しない状態表"
        )
    holdable = all((state, Command.HOLD) in table for state in (State.SUSPENDING, State.UNSUSPENDING))
    for unit in spec.units:
        if not isinstance(unit, BufferSpec) and not holdable and _fails_while_suspending(unit):
            return _not_covered(
                f"{unit.name} may fail while suspending, and the state table has no Hold there",
                f"{unit.name}はSuspending中に故障しうるが、状態表にその状態からのHoldがない",
            )
    return None


def _fails_while_suspending(unit: UnitSpec) -> bool:
    slow = unit.transients.get("suspending", 0.0) > 0 or unit.transients.get("unsuspending", 0.0) > 0
    return slow and any(f.clock == "time" for f in unit.failures)
