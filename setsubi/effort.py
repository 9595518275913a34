"""``setsubi effort``: the man-hours of joining a line's units, with and without a common interface."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from conformance.reports import make_console, open_findings
from setsubi.errors import guarded
from setsubi.files import say_where, write_results
from setsubi.hosting import tool_version
from setsubi.options import Lang, Language, Quiet, want_folder
from simulator.effort.load import load_effort
from simulator.effort.model import estimate
from simulator.effort.report import draw, render_effort
from simulator.effort.tables import csv_files, print_estimate


@guarded
def effort(
    file: Annotated[Path, typer.Argument(help="Effort file (YAML).")],
    out: Annotated[Path | None, typer.Option(help="Folder for report.html, the CSV files and the pictures.")] = None,
    lang: Language = Lang.EN,
    quiet: Quiet = False,
) -> None:
    """Estimate the man-hours of integration with and without an interface guideline, from assumptions that you can edit."""
    want_folder(out, "--out")
    loaded = load_effort(file)
    found = {unit: open_findings(path) for unit, path in loaded.reports.items()}
    undecided = {unit: f.undecided for unit, f in found.items()}
    made = estimate(loaded.spec, {unit: f.by_severity for unit, f in found.items()})
    if out is not None:
        drawn, command = draw(made, lang), f"setsubi effort {file.name}"
        page = render_effort(made, undecided, lang=lang, version=tool_version(), command=command, drawn=drawn)
        write_results(out, page, csv_files(made, undecided, lang), drawn)
    if not quiet:
        print_estimate(made, undecided, make_console(), lang)
    if out is not None:
        say_where(out, lang)
