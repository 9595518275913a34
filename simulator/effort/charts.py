"""The charts of an estimate: each shows what the picture of the same name does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from simulator.effort import series
from simulator.effort.model import Estimate, Spread, by_vendors, spread
from simulator.experiments.charts.kit import (
    BLUE,
    GREEN,
    INK,
    RED,
    ROW,
    Charts,
    Column,
    Figure,
    Range1d,
    chart,
    embed,
    hover,
    label,
    legend,
    mark,
    rows,
    source,
    stacked,
)
from simulator.experiments.charts.kit import spread as ends

Words = Mapping[str, str]


def effort_charts(made: Estimate, words: Words) -> Charts:
    """All charts of an estimate, by the names of its pictures; the chain of units has none."""
    found: dict[str, Any] = {
        "distributions": distributions(made, words), "lines": lines(made, words), "vendors": vendors(made, words),
    }  # fmt: skip
    if made.swings:
        found["swings"] = swings(made, words)
    return embed(found)


def distributions(made: Estimate, words: Words) -> Column:
    """Man-hours without and with, and below the hours saved."""
    found = series.histograms(made)
    above, below = (
        chart(words, height, x_range=ends(of.edges[0], of.edges[-1], 0))
        for height, of in ((260, found["with"]), (230, found["saved"]))
    )
    items = []
    for name, of, colour in (("without", above, RED), ("with", above, GREEN), ("saved", below, BLUE)):
        edges = found[name].edges
        data = source(left=edges[:-1], right=edges[1:], runs=found[name].counts)
        bars = of.quad("left", "right", "runs", 0, source=data, color=colour, alpha=0.55, line_color=None)
        hover(of, words, bars, [(words["hours"], "@left{0} – @right{0}"), (words["runs"], "@runs{0}")])
        items.append((words[name], [bars]))
    most = float(found["saved"].counts.max())
    below.y_range = Range1d(0, most * 1.2)
    legend(above, items[:2])
    label(above, words["hours"], words["runs"])
    of = spread(made.saved)
    for value, name in ((of.p10, "p10"), (of.p50, "p50"), (of.p90, "p90")):
        mark(below, value, f"{words[name]} {value:.0f}", most * 1.06)
    label(below, f"{words['hours']}, {words['saved']}", words["runs"])
    return stacked([above, below])


def lines(made: Estimate, words: Words) -> Figure:
    """Hours saved by the number of lines that have been built."""
    numbers = list(range(1, made.last_shown + 1))
    axes = words["line_count"], f"{words['hours']}, {words['saved']}"
    shown = {words["saved"]: (BLUE, [spread(made.saved_by(n)) for n in numbers])}
    return _bands(words, numbers, shown, axes, made.spec.lines)


def vendors(made: Estimate, words: Words) -> Figure:
    """Man-hours by the number of vendors that share the units."""
    swept = by_vendors(made.spec)
    shown = {words["without"]: (RED, [s for _, s, _ in swept]), words["with"]: (GREEN, [s for _, _, s in swept])}
    return _bands(words, [n for n, _, _ in swept], shown, (words["vendor_count"], words["hours"]), made.vendors)


def _bands(
    words: Words, numbers: Sequence[int], shown: Mapping[str, tuple[str, Sequence[Spread]]], axes: tuple[str, str], here: int
) -> Figure:  # fmt: skip
    """P10 to P90 as a band and P50 as a line for each name, with the present number marked."""
    every = [x for _, found in shown.values() for s in found for x in (s.p10, s.p90)]
    scale = ends(min(0.0, *every), max(0.0, *every))
    made = chart(words, 300, x_range=ends(numbers[0], numbers[-1]), y_range=scale)
    made.xaxis.ticker = numbers
    items = []
    for name, (colour, found) in shown.items():
        data = source(
            number=numbers, p10=[s.p10 for s in found], p50=[s.p50 for s in found], p90=[s.p90 for s in found]
        )
        band = made.varea("number", "p10", "p90", source=data, color=colour, alpha=0.18)
        line = made.line("number", "p50", source=data, color=colour, line_width=2)
        dots = made.scatter("number", "p50", source=data, color=colour, size=7)
        told = [(axes[0], "@number{0}"), *((words[p], f"@{p}{{0}}") for p in ("p10", "p50", "p90"))]
        hover(made, words, dots, [("", name), *told])
        items.append((name, [band, line, dots]))
    mark(made, here, "", 0.0)
    made.line("number", "hours", source=source(number=[numbers[0], numbers[-1]], hours=[0, 0]), color=INK)
    legend(made, items)
    label(made, *axes)
    return made


def swings(made: Estimate, words: Words) -> Figure:
    """A tornado: mean hours saved at the low and at the high end of each parameter."""
    shown, centre = series.swings(made), float(made.saved.mean())
    every = [0.0, centre, *(x for s in shown for x in (s.low, s.high))]
    made_of = chart(words, ROW * len(shown) + 90, x_range=ends(min(every), max(every)))
    rows(made_of, [s.parameter for s in shown])
    items = []
    for name, colour, values in (
        ("lowest", series.LIGHT, [s.low for s in shown]),
        ("highest", BLUE, [s.high for s in shown]),
    ):
        data = source(
            row=range(len(shown)), centre=[centre] * len(shown), end=values, name=[s.parameter for s in shown]
        )
        bars = made_of.hbar("row", left="centre", right="end", height=0.62, source=data, color=colour, line_color=None)
        hover(made_of, words, bars, [(words["parameter"], "@name"), (words[name], "@end{0}")])
        items.append((words[name], [bars]))
    mark(made_of, centre, "", 0.0)
    legend(made_of, items)
    label(made_of, f"{words['hours']}, {words['saved']} ({words['mean']})")
    return made_of
