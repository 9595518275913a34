"""``setsubi simulate``: how much a line makes, and what holds it back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from conformance.errors import UsageError
from conformance.reports import make_console
from setsubi.errors import guarded
from setsubi.files import write_pictures, write_whole
from setsubi.hosting import tool_version
from setsubi.options import (
    Engine,
    EngineOption,
    Hours,
    Lang,
    Language,
    Processes,
    Quiet,
    Scheduler,
    Seed,
    Warmup,
    want_file,
    want_folder,
)
from setsubi.progress import with_progress
from setsubi.workers import workers_for
from simulator.experiments.arrows import arrows_of
from simulator.experiments.doubts import doubts
from simulator.experiments.kpis import kpis
from simulator.experiments.report import draw, print_tables, render_report
from simulator.experiments.run import Experiment, run_experiment
from simulator.experiments.study.spec import MOST_HOURS, MOST_REPLICATIONS
from simulator.experiments.study.texts import words
from simulator.experiments.tables import print_arrows, print_bottleneck
from simulator.experiments.texts import language
from simulator.experiments.texts import warmup as warmup_text
from simulator.interface.fitted import fitted_line, transitions_of
from simulator.line.log import SUFFIXES


@guarded
def simulate(
    line: Annotated[Path, typer.Argument(help="Line file (YAML).")],
    hours: Hours = 24.0,
    warmup: Warmup = None,
    seed: Seed = 1,
    replications: Annotated[int, typer.Option(min=1, help="Runs with other seeds, for the confidence intervals.")] = 10,
    processes: Processes = 1,
    scheduler: Scheduler = None,
    log: Annotated[Path | None, typer.Option(help="Event log of the first replication, .csv or .parquet.")] = None,
    items: Annotated[Path | None, typer.Option(help="Item records of the first replication, .csv or .parquet.")] = None,
    ocel: Annotated[Path | None, typer.Option(help="Event log of the first replication as OCEL 2.0, .json.")] = None,
    engine: Engine = EngineOption.AUTO,
    report: Annotated[Path | None, typer.Option(help="HTML report.")] = None,
    pictures: Annotated[Path | None, typer.Option(help="Folder for the report's pictures, an SVG file each.")] = None,
    lang: Language = Lang.EN,
    quiet: Quiet = False,
) -> None:
    """Simulate a line: throughput, OEE, bottleneck, scrap, energy, with confidence intervals."""
    _check_numbers(hours, warmup or 0.0, replications)
    wanted = (
        ("--log", log, SUFFIXES),
        ("--items", items, SUFFIXES),
        ("--ocel", ocel, (".json",)),
        ("--report", report, ()),
    )
    for option, path, suffixes in wanted:
        want_file(path, option, suffixes)  # before the run: nobody should wait for a result that cannot be kept
    want_folder(pictures, "--pictures")
    spec, profiles = fitted_line(line)
    with workers_for(processes, scheduler) as workers:
        experiment = with_progress(
            lambda told, compiling: run_experiment(
                spec, hours=hours, warmup_hours=warmup, seed=seed, replications=replications,
                workers=workers, transitions=transitions_of(profiles), log_path=log,
                records_path=items, ocel_path=ocel, engine=engine.value,
                progress=lambda done: told("replications", done), piloting=lambda done: told("warm-up", done),
                compiling=compiling,
            ),
            words(lang), "checking", engine=engine, lang=lang, quiet=quiet,
        )  # fmt: skip
    console, figures = make_console(), kpis(experiment)
    if experiment.engine.disagreement:
        typer.echo(f"setsubi: {experiment.engine.disagreement}; the results are those of the SimPy model", err=True)
    # files first: a reader of the output may leave before its end (simulate … | head)
    drawn = draw(experiment, figures, language(lang)) if report is not None or pictures is not None else {}
    if report is not None:
        page = render_report(
            experiment, figures, lang=lang, version=tool_version(), command=command(line, experiment), drawn=drawn
        )
        write_whole(report, page)
    if pictures is not None:
        write_pictures(pictures, drawn)
    if not quiet:
        console.print(experiment.engine.text(lang), style="dim", highlight=False)
        if said := warmup_text(experiment, lang):
            settled = experiment.pilot is not None and experiment.pilot.settled
            console.print(said, style="dim" if settled else "yellow", highlight=False)
        for doubt in doubts(spec, lang):
            console.print(doubt, style="yellow", highlight=False)
        print_tables(figures, console, lang)
        if experiment.trace is not None:
            print_bottleneck(experiment.trace.bottleneck, console, lang)
        if (arrows := arrows_of(experiment)) is not None:
            print_arrows(arrows, console, lang)
    for name, path in (("report", report), ("pictures", pictures)):
        if path is not None:
            typer.echo(f"{name}: {path}")


def command(line: Path, experiment: Experiment) -> str:
    """The command that repeats an experiment."""
    return (
        f"setsubi simulate {line.name} --hours {experiment.hours:g} --warmup {experiment.warmup_hours:g} "
        f"--seed {experiment.seed} --replications {len(experiment.results)}"
    )


def _check_numbers(hours: float, warmup: float, replications: int) -> None:
    if not 0 < hours <= MOST_HOURS:
        raise UsageError(f"--hours {hours}: must be above 0, and at most {MOST_HOURS}")
    if not 0 <= warmup <= MOST_HOURS:
        raise UsageError(f"--warmup {warmup}: must be 0 or more, and at most {MOST_HOURS}")
    if replications > MOST_REPLICATIONS:
        raise UsageError(f"--replications {replications}: must be 1 to {MOST_REPLICATIONS}; two or more give intervals")
