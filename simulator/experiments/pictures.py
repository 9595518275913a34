"""Pictures of an experiment as SVG, made with matplotlib. Words stay text, so that the reader's fonts show them."""

from __future__ import annotations

import warnings
from collections import Counter
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
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure as Canvas

from simulator.experiments.accounts import ACCOUNTS, COLOURS
from simulator.experiments.bottleneck import Shifting
from simulator.experiments.kpis import Kpis, interval
from simulator.experiments.run import Experiment, bucket
from simulator.experiments.trace import BINS, Trace
from simulator.line.leadtimes import edge, quantile

INK, GRID, BLUE, RED = "#30363d", "#d9dee3", "#1f5fa8", "#b3262e"
WIDTH = 9.6
LEADS = 60  # bins of the lead times
RARE = 0.999  # share of the lead times that is shown at least
CARPET = 40  # rows of pixels of a unit in the timeline
_STYLE: Any = {
    "svg.fonttype": "none", "font.size": 10, "axes.edgecolor": "#8b949e", "axes.labelcolor": INK, "text.color": INK,
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
        counted = experiment.results[0].bucket_s
        width = max(1, round(bucket(experiment.hours) / counted))  # of one interval shown, in those that were counted
        length = counted * width
        series = [
            [sum(r.departures[i : i + width]) * 3600 / length for i in range(0, len(r.departures) - width, width)]
            for r in experiment.results
        ]  # the last one is not full
        shown = min(len(s) for s in series)
        hours = [i * length / 3600 for i in range(shown + 1)]
        for s in series if len(series) > 1 else ():
            axes.step(hours, [*s[:shown], *s[shown - 1 : shown]], where="post", color="#aab4be", linewidth=0.6)
        if shown:
            _band(axes, hours, [interval([s[i] for s in series]) for i in range(shown)])
        if experiment.spec.takt is not None:
            _mark(axes, 3600 / experiment.spec.takt, words["takt"])
        axes.set_xlim(0, max(hours[-1], 1e-9))
        axes.set_ylim(bottom=0)
        axes.grid(axis="y")
        axes.set_xlabel(words["hours"])
        axes.set_ylabel(words["rate"])
        return svg(canvas)


def _mark(axes: Axes, rate: float, name: str) -> None:
    """What is wanted, as a dashed line with its name."""
    axes.axhline(rate, color=INK, linewidth=0.8, linestyle=(0, (4, 3)))
    axes.annotate(name, (1, rate), xycoords=("axes fraction", "data"), ha="right", va="bottom", fontsize=9)


def lead_times(experiment: Experiment, words: Mapping[str, str]) -> str:
    """The histogram of lead times of all replications, with median and P95."""
    counts: Counter[int] = Counter()
    for result in experiment.results:
        counts.update(dict(result.lead_times))
    known = sorted(counts)
    edges = [edge(b) for b in range(known[0], known[-1] + 2)]
    below = np.cumsum([0, *(counts[b] for b in range(known[0], known[-1] + 1))]) / counts.total()
    last = edges[-1]
    if below[-2] > RARE:  # a few that took very long would leave no room for the others
        last = edges[int(np.searchsorted(below, RARE)) + 1]
    bins = max(1, min(LEADS, round((last - edges[0]) / (edges[-1] - edges[-2]))))
    at = np.linspace(edges[0], last, bins + 1)
    shares = np.diff(np.interp(at, edges, below)) * 100
    with style():
        canvas = Canvas(figsize=(WIDTH, 2.6), layout="constrained")
        axes = canvas.subplots()
        axes.stairs(shares, at / 3600, fill=True, color=BLUE, alpha=0.75)
        for share, name in ((0.5, words["median"]), (0.95, "P95")):
            time = quantile(counts, share) / 3600
            axes.axvline(time, color=INK, linewidth=0.8, linestyle=(0, (4, 3)))
            side = "left" if time < (at[0] + at[-1]) / 7200 else "right"
            axes.annotate(
                f" {name} {time:.3g} ", (time, 1), xycoords=("data", "axes fraction"), ha=side, va="top", fontsize=9
            )
        axes.set_xlim(at[0] / 3600, at[-1] / 3600)
        axes.set_ylim(bottom=0)
        axes.grid(axis="y")
        axes.set_xlabel(words["lead_axis"])
        axes.set_ylabel(words["lead_share"])
        return svg(canvas)


def _band(axes: Axes, hours: Sequence[float], means: Sequence[tuple[float, float | None]]) -> None:
    """Mean and band as steps; each value holds for its whole interval."""
    closed = [*means, means[-1]]
    low = [max(0.0, m - (h or 0.0)) for m, h in closed]
    axes.fill_between(hours, low, [m + (h or 0.0) for m, h in closed], step="post", color=BLUE, alpha=0.22, linewidth=0)
    axes.step(hours, [m for m, _ in closed], where="post", color=BLUE, linewidth=1.8)


def time_shares(figures: Kpis, words: Mapping[str, str]) -> str:
    """Stacked shares of time by unit."""
    with style():
        canvas = Canvas(figsize=(WIDTH, 0.42 * len(figures.units) + 0.8), layout="constrained")
        axes = canvas.subplots()
        names = [unit.name for unit in figures.units]
        left = [0.0] * len(names)
        for name in ACCOUNTS:
            shares = [100 * unit.shares[name] for unit in figures.units]
            bars = axes.barh(names, shares, left=left, height=0.72, color=COLOURS[name])
            light = name in ("starved", "standby", "non_scheduled", "waiting_operator")
            labels = [f"{s:.0f}" if s >= 4 else "" for s in shares]
            axes.bar_label(bars, labels, label_type="center", color=INK if light else "white", fontsize=9)
            left = [a + b for a, b in zip(left, shares, strict=True)]
        axes.invert_yaxis()
        axes.set_xlim(0, 100)
        axes.tick_params(axis="y", length=0)
        axes.set_xlabel(words["share_axis"])
        return svg(canvas)


def state_timeline(trace: Trace, words: Mapping[str, str]) -> str:
    """One row per unit; each column stacks the shares of the states in its interval."""
    with style():
        canvas = Canvas(figsize=(WIDTH, 0.46 * len(trace.shares) + 0.8), layout="constrained")
        axes = canvas.subplots()
        last = (trace.end - trace.start) / 3600
        for row, shares in enumerate(trace.shares.values()):
            axes.imshow(_carpet(shares), extent=(0, last, row + 0.4, row - 0.4), aspect="auto", interpolation="nearest")
        axes.set_yticks(range(len(trace.shares)), list(trace.shares))
        axes.set_ylim(len(trace.shares) - 0.5, -0.5)
        axes.set_xlim(0, last)
        axes.tick_params(axis="y", length=0)
        axes.set_xlabel(words["hours"])
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
        canvas = Canvas(figsize=(WIDTH, 0.3 * len(units) + 0.8), layout="constrained")
        axes = canvas.subplots()
        width = (found.end - found.start) / bins
        shares = {(unit, sole): np.zeros(bins) for unit in units for sole in (True, False)}
        for s in found.stretches:
            _spread(shares[s.unit, s.sole], (s.start - found.start) / width, (s.end - found.start) / width)
        last = (found.end - found.start) / 3600
        for row, unit in enumerate(units):
            ink = np.clip(shares[unit, True] + 0.4 * shares[unit, False], 0, 1)[None, :, None]
            colour = 1 + ink * (np.array(to_rgb(RED)) - 1)
            extent = (0, last, row + 0.4, row - 0.4)
            axes.imshow(colour, extent=extent, aspect="auto", interpolation="nearest")
        axes.set_yticks(range(len(units)), units)
        axes.set_ylim(len(units) - 0.5, -0.5)
        axes.set_xlim(0, last)
        axes.tick_params(axis="y", length=0)
        axes.set_xlabel(words["hours"])
        return svg(canvas)


def _spread(shares: npt.NDArray[np.float64], start: float, end: float) -> None:
    """Add 1 between two positions, columns that are touched in part by that part."""
    first, last = int(start), min(int(end), len(shares) - 1)
    if first >= last:
        shares[last] += end - start
        return
    shares[first] += first + 1 - start
    shares[first + 1 : last] += 1
    shares[last] += end - last


def buffer_levels(trace: Trace, words: Mapping[str, str]) -> str:
    """Level over time of every buffer and conveyor: mean, range, capacity."""
    with style():
        rows = len(trace.levels)
        canvas = Canvas(figsize=(WIDTH, 1.15 * rows + 0.6), layout="constrained")
        panels = canvas.subplots(rows, 1, sharex=True, squeeze=False)[:, 0]
        for axes, level in zip(panels, trace.levels, strict=True):
            hours = _edges(trace, len(level.mean))
            low, high, mean = ([*v, v[-1]] for v in (level.low, level.high, level.mean))
            axes.fill_between(hours, low, high, step="post", color=BLUE, alpha=0.25, linewidth=0)
            axes.step(hours, mean, where="post", color=BLUE, linewidth=1.0)
            axes.axhline(level.capacity, color=INK, linewidth=0.8, linestyle=(0, (4, 3)))
            axes.set_ylim(0, level.capacity * 1.12)
            axes.set_xlim(0, hours[-1])
            axes.set_yticks(
                [0, level.capacity] if level.capacity < 2 else [0, ceil(level.capacity / 2), level.capacity]
            )
            axes.grid(axis="y")
            axes.set_ylabel(level.name, rotation=0, ha="right", va="center")
        panels[-1].set_xlabel(words["hours"])
        return svg(canvas)


def _edges(trace: Trace, bins: int) -> list[float]:
    width = (trace.end - trace.start) / bins / 3600
    return [i * width for i in range(bins + 1)]


def svg(canvas: Canvas) -> str:
    """A drawn canvas as SVG, the same for the same picture."""
    buffer = StringIO()
    canvas.savefig(buffer, format="svg", dpi=150, metadata={"Date": None, "Creator": None})
    return buffer.getvalue()
