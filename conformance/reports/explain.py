"""``setsubi explain ID``: everything that is known of one requirement, for a reader who has just seen it fail."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from conformance.reports.sentences import said
from conformance.reports.texts import Lang, Texts, texts_in
from conformance.reports.translation import command_in
from conformance.reports.values import clean, parameters
from profiles.model import Requirement

Timers = Mapping[str, float]
"""Seconds by id."""


def explain(
    requirement: Requirement, lang: str = "en", profile: str | None = None, timers: Timers | None = None
) -> str:
    """As plain text: a heading, the sentence in both languages, then one ``label: value`` per line."""
    heading, sentences, rows = _parts(requirement, lang, profile, timers or {})
    width = max(_columns(label) for label, _ in rows)
    lines = [heading, "", *sentences, ""]
    for label, value in rows:
        first, *more = value.split("\n")
        lines.append(label + ":" + " " * (width - _columns(label) + 1) + first)
        lines += [" " * (width + 2) + line for line in more]
    return "\n".join(lines) + "\n"


def explain_rich(
    requirement: Requirement, lang: str = "en", profile: str | None = None, timers: Timers | None = None
) -> RenderableType:
    """The same for a terminal, wrapped to its width: between any two characters where a language has no spaces."""
    heading, sentences, rows = _parts(requirement, lang, profile, timers or {})
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for label, value in rows:
        table.add_row(Text(label), Text(value))
    main, other = (Text(sentence) for sentence in sentences)
    other.stylize("dim")
    return Group(Text(heading, "bold"), Text(), main, other, Text(), table)


def explain_all(requirements: Iterable[Requirement], lang: str = "en") -> RenderableType:
    """Of several no more than id, level and sentence."""
    t = texts_in(lang)
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for r in requirements:
        table.add_row(Text(clean(r.id)), Text(t(f"level.{r.level}")), Text(clean(r.text.in_language(t.lang))))
    return table


def _parts(
    requirement: Requirement, lang: str, profile: str | None, timers: Timers
) -> tuple[str, tuple[str, str], list[tuple[str, str]]]:
    t = texts_in(lang)
    other: Lang = "en" if t.lang == "ja" else "ja"
    level, severity = t(f"level.{requirement.level}"), t(f"severity.{requirement.severity}")
    heading = f"{requirement.id}  {level} · {severity} · {t.area(requirement.area)}"
    sentences = clean(requirement.text.in_language(t.lang)), clean(requirement.text.in_language(other))
    sources = [
        f"{said(t, s.ref)}{f', {said(t, s.clause)}' if s.clause else ''} ({t('trust')} {s.trust}: {t(f'trust.{s.trust}')})"
        for s in requirement.source
    ]
    rows = [
        (t("source"), "\n".join(sources)),
        (t("applies_to"), _applies(requirement, t) or t("everything")),
        (t("parameters"), "\n".join(parameters(requirement.parameters, timers))),
        (t("impact"), " = ".join(dict.fromkeys([str(requirement.impact), t(f"impact.{requirement.impact}")]))),
        (t("since"), requirement.since),
        (t("check"), requirement.check or ""),
        (t("faults"), ", ".join(requirement.faults)),
        (t("excluded_why"), requirement.excluded.in_language(t.lang) if requirement.excluded else ""),
        (t("remedy"), requirement.remedy.in_language(t.lang)),
        (t("run_it"), command_in(_command(requirement, profile), t.lang)),
    ]
    return clean(heading), sentences, [(label, clean(value)) for label, value in rows if value]


def _applies(requirement: Requirement, t: Texts) -> str:
    applies = requirement.applies_to
    named = {
        t("applies.kinds"): applies.kinds,
        t("applies.protocols"): applies.protocols,
        t("applies.options"): applies.options,
        t("applies.signals"): applies.signals,
    }
    return "\n".join(f"{name}: {', '.join(values)}" for name, values in named.items() if values)


def _command(requirement: Requirement, profile: str | None) -> str:
    """The command that checks this one; a requirement without a check has none."""
    if requirement.check is None:
        return ""
    impact = "" if requirement.impact.rank == 0 else f" --impact {requirement.impact}"
    whose = "" if profile is None else f" --profile {shlex.quote(profile)}"
    return f"setsubi check TARGET{whose} --only {requirement.id}{impact}"


def _columns(text: str) -> int:
    return Text(text).cell_len
