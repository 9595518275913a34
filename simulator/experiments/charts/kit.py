"""What all charts have in common: look, tools, rows with names, and how they get into a page."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any, TypeAlias

import numpy as np
from bokeh.document import Document
from bokeh.embed import components
from bokeh.layouts import column
from bokeh.models import (
    BoxZoomTool,
    Column,
    ColumnDataSource,
    CustomJS,
    CustomJSHover,
    FixedTicker,
    GlyphRenderer,
    HoverTool,
    Label,
    Legend,
    LegendItem,
    LinearAxis,
    PanTool,
    Range1d,
    ResetTool,
    SaveTool,
    Span,
    UIElement,
    WheelZoomTool,
)
from bokeh.plotting import figure
from bokeh.resources import Resources
from bokeh.themes import Theme

__all__ = [
    "BLUE", "FONT", "GREEN", "GREY", "GRID", "INK", "MARGIN", "ORANGE", "RED", "ROW", "Charts", "Column", "Figure", "Range1d", "chart",
    "colours", "embed", "filter_rows", "hover", "label", "legend", "mark", "plain", "rows", "second_axis", "source", "span", "spread", "stacked", "when",
]  # fmt: skip
Figure: TypeAlias = figure
INK, GRID, BLUE, RED, GREY, GREEN, ORANGE = "#30363d", "#d9dee3", "#1f5fa8", "#b3262e", "#8b949e", "#2e7d5b", "#e07a3f"
FONT = 'system-ui, "Hiragino Sans", "Noto Sans JP", "Noto Sans CJK JP", sans-serif'
MARGIN = 72  # pixels beside charts that stand above one another, so that their axes are in line
ROW = 26  # pixels of a row with a name
_TEXT = {"text_font": FONT, "text_color": INK}
_THEME = Theme(json={"attrs": {
    "Plot": {"background_fill_color": "white", "border_fill_color": "white", "outline_line_color": None},
    "Axis": {
        "axis_label_text_font": FONT, "axis_label_text_font_style": "normal", "axis_label_text_color": INK,
        "axis_label_text_font_size": "13px", "major_label_text_font": FONT, "major_label_text_color": INK,
        "major_label_text_font_size": "12px", "axis_line_color": GREY, "major_tick_line_color": GREY, "minor_tick_line_color": None,
    },
    "Grid": {"grid_line_color": GRID},
    "Legend": {
        "label_text_font": FONT, "label_text_color": INK, "label_text_font_size": "12px", "border_line_color": None,
        "background_fill_alpha": 0.0, "padding": 2, "margin": 4, "click_policy": "hide", "spacing": 12, "inactive_fill_alpha": 0.6,
    },
    "Title": {**_TEXT, "text_font_size": "13px", "text_font_style": "normal"},
    "Label": {**_TEXT, "text_font_size": "12px"},
    "Toolbar": {"logo": None, "autohide": True},
}})  # fmt: skip
_CLOCK = """
const s = Math.round(value * 3600), two = (n) => String(n).padStart(2, "0")
return `${Math.floor(s / 3600)}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`
"""
FILTER = "filter"  # name of what the page calls with the numbers of what shall have a row
_PLACE = """
const wanted = new Set(cb_data.shown)
charts.forEach((chart, k) => {
  const kept = numbers[k].map((number, row) => [number, row]).filter(([number]) => wanted.has(number)).map(([, row]) => row)
  const place = new Map(kept.map((row, i) => [row, i]))
  for (const source of sources[k]) {
    const {unit, low, high} = source.data
    const at = (edge) => Array.from(unit, (row, i) => (place.get(row) ?? NaN) + (edge ? edge[i] : 0))
    source.data = "bottom" in source.data ? {...source.data, bottom: at(low), top: at(high)} : {...source.data, row: at()}
  }
  chart.y_range.setv({start: kept.length - 0.5, end: -0.5})
  const axis = chart.left[0]
  axis.ticker.ticks = kept.map((_, i) => i)
  axis.major_label_overrides = new Map(kept.map((row, i) => [i, names[k][row]]))
})
"""
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_TEX = re.compile(r"(?<=\$)(?=\$)|(?<=\\)(?=[(\[])")


@dataclass(frozen=True)
class Charts:
    """What a page needs: ``head`` is the library and ``script`` the data, both complete elements; ``places`` where the charts go."""

    head: str
    script: str
    places: dict[str, str]


def embed(charts: Mapping[str, UIElement]) -> Charts:
    """Charts by name as parts of one page. The same charts made in a fresh process give the same text."""
    document = Document()
    with document.models.freeze():  # otherwise it is searched anew for every chart
        for each in charts.values():
            document.add_root(each)
    script, places = components(dict(charts), theme=_THEME)
    number, known = count(1), dict[str, str]()

    def tidy(text: str) -> str:
        return _UUID.sub(lambda m: known.setdefault(m[0], f"charts-{next(number)}"), text)

    head = Resources(mode="inline", components=["bokeh"], minified=True).render_js()
    return Charts(head, tidy(script), {name: tidy(place) for name, place in places.items()})


def plain(text: str) -> str:
    """A text that Bokeh does not take for TeX, which it would load a library for."""
    return _TEX.sub("\u200b", text)


def source(**columns: Any) -> ColumnDataSource:
    """Numbers travel in binary, half as wide as Python's; texts as they are."""
    return ColumnDataSource({
        name: [plain(v) for v in values] if len(values) and isinstance(values[0], str) else np.asarray(values, np.float32)
        for name, values in columns.items()
    })  # fmt: skip


