"""Pictures of an experiment as SVG."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil
from textwrap import wrap

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from simulator.experiments.pictures import BLUE, GREEN, GREY, GRID, INK, ORANGE, RED, WIDTH, style, svg
from simulator.experiments.study.compare import Difference, Verdict
from simulator.experiments.study.effects import Effect
from simulator.experiments.study.sensitivity import Gain
from simulator.experiments.study.stops import Stopped
from simulator.experiments.warmup import BATCH, Pilot

COLOURS = {Verdict.BETTER: GREEN, Verdict.WORSE: RED, Verdict.SAME: "#8b949e", Verdict.EQUAL: "#8b949e"}
LONGEST, LINES = 40, 4  # characters of a scenario's name on a line, and lines
_LINE = 0.16  # inches of a line
_ROW, _COLUMNS = 0.34, 3


def warmup(pilot: Pilot, end: float, words: Mapping[str, str], rate: str) -> str:
    """Throughput of the pilots over time with the end of the warm-up (h), and the MSER statistic."""
    with style():
        canvas = Canvas(figsize=(WIDTH, 4.2), layout="constrained")
        above, below = canvas.subplots(2, 1, sharex=True, height_ratios=(3, 1.4))
        step = pilot.interval_s / 3600
        hours = [i * step for i in range(len(pilot.rates) + 1)]
        above.step(hours, [*pilot.rates, pilot.rates[-1]], where="post", color=GREY, linewidth=0.6)
        batches = len(pilot.rates) // BATCH
        means = [sum(pilot.rates[i * BATCH : (i + 1) * BATCH]) / BATCH for i in range(batches)]
        edges = [i * BATCH * step for i in range(batches + 1)]
        above.step(edges, [*means, means[-1]], where="post", color=BLUE, linewidth=1.6)
        above.set_ylim(bottom=0)
        above.set_ylabel(rate)
        statistic = pilot.mser.statistic
        below.plot([d * BATCH * step for d in range(len(statistic))], statistic, color=INK, linewidth=1.2)
        below.plot([pilot.mser_hours], [statistic[pilot.mser.cut // BATCH]], "o", color=BLUE, markersize=5)
        below.set_ylim(bottom=0)
        below.set_ylabel("MSER-5")
        below.set_xlabel(words["run_hours"])
        for axes in (above, below):
            axes.axvline(end, color="#b3262e", linewidth=1.4)
            axes.axvspan(0, end, color="#b3262e", alpha=0.06, linewidth=0)
            axes.set_xlim(0, hours[-1])
            axes.grid(axis="y")
        return svg(canvas)


def means(rows: Sequence[tuple[str, float, float]], base: int, label: str) -> str:
    """A dot with its interval for each of (name, mean, half-width); the base's interval is a band behind all."""
    with style():
        canvas, axes = _rows(len(rows))
        _, centre, spread = rows[base]
        axes.axvspan(centre - spread, centre + spread, color=BLUE, alpha=0.12, linewidth=0)
        for y, (_, mean, half_width) in enumerate(rows):
            axes.errorbar(mean, y, xerr=half_width, fmt="o", color=INK if y == base else BLUE, capsize=3, markersize=5)
        return _finish(canvas, axes, [name for name, _, _ in rows], label)


def differences(found: Sequence[Difference], names: Sequence[str], label: str) -> str:
    """A dot with its interval for each difference, coloured by its verdict."""
    with style():
        canvas, axes = _rows(len(found))
        axes.axvline(0, color=INK, linewidth=1)
        for y, d in enumerate(found):
            axes.errorbar(d.mean, y, xerr=d.half_width, fmt="o", color=COLOURS[d.verdict], capsize=3, markersize=5)
        return _finish(canvas, axes, names, label)


def ranking(found: Sequence[Gain], names: Sequence[str], label: str) -> str:
    """A bar with its interval for what each step brings per percent."""
    with style():
        canvas, axes = _rows(len(found))
        axes.axvline(0, color=INK, linewidth=1)
        for y, g in enumerate(found):
            axes.barh(y, g.per_percent, xerr=g.per_percent_half_width, height=0.6, color=COLOURS[g.verdict], capsize=3)
        return _finish(canvas, axes, names, label)


