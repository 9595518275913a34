"""The charts of an experiment: each takes what the picture of the same name in ``study.pictures`` takes, and the words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import wrap
from typing import Any

import numpy as np
from bokeh.core.properties import value
from bokeh.layouts import gridplot
from bokeh.models import BoxAnnotation, ColumnDataSource, FixedTicker, LayoutDOM, Range1d, Span

from simulator.experiments.charts.kit import (
    BLUE,
    FONT,
    GREEN,
    GREY,
    INK,
    ORANGE,
    RED,
    ROW,
    Figure,
    chart,
    colours,
    hover,
    label,
    legend,
    plain,
    rows,
    source,
    span,
    spread,
)
from simulator.experiments.study.compare import Difference, Verdict
from simulator.experiments.study.effects import Effect
from simulator.experiments.study.findings import signed
from simulator.experiments.study.sensitivity import Gain
from simulator.experiments.study.stops import Stopped

LOOKS = {
    Verdict.BETTER: (GREEN, "triangle"), Verdict.WORSE: (RED, "inverted_triangle"), Verdict.SAME: (GREY, "circle"),
    Verdict.EQUAL: (GREY, "circle"),
}  # fmt: skip
"""Colour and mark of each verdict: they can be told apart without colour."""
LONGEST, LINES = 44, 4  # characters of a line of a name beside its row, and lines; the pointer shows all
LINE = 14  # pixels of a line of a name
COLUMNS = 3
Words = Mapping[str, str]


def means(words: Words, found: Sequence[tuple[str, float, float]], base: int, axis: str) -> Figure:
    """A dot with its interval for each of (name, mean, half-width); the base's interval is a band behind all."""
    names, at, half = zip(*found, strict=True)
    made = _named(words, names, np.subtract(at, half), np.add(at, half))
    made.add_layout(
        BoxAnnotation(left=at[base] - half[base], right=at[base] + half[base], fill_color=BLUE, fill_alpha=0.12, line_color=None)
    )  # fmt: skip
    others = [i for i in range(len(found)) if i != base]
    items = []
    for name, colour, mark, of in (
        (words["scenario"], BLUE, "circle", others),
        (words["compared"], INK, "square", [base]),
    ):
        if of:
            data = _intervals(of, [names[i] for i in of], [at[i] for i in of], [half[i] for i in of])
            items.append(
                (name, _dots(made, words, data, colour, mark, [(words["value"], "@mean{0.00} ± @half{0.00}")]))
            )
    legend(made, items)
    label(made, axis)
    return made


def differences(words: Words, found: Sequence[Difference], names: Sequence[str], axis: str) -> Figure:
    """A dot with its interval for each difference, by verdict."""
    made = _named(
        words, names, [min(0.0, d.mean - d.half_width) for d in found], [max(0.0, d.mean + d.half_width) for d in found]
    )
    made.add_layout(Span(location=0, dimension="height", line_color=INK))
    items = []
    for verdict, (colour, mark) in LOOKS.items():
        of = [i for i, d in enumerate(found) if d.verdict == verdict]
        if of:
            data = _intervals(
                of, [names[i] for i in of], [found[i].mean for i in of], [found[i].half_width for i in of],
                text=[signed(found[i].mean, found[i].half_width) for i in of],
            )  # fmt: skip
            told = [(words["difference"], "@text"), (words["verdict"], words[verdict])]
            items.append((words[verdict], _dots(made, words, data, colour, mark, told)))
    legend(made, items)
    label(made, axis)
    return made


