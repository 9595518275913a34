"""``setsubi serve`` and ``setsubi mock``: equipment on real sockets, for testers, PLCs and MES developers."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from conformance.errors import UsageError
from conformance.reports import make_console
from profiles import load_profile
from setsubi.errors import guarded
from setsubi.hosting import fitted_line, host_line, host_mock, tool_version
from setsubi.simulate import TABLE_ENDINGS
from simulator.endpoints.host import HostOptions, LineHost
from simulator.endpoints.security import SecuritySettings
from simulator.faults import FAULTS
from simulator.line.log import open_log

Speed = Annotated[float, typer.Option("--speed", help="Model seconds per wall second.")]
Host = Annotated[
    str, typer.Option("--host", help="Address to listen on; others than loopback offer no SecurityPolicy None.")
]
BasePort = Annotated[
    int, typer.Option("--base-port", help="First port; each unit takes OPC UA, Modbus, panel in a row. 0: free ones.")
]
Seconds = Annotated[float | None, typer.Option("--for", help="Stop after so many wall seconds.")]
User = Annotated[str | None, typer.Option("--user", help="Only this user may log in (OPC UA).")]
Secret = Annotated[str | None, typer.Option("--password-env", help="Environment variable with the user's password.")]
Faults = Annotated[
    list[str] | None, typer.Option("--fault", help="A deliberate wrongness; may be repeated. 'list' prints all.")
]


@guarded
def serve(
    line: Annotated[Path, typer.Argument(help="Line file (YAML).")],
    speed: Speed = 1.0,
    seed: int = 1,
    host: Host = "127.0.0.1",
    base_port: BasePort = 4840,
    log: Annotated[Path | None, typer.Option(help="Event log, .csv or .parquet.")] = None,
    for_s: Seconds = None,
    user: User = None,
    password_env: Secret = None,
) -> None:
    """Serve a line: every unit its own OPC UA server and Modbus TCP server."""
    spec, profiles = fitted_line(line)
    options = _options(host, base_port, user, password_env, ())
    _positive(speed)
    _not_negative(seed)
    if log is not None and log.suffix.lower() not in TABLE_ENDINGS:
        raise UsageError(f"--log {log}: must end in {' or '.join(TABLE_ENDINGS)}")
    served = host_line(spec, profiles, seed=seed, speed=speed, log=open_log(log) if log else None, options=options)
    asyncio.run(_run(served, for_s))


@guarded
def mock(
    profile: Annotated[str, typer.Argument(help="Profile name or YAML file.")],
    name: Annotated[str, typer.Option(help="Name of the unit.")] = "M1",
    speed: Speed = 1.0,
    seed: int = 1,
    host: Host = "127.0.0.1",
    base_port: BasePort = 4840,
    fault: Faults = None,
    for_s: Seconds = None,
    user: User = None,
    password_env: Secret = None,
) -> None:
    """Serve one unit alone; its neighbours are absent, so that a tester or a PLC can play them."""
    wanted = tuple(fault or ())
    if "list" in wanted:
        for entry in FAULTS.values():
            typer.echo(f"{entry.name:40} {entry.title}")
        return
    unknown = [f for f in wanted if f not in FAULTS]
    if unknown:
        raise UsageError(f"--fault {unknown[0]}: there is no such fault; '--fault list' prints all")
    _positive(speed)
    _not_negative(seed)
    options = _options(host, base_port, user, password_env, wanted)
    asyncio.run(_run(host_mock(load_profile(profile), name, seed=seed, speed=speed, options=options), for_s))


def _positive(speed: float) -> None:
    if not 0 < speed <= 10000:
        raise UsageError(f"--speed {speed}: must be above 0 and at most 10000; 1 is real time")


def _not_negative(seed: int) -> None:
    if seed < 0:
        raise UsageError(f"--seed {seed}: must be 0 or more")


def _options(host: str, base_port: int, user: str | None, secret: str | None, faults: tuple[str, ...]) -> HostOptions:
    import os

    security = None
    if user is not None:
        password = os.environ.get(secret or "")
        if not password:
            raise UsageError(f"--user {user}: needs --password-env, the name of a variable that holds the password")
        security = SecuritySettings(anonymous=False, users={user: password})
    console = make_console()
    return HostOptions(
        host=host, base_port=base_port, security=security, version=tool_version(), faults=faults, on_error=console.print
    )


async def _run(served: LineHost, for_s: float | None) -> None:
    async with served:
        table = Table("unit", "profile", "OPC UA", "Modbus TCP", "panel")
        for name, unit in served.units.items():
            at = unit.addresses
            table.add_row(name, unit.profile.id, at.opcua, at.modbus, at.panel)
        make_console().print(table)
        typer.echo("serving; Ctrl-C ends it")
        with suppress(TimeoutError, asyncio.CancelledError):
            async with asyncio.timeout(for_s):
                await served.run()
