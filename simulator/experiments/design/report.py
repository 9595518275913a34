"""The report of a design as one self-contained HTML file."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import TYPE_CHECKING, Any

from simulator.experiments.charts.texts import TEXTS as CHART_TEXTS
from simulator.experiments.design.findings import (
    best,
    by_name,
    choice_rows,
    engines,
    figure_name,
    figures_shown,
    front_rows,
    runs,
    sentences,
    span,
    to_build,
    trial_rows,
    unit_of,
    verdict,
    warnings,
    with_unit,
)
from simulator.experiments.design.pareto import Pair, front
from simulator.experiments.design.plan import FEW, At
from simulator.experiments.design.result import Design
from simulator.experiments.design.spec import COST
from simulator.experiments.design.texts import words
from simulator.experiments.design.trials import figure_of
from simulator.experiments.report import images, template
from simulator.experiments.said import clocks
from simulator.experiments.study.compare import LOWER_IS_BETTER
from simulator.experiments.study.findings import listed
from simulator.experiments.study.plan import BASE
from simulator.experiments.study.report import asked_of_runs
from simulator.experiments.study.result import Outcome
from simulator.experiments.texts import FIGURES, language, texts
from simulator.experiments.warmup import PILOTS

if TYPE_CHECKING:
    from simulator.experiments.charts.kit import Charts

MOST_ROWS = 100  # of the table of designs; the CSV file holds all


def render_design(
    design: Design, *, lang: str = "en", version: str = "", command: str = "", drawn: Mapping[str, str] | None = None
) -> str:
    """One HTML page with everything inside; ``command`` is what repeats the search, ``drawn`` what ``draw`` gave."""
    code, text, plan = language(lang), words(lang), design.plan
    target = plan.spec.target
    _, outcome, cost = best(design)
    rows, name = trial_rows(design, code), plan.spec.figure
    hidden = text["shown_of_tried"].format(n=MOST_ROWS, of=len(rows)) if len(rows) > MOST_ROWS else ""
    setting = text["setting"].format(
        tried=len(design.trials), designs=plan.designs, runs=runs(design), hours=f"{plan.spec.hours:g}",
        warmup=f"{design.warmup.hours:.4g}",
    )  # fmt: skip
    return template("design.html.j2").render(
        d=design, p=plan, e=outcome.experiment, k=outcome.figures, cost=cost, w=text, t=texts(code), names=FIGURES[code],
        lang=code, version=version, command=command, setting=setting, verdict=verdict(design, code), unit=unit_of(design),
        findings=[*to_build(design, code), *sentences(design, code)], warnings=warnings(design, code), figure=figure_of(outcome, name), target=target,
        choices=choice_rows(design, code) if target else [], front=[] if target else front_rows(design), tried=rows[:MOST_ROWS],
        hidden=hidden, shown=[with_unit(design, n, code) for n in figures_shown(design)], labels=_labels(design, code), few=FEW,
        engines=engines(design, code), clocks=clocks({n: o.figures.failures for n, o in by_name(design, code).items()}), listed=listed,
        asked=_asked(design, code), pictures=images(draw(design, code) if drawn is None else drawn),
        charts=_charts(design, code), chart_words=CHART_TEXTS[code], longest=_shown(design.warmup.longest.scenario, text) if design.warmup.pilots else "", warmup=design.warmup, pilot_count=PILOTS,
        pilots=[(_shown(p.scenario, text), p) for p in design.warmup.pilots],
    )  # fmt: skip


def _shown(name: str, text: Mapping[str, str]) -> str:
    return text["base"] if name == BASE else name


def _labels(design: Design, lang: str) -> tuple[str, str]:
    """What the picture of all designs is of: price and figure."""
    asked = design.plan.spec.pareto
    return figure_name(asked.minimise if asked else COST, lang), figure_name(design.plan.spec.figure, lang)


def draw(design: Design, lang: str = "en") -> dict[str, str]:
    """The pictures of the report as SVG, by name."""
    # matplotlib takes a second to import, which every command would pay that draws nothing
    from simulator.experiments.design import pictures
    from simulator.experiments.study.pictures import warmup

    text, target = {**words(lang), **CHART_TEXTS[language(lang)]}, design.plan.spec.target
    points, joined, marked = _points(design)
    made = {
        "tried": pictures.tried(
            text,
            list(points.values()),
            joined,
            list(marked.values()),
            target.value if target else None,
            _axes(design, lang),
        )
    }
    if target is not None:
        labels = text["front_order"], text["cost"]
        made["path"] = pictures.path(
            text, [t.cost for t in design.trials], [bool(t.reached) for t in design.trials], labels
        )
    if design.warmup.pilots:
        made["warmup"] = warmup(design.warmup.longest, design.warmup.hours, text, texts(lang)["rate"])
    return made


def _charts(design: Design, lang: str) -> Charts:
    """The same as charts, but for the warm-up."""
    from simulator.experiments.charts import design as charts  # Bokeh takes half a second to import
    from simulator.experiments.charts.kit import embed

    text, target = {**words(lang), **CHART_TEXTS[lang]}, design.plan.spec.target
    points, joined, marked = _points(design)

    def named(found: Mapping[At, Any]) -> dict[str, Any]:
        return {design.plan.name_of(at): value for at, value in found.items()}

    made = {
        "tried": charts.tried(
            text, named(points), joined, named(marked), target.value if target else None, _axes(design, lang)
        )
    }
    if target is not None:
        names, costs = [design.plan.name_of(t.at) for t in design.trials], [t.cost for t in design.trials]
        labels = text["front_order"], text["cost"]
        made["path"] = charts.path(text, names, costs, [bool(t.reached) for t in design.trials], labels)
    return embed(made)


def _axes(design: Design, lang: str) -> tuple[str, str]:
    """Names of price and figure with their units."""
    asked = design.plan.spec.pareto
    return with_unit(design, asked.minimise if asked else COST, lang), with_unit(design, design.plan.spec.figure, lang)


def _points(design: Design) -> tuple[dict[At, Pair], list[Pair], dict[At, tuple[Pair, float]]]:
    """Figure and price of every design tried, those of the front in its order, and of the ones run on fresh random numbers,
    with the half-width of the figure."""
    name, asked = design.plan.spec.figure, design.plan.spec.pareto

    def price(outcome: Outcome, cost: float) -> float:
        return figure_of(outcome, asked.minimise).mean if asked and asked.minimise != COST else cost

    points = {
        t.at: (figure_of(t.outcome, name).mean, price(t.outcome, t.cost))
        for t in design.trials
        if isfinite(figure_of(t.outcome, name).mean) and isfinite(price(t.outcome, t.cost))
    }
    lower = name in LOWER_IS_BETTER
    best_of = front({at: (-gain if lower else gain, paid) for at, (gain, paid) in points.items()})
    marked = {
        c.at: ((figure.mean, price(c.outcome, c.cost)), figure.half_width or 0.0)
        for c in (design.checks if asked else (design.chosen,))
        if c is not None and (figure := figure_of(c.outcome, name))
    }
    return points, [points[at] for at in best_of], marked


def _asked(design: Design, lang: str) -> list[tuple[str, str]]:
    """What the design file says, as pairs of words."""
    plan, spec, text = design.plan, design.plan.spec, words(lang)
    paid, gain = _labels(design, lang)
    aim = text["aim_pareto"].format(gain=gain, price=paid)
    if spec.target is not None:
        key = "aim_target_most" if spec.figure in LOWER_IS_BETTER else "aim_target"
        aim = text[key].format(figure=gain, target=f"{spec.target.value:g}", unit=unit_of(design))
    rows = [
        (text["aim"], aim),
        *asked_of_runs(spec, plan.line_name, spec.figure, lang),
        (text["tries"], str(spec.tries)),
    ]
    for choice in plan.choices:
        given = spec.choose[choice.path]
        if given.costs is None:
            said = f"{span(choice.texts)}; {text['each'].format(cost=f'{given.cost:g}')}"
        else:
            pairs = zip(choice.texts, given.costs, strict=True)
            said = "; ".join(text["values_cost"].format(value=value, cost=f"{cost:g}") for value, cost in pairs)
        rows.append((f"{text['choice']} {choice.path}", said))
    return rows
