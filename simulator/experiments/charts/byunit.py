"""The charts with a row per unit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from bokeh.models import ColumnDataSource, GlyphRenderer, Range1d

from simulator.experiments import series
from simulator.experiments.accounts import ACCOUNTS, COLOURS
from simulator.experiments.bottleneck import Shifting
from simulator.experiments.charts.kit import (
    RED,
    ROW,
    Figure,
    chart,
    hover,
    label,
    legend,
    plain,
    rows,
    source,
    span,
    when,
)
from simulator.experiments.charts.texts import CAUSES
from simulator.experiments.kpis import Kpis
from simulator.experiments.texts import ACCOUNT_NAMES
from simulator.experiments.trace import Trace
from simulator.line.packml import Cause, State

HATCHES = {
    "starved": "right_diagonal_line", "blocked": "left_diagonal_line", "standby": "horizontal_line", "engineering": "vertical_line",
    "non_scheduled": "dot", "scheduled_down": "cross", "waiting_operator": "ring", "unscheduled_down": "diagonal_cross",
}  # fmt: skip
"""The pattern of each account, by which it can be told without colour."""
THICK = 0.8  # of a row


def time_shares(figures: Kpis, words: Mapping[str, str], lang: str) -> Figure:
    """Stacked shares of time by unit."""
    names = [unit.name for unit in figures.units]
    made = chart(words, ROW * len(names) + 90, x_range=Range1d(0, 100, bounds=(0, 100)))
    rows(made, names)
    left, items = np.zeros(len(names)), []
    for account in ACCOUNTS:
        shares = np.array([100 * unit.shares[account] for unit in figures.units])
        if shares.max() >= 0.05:
            data = banded(range(len(names)), left, left + shares, share=shares)
            bars, name = _bars(made, data, account, hatched=True), ACCOUNT_NAMES[lang][account]
            hover(made, words, bars, [(words["account"], plain(name)), (words["share"], "@share{0.0} %")], names)
            items.append((name, [bars]))
        left = left + shares
    legend(made, items, columns=4)
    label(made, words["share_axis"])
    return made


def banded(
    unit: Sequence[int], left: Any, right: Any, low: Any = 0.0, high: Any = 1.0, **more: Any
) -> ColumnDataSource:
    """Bars in rows: ``unit`` is the row, ``low`` and ``high`` say which share of its height is filled, from the top down."""
    at = np.asarray(unit, np.float32)
    low, high = ((np.zeros(len(at)) + edge - 0.5) * THICK for edge in (low, high))
    return source(unit=at, left=left, right=right, low=low, high=high, bottom=at + low, top=at + high, **more)


def _bars(made: Figure, data: ColumnDataSource, account: str, *, hatched: bool = False) -> GlyphRenderer[Any]:
    look: dict[str, Any] = {"color": COLOURS[account], "line_color": None}
    if hatched and account in HATCHES:
        look |= {"hatch_pattern": HATCHES[account], "hatch_color": "black", "hatch_alpha": 0.25, "hatch_scale": 8}
    return made.quad("left", "right", "top", "bottom", source=data, **look)


def state_timeline(trace: Trace, words: Mapping[str, str], lang: str, window: Range1d) -> Figure:
    """One row per unit: what lasted with its state and cause, the rest as shares of columns."""
    found, names, items = series.timeline(trace), list(trace.shares), []
    made = chart(words, ROW * len(names) + 100, x_range=window)
    rows(made, names)
    for account in ACCOUNTS:
        told, bars = (words["account"], plain(ACCOUNT_NAMES[lang][account])), []
        cells, kept = found.cells[account], [(row, s) for row, s in found.stretches if s.account == account]
        if cells.unit:
            low, high = np.array(cells.low), np.array(cells.high)
            data = banded(cells.unit, cells.left, cells.right, low, high, share=(high - low) * 100)
            bars.append(_bars(made, data, account))
            hover(made, words, bars[-1], [told, (words["share"], "@share{0.0} %"), *when(words)], names)
        if kept:
            data = banded(
                [row for row, _ in kept], [(s.start - trace.start) / 3600 for _, s in kept],
                [(s.end - trace.start) / 3600 for _, s in kept], state=[State(s.state).name.capitalize() for _, s in kept],
                cause=[CAUSES[lang][Cause(s.cause).name] for _, s in kept],
            )  # fmt: skip
            bars.append(_bars(made, data, account))
            hover(
                made,
                words,
                bars[-1],
                [told, (words["state"], "@state"), (words["cause"], "@cause"), *when(words)],
                names,
            )
        if bars:
            items.append((ACCOUNT_NAMES[lang][account], bars))
    legend(made, items, columns=4)
    label(made, words["hours"])
    return made


def bottleneck_ribbon(found: Shifting, words: Mapping[str, str], window: Range1d | None = None) -> Figure:
    """One row per unit: in each column the share of the time in which it was the sole or a shifting bottleneck."""
    shares, names = series.ribbon(found), list(found.sole)
    hours = (found.end - found.start) / 3600
    made = chart(words, ROW * len(names) + 60, x_range=window or span(hours))
    rows(made, names)
    unit, left, right, sole, shifting = [], [], [], [], []
    for row, name in enumerate(names):
        both = np.stack([shares[name, True], shares[name, False]])
        starts = np.flatnonzero(np.append(True, np.abs(np.diff(both, axis=1)).max(axis=0) > 1e-9))
        for at, until in zip(starts, [*starts[1:], both.shape[1]], strict=True):  # equal columns are one bar
            if both[:, at].sum() > series.LEAST:
                unit.append(row)
                left.append(at * hours / both.shape[1])
                right.append(until * hours / both.shape[1])
                sole.append(both[0, at])
                shifting.append(both[1, at])
    ink = np.clip(np.array(sole) + series.LIGHT * np.array(shifting), 0, 1)
    data = banded(unit, left, right, ink=ink, sole=np.array(sole) * 100, shifting=np.array(shifting) * 100)
    bars = made.quad("left", "right", "top", "bottom", source=data, color=RED, fill_alpha="ink", line_color=None)
    told = [(words["sole"], "@sole{0} %"), (words["shifting"], "@shifting{0} %"), *when(words)]
    hover(made, words, bars, told, names)
    label(made, words["hours"])
    return made
