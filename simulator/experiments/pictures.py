"""Pictures of an experiment as SVG, made with matplotlib. Words stay text, so that the reader's fonts show them."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from io import StringIO
from math import ceil
from typing import Any

import matplotlib as mpl
import numpy as np
import numpy.typing as npt

mpl.use("Agg")

from matplotlib.axes import Axes
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure as Canvas
from matplotlib.patches import Patch

from simulator.experiments import series
from simulator.experiments.accounts import ACCOUNTS, COLOURS, SEEN
from simulator.experiments.bottleneck import Shifting
from simulator.experiments.kpis import Kpis
from simulator.experiments.run import Experiment
from simulator.experiments.series import LIGHT, Rates, rates, ribbon
from simulator.experiments.trace import BINS, Trace

INK, GRID, BLUE, RED = "#30363d", "#d9dee3", "#1f5fa8", "#b3262e"
GREEN, GREY, ORANGE = "#2e7d5b", "#aab4be", "#e07a3f"
WIDTH = 9.6
COLUMNS = 4  # of panels side by side
CARPET = 40  # rows of pixels of a unit in the timeline
_STYLE: Any = {
    "svg.fonttype": "none", "text.parse_math": False, "font.size": 10, "axes.edgecolor": "#8b949e", "axes.labelcolor": INK, "text.color": INK,
    "xtick.color": INK, "ytick.color": INK, "axes.spines.top": False, "axes.spines.right": False, "axes.axisbelow": True,
    "grid.color": GRID, "font.sans-serif": ["DejaVu Sans"], "svg.hashsalt": "setsubi",
}  # fmt: skip


@contextmanager
def style() -> Iterator[None]:
    """The look of all pictures."""
    with mpl.rc_context(_STYLE), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph")  # the reader's fonts have it, and measure it
        yield


def throughput_over_time(experiment: Experiment, words: Mapping[str, str]) -> str:
    """Good items per hour of each replication, their mean, and its confidence band."""
    with style():
        canvas = Canvas(figsize=(WIDTH, 3.1), layout="constrained")
        axes = canvas.subplots()
        found = rates(experiment)
        for run in found.series if len(found.series) > 1 and found.means else ():
            name = words["replications"] if run is found.series[0] else ""
            axes.step(found.hours, _closed(run), where="post", color=GREY, linewidth=0.6, label=name)
        if found.means:
            _band(axes, found, words)
        if experiment.spec.takt is not None:
            takt = 3600 / experiment.spec.takt
            axes.axhline(takt, color=INK, linewidth=0.8, linestyle=(0, (4, 3)), label=words["takt"])
        axes.set_xlim(0, max(found.hours[-1], 1e-9))
        axes.set_ylim(bottom=0)
        axes.grid(axis="y")
        axes.set_xlabel(words["hours"])
        axes.set_ylabel(words["rate"])
        key(axes)
        return svg(canvas)


def key(axes: Axes, entries: Sequence[tuple[str, str]] = (), columns: int = 4) -> None:
    """The key above a picture: what its parts are labelled, or these names with their colours."""
    handles = [Patch(fc=colour, label=name) for name, colour in entries] or axes.get_legend_handles_labels()[0]
    if handles:
        axes.legend(
            handles=handles, fontsize=9, frameon=False, ncols=columns, loc="lower center", bbox_to_anchor=(0.5, 1.0)
        )


def lead_times(experiment: Experiment, words: Mapping[str, str]) -> str:
    """The histogram of lead times of all replications, with median and P95."""
    found = series.lead_times(experiment.results)
    at = found.edges
    with style():
        canvas = Canvas(figsize=(WIDTH, 2.6), layout="constrained")
        axes = canvas.subplots()
        axes.stairs(found.shares, at, fill=True, color=BLUE, alpha=0.75)
        for time, name in ((found.median, words["median"]), (found.p95, "P95")):
            axes.axvline(time, color=INK, linewidth=0.8, linestyle=(0, (4, 3)))
            side = "left" if time < (at[0] + at[-1]) / 2 else "right"
            axes.annotate(
                f" {name} {time:.3g} ", (time, 1), xycoords=("data", "axes fraction"), ha=side, va="top", fontsize=9
            )
        axes.set_xlim(at[0], at[-1])
        axes.set_ylim(bottom=0)
        axes.grid(axis="y")
        axes.set_xlabel(words["lead_axis"])
        axes.set_ylabel(words["lead_share"])
        return svg(canvas)


def _band(axes: Axes, found: Rates, words: Mapping[str, str]) -> None:
    """Mean and band as steps; each value holds for its whole interval."""
    both = list(zip(found.means, found.half_widths, strict=True))
    low, high = [max(0.0, m - h) for m, h in both], [m + h for m, h in both]
    if len(found.series) > 1:
        axes.fill_between(
            found.hours, _closed(low), _closed(high), step="post", color=BLUE, alpha=0.22, linewidth=0, label=words["interval"]
        )  # fmt: skip
    axes.step(found.hours, _closed(found.means), where="post", color=BLUE, linewidth=1.8, label=words["mean"])


def _closed(values: Sequence[float]) -> list[float]:
    """A value for every edge: the last one's holds to the end."""
    return [*values, *values[-1:]]