def behind(runs: Sequence[Stopped], duration_h: float, hours: float, labels: tuple[str, str]) -> str:
    """Mean number of items behind over time (h), a curve per unit; ``labels`` are those of time and number."""
    with style():
        canvas = Canvas(figsize=(WIDTH, 3.4), layout="constrained")
        axes = canvas.subplots()
        axes.axvspan(0, duration_h, color=GREY, alpha=0.3, linewidth=0)
        axes.axhline(0, color=INK, linewidth=0.8)
        for unit in runs[0].curves:
            curve = np.mean([run.curves[unit] for run in runs], axis=0)
            axes.plot(np.linspace(0, hours, len(curve)), curve, linewidth=1.4, label=unit)
        axes.set_xlim(0, hours)
        axes.grid(axis="y")
        axes.set_xlabel(labels[0])
        axes.set_ylabel(labels[1])
        axes.legend(fontsize=9, frameon=False, ncols=4)
        return svg(canvas)


def _rows(count: int) -> tuple[Canvas, Axes]:
    canvas = Canvas(figsize=(WIDTH, _ROW * count + 0.9), layout="constrained")
    return canvas, canvas.subplots()


def _finish(canvas: Canvas, axes: Axes, names: Sequence[str], label: str) -> str:
    shown = [short(name) for name in names]
    canvas.set_figheight(canvas.get_figheight() + _LINE * len(names) * max(name.count("\n") for name in shown))
    axes.set_yticks(range(len(names)), shown)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x")
    axes.set_xlabel(label)
    return svg(canvas)


def short(name: str) -> str:
    """A name that leaves room for the picture."""
    return "\n".join(wrap(name, LONGEST, max_lines=LINES, placeholder=" …"))


def main_effects(found: Sequence[Effect], label: str) -> str:
    """One panel per factor, all with the same scale."""
    with style():
        columns = min(_COLUMNS, len(found))
        rows = ceil(len(found) / columns)
        canvas = Canvas(figsize=(WIDTH, 2.6 * rows), layout="constrained")
        panels = canvas.subplots(rows, columns, sharey=True, squeeze=False).flat
        for axes, effect in zip(panels, found, strict=False):
            _by_level(axes, effect) if effect.levels else _by_slope(axes, effect)
            axes.set_xlabel(short(effect.factor.label))
            axes.grid(axis="y")
        for axes in list(panels)[len(found) :]:
            axes.set_visible(False)
        canvas.supylabel(label, fontsize=10, color=INK)
        return svg(canvas)


def _by_level(axes: Axes, effect: Effect) -> None:
    at = range(len(effect.levels))
    spread = [level.half_width for level in effect.levels]
    axes.errorbar(
        at, [level.mean for level in effect.levels], yerr=spread, fmt="o-", color=BLUE, capsize=3, linewidth=1.2
    )
    axes.set_xticks(at, [level.text for level in effect.levels])
    axes.set_xlim(-0.4, len(effect.levels) - 0.6)


def _by_slope(axes: Axes, effect: Effect) -> None:
    values = [value for value, _ in effect.points]
    axes.plot(values, [mean for _, mean in effect.points], "o", color=GREY, markersize=4)
    ends = (effect.low, effect.high)
    axes.plot([min(values), max(values)], ends, color=BLUE, linewidth=1.6)
    axes.set_xticks([min(values), max(values)], [effect.low_text, effect.high_text])


def tornado(found: Sequence[Effect], texts: Sequence[str], label: str) -> str:
    """Bars from the figure at one end of each factor to that at the other, the longest on top; ``texts`` are the effects."""
    with style():
        canvas, axes = _rows(len(found))
        centre = sum((e.low + e.high) / 2 for e in found) / len(found)
        ends = [x for e in found for x in (e.low, e.high)]
        reach = max(max(ends) - min(ends), 1e-9)
        for y, (e, text) in enumerate(zip(found, texts, strict=True)):
            axes.barh(y, e.high - e.low, left=e.low, height=0.62, color=BLUE if e.high >= e.low else ORANGE)
            left, right = sorted(((e.low, e.low_text), (e.high, e.high_text)))
            axes.text(left[0] - 0.01 * reach, y, left[1], ha="right", va="center", fontsize=9)
            axes.text(right[0] + 0.01 * reach, y, f"{right[1]}   ({text})", ha="left", va="center", fontsize=9)
        axes.axvline(centre, color=GRID, linewidth=1)
        axes.set_xlim(min(ends) - 0.25 * reach, max(ends) + 0.6 * reach)
        return _finish(canvas, axes, [e.factor.label for e in found], label)
