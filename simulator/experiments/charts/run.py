"""The charts of one run of a line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from bokeh.layouts import gridplot
from bokeh.models import ColumnDataSource, GlyphRenderer, LayoutDOM, Range1d, Span, UIElement

from simulator.experiments import series
from simulator.experiments.charts.byunit import bottleneck_ribbon, state_timeline, time_shares
from simulator.experiments.charts.kit import (
    BLUE,
    GREY,
    INK,
    Charts,
    Figure,
    chart,
    embed,
    filter_rows,
    hover,
    label,
    legend,
    mark,
    plain,
    source,
    span,
    spread,
    stacked,
    when,
)
from simulator.experiments.charts.texts import TEXTS
from simulator.experiments.kpis import Kpis
from simulator.experiments.run import Experiment
from simulator.experiments.texts import texts
from simulator.experiments.trace import BINS, LevelTrace, Trace

MOST_LINES = 100  # replications that are drawn one by one
MOST_COLUMNS = 40 * BINS  # of all levels
COLUMNS = 4  # of panels side by side


def run_charts(experiment: Experiment, figures: Kpis, lang: str) -> Charts:
    """All charts of a simulation, by the names of its pictures."""
    words, trace = {**texts(lang), **TEXTS[lang]}, experiment.trace
    window = span(trace.end / 3600 - trace.start / 3600 if trace else experiment.hours)
    whole = trace is not None and trace.end - trace.start >= experiment.hours * 3600 - 1e-6
    made: dict[str, UIElement] = {
        "overtime": throughput_over_time(experiment, words, window if whole else None),
        "shares": (shares := time_shares(figures, words, lang)),
    }
    if figures.figure("lead time"):
        made["leads"] = lead_times(experiment, words)
    if figures.buffers:
        made["histograms"] = level_histograms(experiment, words)
    by_unit = [shares]
    if trace is not None:
        made["timeline"] = state_timeline(trace, words, lang, window)
        made["ribbon"] = bottleneck_ribbon(trace.bottleneck, words, window)
        if trace.levels:
            made["levels"] = buffer_levels(trace, words, window)
        by_unit += [made["timeline"], made["ribbon"]]
    filter_rows([(each, range(len(figures.units))) for each in by_unit])
    return embed(made)


def throughput_over_time(experiment: Experiment, words: Mapping[str, str], window: Range1d | None = None) -> Figure:
    """Good items per hour: replications, mean, its confidence band, and the takt."""
    found, takt = series.rates(experiment), experiment.spec.takt
    wanted = 3600 / takt if takt else 0.0
    means, halves = np.array(found.means), np.array(found.half_widths)
    top = 1.06 * max([wanted, *(max(s, default=0.0) for s in found.series), *(means + halves).tolist(), 1e-9])
    made = chart(words, 300, x_range=window or span(found.hours[-1]), y_range=Range1d(0, top))
    data = source(
        left=found.hours[:-1], right=found.hours[1:], mean=means, half=halves, low=np.maximum(means - halves, 0),
        high=means + halves, top=[top] * len(means),
    )  # fmt: skip
    items: list[tuple[str, list[GlyphRenderer[Any]]]] = []
    if len(found.series) > 1:
        each = found.series[:MOST_LINES]
        lines = ColumnDataSource({"xs": [_steps(found.hours)] * len(each), "ys": [_held(s) for s in each]})
        items.append(
            (words["replications"], [made.multi_line("xs", "ys", source=lines, color=GREY, alpha=0.5, line_width=0.8)])
        )
        band = made.quad("left", "right", "high", "low", source=data, color=BLUE, alpha=0.22, line_color=None)
        items.append((words["interval"], [band]))
    steps = source(hours=_steps(found.hours), mean=_held(found.means))
    items.append((words["mean"], [made.line("hours", "mean", source=steps, color=BLUE, line_width=2)]))
    if takt:
        ends = source(hours=[0, found.hours[-1]], wanted=[wanted] * 2)
        items.append((words["takt"], [made.line("hours", "wanted", source=ends, color=INK, line_dash="dashed")]))
    reading = made.quad("left", "right", "top", 0, source=data, fill_alpha=0, line_color=None)
    hover(
        made,
        words,
        reading,
        [*when(words), (words["mean"], "@mean{0.0} ± @half{0.0}" if len(found.series) > 1 else "@mean{0.0}")],
    )
    legend(made, items)
    label(made, words["hours"], words["rate"])
    return made


def _steps(edges: Any) -> Any:
    """The places of a line that holds its value between edges."""
    return np.repeat(np.asarray(edges, np.float32), 2)[1:-1]


def _held(values: Sequence[float]) -> Any:
    return np.repeat(np.asarray(values, np.float32), 2)


def lead_times(experiment: Experiment, words: Mapping[str, str]) -> Figure:
    """The histogram of lead times of all replications, with median and P95."""
    found = series.lead_times(experiment.results)
    ends = float(found.edges[0]), float(found.edges[-1])
    made = chart(words, 260, x_range=Range1d(*ends, bounds=ends), y_range=Range1d(0, float(found.shares.max()) * 1.12))
    bars = made.quad(
        "left", "right", "share", 0, color=BLUE, alpha=0.75, line_color="white", line_width=0.5,
        source=source(left=found.edges[:-1], right=found.edges[1:], share=found.shares),
    )  # fmt: skip
    top = made.y_range.end * 0.94
    mark(made, found.median, words["median"], top)
    mark(made, found.p95, "P95", top)
    hover(made, words, bars, [*when(words), (words["share"], "@share{0.00} %")])
    label(made, words["lead_axis"], words["lead_share"])
    return made


def buffer_levels(trace: Trace, words: Mapping[str, str], window: Range1d) -> LayoutDOM:
    """Level over time of every buffer and conveyor: mean, range, capacity."""
    levels = map(series.coarser(len(trace.levels), MOST_COLUMNS), trace.levels)
    charts = [_level(trace, level, words, window) for level in levels]
    label(charts[-1], words["hours"])
    charts[-1].height += 30
    return stacked(charts)


def _level(trace: Trace, level: LevelTrace, words: Mapping[str, str], window: Range1d) -> Figure:
    made = chart(words, 130, x_range=window, y_range=Range1d(0, level.capacity * 1.12), title=plain(level.name))
    edges = np.linspace(0, (trace.end - trace.start) / 3600, len(level.mean) + 1)
    data = source(
        left=edges[:-1], right=edges[1:], least=level.low, most=level.high, mean=level.mean,
        full=[level.capacity] * len(level.mean),
    )  # fmt: skip
    made.yaxis.axis_label = plain(words["items"])
    made.yaxis.ticker.desired_num_ticks = 3
    made.quad("left", "right", "most", "least", source=data, color=BLUE, alpha=0.25, line_color=None)
    made.line("hours", "mean", source=source(hours=_steps(edges), mean=_held(level.mean)), color=BLUE)
    made.add_layout(Span(location=level.capacity, dimension="width", line_color=INK, line_dash="dashed", line_width=1))
    reading = made.quad("left", "right", "full", 0, source=data, fill_alpha=0, line_color=None)
    told = [(words["mean"], "@mean{0.00}"), (words["least"], "@least{0}"), (words["most"], "@most{0}"), *when(words)]
    hover(made, words, reading, told)
    return made


def level_histograms(experiment: Experiment, words: Mapping[str, str]) -> LayoutDOM:
    """How long every buffer and conveyor held how many items, a panel each."""
    panels = []
    for levels in series.level_histograms(experiment):
        made = chart(
            words, 170, title=plain(levels.name), x_range=spread(levels.edges[0], levels.edges[-1], 0),
            y_range=Range1d(0, float(levels.shares.max()) * 1.12),
        )  # fmt: skip
        first, last = np.ceil(levels.edges[:-1]), np.ceil(levels.edges[1:]) - 1
        bars = made.quad(
            "left", "right", "share", 0, color=BLUE, alpha=0.75, line_color="white", line_width=0.5,
            source=source(left=levels.edges[:-1], right=levels.edges[1:], share=levels.shares, first=first, last=last),
        )  # fmt: skip
        items = "@first{0}" if (first == last).all() else "@first{0} – @last{0}"
        hover(made, words, bars, [(words["items"], items), (words["share"], "@share{0.0} %")])
        label(made, words["level_axis"], "%")
        panels.append(made)
    return gridplot(panels, ncols=COLUMNS, sizing_mode="stretch_width", toolbar_location="right")
