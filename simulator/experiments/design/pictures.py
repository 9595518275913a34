"""Pictures of a design as SVG."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure as Canvas

from simulator.experiments.design.pareto import Pair
from simulator.experiments.pictures import BLUE, GREEN, GREY, GRID, INK, RED, WIDTH, key, style, svg

Words = Mapping[str, str]


def tried(
    words: Words, points: Sequence[Pair], front: Sequence[Pair], marked: Sequence[tuple[Pair, float]], target: float | None,
    labels: tuple[str, str],
) -> str:  # fmt: skip
    """Every design as a dot, (figure, price) each, those of the front joined; ``marked`` ones were run on fresh random
    numbers, with the half-width of the figure. ``labels`` are those of price and figure."""
    with style():
        canvas = Canvas(figsize=(WIDTH, 4.2), layout="constrained")
        axes = canvas.subplots()
        if target is not None:
            axes.axhline(target, color=RED, linewidth=1.2, label=words["target"])
        gains, prices = zip(*points, strict=True)
        axes.plot(prices, gains, "o", color=GREY, markersize=4, label=words["designs"])
        gains, prices = zip(*front, strict=True)
        axes.step(prices, gains, where="post", color=BLUE, linewidth=1.2, label=words["front"])
        for n, ((gain, price), half_width) in enumerate(marked):
            name = words["fresh"] if n == 0 else ""
            axes.errorbar(price, gain, yerr=half_width, fmt="D", color=GREEN, capsize=3, markersize=6, label=name)
        axes.grid(color=GRID)
        axes.set_xlabel(labels[0])
        axes.set_ylabel(labels[1])
        key(axes)
        return svg(canvas)


def path(words: Words, costs: Sequence[float], reached: Sequence[bool], labels: tuple[str, str]) -> str:
    """The cost of each design in the order of the search, and whether it reaches the target."""
    with style():
        canvas = Canvas(figsize=(WIDTH, 3.0), layout="constrained")
        axes = canvas.subplots()
        numbers = range(1, len(costs) + 1)
        axes.plot(numbers, costs, color=GREY, linewidth=0.8)
        axes.scatter(numbers, costs, color=[GREEN if r else RED for r in reached], s=28, zorder=3)
        axes.grid(axis="y")
        axes.tick_params(axis="x", color=INK)
        axes.set_xlabel(labels[0])
        axes.set_ylabel(labels[1])
        key(axes, [(words["reached"], GREEN), (words["missed"], RED)])
        return svg(canvas)
