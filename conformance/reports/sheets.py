"""A plain table with a title, and its three faces: rich, CSV and Markdown."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from conformance.reports.values import clean

_MORE = (
    "; {n} more columns in a wider terminal, or by --format markdown or csv",
    "。ほか{n}列は、より広い端末か --format markdown または csv で表示",
)


@dataclass(frozen=True)
class Sheet:
    """``name`` is a slug for file names; every row has as many cells as there are columns. ``brief`` names the columns
    that are kept where there is no room for all."""

    name: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    brief: tuple[str, ...] = ()


def natural_width(sheet: Sheet, columns: Sequence[int]) -> int:
    """Columns of a terminal that the table takes without breaking a cell."""
    cells = [max(cell_len(sheet.columns[n]), *(cell_len(row[n]) for row in sheet.rows)) for n in columns]
    return sum(cells) + 3 * len(cells) + 1


def as_rich(sheets: Sequence[Sheet], width: int | None = None, lang: str = "en") -> RenderableType:
    """Tables for a terminal; columns that are empty in every row are left out, since width is scarce there. Where even
    those do not fit into ``width``, only the brief ones are shown, and it is said."""
    parts: list[RenderableType] = []
    for sheet in sheets:
        used = [n for n in range(len(sheet.columns)) if any(row[n] for row in sheet.rows)]
        brief = [n for n in used if sheet.columns[n] in sheet.brief]
        short = bool(brief) and width is not None and natural_width(sheet, used) > width
        title = f"{sheet.title} ({len(sheet.rows)})"
        if short:
            title += _MORE[lang.startswith("ja")].format(n=len(used) - len(brief))
            used = brief
        table = Table(title=Text(title, "bold"), title_justify="left")
        for n in used:
            table.add_column(Text(sheet.columns[n]), overflow="fold")
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
