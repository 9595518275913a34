"""The shifting bottleneck by active periods (Roser, Nakano, Tanaka: Shifting bottleneck detection, Winter Simulation
Conference 2002; our reading).

A unit is *active* while it waits for nobody (``simulator.experiments.activity``). At any time the bottleneck is the active
unit whose active period, that is without any wait, is the longest. Where one bottleneck's period ends, the longest of those
active then takes over; while both periods overlap the bottleneck is *shifting* from one to the other, otherwise it is *sole*.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush

from simulator.experiments.activity import Period, Waits, activities
from simulator.line.log import Row
from simulator.line.spec import LineSpec


@dataclass(frozen=True)
class Stretch:
    """Some time (s) in which a unit was the bottleneck, or one of the two between which it shifted."""

    unit: str
    start: float
    end: float
    sole: bool


@dataclass(frozen=True)
class Shifting:
    """Bottlenecks from ``start`` to ``end`` (s). ``sole`` and ``shifting``: shares of that time by unit, 0 to 1.

    Shares of ``shifting`` count for both units; ``nobody`` is the share in which every unit waited.
    """

    start: float
    end: float
    sole: dict[str, float]
    shifting: dict[str, float]
    nobody: float
    stretches: tuple[Stretch, ...]

    @property
    def main(self) -> str:
        """The unit that was the bottleneck, sole or shifting, for the longest."""
        return max(self.sole, key=lambda unit: self.sole[unit] + self.shifting[unit])


def shifting(periods: Mapping[str, Sequence[Period]], start: float, end: float) -> Shifting:
    """The bottlenecks from ``start`` to ``end`` given the active periods (s) of every unit."""
    stretches = tuple(_stretches(periods, start, end))
    sole, shared = dict.fromkeys(periods, 0.0), dict.fromkeys(periods, 0.0)
    for s in stretches:
        (sole if s.sole else shared)[s.unit] += (s.end - s.start) / (end - start)
    nobody = 1 - sum(sole.values()) - sum(shared.values()) / 2
    return Shifting(start, end, sole, shared, max(0.0, nobody), stretches)


def _stretches(periods: Mapping[str, Sequence[Period]], start: float, end: float) -> Iterator[Stretch]:
    order = {unit: i for i, unit in enumerate(periods)}
    waiting = sorted(((s, e, u) for u, all_ in periods.items() for s, e in all_ if e > start and s < end), reverse=True)
    active: list[tuple[float, float, int, str, float]] = []  # the longest first, then the earliest, then the first unit
    now, current = start, None
    while now < end:
        while waiting and waiting[-1][0] <= now:
            s, e, unit = waiting.pop()
            heappush(active, (s - e, s, order[unit], unit, e))
        while active and active[0][4] <= now:
            heappop(active)
        if current is not None:
            unit, since = current
            next_start = active[0][1] if active else now
            overlap = min(max(next_start, since), now)
            yield from _told(unit, since, overlap, True)
            yield from _told(unit, overlap, now, False)
            if active:
                yield from _told(active[0][3], overlap, now, False)
        if active:
            current = active[0][3], now
            now = min(active[0][4], end)
        else:
            current = None
            now = min(waiting[-1][0], end) if waiting else end
    if current is not None:
        yield from _told(*current, end, True)


def _told(unit: str, start: float, end: float, sole: bool) -> Iterator[Stretch]:
    if end > start:
        yield Stretch(unit, start, end, sole)


class ActivePeriods:
    """Reads the event log from the start of the run, and finds the bottlenecks from ``start`` to ``end`` (s)."""

    def __init__(self, spec: LineSpec, start: float, end: float) -> None:
        self._start, self._end = start, end
        self._units = activities(spec, start)
        self._read = [unit.read for unit in self._units.values()]

    def read(self, row: Row) -> None:
        """A row of the event log."""
        if row[0] <= self._end:
            self._read[row[1]](row)

    def found(self, now: float) -> Shifting:
        """The bottlenecks, ``now`` being the end of the run. Nothing can be read after this."""
        end = min(now, self._end)
        return shifting({name: unit.active(end) for name, unit in self._units.items()}, self._start, end)

    def waits(self, now: float) -> dict[str, Waits]:
        """What each unit waited for its neighbours, ``now`` being the end of the run. Nothing can be read after this."""
        end = min(now, self._end)
        return {name: unit.waits(end) for name, unit in self._units.items()}
