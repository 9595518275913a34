"""What the units of one line share, and how a unit's time and items are counted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from simulator.line.clock import Clock
from simulator.line.item import ItemRecord
from simulator.line.log import Row
from simulator.line.packml import Cause, State, Transitions
from simulator.line.shifts import CalendarSpec

if TYPE_CHECKING:
    from simulator.line.operators import Operators
    from simulator.line.unit import Unit

_CAUSES = len(Cause)
_MODES = 4 * _CAUSES
_CELLS = [(state, mode, cause) for state in range(18) for mode in range(4) for cause in range(_CAUSES)]


@dataclass
class Context:
    """What all units of one line share.

    ``live``: port changes are announced for somebody who looks; ``recorded``: item records are made, and given to
    ``record``.
    """

    clock: Clock
    seed: int
    line: str
    transitions: Transitions
    write: Callable[[Row], None] | None = None
    live: bool = False
    recorded: bool = False
    record: Callable[[ItemRecord], None] | None = None
    planned: bool = False
    holds_quality: bool = False
    lot_size: int = 1000
    calendar: CalendarSpec = field(default_factory=CalendarSpec)
    operators: Operators | None = None
    zone_reacts: Callable[[Unit, str], None] = lambda _unit, _reaction: None
    zone_is_safe: Callable[[Unit], bool] = lambda _unit: True


@dataclass(frozen=True)
class Counters:
    """Items since the start of the run; entered = good + scrap + wip, always."""

    entered: int
    good: int
    scrap: int
    wip: int


class Accounts:
    """Seconds by (state, mode, cause), kept flat because every change of state passes here."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._seconds = [0.0] * len(_CELLS)
        self._cell = 0
        self._since = 0.0
        self._entered: dict[tuple[int, int, int], float] | None = None  # seconds() as of the last change, once asked

    def enter(self, state: int, mode: int, cause: int) -> None:
        """From now on time counts for another (state, mode, cause)."""
        now = self._clock.time
        self._seconds[self._cell] += now - self._since
        self._since = now
        self._cell = state * _MODES + mode * _CAUSES + cause
        self._entered = None

    def seconds(self) -> dict[tuple[int, int, int], float]:
        """Seconds by (state, mode, cause), up to now."""
        if self._entered is None:
            cells = enumerate(self._seconds)
            self._entered = {_CELLS[c]: s for c, s in cells if s > 0 or c == self._cell}
        totals, here = dict(self._entered), _CELLS[self._cell]
        totals[here] += self._clock.time - self._since
        if totals[here] <= 0:
            del totals[here]
        return totals

    def state_times(self) -> dict[tuple[int, int], float]:
        """Seconds by (state, mode), up to now."""
        return state_times(self.seconds())

    def seconds_in(self, state: int) -> float:
        """Seconds in one state, up to now."""
        here = self._clock.time - self._since if self._cell // _MODES == state else 0.0
        return sum(self._seconds[state * _MODES : (state + 1) * _MODES]) + here

    def energy_wh(self, powers: dict[int, float]) -> float:
        """Energy in Wh: seconds in each state times its power in W; unlisted states take that of Idle."""
        return energy_wh(self.state_times(), powers)

    def reset(self) -> None:
        """Start anew (end of warm-up)."""
        self._seconds = [0.0] * len(_CELLS)
        self._since = self._clock.time
        self._entered = None


def state_times(seconds: dict[tuple[int, int, int], float]) -> dict[tuple[int, int], float]:
    """Seconds by (state, mode), of seconds by (state, mode, cause)."""
    result: dict[tuple[int, int], float] = {}
    for (state, mode, _cause), s in seconds.items():
        result[(state, mode)] = result.get((state, mode), 0.0) + s
    return result


def energy_wh(times: dict[tuple[int, int], float], powers: dict[int, float]) -> float:
    """Energy in Wh: seconds in each state times its power in W; unlisted states take that of Idle."""
    idle = powers.get(State.IDLE, 0.0)
    return sum(s * powers.get(state, idle) for (state, _), s in times.items()) / 3600
