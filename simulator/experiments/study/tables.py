"""The results of an experiment for the terminal, and as CSV."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from io import StringIO
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from simulator.experiments.accounts import ACCOUNTS
from simulator.experiments.columns import Column, fitted
from simulator.experiments.figures import holds_quality
from simulator.experiments.kpis import unit_figures
from simulator.experiments.steps import removed
from simulator.experiments.study.compare import Difference, Verdict, compare
from simulator.experiments.study.findings import (
    effect_line,
    engines,
    precision,
    sentences,
    shown_name,
    signed,
    warnings,
)
from simulator.experiments.study.plan import BASE
from simulator.experiments.study.recipes import recipe_rows, recipe_table, recipes_of
from simulator.experiments.study.result import Outcome, Study
from simulator.experiments.study.sensitivity import gains
from simulator.experiments.study.stoptexts import stop_asked, stop_rows
from simulator.experiments.study.texts import words
from simulator.experiments.tables import print_rules
from simulator.experiments.texts import FIGURES, language, texts
from simulator.line.spec import BufferSpec

SHOWN = ("line OEE", "work in progress")  # beside the figure that is compared, and soonest left out
HELD = ("held cells", "recalled cells", "scrapped material")  # too, where a scenario holds back what a unit makes
STYLES = {Verdict.BETTER: "green", Verdict.WORSE: "red", Verdict.SAME: "bright_black", Verdict.EQUAL: "bright_black"}
MOST_ROWS = 40
NAME = 14  # columns of the window for the name of a scenario, at least
LAST_FACTOR = 1000  # in the order in which columns are left out where there is no room: other figures go before factors


def print_study(study: Study, console: Console, lang: str = "en") -> None:
    """What ran, what a stop does, a row per scenario, then what it says in words, and the rules under which it holds."""
    for engine in engines(study, lang):
        console.print(engine, style="dim", highlight=False)
    if study.stops:
        console.print(_stop_table(study, lang, console.width))
    if study.plan.spec.sensitivity is not None:
        console.print(_ranking(study, lang, console.width))
    else:
        found = {d.scenario: d for d in compare(study, study.figure)}
        shown = selected(study, found, MOST_ROWS)
        console.print(_table(study, shown, found, lang, console.width))
        if len(shown) < len(study.outcomes):
            console.print(words(lang)["shown_of"].format(n=len(shown), of=len(study.outcomes)), style="dim")
        if recipes_of(study):
            console.print(recipe_table(study, shown, lang, console.width))
    for sentence in sentences(study, lang):
        console.print(sentence, highlight=False)
    if said := effect_line(study, lang):
        console.print(said, highlight=False)
    if said := precision(study, lang):
        console.print(said, style="" if study.precision and study.precision.reached else "yellow", highlight=False)
    for warning in warnings(study, lang):
        console.print(warning, style="yellow", highlight=False)
    print_rules(study.base.figures, (o.figures for o in study.outcomes), console, lang)


def selected(study: Study, found: dict[str, Difference], most: int) -> list[Outcome]:
    """The outcomes to show, in their order: the base and, if there are too many, those that differ most."""
    size = {name: abs(d.mean) for name, d in found.items()}
    kept = sorted((o for o in study.outcomes if o is not study.base), key=lambda o: -size.get(o.scenario.name, 0.0))
    chosen = {id(o) for o in (study.base, *kept[: most - 1])}
    return [o for o in study.outcomes if id(o) in chosen]


def others(study: Study) -> list[str]:
    """The figures to show beside the one that is compared."""
    held = HELD if any(holds_quality(o.scenario.spec) for o in study.outcomes) else ()
    known = {f.name for o in study.outcomes for f in o.figures.line}
    return [name for name in (*SHOWN, *held) if name != study.figure and name in known]


def row_name(study: Study, outcome: Outcome, lang: str) -> str:
    """A scenario's name in a table that gives its factors in columns of their own: points of the design by number."""
    point = outcome.scenario.at is not None and outcome.scenario.name != BASE
    return str(study.outcomes.index(outcome)) if point else shown_name(study, outcome.scenario.name, lang)