def time_shares(figures: Kpis, words: Mapping[str, str], accounts: Mapping[str, str]) -> str:
    """Stacked shares of time by unit; ``accounts`` are the names of the accounts."""
    with style():
        seen = [a for a in ACCOUNTS if any(unit.shares[a] > SEEN for unit in figures.units)]
        canvas = Canvas(figsize=(WIDTH, 0.42 * len(figures.units) + 1.3), layout="constrained")
        axes = canvas.subplots()
        names = [unit.name for unit in figures.units]
        left = [0.0] * len(names)
        for name in seen:
            shares = [100 * unit.shares[name] for unit in figures.units]
            bars = axes.barh(names, shares, left=left, height=0.72, color=COLOURS[name])
            light = name in ("setup", "starved", "standby", "non_scheduled", "waiting_operator")
            labels = [f"{s:.0f}" if s >= 4 else "" for s in shares]
            axes.bar_label(bars, labels, label_type="center", color=INK if light else "white", fontsize=9)
            left = [a + b for a, b in zip(left, shares, strict=True)]
        axes.invert_yaxis()
        axes.set_xlim(0, 100)
        axes.tick_params(axis="y", length=0)
        axes.set_xlabel(words["share_axis"])
        key(axes, [(accounts[a], COLOURS[a]) for a in seen])
        return svg(canvas)


def state_timeline(trace: Trace, words: Mapping[str, str], accounts: Mapping[str, str]) -> str:
    """One row per unit; each column stacks the shares of the states in its interval."""
    with style():
        canvas = Canvas(figsize=(WIDTH, 0.46 * len(trace.shares) + 1.3), layout="constrained")
        axes = canvas.subplots()
        last = (trace.end - trace.start) / 3600
        for row, shares in enumerate(trace.shares.values()):
            axes.imshow(_carpet(shares), extent=(0, last, row + 0.4, row - 0.4), aspect="auto", interpolation="nearest")
        axes.set_yticks(range(len(trace.shares)), list(trace.shares))
        axes.set_ylim(len(trace.shares) - 0.5, -0.5)
        axes.set_xlim(0, last)
        axes.tick_params(axis="y", length=0)
        axes.set_xlabel(words["hours"])
        seen = [a for a in ACCOUNTS if any(np.mean(shares[a]) > SEEN for shares in trace.shares.values())]
        key(axes, [(accounts[a], COLOURS[a]) for a in seen])
        return svg(canvas)


def _carpet(shares: Mapping[str, Sequence[float]]) -> npt.NDArray[np.uint8]:
    """An image of one unit's row: in each column the colours from the top down, each as high as its share."""
    edges = np.cumsum([shares[a] for a in ACCOUNTS], axis=0)  # by account and column
    heights = (np.arange(CARPET) + 0.5) / CARPET
    which = (heights[:, None, None] > edges.T[None, :, :]).sum(axis=2)  # by row and column: accounts passed
    palette = np.array([[round(255 * c) for c in to_rgb(COLOURS[a])] for a in ACCOUNTS] + [[255] * 3], dtype=np.uint8)
    return np.asarray(palette[which])


