"""Why a unit holds itself, and when it goes on: planned stops and failures (``docs/line-semantics.md``, sections 4, 7, 12)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.line.log import Kind
from simulator.line.packml import Cause, Command, State

if TYPE_CHECKING:
    from simulator.line.unit import Unit

_OWN = frozenset({Cause.EQUIPMENT_FAILURE, Cause.BREAK, Cause.MAINTENANCE, Cause.WAITING})
_BY_FAILURE = frozenset({Cause.EQUIPMENT_FAILURE, Cause.WAITING})


class Holds:
    """``planned``: the cause of the planned stop that is on, 0 if there is none.

    ``_owed``: a failure of a unit without ``auto_unhold`` waits for the operator's Unhold, also after its repair.
    """

    def __init__(self, unit: Unit) -> None:
        self._unit = unit
        self.planned = 0
        self._owed = False

    @property
    def reason(self) -> int:
        """The cause for which the unit must be Held now, 0 if it need not. A planned stop goes before a failure."""
        if self.planned:
            return self.planned
        failures = self._unit.failures
        if failures.failed >= 0:
            return int(Cause.WAITING if failures.waiting else Cause.EQUIPMENT_FAILURE)
        return int(Cause.EQUIPMENT_FAILURE) if self._owed else 0

    @property
    def by_failure(self) -> bool:
        """Whether the unit shows a failure of its own."""
        return self._unit.cause in _BY_FAILURE

    def owe(self) -> None:
        """A failure, or an alarm that counts as one, holds the unit."""
        self._owed = not self._unit.spec.auto_unhold

    def begins(self) -> None:
        """A planned stop, a failure: hold the unit if it can be held now, and otherwise when it can."""
        if (self._unit.state, Command.HOLD) in self._unit.table:
            self._unit.fire(Command.HOLD, self.reason)

    def reached(self, state: int) -> bool:
        """A state is reached; whether the unit was held, or judged by what holds it."""
        failed = self._unit.failures.failed >= 0
        if state == State.EXECUTE:
            self._owed = failed and self._owed
        if (state == State.EXECUTE and (failed or self.planned)) or (state == State.SUSPENDED and self.planned):
            self._unit.fire(Command.HOLD, self.reason)
            return True
        if state == State.HELD and self._unit.cause in _OWN:
            self.changed()
            return True
        return False

    def changed(self) -> None:
        """What holds the unit has changed: it goes on if nothing does any more, or shows the other cause."""
        unit, reason = self._unit, self.reason
        if unit.state not in (State.HOLDING, State.HELD) or unit.cause not in _OWN:
            return
        if not reason and not unit.safety.clear_allowed():
            reason = int(Cause.SAFETY)
        if reason:
            if reason != unit.cause:
                unit.show(reason)
        elif unit.state == State.HELD:
            unit.fire(Command.UNHOLD, unit.cause)

    def turns(self, planned: int) -> None:
        """A planned stop begins, ends, or follows another one."""
        self.planned = planned
        if self._unit.state in (State.HOLDING, State.HELD):
            self.changed()
        elif planned:
            self.begins()
        self._unit.gate()

    def breaks_down(self, mode: int, alarm: int) -> None:
        """A failure mode has come due."""
        self._unit.note(Kind.FAIL, mode)
        self._unit.raise_alarm(alarm)
        self.owe()
        self.begins()

    def is_repaired(self, mode: int, alarm: int, length: float) -> None:
        """The repair, of so many seconds, is done."""
        self._unit.note(Kind.REPAIR, mode, length)
        self._unit.clear_alarm(alarm)
        self.changed()
