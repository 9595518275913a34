"""The two engines side by side on the beginning of a run: every row of the event log and the result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from itertools import zip_longest

from simulator.experiments.compiled.engine import CompiledLine, EngineError
from simulator.line import Line, LineSpec, RunResult
from simulator.line.distributions import mean
from simulator.line.log import Kind, MemoryLog, Row
from simulator.line.packml import Transitions
from simulator.line.spec import BufferSpec, MachineSpec, UnitSpec

ROWS = 20_000  # of the log, at least, if the run has so many
_MOST = 5  # times as many, for a planned stop to be among them
_FIRST_CYCLES = 10


@dataclass(frozen=True)
class Agreement:
    """Both engines wrote the same ``rows`` rows from 0 to ``until`` s, and the same result; for each of ``lines``, at least so
    many."""

    until: float
    rows: int
    lines: int = 1


def least(found: Sequence[Agreement]) -> Agreement:
    """What holds for every one of some agreements."""
    return Agreement(min(a.until for a in found), min(a.rows for a in found), sum(a.lines for a in found))


def check_prefix(
    spec: LineSpec, seed: int, end: float, transitions: Transitions | None = None, rows: int = ROWS
) -> Agreement:
    """Run the beginning of a run, up to ``end`` s at most and beyond a planned stop if that is near, in both engines and
    compare.

    Raises ``EngineError`` naming unit and time of the first difference.
    """
    expected, got = MemoryLog(), MemoryLog()
    model = Line(spec, seed, expected, transitions=transitions)
    step = _FIRST_CYCLES * min(_cycle(u) for u in spec.units if not isinstance(u, BufferSpec))
    stop = min((s.begin + s.length for s in spec.calendar.stops), default=0.0)
    while model.now < end and len(expected.rows) < (rows if model.now >= stop else _MOST * rows):
        model.run(min(end, model.now + step))
        step *= 2
    compiled = CompiledLine(spec, seed, got, transitions=transitions)
    compiled.run(model.now)
    compare(spec, expected.rows, got.rows, model.result(), compiled.result())
    return Agreement(model.now, len(expected.rows))


def _cycle(unit: UnitSpec) -> float:
    if isinstance(unit, MachineSpec):
        return mean(unit.process_time) / unit.slots
    return unit.spacing_m / unit.speed_m_s


def compare(spec: LineSpec, expected: list[Row], got: list[Row], wanted: RunResult, result: RunResult) -> None:
    """Raise ``EngineError`` at the first difference of two logs, or else of two results."""
    names = [u.name for u in spec.units if not isinstance(u, BufferSpec)]
    for want, have in zip_longest(expected, got):
        if want != have:
            row = want or have
            raise _disagreement(names[row[1]], row[0], f"SimPy {_told(want)}, compiled {_told(have)}")
    for one, other in zip(wanted.units, result.units, strict=True):
        if one != other:
            raise _disagreement(one.name, wanted.end, f"SimPy {one}, compiled {other}")
    for field in fields(RunResult):
        one_, other_ = getattr(wanted, field.name), getattr(result, field.name)
        if one_ != other_:
            raise _disagreement("the line", wanted.end, f"{field.name}: SimPy {one_}, compiled {other_}")


def _told(row: Row | None) -> str:
    if row is None:
        return "writes nothing more"
    t, _, kind, item, a, b = row
    return f"{Kind(kind).name} at {t!r} s (item {item}, a {a}, b {b!r})"


def _disagreement(unit: str, t: float, what: str) -> EngineError:
    return EngineError(
        f"the two engines disagree at {unit}, t = {t!r} s: {what}. This is a defect of setsubi: please report it with "
        f"the line file and the seed"
    )
