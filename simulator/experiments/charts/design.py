"""The charts of a design."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from simulator.experiments.charts.kit import BLUE, GREEN, GREY, RED, Figure, chart, hover, label, legend, source, spread
from simulator.experiments.design.pareto import Pair

Words = Mapping[str, str]


def tried(
    words: Words, points: Mapping[str, Pair], front: Sequence[Pair], marked: Mapping[str, tuple[Pair, float]],
    target: float | None, axes: tuple[str, str],
) -> Figure:  # fmt: skip
    """Every design by name, as (figure, price); those of the front joined; ``marked`` ones with the half-width of the figure.
    ``axes`` are the names of price and figure."""
    gains = [
        *(gain for gain, _ in points.values()),
        *(gain + way * half for (gain, _), half in marked.values() for way in (-1, 1)),
    ]
    low, high = min(gains), max(gains)
    if target is not None:
        low, high = min(low, target), max(high, target)
    prices = [*(price for _, price in points.values()), *(price for (_, price), _ in marked.values())]
    made = chart(words, 420, across=False, x_range=spread(min(prices), max(prices)), y_range=spread(low, high, 0.1))
    data = source(
        name=list(points), gain=[gain for gain, _ in points.values()], price=[price for _, price in points.values()]
    )
    told = [(words["design"], "@name"), (axes[0], "@price{0.##}")]
    dots = made.scatter("price", "gain", source=data, color=GREY, size=7)
    hover(made, words, dots, [*told, (axes[1], "@gain{0.00}")])
    ends = source(price=[price for _, price in front], gain=[gain for gain, _ in front])
    line = made.step("price", "gain", source=ends, mode="after", color=BLUE, line_width=1.5)
    items = [(words["designs"], [dots]), (words["front"], [line])]
    if marked:
        gain, half = np.array([g for (g, _), _ in marked.values()]), np.array([h for _, h in marked.values()])
        data = source(
            name=list(marked), price=[price for (_, price), _ in marked.values()], gain=gain, half=half, low=gain - half,
            high=gain + half,
        )  # fmt: skip
        whiskers = made.segment("price", "low", "price", "high", source=data, color=GREEN, line_width=1.6)
        diamonds = made.scatter("price", "gain", source=data, color=GREEN, marker="diamond", size=12)
        hover(made, words, diamonds, [*told, (axes[1], "@gain{0.00} ± @half{0.00}")])
        items.append((words["fresh"], [diamonds, whiskers]))
    if target is not None:
        ends = source(price=[made.x_range.start, made.x_range.end], gain=[target, target])
        items.append((words["target"], [made.line("price", "gain", source=ends, color=RED, line_width=1.2)]))
    legend(made, items)
    label(made, *axes)
    return made


def path(
    words: Words, names: Sequence[str], costs: Sequence[float], reached: Sequence[bool], axes: tuple[str, str]
) -> Figure:
    """The cost of each design in the order of the search, and whether it reaches the target."""
    made = chart(words, 300, across=False, x_range=spread(1, len(costs)), y_range=spread(min(costs), max(costs), 0.1))
    numbers = np.arange(1, len(costs) + 1)
    made.line("number", "cost", source=source(number=numbers, cost=costs), color=GREY)
    items = []
    for said, colour, mark, yes in ((words["reached"], GREEN, "circle", True), (words["missed"], RED, "x", False)):
        of = [i for i, r in enumerate(reached) if r == yes]
        if of:
            data = source(number=numbers[of], cost=[costs[i] for i in of], name=[names[i] for i in of])
            dots = made.scatter("number", "cost", source=data, color=colour, marker=mark, size=8, line_width=2)
            hover(
                made,
                words,
                dots,
                [(words["number"], "@number{0}"), (words["design"], "@name"), (axes[1], "@cost{0.##}")],
            )
            items.append((said, [dots]))
    legend(made, items)
    label(made, *axes)
    return made
