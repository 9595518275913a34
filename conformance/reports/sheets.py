"""A plain table with a title, and its three faces: rich, CSV and Markdown."""

from __future__ import annotations

import csv
import io
import re
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


_PIECE = re.compile(r"[!-~]*?[._/](?=[A-Za-z])|[!-~]+|[^!-~]")
"""What a line of a cell does not break: words, names up to their next dot, underscore or slash; any other character."""


@dataclass(frozen=True)
class Sheet:
    """``name`` is a slug for file names; every row has as many cells as there are columns. ``brief`` names the columns
    that are kept where there is no room for all, the most wanted first."""

    name: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    brief: tuple[str, ...] = ()


def natural_width(sheet: Sheet, columns: Sequence[int]) -> int:
    """Columns of a terminal that the table takes without breaking a cell."""
    cells = [max(cell_len(sheet.columns[n]), *(cell_len(row[n]) for row in sheet.rows)) for n in columns]
    return sum(cells) + _borders(columns)


def _borders(columns: Sequence[int]) -> int:
    return 3 * len(columns) + 1


def _that_fit(sheet: Sheet, used: Sequence[int], width: int) -> Sequence[int]:
    """The columns to show: all, or as many of the brief ones as there is room for without breaking a name."""
    wanted = [sheet.columns.index(name) for name in sheet.brief if sheet.columns.index(name) in used]
    if not wanted or natural_width(sheet, used) <= width:
        return used
    while len(wanted) > 1 and widths(sheet, wanted, width) is None:
        wanted.pop()
    return sorted(wanted)


def widths(sheet: Sheet, columns: Sequence[int], width: int) -> list[int] | None:
    """Widths by which the table fits and no piece of a name is broken: room is shared evenly by those that want more than
    their longest piece. ``None`` if there is no such."""
    texts = [[sheet.columns[n], *(clean(row[n]) for row in sheet.rows)] for n in columns]
    least = [max(cell_len(piece) for text in column for piece in _PIECE.findall(text)) for column in texts]
    most = [max(map(cell_len, column)) for column in texts]
    left = width - _borders(columns) - sum(least)
    if left < 0:
        return None
    given = list(least)
    for rank, n in enumerate(sorted(range(len(columns)), key=lambda n: most[n] - least[n])):
        more = min(most[n] - least[n], left // (len(columns) - rank))
        given[n] += more
        left -= more
    return given


def broken(text: str, width: int) -> str:
    """The text in lines of at most ``width``, broken between pieces."""
    lines = [""]
    for piece in _PIECE.findall(text):
        if cell_len(lines[-1] + piece) > width:
            lines[-1] = lines[-1].rstrip()
            lines.append("")
        lines[-1] += piece if lines[-1] or not piece.isspace() else ""
    return "\n".join(lines)


def as_rich(sheets: Sequence[Sheet], width: int | None = None, lang: str = "en") -> RenderableType:
    """Tables for a terminal; columns that are empty in every row are left out, since width is scarce there. Where even
    those do not fit into ``width``, only the brief ones are shown, and it is said."""
    parts: list[RenderableType] = []
    for sheet in sheets:
        used = [n for n in range(len(sheet.columns)) if any(row[n] for row in sheet.rows)]
        shown = _that_fit(sheet, used, width) if width is not None else used
        title = f"{sheet.title} ({len(sheet.rows)})"
        if len(shown) < len(used):
            title += _MORE[lang.startswith("ja")].format(n=len(used) - len(shown))
        table = Table(title=Text(title, "bold"), title_justify="left")
        fitted = widths(sheet, shown, width) if width is not None else None
        for place, n in enumerate(shown):
            head = Text(broken(sheet.columns[n], fitted[place]) if fitted else sheet.columns[n])
            table.add_column(head, overflow="fold", width=fitted[place] if fitted else None)
        for row in sheet.rows:
            cells = [clean(row[n]) for n in shown]
            table.add_row(*(Text(broken(c, fitted[place]) if fitted else c) for place, c in enumerate(cells)))
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
