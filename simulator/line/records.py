"""Item records as files: one row per item and unit, in the order in which the units finished with them.

==============  ==================  ===============================================================================
column          type                meaning
==============  ==================  ===============================================================================
item            string              id of the item, ``<line>-<number, nine digits>``
unit            string              unit that worked on it or carried it
start, end      float64             seconds from the start of the run
recipe          int32               number of the recipe
lot             string              electrode lot
quality         int8                1 good, 2 bad (numbers of IPC-HERMES-9852)
grade           string              A good, R reject
energy_wh       float64             the item's share of the unit's energy while it was worked on
process_values  map<string, float>  what was measured; in CSV one JSON object
==============  ==================  ===============================================================================
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from simulator.line.item import ItemRecord

COLUMNS = ("item", "unit", "start", "end", "recipe", "lot", "quality", "grade", "energy_wh", "process_values")
_CHUNK = 16384


class RecordSink(Protocol):
    """Where item records go."""

    write: Callable[[ItemRecord], None]


class RecordLog(RecordSink, Protocol):
    """Item records as a file. ``close`` completes it."""

    def close(self) -> None: ...


def _row(r: ItemRecord) -> tuple[Any, ...]:
    return r.item_id, r.unit, r.start, r.end, r.recipe, r.lot, r.quality, r.grade, r.energy_wh, r.process_values


class CsvRecords:
    """Item records as CSV with a header."""

    def __init__(self, path: str | Path) -> None:
        self._file = Path(path).open("w", newline="", encoding="utf-8")  # noqa: SIM115 - closed by close()
        self._writer = csv.writer(self._file)
        self._writer.writerow(COLUMNS)
        self.write: Callable[[ItemRecord], None] = self._write

    def _write(self, record: ItemRecord) -> None:
        *row, values = _row(record)
        self._writer.writerow([*row, json.dumps(values)])

    def close(self) -> None:
        """Close the file."""
        self._file.close()


class ParquetRecords:
    """Item records as Parquet, written in chunks. Needs ``close()`` for a readable file."""

    def __init__(self, path: str | Path, chunk: int = _CHUNK) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        text, number, values = pa.string(), pa.float64(), pa.map_(pa.string(), pa.float64())
        types = (text, text, number, number, pa.int32(), text, pa.int8(), text, number, values)
        self._pa, self._chunk = pa, chunk
        self._schema = pa.schema(list(zip(COLUMNS, types, strict=True)))
        self._writer: Any = pq.ParquetWriter(str(path), self._schema)
        self._rows: list[tuple[Any, ...]] = []
        self.write: Callable[[ItemRecord], None] = self._write

    def _write(self, record: ItemRecord) -> None:
        *row, values = _row(record)
        self._rows.append((*row, list(values.items())))
        if len(self._rows) >= self._chunk:
            self._flush()

    def _flush(self) -> None:
        columns = list(zip(*self._rows, strict=True))
        arrays = [self._pa.array(c, type=f.type) for c, f in zip(columns, self._schema, strict=True)]
        self._writer.write_table(self._pa.Table.from_arrays(arrays, schema=self._schema))
        self._rows.clear()

    def close(self) -> None:
        """Write what is left and the footer."""
        if self._rows:
            self._flush()
        self._writer.close()


def open_records(path: str | Path) -> RecordLog:
    """The file that a path's ending asks for: ``.csv`` or ``.parquet``. Raises ``ValueError`` for others."""
    match Path(path).suffix.lower():
        case ".csv":
            return CsvRecords(path)
        case ".parquet":
            return ParquetRecords(path)
        case other:
            raise ValueError(f"item records end in .csv or .parquet, not in '{other}'")
