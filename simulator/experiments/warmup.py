"""Where the warm-up ends: MSER-5 on the throughput of pilot replications, and not before what the line held at the start
has left it.

The rule (White, Cobb, Spratt: A comparison of five steady-state truncation heuristics for simulation, Winter Simulation
Conference 2000) drops the first batches whose removal makes the squared standard error of the rest least. Alone it would
be deceived by lines with a day of formation that begin filled: they let out steadily what nobody has made, and a change
upstream of it would show no effect.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import ceil

from simulator.line import RunResult

BATCH = 5
INTERVALS = 500
PILOTS = 5
MOST_DOUBLINGS = 5  # of the pilots' length, while no end of the warm-up is found in their first half


@dataclass(frozen=True)
class Piloting:
    """A pilot to run: its scenario and replication, both from 0, its length in h, and the interval of its departures in s."""

    scenario: int
    replication: int
    hours: float
    interval_s: float


@dataclass(frozen=True)
class Mser:
    """``cut`` observations to drop; ``settled`` unless that is the most that may be dropped.

    ``statistic``: the rule's value for 0, 1, 2 … batches dropped.
    """

    cut: int
    settled: bool
    statistic: tuple[float, ...]


@dataclass(frozen=True)
class Pilot:
    """What the pilots of one scenario showed.

    ``rates``: good items per hour in each interval of ``interval_s`` s from the start of the run, mean of the pilots.
    ``flushed``: intervals until as many good items have left as were in the line at the start; ``None`` if they have not.
    """

    scenario: str
    interval_s: float
    rates: tuple[float, ...]
    mser: Mser
    flushed: int | None

    @property
    def mser_hours(self) -> float:
        """What MSER-5 alone says, in h."""
        return self.mser.cut * self.interval_s / 3600

    @property
    def flushed_hours(self) -> float:
        """Until what was in the line at the start has left it, in h; the pilots' length if it has not."""
        return (len(self.rates) if self.flushed is None else self.flushed) * self.interval_s / 3600

    @property
    def hours(self) -> float:
        """The warm-up found, in h."""
        return max(self.mser_hours, self.flushed_hours)

    @property
    def settled(self) -> bool:
        """Whether an end of the warm-up was found; a line that lets nothing out shows none."""
        return self.mser.settled and self.flushed is not None and any(self.rates)


@dataclass(frozen=True)
class Warmup:
    """The warm-up of all replications in h, the longest that was found; ``pilots`` is empty if the file gives it."""

    hours: float
    pilots: tuple[Pilot, ...] = ()

    @property
    def settled(self) -> bool:
        return all(pilot.settled for pilot in self.pilots)

    @property
    def longest(self) -> Pilot:
        """The pilots with the longest warm-up, of those that ran."""
        return max(self.pilots, key=lambda pilot: pilot.hours)


def find_warmup(names: Sequence[str], hours: float, run: Callable[[Sequence[Piloting]], Sequence[RunResult]]) -> Warmup:
    """Pilots of every scenario of so many hours, longer while a scenario has not settled in their first half."""
    found: dict[int, Pilot] = {}
    for doubling in range(MOST_DOUBLINGS + 1):
        unsettled = [i for i in range(len(names)) if i not in found or not found[i].settled]
        if not unsettled:
            break
        length = hours * 2**doubling
        interval = length * 3600 / INTERVALS
        results = run([Piloting(i, k, length, interval) for i in unsettled for k in range(PILOTS)])
        for n, i in enumerate(unsettled):
            found[i] = pilot(names[i], interval, results[n * PILOTS : (n + 1) * PILOTS])
    pilots = tuple(found[i] for i in sorted(found))
    return Warmup(max(p.hours for p in pilots), pilots)


def tidy(hours: float) -> float:
    """A warm-up in h as people write it, rounded up to hundredths, so that the command that repeats it says it exactly."""
    return ceil(hours * 100 - 1e-6) / 100


def mser(values: Sequence[float], batch: int = BATCH) -> Mser:
    """MSER on batch means: for each number d of the first batches dropped, at most half of all m, the statistic is
    Σ(Y − mean)² / (m − d)² over the m − d batches kept; the least one decides, the first among equals.

    Raises ``ValueError`` for fewer than two batches.
    """
    count = len(values) // batch
    if count < 2:
        raise ValueError(f"MSER-{batch} needs at least {2 * batch} values")
    means = [sum(values[i * batch : (i + 1) * batch]) / batch for i in range(count)]
    statistic = tuple(_squared_error(means[d:]) for d in range(count // 2 + 1))
    noise = 1e-24 * max(y * y for y in means)  # of rounding, where nothing varies
    best = next(d for d, z in enumerate(statistic) if z <= min(statistic) * (1 + 1e-9) + noise)
    return Mser(best * batch, best < count // 2, statistic)


def _squared_error(kept: Sequence[float]) -> float:
    mean = sum(kept) / len(kept)
    return sum((y - mean) ** 2 for y in kept) / len(kept) ** 2


def pilot(scenario: str, interval_s: float, results: Sequence[RunResult]) -> Pilot:
    """The pilot of a scenario from replications whose departures are counted in intervals of ``interval_s`` s."""
    length = min(INTERVALS, *(len(r.departures) for r in results))
    mean = [sum(r.departures[i] for r in results) / len(results) for i in range(length)]
    held = results[0].wip_start
    flushed = next((i for i, total in enumerate(accumulate(mean, initial=0.0)) if total >= held), None)
    rates = tuple(m * 3600 / interval_s for m in mean)
    return Pilot(scenario, interval_s, rates, mser(rates), flushed)
