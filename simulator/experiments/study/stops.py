"""What if something stops? Every replication twice, with the stop and without, on the same random numbers.

The stop is a failure of a unit at a given time (``docs/line-semantics.md``, 4.6), or a trip of its safety function from which
the zone is recovered at a given time or by the operators (10.4). From it are measured

- *runs dry* or *is blocked*: since when another unit is starved (blocked) without a break at the moment when the stop ends;
- *content*: the items in each buffer, on each conveyor and in each machine of several places. One that differs at the end of
  the stop is *back* when it first equals, or passes, what it holds at the same moment without the stop;
- *recovered*: all contents are back;
- *behind*: how many items fewer have left a unit by the end of the hours counted than without the stop.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from simulator.experiments.accounts import account
from simulator.experiments.compiled import CompiledLine
from simulator.experiments.compiled.choice import Engine
from simulator.experiments.intervals import interval
from simulator.experiments.workers import Share
from simulator.line import Line, LineSpec
from simulator.line.distributions import Distribution
from simulator.line.log import Kind, Row, state_of
from simulator.line.packml import Transitions
from simulator.line.safety import NUMBERS, OK
from simulator.line.spec import BufferSpec, ConveyorSpec, EventSpec, FailureSpec, UnitSpec

STEPS = 300  # of the curves
_ENTER, _LEAVE, _SCRAP, _STATE = int(Kind.ENTER), int(Kind.LEAVE), int(Kind.SCRAP), int(Kind.STATE)
_SAFETY = int(Kind.SAFETY)
Moves = npt.NDArray[np.float64]
"""Rows of (time in s, change of a content)."""


@dataclass(frozen=True)
class Stopped:
    """One replication. Times in s: waits from the beginning of the stop, ``back`` from its end; ``None``: not by the end.

    ``lasted``: from the beginning of the stop to its end. ``waits``: by unit, ``starved`` or ``blocked`` and since when. ``back``: by place, those that differed. ``behind``: by unit.
    ``curves``: by unit, items behind at ``STEPS`` + 1 equal steps from the beginning of the stop to the end of the run.
    """

    waits: dict[str, tuple[Literal["starved", "blocked"], float]]
    back: dict[str, float | None]
    behind: dict[str, int]
    curves: dict[str, tuple[int, ...]]
    lasted: float

    @property
    def recovered(self) -> float | None:
        """Until all that differed is back, from the end of the stop; ``None`` if something is not by the end of the run."""
        times = list(self.back.values())
        return None if None in times else max((t for t in times if t is not None), default=0.0)


@dataclass(frozen=True)
class StopJob:
    """One replication with and without a stop of ``unit`` from ``start`` to ``end`` s, run until ``until`` s.

    ``by``: the safety function of the unit that trips. ``end``: ``None`` if operators end the stop.
    """

    spec: LineSpec
    seed: int
    transitions: Transitions | None
    engine: Engine
    unit: str
    start: float
    end: float | None
    until: float
    by: str | None = None


class _Flow:
    """An event log that keeps the moves from ``start`` on, and how the units wait just before ``end``, which is when the
    functions of ``tripped`` (a unit's index) are reset if it is not known before.
    """

    def __init__(self, start: float, end: float, tripped: int = -1) -> None:
        self._start, self.end, self._tripped = start, end, tripped
        self._moves: dict[tuple[int, int], list[float]] = {}
        self.states: dict[int, tuple[str, float]] = {}  # account of each unit, and since when
        self.write: Callable[[Row], None] = self._write

    def _write(self, row: Row) -> None:
        t, unit, kind, _, code, value = row
        if kind == _STATE:
            found = account(*state_of(code))
            if t < self.end and self.states.get(unit, ("", 0.0))[0] != found:
                self.states[unit] = found, t
        elif t >= self._start and kind in (_ENTER, _LEAVE, _SCRAP):
            self._moves.setdefault((unit, kind), []).append(t)
        elif kind == _SAFETY and unit == self._tripped and t >= self._start and value == NUMBERS[OK]:
            self.end = min(self.end, t)

    def close(self) -> None:
        """Nothing to complete."""

    def times(self, unit: int, kind: int) -> list[float]:
        """When items entered (left, were scrapped by) a unit."""
        return self._moves.get((unit, kind), [])


def with_stop(job: StopJob) -> LineSpec:
    """The line of a job with its stop."""
    spec = job.spec
    if job.by is not None:
        events = [EventSpec(at=job.start, unit=job.unit, trip=job.by)]
        if job.end is not None:
            events.append(EventSpec(at=job.end, unit=job.unit, recover="zone"))
        return spec.model_copy(update={"events": (*spec.events, *events)})
    assert job.end is not None
    fixed = Distribution(distribution="deterministic", mean=job.end - job.start)
    stop = FailureSpec.model_validate({"name": "stop", "at": job.start, "mttr": fixed})
    units = [
        u.model_copy(update={"failures": (*u.failures, stop)})
        if not isinstance(u, BufferSpec) and u.name == job.unit
        else u
        for u in spec.units
    ]
    return spec.model_copy(update={"units": tuple(units)})


def stopped_units(spec: LineSpec, unit: str, by: str | None) -> list[str]:
    """The units that a stop stops, in the order of the flow: one, or those of the zone to which a function carries."""
    units = {u.name: u for u in spec.units if not isinstance(u, BufferSpec)}
    function = next((f for f in units[unit].safety if f.id == by), None)
    if function is None or not function.zone:
        return [unit]
    return [name for name, other in units.items() if other.zone == units[unit].zone]


def run_stop(job: StopJob, progress: Share) -> Stopped:
    """Run a replication with and without the stop, in this process."""
    units = [u for u in job.spec.units if not isinstance(u, BufferSpec)]
    tripped = next(i for i, u in enumerate(units) if u.name == job.unit) if job.by is not None else -1
    flows = []
    for half, spec in enumerate((job.spec, with_stop(job))):
        flow = _Flow(job.start, job.until if job.end is None else job.end, tripped if half else -1)
        if half == 0 and job.engine == "compiled":
            CompiledLine(spec, job.seed, flow, transitions=job.transitions).run(job.until)
        else:
            Line(spec, job.seed, flow, transitions=job.transitions).run(job.until)
        flows.append(flow)
        progress((half + 1) / 2)
    plain, disturbed = flows
    steps = np.linspace(job.start, job.until, STEPS + 1)
    curves = {u.name: _left(plain, i, steps) - _left(disturbed, i, steps) for i, u in enumerate(units)}
    return Stopped(
        waits=_waits(units, disturbed, job),
        back=_back(job, units, plain, disturbed),
        behind={name: int(curve[-1]) for name, curve in curves.items()},
        lasted=disturbed.end - job.start,
        curves={name: tuple(curve.tolist()) for name, curve in curves.items()},
    )


def _left(flow: _Flow, unit: int, steps: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """How many items have left a unit by each time."""
    return np.asarray(np.searchsorted(np.array(flow.times(unit, _LEAVE)), steps, side="right"))


def _waits(
    units: Sequence[UnitSpec], flow: _Flow, job: StopJob
) -> dict[str, tuple[Literal["starved", "blocked"], float]]:
    found: dict[str, tuple[Literal["starved", "blocked"], float]] = {}
    for index, unit in enumerate(units):
        what, since = flow.states.get(index, ("", 0.0))
        if unit.name == job.unit or what not in ("starved", "blocked"):
            continue
        found[unit.name] = ("starved" if what == "starved" else "blocked"), max(0.0, since - job.start)
    return found


def _back(job: StopJob, units: Sequence[UnitSpec], plain: _Flow, disturbed: _Flow) -> dict[str, float | None]:
    """Until each content that differs at the end of the stop is back."""
    found: dict[str, float | None] = {}
    for name, comes, goes in places(job.spec, units):
        signed = [(t, s * d) for flow, s in ((disturbed, 1), (plain, -1)) for d, ends in ((1, comes), (-1, goes))
                  for unit, kind in ends for t in flow.times(unit, kind)]  # fmt: skip
        moves = np.array(sorted(signed), dtype=np.float64).reshape(-1, 2)
        away = first_return(moves, disturbed.end)
        if away is not None:
            found[name] = away - disturbed.end if np.isfinite(away) else None
    return found


def first_return(moves: Moves, end: float) -> float | None:
    """When a difference that is there at ``end`` first is 0 or has changed its sign; infinity if it never does, ``None`` if
    it is not there."""
    times, difference = moves[:, 0], np.cumsum(moves[:, 1])
    last = np.flatnonzero(np.diff(times, append=np.inf) > 0)  # of simultaneous moves the last counts
    times, difference = times[last], difference[last]
    at = int(np.searchsorted(times, end, side="right")) - 1
    if at < 0 or difference[at] == 0:
        return None
    later = np.flatnonzero(difference[at:] * np.sign(difference[at]) <= 0)
    return float(times[at + later[0]]) if later.size else np.inf


def places(spec: LineSpec, units: Sequence[UnitSpec]) -> list[tuple[str, list[tuple[int, int]], list[tuple[int, int]]]]:
    """Name of every buffer, conveyor and machine of several places, and the (unit, kind of event) by which items come and go."""
    found: list[tuple[str, list[tuple[int, int]], list[tuple[int, int]]]] = []
    index = -1
    for part in spec.units:
        if isinstance(part, BufferSpec):
            if part.capacity:
                found.append((part.name, [(index, _LEAVE)], [(index + 1, _ENTER)]))
            continue
        index += 1
        if isinstance(part, ConveyorSpec) or part.slots > 1:
            found.append((part.name, [(index, _ENTER)], [(index, _LEAVE), (index, _SCRAP)]))
    return found


def neighbours(spec: LineSpec, stopped: Sequence[str]) -> tuple[str | None, str | None]:
    """The machines next to what stops, upstream and downstream, if there are any; conveyors are passed over."""
    units = [u for u in spec.units if not isinstance(u, BufferSpec)]
    at = [i for i, u in enumerate(units) if u.name in stopped]
    before = next((u.name for u in reversed(units[: at[0]]) if not isinstance(u, ConveyorSpec)), None)
    after = next((u.name for u in units[at[-1] + 1 :] if not isinstance(u, ConveyorSpec)), None)
    return before, after


@dataclass(frozen=True)
class Time:
    """A time in s, mean over the ``count`` replications of ``of`` in which there was one, with its interval."""

    mean: float
    half_width: float | None
    count: int
    of: int

    def text(self) -> str:
        """``12.3 ± 0.8 min``, with the number of replications if there was not one in all of them."""
        if not self.count:
            return "–"
        unit, length = next((u for u in (("h", 3600.0), ("min", 60.0)) if self.mean >= 2 * u[1]), ("s", 1.0))
        spread = "" if self.half_width is None else f" ± {self.half_width / length:.1f}"
        return f"{self.mean / length:.1f}{spread} {unit}" + (
            f" ({self.count}/{self.of})" if self.count < self.of else ""
        )


def time_of(values: Sequence[float | None]) -> Time:
    """The mean of those that there are."""
    there = [v for v in values if v is not None]
    mean, half_width = interval(there) if there else (0.0, None)
    return Time(mean, half_width, len(there), len(values))


def waits_of(runs: Sequence[Stopped]) -> dict[tuple[str, str], Time]:
    """By unit and ``starved`` or ``blocked``: after what time it was."""
    keys = dict.fromkeys((unit, what) for run in runs for unit, (what, _) in run.waits.items())
    each = {(unit, what): [run.waits.get(unit) for run in runs] for unit, what in keys}
    return {
        key: time_of([w[1] if w is not None and w[0] == key[1] else None for w in found]) for key, found in each.items()
    }


def backs_of(runs: Sequence[Stopped]) -> dict[str, Time]:
    """By place: after what time from the end of the stop it was back, over the replications in which it differed."""
    names = dict.fromkeys(name for run in runs for name in run.back)
    return {name: time_of([run.back[name] for run in runs if name in run.back]) for name in names}
