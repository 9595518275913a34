"""The operator of a batch run.

Recovers a zone some time after a safety trip, as the line file's policy says.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from simulator.line.clock import COMMANDED, Moment
from simulator.line.errors import CommandRefused
from simulator.line.packml import AT_REST, Command
from simulator.line.safety import LATCHED, TRIPPED

if TYPE_CHECKING:
    from simulator.line.line import Line
    from simulator.line.unit import Unit


def attempt(step: Callable[[Any], None], argument: Any) -> bool:
    """Try a command as a person would: a refusal is an answer, not an error."""
    try:
        step(argument)
    except CommandRefused:
        return False
    return True


class Operator:
    """Answers calls after ``response_s``; comes again as often as something refuses."""

    def __init__(self, line: Line, response_s: float) -> None:
        self._line, self._response = line, response_s
        self._called: set[str] = set()

    def called(self, unit: Unit) -> None:
        """Somebody is needed in the unit's zone."""
        if unit.name not in self._called:
            self._called.add(unit.name)
            moment = Moment(self._line.clock, self._comes, unit)
            self._line.clock.at(self._line.now + self._response, unit.priority(COMMANDED), moment)

    def _comes(self, moment: Moment) -> None:
        unit: Unit = moment.owner
        self._called.discard(unit.name)
        zone = self._line.zone_of(unit)
        for other in zone:
            for function, status in list(other.safety.status.items()):
                if status == TRIPPED:
                    attempt(other.release, function)
                if other.safety.status[function] == LATCHED:
                    attempt(other.reset_device, function)
        for other in zone:
            if other.state in AT_REST:
                for number in (Command.CLEAR, Command.RESET, Command.START):
                    attempt(other.command, int(number))
            elif other.state in (10, 11) and other.cause == 5:
                attempt(other.command, int(Command.UNHOLD))
        if any(other.state in (2, 4, 8, 9) for other in zone):
            self.called(unit)
