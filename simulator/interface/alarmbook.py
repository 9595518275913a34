"""The alarms of a unit as its interface shows them: latching, acknowledgement, confirmation (OPC UA Part 9 words)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from profiles.model import Alarm
from profiles.pack import Profile
from simulator.faults import FaultSet
from simulator.interface.equipment import Condition, RefusalKind, Refused
from simulator.line.view import UnitView

RED_SEVERITY = 600  # alarms from here on light the red lamp and sound the buzzer


class AlarmBook:
    """Conditions derived from the unit's alarms; only confirmation and comments are kept here."""

    def __init__(self, profile: Profile, unit: UnitView, to_utc: Callable[[float], datetime], faults: FaultSet) -> None:
        self._faults = faults
        self._profile = profile
        self._unit = unit
        self._to_utc = to_utc
        self._unconfirmed: set[int] = set()
        self._seen: dict[int, float] = {}
        self._comments: dict[int, str] = {}
        self._shown: list[Condition] | None = (
            None  # conditions() as of ``_shown_of``, if nothing here has changed since
        )
        self._shown_of: tuple[object, ...] = ()

    def refresh(self) -> None:
        """Note newly raised alarms: they want acknowledgement and confirmation again."""
        for alarm in self._unit.alarms:
            if self._seen.get(alarm.number) != alarm.raised_at:
                self._seen[alarm.number] = alarm.raised_at
                self._unconfirmed.add(alarm.number)
                self._comments.pop(alarm.number, None)
                self._shown = None
        for alarm in list(self._unit.alarms):
            declared = self._profile.alarms.get(alarm.number)
            if declared is not None and not declared.latched and not alarm.active and not alarm.acked:
                self._unit.acknowledge(alarm.number)  # nobody need acknowledge what comes and goes by itself
                self._unconfirmed.discard(alarm.number)
                self._shown = None

    def is_active(self, number: int) -> bool:
        """A latched alarm stays active until its cause is gone and it has been acknowledged."""
        alarm = self._unit.alarms.get(number)
        if alarm is None:
            return False
        latched = self._declared(number).latched and not self._faults.has("alarm.not_latched")
        return alarm.active or (latched and not alarm.acked)

    def is_unacked(self, number: int) -> bool:
        alarm = self._unit.alarms.get(number)
        return alarm is not None and not alarm.acked

    def active(self) -> list[int]:
        """Numbers of the active alarms, oldest first."""
        found = [a for a in self._unit.alarms if a.number in self._profile.alarms and self.is_active(a.number)]
        return [a.number for a in sorted(found, key=lambda a: a.raised_at)]

    def unacked(self) -> list[int]:
        return [a.number for a in self._unit.alarms if a.number in self._profile.alarms and not a.acked]

    def highest_severity(self) -> int:
        return max((self._profile.alarms[n].severity for n in self.active()), default=0)

    def conditions(self) -> list[Condition]:
        """All of them, in the order of the profile; the same list as before if none has changed."""
        self.refresh()
        of = (*self._unit.alarms, self._faults.has("alarm.not_latched"), self._to_utc(0.0))
        if self._shown is None or of != self._shown_of:
            self._shown = [self.condition(number) for number in self._profile.alarms]
            self._shown_of = of
        return self._shown

    def condition(self, number: int) -> Condition:
        declared = self._profile.alarms[number]
        unacked = self.is_unacked(number)
        return Condition(
            number=number,
            id=declared.id,
            text=declared.text,
            severity=declared.severity,
            active=self.is_active(number),
            acked=not unacked,
            confirmed=number not in self._unconfirmed,
            since=self._to_utc(self._seen.get(number, 0.0)),
            comment=self._comments.get(number, ""),
        )

    def acknowledge(self, number: int, comment: str = "", *, confirm: bool = False) -> None:
        """Acknowledge; with ``confirm`` in one step, as the Modbus register does. Raises ``Refused``."""
        if number not in self._profile.alarms:
            raise Refused(RefusalKind.OUT_OF_RANGE, f"there is no alarm {number}")
        if not self.is_unacked(number):
            raise Refused(RefusalKind.BAD_STATE, f"alarm {number} has nothing to acknowledge")
        self._unit.acknowledge(number)
        self._comments[number] = comment
        self._shown = None
        if confirm:
            self._unconfirmed.discard(number)

    def confirm(self, number: int, comment: str = "") -> None:
        """Confirm an acknowledged alarm. Raises ``Refused``."""
        if number not in self._unconfirmed or self.is_unacked(number):
            raise Refused(RefusalKind.BAD_STATE, f"alarm {number} has nothing to confirm")
        self._unconfirmed.discard(number)
        self._comments[number] = comment
        self._shown = None

    def _declared(self, number: int) -> Alarm:
        return self._profile.alarms[number]
