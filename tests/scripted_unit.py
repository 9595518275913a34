"""A small unit written by hand from the sentences of the ledger, independent of the simulator: PackML, alarms, stop, recipes.

``wrong`` holds what it does wrong, by name; ``lies`` what it reports instead of a signal's true value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from profiles import Profile
from simulator.interface.equipment import Condition, RefusalKind, Refused

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
REST, EXECUTE, SUSPENDED, HELD, ABORTED = (2, 4, 9, 17), 6, 5, 11, 9
ACTING_S, WORK_S = 0.2, 3.0


class ScriptedUnit:
    """See ``bench_context.BenchUnit``."""

    def __init__(self, profile: Profile, *wrong: str, lies: Mapping[str, Callable[[Any], Any]] | None = None) -> None:
        self.profile, self.now = profile, 0.0
        self.wrong, self.lies = set(wrong), dict(lies or {})
        self.state, self.since, self.mode, self.cause, self.work = 2, 0.0, 1, 0, 0.0
        self.alarms: dict[int, list[Any]] = {}  # number → [cause stands, acknowledged, raised at]
        self.tripped = self.latched = False
        self.accepted = self.refused = self.recipe = self.revision = 1
        self.modified, self.speed, self.last = False, 20.0, 0
        self.parameters: dict[str, Any] = dict(profile.recipes[1].values)
        self.table = profile.state_tables["packml"]

    # -- time ------------------------------------------------------------------------------------------------------------

    def advance(self, seconds: float) -> None:
        self.now += seconds
        self.work = max(0.0, self.work - seconds) if self.state == EXECUTE else self.work
        if self.table.is_acting(self.state) and self.state != EXECUTE and self.now - self.since >= ACTING_S:
            self._go("done", self.cause)
        if self.state == EXECUTE and not self.work:
            self._go("suspend", 1)
        elif self.state == SUSPENDED and self.work and self.cause == 1:
            self._go("unsuspend", 0)

    def _go(self, event: str, cause: int) -> bool:
        target = self.table.next(self.state, event)
        if target is None:
            return False
        self.state, self.since = target, self.now
        self.cause = 0 if target in (2, 4, EXECUTE) else cause
        return True

    # -- what the network does -----------------------------------------------------------------------------------------

    def call(self, method: str, arguments: list[Any]) -> None:
        blocked = self.tripped or self.latched
        held = method in ("start", "unhold") and any(a[0] or not a[1] for n, a in self.alarms.items() if self._holds(n))
        if "swallows " + method in self.wrong:
            return
        if ((blocked and method in ("clear", "reset", "start")) or held) and "forgiving" not in self.wrong:
            self._refuse(RefusalKind.BAD_STATE)
        if "anything goes" in self.wrong and self.state in REST:
            self.state = HELD
        elif not self._go(method, self.cause if method == "unhold" else 0 if method in ("reset", "start") else 6):
            self._refuse(RefusalKind.BAD_STATE)
        self.accepted += 1

    def _refuse(self, kind: RefusalKind) -> None:
        self.refused += kind is RefusalKind.BAD_STATE
        raise Refused(kind, "refused")

    def _holds(self, number: int) -> bool:
        return str(self.profile.alarms[number].reaction) in ("hold", "stop", "abort")

    def write(self, changes: Mapping[str, Any]) -> None:
        for name, value in changes.items():
            signal = self.profile.signals[name]
            inside = (signal.range is None or signal.range[0] <= value <= signal.range[1]) and (
                signal.enum is None or value in signal.enum
            )
            if str(signal.access) != "rw" and "writable" not in self.wrong:
                raise Refused(RefusalKind.NOT_WRITABLE, name)
            if not inside and "unlimited" not in self.wrong:
                raise Refused(RefusalKind.OUT_OF_RANGE, name)
            self._take(name, value)

    def _take(self, name: str, value: Any) -> None:
        if name == "command.cntrl_cmd":
            method = next((m.id for m in self.profile.methods.values() if m.command == value), None)
            if method:
                self.call(method, [])
                self.last = value
        elif name == "alarm.acknowledge" and value:
            self.acknowledge(value)
        elif name in (*self.profile.parameters, "recipe.select"):
            if self.state not in REST and "at any time" not in self.wrong:
                raise Refused(RefusalKind.BAD_STATE, name)
            if name == "recipe.select":
                if value not in self.profile.recipes:
                    raise Refused(RefusalKind.OUT_OF_RANGE, name)
                self.recipe, self.modified = value, False
                self.parameters |= {} if "keeps parameters" in self.wrong else self.profile.recipes[value].values
            else:
                self.parameters[name], self.modified = value, True
            self.revision += 1

    def acknowledge(self, number: int) -> None:
        if "swallows acknowledge" in self.wrong:
            return
        if number not in self.profile.alarms:
            raise Refused(RefusalKind.OUT_OF_RANGE, "no such alarm")
        if number not in self.alarms or self.alarms[number][1]:
            raise Refused(RefusalKind.BAD_STATE, "nothing to acknowledge")
        self.alarms[number][1] = True
        self._tidy(number)

    def _tidy(self, number: int) -> None:
        stands, acked, _ = self.alarms[number]
        keeps = self.profile.alarms[number].latched and "unlatched" not in self.wrong
        if not stands and (acked or not keeps):
            del self.alarms[number]

    # -- what happens at the machine --------------------------------------------------------------------------------------

    def act(self, action: str, **details: Any) -> None:
        if action == "trip" and details["function"] == "emergency_stop":
            self.tripped = True
            self.alarms[1] = [True, False, self.now]
            if "deaf" not in self.wrong:
                self._go("abort", 5)
        elif action == "release":
            self.tripped, self.latched = False, self.tripped
        elif action == "reset_device" and not self.tripped:
            self.latched, self.alarms[1][0] = False, False
            self._tidy(1)
            if "restarts" in self.wrong:
                self._go("clear", 0)
        elif action == "alarm_raise":
            self.alarms.setdefault(details["number"], [True, False, self.now])
            if str(self.profile.alarms[details["number"]].reaction) == "hold":
                self._go("hold", 3)
        elif action == "alarm_clear" and details["number"] in self.alarms:
            self.alarms[details["number"]][0] = False
            self._tidy(details["number"])

    def hand_in(self) -> bool:
        free = self.state in (EXECUTE, SUSPENDED) and not self.work
        self.work = WORK_S if free else self.work
        return free

    def take_out(self) -> bool:
        return True

    def conditions(self) -> list[Condition]:
        return [
            Condition(n, d.id, d.text, d.severity, n in self.alarms, self._acked(n), True, EPOCH + timedelta(seconds=0))
            for n, d in self.profile.alarms.items()
        ]

    def _acked(self, number: int) -> bool:
        return number not in self.alarms or bool(self.alarms[number][1])

    # -- what it reports ---------------------------------------------------------------------------------------------------

    def values(self, via: str) -> Mapping[str, Any]:
        unacked = [n for n in self.alarms if not self._acked(n)]
        severe = [self.profile.alarms[n].severity for n in self.alarms]
        ok = not (self.tripped or self.latched)
        zero = {"bool": False, "string": "", "localized": ""}
        out: dict[str, Any] = {s.id: zero.get(str(s.type), 0) for s in self.profile.signals.values()}
        out |= {d.signal: True for d in self.profile.devices.values()} | self.parameters
        out |= {f.ok_signal: True for f in self.profile.safety.values()}
        for kind, numbers in (("active", list(self.alarms)), ("unacked", unacked)):
            out |= {f"alarm.{kind}_{w}": sum(1 << n % 16 for n in numbers if n // 16 == w) for w in range(5)}
        item = 3 if self.state == 6 else 1 if self.state in (1, 8, 9) or (self.state, self.cause) == (11, 3) else 2
        out |= {
            "state.unit_state": self.state, "state.unit_mode": self.mode, "state.cause": self.cause,
            "state.item_state": item, "state.operation_mode": 3, "state.supported_modes": 0b1110,
            "state.time_in_state": self.now - self.since, "state.time_standby": int(self.now),
            "state.starved": self.state == 5 and self.cause == 1, "command.cntrl_cmd": self.last,
            "state.speed_setpoint": self.speed, "state.speed_actual": self.speed if self.state == 6 else 0.0,
            "state.stop_reason": next((n for n in self.alarms if self._holds(n)), 0) if self.cause in (3, 5) else 0,
            "command.accepted": self.accepted, "command.refused": self.refused, "production.wip": 0,
            "alarm.active_count": len(self.alarms), "alarm.unacked_count": len(unacked),
            "alarm.highest_severity": max(severe, default=0), "alarm.first": next(iter(self.alarms), 0),
            "safety.all_ok": ok, "safety.emergency_stop_ok": not self.tripped, "safety.reset_required": self.latched,
            "lamp.red": self.state in (8, 9) or max(severe, default=0) >= 600, "lamp.green": self.state == EXECUTE,
            "lamp.yellow": self.state == 5, "lamp.blue": bool(unacked) or self.latched,
            "lamp.buzzer": any(self.profile.alarms[n].severity >= 600 for n in unacked),
            "recipe.active": self.recipe, "recipe.name": self.profile.recipes[self.recipe].title.en,
            "recipe.revision": self.revision, "recipe.modified": self.modified, "recipe.select": self.recipe,
        }  # fmt: skip
        return out | {name: lie(out[name]) for name, lie in self.lies.items()}
