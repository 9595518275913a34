"""One self-contained HTML file of a report: no network, readable without JavaScript, printable, English or Japanese.

The page forbids itself everything but its own style and its one script (by digest), so that even a text that
slipped through escaping could not run.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from conformance.reports import diagram, values
from conformance.reports.records import Lane, Verdict
from conformance.reports.stream import Report, Result
from conformance.reports.summary import summarise
from conformance.reports.texts import Texts, texts_in
from conformance.reports.translation import translated
from profiles.model import Level, Severity

TEMPLATE = "report.html.j2"


@dataclass(frozen=True)
class Article:
    """A result as the page shows it; ``anchor`` is unique even when a requirement has a finding per protocol."""

    result: Result
    anchor: str
    chart: Markup | None
    search: str


def render_html(report: Report, lang: str = "en") -> str:
    """The whole page as text, to be written as UTF-8."""
    texts = texts_in(lang)
    report = translated(report, texts)
    articles = _articles(report, texts)
    return (
        _environment()
        .get_template(TEMPLATE)
        .render(
            report=report,
            header=report.header,
            t=texts,
            lang=texts.lang,
            other="en" if texts.lang == "ja" else "ja",
            summary=summarise(report, texts),
            verdicts=list(Verdict),
            levels=list(Level),
            severities=list(Severity),
            groups=[
                ("to_mend", [a for a in articles if a.result.verdict.needs_action]),
                ("others", [a for a in articles if not a.result.verdict.needs_action]),
            ],
            table=_table(report),
            must_not_exercised=report.of(Verdict.NOT_EXERCISED, level=Level.MUST),
            addresses=_addresses(report),
            policy=_policy(),
            changes=_changes,
        )
    )


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FunctionLoader(_read),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,  # else the script would not match its digest
    )
    environment.filters.update(show=values.show, clean=values.clean, seconds=values.seconds, moment=values.moment)
    # Whatever is printed passes through clean(): control characters are harmful in a page, too.
    environment.finalize = lambda value: value if isinstance(value, Markup) else values.clean(str(value))
    return environment


@cache
def _read(name: str) -> str:
    return (files("conformance.reports") / "templates" / name).read_text(encoding="utf-8")


def _policy() -> str:
    """The script's digest, for the page's Content-Security-Policy; the script stands verbatim between its tags."""
    digest = base64.b64encode(hashlib.sha256(_read("report.js").encode()).digest()).decode()
    return f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; base-uri 'none'"


def _articles(report: Report, texts: Texts) -> list[Article]:
    seen: dict[str, int] = {}
    articles = []
    for result in report.results:
        identifier = result.requirement.id
        seen[identifier] = seen.get(identifier, 0) + 1
        anchor = identifier if seen[identifier] == 1 else f"{identifier}-{seen[identifier]}"
        articles.append(Article(result, anchor, _chart(result, texts), _search_text(result)))
    return articles


def _chart(result: Result, texts: Texts) -> Markup | None:
    """The timing diagram; marked as safe here because ``draw`` escapes every text that it is given."""
    figure = result.finding.diagram
    if figure is None or not figure.lanes:
        return None
    return Markup(diagram.draw(figure, f"{texts('timing')}: {result.requirement.id}", texts("axis")))


def _changes(lane: Lane) -> str:
    """The lane in words, for readers to whom the drawing says nothing."""
    return ", ".join(f"{moment:.3f} s: {values.show(value)}" for moment, value in lane.points)


def _search_text(result: Result) -> str:
    requirement, finding = result.requirement, result.finding
    text = requirement.text
    parts = [requirement.id, requirement.area, requirement.check, text.en, text.ja, finding.reason]
    parts += [f"{e.what} {values.show(e.expected)} {values.show(e.actual)}" for e in finding.expectations]
    parts += [lane.name for lane in finding.diagram.lanes] if finding.diagram else []
    return " ".join(parts).lower()


def _table(report: Report) -> list[tuple[str, Mapping[Verdict, int], int]]:
    """Rows of area, count by verdict, total."""
    rows: list[tuple[str, Mapping[Verdict, int], int]] = []
    for area in report.areas:
        results = report.of(area=area)
        if results:
            rows.append((area, {v: sum(r.verdict is v for r in results) for v in Verdict}, len(results)))
    return rows


def _addresses(report: Report) -> list[tuple[str, Any]]:
    target = report.header.target
    return [(name, address) for name, address in (("OPC UA", target.opcua), ("Modbus TCP", target.modbus)) if address]