def _table(study: Study, shown: Sequence[Outcome], found: dict[str, Difference], lang: str, width: int) -> Table:
    text, names = words(lang), FIGURES[language(lang)]
    unit = next((o.figure(study.figure).unit for o in shown if o.figures.figure(study.figure)), "")
    gaps = [
        Text(signed(d.mean, d.half_width), style=STYLES[d.verdict]) if (d := found.get(o.scenario.name)) else ""
        for o in shown
    ]
    columns = [Column(text["scenario"], [row_name(study, o, lang) for o in shown], "left", wraps=True, narrowest=NAME)]
    for i, factor in enumerate(study.plan.factors):
        levels = [o.scenario.levels[i] for o in shown]
        columns.append(Column(factor.label.replace(".", ".\n"), levels, drop=i + 1))
    columns.append(Column(f"{names[study.figure][0]}\n{unit}", [_figure(o, study.figure) for o in shown]))
    columns.append(Column(text["difference"], gaps))
    for i, name in enumerate(others(study)):
        head = names[name][0].replace(" ", "\n", 1)
        if name in HELD:
            head += f"\n{next(f.unit for o in shown if (f := o.figures.figure(name)))}"
        columns.append(Column(head, [_figure(o, name) for o in shown], drop=LAST_FACTOR - i))
    columns.append(Column(texts(lang)["bottleneck"], [o.figures.bottleneck for o in shown], "left"))
    return fitted(text["without_title"] if study.stops else "", columns, width)


def _ranking(study: Study, lang: str, width: int) -> Table:
    """What each step of a sensitivity brings, the most first."""
    text, figure, found = words(lang), study.base.figures.figure(study.figure), gains(study)
    name = FIGURES[language(lang)][study.figure][0]
    of = f"{name} {figure.text()} {figure.unit}" if figure is not None else name
    styles = [STYLES[g.verdict] for g in found]

    def cells(texts: Iterable[str]) -> list[Text]:
        return [Text(cell, style) for cell, style in zip(texts, styles, strict=True)]

    columns = [
        Column(text["unit"], cells(g.step.unit for g in found), "left"),
        Column(text["what"], cells(text[g.step.what] for g in found), "left"),
        Column(text["change"], cells(g.step.change for g in found), "left", drop=2),
        Column(
            f"{text['gain']} {figure.unit if figure is not None else ''}", cells(signed(g.mean, g.half_width) for g in found)
        ),
        Column(text["per_percent"], cells(signed(g.per_percent, g.per_percent_half_width) for g in found), drop=1),
        Column(text["verdict"], cells(text[g.verdict] for g in found), "left"),
    ]  # fmt: skip
    return fitted(f"{text['base']}: {of}", columns, width)


def _stop_table(study: Study, lang: str, width: int) -> Table:
    """What the stop does in each scenario."""
    heads, rows = stop_rows(study, lang)
    cells = zip(*rows[:MOST_ROWS], strict=True)
    columns = [
        Column(
            head, column, "right" if i else "left", drop=int(head == words(lang)["stops"]), wraps=not i, narrowest=NAME
        )
        for i, (head, column) in enumerate(zip(heads, cells, strict=True))
    ]
    return fitted(stop_asked(study, lang), columns, width)


def _figure(outcome: Outcome, name: str) -> str:
    figure = outcome.figures.figure(name)
    return figure.text() if figure is not None else "–"


def csv_files(study: Study) -> dict[str, str]:
    """All figures as CSV, by file name: of the scenarios, of each replication, and of each unit in each replication."""
    files = {"scenarios.csv": _scenario_rows, "replications.csv": _replication_rows, "units.csv": _unit_rows}
    if study.plan.spec.sensitivity is not None:
        files["sensitivity.csv"] = _gain_rows
    if recipes_of(study):
        files["recipes.csv"] = recipe_rows
    if study.stops:
        files["stops.csv"] = _stop_rows
    return {name: csv_text(rows(study)) for name, rows in files.items()}


def csv_text(rows: Iterable[Sequence[Any]]) -> str:
    """Rows as CSV."""
    out = StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


def _head(study: Study) -> list[str]:
    return ["scenario", *(f.path for f in study.plan.factors)]


def _figure_names(study: Study) -> list[tuple[str, str]]:
    """Name and unit of the figures that any scenario has."""
    found = {f.name: f.unit for o in study.outcomes for f in o.figures.line}
    return [(name, found[name]) for name in FIGURES["en"] if name in found]


