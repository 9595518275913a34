"""When a unit waits for nobody, and how long for whom, read from the event log: what the bottlenecks are made of.

A unit waits when a hand-over with a neighbour comes later than it could: after both could have been ready, plus the time
that it takes (``transfer_s``, the pitch of a conveyor). A machine of one place waits while it is starved or blocked; one of
several, while any of its places is; a conveyor, while its entry is free and nothing comes, or the item at its end may not go.
Being down, or stopped for another reason of its own, is no wait.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from itertools import chain, pairwise
from math import inf

import numpy as np

from simulator.experiments.accounts import account
from simulator.line.log import Kind, Row, state_of
from simulator.line.spec import BufferSpec, ConveyorSpec, LineSpec, MachineSpec, UnitSpec

Period = tuple[float, float]
"""Start and end in s."""
PARTS = 20  # of the time, by which waits of one replication are compared
_NOISE = 1e-6  # s, of sums of times
_ENTER, _START, _END, _LEAVE, _SCRAP, _STATE = (
    int(k) for k in (Kind.ENTER, Kind.START, Kind.END, Kind.LEAVE, Kind.SCRAP, Kind.STATE)
)
_NEITHER = ("productive", "starved", "blocked", "standby")  # all other accounts are being down


@dataclass(frozen=True)
class Waits:
    """What a unit waited for its neighbours: shares, 0 to 1, of ``PARTS`` equal parts of the time."""

    starved: tuple[float, ...]
    blocked: tuple[float, ...]


class _Wait:
    """One reason to wait. ``lasted``: when it did; all that ended by ``start`` are forgotten but the last."""

    def __init__(self, start: float) -> None:
        self.lasted: list[Period] = []
        self._start = start
        self._due = inf  # from when on it is a wait

    def begin(self, due: float) -> None:
        """It is a wait from ``due`` on, unless it ends before."""
        self._due = min(self._due, due)

    def end(self, t: float) -> None:
        if t > self._due + _NOISE:
            if self.lasted and self.lasted[-1][1] <= self._start:
                self.lasted.pop()
            self.lasted.append((self._due, t))
        self._due = inf

    def shares(self, end: float) -> tuple[float, ...]:
        """The share of each part of the time up to ``end`` in which it lasted."""
        self.end(end)
        edges = np.linspace(self._start, end, PARTS + 1)
        if not self.lasted or end <= self._start:
            return (0.0,) * PARTS
        at = np.array(self.lasted)
        waited = np.concatenate(([0.0], np.cumsum(at[:, 1] - at[:, 0])))
        sofar = np.interp(edges, at.ravel(), np.repeat(waited, 2)[1:-1])
        return tuple((np.diff(sofar) / np.diff(edges)).tolist())


class Activity:
    """Of a machine of one place: the waits are in its states. ``before`` and ``after`` are its neighbours."""

    def __init__(self, spec: UnitSpec, before: UnitSpec | None, after: UnitSpec | None, start: float) -> None:
        self.spec = spec
        self.starved, self.blocked, self._resting = _Wait(start), _Wait(start), _Wait(start)
        self._down = _Wait(start)
        self.comes_s = before.transfer_s if before is not None else 0.0
        self.pitch_before, self.pitch_after = _pitch(before), _pitch(after)
        self.entered = self.left = -inf

    def read(self, row: Row) -> None:
        """A row of the event log that is about this unit."""
        t, _, kind, _, code, _ = row
        if kind == _ENTER:
            self.entered = t
        elif kind == _LEAVE:
            self.left = t
        elif kind == _STATE:
            found = account(*state_of(code))
            self.rests(t, found)
            self.turns(t, found)

    def rests(self, t: float, found: str) -> None:
        """A new state: down, or at rest."""
        self._down.end(t)
        self._resting.end(t)
        if found not in _NEITHER:
            self._down.begin(t)
        elif found == "standby":
            self._resting.begin(t)

    def turns(self, t: float, found: str) -> None:
        """A new state: what it says of waits."""
        self.starved.end(t)
        self.blocked.end(t)
        if found == "starved":
            self.starved.begin(max(t, self.entered + self.pitch_before) + self.comes_s)
        elif found == "blocked":
            self.blocked.begin(max(t, self.left + self.pitch_after))

    def active(self, end: float) -> list[Period]:
        """The periods without a wait up to ``end``."""
        for wait in (self.starved, self.blocked, self._resting, self._down):
            wait.end(end)
        waits = _union(sorted(chain(self.starved.lasted, self.blocked.lasted, self._resting.lasted)))
        waits = _without(waits, self._down.lasted)
        edges = [(-inf, 0.0), *waits, (end, inf)]
        return [(a, b) for (_, a), (b, _) in pairwise(edges) if b > a]

    def waits(self, end: float) -> Waits:
        """How long it wanted an item, or a place for one, up to ``end``."""
        return Waits(self.starved.shares(end), self.blocked.shares(end))


class _Belt(Activity):
    """A conveyor: its entry is one place, busy for a pitch after each item. To its neighbours it is a store, which makes them
    wait when it is full or empty; so says its state."""

    def __init__(self, spec: ConveyorSpec, before: UnitSpec | None, after: UnitSpec | None, start: float) -> None:
        super().__init__(spec, before, after, start)
        self._empty, self._full = _Wait(start), _Wait(start)
        self.starved.begin(0.0)

    def read(self, row: Row) -> None:
        t, _, kind, _, _, _ = row
        if kind == _ENTER:
            self.starved.end(t)
            self.starved.begin(t + _pitch(self.spec) + self.comes_s)
        elif kind == _END:
            self.blocked.begin(max(t, self.left + self.pitch_after) + self.spec.transfer_s)
        elif kind == _LEAVE:
            self.blocked.end(t)
            self.left = t
        else:
            super().read(row)

    def turns(self, t: float, found: str) -> None:
        """Empty or full; its own waits are in its hand-overs."""
        for wait, of in ((self._empty, "starved"), (self._full, "blocked")):
            wait.end(t)
            if found == of:
                wait.begin(t)

    def waits(self, end: float) -> Waits:
        return Waits(self._empty.shares(end), self._full.shares(end))


class _Several(Activity):
    """A machine of several places, which are its trays if it has some."""

    def __init__(self, spec: MachineSpec, before: UnitSpec | None, after: UnitSpec | None, start: float) -> None:
        super().__init__(spec, before, after, start)
        self._free = (spec.slots - spec.prefill) // spec.tray
        self._loading = 0
        self._tray = spec.tray
        self._sizes: dict[int, int] = {}  # of trays at work, by their first item
        self._out: deque[list[float]] = deque()  # items left in each finished tray, and when it was finished
        self._hampered = False
        self._wants(0.0)

    def read(self, row: Row) -> None:
        t, _, kind, item, _, _ = row
        if kind == _ENTER:
            self.starved.end(t)
            self.entered = t
            self._free -= self._loading == 0
            self._loading += 1
        elif kind == _START:
            self._sizes[item], self._loading = self._loading, 0
        elif kind == _END:
            self._out.append([self._sizes.pop(item, self._tray), t])
            self._offers()
        elif kind == _SCRAP:
            self._out[-1][0] -= 1
            self._release(t)
        elif kind == _LEAVE:
            self.blocked.end(t)
            self.left = t
            self._out[0][0] -= 1
            self._release(t)
        else:
            super().read(row)
            return
        self._wants(t)

    def _release(self, t: float) -> None:
        """Trays that are empty are free."""
        for tray in [tray for tray in self._out if tray[0] <= 0]:
            self._out.remove(tray)
            self._free += 1
        if not self._out:
            self.blocked.end(t)
        self._offers()

    def _wants(self, t: float) -> None:
        if self._hampered or not (self._free or self._loading):
            self.starved.end(t)
        else:
            self.starved.begin(max(t, self.entered + self.pitch_before) + self.comes_s)

    def _offers(self) -> None:
        if self._out and not self._hampered:
            self.blocked.begin(max(self._out[0][1], self.left + self.pitch_after) + self.spec.transfer_s)

    def turns(self, t: float, found: str) -> None:
        """After a failure the hand-overs begin anew."""
        hampered = found not in _NEITHER
        if hampered or self._hampered:
            self.starved.end(t)
            self.blocked.end(t)
            self._hampered = hampered
            for tray in self._out:
                tray[1] = max(tray[1], t)
            self._wants(t)
            self._offers()


def activities(spec: LineSpec, start: float) -> dict[str, Activity]:
    """The activity of every unit, by name in the order of the line; periods that ended by ``start`` may be forgotten."""
    units = [u for u in spec.units if not isinstance(u, BufferSpec)]
    around = zip([None, *units[:-1]], units, [*units[1:], None], strict=True)
    return {unit.name: _activity(before, unit, after, start) for before, unit, after in around}


def _activity(before: UnitSpec | None, unit: UnitSpec, after: UnitSpec | None, start: float) -> Activity:
    if isinstance(unit, ConveyorSpec):
        return _Belt(unit, before, after, start)
    return (Activity if unit.slots == unit.tray else _Several)(unit, before, after, start)


def _pitch(unit: UnitSpec | None) -> float:
    """The least time in s between two items at a unit that carries them; 0 at others."""
    return unit.spacing_m / unit.speed_m_s if isinstance(unit, ConveyorSpec) else 0.0


def _union(periods: list[Period]) -> list[Period]:
    """Sorted periods, those that touch joined."""
    joined: list[Period] = []
    for s, e in periods:
        if joined and s <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], e))
        else:
            joined.append((s, e))
    return joined


def _without(periods: list[Period], holes: list[Period]) -> list[Period]:
    """What is left of sorted periods outside sorted holes."""
    left: list[Period] = []
    at = 0
    for s, e in periods:
        while at < len(holes) and holes[at][1] <= s:
            at += 1
        since, k = s, at
        while k < len(holes) and holes[k][0] < e:
            if holes[k][0] > since:
                left.append((since, holes[k][0]))
            since = max(since, holes[k][1])
            k += 1
        if e > since:
            left.append((since, e))
    return left
