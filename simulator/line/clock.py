"""The clock: SimPy's environment with explicit priorities and a run that includes its last instant.

SimPy orders simultaneous events by priority, then by scheduling. Priorities here are ``kind * 4096 + rank``, the rank
growing upstream, which is the order of ``docs/line-semantics.md``, section 8.
"""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappush
from typing import Any

import simpy

REPAIRED, TRANSIENT_DONE, HANDED_OVER, SERVED, FAILED, REOPENED, FLUSHED, COMMANDED = range(1, 9)
RANKS = 4096


class Moment(simpy.Event):
    """Something that will happen. It is given up by forgetting it: its owner ignores a moment that it no longer holds."""

    def __init__(self, clock: Clock, callback: Callable[[Moment], None], owner: Any = None) -> None:
        super().__init__(clock)
        self.owner = owner
        self.then = [callback]  # kept apart: SimPy drops ``callbacks`` once they have run
        self._ok = True
        self._value = None


class Clock(simpy.Environment):
    """Simulated time in seconds."""

    _queue: list[tuple[float, int, int, simpy.Event]]

    def at(self, time: float, priority: int, moment: Moment) -> None:
        """Let ``moment`` happen at ``time``; ``simpy`` itself knows only delays, which would round a second time."""
        moment.callbacks = moment.then  # type: ignore[assignment]
        heappush(self._queue, (time, priority, next(self._eid), moment))  # type: ignore[misc]

    def advance(self, until: float) -> None:
        """Process every event at or before ``until`` and set the time to it."""
        queue, step = self._queue, self.step
        while queue and queue[0][0] <= until:
            step()
        self._now = until
