"""The charts of a plan: each shows what the picture of the same name does."""

from __future__ import annotations

from collections.abc import Mapping

from simulator.experiments.charts.kit import (
    BLUE,
    GREEN,
    GRID,
    INK,
    ORANGE,
    RED,
    ROW,
    Charts,
    Column,
    Figure,
    Range1d,
    chart,
    embed,
    filter_rows,
    hover,
    label,
    legend,
    rows,
    second_axis,
    source,
    stacked,
)
from simulator.planning import series
from simulator.planning.ramp import Ramp
from simulator.planning.sizing import CapacityPlan

Words = Mapping[str, str]
COLOURS = {"works": BLUE, "down": RED, "waits": GRID}


def plan_charts(plan: CapacityPlan, ramp: Ramp | None, words: Words) -> Charts:
    """All charts of a plan, by the names of its pictures."""
    if ramp is None:
        return embed({"loads": loads(plan, words)})
    return embed({"loads": loads(plan, words), "output": output(plan, ramp, words), "learning": learning(ramp, words)})


def loads(plan: CapacityPlan, words: Words) -> Figure:
    """How much of its time each step works, is down, and waits."""
    names = [step.spec.name for step in plan.steps]
    made = chart(words, ROW * len(names) + 80, x_range=Range1d(0, 100, bounds=(0, 100)))
    rows(made, names)
    items, left = [], 0.0 * series.loads(plan)["works"]
    for name, shares in series.loads(plan).items():
        rows_of = range(len(names))
        data = source(unit=rows_of, row=rows_of, left=left, right=left + shares, share=shares)
        bars = made.hbar("row", left="left", right="right", height=0.7, source=data, color=COLOURS[name])
        hover(made, words, bars, [(words["account"], words[name]), (words["share"], "@share{0.0} %")], names)
        items.append((words[name], [bars]))
        left = left + shares
    legend(made, items)
    label(made, words["share_axis"])
    filter_rows([(made, range(len(names)))])
    return made


def output(plan: CapacityPlan, ramp: Ramp, words: Words) -> Figure:
    """GWh of each month, and in total, with the target."""
    wanted = plan.spec.gwh / 12
    most = max([wanted, *(m.gwh for m in ramp.months)])
    made = chart(words, 320, x_range=_months(ramp), y_range=Range1d(0, most * 1.15))
    label(made, words["months"], words["output"])
    second_axis(made, ramp.months[-1].total_gwh * 1.05, words["total_gwh"], ORANGE)
    data = source(
        month=[m.number for m in ramp.months],
        gwh=[m.gwh for m in ramp.months],
        total=[m.total_gwh for m in ramp.months],
    )
    bars = made.vbar("month", top="gwh", width=0.8, source=data, color=BLUE, alpha=0.75)
    told = [(words["month"], "@month{0}"), (words["output"], "@gwh{0.000}"), (words["total_gwh"], "@total{0.00}")]
    hover(made, words, bars, told)
    total = made.line("month", "total", source=data, color=ORANGE, line_width=2, y_range_name="second")
    ends = source(month=[made.x_range.start, made.x_range.end], gwh=[wanted] * 2)
    target = made.line("month", "gwh", source=ends, color=INK, line_dash="dashed")
    items = [(words["output"], [bars]), (words["total_gwh"], [total]), (words["target_line"], [target])]
    if ramp.reached is not None:
        at = source(month=[ramp.reached] * 2, gwh=[0, most * 1.15])
        items.append((words["reached_line"], [made.line("month", "gwh", source=at, color=RED, line_width=1.6)]))
    legend(made, items)
    return made


def learning(ramp: Ramp, words: Words) -> Column:
    """OEE and yield by month, and the scrap below."""
    months = _months(ramp)
    above = chart(words, 280, x_range=months, y_range=Range1d(0, 100))
    numbers = [m.number for m in ramp.months]
    items = []
    for name, values, colour in (
        ("month_yield", [100 * m.quality for m in ramp.months], GREEN), ("month_oee", [100 * m.oee for m in ramp.months], BLUE),
    ):  # fmt: skip
        data = source(month=numbers, value=values)
        line = above.line("month", "value", source=data, color=colour, line_width=2)
        hover(above, words, line, [(words["month"], "@month{0}"), (words[name], "@value{0.0}")])
        items.append((words[name], [line]))
    legend(above, items)
    label(above, "", words["share_axis"])
    axis = words["count_axis" if ramp.months[0].scrap_t is None else "mass_axis"]
    below = chart(words, 200, x_range=months)
    scrap = source(month=numbers, value=[series.lost(m) for m in ramp.months])
    bars = below.vbar("month", top="value", width=0.8, source=scrap, color=RED, alpha=0.75)
    hover(below, words, bars, [(words["month"], "@month{0}"), (axis, "@value{0.0}")])
    label(below, words["months"], axis)
    return stacked([above, below])


def _months(ramp: Ramp) -> Range1d:
    ends = 0.4, ramp.months[-1].number + 0.6
    return Range1d(*ends, bounds=ends)
