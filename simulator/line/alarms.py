"""The alarms of a unit: raised and cleared by it, acknowledged by people."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

_REMEMBERED = 256  # raised alarms, so that a record can name the one that came while its item was in work


@dataclass(frozen=True)
class Alarm:
    """One alarm. Times in s from the start of the run, ``None`` while it has not happened."""

    number: int
    raised_at: float
    cleared_at: float | None = None
    acked_at: float | None = None

    @property
    def active(self) -> bool:
        return self.cleared_at is None

    @property
    def acked(self) -> bool:
        return self.acked_at is not None


class Alarms:
    """Alarms that are active or not yet acknowledged, by number; the last raised one counts per number."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._alarms: dict[int, Alarm] = {}
        self._raised: deque[tuple[float, int]] = deque(maxlen=_REMEMBERED)

    def __iter__(self) -> Iterator[Alarm]:
        return iter(self._alarms.values())

    @property
    def active(self) -> tuple[Alarm, ...]:
        return tuple(a for a in self._alarms.values() if a.active)

    @property
    def unacknowledged(self) -> tuple[Alarm, ...]:
        return tuple(a for a in self._alarms.values() if not a.acked)

    def get(self, number: int) -> Alarm | None:
        return self._alarms.get(number)

    def raise_(self, number: int) -> bool:
        """Raise an alarm; False if it was active already."""
        known = self._alarms.get(number)
        if known is not None and known.active:
            return False
        self._alarms.pop(number, None)
        now = self._now()
        self._alarms[number] = Alarm(number, now)
        self._raised.append((now, number))
        return True

    def first_raised(self, start: float, end: float) -> int:
        """The first alarm raised in [start, end] (s), also if it has gone since; 0 if there was none."""
        return next((number for at, number in self._raised if start <= at <= end), 0)

    def clear(self, number: int) -> bool:
        """The alarm's reason has gone; False if it was not active."""
        known = self._alarms.get(number)
        if known is None or not known.active:
            return False
        self._keep(replace(known, cleared_at=self._now()))
        return True

    def acknowledge(self, number: int) -> bool:
        """Somebody has seen it; False if there is nothing to acknowledge."""
        known = self._alarms.get(number)
        if known is None or known.acked:
            return False
        self._keep(replace(known, acked_at=self._now()))
        return True

    def _keep(self, alarm: Alarm) -> None:
        if alarm.active or not alarm.acked:
            self._alarms[alarm.number] = alarm
        else:
            del self._alarms[alarm.number]
