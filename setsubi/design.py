"""``setsubi design``: the cheapest buffers, places and machines that reach a target, or what more of them brings."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from conformance.exitcodes import ExitCode
from conformance.reports import make_console
from setsubi.errors import guarded
from setsubi.experiment import Out
from setsubi.files import say_where, write_results
from setsubi.hosting import tool_version
from setsubi.options import Engine, EngineOption, Lang, Language, Processes, Quiet, Scheduler, want_folder
from setsubi.progress import with_progress
from setsubi.workers import workers_for
from simulator.experiments.design.plan import load_design
from simulator.experiments.design.report import draw, render_design
from simulator.experiments.design.running import run_design
from simulator.experiments.design.tables import csv_files, print_design
from simulator.experiments.design.texts import words
from simulator.experiments.texts import language


@guarded
def design(
    file: Annotated[Path, typer.Argument(help="Design file (YAML).")],
    out: Out = None,
    lang: Language = Lang.EN,
    processes: Processes = 1,
    scheduler: Scheduler = None,
    engine: Engine = EngineOption.AUTO,
    quiet: Quiet = False,
) -> None:
    """Find the cheapest buffers, places and machines that reach a target, or the front of two figures."""
    want_folder(out, "--out")
    plan = load_design(file)
    with workers_for(processes, scheduler) as workers:
        found = with_progress(
            lambda told, compiling: run_design(
                plan, workers=workers, engine=engine.value, told=told, compiling=compiling
            ),
            words(lang), "checking", engine=engine, lang=lang, quiet=quiet,
        )  # fmt: skip
    if out is not None:
        drawn, command = draw(found, language(lang)), f"setsubi design {file.name}"
        page = render_design(found, lang=lang, version=tool_version(), command=command, drawn=drawn)
        write_results(out, page, csv_files(found), drawn)
    if not quiet:
        print_design(found, make_console(), lang)
    if out is not None:
        say_where(out, lang)
    if not found.reached:
        raise typer.Exit(int(ExitCode.INCOMPLETE))