def ranking(words: Words, found: Sequence[Gain], names: Sequence[str], axis: str) -> Figure:
    """A bar with its interval for what each step brings per percent."""
    ends = [(g.per_percent - g.per_percent_half_width, g.per_percent + g.per_percent_half_width) for g in found]
    made = _named(words, names, [min(0.0, low) for low, _ in ends], [max(0.0, high) for _, high in ends])
    made.add_layout(Span(location=0, dimension="height", line_color=INK))
    items = []
    for verdict, (colour, mark) in LOOKS.items():
        of = [i for i, g in enumerate(found) if g.verdict == verdict]
        if of:
            mean, half = ([getattr(found[i], key) for i in of] for key in ("per_percent", "per_percent_half_width"))
            data = _intervals(
                of, [names[i] for i in of], mean, half, text=[signed(m, h) for m, h in zip(mean, half, strict=True)]
            )
            bars = made.hbar(
                "row", right="mean", left=0, height=0.6, source=data, color=colour, alpha=0.55, line_color=None
            )
            told = [(words["scenario"], "@name"), (words["value"], "@text"), (words["verdict"], words[verdict])]
            hover(made, words, bars, told)
            items.append((words[verdict], [bars, *_dots(made, words, data, colour, mark, told[1:])]))
    legend(made, items)
    label(made, axis)
    return made


def tornado(words: Words, found: Sequence[Effect], texts: Sequence[str], axis: str) -> Figure:
    """Bars from the figure at one end of each factor to that at the other, the longest on top; ``texts`` are the effects."""
    ends = [x for e in found for x in (e.low, e.high)]
    reach = max(max(ends) - min(ends), 1e-9)
    made = _named(words, [e.factor.label for e in found], [min(ends) - 0.2 * reach], [max(ends) + 0.5 * reach])
    data = source(
        row=range(len(found)), low=[e.low for e in found], high=[e.high for e in found], name=[e.factor.label for e in found],
        low_text=[e.low_text for e in found], high_text=[e.high_text for e in found], text=list(texts),
    )  # fmt: skip
    data.data["colour"] = [BLUE if e.high >= e.low else ORANGE for e in found]
    bars = made.hbar("row", left="low", right="high", height=0.62, source=data, color="colour", line_color=None)
    told = [
        (words["factor"], "@name"), (words["from"], "@low_text: @low{0.00}"), (words["to"], "@high_text: @high{0.00}"),
        (words["difference"], "@text"),
    ]  # fmt: skip
    hover(made, words, bars, told)
    sides = [sorted(((e.low, e.low_text), (e.high, e.high_text))) for e in found]
    for side, align, more in ((0, "right", [""] * len(found)), (1, "left", [f"   ({text})" for text in texts])):
        written = source(
            row=range(len(found)),
            at=[s[side][0] for s in sides],
            text=[s[side][1] + m for s, m in zip(sides, more, strict=True)],
        )
        made.text(
            "at", "row", "text", source=written, text_align=align, text_baseline="middle", text_color=INK,
            text_font=value(FONT), text_font_size="12px", x_offset=4 if side else -4,
        )  # fmt: skip
    centre = sum((e.low + e.high) / 2 for e in found) / len(found)
    made.add_layout(Span(location=centre, dimension="height", line_color=GREY))
    label(made, axis)
    return made


def main_effects(words: Words, found: Sequence[Effect], axis: str) -> LayoutDOM:
    """One panel per factor, all with the same scale."""
    every = [x for e in found for x in _heights(e)]
    scale = spread(min(every), max(every))
    panels = [_by_level(words, e, scale) if e.levels else _by_slope(words, e, scale) for e in found]
    for panel, effect in zip(panels, found, strict=True):
        label(panel, effect.factor.label)
    for panel in panels[::COLUMNS]:
        panel.yaxis.axis_label = plain(axis)
    return gridplot(panels, ncols=COLUMNS, sizing_mode="stretch_width", toolbar_location="right")


def _heights(effect: Effect) -> list[float]:
    levels = [x for v in effect.levels for x in (v.mean - v.half_width, v.mean + v.half_width)]
    return [*levels, *(mean for _, mean in effect.points), *([] if effect.levels else [effect.low, effect.high])]


