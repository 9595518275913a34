"""Fit a line file to the profiles of its units: safety functions, recipes, parameters and alarm numbers of the pack.

A line file says how fast a unit works and how it fails; what it reports is the profile's business. Batch runs and
served runs are fitted alike, so that the same seed gives the same event log.
"""

from __future__ import annotations

from typing import Any

from profiles.model import Reaction, Signal
from profiles.pack import Profile
from simulator.line.distributions import Distribution, mean
from simulator.line.packml import transitions
from simulator.line.spec import ConveyorSpec, LineSpec, MachineSpec, ParameterSpec, ProcessValue, SafetySpec

__all__ = ["design_speed", "fit_line", "fit_unit", "mock_spec", "transitions"]

_REACTIONS = {Reaction.NONE: "warn", Reaction.WARN: "warn"}
DEFAULT_FAILURE_ALARM = "equipment_failure"
MOCK_CYCLE_S = 3.0
MOCK_ACTING_S = 0.3


def fit_unit(unit: MachineSpec | ConveyorSpec, profile: Profile) -> MachineSpec | ConveyorSpec:
    """The unit with everything its profile prescribes; the line file's own process values win."""
    known = profile.alarms
    fallback = profile.alarm_named(DEFAULT_FAILURE_ALARM).number
    failures = tuple(f.model_copy(update={"alarm": f.alarm if f.alarm in known else fallback}) for f in unit.failures)
    changes: dict[str, Any] = {"failures": failures, "safety": _safety(profile), "sensors": {}}
    if profile.recipes:
        first = next(iter(profile.recipes.values()))
        changes["recipes"] = tuple(profile.recipes)
        changes["parameters"] = {
            name: _parameter(profile.signals[name], float(first.values[name])) for name in profile.parameters
        }
    given = unit.process_values
    changes["process_values"] = {
        name: given.get(name) or given.get(name.removeprefix("process.")) or _assumed(profile.signals[name])
        for name in profile.process_values
    }
    return unit.model_copy(update=changes)


def fit_line(spec: LineSpec, profiles: dict[str, Profile]) -> LineSpec:
    """The line with each unit fitted to its profile; units without one stay as they are."""
    units = [
        fit_unit(u, profiles[u.profile]) if isinstance(u, (MachineSpec, ConveyorSpec)) and u.profile in profiles else u
        for u in spec.units
    ]
    return spec.model_copy(update={"units": tuple(units)})


def design_speed(spec: MachineSpec | ConveyorSpec) -> float:
    """Items per minute that the unit makes when nothing stops it."""
    if isinstance(spec, ConveyorSpec):
        return 60 * spec.speed_m_s / spec.spacing_m
    return 60 * spec.slots / mean(spec.process_time)


def mock_spec(profile: Profile, name: str) -> MachineSpec | ConveyorSpec:
    """A unit to be served alone: a few seconds a cycle, acting states that a poller can see, no failures of its own [S]."""
    acting = [state.name.lower() for state in profile.state_tables["packml"].spec.states if state.acting]
    shared: dict[str, Any] = {
        "name": name,
        "profile": profile.id,
        "transients": {state: MOCK_ACTING_S for state in acting if state != "execute"},
        "auto_unhold": False,
        "energy_w": {"execute": 2000, "idle": 300},
    }
    if profile.spec.kind == "conveyor":
        unit: MachineSpec | ConveyorSpec = ConveyorSpec(
            kind="conveyor", length_m=1.2, speed_m_s=0.4, spacing_m=0.4, **shared
        )
    else:
        unit = MachineSpec(process_time=Distribution(distribution="deterministic", mean=MOCK_CYCLE_S), **shared)
    return fit_unit(unit, profile)


def _safety(profile: Profile) -> tuple[SafetySpec, ...]:
    devices = {f: tuple(d.id for d in profile.devices.values() if f in d.functions) for f in profile.safety}
    return tuple(
        SafetySpec(
            id=function.id,
            reaction="lockout"
            if function.id == "lockout"
            else _REACTIONS.get(function.reaction, str(function.reaction)),  # type: ignore[arg-type]
            zone=function.function in ("S1", "S8"),
            alarm=function.alarm,
            devices=devices[function.id],
        )
        for function in profile.safety.values()
    )


def _parameter(signal: Signal, value: float) -> ParameterSpec:
    low, high = signal.range or (float("-inf"), float("inf"))
    return ParameterSpec(value=value, low=low, high=high)


def _assumed(signal: Signal) -> ProcessValue:
    """Nothing given: the middle of the signal's range, spread by a hundredth of it [S]."""
    low, high = signal.range or (0.0, 1.0)
    return ProcessValue(mean=(low + high) / 2, sd=(high - low) / 100)
