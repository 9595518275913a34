"""The numbers behind the pictures of a run: what matplotlib and Bokeh both draw."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from simulator.experiments.accounts import ACCOUNTS
from simulator.experiments.bottleneck import Shifting
from simulator.experiments.intervals import interval
from simulator.experiments.run import Experiment, bucket
from simulator.experiments.trace import BINS, LevelTrace, StateStretch, Trace
from simulator.line import RunResult
from simulator.line.leadtimes import edge, quantile
from simulator.line.spec import BufferSpec, ConveyorSpec

LEADS = 60  # bins of the lead times
RARE = 0.999  # share of the lead times that is shown at least
LEVELS = 60  # bars of a histogram of levels
MOST_COLUMNS = 10 * BINS  # of all levels in one picture; more would make a page too heavy
MOST_CELLS = 40_000  # of a timeline; a longer list would make a page too heavy
LIGHT = 0.4  # of the ink of a sole bottleneck, for one of two between which it shifts
LEAST = 0.002  # share of a column that can be seen
Array: TypeAlias = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Rates:
    """Good items per hour: ``hours`` are the edges of the intervals, ``series`` those of the replications, and for each
    interval the mean with the half-width of its 95 % interval (0 with one replication)."""

    hours: list[float]
    series: list[list[float]]
    means: list[float]
    half_widths: list[float]


def rates(experiment: Experiment) -> Rates:
    """The throughput over time; the last interval is left out, since it is not full."""
    counted = experiment.results[0].bucket_s
    width = max(1, round(bucket(experiment.hours) / counted))  # of one interval shown, in those that were counted
    length = counted * width
    series = [
        [sum(r.departures[i : i + width]) * 3600 / length for i in range(0, len(r.departures) - width, width)]
        for r in experiment.results
    ]
    shown = min(len(s) for s in series)
    found = [interval([s[i] for s in series]) for i in range(shown)]
    return Rates(
        [i * length / 3600 for i in range(shown + 1)], [s[:shown] for s in series], [mean for mean, _ in found],
        [half_width or 0.0 for _, half_width in found],
    )  # fmt: skip


@dataclass(frozen=True)
class LeadTimes:
    """A histogram of lead times: ``edges`` in h, ``shares`` in % of all items; and the two quantiles in h."""

    edges: Array
    shares: Array
    median: float
    p95: float


def lead_times(results: Sequence[RunResult]) -> LeadTimes:
    """Of all replications; a few that took very long are not shown, since they would leave no room for the others."""
    counts: Counter[int] = Counter()
    for result in results:
        counts.update(dict(result.lead_times))
    known = sorted(counts)
    edges = [edge(b) for b in range(known[0], known[-1] + 2)]
    below = np.cumsum([0, *(counts[b] for b in range(known[0], known[-1] + 1))]) / counts.total()
    last = edges[-1]
    if below[-2] > RARE:
        last = edges[int(np.searchsorted(below, RARE)) + 1]
    bins = max(1, min(LEADS, round((last - edges[0]) / (edges[-1] - edges[-2]))))
    at = np.linspace(edges[0], last, bins + 1)
    shares = np.diff(np.interp(at, edges, below)) * 100
    return LeadTimes(at / 3600, shares, quantile(counts, 0.5) / 3600, quantile(counts, 0.95) / 3600)


@dataclass(frozen=True)
class Levels:
    """How long a buffer or conveyor held how many items: ``shares`` in % of the time by bar, ``edges`` around the levels."""

    name: str
    edges: Array
    shares: Array


def level_histograms(experiment: Experiment) -> list[Levels]:
    """Of every buffer and conveyor in the order of the flow, all replications; a bar per level where they are few."""
    found = []
    for spec in experiment.spec.units:
        if isinstance(spec, BufferSpec) and spec.capacity:
            runs = [next(b.levels for b in r.buffers if b.name == spec.name) for r in experiment.results]
        elif isinstance(spec, ConveyorSpec):
            runs = [r.unit(spec.name).levels for r in experiment.results]
        else:
            continue
        seconds = np.sum(np.array(runs), axis=0)
        each = -(-len(seconds) // LEVELS)  # levels of one bar
        starts = np.arange(0, len(seconds), each)
        shares = np.add.reduceat(seconds, starts) * 100 / seconds.sum()
        found.append(Levels(spec.name, np.append(starts, len(seconds)) - 0.5, shares))
    return found


def coarser(levels: int, most: int = MOST_COLUMNS) -> Callable[[LevelTrace], LevelTrace]:
    """Merges columns of a trace, two and two, until so many traces together have no more than ``most`` of them."""

    def merged(trace: LevelTrace) -> LevelTrace:
        bins = len(trace.mean)
        if bins % 2 or bins * levels <= most:
            return trace
        mean, low, high = (np.array(v).reshape(-1, 2) for v in (trace.mean, trace.low, trace.high))
        return merged(
            replace(trace, mean=tuple(mean.mean(axis=1)), low=tuple(low.min(axis=1)), high=tuple(high.max(axis=1)))
        )

    return merged


def ribbon(found: Shifting, bins: int = BINS) -> Mapping[tuple[str, bool], Array]:
    """By unit and whether sole: the share of each bin in which it was a bottleneck, 0 to 1."""
    width = (found.end - found.start) / bins
    shares = {(unit, sole): np.zeros(bins) for unit in found.sole for sole in (True, False)}
    for s in found.stretches:
        _spread(shares[s.unit, s.sole], (s.start - found.start) / width, (s.end - found.start) / width)
    return shares


def _spread(shares: Array, start: float, end: float) -> None:
    """Add 1 between two positions, columns that are touched in part by that part."""
    first, last = int(start), min(int(end), len(shares) - 1)
    if first >= last:
        shares[last] += end - start
        return
    shares[first] += first + 1 - start
    shares[first + 1 : last] += 1
    shares[last] += end - last


@dataclass(frozen=True)
class Cells:
    """Parts of a timeline whose states are too short to be told apart, of one account: ``unit`` is the row, ``left`` and
    ``right`` are hours, ``low`` and ``high`` shares of the row's height, 0 to 1."""

    unit: list[int]
    left: list[float]
    right: list[float]
    low: list[float]
    high: list[float]


