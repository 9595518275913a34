"""Lines of exponential times solved exactly: every state is written down and the balance equations are solved.

A second opinion on the line model. It shares no code with it and knows no clock: only which state follows which at what rate. Semantics as in
``docs/line-semantics.md``: blocking after service, preemptive-resume, a source that is never empty, a sink that is never full.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from math import comb
from typing import Any, NamedTuple

import numpy as np
from scipy.sparse import csc_matrix
from scipy.sparse.linalg import spsolve

from simulator.line import LineSpec


@dataclass(frozen=True)
class Station:
    """A machine and the ``places`` of the buffer behind it. Rates per second; ``rate`` is that of one server's service.

    ``fails``: while it works, or with ``timed`` whenever it is up; with ``alone`` each server by itself while it works.
    ``stays_open``: a machine that is down hands over.
    """

    rate: float
    servers: int = 1
    tray: int = 1
    places: int = 0
    scrap: float = 0.0
    fails: float = 0.0
    repaired: float = 1.0
    timed: bool = False
    stays_open: bool = True
    alone: bool = False


class Filling(NamedTuple):
    """What a station holds: ``working`` trays, items in the tray that is ``loading``, the items left in each tray that is ``done``.

    ``broken``: trays whose server has failed alone, ``behind``: items in its buffer.
    """

    working: int = 0
    loading: int = 0
    done: tuple[int, ...] = ()
    up: bool = True
    behind: int = 0
    broken: int = 0


State = tuple[Filling, ...]


@dataclass(frozen=True)
class Exact:
    """Long-run figures: items per second, mean items in the line, and per station its mean buffer level and shares of time."""

    throughput: float
    wip: float
    levels: tuple[float, ...]
    shares: tuple[dict[str, float], ...]


@dataclass
class _Chain:
    stations: tuple[Station, ...]
    numbers: dict[State, int] = field(default_factory=dict)
    moves: list[tuple[int, int, float, int]] = field(default_factory=list)
    """From, to, rate, good items that leave the line."""

    def explore(self) -> None:
        first, _ = self._settle([Filling() for _ in self.stations])
        self.numbers[first] = 0
        todo = [first]
        while todo:
            state = todo.pop()
            for rate, changed in self._changes(state):
                after, left = self._settle(changed)
                if after not in self.numbers:
                    self.numbers[after] = len(self.numbers)
                    todo.append(after)
                self.moves.append((self.numbers[state], self.numbers[after], rate, left))

    def _changes(self, state: State) -> Iterator[tuple[float, list[Filling]]]:
        for i, (station, now) in enumerate(zip(self.stations, state, strict=True)):
            if not now.up:
                yield station.repaired, _with(state, i, now._replace(up=True))
                continue
            if station.fails and station.alone:
                for moved, rate in ((1, station.fails * now.working), (-1, station.repaired * now.broken)):
                    if rate:
                        trays = now._replace(working=now.working - moved, broken=now.broken + moved)
                        yield rate, _with(state, i, trays)
            elif station.fails and (station.timed or now.working):
                yield station.fails, _with(state, i, now._replace(up=False))
            for good in range(station.tray + 1) if now.working else ():
                p = station.scrap
                chance = comb(station.tray, good) * (1 - p) ** good * p ** (station.tray - good)
                done = (*now.done, good) if good else now.done
                if chance:
                    yield (
                        station.rate * now.working * chance,
                        _with(state, i, now._replace(working=now.working - 1, done=done)),
                    )

    def _settle(self, state: list[Filling]) -> tuple[State, int]:
        """Hand over until nothing can move; also how many items left the line."""
        left, moved = 0, True
        while moved:
            moved = False
            for i in reversed(range(len(state))):
                if i == len(state) - 1 and self._gives(state, i):
                    self._take_out(state, i)
                    left += 1
                elif state[i].behind and self._has_room(state, i + 1):
                    state[i] = state[i]._replace(behind=state[i].behind - 1)
                    self._put_in(state, i + 1)
                elif self._gives(state, i) and state[i].behind < self.stations[i].places:
                    self._take_out(state, i)
                    state[i] = state[i]._replace(behind=state[i].behind + 1)
                elif not state[i].behind and self._gives(state, i) and self._has_room(state, i + 1):
                    self._take_out(state, i)
                    self._put_in(state, i + 1)
                elif i == 0 and self._has_room(state, 0):
                    self._put_in(state, 0)
                else:
                    continue
                moved = True
        return tuple(state), left

    def _gives(self, state: list[Filling], i: int) -> bool:
        return bool(state[i].done) and (state[i].up or self.stations[i].stays_open)

    def _has_room(self, state: list[Filling], i: int) -> bool:
        if i == len(state) or not (state[i].up or self.stations[i].stays_open):
            return False
        now = state[i]
        return bool(now.loading) or now.working + now.broken + len(now.done) < self.stations[i].servers

    def _put_in(self, state: list[Filling], i: int) -> None:
        now = state[i]
        if now.loading + 1 == self.stations[i].tray:
            state[i] = now._replace(loading=0, working=now.working + 1)
        else:
            state[i] = now._replace(loading=now.loading + 1)

    def _take_out(self, state: list[Filling], i: int) -> None:
        first, *others = state[i].done
        state[i] = state[i]._replace(done=(first - 1, *others) if first > 1 else tuple(others))


def _with(state: State, i: int, filling: Filling) -> list[Filling]:
    return [filling if k == i else other for k, other in enumerate(state)]


def solve(*stations: Station) -> Exact:
    """The stationary distribution of a line that is never starved at its head nor blocked at its end."""
    chain = _Chain(stations)
    chain.explore()
    n = len(chain.numbers)
    source, target, rate, left = (np.array(column) for column in zip(*chain.moves, strict=True))
    balance = csc_matrix(
        (np.r_[rate, -rate, np.ones(n)], (np.r_[target + 1, source + 1, np.zeros(n)], np.r_[source, source, :n])),
        shape=(n + 1, n),
    )[:n]  # the sum of all probabilities stands for the last state's balance, which follows from the others
    share = spsolve(balance, np.eye(1, n)[0])
    states = list(chain.numbers)

    def mean(of: Any) -> float:
        return float(share @ [of(state) for state in states])

    return Exact(
        throughput=float((share[source] * rate) @ left),
        wip=mean(lambda state: sum(_items(s, at) for s, at in zip(stations, state, strict=True))),
        levels=tuple(mean(lambda state, i=i: state[i].behind) for i in range(len(stations))),
        shares=tuple(
            {what: mean(lambda state, i=i, what=what: _account(state[i]) == what) for what in ACCOUNTS}
            for i in range(len(stations))
        ),
    )


ACCOUNTS = ("working", "starved", "blocked", "down")


def _account(now: Filling) -> str:
    if not now.up:
        return "down"
    return "working" if now.working or now.broken else "blocked" if now.done else "starved"


def _items(station: Station, now: Filling) -> int:
    return (now.working + now.broken) * station.tray + now.loading + sum(now.done) + now.behind


def line_file(*stations: Station) -> LineSpec:
    """The same line for the simulator."""
    units: list[dict[str, Any]] = []
    for i, s in enumerate(stations):
        failure = {"clock": "time" if s.timed else "operation", "mtbf": 1 / (s.fails or 1), "mttr": 1 / s.repaired}
        failure["scope"] = "place" if s.alone else "unit"
        units.append(
            {
                "name": f"M{i}",
                "process_time": {"distribution": "exponential", "mean": 1 / s.rate},
                "slots": s.servers * s.tray,
                "tray": s.tray,
                "scrap": s.scrap,
                "failures": [failure] if s.fails else [],
                "hands_over_when_down": s.stays_open,
            }
        )
        if i + 1 < len(stations):
            units.append({"kind": "buffer", "name": f"B{i}", "capacity": s.places})
    return LineSpec.model_validate({"name": "markov", "units": units})
