"""``setsubi plan``: from GWh per year and a cell to lines, machines, channels, takt and ramp-up."""

from __future__ import annotations

import re
from math import isfinite
from pathlib import Path
from typing import Annotated, Any

import typer

from conformance.errors import UsageError
from conformance.reports import make_console
from profiles.naming import did_you_mean
from setsubi.errors import guarded
from setsubi.files import say_where, write_results, write_whole
from setsubi.hosting import tool_version
from setsubi.options import Lang, Language, Quiet, want_file, want_folder
from simulator.planning.linefile import planned_line
from simulator.planning.load import bundled, bundled_text, formats, load_plan
from simulator.planning.ramp import ramp_up
from simulator.planning.report import draw, render_plan
from simulator.planning.sizing import size
from simulator.planning.spec import MOST_GWH, MOST_LINES, PlanSpec
from simulator.planning.tables import csv_files, print_formats, print_plan
from simulator.planning.texts import words

YAML = (".yaml", ".yml")


@guarded
def plan(
    file: Annotated[Path | None, typer.Argument(help="Plan file (YAML).")] = None,
    gwh: Annotated[float | None, typer.Option(help="GWh per year, instead of what the plan says.")] = None,
    cell: Annotated[
        str | None, typer.Option(help="Bundled cell format in place of a plan file; 'list' shows them.")
    ] = None,
    lines: Annotated[int | None, typer.Option(min=1, max=MOST_LINES, help="So many lines.")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for report.html, the CSV files and the pictures.")] = None,
    line: Annotated[Path | None, typer.Option(help="Write one of the lines as a line file (.yaml).")] = None,
    write: Annotated[
        Path | None, typer.Option(help="Write the plan of --cell as a plan file (.yaml), to edit.")
    ] = None,
    lang: Language = Lang.EN,
    quiet: Quiet = False,
) -> None:
    """Plan a plant: lines, takt, machines, formation channels, ageing places, and the ramp-up month by month."""
    text, console = words(lang), make_console()
    if cell == "list" and file is None:
        print_formats(console, lang)
        return
    _check(file, gwh, cell, write)
    want_folder(out, "--out")
    want_file(line, "--line", YAML)
    want_file(write, "--write", YAML)
    given: dict[str, Any] = {key: value for key, value in (("gwh", gwh), ("lines", lines)) if value is not None}
    spec = bundled(cell, **given) if cell else load_plan(file or "", **given)
    made = size(spec)
    ramp = ramp_up(made, spec.ramp) if spec.ramp else None
    found = planned_line(made, str(file or cell)) if line is not None else None
    if line is not None and found is not None:
        write_whole(line, found.text)
    if write is not None and cell is not None:
        write_whole(write, _edited(cell, spec))
    if out is not None:
        command = " ".join(
            ["setsubi plan", file.name if file else f"--cell {cell}", *(f"--{k} {v:g}" for k, v in given.items())]
        )
        drawn = draw(made, ramp, lang)
        page = render_plan(made, ramp, lang=lang, version=tool_version(), command=command, drawn=drawn)
        write_results(out, page, csv_files(made, ramp, lang), drawn)
    if not quiet:
        print_plan(made, ramp, console, lang)
    if line is not None and found is not None:
        typer.echo(f"{text['line_file']}: {line}")
        typer.echo(text["simulate"].format(file=line, warmup=found.warmup_h, needed=found.needed, limit=found.limit))
        if found.left_out:
            typer.echo(text["left_out"].format(names=", ".join(found.left_out)))
    if write is not None:
        typer.echo(f"{text['plan_file']}: {write}")
    if out is not None:
        say_where(out, lang)


def _check(file: Path | None, gwh: float | None, cell: str | None, write: Path | None) -> None:
    if (file is None) == (cell is None):
        what = "a plan file and --cell exclude one another" if file else "neither a plan file nor --cell is given"
        raise UsageError(f"{what}; give 'plan.yaml', or '--gwh 10 --cell prismatic_60ah' ('--cell list' shows all)")
    if cell is not None and cell not in formats():
        mend = did_you_mean(cell, formats(), f"give one of: {', '.join(formats())}")
        raise UsageError(f"--cell {cell}: there is no such bundled format; {mend}")
    if gwh is not None and not (isfinite(gwh) and gwh > 0):
        raise UsageError(f"--gwh {gwh:g}: must be above 0")
    if gwh is not None and gwh > MOST_GWH:
        raise UsageError(f"--gwh {gwh:g}: must be at most {MOST_GWH}")
    if write is not None and cell is None:
        raise UsageError(f"--write {write}: writes the plan of a bundled format; give --cell")


def _edited(cell: str, spec: PlanSpec) -> str:
    """The bundled plan file with the target and the lines that were asked for."""
    text = re.sub(r"(?m)^gwh: \S+ ", f"gwh: {spec.gwh:g} ", bundled_text(cell))
    if spec.lines is not None:
        text = re.sub(r"(?m)^shortest_takt: .*$", f"lines: {spec.lines}", text)
    return text
