"""What happens at the machine and never over the network: devices, sensors, keys, the operator's test permit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from profiles.model import Reaction, SafetyFunction
from profiles.pack import Profile
from simulator.faults import FaultSet
from simulator.line.errors import CommandRefused
from simulator.line.packml import Cause, Command, Mode, State
from simulator.line.view import UnitView

LOCKOUT = "lockout"


class ActionError(ValueError):
    """An action at the machine that cannot be done; the text says why and what would be possible."""


class LocalSide:
    """The devices, sensors and keys of one unit. ``act(name, **details)`` is the only way in."""

    def __init__(self, profile: Profile, unit: UnitView, faults: FaultSet) -> None:
        self._profile = profile
        self._unit = unit
        self._faults = faults
        self.devices = dict.fromkeys(profile.devices, True)
        self.sensors: dict[str, float | None] = {name: nominal(profile, name) for name in sensor_signals(profile)}
        self.signal_only: set[str] = set()  # functions whose signal is off although the unit did not react (faults)
        self._actions: dict[str, Callable[..., None]] = {
            "trip": self._trip,
            "release": self._release,
            "reset_device": self._reset_device,
            "permit": self._permit,
            "sensor": self._sensor,
            "sensor_fail": self._sensor_fail,
            "device": self._device,
            "alarm_raise": self._alarm_raise,
            "alarm_clear": self._alarm_clear,
            "mode": self._mode,
        }

    def act(self, action: str, **details: Any) -> None:
        """Do something at the machine; ``ActionError`` if it cannot be done."""
        if action not in self._actions:
            raise ActionError(f"there is no action '{action}'; there are {', '.join(self._actions)}")
        subject = next((str(v) for v in details.values()), "")
        wrong = self._faults.on_act(f"{action}:{subject}")
        if wrong == "ignore":
            return
        if wrong == "signal_only":
            (self.signal_only.add if action == "trip" else self.signal_only.discard)(subject)
            return
        try:
            self._actions[action](**details)
        except TypeError as error:
            raise ActionError(f"{action}: {str(error).split('() ')[-1]}") from None
        except CommandRefused as error:
            raise ActionError(error.reason) from None
        if wrong is not None and wrong.startswith("then:"):
            self._misbehave(wrong.removeprefix("then:").split(","))

    def is_ok(self, function: str) -> bool:
        """Whether a safety function is satisfied at its device (a latched one is ok again once released)."""
        return self._unit.safety.status[function] != "tripped" and function not in self.signal_only

    def reset_required(self) -> bool:
        return any(status == "latched" for status in self._unit.safety.status.values())

    def all_ok(self) -> bool:
        return self._unit.safety.ok and not self.signal_only

    def tick(self) -> None:
        """Finish what takes a while: a locked-out unit goes to Maintenance as soon as it has stopped."""
        if not self._unit_locked():
            return
        if self._unit.mode != Mode.MAINTENANCE and self._unit.state in (State.STOPPED, State.IDLE, State.ABORTED):
            self._unit.set_mode(Mode.MAINTENANCE)

    def _unit_locked(self) -> bool:
        return self._unit.safety.status.get(LOCKOUT, "ok") != "ok"

    def _function(self, name: str) -> SafetyFunction:
        if name not in self._profile.safety:
            raise ActionError(f"there is no safety function '{name}'; there are {', '.join(self._profile.safety)}")
        return self._profile.safety[name]

    def _trip(self, function: str) -> None:
        declared = self._function(function)
        self._unit.trip(function)
        if function == LOCKOUT:
            self._unit.react("stop")
            self.tick()
        elif declared.reaction is Reaction.NONE:
            return

    def _release(self, function: str) -> None:
        declared = self._function(function)
        self.signal_only.discard(function)
        if self._unit.safety.status[function] == "ok":
            return
        self._unit.release(function)
        if not declared.latched:
            self._unit.reset_device(function)

    def _reset_device(self, function: str) -> None:
        self._function(function)
        if self._unit.safety.status[function] != "ok":
            self._unit.reset_device(function)

    def _permit(self, on: bool) -> None:
        self._unit.set_permit(bool(on))

    def _sensor(self, signal: str, value: float | None) -> None:
        if signal not in self.sensors:
            raise ActionError(f"there is no sensor '{signal}'; there are {', '.join(self.sensors) or 'none'}")
        self.sensors[signal] = None if value is None else float(value)
        for function in self._profile.safety.values():
            if function.trigger.signal == signal:
                self._judge(function)

    def _sensor_fail(self, signal: str, on: bool) -> None:
        self._sensor(signal, None if on else nominal(self._profile, signal))

    def _judge(self, function: SafetyFunction) -> None:
        """Trip or release a function by its sensor; a lost sensor of a fail-safe function counts as its worst value."""
        value, trigger = self.sensors[function.trigger.signal], function.trigger
        beyond = function.fail_safe_sensor
        if value is not None:
            above = trigger.above is not None and value >= trigger.above
            beyond = above or (trigger.below is not None and value <= trigger.below)
        status = self._unit.safety.status[function.id]
        hidden = self._faults.on_act(f"trip:{function.id}")
        if beyond and status != "tripped":
            if hidden == "signal_only":
                self.signal_only.add(function.id)
            elif hidden != "ignore":
                self._unit.trip(function.id)
        elif not beyond and (status == "tripped" or function.id in self.signal_only):
            self._release(function.id)

    def _device(self, device: str, ok: bool) -> None:
        if device not in self.devices:
            raise ActionError(f"there is no device '{device}'; there are {', '.join(self.devices)}")
        self.devices[device] = bool(ok)
        number = self._profile.alarm_named("device_unhealthy").number
        if all(self.devices.values()):
            self._unit.clear_alarm(number)
        else:
            self._unit.raise_alarm(number)

    def _alarm_raise(self, number: int) -> None:
        alarm = self._profile.alarms.get(number)
        if alarm is None:
            raise ActionError(f"there is no alarm {number}")
        self._unit.raise_alarm(number)
        reaction = str(alarm.reaction)
        if reaction in ("hold", "stop", "abort"):
            self._unit.react(reaction, Cause.SAFETY if reaction == "abort" else Cause.EQUIPMENT_FAILURE)

    def _alarm_clear(self, number: int) -> None:
        if number not in self._profile.alarms:
            raise ActionError(f"there is no alarm {number}")
        self._unit.clear_alarm(number)

    def _mode(self, mode: int) -> None:
        self._unit.set_mode(mode)

    def _misbehave(self, commands: list[str]) -> None:
        """Commands that a wrong unit gives itself; an impossible one is passed over, the next is tried."""
        for name in commands:
            try:
                self._unit.command(Command[name.upper()])
            except CommandRefused:
                continue


def sensor_signals(profile: Profile) -> list[str]:
    """Number signals that trigger a safety function."""
    return sorted({f.trigger.signal for f in profile.safety.values() if f.trigger.equals is None})


def nominal(profile: Profile, signal: str) -> float:
    """A value on the safe side of every limit of a sensor: 40 % of the nearest limit away from it [S]."""
    above = [
        f.trigger.above for f in profile.safety.values() if f.trigger.signal == signal and f.trigger.above is not None
    ]
    below = [
        f.trigger.below for f in profile.safety.values() if f.trigger.signal == signal and f.trigger.below is not None
    ]
    if above and below:
        return (min(above) + max(below)) / 2
    value = (
        min(above) - 0.4 * abs(min(above)) if above else max(below, default=0.0) + 0.4 * abs(max(below, default=0.0))
    )
    limits = profile.signals[signal].range
    return value if limits is None else min(max(value, limits[0]), limits[1])