@dataclass(frozen=True)
class Timeline:
    """A trace as a picture shows it: what lasted at least a column (by row), and cells by account for the rest."""

    stretches: list[tuple[int, StateStretch]]
    cells: dict[str, Cells]


def timeline(trace: Trace) -> Timeline:
    """In columns as wide as keep the cells few enough."""
    bins = len(next(iter(next(iter(trace.shares.values())).values())))
    found = _timeline(trace, bins)
    while bins % 2 == 0 and sum(len(c.unit) for c in found.cells.values()) > MOST_CELLS:
        bins //= 2
        found = _timeline(trace, bins)
    return found


def _timeline(trace: Trace, bins: int) -> Timeline:
    width = (trace.end - trace.start) / bins
    found = Timeline([], {name: Cells([], [], [], [], []) for name in ACCOUNTS})
    for row, (unit, shares) in enumerate(trace.shares.items()):
        seconds = np.array([shares[a] for a in ACCOUNTS]).reshape(len(ACCOUNTS), bins, -1).mean(axis=2) * width
        left, right = np.arange(bins) * width, np.arange(1, bins + 1) * width
        for s in trace.stretches[unit]:
            if s.end - s.start >= width:
                found.stretches.append((row, s))
                _cut(seconds[ACCOUNTS.index(s.account)], left, right, s, trace.start, width)
        for column in np.flatnonzero(right - left > 1e-6 * width):
            at, until = float(left[column]), float(right[column])
            _stack(found.cells, row, (at / 3600, until / 3600), seconds[:, column] / (until - at))
    return found


def _stack(cells: dict[str, Cells], row: int, hours: tuple[float, float], shares: Array) -> None:
    """A cell for each account that a column holds, one after the other."""
    low = 0.0
    for of, share in zip(cells.values(), shares.tolist(), strict=True):
        if share > LEAST:
            of.unit.append(row)
            of.left.append(hours[0])
            of.right.append(hours[1])
            of.low.append(low)
            of.high.append(low + share)
            low += share


def _cut(seconds: Array, left: Array, right: Array, s: StateStretch, zero: float, width: float) -> None:
    """Take a stretch, at least a column long, out of the columns that it touches."""
    start, end = s.start - zero, s.end - zero
    last = len(left) - 1
    for column in _columns(start, end, width, last):
        taken = min(end, right[column]) - max(start, left[column])
        if taken <= 0:
            continue
        seconds[column] -= taken
        if start <= left[column]:
            left[column] = min(end, right[column])
        else:
            right[column] = max(start, left[column])


def _columns(start: float, end: float, width: float, last: int) -> Iterator[int]:
    yield from range(min(int(start / width), last), min(int(end / width), last) + 1)
