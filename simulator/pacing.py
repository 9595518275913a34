"""Real time for a line: the pacer keeps model time at wall time × speed and lets commands in between events.

The model is synchronous and knows no wall clock. Before a command enters, the model is first brought up to now, so
that the command gets the time at which it came; then everybody who projects the model is told to look again.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol, TypeVar

T = TypeVar("T")
LAG_TOLERATED_S = 1.0  # wall seconds behind before the pacer says so


class Steppable(Protocol):
    """What is paced: a line."""

    def peek(self) -> float: ...

    def step_to(self, t: float) -> None: ...


class Projected(Protocol):
    """What looks at the model: an equipment."""

    def tick(self) -> None: ...

    def next_wake(self, now: float) -> float | None: ...


class Pacer:
    """Runs one line. ``speed`` is model seconds per wall second; ``period`` the longest wall time between two looks."""

    def __init__(
        self,
        line: Steppable,
        *,
        speed: float = 1.0,
        period: float = 0.05,
        on_lag: Callable[[float], None] | None = None,
    ) -> None:
        if speed <= 0:
            raise ValueError("speed must be above 0")
        self._line = line
        self.speed = speed
        self._period = period
        self._on_lag = on_lag
        self._projected: list[Projected] = []
        self._epoch = time.monotonic()
        self._utc_epoch = datetime.now(UTC)
        self._reached = 0.0
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
        self._epoch = time.monotonic() - self._reached / self.speed
        self._utc_epoch = datetime.now(UTC) - timedelta(seconds=self._reached / self.speed)
        while True:
            due = self._due()
            self._advance(due)
            self._tick()
            self._note_lag(self._due() - due)
            await self._sleep()

    def _due(self) -> float:
        return max(self._reached, (time.monotonic() - self._epoch) * self.speed)

    def _advance(self, until: float) -> None:
        if until > self._reached:
            self._line.step_to(until)
            self._reached = until

    def _tick(self) -> None:
        for projected in self._projected:
            projected.tick()

    async def _sleep(self) -> None:
        wakes = [w for w in (p.next_wake(self._reached) for p in self._projected) if w is not None]
        upcoming = min([self._line.peek(), *wakes])
        wall = (upcoming - self._due()) / self.speed
        self._wake.clear()
        try:
            async with asyncio.timeout(min(self._period, max(wall, 0.001))):
                await self._wake.wait()
        except TimeoutError:
            return

    def _note_lag(self, behind: float) -> None:
        """Say once when a round took longer than tolerated, and once when the pace is kept again."""
        self.lag = behind / self.speed
        lagging = self.lag > LAG_TOLERATED_S
        if lagging != self._lagging:
            self._lagging = lagging
            if self._on_lag is not None:
                self._on_lag(self.lag)
