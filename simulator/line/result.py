"""What a run leaves for statistics and reports. Times in s, energy in Wh."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class UnitResult:
    """One unit between the last reset of the statistics and the end of the run.

    wip_start + entered = good + scrap + wip. ``rejected``: items that were good and became bad here; ``binned``: bad items
    that left the line here. ``seconds`` is by (state, mode, cause), ``setup_s`` of changeovers begun, ``places_down_s`` of
    single places under repair in Execute, both summed over the places. ``levels``: conveyors only, seconds at each number of
    items.
    """

    name: str
    kind: str
    profile: str
    entered: int
    good: int
    scrap: int
    rejected: int
    binned: int
    wip: int
    wip_start: int
    seconds: dict[tuple[int, int, int], float]
    energy_wh: float
    setup_s: float
    places_down_s: float
    failures: int
    levels: tuple[float, ...] = ()

    @property
    def processed(self) -> int:
        return self.good + self.scrap

    def share(self, state: int | None = None, cause: int | None = None) -> float:
        """Share of the time in a state, for a cause, or both."""
        total = sum(self.seconds.values())
        part = sum(s for (st, _m, c), s in self.seconds.items() if state in (None, st) and cause in (None, c))
        return part / total if total else 0.0


@dataclass(frozen=True)
class BufferResult:
    """A buffer: seconds at each level 0 … capacity."""

    name: str
    capacity: int
    levels: tuple[float, ...]

    @property
    def mean(self) -> float:
        """Time-weighted mean level."""
        total = sum(self.levels)
        return sum(n * s for n, s in enumerate(self.levels)) / total if total else 0.0


@dataclass(frozen=True)
class HoldResult:
    """A quality hold of a unit, from the start of the run: items ``held``, ``bad`` ones of them, and of those how many were
    ``recalled``, having left the line in the time counted before they were found.
    """

    unit: str
    held: int
    bad: int
    recalled: int


@dataclass(frozen=True)
class RunResult:
    """One run of a line after warm-up.

    ``wip``: items in the line at the end; ``wip_start``: at the start; ``wip_mean``: over the time between, weighted with it.
    ``departures``: good items per ``bucket_s``, the first bucket beginning at ``start``; the last one is not full.
    ``lead_times``: (bucket, items) of ``simulator.line.leadtimes``, for the items that entered and left over the last outfeed.
    ``operators``: seconds that each of them was called, on his way or at work. ``holds``: in the order of the file; what they
    recalled counts as scrap, not as good. ``recipes``: those of the plan, in the order of their numbers, and the good items of
    each that left; empty without a plan.
    """

    line: str
    seed: int
    start: float
    end: float
    units: tuple[UnitResult, ...]
    buffers: tuple[BufferResult, ...]
    entered: int
    good: int
    scrap: int
    wip: int
    wip_start: int
    wip_mean: float
    bucket_s: float
    departures: tuple[int, ...]
    lead_mean: float
    lead_sd: float
    lead_times: tuple[tuple[int, int], ...]
    operators: tuple[float, ...] = ()
    holds: tuple[HoldResult, ...] = ()
    recipes: tuple[tuple[int, int], ...] = ()

    @property
    def duration(self) -> float:
        return self.end - self.start

    @property
    def throughput(self) -> float:
        """Good items per second at the end of the line."""
        return self.good / self.duration if self.duration > 0 else 0.0

    def unit(self, name: str) -> UnitResult:
        """The result of one unit. Raises ``KeyError``."""
        for unit in self.units:
            if unit.name == name:
                return unit
        raise KeyError(name)


def mean_wip(at_start: int, start: float, end: float, came: tuple[int, float], went: tuple[int, float]) -> float:
    """Time-weighted mean of the items in a line, in a span of time: of those that came, and that went, the number and the sum
    of their moments in s. Each counts from its moment to the end. In a span without length, what is there at the start."""
    if end <= start:
        return float(at_start)
    (entered, born), (left, gone) = came, went
    return at_start + ((entered - left) * end - (born - gone)) / (end - start)
