"""Timing diagrams as inline SVG: two-level lanes as waveforms, any other values as labelled steps, time in seconds.

Geometry is apart from drawing: ``Scale`` maps seconds to x, so that tests can ask where an edge must be.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from math import floor, log10
from typing import Any

from conformance.reports.records import Diagram, Lane
from conformance.reports.values import one_line

WIDTH = 960.0
GUTTER = 200.0  # for the names of the lanes
MARGIN = 16.0  # right of the last moment, so that its label is not cut
LANE = 34.0
HIGH, LOW = 8.0, 26.0  # y within a lane
AXIS = 40.0
_CHARACTER = 6.6  # width of a character of a step's label, in user units


@dataclass(frozen=True)
class Scale:
    """Linear in time; ``end`` is later than ``start`` even where nothing changed."""

    start: float
    end: float

    def x(self, moment: float) -> float:
        return GUTTER + (moment - self.start) / (self.end - self.start) * (WIDTH - GUTTER - MARGIN)

    @property
    def ticks(self) -> list[float]:
        """About eight round moments (1, 2 or 5 times a power of ten apart)."""
        span = self.end - self.start
        rough = span / 8
        power = 10.0 ** floor(log10(rough))
        step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough)
        first = -(-self.start // step)  # ceiling
        return [(first + n) * step for n in range(int((self.end - first * step) / step + 1e-9) + 1)]


def scale_of(diagram: Diagram) -> Scale:
    """From the first to the last point, with a little room, because the last values hold on."""
    moments = [moment for lane in diagram.lanes for moment, _ in lane.points] or [0.0]
    start, end = min(moments), max(moments)
    return Scale(start, end + ((end - start) * 0.06 or 1.0))


def is_two_level(lane: Lane) -> bool:
    return all(value is None or isinstance(value, bool) for _, value in lane.points)


def segments(lane: Lane, end: float) -> list[tuple[float, float, Any]]:
    """(from, to, value) for each stretch of time in which the lane holds one value."""
    points = sorted(lane.points, key=lambda point: point[0])
    merged = [p for n, p in enumerate(points) if n == 0 or p[1] != points[n - 1][1]]
    ends = [*(moment for moment, _ in merged[1:]), end]
    return [(moment, until, value) for (moment, value), until in zip(merged, ends, strict=False)]


def draw(diagram: Diagram, title: str, axis: str) -> str:
    """An ``<svg>`` element; ``title`` is read out by screen readers. All text is escaped."""
    scale = scale_of(diagram)
    height = LANE * len(diagram.lanes) + AXIS
    parts = [
        f'<svg class="timing" viewBox="0 0 {WIDTH:g} {height:g}" role="img" xmlns="http://www.w3.org/2000/svg">',
        f"<title>{_text(title)}</title>",
        *_axis(scale, height, axis),
    ]
    for number, lane in enumerate(diagram.lanes):
        parts += _lane(lane, scale, number * LANE)
    return "".join([*parts, "</svg>"])


def _axis(scale: Scale, height: float, label: str) -> list[str]:
    bottom = height - AXIS + 4
    parts = [f'<path class="axis" d="M{GUTTER:g} {bottom:g}H{WIDTH - MARGIN:g}"/>']
    for tick in scale.ticks:
        x = scale.x(tick)
        parts.append(f'<path class="grid" d="M{x:.1f} 0V{bottom:g}"/>')
        parts.append(f'<text class="tick" x="{x:.1f}" y="{bottom + 14:g}" text-anchor="middle">{tick:.6g}</text>')
    middle = (GUTTER + WIDTH - MARGIN) / 2
    parts.append(f'<text class="tick" x="{middle:g}" y="{bottom + 29:g}" text-anchor="middle">{_text(label)}</text>')
    return parts


def _lane(lane: Lane, scale: Scale, top: float) -> list[str]:
    name = one_line(lane.name, 30)
    parts = [
        '<g class="lane">',
        f'<text class="name" x="{GUTTER - 12:g}" y="{top + LOW - 5:g}" text-anchor="end">{_text(name)}</text>',
        f'<path class="base" d="M{GUTTER:g} {top + LOW:g}H{WIDTH - MARGIN:g}"/>',
    ]
    stretches = segments(lane, scale.end)
    parts += _waveform(stretches, scale, top) if is_two_level(lane) else _steps(stretches, scale, top)
    return [*parts, "</g>"]


def _waveform(stretches: list[tuple[float, float, Any]], scale: Scale, top: float) -> list[str]:
    """One path of levels and edges; a stretch of unknown level is dashed at half height."""
    parts, path, pen = [], "", False
    for start, end, value in stretches:
        x1, x2 = scale.x(start), scale.x(end)
        if value is None:
            middle = top + (HIGH + LOW) / 2
            parts.append(f'<path class="unknown" d="M{x1:.1f} {middle:g}H{x2:.1f}"/>')
            pen = False
            continue
        y = top + (HIGH if value else LOW)
        path += f"V{y:g}H{x2:.1f}" if pen else f"M{x1:.1f} {y:g}H{x2:.1f}"
        pen = True
        if value:
            parts.append(f'<rect class="high" x="{x1:.1f}" y="{y:g}" width="{x2 - x1:.1f}" height="{LOW - HIGH:g}"/>')
    return [*parts, f'<path class="wave" d="{path}"/>'] if path else parts


def _steps(stretches: list[tuple[float, float, Any]], scale: Scale, top: float) -> list[str]:
    """Boxes with their value inside: where ``12 (Faulted)`` has no room its number alone; all of it is the box's title."""
    parts = []
    for start, end, value in stretches:
        x1, x2 = scale.x(start), scale.x(end)
        label = one_line(value, 40)
        parts.append(
            f'<g class="step"><title>{_text(label)} ({start:.3f} s – {end:.3f} s)</title>'
            f'<rect x="{x1:.1f}" y="{top + HIGH:g}" width="{max(x2 - x1, 1):.1f}" height="{LOW - HIGH:g}"/>'
        )
        shown = next((text for text in (label, label.partition(" (")[0]) if len(text) * _CHARACTER + 6 <= x2 - x1), "")
        if shown:
            middle, baseline = (x1 + x2) / 2, top + LOW - 5
            parts.append(f'<text x="{middle:.1f}" y="{baseline:g}" text-anchor="middle">{_text(shown)}</text>')
        parts.append("</g>")
    return parts


def _text(text: str) -> str:
    return escape(text, quote=True)
