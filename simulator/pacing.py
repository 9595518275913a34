"""Real time for a line: the pacer keeps model time at wall time × speed and lets commands in between events.

The model is synchronous and knows no wall clock. Before a command enters, the model is first brought up to now, so
that the command gets the time at which it came; then everybody who projects the model is told to look again.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from math import inf
from typing import Protocol, TypeVar

T = TypeVar("T")
LAG_TOLERATED_S = 1.0  # wall seconds that what is shown may be late before the pacer says so


class Steppable(Protocol):
    """What is paced: a line."""

    def peek(self) -> float: ...

    def step_to(self, t: float) -> None: ...


class Projected(Protocol):
    """What looks at the model: an equipment."""

    def tick(self) -> None: ...

    def next_wake(self, now: float) -> float | None: ...


def _wall_clock() -> float:
    """Looked up at every call, so that a test may replace it."""
    return time.monotonic()


class Pacer:
    """Runs one line. ``speed`` is model seconds per wall second; ``period`` the longest wall time between two looks.

    ``on_lag`` is told the lag in wall seconds when the pace is no longer kept, and when it is kept again. ``clock`` gives
    wall time in s, for tests.
    """

    def __init__(
        self,
        line: Steppable,
        *,
        speed: float = 1.0,
        period: float = 0.05,
        on_lag: Callable[[float], None] | None = None,
        clock: Callable[[], float] | None = None,
    ) -> None:
        if speed <= 0:
            raise ValueError("speed must be above 0")
        self._line = line
        self.speed = speed
        self._period = period
        self._on_lag = on_lag
        self._projected: list[Projected] = []
        self._clock = clock or _wall_clock
        self._epoch = self._clock()
        self._utc_epoch = datetime.now(UTC)
        self._reached = 0.0
        self._next_look = inf
        self._wake = asyncio.Event()
        self._lagging = False
        self.lag = 0.0

    def add(self, projected: Projected) -> None:
        self._projected.append(projected)

    # -- time (see ``simulator.interface.simulated.Time``) ---------------------------------------------------------------

    def model_now(self) -> float:
        """The model time that has been reached, in s."""
        return self._reached

    def utc_now(self) -> datetime:
        return datetime.now(UTC)

    def to_utc(self, model_time: float) -> datetime:
        return self._utc_epoch + timedelta(seconds=model_time / self.speed)

    def inject(self, action: Callable[[], T]) -> T:
        """Bring the model up to now, act, let everybody look, and have the loop reconsider its next step."""
        self._advance(self._due())
        try:
            return action()
        finally:
            self._tick()
            self._wake.set()

    # -- the loop ----------------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Run until cancelled."""
        self._epoch = self._clock() - self._reached / self.speed
        self._utc_epoch = datetime.now(UTC) - timedelta(seconds=self._reached / self.speed)
        while True:
            await self._sleep(self.look() - self._clock())

    def look(self) -> float:
        """One round: the model up to now, everybody looks. Returns the wall time at which the next one is due."""
        began = self._clock()
        self._advance(self._due())
        self._tick()
        ended = self._clock()
        self._note_lag(ended - min(began, self._next_look))
        wakes = [w for w in (p.next_wake(self._reached) for p in self._projected) if w is not None]
        upcoming = (min([self._line.peek(), *wakes]) - self._due()) / self.speed
        self._next_look = ended + min(self._period, max(upcoming, 0.001))
        return self._next_look

    def _due(self) -> float:
        return max(self._reached, (self._clock() - self._epoch) * self.speed)

    def _advance(self, until: float) -> None:
        if until > self._reached:
            self._line.step_to(until)
            self._reached = until

    def _tick(self) -> None:
        for projected in self._projected:
            projected.tick()

    async def _sleep(self, seconds: float) -> None:
        self._wake.clear()
        try:
            async with asyncio.timeout(max(seconds, 0.001)):
                await self._wake.wait()
        except TimeoutError:
            return

    def _note_lag(self, lag: float) -> None:
        """Say once that the pace is not kept, and once that it is again.

        What is shown is late by the time from when a look was due to when it was done: a model that is too slow for the
        speed, and a process that has no time to look, come to the same.
        """
        self.lag = lag
        lagging = lag > (LAG_TOLERATED_S / 2 if self._lagging else LAG_TOLERATED_S)
        if lagging != self._lagging:
            self._lagging = lagging
            if self._on_lag is not None:
                self._on_lag(lag)
