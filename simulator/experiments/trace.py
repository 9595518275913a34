"""What one replication looked like over time: shares of states and levels of buffers in equal intervals (bins).

Read from the event log as it is written, in constant memory however long the run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from simulator.experiments.accounts import ACCOUNTS, account
from simulator.experiments.activity import Waits
from simulator.experiments.bottleneck import ActivePeriods, Shifting
from simulator.line.log import EventLog, Kind, Row, state_code, state_of
from simulator.line.packml import Cause, Mode, State
from simulator.line.spec import BufferSpec, ConveyorSpec, LineSpec

BINS = 720
LONGEST_S = 24 * 3600.0  # of the window that is traced; a longer one would blur what a picture can show


@dataclass(frozen=True)
class LevelTrace:
    """Items in a buffer or on a conveyor by bin: time-weighted mean, least and most."""

    name: str
    kind: str
    capacity: int
    mean: tuple[float, ...]
    low: tuple[int, ...]
    high: tuple[int, ...]


@dataclass(frozen=True)
class StateStretch:
    """Some time (s from the start of the run) that a unit spent in one state for one cause: numbers of PackML and ``Cause``."""

    start: float
    end: float
    state: int
    cause: int
    account: str


@dataclass(frozen=True)
class Trace:
    """Shares of time by unit, account and bin, levels, bottlenecks and waits, from ``start`` to ``end`` (s from the start of the run).

    ``stretches``: by unit what lasted at least a bin, so that there are never more of them than bins.
    """

    start: float
    end: float
    shares: dict[str, dict[str, tuple[float, ...]]]
    stretches: dict[str, tuple[StateStretch, ...]]
    levels: tuple[LevelTrace, ...]
    bottleneck: Shifting
    waits: dict[str, Waits]


class _Level:
    def __init__(self, name: str, kind: str, capacity: int, filled: int, bins: int) -> None:
        self.name, self.kind, self.capacity, self.value = name, kind, capacity, filled
        self.since = 0.0
        self.seconds = np.zeros(bins)
        self.low, self.high = np.full(bins, np.iinfo(np.int64).max), np.zeros(bins, dtype=np.int64)


class TraceLog:
    """An event log that keeps a ``Trace`` and passes every row on to ``then``."""

    def __init__(
        self, spec: LineSpec, start: float, end: float, then: EventLog | None = None, bins: int = BINS
    ) -> None:
        self._start, self.end, self._width, self._then = start, end, (end - start) / bins, then
        self._names = [u.name for u in spec.units if not isinstance(u, BufferSpec)]
        self._seconds = np.zeros((len(self._names), len(ACCOUNTS), bins))
        self._current = [(0, 0.0)] * len(self._names)  # account and since when
        first = state_code(State.EXECUTE, Mode.PRODUCTION, Cause.NONE)
        self._known = [(first, 0.0)] * len(self._names)  # code and since when
        self._stretches: list[list[StateStretch]] = [[] for _ in self._names]
        self._levels: list[_Level] = []
        self._moves: dict[tuple[int, int], list[tuple[_Level, int]]] = {}
        self._find_levels(spec, bins)
        self._active = ActivePeriods(spec, start, end)
        self.write: Callable[[Row], None] = self._write if then is None else self._write_through

    def _find_levels(self, spec: LineSpec, bins: int) -> None:
        index = -1
        for unit in spec.units:
            if isinstance(unit, BufferSpec):
                if unit.capacity:
                    level = _Level(unit.name, "buffer", unit.capacity, unit.prefill, bins)
                    self._watch(level, comes=(index, Kind.LEAVE), goes=(index + 1, Kind.ENTER))
                continue
            index += 1
            if isinstance(unit, ConveyorSpec):
                level = _Level(unit.name, "conveyor", unit.places, unit.prefill, bins)
                self._watch(level, comes=(index, Kind.ENTER), goes=(index, Kind.LEAVE))

    def _watch(self, level: _Level, comes: tuple[int, int], goes: tuple[int, int]) -> None:
        self._levels.append(level)
        self._moves.setdefault(comes, []).append((level, 1))
        self._moves.setdefault(goes, []).append((level, -1))

    def _write_through(self, row: Row) -> None:
        assert self._then is not None
        self._then.write(row)
        self._write(row)

    def _write(self, row: Row) -> None:
        t, unit, kind, _, code, _ = row
        self._active.read(row)
        if kind == Kind.STATE:
            self._account(unit, t)
            self._current[unit] = (ACCOUNTS.index(account(*state_of(code))), t)
            if code != self._known[unit][0]:
                self._stretch(unit, t)
                self._known[unit] = code, t
        for level, step in self._moves.get((unit, kind), ()):
            self._measure(level, t)
            level.value += step

    def _account(self, unit: int, now: float) -> None:
        known, since = self._current[unit]
        for index, seconds in self._spread(since, now):
            self._seconds[unit, known, index] += seconds

    def _stretch(self, unit: int, now: float) -> None:
        """Keep what a unit was in until now if it lasted."""
        code, since = self._known[unit]
        start, end = max(since, self._start), min(now, self.end)
        if end - start >= self._width:
            state, mode, cause = state_of(code)
            self._stretches[unit].append(StateStretch(start, end, state, cause, account(state, mode, cause)))

    def _measure(self, level: _Level, now: float) -> None:
        for index, seconds in self._spread(level.since, now):
            level.seconds[index] += seconds * level.value
            level.low[index] = min(level.low[index], level.value)
            level.high[index] = max(level.high[index], level.value)
        level.since = now

    def _spread(self, since: float, now: float) -> Iterator[tuple[int, float]]:
        """The bins that an interval touches, with the seconds in each. Times of length 0 touch none."""
        since, now = max(since, self._start), min(now, self.end)
        last = self._seconds.shape[2] - 1
        index = min(int((since - self._start) / self._width), last)
        while since < now:
            edge = self._start + (index + 1) * self._width
            until = now if index == last else min(now, edge)
            if until > since:  # rounding may have put us one bin too low
                yield index, until - since
                since = until
            index += 1

    def close(self) -> None:
        """Complete the log that rows were passed on to."""
        if self._then is not None:
            self._then.close()

    def trace(self, now: float) -> Trace:
        """The trace up to ``now``, the end of the run."""
        for unit in range(len(self._names)):
            self._account(unit, now)
            self._stretch(unit, now)
        for level in self._levels:
            self._measure(level, now)
        shares = self._seconds / self._width
        return Trace(
            self._start,
            self.end,
            {n: {a: tuple(shares[u, k].tolist()) for k, a in enumerate(ACCOUNTS)} for u, n in enumerate(self._names)},
            {n: tuple(self._stretches[u]) for u, n in enumerate(self._names)},
            tuple(
                LevelTrace(
                    v.name, v.kind, v.capacity, tuple((v.seconds / self._width).tolist()), tuple(v.low.tolist()),
                    tuple(v.high.tolist()),
                )
                for v in self._levels
            ),
            self._active.found(now),
            self._active.waits(now),
        )  # fmt: skip
