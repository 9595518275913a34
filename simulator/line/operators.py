"""Operators shared by the units of a line (``docs/line-semantics.md``, sections 10.4 and 13)."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from math import inf
from typing import TYPE_CHECKING, Any

from simulator.line.clock import COMMANDED, RANKS, Clock, Moment
from simulator.line.errors import CommandRefused
from simulator.line.packml import AT_REST, Cause, Command, State
from simulator.line.planned import Planned
from simulator.line.safety import LATCHED, TRIPPED
from simulator.line.shifts import OperatorsSpec, StopSpec

if TYPE_CHECKING:
    from simulator.line.line import Line
    from simulator.line.unit import Unit

_TO_REST = frozenset({State.CLEARING, State.STOPPING, State.ABORTING, State.RESETTING})
_NOT_BACK = _TO_REST | {State.STOPPED, State.IDLE, State.ABORTED}


class _Operator:
    """One of them: where he is (m) or goes, since when he is busy (s), and for how long he was before (s)."""

    def __init__(self, at: float) -> None:
        self.at = at
        self.busy = False
        self.since = self.seconds = 0.0


class Operators:
    """Calls are answered in their order, each by the free operator who is nearest, the first of those equally near.

    ``positions``: of the units along the line in m. While a planned stop of theirs is on, nobody sets out.
    """

    def __init__(
        self, clock: Clock, spec: OperatorsSpec, positions: Sequence[float], stops: Sequence[StopSpec]
    ) -> None:
        self._clock, self._response, self._walking = clock, spec.response, spec.walking_m_s or inf
        self._positions = positions
        self._people = [_Operator(spec.at_m) for _ in range(spec.count)]
        self._calls: deque[tuple[Unit, int, Callable[[int], None]]] = deque()
        self._away = False
        Planned(clock, COMMANDED * RANKS + len(positions) + 1, stops, self._turns)

    def call(self, unit: Unit, kind: int, work: Callable[[int], None]) -> None:
        """Somebody is needed at a unit. ``work`` is called with his number when he is there, an event of ``kind`` of the unit;
        ``done`` is to be called when he may go.
        """
        self._calls.append((unit, kind, work))
        self._send()

    def done(self, number: int) -> None:
        """An operator has finished; he stays where he is until the next call."""
        operator = self._people[number]
        operator.busy = False
        operator.seconds += self._clock.time - operator.since
        self._send()

    def _turns(self, planned: int) -> None:
        self._away = planned > 0
        self._send()

    def _send(self) -> None:
        """Send free operators to who called first."""
        while self._calls and not self._away:
            unit, kind, work = self._calls[0]
            place = self._positions[unit.index]
            free = [(abs(o.at - place), n) for n, o in enumerate(self._people) if not o.busy]
            if not free:
                return
            self._calls.popleft()
            way, number = min(free)
            operator, now = self._people[number], self._clock.time
            operator.busy, operator.since, operator.at = True, now, place
            moment = Moment(self._clock, lambda m: m.owner[0](m.owner[1]), (work, number))
            self._clock.at(now + (self._response + way / self._walking), unit.priority(kind), moment)

    def busy_seconds(self) -> tuple[float, ...]:
        """Seconds that each was called, on his way or at work, up to now, since the statistics were last reset."""
        now = self._clock.time
        return tuple(o.seconds + (now - o.since if o.busy else 0.0) for o in self._people)

    def reset(self) -> None:
        """Start the statistics anew."""
        for operator in self._people:
            operator.seconds, operator.since = 0.0, self._clock.time


class Recovery:
    """Recovers a zone after a safety trip; comes again as often as something refuses."""

    def __init__(self, line: Line, operators: Operators) -> None:
        self._line, self._operators = line, operators
        self._called: set[str] = set()

    def called(self, unit: Unit) -> None:
        """Somebody is needed in the unit's zone."""
        if unit.name not in self._called:
            self._called.add(unit.name)
            self._operators.call(unit, COMMANDED, lambda number: self._comes(unit, number))

    def _comes(self, unit: Unit, number: int) -> None:
        self._called.discard(unit.name)
        zone = self._line.zone_of(unit)
        recover(zone)
        if any(other.state in _NOT_BACK or _held(other) for other in zone):
            self.called(unit)
        self._operators.done(number)


def recover(zone: Sequence[Unit]) -> float:
    """What a person does after a safety trip (section 10.4) as far as it can be done now.

    Returns after how many seconds more can be done, because a unit is on its way to rest; 0 if none is.
    """
    for unit in zone:
        for function, status in list(unit.safety.status.items()):
            if status == TRIPPED:
                attempt(unit.release, function)
            if unit.safety.status[function] == LATCHED:
                attempt(unit.reset_device, function)
    for unit in zone:
        if unit.state in AT_REST:
            for command in (Command.CLEAR, Command.RESET, Command.START):
                attempt(unit.command, int(command))
        elif _held(unit):
            attempt(unit.command, int(Command.UNHOLD))
    passing = [u for u in zone if u.state in _TO_REST or (u.state == State.HOLDING and _held(u))]
    return max((u.spec.transients[State(u.state).name.lower()] for u in passing), default=0.0)


def _held(unit: Unit) -> bool:
    """Whether a unit is Held, or about to be, for safety."""
    return unit.state in (State.HOLDING, State.HELD) and unit.cause == Cause.SAFETY


def attempt(step: Callable[[Any], None], argument: Any) -> bool:
    """Try a command as a person would: a refusal is an answer, not an error."""
    try:
        step(argument)
    except CommandRefused:
        return False
    return True
