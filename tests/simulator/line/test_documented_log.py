"""The documented schema is the one that is written."""

from __future__ import annotations

import re
from pathlib import Path

import pyarrow.parquet as pq
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


def test_types_of_the_event_log_are_those_of_the_file(tmp_path: Path) -> None:
    log.open_log(tmp_path / "a.parquet").close()
    told = {row[0].strip("`"): row[1] for row in section("Event log") if row[0].startswith("`")}
    assert told == written(tmp_path / "a.parquet")


def written(path: Path) -> dict[str, str]:
    """The columns of a Parquet file with their types, in the words of the document."""
    words = {"double": "float64", "map<string, double": "map of string to float64"}
    types = {field.name: str(field.type).partition(" (")[0].removesuffix(">") for field in pq.read_schema(path)}
    return {name: words.get(of, of) for name, of in types.items()}


def test_every_kind_of_event_is_documented() -> None:
    numbers = [int(row[0]) for row in section("Event log") if row[0].isdigit()]
    assert numbers == [int(kind) for kind in Kind]


def test_columns_of_item_records_are_documented() -> None:
    names = [n for row in section("Item records") for n in re.findall(r"`(\w+)`", row[0])]
    assert sorted(names) == sorted(records.COLUMNS)


def test_types_of_item_records_are_those_of_the_file(tmp_path: Path) -> None:
    records.open_records(tmp_path / "a.parquet").close()
    told = {name: row[1] for row in section("Item records") for name in re.findall(r"`(\w+)`", row[0])}
    found = written(tmp_path / "a.parquet")
    assert {name: of.partition("; ")[0] for name, of in told.items()} == found
