"""The documented schema is the one that is written."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from simulator.line import log, records
from simulator.line.log import Kind

DOCUMENT = Path(__file__).parents[3] / "docs" / "event-log.md"
pytestmark = pytest.mark.skipif(not DOCUMENT.exists(), reason="documents are not part of the wheel")


def section(name: str) -> list[list[str]]:
    """Cells of the tables of a section, without heads."""
    text = DOCUMENT.read_text(encoding="utf-8").partition(f"\n## {name}\n")[2].partition("\n## ")[0]
    rows = [[c.strip() for c in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("|")]
    return [
        row for row in rows if (not set(row[0]) <= set("- ") and row[0] not in ("column", "`kind`")) or row[1] == "int8"
    ]


def test_columns_of_the_event_log_are_documented_in_order() -> None:
    names = [row[0].strip("`") for row in section("Event log") if row[0].startswith("`")]
    assert tuple(names) == log.COLUMNS


def test_every_kind_of_event_is_documented() -> None:
    numbers = [int(row[0]) for row in section("Event log") if row[0].isdigit()]
    assert numbers == [int(kind) for kind in Kind]


def test_columns_of_item_records_are_documented() -> None:
    names = [n for row in section("Item records") for n in re.findall(r"`(\w+)`", row[0])]
    assert sorted(names) == sorted(records.COLUMNS)
