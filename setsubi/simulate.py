"""``setsubi simulate``: how much a line makes, and what holds it back."""

from __future__ import annotations

import os
from math import isfinite
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from conformance.errors import UsageError
from conformance.reports import make_console
from setsubi.errors import guarded
from setsubi.files import write_whole
from setsubi.hosting import fitted_line, tool_version
from setsubi.options import Lang, Language, Seed, want_file
from simulator.experiments.kpis import kpis
from simulator.experiments.report import print_tables, render_report
from simulator.experiments.run import run_experiment
from simulator.interface.fitting import transitions
from simulator.line.log import SUFFIXES

WARMUP_SHARE = 0.1


@guarded
def simulate(
    line: Annotated[Path, typer.Argument(help="Line file (YAML).")],
    hours: Annotated[float, typer.Option(help="Hours counted in each replication.")] = 24.0,
    warmup: Annotated[
        float | None, typer.Option(help="Hours before counting; a tenth of --hours if not given.")
    ] = None,
    seed: Seed = 1,
    replications: Annotated[int, typer.Option(min=1, help="Runs with other seeds, for the confidence intervals.")] = 10,
    processes: Annotated[int, typer.Option(min=0, help="Processes; 0: one per core.")] = 1,
    log: Annotated[Path | None, typer.Option(help="Event log of the first replication, .csv or .parquet.")] = None,
    report: Annotated[Path | None, typer.Option(help="HTML report.")] = None,
    lang: Language = Lang.EN,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print no tables.")] = False,
) -> None:
    """Simulate a line: throughput, OEE, bottleneck, scrap, energy, with confidence intervals."""
    if not (isfinite(hours) and hours > 0):
        raise UsageError(f"--hours {hours}: must be above 0")
    before = WARMUP_SHARE * hours if warmup is None else warmup
    if not (isfinite(before) and before >= 0):
        raise UsageError(f"--warmup {before}: must be 0 or more")
    spec, profiles = fitted_line(line)
    want_file(log, "--log", SUFFIXES)
    want_file(report, "--report")
    table = next((p.state_tables["packml"] for p in profiles.values()), None)
    console = make_console()
    with Progress(console=console, transient=True, disable=quiet or not console.is_terminal) as progress:
        task = progress.add_task("simulating", total=1.0)
        experiment = run_experiment(
            spec, hours=hours, warmup_hours=before, seed=seed, replications=replications,
            processes=processes or os.cpu_count() or 1, transitions=transitions(table) if table else None,
            log_path=log, progress=lambda done: progress.update(task, completed=done),
        )  # fmt: skip
    figures = kpis(experiment)
    if not quiet:
        print_tables(figures, console)
    if report is not None:
        write_whole(report, render_report(experiment, figures, lang=lang, version=tool_version()))
        typer.echo(f"report: {report}")
