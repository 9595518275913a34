"""Tables that fit their window: a column is shown whole or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

GAP = 3  # what a column takes beside its content
CJK = 8  # columns of the window to which a heading without spaces may be folded


@dataclass(frozen=True)
class Column:
    """A column with its cells. ``drop``: the higher, the sooner it is left out; 0 stays. ``wraps``: its cells may be folded
    to ``narrowest`` columns of the window.
    """

    head: str
    cells: Sequence[str | Text]
    justify: Literal["left", "right"] = "right"
    style: str = ""
    drop: int = 0
    wraps: bool = False
    narrowest: int = 20

    @property
    def least(self) -> int:
        """What it needs: its widest cell, and the longest word of its heading (Japanese ones may be folded)."""
        words = [cell_len(word) if word.isascii() else min(cell_len(word), CJK) for word in self.head.split()]
        return max([1, *words, min(self.narrowest, self._cells) if self.wraps else self._cells])

    @property
    def most(self) -> int:
        """What it can use: its heading, too, in one line."""
        return max(_width(self.head), self._cells, self.least)

    @property
    def _cells(self) -> int:
        return max((_width(str(cell)) for cell in self.cells), default=0)


def _width(text: str) -> int:
    return max(cell_len(line) for line in text.split("\n"))


def total(columns: Sequence[Column]) -> int:
    """The least width of a table of these columns."""
    return sum(column.least + GAP for column in columns) + 1


def fitted(title: str, columns: Sequence[Column], width: int) -> Table:
    """A table of those columns for which there is room, the least important ones left out first."""
    kept = list(columns)
    while total(kept) > width and any(column.drop for column in kept):
        kept.remove(max(kept, key=lambda column: column.drop))
    room, table = max(0, width - total(kept)), Table(title=title)
    for column in kept:
        wide = min(column.most, column.least + room)
        room -= wide - column.least
        table.add_column(Text(column.head, style=column.style), justify=column.justify, width=wide, overflow="fold")
    for row in zip(*(column.cells for column in kept), strict=True):
        table.add_row(*row)
    return table
