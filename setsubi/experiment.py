"""``setsubi experiment``: scenarios of a line against one another, with intervals."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from conformance.errors import UsageError
from conformance.exitcodes import ExitCode
from conformance.reports import make_console
from setsubi.errors import guarded
from setsubi.files import say_where, write_results
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
    want_folder,
)
from setsubi.progress import with_progress
from setsubi.workers import workers_for
from simulator.experiments.study.plan import Plan, load_plan, make_plan
from simulator.experiments.study.report import draw, render_study
from simulator.experiments.study.result import Study
from simulator.experiments.study.running import run_study
from simulator.experiments.study.spec import ExperimentSpec
from simulator.experiments.study.tables import csv_files, print_study
from simulator.experiments.study.texts import words
from simulator.experiments.texts import language
from simulator.experiments.workers import Workers
from simulator.line.yamlfile import first_fault

Out = Annotated[Path | None, typer.Option(help="Folder for report.html, the CSV files and the pictures.")]


@guarded
def experiment(
    file: Annotated[Path, typer.Argument(help="Experiment file (YAML).")],
    out: Out = None,
    lang: Language = Lang.EN,
    processes: Processes = 1,
    scheduler: Scheduler = None,
    engine: Engine = EngineOption.AUTO,
    quiet: Quiet = False,
) -> None:
    """Compare scenarios of a line: factors, replications to a precision, paired differences, effects."""
    want_folder(out, "--out")
    plan = load_plan(file)
    with workers_for(processes, scheduler) as workers:
        study = run_plan(plan, workers, engine, lang, quiet)
    command = f"setsubi experiment {file.name}"
    publish(study, out, lang, command, quiet)
    if study.precision is not None and not study.precision.reached:
        raise typer.Exit(int(ExitCode.INCOMPLETE))


@guarded
def sensitivity(
    line: Annotated[Path, typer.Argument(help="Line file (YAML).")],
    percent: Annotated[float, typer.Option(help="By how much each unit is made better.")] = 1.0,
    hours: Hours = 24.0,
    warmup: Warmup = None,
    seed: Seed = 1,
    replications: Annotated[int, typer.Option(help="Runs of every scenario, with the same seeds.")] = 20,
    out: Out = None,
    lang: Language = Lang.EN,
    processes: Processes = 1,
    scheduler: Scheduler = None,
    engine: Engine = EngineOption.AUTO,
    quiet: Quiet = False,
) -> None:
    """Rank what one more percent of MTBF, MTTR, speed or places would bring, unit by unit."""
    want_folder(out, "--out")
    asked: dict[str, Any] = {
        "line": line.name, "hours": hours, "seed": seed, "replications": replications, "sensitivity": {"percent": percent},
    }  # fmt: skip
    asked |= {} if warmup is None else {"warmup": warmup}
    try:
        spec = ExperimentSpec.model_validate(asked)
    except ValidationError as error:
        place, what, mend = first_fault(error, ExperimentSpec)
        option = "percent" if "sensitivity" in place else place[0]
        raise UsageError(f"--{option}: {what}" + (f"; {mend}" if mend else "")) from None
    if not line.is_file():
        raise UsageError(f"{line}: there is no such file; give the path of a line file")
    plan = make_plan(spec, line.parent, line.name)
    with workers_for(processes, scheduler) as workers:
        study = run_plan(plan, workers, engine, lang, quiet)
    command = (
        f"setsubi sensitivity {line.name} --percent {percent:g} --hours {hours:g} --seed {seed} --replications {replications}"
        + ("" if warmup is None else f" --warmup {warmup:g}")
    )
    publish(study, out, lang, command, quiet)


def run_plan(plan: Plan, workers: Workers, engine: EngineOption, lang: Lang, quiet: bool) -> Study:
    """Run a plan with a progress bar."""
    return with_progress(
        lambda told, compiling: run_study(plan, workers=workers, engine=engine.value, told=told, compiling=compiling),
        words(lang), "checking", engine=engine, lang=lang, quiet=quiet,
    )  # fmt: skip


def publish(study: Study, out: Path | None, lang: Lang, command: str, quiet: bool) -> None:
    """Write the files and print the tables."""
    if out is not None:
        drawn = draw(study, language(lang))
        page = render_study(study, lang=lang, version=tool_version(), command=command, drawn=drawn)
        write_results(out, page, csv_files(study), drawn)
    if not quiet:
        print_study(study, make_console(), lang)
    if out is not None:
        say_where(out, lang)
