"""``setsubi demo``: the main job once through: a line served and watched, mocks checked, a faulty machine caught, a shift simulated."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import AsyncExitStack
from io import StringIO
from multiprocessing import get_context
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer
from rich.cells import set_cell_size

from conformance.exitcodes import ExitCode
from conformance.reports import make_console
from conformance.runner import Options, Session
from conformance.selection import Selection
from conformance.targetfile import Target, TargetFile
from profiles import load_profile
from profiles.model import Impact
from setsubi.check import CheckedReport, run_session, write_reports
from setsubi.errors import guarded
from setsubi.files import write_whole
from setsubi.hosting import host_line, host_mock, quieten, tool_version
from setsubi.options import Lang, Language, want_folder
from setsubi.overview import TEXTS, Entry, Figure, entry_of, render_overview
from setsubi.simulate import command
from simulator.endpoints.host import HostOptions, UnitHost
from simulator.experiments.kpis import kpis
from simulator.experiments.report import print_tables, render_report
from simulator.experiments.run import Experiment, run_experiment
from simulator.experiments.texts import FIGURES
from simulator.interface.fitted import fitted_line, transitions_of

EXAMPLE = Path(__file__).parent / "examples" / "cell_line.yaml"
FAULT = "states.operation_mode_constant"
MOCK_SPEED = 8.0
WARMUP_H = 26.0  # until the day of formation that the line holds at the start has left it


class Case(NamedTuple):
    """One mock to be checked, sound or with a fault."""

    profile: str
    fault: str | None = None


class Done(NamedTuple):
    """A run that has ended, its reports not yet written."""

    entry: Entry
    checked: CheckedReport


SERVING = {
    "line": f'setsubi serve "{EXAMPLE}" --targets .',
    "mock": f"setsubi mock PROFILE --speed {MOCK_SPEED:g} --targets .",
    "faulty": f"setsubi mock stacking --speed {MOCK_SPEED:g} --fault {FAULT} --targets .",
}
"""By group of the page, how a user serves its units again."""

# The two lists take about the same time; each is checked in a process of its own, all of its mocks at the same time.
CASES = (
    (Case("stacking"), Case("electrolyte_filling"), Case("conveyor")),
    (Case("tab_welding"), Case("formation_eol"), Case("stacking", FAULT)),
)


@guarded
def demo(
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the reports.")] = Path("setsubi-report"),
    lang: Language = Lang.EN,
) -> None:
    """Serve, check and simulate the example line, and write a page that links all reports."""
    want_folder(out, "--out")
    started, t = time.monotonic(), TEXTS[lang]
    typer.echo(t["steps"][0])
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        shift = pool.submit(simulate_shift)
        entries = asyncio.run(_line(out, lang))
        experiment = shift.result()  # before the mocks, which run too fast to share a core
    typer.echo(t["steps"][1])
    entries += _mocks(out, lang)
    for entry in entries:
        for requirement, text, reason in entry.caught:
            typer.echo(f"   {entry.title}: {requirement} {text}\n   {t['found']}: {reason}")
    typer.echo(t["steps"][2])
    figures, bottleneck = _shift(experiment, out, lang)
    page = render_overview(
        entries, figures, fault=FAULT, serving=SERVING, bottleneck=bottleneck, version=tool_version(), lang=lang
    )  # fmt: skip
    write_whole(out / "index.html", page)
    typer.echo(t["done"].format(seconds=time.monotonic() - started, page=out / "index.html"))
    conclude(entries, t)


def conclude(entries: Sequence[Entry], t: Mapping[str, Any]) -> None:
    """End with 3 where something is not as it should be, with 6 where a unit was only too fast for a busy computer."""
    unexpected = [entry for entry in entries if not entry.is_good]
    late = [entry for entry in unexpected if entry.exit_code == ExitCode.INCOMPLETE]
    wrong = [entry.title for entry in unexpected if entry not in late]
    if late:
        units = "; ".join(f"{entry.title} ({', '.join(entry.undecided)})" for entry in late)
        typer.echo(t["busy"].format(units=units), err=True)
    if wrong:
        typer.echo(t["wrong"].format(units=", ".join(wrong)), err=True)
    if unexpected:
        raise typer.Exit(int(ExitCode.INTERNAL_ERROR if wrong else ExitCode.INCOMPLETE))


async def _line(out: Path, lang: str) -> list[Entry]:
    spec, profiles = fitted_line(EXAMPLE)
    line = host_line(spec, profiles, seed=1, speed=1.0, log=None, options=HostOptions(version=tool_version()))
    async with line:
        runs = [
            _checked(unit, "line", f"{name}: {_title(unit, lang)}", f"line-{name}", lang)
            for name, unit in line.units.items()
        ]
        done = await asyncio.gather(*runs)
    return _reported(done, out, lang)


def _mocks(out: Path, lang: str) -> Iterator[Entry]:
    """Entries of all cases; where a process cannot be started, the error says so (nothing needs fork)."""
    with ProcessPoolExecutor(len(CASES), mp_context=get_context("spawn")) as pool:
        jobs = [pool.submit(check_mocks, cases, str(out), lang) for cases in CASES]
        for job in as_completed(jobs):
            yield from job.result()


def check_mocks(cases: Sequence[Case], out: str, lang: str) -> list[Entry]:
    """Serve and check some mocks at the same time, in this process.

    While checks run, nothing else may take the loop for long: a fifth of a second is more than a machine second of a mock's.
    So all mocks are there before the first check, reports are written after the last, and no garbage is collected.
    """
    quieten()
    gc.disable()
    return _reported(asyncio.run(_mocks_checked(cases, lang)), Path(out), lang)


async def _mocks_checked(cases: Sequence[Case], lang: str) -> list[Done]:
    async with AsyncExitStack() as stack:
        runs = []
        for case in cases:
            group, faults = ("faulty", (case.fault,)) if case.fault else ("mock", ())
            options = HostOptions(version=tool_version(), faults=faults)
            mock = host_mock(load_profile(case.profile), "M1", seed=1, speed=MOCK_SPEED, options=options)
            (unit,) = (await stack.enter_async_context(mock)).units.values()
            runs.append(_checked(unit, group, _title(unit, lang), f"{group}-{case.profile}", lang))
        return list(await asyncio.gather(*runs))


def _title(unit: UnitHost, lang: str) -> str:
    return str(getattr(unit.profile.title, lang))


async def _checked(unit: UnitHost, group: str, title: str, folder: str, lang: str) -> Done:
    impact, scale = (Impact.OBSERVE, 1.0) if group == "line" else (Impact.ACTUATE, MOCK_SPEED)
    expected = ExitCode.NONCONFORMITY if group == "faulty" else ExitCode.CONFORMANT
    session = Session(_target(unit, scale), unit.profile, Options(selection=Selection(impact=impact)))
    started = time.monotonic()
    checked = await run_session(session, lang=lang, quiet=True, console=make_console(StringIO()))
    entry = entry_of(
        checked.report, group=group, title=title, folder=folder, expected=expected, seconds=time.monotonic() - started,
        lang=lang,
    )  # fmt: skip
    t = TEXTS[lang]
    sums = ", ".join(f"{n} {name}" for n, name in zip(entry.columns, t["columns"], strict=True))
    typer.echo(f"   {set_cell_size(title, 45)} {t['exit_code']} {entry.exit_code}: {sums}")
    return Done(entry, checked)


def _reported(done: Sequence[Done], out: Path, lang: str) -> list[Entry]:
    for entry, checked in done:
        write_reports(checked, lang, out=out / entry.folder)
    return [entry for entry, _ in done]


def _target(unit: UnitHost, scale: float) -> Target:
    """Called like the file that ``SERVING`` writes, so that the commands of findings hold when the demo is over."""
    at = unit.addresses
    host, _, port = at.modbus.removeprefix("modbus://").rpartition(":")
    file = {
        "kind": "mock", "name": unit.name, "profile": unit.profile.id, "opcua": {"url": at.opcua},
        "modbus": {"host": host, "port": int(port)}, "panel": at.panel, "time_scale": scale,
    }  # fmt: skip
    return Target(file=TargetFile.model_validate(file), ref=f"{unit.name}.yaml")


def simulate_shift() -> Experiment:
    """A shift on the example line, in this process; takes about as long as the running line is checked."""
    spec, profiles = fitted_line(EXAMPLE)
    return run_experiment(
        spec, hours=8, warmup_hours=WARMUP_H, replications=5, transitions=transitions_of(profiles), engine="simpy"
    )


def _shift(experiment: Experiment, out: Path, lang: str) -> tuple[list[Figure], str]:
    figures = kpis(experiment)
    print_tables(figures, make_console(), lang)
    page = render_report(experiment, figures, lang=lang, version=tool_version(), command=command(EXAMPLE, experiment))
    write_whole(out / "simulation.html", page)
    names = FIGURES[lang]
    return [Figure(names[f.name][0], f.text(), f.unit) for f in figures.line], str(figures.bottleneck)
