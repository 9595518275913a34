"""Putting lines and mocks together: line file or profile → fitted line → served line."""

from __future__ import annotations

import logging
from importlib.metadata import PackageNotFoundError, version

from profiles import Profile
from simulator.endpoints.host import HostOptions, LineHost
from simulator.interface.fitted import transitions_of
from simulator.interface.fitting import mock_spec
from simulator.line import Line, mock_line
from simulator.line.log import EventLog
from simulator.line.packml import transitions
from simulator.line.spec import LineSpec


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
