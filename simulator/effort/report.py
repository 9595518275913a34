"""The report of an effort estimate as one self-contained HTML file."""

from __future__ import annotations

from collections.abc import Mapping

from simulator.effort.model import Estimate, by_vendors
from simulator.effort.tables import (
    assumption,
    joint_heads,
    joint_rows,
    line_rows,
    sentences,
    spread_heads,
    task_rows,
    total_rows,
    unit_rows,
)
from simulator.effort.texts import words
from simulator.experiments.charts.texts import TEXTS as CHART_TEXTS
from simulator.experiments.report import images, template
from simulator.experiments.said import Marked, figures
from simulator.experiments.texts import language


def draw(made: Estimate, lang: str = "en") -> dict[str, str]:
    """The pictures of the report as SVG, by name."""
    from simulator.effort import pictures  # matplotlib takes a second to import

    text = words(lang)
    drawn = {
        "chain": pictures.chain(made, text), "distributions": pictures.distributions(made, text),
        "lines": pictures.lines(made, text), "vendors": pictures.vendors(by_vendors(made.spec), made, text),
    }  # fmt: skip
    return drawn | ({"swings": pictures.swings(made, text)} if made.swings else {})


def render_effort(
    made: Estimate, undecided: Mapping[str, int], *, lang: str = "en", version: str = "", command: str = "",
    drawn: Mapping[str, str] | None = None,
) -> str:  # fmt: skip
    """One HTML page with everything inside. ``undecided``: requirements that the units' reports left open, by unit; ``drawn``:
    what ``draw`` gave."""
    from simulator.effort.charts import effort_charts  # Bokeh takes half a second to import

    text, spec, chart_words = words(lang), made.spec, CHART_TEXTS[language(lang)]
    sub = text["sub"].format(
        n=len(spec.units), v=made.vendors, joints=len(spec.units) - 1, lines=spec.lines, runs=spec.runs, seed=spec.seed,
        draws=spec.draws,
    )  # fmt: skip
    tables = {
        "joints": [joint_heads(lang), *joint_rows(made)],
        "units": [spread_heads(lang, "unit", "vendor", "open"), *unit_rows(made, lang, undecided)],
        "tasks": [spread_heads(lang, "task", ""), *task_rows(made, lang)],
        "by_lines": [[*spread_heads(lang, "line_count"), text["saves"]], *line_rows(made)],
    }
    return template("effort.html.j2", "simulator.effort").render(
        e=made, w=text, t=text, lang=language(lang), version=version, command=command, sub=sub, assumption=assumption(made, lang),
        sentences=sentences(made, undecided, lang)[:-1], heads=spread_heads(lang, ""), totals=total_rows(made, lang), tables=tables,
        words_in={"joints": 2, "units": 3, "tasks": 2, "by_lines": 1}, k=Marked(figures(spec)),
        chain_caption=text["chain_caption"].format(without=made.without.line.mean(), with_=made.guided.line.mean()),
        pictures=images(draw(made, lang) if drawn is None else drawn),
        charts=effort_charts(made, {**chart_words, **text}), chart_words=chart_words,
    )  # fmt: skip
