"""Safety functions of a unit as its interface reports them. A model of reports, not of a safety relay."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING

from simulator.line.errors import CommandRefused
from simulator.line.log import Kind
from simulator.line.spec import SafetySpec, SensorSpec

if TYPE_CHECKING:
    from simulator.line.unit import Unit

OK, TRIPPED, LATCHED = "ok", "tripped", "latched"
NUMBERS = {OK: 0.0, TRIPPED: 1.0, LATCHED: 2.0}
STOPPING = ("abort", "stop", "hold")  # reactions


class Safety:
    """``status`` by function id (ok, tripped, latched), ``sensors`` by id (``None``.

    Sensor failed), ``devices``.
    """

    def __init__(self, unit: Unit, functions: tuple[SafetySpec, ...], sensors: dict[str, SensorSpec]) -> None:
        self._unit = unit
        self.functions = {f.id: f for f in functions}
        self.status = dict.fromkeys(self.functions, OK)
        self.devices = {d: True for f in functions for d in f.devices}  # True: present and healthy
        self._sensor_specs = sensors
        self.sensors: dict[str, float | None] = {name: s.value for name, s in sensors.items()}

    @property
    def ok(self) -> bool:
        """Whether no function is tripped or latched."""
        return all(s == OK for s in self.status.values())

    @property
    def locked_out(self) -> bool:
        """Whether Start is locked at the machine."""
        return any(s != OK for i, s in self.status.items() if self.functions[i].reaction == "lockout")

    @property
    def stopping(self) -> bool:
        """Whether a function with a reaction of abort, stop or hold is tripped or latched."""
        return any(s != OK for i, s in self.status.items() if self.functions[i].reaction in STOPPING)

    @property
    def stops_zone(self) -> bool:
        """Whether a function that carries to the zone is tripped or latched."""
        return any(s != OK and self.functions[i].zone for i, s in self.status.items())

    def clear_allowed(self) -> bool:
        """Whether Clear, Reset and Start may be obeyed.

        Neither this unit nor its zone is tripped or latched.
        """
        return not self.stopping and self._unit.context.zone_is_safe(self._unit)

    def trip(self, function: str) -> None:
        """Trip a function: alarm, reaction, and the zone's reaction."""
        spec = self._spec(function)
        if self.status[function] == TRIPPED:
            return
        self._note(function, TRIPPED)
        self._unit.raise_alarm(spec.alarm)
        self._unit.react(spec.reaction)
        if spec.zone:
            self._unit.context.zone_reacts(self._unit, spec.reaction)

    def release(self, function: str) -> None:
        """Release the device. Raises ``CommandRefused`` if it is not tripped."""
        if self._spec(function) and self.status[function] != TRIPPED:
            raise CommandRefused(f"{function} is not tripped")
        self._note(function, LATCHED)

    def reset(self, function: str) -> None:
        """Reset the latched function. Raises ``CommandRefused`` while its device is not released."""
        spec = self._spec(function)
        if self.status[function] != LATCHED:
            raise CommandRefused(f"{function} is {self.status[function]}: release its device first")
        if any(self._beyond(name) for name, s in self._sensor_specs.items() if s.function == function):
            raise CommandRefused(f"a sensor of {function} still demands it")
        self._note(function, OK)
        self._unit.clear_alarm(spec.alarm)

    def sense(self, sensor: str, value: float | None) -> None:
        """Take a sensor's value; loss of the sensor counts as its worst value."""
        spec = self._sensor_specs.get(sensor)
        if spec is None:
            raise CommandRefused(f"there is no sensor {sensor}")
        self.sensors[sensor] = None if value is None or isnan(value) else float(value)
        if spec.warn_alarm is not None:
            act = self._unit.raise_alarm if self._over(sensor, spec.warn) else self._unit.clear_alarm
            act(spec.warn_alarm)
        if spec.function is not None:
            if self._beyond(sensor):
                self.trip(spec.function)
            elif self.status[spec.function] == TRIPPED:
                self._note(spec.function, LATCHED)

    def _beyond(self, sensor: str) -> bool:
        return self._over(sensor, self._sensor_specs[sensor].trip)

    def _over(self, sensor: str, limit: float | None) -> bool:
        value, rising = self.sensors[sensor], self._sensor_specs[sensor].rising
        if value is None:
            return True
        return limit is not None and (value >= limit if rising else value <= limit)

    def _spec(self, function: str) -> SafetySpec:
        if function not in self.functions:
            raise CommandRefused(f"there is no safety function {function}")
        return self.functions[function]

    def _note(self, function: str, status: str) -> None:
        self.status[function] = status
        unit = self._unit
        if unit.context.write is not None:
            index = list(self.functions).index(function)
            unit.context.write((unit.clock.time, unit.index, int(Kind.SAFETY), 0, index, NUMBERS[status]))
        if unit.listener is not None:
            unit.listener(unit)
