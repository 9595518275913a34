"""The result of a design file for the terminal, and as CSV."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from simulator.experiments.design.findings import (
    best,
    by_name,
    choice_rows,
    engines,
    figure_name,
    figures_shown,
    front_rows,
    sentences,
    to_build,
    unit_of,
    verdict,
    warnings,
)
from simulator.experiments.design.result import Check, Design, Trial
from simulator.experiments.design.texts import words
from simulator.experiments.study.tables import csv_text
from simulator.experiments.tables import print_rules
from simulator.experiments.texts import FIGURES


def print_design(design: Design, console: Console, lang: str = "en") -> None:
    """What ran, the chosen design or the front, then what it says in words, and the rules under which it holds."""
    for engine in engines(design, lang):
        console.print(engine, style="dim", highlight=False)
    console.print(_front(design, lang) if design.plan.spec.target is None else _choice(design, lang))
    console.print(verdict(design, lang), style="" if design.reached else "yellow", highlight=False)
    for sentence in (*to_build(design, lang), *sentences(design, lang)):
        console.print(sentence, highlight=False)
    for warning in warnings(design, lang):
        console.print(warning, style="yellow", highlight=False)
    shown = by_name(design, lang).values()
    print_rules(best(design)[1].figures, (o.figures for o in shown), console, lang)


def _choice(design: Design, lang: str) -> Table:
    text = words(lang)
    table = Table()
    table.add_column(text["place"], no_wrap=True)
    for key in ("in_file", "chosen" if design.reached else "best", "range", "cost"):
        table.add_column(text[key], justify="right")
    table.add_column(f"{text['one_less']}\n{unit_of(design)}", justify="right", no_wrap=True)
    for row in choice_rows(design, lang):
        table.add_row(*row)
    table.add_section()
    table.add_row(text["total"], "", "", "", f"{best(design)[2]:g}", "")
    return table


def _front(design: Design, lang: str) -> Table:
    text, table = words(lang), Table()
    for choice in design.plan.choices:
        table.add_column(choice.label.replace(".", ".\n"), justify="right")
    table.add_column(text["cost"], justify="right")
    for name in figures_shown(design):
        table.add_column(figure_name(name, lang), justify="right")
    for row in front_rows(design):
        table.add_row(*row)
    return table


def csv_files(design: Design) -> dict[str, str]:
    """All figures as CSV, by file name: of the designs tried in their order, and of those run on fresh random numbers."""
    return {"designs.csv": csv_text(_rows(design, design.trials)), "checks.csv": csv_text(_rows(design, design.checks))}


def _rows(design: Design, shown: Sequence[Trial | Check]) -> Iterable[Sequence[Any]]:
    found = {f.name: f.unit for t in shown for f in t.outcome.figures.line}
    names = [(name, found[name]) for name in FIGURES["en"] if name in found]
    yield [
        *(choice.path for choice in design.plan.choices), "cost", "step or verdict", "reaches the target", "replications",
        "first seed", "bound", "confidence of the bound", "bottleneck",
        *(f"{name} {what} [{unit}]" for name, unit in names for what in ("mean", "half-width")),
    ]  # fmt: skip
    for t in shown:
        if isinstance(t, Trial):
            said = [t.phase, "" if t.reached is None else t.reached]
            bound: list[Any] = ["", ""]
        else:
            said = [t.verdict or "", "" if t.verdict is None else t is design.chosen]
            bound = ["" if t.bound is None else t.bound, t.confidence or ""]
        experiment, cells = t.outcome.experiment, list[Any]()
        for name, _ in names:
            figure = t.outcome.figures.figure(name)
            cells += [figure.mean, figure.half_width] if figure is not None else ["", ""]
        yield [
            *design.plan.texts(t.at), t.cost, *said, len(experiment.results), experiment.seed, *bound,
            t.outcome.figures.bottleneck, *cells,
        ]  # fmt: skip
