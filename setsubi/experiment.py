"""``setsubi experiment``: scenarios of a line against one another, with intervals."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from conformance.errors import UsageError
from conformance.exitcodes import ExitCode
from conformance.reports import make_console
from setsubi.errors import guarded
from setsubi.files import write_whole
from setsubi.hosting import tool_version
from setsubi.options import Lang, Language, want_folder
from setsubi.simulate import COMPILING, EngineOption
from simulator.experiments.compiled import NotCovered
from simulator.experiments.study.plan import Plan, load_plan
from simulator.experiments.study.report import render_study
from simulator.experiments.study.result import Study
from simulator.experiments.study.running import run_study
from simulator.experiments.study.tables import csv_files, print_study
from simulator.experiments.study.texts import words


@guarded
def experiment(
    file: Annotated[Path, typer.Argument(help="Experiment file (YAML).")],
    out: Annotated[Path | None, typer.Option(help="Folder for report.html and the CSV files.")] = None,
    lang: Language = Lang.EN,
    processes: Annotated[int, typer.Option(min=0, help="Processes; 0: one per core.")] = 1,
    engine: Annotated[
        EngineOption,
        typer.Option(help="auto: the compiled engine where it covers the line. Both give the same figures."),
    ] = EngineOption.AUTO,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No tables; files only.")] = False,
) -> None:
    """Compare scenarios of a line: factors, replications to a precision, paired differences, effects."""
    want_folder(out, "--out")
    plan = load_plan(file)
    study = run_plan(plan, processes, engine, lang, quiet)
    command = f"setsubi experiment {file.name}"
    publish(study, out, lang, command, quiet)
    if study.precision is not None and not study.precision.reached:
        raise typer.Exit(int(ExitCode.INCOMPLETE))


def run_plan(plan: Plan, processes: int, engine: EngineOption, lang: Lang, quiet: bool) -> Study:
    """Run a plan with a progress bar."""
    console, text = make_console(), words(lang)
    with Progress(console=console, transient=True, disable=quiet or not console.is_terminal) as progress:
        task = progress.add_task(text["checking"], total=1.0)
        try:
            return run_study(
                plan, processes=processes or os.cpu_count() or 1, engine=engine.value,
                told=lambda what, done: progress.update(task, completed=done, description=text[what]),
                compiling=lambda: progress.update(task, description=COMPILING[lang]),
            )  # fmt: skip
        except NotCovered as error:
            raise UsageError(f"--engine {engine}: {error}; leave the option out, or give --engine simpy") from None


def publish(study: Study, out: Path | None, lang: Lang, command: str, quiet: bool) -> None:
    """Print the tables and write the files."""
    if not quiet:
        console = make_console()
        console.print(study.base.experiment.engine.text(lang), style="dim", highlight=False)
        print_study(study, console, lang)
    if out is None:
        return
    for name, content in csv_files(study).items():
        write_whole(out / name, content, encoding="utf-8-sig")  # so that Excel reads names in Japanese
    write_whole(out / "report.html", render_study(study, lang=lang, version=tool_version(), command=command))
    typer.echo(f"{words(lang)['files']}: {out / 'report.html'}")
