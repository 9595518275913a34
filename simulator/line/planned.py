"""When planned stops begin and end (``docs/line-semantics.md``, section 12)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import inf

from simulator.line.clock import Clock, Moment
from simulator.line.packml import Cause
from simulator.line.shifts import StopSpec

CAUSES = {"break": int(Cause.BREAK), "maintenance": int(Cause.MAINTENANCE)}  # the greater number goes before


class _Stop:
    """One planned stop; ``edge``: when it begins or ends next, in s."""

    def __init__(self, spec: StopSpec) -> None:
        self._spec, self.cause = spec, CAUSES[spec.kind]
        self._n = first(spec)
        self.on = False
        self.edge = max(0.0, self._begin())

    def _begin(self) -> float:
        return self._spec.begin + self._n * self._spec.every

    def passes(self) -> None:
        """It begins, or ends."""
        if self.on:
            self._n += 1
            self.edge = self._begin()
        else:
            self.edge = self._begin() + self._spec.length
        self.on = not self.on


def first(stop: StopSpec) -> int:
    """Which repetition ends after the start of the run: -1 if one is on at the start that began before it."""
    return -1 if stop.begin + stop.length > stop.every else 0


class Planned:
    """The planned stops of one unit, or of the operators. ``turns`` is told the cause when it changes, 0 for none."""

    def __init__(self, clock: Clock, priority: int, stops: Sequence[StopSpec], turns: Callable[[int], None]) -> None:
        self._clock, self._priority, self._turns = clock, priority, turns
        self._stops = [_Stop(s) for s in stops]
        self._cause = 0
        self._await()

    def _await(self) -> None:
        due = min((s.edge for s in self._stops), default=inf)
        if due < inf:
            self._clock.at(due, self._priority, Moment(self._clock, self._due))

    def _due(self, _moment: Moment) -> None:
        for stop in self._stops:
            while stop.edge <= self._clock.time:
                stop.passes()
        self._await()
        cause = max((s.cause for s in self._stops if s.on), default=0)
        if cause != self._cause:
            self._cause = cause
            self._turns(cause)