def chart(
    words: Mapping[str, str], height: int, *, across: bool = True, x_range: Range1d | None = None, **more: Any
) -> Figure:
    """An empty chart as wide as the page; ``across``: it zooms sideways only."""
    dimensions: Any = "width" if across else "both"
    tools = [
        BoxZoomTool(dimensions=dimensions, description=words["box"]),
        PanTool(dimensions=dimensions, description=words["pan"]),
        WheelZoomTool(dimensions=dimensions, description=words["wheel"], modifiers={"ctrl": True}),
        ResetTool(description=words["reset"]),
        SaveTool(description=words["save"]),
    ]  # fmt: skip
    if x_range is not None:
        more["x_range"] = x_range
    if across:
        more = {"min_border_left": MARGIN} | more
    made = figure(height=height, sizing_mode="stretch_width", tools=tools, toolbar_location="right", **more)
    made.toolbar.active_drag, made.toolbar.active_scroll = tools[0], tools[2]
    return made


def label(made: Figure, x: str, y: str | None = None) -> None:
    """Names of the axes."""
    made.xaxis.axis_label = plain(x)
    if y is not None:
        made.yaxis.axis_label = plain(y)


def hover(
    made: Figure, words: Mapping[str, str], of: GlyphRenderer[Any], told: Sequence[tuple[str, str]], names: Sequence[str] = (),
) -> None:  # fmt: skip
    """Say what is under the pointer: words and ``@column{format}``; ``{clock}`` writes hours as h:mm:ss. ``names``: of the rows,
    by the column ``unit``."""
    formatters: dict[str, Any] = {
        column: CustomJSHover(code=_CLOCK) for _, text in told for column in re.findall(r"(@\w+)\{clock\}", text)
    }
    tips = list(told)
    if names:
        formatters["@unit"] = CustomJSHover(args={"names": [plain(n) for n in names]}, code="return names[value]")
        tips.insert(0, (words["unit"], "@unit{name}"))
    made.add_tools(
        HoverTool(renderers=[of], tooltips=tips, formatters=formatters, description=words["hover"], visible=False)
    )


def when(words: Mapping[str, str]) -> list[tuple[str, str]]:
    """From and to of a bar over hours."""
    return [(words["from"], "@left{clock}"), (words["to"], "@right{clock}")]


def legend(made: Figure, items: Sequence[tuple[str, Sequence[GlyphRenderer[Any]]]], columns: int = 5) -> Legend:
    """A legend above the chart, whose entries hide what they name."""
    shown = Legend(
        items=[LegendItem(label={"value": plain(name)}, renderers=list(of)) for name, of in items], ncols=columns
    )
    made.add_layout(shown, "above")
    return shown


def rows(made: Figure, names: Sequence[str]) -> None:
    """Name the rows 0, 1, … from the top down."""
    made.yaxis.ticker = FixedTicker(ticks=list(range(len(names))))
    made.yaxis.major_label_overrides = {i: plain(name) for i, name in enumerate(names)}
    made.y_range = Range1d(len(names) - 0.5, -0.5)
    made.ygrid.visible = False
    made.yaxis.major_tick_line_color = None


def filter_rows(charts: Sequence[tuple[Figure, Sequence[int]]]) -> None:
    """Let the page say what has a row in these charts: it calls ``FILTER`` with numbers. Beside each chart stand the numbers of its
    rows, from the top down. Their sources hold the row in ``unit``, and the place where it is drawn in ``row`` or, as edges of
    bars, in ``bottom`` and ``top``."""
    sources = [
        [s for s in {r.data_source.id: r.data_source for r in c.renderers}.values() if "unit" in s.data]
        for c, _ in charts
    ]
    names = [[c.yaxis[0].major_label_overrides[row] for row in range(len(numbers))] for c, numbers in charts]
    args = {
        "charts": [c for c, _ in charts],
        "numbers": [list(n) for _, n in charts],
        "sources": sources,
        "names": names,
    }
    code = CustomJS(args=args, code=_PLACE)
    code.name = FILTER
    charts[0][0].tags = [code]


def mark(made: Figure, at: float, name: str, top: float) -> None:
    """An upright dashed line with its name at the height ``top``."""
    made.add_layout(Span(location=at, dimension="height", line_color=INK, line_dash="dashed", line_width=1))
    if name:
        made.add_layout(Label(text=plain(name), x=at, x_offset=4, y=top))


def second_axis(made: Figure, end: float, name: str, colour: str) -> None:
    """An axis on the right side from 0, for what is drawn with ``y_range_name="second"``."""
    made.extra_y_ranges = {"second": Range1d(0, max(end, 1e-9))}
    made.add_layout(LinearAxis(y_range_name="second", axis_label=plain(name), axis_label_text_color=colour), "right")


def stacked(charts: Sequence[Figure]) -> Column:
    """Charts above one another."""
    return column(list(charts), sizing_mode="stretch_width")


def spread(low: float, high: float, room: float = 0.05) -> Range1d:
    """A range with some room on both sides, which can not be left; around a single value as wide as the value."""
    wide = (high - low) * room if high - low > 1e-9 * max(abs(low), abs(high)) else max(abs(high), 1.0)
    return Range1d(low - wide, high + wide, bounds=(low - wide, high + wide))


def span(end: float) -> Range1d:
    """A range from 0, which can not be left."""
    return Range1d(0, max(end, 1e-9), bounds=(0, max(end, 1e-9)))


def colours(names: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    """Names with a colour and a dash each, which can be told apart without colour as well."""
    inks = ("#1f5fa8", "#e07a3f", "#2e7d5b", "#b3262e", "#7b5ea7", "#5d6670", "#b8860b", "#4a7fb5")
    dashes = ("solid", "dashed", "dotted", "dotdash")
    for i, name in enumerate(names):
        yield name, inks[i % len(inks)], dashes[i // len(inks) % len(dashes)]
