"""Whether a line file fits the profiles that its units name. Nothing that the file says is silently dropped.

A unit with a profile takes safety functions, sensors, recipes and alarms from there; a line file that contradicts
it is told so with its place.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from profiles.model import Reaction
from profiles.pack import Profile
from simulator.line.spec import BufferSpec, ConveyorSpec, EventSpec, LineSpec, MachineSpec


@dataclass(frozen=True)
class Misfit:
    """One contradiction; ``place`` is the path of keys and indices in the line file."""

    place: tuple[str | int, ...]
    what: str
    mend: str


def misfits(spec: LineSpec, profiles: dict[str, Profile]) -> Iterator[Misfit]:
    """Everything in the line file that its profiles do not know, in the order of the file."""
    described: dict[str, Profile] = {}
    for index, unit in enumerate(spec.units):
        if isinstance(unit, BufferSpec) or unit.profile not in profiles:
            continue
        described[unit.name] = profiles[unit.profile]
        yield from _unit(("units", index), unit, profiles[unit.profile])
    for index, event in enumerate(spec.events):
        if event.unit in described:
            yield from _event(("events", index), event, described[event.unit])
    for index, batch in enumerate(spec.plan):
        lacking = [n for n, p in described.items() if p.recipes and batch.recipe not in p.recipes]
        if lacking:
            place = ("plan", index, "recipe")
            yield Misfit(place, f"{', '.join(lacking)}: no recipe {batch.recipe}", "use recipes of all profiles")


def _unit(place: tuple[str | int, ...], unit: MachineSpec | ConveyorSpec, profile: Profile) -> Iterator[Misfit]:
    if (unit.kind == "conveyor") != (profile.spec.kind == "conveyor"):
        what = f"{unit.name} is a {unit.kind}, and the profile {profile.id} describes a {profile.spec.kind}"
        yield Misfit((*place, "profile"), what, "name a profile of the unit's kind")
    for key in ("safety", "sensors"):
        if key in unit.model_fields_set:
            yield Misfit(
                (*place, key), f"{key} of {unit.name} come from its profile {profile.id}", "remove them, or the profile"
            )
    for name in unit.process_values:
        if not {name, f"process.{name}"} & set(profile.process_values):
            known = ", ".join(n.removeprefix("process.") for n in profile.process_values) or "none"
            what = f"the profile {profile.id} has no process value {name}"
            yield Misfit((*place, "process_values", name), what, f"use one of: {known}")
    for index, failure in enumerate(unit.failures):
        if "alarm" not in failure.model_fields_set:
            continue
        at, mend = (*place, "failures", index, "alarm"), f"leave it out, or see 'setsubi profile show {profile.id}'"
        alarm = profile.alarms.get(failure.alarm)
        if alarm is None:
            yield Misfit(at, f"the profile {profile.id} has no alarm {failure.alarm}", mend)
        elif alarm.reaction != Reaction.HOLD:
            what = f"a failure holds the unit, and alarm {failure.alarm} ({alarm.id}) has the reaction {alarm.reaction}"
            yield Misfit(at, what, mend)


def _event(place: tuple[str | int, ...], event: EventSpec, profile: Profile) -> Iterator[Misfit]:
    for key in ("trip", "release", "reset"):
        function = getattr(event, key)
        if function is not None and function not in profile.safety:
            what = f"the profile {profile.id} of {event.unit} has no safety function {function}"
            yield Misfit((*place, key), what, f"use one of: {', '.join(profile.safety)}")
