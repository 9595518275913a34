"""A plain table with a title, and its three faces: rich, CSV and Markdown."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from conformance.reports.values import clean

NARROW = 12  # characters: a column this short stays on one line
KEPT = 22  # characters that the first longer one, the name of the row, keeps at least


@dataclass(frozen=True)
class Sheet:
    """``name`` is a slug for file names; every row has as many cells as there are columns."""

    name: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    brief: tuple[str, ...] = ()
    """Columns for a terminal, where width is scarce; all of them if empty."""


def as_rich(sheets: Sequence[Sheet]) -> RenderableType:
    """Tables for a terminal: the brief columns, without those that are empty in every row."""
    parts: list[RenderableType] = []
    for sheet in sheets:
        table = Table(
            title=Text(f"{sheet.title} ({len(sheet.rows)})", "bold"),
            title_justify="left",
            box=SIMPLE_HEAD,
            padding=(0, 1, 0, 0),
            pad_edge=False,
        )
        brief = sheet.brief or sheet.columns
        used = [n for n, name in enumerate(sheet.columns) if name in brief and any(row[n] for row in sheet.rows)]
        wrapped = 0
        for n in used:
            longest = max((len(row[n]) for row in sheet.rows), default=0)
            is_narrow = longest <= NARROW
            kept = KEPT if not is_narrow and not wrapped else None
            wrapped += not is_narrow
            table.add_column(Text(sheet.columns[n]), overflow="fold", no_wrap=is_narrow, min_width=kept)
        for row in sheet.rows:
            table.add_row(*(Text(clean(row[n])) for n in used))
        parts += [table, Text()]
    return Group(*parts)


def as_csv(sheet: Sheet) -> str:
    """CSV with a heading row. Write it with ``encoding='utf-8-sig'``: spreadsheets mistake bare UTF-8 otherwise."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(sheet.columns)
    writer.writerows([_cell(cell) for cell in row] for row in sheet.rows)
    return buffer.getvalue()


def _cell(text: str) -> str:
    """A text that a spreadsheet would run as a formula gets an apostrophe; numbers stay numbers."""
    text = clean(text)
    return f"'{text}" if text[:1] in ("=", "@") else text


def as_markdown(sheets: Sequence[Sheet]) -> str:
    lines: list[str] = []
    for sheet in sheets:
        lines += [f"## {sheet.title}", "", "| " + " | ".join(sheet.columns) + " |"]
        lines += ["|" + " --- |" * len(sheet.columns)]
        lines += ["| " + " | ".join(_markdown(cell) for cell in row) + " |" for row in sheet.rows]
        lines.append("")
    return "\n".join(lines)


def _markdown(text: str) -> str:
    text = " ".join(clean(text).split()).replace("&", "&amp;").replace("<", "&lt;")
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("*", "\\*").replace("_", "\\_").replace("`", "\\`")
