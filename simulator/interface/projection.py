"""From the state of a unit to the values of its signals: one pure picture per look."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

from profiles.model import Signal, SignalType
from profiles.pack import Profile
from simulator.faults import FaultSet
from simulator.interface.alarmbook import RED_SEVERITY, AlarmBook
from simulator.interface.belt import belt_values
from simulator.interface.commands import Commands
from simulator.interface.equipment import Value
from simulator.interface.identity import Identity
from simulator.interface.lastitem import LastItem, to_millisecond
from simulator.interface.localside import LocalSide
from simulator.line.packml import Cause, Mode, State
from simulator.line.view import UnitView

_OUT_OF_SERVICE = (State.ABORTING, State.ABORTED, State.CLEARING)
_HELD = (State.HOLDING, State.HELD, State.UNHOLDING)
_DOWN = (*_OUT_OF_SERVICE, *_HELD)


def at_rest(signal: Signal) -> Value:
    """What a signal of one's own profile shows, which no part of the simulation drives: 0, or the nearest that its range or
    enumeration allows; an empty text; 1970."""
    if signal.type in (SignalType.STRING, SignalType.LOCALIZED):
        return ""
    if signal.type is SignalType.DATETIME:
        return datetime.fromtimestamp(0, UTC)
    if signal.type is SignalType.BOOL:
        return False
    low, high = signal.range or (0.0, 0.0)
    nearest = min(max(0.0, low), high)
    if signal.enum and 0 not in signal.enum:
        nearest = min(signal.enum)
    return float(nearest) if signal.type in (SignalType.FLOAT32, SignalType.FLOAT64) else int(nearest)


class PortPicture(Protocol):
    """A port as its signals show it: own outputs and the peer inputs in force, by short name."""

    def outputs(self) -> Mapping[str, Value]: ...

    def peer_inputs(self) -> Mapping[str, Value]: ...


def item_state(state: int, cause: int) -> int:
    """MachineryItemState from PackML (OPC 40001-1; mapping of our reading): 1 out of service, 2 not executing, 3 executing."""
    if state == State.EXECUTE:
        return 3
    own_fault = state in (State.HOLDING, State.HELD) and cause == Cause.EQUIPMENT_FAILURE
    return 1 if state in _OUT_OF_SERVICE or own_fault else 2


def operation_mode(mode: int) -> int:
    """MachineryOperationMode from the PackML mode: production 3 processing, maintenance 1, manual 2 setup."""
    return {Mode.PRODUCTION: 3, Mode.MAINTENANCE: 1, Mode.MANUAL: 2}.get(Mode(mode), 0)


def reported_cause(cause: int) -> int:
    """The cause that an equipment can know: people hold it for a planned stop, and it knows of none who are on their way."""
    if cause in (Cause.BREAK, Cause.MAINTENANCE):
        return int(Cause.OPERATOR)
    return int(Cause.EQUIPMENT_FAILURE if cause == Cause.WAITING else cause)


def e10_account(state: int, mode: int, cause: int) -> str:
    """SEMI E10 state of a PackML state, mode and cause. A planned stop goes before what else is the matter."""
    if mode == Mode.MAINTENANCE:
        return "scheduled_down"
    if mode == Mode.MANUAL:
        return "engineering"
    if state == State.EXECUTE:
        return "productive"
    if state in _HELD and cause in (Cause.BREAK, Cause.MAINTENANCE):
        return "non_scheduled" if cause == Cause.BREAK else "scheduled_down"
    own = state in _HELD and cause in (Cause.EQUIPMENT_FAILURE, Cause.SAFETY, Cause.WAITING)
    return "unscheduled_down" if own or state in _OUT_OF_SERVICE else "standby"


@dataclass
class Projection:
    """The values of one unit's signals. ``to_utc`` turns model seconds into UTC, ``utc_now`` is the equipment's clock."""

    profile: Profile
    unit: UnitView
    identity: Identity
    alarms: AlarmBook
    local: LocalSide
    commands: Commands
    ports: Mapping[str, PortPicture]
    faults: FaultSet
    design_speed: float
    to_utc: Callable[[float], datetime]
    utc_now: Callable[[], datetime]
    time_scale: float = 1.0
    _constants: dict[str, Value] = field(default_factory=dict)
    _at_rest: dict[str, Value] = field(init=False)
    _last_item: LastItem = field(init=False)

    def __post_init__(self) -> None:
        self._last_item = LastItem(self.profile, self.unit, self.to_utc)
        self._at_rest = {s.id: at_rest(s) for s in self.profile.signals.values()}
        fixed = {s.id: s.value for s in self.profile.signals.values() if s.constant and s.value is not None}
        who = self.identity
        self._constants = {
            **fixed,
            "profile.id": self.profile.id,
            "profile.version": self.profile.version,
            "profile.digest": self.profile.digest,
            "identity.manufacturer": who.manufacturer,
            "identity.model": who.model,
            "identity.serial_number": who.serial_number,
            "identity.software_revision": who.software_revision,
            "identity.hardware_revision": who.hardware_revision,
            "identity.year_of_construction": who.year_of_construction,
            "identity.device_class": who.device_class,
            "identity.product_code": who.product_code,
            "identity.product_instance_uri": who.product_instance_uri,
            "state.supported_modes": sum(1 << mode for mode in Mode),
        }

    def values(self, now: float) -> dict[str, Value]:
        """All values at model time ``now`` (s)."""
        return {**self._at_rest, **self.driven(now)}

    def driven(self, now: float) -> dict[str, Value]:
        """The values that follow the unit: of a bundled profile these are all."""
        out = dict(self._constants)
        out.update(self._liveness(now))
        out.update(self._states(now))
        out.update(self._production())
        out.update(self._last_item.values(now, self.commands.revision))
        out.update(self._alarm_values())
        out.update(self._safety())
        out.update(belt_values(self.unit))
        out.update(self._written())
        for port, picture in self.ports.items():
            out.update({f"handover.{port}.{name}": value for name, value in picture.outputs().items()})
            out.update({f"handover.{port}.peer.{name}": value for name, value in picture.peer_inputs().items()})
        known = self.profile.signals
        return {name: value for name, value in out.items() if name in known}

    def _liveness(self, now: float) -> dict[str, Value]:
        return {
            "comm.heartbeat": int(now / self.profile.handover.heartbeat_s) % 65536,
            "comm.clock": to_millisecond(self.utc_now()),
            "test.permit": self.unit.permit,
            "identity.component_name": self.identity.component_name,
            "identity.location": self.identity.location,
            "identity.asset_id": self.identity.asset_id,
        }

    def _states(self, now: float) -> dict[str, Value]:
        unit = self.unit
        setpoint = unit.speed * self.design_speed
        cause = reported_cause(unit.cause)
        waiting = unit.state in (State.SUSPENDING, State.SUSPENDED, State.UNSUSPENDING)
        return {
            "state.unit_state": int(unit.state),
            "state.unit_mode": int(unit.mode),
            "state.item_state": item_state(unit.state, cause),
            "state.operation_mode": operation_mode(unit.mode),
            "state.cause": cause,
            "state.time_in_state": max(0.0, now - unit.state_since),
            "state.speed_setpoint": setpoint,
            "state.speed_actual": setpoint if unit.state == State.EXECUTE else 0.0,
            "state.stop_reason": self._stop_reason(),
            "state.starved": waiting and unit.cause == Cause.STARVED,
            "state.blocked": waiting and unit.cause == Cause.BLOCKED,
            **self._accounts(),
        }

    def _stop_reason(self) -> int:
        """The oldest active alarm with a reaction, while the unit is down by it."""
        if reported_cause(self.unit.cause) not in (Cause.EQUIPMENT_FAILURE, Cause.SAFETY):
            return 0
        declared = self.profile.alarms
        return next((n for n in self.alarms.active() if declared[n].reaction in ("hold", "stop", "abort")), 0)

    def _accounts(self) -> dict[str, Value]:
        totals = dict.fromkeys(("productive", "standby", "engineering", "scheduled_down", "unscheduled_down"), 0.0)
        for (state, mode, cause), seconds in self.unit.seconds().items():
            totals[e10_account(state, mode, reported_cause(cause))] += seconds
        return {f"state.time_{name}": int(seconds) for name, seconds in totals.items()}

    def _production(self) -> dict[str, Value]:
        counters = self.unit.counters
        record = self.unit.last_item
        done = counters.good + counters.scrap
        return {
            "production.entered": counters.entered,
            "production.good": counters.good,
            "production.scrap": counters.scrap,
            "production.wip": counters.wip,
            "production.energy": self.unit.energy_wh,
            "production.cycle_time": record.end - record.start if record else 0.0,
            "production.quality_ratio": 100.0 * counters.good / done if done else 100.0,
            "production.since": to_millisecond(self.to_utc(0.0)),
        }

    def _alarm_values(self) -> dict[str, Value]:
        active, unacked = self.alarms.active(), self.alarms.unacked()
        values: dict[str, Value] = {}
        for kind, numbers in (("active", active), ("unacked", unacked)):
            words = _bits(numbers)
            values.update({f"alarm.{kind}_{index}": words.get(index, 0) for index in range(8)})
        return values | {
            "alarm.active_count": len(active),
            "alarm.unacked_count": len(unacked),
            "alarm.highest_severity": self.alarms.highest_severity(),
            "alarm.first": active[0] if active else 0,
        }

    def _safety(self) -> dict[str, Value]:
        values: dict[str, Value] = {
            function.ok_signal: self.local.is_ok(function.id) for function in self.profile.safety.values()
        }
        values.update({device.signal: self.local.devices[name] for name, device in self.profile.devices.items()})
        for name, reading in self.local.sensors.items():
            limits = self.profile.signals[name].range
            values[name] = reading if reading is not None else (limits[1] if limits else 0.0)
        moving = self.unit.state in (State.EXECUTE, State.STARTING, State.UNHOLDING, State.UNSUSPENDING)
        return values | {
            "safety.all_ok": self.local.all_ok() and not self._safety_alarm(),
            "safety.guards_locked": moving and self.local.is_ok("guard"),
            "safety.reset_required": self.local.reset_required(),
            **self._lamps(),
        }

    def _safety_alarm(self) -> bool:
        """A safety alarm whose cause stands, with or without a function of its own (loss of safety communication)."""
        declared = self.profile.alarms
        return any(
            a.number in declared and declared[a.number].category == "safety" and declared[a.number].reaction == "abort"
            for a in self.unit.alarms.active
        )

    def _lamps(self) -> dict[str, Value]:
        declared, unit = self.profile.alarms, self.unit
        active, unacked = self.alarms.active(), self.alarms.unacked()
        failed = unit.state in (State.HOLDING, State.HELD) and reported_cause(unit.cause) == Cause.EQUIPMENT_FAILURE
        severe = any(declared[n].severity >= RED_SEVERITY for n in active)
        waiting = unit.state in (State.SUSPENDING, State.SUSPENDED) and unit.cause in (Cause.STARVED, Cause.BLOCKED)
        return {
            "lamp.red": severe or failed or unit.state in (State.ABORTING, State.ABORTED),
            "lamp.yellow": waiting or any(declared[n].reaction == "warn" for n in active),
            "lamp.green": unit.state == State.EXECUTE,
            "lamp.blue": bool(unacked) or self.local.reset_required(),
            "lamp.buzzer": any(declared[n].severity >= RED_SEVERITY for n in unacked),
        }

    def _written(self) -> dict[str, Value]:
        commands, profile = self.commands, self.profile
        values: dict[str, Value] = {
            **commands.last,
            "command.accepted": commands.accepted,
            "command.refused": commands.refused,
            "recipe.active": self.unit.recipe,
            "recipe.revision": commands.revision,
            "recipe.modified": commands.modified,
        }
        recipe = profile.recipes.get(self.unit.recipe)
        values["recipe.name"] = recipe.title.en if recipe else ""
        for name in profile.parameters:
            value = self.unit.parameters.get(name, 0.0)
            values[name] = value if profile.signals[name].type.startswith("float") else int(value)
        return values


def _bits(numbers: Iterable[int]) -> dict[int, int]:
    words: dict[int, int] = {}
    for number in numbers:
        words[number // 16] = words.get(number // 16, 0) | 1 << number % 16
    return words
