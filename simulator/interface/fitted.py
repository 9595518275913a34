"""Line file → line fitted to the profiles that its units name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from profiles import Profile, ProfileError, load_profile
from simulator.interface.fitcheck import misfits
from simulator.interface.fitting import fit_line
from simulator.line import load_line
from simulator.line.load import fault_at
from simulator.line.packml import Transitions, transitions
from simulator.line.spec import BufferSpec, LineSpec

Profiles = dict[str, Profile]
Fault = Callable[[Sequence[int | str], str, str], Exception]
"""Makes the error for a place (keys and indices of the line), what is wrong there, and the mend."""


def fitted_line(path: Path) -> tuple[LineSpec, Profiles]:
    """A line file fitted to its profiles. Raises ``LineError`` or, for a fault within a profile, ``ProfileError``."""
    profiles: Profiles = {}
    return fit(load_line(path), profiles, lambda place, what, mend: fault_at(path, place, what, mend)), profiles


def fit(spec: LineSpec, profiles: Profiles, fault: Fault) -> LineSpec:
    """The line fitted to its profiles, those not loaded yet being added. Raises what ``fault`` makes."""
    for index, unit in enumerate(spec.units):
        if not isinstance(unit, BufferSpec) and unit.profile and unit.profile not in profiles:
            profiles[unit.profile] = _profile_of(index, unit.profile, fault)
    for misfit in misfits(spec, profiles):
        raise fault(misfit.place, misfit.what, misfit.mend)
    return fit_line(spec, profiles)


def _profile_of(index: int, ref: str, fault: Fault) -> Profile:
    """A profile that a unit names; an unknown one is the line's mistake."""
    try:
        return load_profile(ref)
    except ProfileError as error:
        if error.place.line:
            raise
        raise fault(("units", index, "profile"), f"'{ref}' {error.what}", error.mend) from None


def transitions_of(profiles: Profiles) -> Transitions | None:
    """The state table of the pack that the units' profiles belong to; ``None`` if no unit has a profile."""
    return next((transitions(p.state_tables["packml"]) for p in profiles.values()), None)
