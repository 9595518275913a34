"""What a benchmark gives: a target, the figure that was measured, and whether it is met."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True)
class Measured:
    """One figure against its limit. ``at_least``: the limit is a least value, otherwise a most."""

    what: str
    value: float
    limit: float
    unit: str
    at_least: bool = False
    note: str = ""

    @property
    def met(self) -> bool:
        return self.value >= self.limit if self.at_least else self.value <= self.limit

    @property
    def target(self) -> str:
        return f"{'≥' if self.at_least else '≤'} {self.limit:g} {self.unit}".rstrip()


def print_table(figures: Iterable[tuple[str, Measured]]) -> None:
    """One table of all figures, each with the name of its benchmark."""
    table = Table("benchmark", "what", "target", "measured", "", "note")
    for name, m in figures:
        verdict = "met" if m.met else "[bold red]missed[/]"
        table.add_row(name, m.what, m.target, f"{m.value:.3g} {m.unit}".rstrip(), verdict, m.note)
    wide_console().print(table)


def wide_console() -> Console:
    """A console that is wide enough for the tables, where it goes to a file too."""
    console = Console()
    console.width = max(console.width, 110)
    return console
