"""Give units what their profiles say: recipes, parameters, process values, safety functions, sensors.

The line model reads no profiles; the composition root turns them into these plain values.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from simulator.line.spec import (
    BufferSpec,
    LineSpec,
    ParameterSpec,
    ProcessValue,
    SafetySpec,
    SensorSpec,
    UnitSpec,
)


@dataclass(frozen=True)
class Equipping:
    """What one profile adds to a unit; whatever the line file itself gives keeps precedence."""

    recipes: Sequence[int] = ()
    parameters: Mapping[str, ParameterSpec] = field(default_factory=dict)
    process_values: Mapping[str, ProcessValue] = field(default_factory=dict)
    safety: Sequence[SafetySpec] = ()
    sensors: Mapping[str, SensorSpec] = field(default_factory=dict)


def equip_unit(unit: UnitSpec, extra: Equipping) -> UnitSpec:
    """The unit with its profile's values. Raises ``pydantic.ValidationError`` if they contradict."""
    given = unit.model_fields_set
    update: dict[str, object] = {
        "parameters": {**extra.parameters, **unit.parameters},
        "process_values": {**extra.process_values, **unit.process_values},
        "sensors": {**extra.sensors, **unit.sensors},
    }
    if extra.recipes and "recipes" not in given:
        update["recipes"] = tuple(extra.recipes)
    if extra.safety and "safety" not in given:
        update["safety"] = tuple(extra.safety)
    plain = {name: getattr(unit, name) for name in given | {"kind"}}
    return type(unit)(**(plain | update))


def equip_line(spec: LineSpec, by_profile: Mapping[str, Equipping]) -> LineSpec:
    """The line with every unit equipped as its ``profile`` says; units of other profiles stay as they are."""
    units = tuple(
        u
        if isinstance(u, BufferSpec) or u.profile not in by_profile
        else equip_unit(u, by_profile[u.profile])
        for u in spec.units
    )
    plain = {name: getattr(spec, name) for name in spec.model_fields_set - {"units"}}
    return LineSpec(**(plain | {"units": units, "figures": spec.figures}))
