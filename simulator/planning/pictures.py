"""Pictures of a plan as SVG, made with matplotlib."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure as Canvas

from simulator.experiments.pictures import BLUE, GREEN, GRID, INK, ORANGE, RED, WIDTH, key, style, svg
from simulator.planning import series
from simulator.planning.ramp import Ramp
from simulator.planning.sizing import CapacityPlan


def output(plan: CapacityPlan, ramp: Ramp, words: Mapping[str, str]) -> str:
    """GWh of each month, and in total, with the target."""
    with style():
        canvas = Canvas(figsize=(WIDTH, 3.4), layout="constrained")
        axes = canvas.subplots()
        numbers = [m.number for m in ramp.months]
        axes.bar(numbers, [m.gwh for m in ramp.months], width=0.8, color=BLUE, alpha=0.75)
        axes.axhline(plan.spec.gwh / 12, color=INK, linewidth=1, linestyle=(0, (4, 3)))
        if ramp.reached is not None:
            axes.axvline(ramp.reached, color=RED, linewidth=1.4)
        entries = [(words["output"], BLUE), (words["total_gwh"], ORANGE), (words["target_line"], INK)]
        key(axes, [*entries, *([(words["reached_line"], RED)] if ramp.reached is not None else [])])
        axes.set_ylim(0, plan.spec.gwh / 12 * 1.15)
        axes.set_xlim(0.4, numbers[-1] + 0.6)
        axes.set_xlabel(words["months"])
        axes.set_ylabel(words["output"])
        total = axes.twinx()
        total.plot(numbers, [m.total_gwh for m in ramp.months], color=ORANGE, linewidth=1.8)
        total.set_ylim(bottom=0)
        total.spines["right"].set_visible(True)
        total.set_ylabel(words["total_gwh"], color=ORANGE)
        return svg(canvas)


def learning(ramp: Ramp, words: Mapping[str, str]) -> str:
    """OEE and yield by month, and the scrap below."""
    with style():
        canvas = Canvas(figsize=(WIDTH, 4.4), layout="constrained")
        above, below = canvas.subplots(2, 1, sharex=True, height_ratios=(2, 1))
        numbers = [m.number for m in ramp.months]
        above.plot(
            numbers, [100 * m.quality for m in ramp.months], color=GREEN, linewidth=1.8, label=words["month_yield"]
        )
        above.plot(numbers, [100 * m.oee for m in ramp.months], color=BLUE, linewidth=1.8, label=words["month_oee"])
        above.set_ylim(0, 100)
        above.legend(fontsize=9, frameon=False, loc="lower right")
        above.set_ylabel(words["share_axis"])
        by_mass = ramp.months[0].scrap_t is not None
        below.bar(
            numbers,
            [series.lost(m) for m in ramp.months],
            width=0.8,
            color=RED,
            alpha=0.75,
        )
        below.set_ylabel(words["mass_axis" if by_mass else "count_axis"])
        below.set_xlabel(words["months"])
        for axes in (above, below):
            axes.grid(axis="y")
            axes.set_xlim(0.4, numbers[-1] + 0.6)
        return svg(canvas)


def loads(plan: CapacityPlan, words: Mapping[str, str]) -> str:
    """How much of its time each step works, is down, and waits."""
    with style():
        canvas = Canvas(figsize=(WIDTH, 0.42 * len(plan.steps) + 0.9), layout="constrained")
        axes = canvas.subplots()
        names = [step.spec.name for step in plan.steps]
        left = np.zeros(len(names))
        for (name, share), colour in zip(series.loads(plan).items(), (BLUE, RED, GRID), strict=True):
            bars = axes.barh(names, share, left=left, height=0.7, color=colour, label=words[name])
            light = name == "waits"
            axes.bar_label(
                bars, [f"{s:.0f}" if s >= 4 else "" for s in share], label_type="center",
                color=INK if light else "white", fontsize=9,
            )  # fmt: skip
            left = left + share
        axes.invert_yaxis()
        axes.set_xlim(0, 100)
        axes.tick_params(axis="y", length=0)
        axes.set_xlabel(words["share_axis"])
        key(axes)
        return svg(canvas)
