"""Items and their records."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulator.line.quality import QualityHold

GOOD, BAD = 1, 2  # quality as IPC-HERMES-9852 numbers it (0 = any)
CELL = 1  # kind of an item that nobody has named otherwise


@dataclass(frozen=True)
class ItemRecord:
    """What one unit did to one item. Times in s from the start of the run, energy in Wh.

    ``recipe`` is the one under which the service began; ``alarm`` the first one raised meanwhile (0: none). ``tray``
    counts the trays of the unit, ``position`` the places of a tray, ``channel`` the places of the unit, all from 1;
    0 where there are none (conveyors).
    """

    item_id: str
    unit: str
    start: float
    end: float
    recipe: int
    lot: str
    process_values: dict[str, float] = field(default_factory=dict)
    energy_wh: float = 0.0
    grade: str = "A"
    quality: int = GOOD
    kind: int = CELL
    alarm: int = 0
    tray: int = 0
    position: int = 0
    channel: int = 0


class Item:
    """A cell on its way. ``id`` is ``<line>-000000123``.

    Ids of items from elsewhere are kept as they came.
    """

    __slots__ = (
        "born", "condemned", "foreign_id", "hold", "kind", "line", "number", "place", "quality", "recipe", "records",
    )  # fmt: skip

    def __init__(self, line: str, number: int, recipe: int) -> None:
        self.line, self.number, self.recipe = line, number, recipe
        self.born = -1.0  # time of entering the line; -1: was there before the run
        self.kind = 0
        self.place = 0  # in the tray that it is in, from 1
        self.quality = GOOD
        self.condemned = inf  # when it is known to be bad, by a quality hold
        self.hold: QualityHold | None = None  # that one
        self.foreign_id = ""
        self.records: list[ItemRecord] | None = None

    @property
    def id(self) -> str:
        return self.foreign_id or f"{self.line}-{self.number:09d}"

    def __repr__(self) -> str:
        return f"Item({self.id})"
