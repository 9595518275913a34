"""Whether a unit may obey: every check comes before the first change, so that a refusal changes nothing."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING

from simulator.line.errors import CommandRefused
from simulator.line.packml import AT_REST, Command, Mode

if TYPE_CHECKING:
    from simulator.line.unit import Unit

SLOWEST, FASTEST = 0.1, 1.5  # fractions of the design speed


def check_command(unit: Unit, number: int) -> None:
    """Raise ``CommandRefused`` unless the unit may obey this PackML command now."""
    if (unit.state, number) not in unit.table:
        raise CommandRefused(f"command {number} is not allowed in state {unit.state}")
    if number in (Command.START, Command.UNHOLD) and unit.failures.failed >= 0:
        raise CommandRefused(f"alarm {unit.failures.alarm} is active: not repaired")
    if number == Command.UNHOLD and unit.holds.planned:
        raise CommandRefused("a planned stop is on")
    if number == Command.START and unit.safety.locked_out:
        raise CommandRefused("locked out for maintenance at the machine")
    starting = (Command.CLEAR, Command.RESET, Command.START, Command.UNHOLD)
    if number in starting and not unit.safety.clear_allowed():
        raise CommandRefused("a safety function is tripped or not reset at its device")


def check_mode(unit: Unit, mode: int) -> None:
    """Raise ``CommandRefused`` unless the mode exists and may be changed now."""
    if mode not in tuple(Mode):
        raise CommandRefused(f"there is no mode {mode}")
    if unit.state not in AT_REST:
        raise CommandRefused(f"the mode can not be changed in state {unit.state}")


def check_speed(speed: float) -> None:
    """Raise ``CommandRefused`` unless the speed lies in its range."""
    if not (isfinite(speed) and SLOWEST <= speed <= FASTEST):
        raise CommandRefused(f"speed {speed} is outside {SLOWEST} to {FASTEST} of the design speed")


def check_recipe(unit: Unit, number: int) -> None:
    """Raise ``CommandRefused`` unless the recipe exists and may be changed now."""
    if number not in unit.spec.recipes:
        raise CommandRefused(f"there is no recipe {number}")
    if unit.state not in AT_REST:
        raise CommandRefused(f"the recipe can not be changed in state {unit.state}")


def check_parameter(unit: Unit, parameter: str, value: float) -> None:
    """Raise ``CommandRefused`` unless the parameter exists and the value (not NaN) lies in its range."""
    spec = unit.spec.parameters.get(parameter)
    if spec is None:
        raise CommandRefused(f"there is no parameter {parameter}")
    if not spec.low <= value <= spec.high:
        raise CommandRefused(f"{parameter} = {value} is outside {spec.low} to {spec.high}")
