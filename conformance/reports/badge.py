"""A badge as a small SVG of our own: who, which profile, and how it came out."""

from __future__ import annotations

import unicodedata
from html import escape

from conformance.reports.records import Verdict
from conformance.reports.stream import Report
from conformance.reports.summary import summarise
from conformance.reports.texts import texts_in
from conformance.reports.values import one_line

_COLOURS = {"good": "#1a7f45", "warn": "#8a5a00", "bad": "#b3161f"}  # white text on each has a contrast above 4.5
_UNIT, _PADDING = 6.4, 8.0


def render_badge(report: Report, lang: str = "en") -> str:
    """The SVG as text; the right half says the conclusion and how many passed of those that apply."""
    summary = summarise(report, texts_in(lang))
    decided = len(report.results) - report.counts.get(Verdict.NOT_APPLICABLE, 0)
    left = one_line(f"{report.header.profile.id} {report.header.profile.version}", 40)
    right = f"{summary.conclusion.split(':')[0]} {report.counts.get(Verdict.PASS, 0)}/{decided}"
    return _draw(left, right, _COLOURS[summary.tone])


def text_width(text: str) -> float:
    """A fair guess in pixels: characters of East Asian width take about two."""
    return sum(_UNIT * (1.8 if unicodedata.east_asian_width(c) in "WF" else 1.0) for c in text)


def _draw(left: str, right: str, colour: str) -> str:
    first, second = (text_width(text) + 2 * _PADDING for text in (left, right))
    label = escape(f"{left}: {right}", quote=True)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{first + second:.0f}" height="20" role="img" '
        f'aria-label="{label}"><title>{label}</title>'
        f'<rect width="{first + second:.1f}" height="20" rx="4" fill="#3a4656"/>'
        f'<path d="M{first:.1f} 0h{second - 4:.1f}a4 4 0 0 1 4 4v12a4 4 0 0 1-4 4h-{second - 4:.1f}z" fill="{colour}"/>'
        '<g fill="#fff" font-family="Segoe UI,Meiryo,Noto Sans,sans-serif" font-size="11">'
        f"{_label(left, _PADDING)}{_label(right, first + _PADDING)}</g></svg>\n"
    )


def _label(text: str, x: float) -> str:
    """``textLength`` holds the text to its box whatever font the viewer has."""
    return f'<text x="{x:.1f}" y="14" textLength="{text_width(text):.1f}">{escape(text, quote=True)}</text>'
