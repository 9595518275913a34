"""The clock: SimPy's environment with explicit priorities and a run that includes its last instant.

SimPy orders simultaneous events by priority, then by scheduling. Priorities are ``kind * 4096 + rank``,
the rank growing upstream, which is the order of ``docs/line-semantics.md``, section 8.
"""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappop, heappush
from typing import Any

import simpy

REPAIRED, TRANSIENT_DONE, HANDED_OVER, SERVED, FAILED, REOPENED, FLUSHED, COMMANDED = range(1, 9)
RANKS = 4096


class Moment(simpy.Event):
    """Something that will happen at a time.

    It is given up by forgetting it: its owner ignores a moment that it no longer holds. It may be used again.
    """

    def __init__(self, clock: Clock, then: Callable[[Moment], None], owner: Any = None) -> None:
        super().__init__(clock)
        self.then, self.owner = then, owner
        self._ok, self._value = True, None


class Clock(simpy.Environment):
    """Simulated time in seconds. ``time`` is ``now`` without the cost of a property."""

    _queue: list[Any]

    def __init__(self) -> None:
        super().__init__()
        self.time = 0.0

    def at(self, time: float, priority: int, moment: Moment) -> None:
        """Let ``moment`` happen at ``time``.

        SimPy itself knows only delays, which would round a second time.
        """
        heappush(self._queue, (time, priority, next(self._eid), moment))

    def advance(self, until: float) -> None:
        """Process every event at or before ``until`` and set the time to it.

        Moments are called directly, which saves a third of the time of a step; SimPy steps its own events.
        """
        queue = self._queue
        while queue and queue[0][0] <= until:
            if queue[0][3].__class__ is Moment:
                time, _, _, moment = heappop(queue)
                self._now = self.time = time
                moment.then(moment)
            else:
                self.time = queue[0][0]
                self.step()
        self._now = self.time = until
