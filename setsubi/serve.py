"""``setsubi serve`` and ``setsubi mock``: equipment on real sockets, for testers, PLCs and MES developers."""

from __future__ import annotations

import asyncio
import os
import re
from contextlib import suppress
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Annotated

import typer

from conformance.errors import UsageError
from conformance.reports import make_console
from profiles import load_profile
from profiles.naming import did_you_mean
from setsubi.errors import guarded
from setsubi.files import write_whole
from setsubi.hosting import host_line, host_mock, tool_version
from setsubi.options import Seed, want_file, want_folder
from setsubi.targets import target_text
from simulator.endpoints.host import HostOptions, LineHost, last_port
from simulator.endpoints.security import SecuritySettings
from simulator.faults import FAULTS
from simulator.interface.fitted import fitted_line
from simulator.line.log import SUFFIXES, open_log

MOST_SPEED = 10000
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.\-]{0,63}")

Speed = Annotated[float, typer.Option("--speed", help="Model seconds per wall second; 1 is real time.")]
Host = Annotated[
    str,
    typer.Option(
        "--host",
        help="Address to listen on; others than loopback offer no SecurityPolicy None. The panel stays on loopback.",
    ),
]
BasePort = Annotated[
    int,
    typer.Option(
        "--base-port", min=0, max=65535,
        help="First port: OPC UA, then Modbus TCP, then panel; the next unit ten ports on. 0: any free ports.",
    ),
]  # fmt: skip
Seconds = Annotated[float | None, typer.Option("--for", help="Stop after so many wall seconds; else at Ctrl-C.")]
User = Annotated[str | None, typer.Option("--user", help="Only this user may log in (OPC UA); needs --password-env.")]
Secret = Annotated[str | None, typer.Option("--password-env", help="Environment variable with the user's password.")]
Faults = Annotated[
    list[str] | None, typer.Option("--fault", help="A deliberate wrongness; may be repeated. 'list' prints all.")
]
Targets = Annotated[
    Path | None,
    typer.Option("--targets", help="Write a target file for each unit into this folder, for 'setsubi check'."),
]


@guarded
def serve(
    line: Annotated[Path, typer.Argument(help="Line file (YAML).")],
    speed: Speed = 1.0,
    seed: Seed = 1,
    host: Host = "127.0.0.1",
    base_port: BasePort = 4840,
    log: Annotated[Path | None, typer.Option(help="Event log, .csv or .parquet.")] = None,
    for_s: Seconds = None,
    user: User = None,
    password_env: Secret = None,
    targets: Targets = None,
) -> None:
    """Serve a line: every unit its own OPC UA server and Modbus TCP server."""
    _refuse_impossible(speed, for_s)
    options = _options(host, base_port, user, password_env, ())
    spec, profiles = fitted_line(line)
    if not profiles:
        raise UsageError(f"{line}: no unit names a profile, so there is nothing to serve; add 'profile:' to a unit")
    _ports(base_port, sum(getattr(u, "profile", "") in profiles for u in spec.units))
    want_file(log, "--log", SUFFIXES)
    want_folder(targets, "--targets")
    if log is not None:
        log.parent.mkdir(parents=True, exist_ok=True)
    served = host_line(spec, profiles, seed=seed, speed=speed, log=open_log(log) if log else None, options=options)
    run = _Wanted(for_s, targets, speed, (user, password_env) if user and password_env else None)
    asyncio.run(_run(served, run))


@guarded
def mock(
    profile: Annotated[str, typer.Argument(help="Profile name ('setsubi profile list') or YAML file.")],
    name: Annotated[str, typer.Option(help="Name of the unit.")] = "M1",
    speed: Speed = 1.0,
    seed: Seed = 1,
    host: Host = "127.0.0.1",
    base_port: BasePort = 4840,
    fault: Faults = None,
    for_s: Seconds = None,
    user: User = None,
    password_env: Secret = None,
    targets: Targets = None,
) -> None:
    """Serve one unit alone; its neighbours are absent, so that a tester or a PLC can play them."""
    wanted = tuple(fault or ())
    if "list" in wanted:
        for entry in FAULTS.values():
            typer.echo(f"{entry.name:40} {entry.title}")
        return
    for unknown in (f for f in wanted if f not in FAULTS):
        mend = did_you_mean(unknown, FAULTS, "'--fault list' prints all")
        raise UsageError(f"--fault {unknown}: there is no such fault; {mend}")
    if not _NAME.fullmatch(name):
        raise UsageError(f"--name '{name}': is no name of a unit; use up to 64 letters, digits, '_', '.' and '-'")
    _refuse_impossible(speed, for_s)
    _ports(base_port, 1)
    options = _options(host, base_port, user, password_env, wanted)
    described = load_profile(profile)
    want_folder(targets, "--targets")
    served = host_mock(described, name, seed=seed, speed=speed, options=options)
    run = _Wanted(for_s, targets, speed, (user, password_env) if user and password_env else None)
    asyncio.run(_run(served, run))


def _refuse_impossible(speed: float, for_s: float | None) -> None:
    if not 0 < speed <= MOST_SPEED:
        raise UsageError(f"--speed {speed:g}: must be above 0 and at most {MOST_SPEED}; 1 is real time")
    if for_s is not None and not (isfinite(for_s) and for_s > 0):
        raise UsageError(f"--for {for_s:g}: must be above 0; leave it out to serve until Ctrl-C")


def _ports(base: int, units: int) -> None:
    if last_port(base, units) > 65535:
        raise UsageError(f"--base-port {base}: the units need ports up to {last_port(base, units)}; choose a lower one")


def _options(host: str, base_port: int, user: str | None, secret: str | None, faults: tuple[str, ...]) -> HostOptions:
    security = None
    if user is None and secret is not None:
        raise UsageError(f"--password-env {secret}: needs --user, the name of the user whose password it holds")
    if user is not None:
        if secret is None:
            raise UsageError(f"--user {user}: needs --password-env, the name of a variable that holds the password")
        password = os.environ.get(secret)
        if not password:
            raise UsageError(f"--password-env {secret}: that variable is not set or empty; set it to {user}'s password")
        security = SecuritySettings(anonymous=False, users={user: password})
    console = make_console()
    return HostOptions(
        host=host, base_port=base_port, security=security, version=tool_version(), faults=faults, on_error=console.print
    )


@dataclass(frozen=True)
class _Wanted:
    """How a served line is run and shown."""

    for_s: float | None
    targets: Path | None
    speed: float
    login: tuple[str, str] | None


async def _run(served: LineHost, wanted: _Wanted) -> None:
    targets = wanted.targets
    async with served:
        width = max(len(name) for name in served.units)
        for name, unit in served.units.items():
            at = unit.addresses
            # One line a unit, whole on every terminal: addresses are there to be copied.
            typer.echo(f"{name:{width}}  {unit.profile.id:20} {at.opcua}  {at.modbus}  panel {at.panel}")
            if targets is not None:
                text = target_text(name, unit.profile.ref, at, wanted.speed, wanted.login)
                write_whole(targets / f"{name}.yaml", text)
        if targets is not None:
            typer.echo(f"target files: {targets}; for example: setsubi check {targets / next(iter(served.units))}.yaml")
        typer.echo("serving; Ctrl-C ends it")
        with suppress(TimeoutError, asyncio.CancelledError):
            async with asyncio.timeout(wanted.for_s):
                await served.run()