def _by_level(words: Words, effect: Effect, scale: Range1d) -> Figure:
    made = chart(words, 240, across=False, x_range=Range1d(-0.5, len(effect.levels) - 0.5), y_range=scale)
    mean, half = [v.mean for v in effect.levels], [v.half_width for v in effect.levels]
    data = source(
        at=range(len(mean)), mean=mean, half=half, low=np.subtract(mean, half), high=np.add(mean, half),
        level=[v.text for v in effect.levels],
    )  # fmt: skip
    made.line("at", "mean", source=data, color=BLUE)
    made.segment("at", "low", "at", "high", source=data, color=BLUE)
    dots = made.scatter("at", "mean", source=data, color=BLUE, size=7)
    hover(made, words, dots, [(words["value"], "@level"), (words["mean"], "@mean{0.00} ± @half{0.00}")])
    _ticks(made, dict(enumerate(v.text for v in effect.levels)))
    return made


def _by_slope(words: Words, effect: Effect, scale: Range1d) -> Figure:
    values, found = ([p[k] for p in effect.points] for k in (0, 1))
    ends = min(values), max(values)
    made = chart(words, 240, across=False, x_range=spread(*ends), y_range=scale)
    dots = made.scatter("at", "mean", source=source(at=values, mean=found), color=GREY, size=5)
    made.line("at", "fit", source=source(at=ends, fit=(effect.low, effect.high)), color=BLUE, line_width=2)
    hover(made, words, dots, [(words["value"], "@at{0.###}"), (words["mean"], "@mean{0.00}")])
    _ticks(made, {ends[0]: effect.low_text, ends[1]: effect.high_text})
    return made


def behind(words: Words, runs: Sequence[Stopped], duration_h: float, hours: float, axes: tuple[str, str]) -> Figure:
    """Mean number of items behind over time (h), a curve per unit; the legend hides them."""
    made = chart(words, 320, x_range=span(hours))
    made.add_layout(BoxAnnotation(left=0, right=duration_h, fill_color=GREY, fill_alpha=0.3, line_color=None))
    items = []
    for unit, colour, dash in colours(list(runs[0].curves)):
        curve = np.mean([run.curves[unit] for run in runs], axis=0)
        data = source(hours=np.linspace(0, hours, len(curve)), behind=curve)
        line = made.line("hours", "behind", source=data, color=colour, line_dash=dash, line_width=1.6)
        hover(made, words, line, [(words["unit"], plain(unit)), (axes[0], "@hours{clock}"), (axes[1], "@behind{0.0}")])
        items.append((unit, [line]))
    legend(made, items, columns=8)
    label(made, *axes)
    return made


def _named(words: Words, names: Sequence[str], low: Any, high: Any) -> Figure:
    """A chart of rows that reaches from the least to the most."""
    folded = [wrap(name, LONGEST, max_lines=LINES, placeholder=" …") for name in names]
    row = ROW + LINE * (max(map(len, folded)) - 1)
    made = chart(words, row * len(names) + 90, x_range=spread(min(low), max(high)))
    rows(made, ["\n".join(lines) for lines in folded])
    return made


def _intervals(
    row: Sequence[int], names: Sequence[str], mean: Sequence[float], half: Sequence[float], **more: Any
) -> ColumnDataSource:
    return source(
        row=row,
        unit=row,
        name=list(names),
        mean=mean,
        half=half,
        low=np.subtract(mean, half),
        high=np.add(mean, half),
        **more,
    )


def _dots(
    made: Figure, words: Words, data: ColumnDataSource, colour: str, mark: str, told: Sequence[tuple[str, str]]
) -> list[Any]:
    """Dots with their intervals, as parts of a legend's entry."""
    lines = made.segment("low", "row", "high", "row", source=data, color=colour, line_width=1.6)
    dots = made.scatter("mean", "row", source=data, color=colour, marker=mark, size=9)
    hover(made, words, dots, [(words["scenario"], "@name"), *told])
    return [dots, lines]


def _ticks(made: Figure, names: Mapping[Any, str]) -> None:
    made.xaxis.ticker = FixedTicker(ticks=list(names))
    made.xaxis.major_label_overrides = {at: plain(name) for at, name in names.items()}
