"""Machine time: the tester's monotonic clock, multiplied by the target's time scale."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime


class MachineClock:
    """Machine seconds since the clock was made. ``scale`` 10 means a mock that lives ten times faster than the wall."""

    def __init__(self, scale: float = 1.0) -> None:
        self.scale = scale
        self._zero = time.monotonic()

    def now(self) -> float:
        """Machine seconds."""
        return self.wall() * self.scale

    def wall(self) -> float:
        """Wall seconds since the clock was made, monotonic."""
        return time.monotonic() - self._zero

    def to_wall(self, machine_s: float) -> float:
        return machine_s / self.scale

    def to_machine(self, wall_s: float) -> float:
        return wall_s * self.scale

    async def sleep(self, machine_s: float) -> None:
        await asyncio.sleep(max(0.0, self.to_wall(machine_s)))


def utc_now() -> str:
    """The present time, UTC, ISO 8601 with milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")