def bottleneck_ribbon(found: Shifting, words: Mapping[str, str], bins: int = BINS) -> str:
    """One row per unit: in each column the share of the time in which it was the sole (dark) or a shifting (light) bottleneck."""
    with style():
        units = list(found.sole)
        canvas = Canvas(figsize=(WIDTH, 0.3 * len(units) + 1.1), layout="constrained")
        axes = canvas.subplots()
        shares = ribbon(found, bins)
        last = (found.end - found.start) / 3600
        for row, unit in enumerate(units):
            ink = np.clip(shares[unit, True] + LIGHT * shares[unit, False], 0, 1)[None, :, None]
            colour = _reddened(ink)
            extent = (0, last, row + 0.4, row - 0.4)
            axes.imshow(colour, extent=extent, aspect="auto", interpolation="nearest")
        axes.set_yticks(range(len(units)), units)
        axes.set_ylim(len(units) - 0.5, -0.5)
        axes.set_xlim(0, last)
        axes.tick_params(axis="y", length=0)
        axes.set_xlabel(words["hours"])
        key(axes, [(words["sole"], RED), (words["shifting"], to_hex(tuple(_reddened(np.array(LIGHT)))))])
        return svg(canvas)


def _reddened(ink: npt.NDArray[np.floating[Any]]) -> npt.NDArray[np.floating[Any]]:
    """White to red by ink, 0 to 1; the last axis is that of the colours."""
    return np.asarray(1 + ink * (np.array(to_rgb(RED)) - 1))


def buffer_levels(trace: Trace, words: Mapping[str, str]) -> str:
    """Level over time of every buffer and conveyor: mean, range, capacity."""
    with style():
        rows = len(trace.levels)
        canvas = Canvas(figsize=(WIDTH, 1.15 * rows + 0.6), layout="constrained")
        panels = canvas.subplots(rows, 1, sharex=True, squeeze=False)[:, 0]
        for axes, level in zip(panels, map(series.coarser(rows), trace.levels), strict=True):
            hours = np.linspace(0, (trace.end - trace.start) / 3600, len(level.mean) + 1)
            axes.fill_between(
                hours, _closed(level.low), _closed(level.high), step="post", color=BLUE, alpha=0.25, linewidth=0
            )
            axes.step(hours, _closed(level.mean), where="post", color=BLUE, linewidth=1.0)
            axes.axhline(level.capacity, color=INK, linewidth=0.8, linestyle=(0, (4, 3)))
            axes.set_ylim(0, level.capacity * 1.12)
            axes.set_xlim(0, hours[-1])
            axes.set_yticks(
                [0, level.capacity] if level.capacity < 2 else [0, ceil(level.capacity / 2), level.capacity]
            )
            axes.grid(axis="y")
            axes.set_ylabel(level.name, rotation=0, ha="right", va="center")
        panels[-1].set_xlabel(words["hours"])
        canvas.supylabel(words["level_axis"], fontsize=10, color=INK)
        return svg(canvas)


def level_histograms(experiment: Experiment, words: Mapping[str, str]) -> str:
    """How long every buffer and conveyor held how many items, a panel each."""
    found = series.level_histograms(experiment)
    with style():
        rows = ceil(len(found) / COLUMNS)
        canvas = Canvas(figsize=(WIDTH, 1.9 * rows + 0.3), layout="constrained")
        panels = list(canvas.subplots(rows, COLUMNS, squeeze=False).flat)
        for axes, levels in zip(panels, found, strict=False):
            axes.stairs(levels.shares, levels.edges, fill=True, color=BLUE, alpha=0.75)
            axes.set_title(levels.name, fontsize=10)
            axes.set_xlim(levels.edges[0], levels.edges[-1])
            axes.xaxis.get_major_locator().set_params(integer=True)
            axes.grid(axis="y")
        for axes in panels[len(found) :]:
            axes.set_visible(False)
        canvas.supxlabel(words["level_axis"], fontsize=10, color=INK)
        canvas.supylabel(words["share_axis"], fontsize=10, color=INK)
        return svg(canvas)


def svg(canvas: Canvas) -> str:
    """A drawn canvas as SVG, the same for the same picture."""
    buffer = StringIO()
    canvas.savefig(buffer, format="svg", dpi=150, metadata={"Date": None, "Creator": None})
    return buffer.getvalue()
