"""Pictures of an effort estimate as SVG, made with matplotlib."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.ticker import MaxNLocator

from simulator.effort import series
from simulator.effort.model import Estimate, Hours, Spread, spread
from simulator.effort.series import LIGHT
from simulator.experiments.chain import IN_A_ROW, box, place
from simulator.experiments.pictures import BLUE, GREEN, GRID, INK, RED, WIDTH, key, style, svg


def chain(made: Estimate, words: Mapping[str, str]) -> str:
    """Equipment A – conveyor – B …: the mean hours on each joint without a common interface, and with one on joints and units."""
    with style():
        units = made.spec.units
        rows = ceil(len(units) / IN_A_ROW)
        canvas = Canvas(figsize=(WIDTH, 2.1 * rows), layout="constrained")
        axes = canvas.subplots()
        for index, unit in enumerate(units):
            x, y = place(index)
            box(axes, x, y, unit.kind == "conveyor")
            machine = unit.kind == "machine"
            hours = f"{made.guided.units[index].mean():.0f} {words['h']}"
            axes.text(
                x, y + (0.07 if machine else 0.03), unit.name, ha="center", va="center", fontsize=11, weight="bold"
            )
            axes.text(x, y - (0.16 if machine else 0.28), hours, ha="center", va="center", fontsize=9, color=GREEN)
            axes.text(x, y - 0.42, _short(unit.vendor), ha="center", va="top", fontsize=7.5, color="#57606a")
        for index in range(len(units) - 1):
            _joint(axes, index, made.without.joints[index], made.guided.joints[index], words["h"])
        axes.set_xlim(-0.55, min(len(units), IN_A_ROW) - 0.45)
        axes.set_ylim(-1.5 * (rows - 1) - 0.65, 0.85)
        axes.set_axis_off()
        return svg(canvas)


def _joint(axes: Axes, index: int, without: Hours, guided: Hours, unit: str) -> None:
    (x, y), (to, below) = place(index), place(index + 1)
    if y == below:
        axes.plot([x + 0.28, to - 0.28], [y, y], color=INK, linewidth=1.6, zorder=0)
        middle = (x + to) / 2
    else:
        axes.plot([x + 0.28, x + 0.5], [y, y], color=INK, linewidth=1.6, linestyle=":", zorder=0)
        axes.plot([to - 0.5, to - 0.28], [below, below], color=INK, linewidth=1.6, linestyle=":", zorder=0)
        middle = x + 0.4
    axes.text(middle, y + 0.62, f"{without.mean():.0f} {unit}", ha="center", va="center", fontsize=10, color=RED)
    axes.text(middle, y + 0.42, f"{guided.mean():.0f} {unit}", ha="center", va="center", fontsize=10, color=GREEN)
    axes.plot([middle, middle], [y + 0.04, y + 0.33], color=GRID, linewidth=1, zorder=0)


def _short(vendor: str) -> str:
    return vendor if len(vendor) <= 16 else f"{vendor[:15]}…"


def distributions(made: Estimate, words: Mapping[str, str]) -> str:
    """Man-hours without and with, and below the hours saved."""
    with style():
        canvas = Canvas(figsize=(WIDTH, 4.6), layout="constrained")
        above, below = canvas.subplots(2, 1)
        shown = series.histograms(made)
        for axes, name, colour in ((above, "without", RED), (above, "with", GREEN), (below, "saved", BLUE)):
            axes.stairs(shown[name].counts, shown[name].edges, fill=True, color=colour, alpha=0.55, label=words[name])
        above.set_xlabel(words["hours"])
        above.legend(fontsize=9, frameon=False)
        found = spread(made.saved)
        for value, name in ((found.p10, "p10"), (found.p50, "p50"), (found.p90, "p90")):
            below.axvline(value, color=INK, linewidth=1.1, linestyle=(0, (4, 3)))
            below.annotate(
                f"{words[name]} {value:.0f}",
                (value, 1),
                xycoords=("data", "axes fraction"),
                ha="center",
                va="bottom",
                fontsize=8.5,
            )
        below.axvline(0, color=RED, linewidth=1.4)
        below.set_xlabel(f"{words['hours']}, {words['saved']}")
        for axes in (above, below):
            axes.set_ylabel(words["runs"])
            axes.grid(axis="y")
        return svg(canvas)


def lines(made: Estimate, words: Mapping[str, str]) -> str:
    """Hours saved by the number of lines that have been built."""
    with style():
        canvas = Canvas(figsize=(WIDTH, 3.0), layout="constrained")
        axes = canvas.subplots()
        numbers = list(range(1, made.last_shown + 1))
        _band(axes, numbers, [spread(made.saved_by(n)) for n in numbers], BLUE, "")
        axes.axhline(0, color=RED, linewidth=1.2)
        axes.axvline(made.spec.lines, color=INK, linewidth=1, linestyle=(0, (4, 3)))
        axes.set_xlabel(words["line_count"])
        axes.set_ylabel(f"{words['hours']}, {words['saved']}")
        axes.grid(axis="y")
        return svg(canvas)


def vendors(swept: Sequence[tuple[int, Spread, Spread]], made: Estimate, words: Mapping[str, str]) -> str:
    """Man-hours by the number of vendors that share the units."""
    with style():
        canvas = Canvas(figsize=(WIDTH, 3.0), layout="constrained")
        axes = canvas.subplots()
        numbers = [count for count, _, _ in swept]
        _band(axes, numbers, [s for _, s, _ in swept], RED, words["without"])
        _band(axes, numbers, [s for _, _, s in swept], GREEN, words["with"])
        axes.axvline(made.vendors, color=INK, linewidth=1, linestyle=(0, (4, 3)))
        axes.set_ylim(bottom=0)
        axes.set_xlabel(words["vendor_count"])
        axes.set_ylabel(words["hours"])
        axes.legend(fontsize=9, frameon=False, loc="upper left")
        axes.grid(axis="y")
        return svg(canvas)


def _band(axes: Axes, numbers: Sequence[int], found: Sequence[Spread], colour: str, label: str) -> None:
    axes.fill_between(numbers, [s.p10 for s in found], [s.p90 for s in found], color=colour, alpha=0.18, linewidth=0)
    axes.plot(numbers, [s.p50 for s in found], "o-", color=colour, linewidth=1.6, markersize=4, label=label)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))


def swings(made: Estimate, words: Mapping[str, str]) -> str:
    """A tornado: mean hours saved at the low and at the high end of each parameter."""
    with style():
        shown = series.swings(made)
        canvas = Canvas(figsize=(WIDTH, 0.36 * len(shown) + 0.9), layout="constrained")
        axes = canvas.subplots()
        centre = float(made.saved.mean())
        for y, swing in enumerate(shown):
            axes.barh(y, swing.low - centre, left=centre, height=0.62, color=LIGHT)
            axes.barh(y, swing.high - centre, left=centre, height=0.62, color=BLUE)
        key(axes, [(words["lowest"], LIGHT), (words["highest"], BLUE)])
        axes.axvline(centre, color=INK, linewidth=1)
        axes.axvline(0, color=RED, linewidth=1.2)
        axes.set_yticks(range(len(shown)), [swing.parameter for swing in shown])
        axes.set_ylim(len(shown) - 0.4, -0.6)
        axes.tick_params(axis="y", length=0)
        axes.grid(axis="x")
        axes.set_xlabel(f"{words['hours']}, {words['saved']} ({words['mean']})")
        return svg(canvas)