def _scenario_rows(study: Study) -> Iterable[Sequence[Any]]:
    names = _figure_names(study)
    yield [
        *_head(study), "replications", "bottleneck",
        *(f"{name} {what} [{unit}]" for name, unit in names for what in
          ("mean", "half-width", "difference", "difference half-width (jointly 95 %)")),
        f"verdict on {study.figure}",
    ]  # fmt: skip
    found = {name: {d.scenario: d for d in compare(study, name)} for name, _ in names}
    for outcome in study.outcomes:
        name = outcome.scenario.name
        cells: list[Any] = []
        for figure_name, _ in names:
            figure, difference = outcome.figures.figure(figure_name), found[figure_name].get(name)
            cells += [figure.mean, figure.half_width] if figure is not None else ["", ""]
            cells += [difference.mean, difference.half_width] if difference is not None else ["", ""]
        verdict = found[study.figure].get(name) if study.figure in found else None
        yield [
            name, *outcome.scenario.levels, len(outcome.experiment.results), outcome.figures.bottleneck, *cells,
            verdict.verdict if verdict is not None else "",
        ]  # fmt: skip


def _stop_rows(study: Study) -> Iterable[Sequence[Any]]:
    stop = study.plan.spec.stop
    assert stop is not None
    yield [*_head(study), "replication", "what", "of", "value"]
    for outcome, runs in zip(study.outcomes, study.stops, strict=True):
        for k, run in enumerate(runs):
            first = [outcome.scenario.name, *outcome.scenario.levels, k + 1]
            yield from ([*first, f"{what} after [s]", unit, t] for unit, (what, t) in run.waits.items())
            yield from (
                [*first, "back after restart [s]", name, "" if t is None else t] for name, t in run.back.items()
            )
            yield [*first, "stop lasted [s]", stop.unit, run.lasted]
            yield [*first, "recovered after restart [s]", "line", "" if run.recovered is None else run.recovered]
            yield from ([*first, "items behind at the end", unit, n] for unit, n in run.behind.items())


def _gain_rows(study: Study) -> Iterable[Sequence[Any]]:
    yield [
        "unit", "what", "change [%]", "places", f"gain in {study.figure}", "half-width", "gain in % per 1 %", "half-width",
        "verdict",
    ]  # fmt: skip
    for g in gains(study):
        yield [
            g.step.unit, g.step.what, g.step.percent, g.step.places, g.mean, g.half_width, g.per_percent,
            g.per_percent_half_width, g.verdict,
        ]  # fmt: skip


def _replication_rows(study: Study) -> Iterable[Sequence[Any]]:
    names = _figure_names(study)
    yield [*_head(study), "replication", "seed", *(f"{name} [{unit}]" for name, unit in names)]
    for outcome in study.outcomes:
        figures = [outcome.figures.figure(name) for name, _ in names]
        for k, result in enumerate(outcome.experiment.results):
            cells = [f.values[k] if f is not None else "" for f in figures]
            yield [outcome.scenario.name, *outcome.scenario.levels, k + 1, result.seed, *cells]


def _unit_rows(study: Study) -> Iterable[Sequence[Any]]:
    yield [
        *_head(study), "replication", "seed", "unit", "OEE", "OEE of SEMI E79", "availability", "effectiveness", "quality", "failures",
        "entered", "good", "scrap", "became bad", "left as scrap", "energy [kWh]", *(f"share {a}" for a in ACCOUNTS),
    ]  # fmt: skip
    for outcome in study.outcomes:
        experiment = outcome.experiment
        specs = [u for u in experiment.spec.units if not isinstance(u, BufferSpec)]
        for k, result in enumerate(experiment.results):
            for spec, unit in zip(specs, result.units, strict=True):
                u = unit_figures(spec, [unit], experiment.hours)
                figures = (
                    u.oee,
                    u.oee_of_all_time,
                    u.availability,
                    u.effectiveness,
                    u.quality,
                    u.failures,
                    u.entered,
                    u.good,
                    u.scrap,
                )
                shares = (u.shares[a] for a in ACCOUNTS)
                yield [
                    outcome.scenario.name, *outcome.scenario.levels, k + 1, result.seed, u.name, *figures, unit.rejected,
                    removed(result, u.name), u.energy_kwh, *shares,
                ]  # fmt: skip
