"""An estimate as rows of text, for the terminal, the report and CSV."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from rich.console import Console

from profiles.model import Severity
from simulator.effort.model import MOST_LINES_SHOWN, Estimate, Hours, spread
from simulator.effort.texts import words
from simulator.experiments.study.tables import csv_text
from simulator.experiments.tables import plain_table

Rows = list[list[str]]


def spread_heads(lang: str, *names: str) -> list[str]:
    """Heads of rows that end in a spread."""
    text = words(lang)
    return [*(text[name] if name else "" for name in names), *(text[key] for key in ("mean", "p10", "p50", "p90"))]


def total_rows(made: Estimate, lang: str) -> Rows:
    """Hours without, with, and saved."""
    text = words(lang)
    return [
        [text["without"], *_spread(made.without.total)],
        [text["with"], *_spread(made.guided.total)],
        [text["saved"], *_spread(made.saved)],
    ]


def task_rows(made: Estimate, lang: str) -> Rows:
    """Hours by task, those without a common interface first."""
    text = words(lang)
    return [
        [text[task], text[key], *_spread(hours)]
        for key, side in (("without", made.without), ("with", made.guided))
        for task, hours in side.tasks.items()
    ]


def joint_heads(lang: str) -> list[str]:
    """Heads of ``joint_rows``."""
    text = words(lang)
    return [
        text["joint"],
        text["vendors"],
        *(f"{text[key]} {text[p]}" for key in ("short_without", "short_with") for p in ("mean", "p10", "p90")),
    ]


def joint_rows(made: Estimate) -> Rows:
    """Hours of each joint, without and with."""
    rows = []
    for (a, b), without, guided in zip(pairwise(made.spec.units), made.without.joints, made.guided.joints, strict=True):
        found = [spread(hours) for hours in (without, guided)]
        numbers = [f"{value:.0f}" for s in found for value in (s.mean, s.p10, s.p90)]
        rows.append([f"{a.name} – {b.name}", f"{a.vendor} – {b.vendor}", *numbers])
    return rows


def unit_rows(made: Estimate, lang: str, undecided: Mapping[str, int]) -> Rows:
    """Hours of each unit with a common interface, and its open findings."""
    rows = []
    for unit, hours in zip(made.spec.units, made.guided.units, strict=True):
        rows.append(
            [unit.name, unit.vendor, _open(made, unit.name, lang, undecided.get(unit.name, 0)), *_spread(hours)]
        )
    return rows


def _open(made: Estimate, unit: str, lang: str, undecided: int) -> str:
    text = words(lang)
    counts = made.findings.get(unit)
    if counts is None:
        return text["open_assumed"].format(n=sum(made.spec.guided.findings.of(s) for s in Severity))
    parts = ", ".join(f"{counts[s]} {text[f'severity.{s}']}" for s in Severity if counts.get(s))
    said = text["open_known"].format(all=sum(counts.values()), parts=parts) if parts else text["open_none"]
    return said + (text["undecided"].format(n=undecided) if undecided else "")


def line_rows(made: Estimate) -> Rows:
    """Hours saved when 1, 2, … lines have been built, and in how many of the runs."""
    last = made.last_shown
    shown = [n for n in range(1, last + 1) if n <= MOST_LINES_SHOWN or n == last]
    return [[f"{n}", *_spread(made.saved_by(n)), f"{100 * float((made.saved_by(n) > 0).mean()):.0f}"] for n in shown]


def sentences(made: Estimate, undecided: Mapping[str, int], lang: str) -> list[str]:
    """Whether it pays, what the reports do not know, and what all of it stands on."""
    text, last = words(lang), made.last_shown
    first, until = made.pays or (None, None)
    key = "pays_not" if first is None else "pays" if until == last else "pays_until"
    said = [text["probability"].format(share=float((made.saved > 0).mean()))]
    said.append(text[key].format(n=first, until=until, last=last))
    if open_ones := [unit for unit, count in undecided.items() if count]:
        said.append(text["more_may_come"].format(units=", ".join(open_ones)))
    return [*said, assumption(made, lang)]


def assumption(made: Estimate, lang: str) -> str:
    """What is assumed. A parameter is one line of the file, marked or not."""
    text = words(lang)
    assumed = sum(f.assumed for f in made.spec.figures.values())
    of = sum(len(part) for part in made.spec.model_dump(include={"without", "guided"}).values()) + 2 * len(Severity) - 2
    key = "all_assumed" if assumed >= of else "some_assumed" if assumed else "none_assumed"
    return text[key].format(n=assumed, of=of)


def print_estimate(made: Estimate, undecided: Mapping[str, int], console: Console, lang: str = "en") -> None:
    """Totals, joints, units, lines, and what it says in words."""
    text = words(lang)
    width = console.width
    totals = text["totals"].format(n=made.spec.lines)
    console.print(plain_table(spread_heads(lang, ""), total_rows(made, lang), totals, width))
    console.print(plain_table(joint_heads(lang), joint_rows(made), text["joints"], width, left=(1,), drop={3: 2, 6: 1}))
    units = spread_heads(lang, "unit", "vendor", "open")
    console.print(plain_table(units, unit_rows(made, lang, undecided), text["units"], width, left=(1, 2)))
    lines = [*spread_heads(lang, "line_count"), text["saves"]]
    console.print(plain_table(lines, line_rows(made), text["by_lines"], width))
    for sentence in sentences(made, undecided, lang):
        console.print(sentence, highlight=False)


def csv_files(made: Estimate, undecided: Mapping[str, int], lang: str = "en") -> dict[str, str]:
    """The tables as CSV, by file name; ``runs.csv`` has the hours of every run."""
    text = words(lang)
    runs = zip(made.without.total, made.guided.total, made.saved, strict=True)
    return {
        "totals.csv": csv_text([spread_heads(lang, ""), *total_rows(made, lang)]),
        "tasks.csv": csv_text([spread_heads(lang, "task", ""), *task_rows(made, lang)]),
        "joints.csv": csv_text([joint_heads(lang), *joint_rows(made)]),
        "units.csv": csv_text([spread_heads(lang, "unit", "vendor", "open"), *unit_rows(made, lang, undecided)]),
        "lines.csv": csv_text([[*spread_heads(lang, "line_count"), text["saves"]], *line_rows(made)]),
        "runs.csv": csv_text(
            [[text[key] for key in ("without", "with", "saved")], *([f"{h:.1f}" for h in run] for run in runs)]
        ),
    }


def _spread(hours: Hours) -> list[str]:
    s = spread(hours)
    return [f"{value:.0f}" for value in (s.mean, s.p10, s.p50, s.p90)]
