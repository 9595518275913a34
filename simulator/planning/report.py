"""The report of a plan as one self-contained HTML file."""

from __future__ import annotations

from collections.abc import Mapping

from simulator.experiments.charts.texts import TEXTS as CHART_TEXTS
from simulator.experiments.report import images, template
from simulator.experiments.said import Marked, figures
from simulator.experiments.texts import language
from simulator.planning.ramp import Ramp
from simulator.planning.sizing import CapacityPlan
from simulator.planning.tables import key_rows, month_heads, month_rows, ramp_sentence, step_heads, step_rows
from simulator.planning.texts import words


def draw(plan: CapacityPlan, ramp: Ramp | None, lang: str = "en") -> dict[str, str]:
    """The pictures of the report as SVG, by name."""
    from simulator.planning import pictures  # matplotlib takes a second to import

    text = words(lang)
    drawn = {"loads": pictures.loads(plan, text)}
    if ramp is not None:
        drawn |= {"output": pictures.output(plan, ramp, text), "learning": pictures.learning(ramp, text)}
    return drawn


def render_plan(
    plan: CapacityPlan, ramp: Ramp | None, *, lang: str = "en", version: str = "", command: str = "",
    drawn: Mapping[str, str] | None = None,
) -> str:  # fmt: skip
    """One HTML page with everything inside; ``command`` is what repeats the plan, ``drawn`` what ``draw`` gave."""
    from simulator.planning.charts import plan_charts  # Bokeh takes half a second to import

    text, cell, chart_words = words(lang), plan.spec.cell, CHART_TEXTS[language(lang)]
    return template("planning.html.j2", "simulator.planning").render(
        p=plan, w=text, t=text, lang=language(lang), version=version, command=command,
        sub=text["sub"].format(gwh=plan.spec.gwh, cell=cell.format or plan.spec.name, wh=cell.energy_wh, days=plan.spec.days_per_year),
        names=[step.spec.name for step in plan.steps], keys=key_rows(plan, lang), heads=step_heads(lang), steps=step_rows(plan), pace=plan.pace.spec.name,
        month_heads=month_heads(ramp, lang) if ramp else [], months=month_rows(ramp) if ramp else [],
        reached=ramp_sentence(plan, ramp, lang) if ramp else "", ramp=ramp, k=Marked(figures(plan.spec)),
        pictures=images(draw(plan, ramp, lang) if drawn is None else drawn),
        charts=plan_charts(plan, ramp, {**chart_words, **text}), chart_words=chart_words,
    )  # fmt: skip
