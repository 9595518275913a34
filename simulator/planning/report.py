"""The report of a plan as one self-contained HTML file."""

from __future__ import annotations

from simulator.experiments.report import image, template
from simulator.experiments.said import Marked, figures
from simulator.experiments.texts import language
from simulator.planning.ramp import Ramp
from simulator.planning.sizing import CapacityPlan
from simulator.planning.tables import key_rows, month_heads, month_rows, ramp_sentence, step_heads, step_rows
from simulator.planning.texts import words


def render_plan(
    plan: CapacityPlan, ramp: Ramp | None, *, lang: str = "en", version: str = "", command: str = ""
) -> str:
    """One HTML page with everything inside; ``command`` is what repeats the plan."""
    from simulator.planning import pictures  # matplotlib takes a second to import

    text, cell = words(lang), plan.spec.cell
    drawn = {"loads": pictures.loads(plan, text)}
    if ramp is not None:
        drawn |= {"output": pictures.output(plan, ramp, text), "learning": pictures.learning(ramp, text)}
    return template("planning.html.j2", "simulator.planning").render(
        p=plan, w=text, t=text, lang=language(lang), version=version, command=command,
        sub=text["sub"].format(gwh=plan.spec.gwh, cell=cell.format or plan.spec.name, wh=cell.energy_wh, days=plan.spec.days_per_year),
        keys=key_rows(plan, lang), heads=step_heads(lang), steps=step_rows(plan), pace=plan.pace.spec.name,
        month_heads=month_heads(ramp, lang) if ramp else [], months=month_rows(ramp) if ramp else [],
        reached=ramp_sentence(plan, ramp, lang) if ramp else "", ramp=ramp, k=Marked(figures(plan.spec)),
        pictures={name: image(picture) for name, picture in drawn.items()},
    )  # fmt: skip
