"""Failure clocks and repairs of one unit (``docs/line-semantics.md``, section 4)."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from simulator.line.clock import FAILED, REPAIRED, Moment
from simulator.line.spec import FailureSpec
from simulator.line.streams import FAILURE, REPAIR, stream

if TYPE_CHECKING:
    from simulator.line.unit import Unit


class Failures:
    """Ages, dues and the repair under way. ``failed`` is the mode under repair, -1 if the unit is up; ``waiting``: nobody is
    there yet to repair it.

    With ``by_service`` the unit itself adds finished work to ``age`` and looks at ``due``; otherwise the age
    is the time in Execute, told by ``execute_begins`` and ``execute_ends``.
    """

    def __init__(self, unit: Unit, seed: int, modes: tuple[FailureSpec, ...], by_service: bool) -> None:
        self._unit, self._clock, self._modes = unit, unit.clock, modes
        self._between = [stream(seed, unit.name, FAILURE, m.mtbf, k) for k, m in enumerate(modes)]
        self._repairs = [stream(seed, unit.name, REPAIR, m.mttr, k) for k, m in enumerate(modes)]
        own = [m.scope == "unit" for m in modes]  # the others are those of the machine's places
        self._dues = [draw() if whole else inf for draw, whole in zip(self._between, own, strict=True)]
        self._aging = [k for k, m in enumerate(modes) if own[k] and m.clock == "operation"]
        self._timed = [k for k, m in enumerate(modes) if m.clock == "time"]
        self._once: dict[int, float] = {k: m.at for k, m in enumerate(modes) if m.at is not None}
        self.age = 0.0
        self.due = min((self._dues[k] for k in self._aging), default=inf)
        self.failed = -1
        self.waiting = False
        self.count = 0
        self._operators = unit.context.operators
        self._operator = -1  # who repairs it
        self._failed_at = self._waited = 0.0
        self._repair_length = 0.0
        self._counts_execute = bool(self._aging) and not by_service
        self._execute_since = 0.0
        self._aging_moment: Moment | None = None
        self._timed_moment: Moment | None = None
        self._schedule_timed()

    @property
    def alarm(self) -> int:
        """Alarm number of the failure under repair; 0 if there is none."""
        return self._modes[self.failed].alarm if self.failed >= 0 else 0

    def execute_begins(self) -> None:
        """The unit has entered Execute: its age runs."""
        if self._counts_execute:
            self._execute_since = self._clock.now
            self._aging_moment = Moment(self._clock, self._aged)
            self._clock.at(self._clock.now + (self.due - self.age), self._unit.priority(FAILED), self._aging_moment)

    def execute_ends(self) -> None:
        """The unit leaves Execute: its age stands still."""
        if self._aging_moment is not None:
            self.age += self._clock.now - self._execute_since
            self._aging_moment = None

    def fail_by_age(self) -> None:
        """The age has reached the due age: the mode that is due fails."""
        self.age = self.due
        self._fail(min(self._aging, key=lambda k: self._dues[k]))

    def _aged(self, moment: Moment) -> None:
        if moment is self._aging_moment:
            self._aging_moment = None
            self.fail_by_age()

    def _timed_out(self, moment: Moment) -> None:
        if moment is self._timed_moment:
            self._fail(min(self._timed, key=lambda k: self._dues[k]))

    def _fail(self, mode: int) -> None:
        self._timed_moment = None
        length = self._repairs[mode]()
        if mode in self._once:
            length -= self._clock.now - self._once[mode]  # another repair may have held it up
            if length <= 0:
                self._dues[mode] = inf
                self._schedule_timed()
                return
        self.failed = mode
        self.count += 1
        self._repair_length = length
        self._failed_at, self._waited = self._clock.now, 0.0
        if self._operators is not None and self._modes[mode].needs_operator is not False:
            self.waiting = True
            self._operators.call(self._unit, REPAIRED, self._arrived)
        else:
            self._repair()
        self._unit.holds.breaks_down(mode, self._modes[mode].alarm)

    def _repair(self) -> None:
        moment = Moment(self._clock, self._repaired)
        self._clock.at(self._clock.now + self._repair_length, self._unit.priority(REPAIRED), moment)

    def _arrived(self, operator: int) -> None:
        """An operator is at the unit: the repair begins."""
        self.waiting, self._operator = False, operator
        self._waited = self._clock.now - self._failed_at
        self._repair()
        self._unit.holds.changed()

    def _repaired(self, _moment: Moment) -> None:
        mode, length = self.failed, self._repair_length
        for k in self._timed:
            if k not in self._once:
                self._dues[k] += self._waited + length
        start = self.age if self._modes[mode].clock == "operation" else self._clock.now
        self._dues[mode] = start + self._between[mode]() if mode not in self._once else inf
        self.due = min((self._dues[k] for k in self._aging), default=inf)
        self.failed = -1
        self._schedule_timed()
        self._unit.holds.is_repaired(mode, self._modes[mode].alarm, length)
        if self._operators is not None and self._operator >= 0:
            operator, self._operator = self._operator, -1
            self._operators.done(operator)

    def _schedule_timed(self) -> None:
        due = min((self._dues[k] for k in self._timed), default=inf)
        if due < inf:
            self._timed_moment = Moment(self._clock, self._timed_out)
            self._clock.at(max(due, self._clock.now), self._unit.priority(FAILED), self._timed_moment)
