"""Putting lines and mocks together: line file or profile → fitted line → served line."""

from __future__ import annotations

import logging
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from profiles import Profile, ProfileError, load_profile
from simulator.endpoints.host import HostOptions, LineHost
from simulator.interface.fitcheck import misfits
from simulator.interface.fitting import fit_line, mock_spec
from simulator.line import Line, load_line, mock_line
from simulator.line.load import fault_at
from simulator.line.log import EventLog
from simulator.line.packml import Transitions, transitions
from simulator.line.spec import BufferSpec, LineSpec


def tool_version() -> str:
    """The installed version of the distribution."""
    try:
        return version("setsubi")
    except PackageNotFoundError:
        return "0+source"


def quieten() -> None:
    """Silence the protocol libraries: what they log, the transcript and our errors say better."""
    for noisy in ("asyncua", "pymodbus", "asyncio"):
        logging.getLogger(noisy).setLevel(logging.CRITICAL)


def fitted_line(path: Path) -> tuple[LineSpec, dict[str, Profile]]:
    """A line file fitted to its profiles. Raises ``LineError`` or, for a fault within a profile, ``ProfileError``."""
    spec = load_line(path)
    profiles: dict[str, Profile] = {}
    for index, unit in enumerate(spec.units):
        if isinstance(unit, BufferSpec) or not unit.profile:
            continue
        if unit.profile not in profiles:
            profiles[unit.profile] = _profile_of(path, index, unit.profile)
    for misfit in misfits(spec, profiles):
        raise fault_at(path, misfit.place, misfit.what, misfit.mend)
    return fit_line(spec, profiles), profiles


def _profile_of(path: Path, index: int, ref: str) -> Profile:
    """A profile that a unit names; an unknown one is the line file's mistake."""
    try:
        return load_profile(ref)
    except ProfileError as error:
        if error.place.line:
            raise
        what = f"'{ref}' {error.what}"
        raise fault_at(path, ("units", index, "profile"), what, error.mend) from None


def transitions_of(profiles: dict[str, Profile]) -> Transitions | None:
    """The state table of the pack that the units' profiles belong to; ``None`` if no unit has a profile."""
    return next((transitions(p.state_tables["packml"]) for p in profiles.values()), None)


def build_line(spec: LineSpec, profiles: dict[str, Profile], seed: int, log: EventLog | None, *, live: bool) -> Line:
    """A line ready to run, on the state table of its pack. The log is the same whether it is served or not."""
    return Line(spec, seed, log, transitions=transitions_of(profiles), live=live)


def host_line(
    spec: LineSpec, profiles: dict[str, Profile], *, seed: int, speed: float, log: EventLog | None, options: HostOptions
) -> LineHost:
    """A line to be served."""
    return LineHost(build_line(spec, profiles, seed, log, live=True), profiles, speed=speed, options=options)


def host_mock(profile: Profile, name: str, *, seed: int, speed: float, options: HostOptions) -> LineHost:
    """One unit to be served alone, its neighbours absent; it begins Stopped."""
    line = mock_line(mock_spec(profile, name), seed, transitions=transitions(profile.state_tables["packml"]))
    return LineHost(line, {profile.id: profile}, speed=speed, options=options)
