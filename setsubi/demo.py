"""``setsubi demo``: the main job once through: a line served and watched, mocks checked, a faulty machine caught, a shift simulated."""

from __future__ import annotations

import asyncio
import html
import time
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Annotated

import typer

from conformance.exitcodes import ExitCode
from conformance.reports import make_console
from conformance.runner import Options, Session
from conformance.selection import Selection
from conformance.targetfile import Target, TargetFile
from profiles import Profile, load_profile
from profiles.model import Impact
from setsubi.check import CheckedReport, run_session, write_reports
from setsubi.errors import guarded
from setsubi.files import write_whole
from setsubi.hosting import fitted_line, host_line, host_mock, tool_version
from setsubi.options import Lang, Language, want_folder
from simulator.endpoints.host import HostOptions, LineHost, UnitHost
from simulator.experiments.kpis import kpis
from simulator.experiments.report import print_tables, render_report
from simulator.experiments.run import run_experiment
from simulator.interface.fitting import transitions

EXAMPLE = Path(__file__).parent / "examples" / "cell_line.yaml"
FAULTY = ("stacking", "states.operation_mode_constant")
MOCK_SPEED = 5.0


@dataclass(frozen=True)
class Entry:
    """One line of the index page."""

    title: str
    outcome: str
    link: str
    good: bool


@guarded
def demo(
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the reports.")] = Path("setsubi-report"),
    lang: Language = Lang.EN,
) -> None:
    """Serve, check and simulate the example line, and write a page that links all reports."""
    want_folder(out, "--out")
    started = time.monotonic()
    entries = asyncio.run(_checks(out, lang))
    entries.append(_shift(out, lang))
    write_whole(out / "index.html", _index(entries, lang))
    bad = [entry.title for entry in entries if not entry.good]
    typer.echo(f"{len(entries)} parts in {time.monotonic() - started:.0f} s; open {out / 'index.html'}")
    if bad:
        typer.echo(f"not as expected: {', '.join(bad)}", err=True)
        raise typer.Exit(int(ExitCode.INTERNAL_ERROR))


async def _checks(out: Path, lang: str) -> list[Entry]:
    """All runs of a group go on at the same time: they mostly wait for machines."""
    entries: list[Entry] = []
    spec, profiles = fitted_line(EXAMPLE)
    line = host_line(spec, profiles, seed=1, speed=1.0, log=None, options=HostOptions(version=tool_version()))
    typer.echo("the running line, seven units, each checked at impact 'observe':")
    async with line:
        runs = [
            _one(unit, Impact.OBSERVE, 1.0, out / f"line-{name}", lang, f"{name}: {unit.profile.title.en}")
            for name, unit in line.units.items()
        ]
        entries += await asyncio.gather(*runs)
    typer.echo("a mock of each profile, checked at impact 'actuate', and a faulty one:")
    names = ("stacking", "tab_welding", "electrolyte_filling", "formation_eol", "conveyor")
    mocks = [_mock(load_profile(name), (), out, lang) for name in names]
    entries += await asyncio.gather(*mocks, _mock(load_profile(FAULTY[0]), (FAULTY[1],), out, lang))
    return entries


async def _mock(profile: Profile, faults: tuple[str, ...], out: Path, lang: str) -> Entry:
    options = HostOptions(version=tool_version(), faults=faults)
    mock: LineHost = host_mock(profile, "M1", seed=1, speed=MOCK_SPEED, options=options)
    async with mock:
        (unit,) = mock.units.values()
        name = f"faulty-{profile.id}" if faults else f"mock-{profile.id}"
        title = f"faulty mock: {profile.title.en}" if faults else f"mock: {profile.title.en}"
        return await _one(unit, Impact.ACTUATE, MOCK_SPEED, out / name, lang, title, caught=bool(faults))


async def _one(
    unit: UnitHost, impact: Impact, scale: float, out: Path, lang: str, title: str, *, caught: bool = False
) -> Entry:
    at = unit.addresses
    host, _, port = at.modbus.removeprefix("modbus://").rpartition(":")
    file = TargetFile.model_validate(
        {
            "kind": "mock", "name": unit.name, "profile": unit.profile.id, "opcua": {"url": at.opcua},
            "modbus": {"host": host, "port": int(port)}, "panel": at.panel, "time_scale": scale,
        }
    )  # fmt: skip
    session = Session(Target(file=file, ref=at.opcua), unit.profile, Options(selection=Selection(impact=impact)))
    checked: CheckedReport = await run_session(session, lang=lang, quiet=True, console=make_console(StringIO()))
    write_reports(checked, lang, out=out)
    counts = ", ".join(f"{n} {v}" for v, n in checked.report.counts.items() if n)
    expected = ExitCode.NONCONFORMITY if caught else ExitCode.CONFORMANT
    typer.echo(f"  {title:55} exit code {checked.exit_code}: {counts}")
    return Entry(title, counts, f"{out.name}/report.html", checked.exit_code == expected)


def _shift(out: Path, lang: str) -> Entry:
    typer.echo("\n— a shift of eight hours, simulated")
    spec, profiles = fitted_line(EXAMPLE)
    table = next(iter(profiles.values())).state_tables["packml"]
    experiment = run_experiment(spec, hours=8, warmup_hours=2, replications=5, transitions=transitions(table))
    figures = kpis(experiment)
    print_tables(figures, make_console())
    write_whole(out / "simulation.html", render_report(experiment, figures, lang=lang, version=tool_version()))
    first = figures.line[0]
    return Entry(
        "simulated shift", f"{first.text()} {first.unit}; bottleneck {figures.bottleneck}", "simulation.html", True
    )


def _index(entries: list[Entry], lang: str) -> str:
    rows = "".join(
        f'<tr><td><a href="{html.escape(e.link)}">{html.escape(e.title)}</a></td><td>{html.escape(e.outcome)}</td>'
        f"<td>{'✓' if e.good else '✗'}</td></tr>"
        for e in entries
    )
    return (
        f'<!doctype html><html lang="{lang}"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        "<title>setsubi demo</title><style>:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;"
        "max-width:60rem;margin:2rem auto;padding:0 1rem}table{border-collapse:collapse;width:100%}td,th{padding:.4rem .6rem;"
        "border-bottom:1px solid #8884;text-align:left}</style><h1>setsubi demo</h1>"
        "<p>Every row is a full report. ✓ means: came out as it should (the faulty machine was caught).</p>"
        f"<table><tr><th>what</th><th>outcome</th><th></th></tr>{rows}</table>"
        "<p><small>Our own reading, modelled on public standards; not BASC's text, no safety validation.</small></p></html>"
    )
