"""A summary in GitHub-flavoured Markdown, short enough for a comment on a pull request."""

from __future__ import annotations

import re
from typing import Any

from conformance.reports.records import Verdict
from conformance.reports.stream import Report, Result
from conformance.reports.summary import summarise
from conformance.reports.texts import Texts, texts_in
from conformance.reports.translation import translated
from conformance.reports.values import one_line, seconds

_MARKS = {"good": "🟢", "warn": "🟡", "bad": "🔴"}


def render_markdown(report: Report, lang: str = "en", most: int = 20) -> str:
    """At most ``most`` findings are spelled out, the most severe first; the others are counted."""
    texts = texts_in(lang)
    report = translated(report, texts)
    summary = summarise(report, texts)
    header = report.header
    duration = f" · {seconds(report.footer.duration_s)}" if report.footer else ""
    lines = [
        f"### {_MARKS[summary.tone]} {escape(header.target.name)}: {summary.conclusion}",
        "",
        " · ".join(summary.facts),
        "",
        f"{texts('profile')}: {escape(header.profile.title.in_language(lang))} (`{code(header.profile.id)} "
        f"{code(header.profile.version)}`, `{code(header.profile.digest)}`) · {texts('impact')}: "
        f"{texts(f'impact.{header.impact}')}{duration} · {texts('exit_code')}: {report.exit_code}",
        "",
    ]
    for warning in summary.warnings:
        lines += [f"> **{warning}**", ""]
    lines += _area_table(report, texts)
    urgent = [r for r in report.results if r.verdict.needs_action]
    if urgent:
        lines += ["", f"#### {texts('to_mend')} ({len(urgent)})", ""]
    for result in urgent[:most]:
        lines += _finding(result, texts)
    if len(urgent) > most:
        lines.append(f"- … +{len(urgent) - most}")
    return "\n".join([*lines, "", f"<sub>{texts('disclaimer')}</sub>", ""])


def _area_table(report: Report, texts: Texts) -> list[str]:
    used = [v for v in Verdict if report.counts.get(v)]
    lines = [
        "| " + " | ".join([texts("area"), *(texts.verdict(v) for v in used)]) + " |",
        "| --- |" + " ---: |" * len(used),
    ]
    for area in report.areas:
        row = [sum(r.verdict is v for r in report.of(area=area)) for v in used]
        if any(row):
            lines.append("| " + " | ".join([escape(texts.area(area)), *(str(n or "") for n in row)]) + " |")
    return lines


def _finding(result: Result, texts: Texts) -> list[str]:
    requirement, finding = result.requirement, result.finding
    lines = [
        f"- **{escape(requirement.id)}** {texts.verdict(result.verdict)} · {texts(f'level.{requirement.level}')} · "
        f"{texts(f'severity.{requirement.severity}')}: {escape(requirement.text.in_language(texts.lang))}",
    ]
    if finding.reason:
        lines.append(f"  - {texts('reason')}: {escape(finding.reason)}")
    for e in finding.unmet:
        lines.append(
            f"  - {escape(e.what)}{f' (`{code(e.place)}`)' if e.place else ''}: {texts('expected')} `{code(e.expected)}`, {texts('actual')} `{code(e.actual)}`"
        )
    if heading := finding.verdict.remedy:
        lines.append(f"  - {texts(heading)}: {escape(requirement.remedy.in_language(texts.lang))}")
    if finding.reproduce:
        lines.append(f"  - `{code(finding.reproduce)}`")
    return lines


def escape(value: Any) -> str:
    """Text that Markdown shows as it is: no markup, no link, no table cell, and nobody is notified by an ``@``."""
    text = re.sub(r"([\\`*_\[\]|~#!])", r"\\\1", one_line(value))
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace("@", "@\u200b").replace("://", ":\u200b//")


def code(value: Any) -> str:
    """Text for between backticks, which have no escape of their own; a pipe would end a table cell."""
    return one_line(value).replace("`", "'").replace("|", "¦")
