"""The typed event log.

One row per event: ``(t, unit, kind, item, a, b)``

======  =======  =========================================================================================
column  type     meaning
======  =======  =========================================================================================
t       float64  seconds from the start of the run
unit    int16    index of the unit in ``Line.units``; -1 is the line itself
kind    int8     ``Kind``
item    int64    number of the item, 0 if none (``id`` is ``<line>-<number, nine digits>``)
a       int64    STATE: state*100 + mode*10 + cause; FAIL, REPAIR: failure mode; ALARM: number, negative
                 when it goes; COMMAND: number; SAFETY: index of the function; LEAVE: quality; others 0
b       float64  START: duration in s; REPAIR: its length in s; SAFETY: 0 ok, 1 tripped, 2 latched; others 0
======  =======  =========================================================================================

Rows are in the order of processing, and all their numbers are plain ones: a tuple of such costs the garbage collector
nothing, one with an enumeration's member in it is looked at again and again. Sinks: ``None`` (costs nothing), ``MemoryLog``, ``CsvLog``,
``ParquetLog``.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from enum import IntEnum
from itertools import chain
from pathlib import Path
from typing import Any, Protocol

from simulator.line.packml import Cause, Mode

Row = tuple[float, int, int, int, int, float]
COLUMNS = ("t", "unit", "kind", "item", "a", "b")
SUFFIXES = (".csv", ".parquet")
_CHUNK = 2048  # rows kept as Python objects at once, few enough for the processor's cache
_GROUP = 64  # chunks in a row group of a Parquet file


class Kind(IntEnum):
    ENTER = 1  # an item enters a unit
    START = 2  # a service starts (first item of the tray)
    END = 3  # a service ends; on a conveyor: the item reached the end
    LEAVE = 4  # an item leaves a unit through its outfeed
    SCRAP = 5  # an item leaves the line into the bin
    STATE = 6
    FAIL = 7
    REPAIR = 8
    ALARM = 9
    COMMAND = 10
    SAFETY = 11


assert max(*Mode, *Cause) < 10, "a STATE row has one decimal digit for the mode and one for the cause"


def state_code(state: int, mode: int, cause: int) -> int:
    """The column ``a`` of a STATE row."""
    return state * 100 + mode * 10 + cause


def state_of(code: int) -> tuple[int, int, int]:
    """State, mode and cause in the column ``a`` of a STATE row."""
    return code // 100, code // 10 % 10, code % 10


class EventLog(Protocol):
    """Where rows go. ``write`` must be cheap; ``close`` completes files."""

    write: Callable[[Row], None]

    def close(self) -> None: ...


class MemoryLog:
    """Keeps every row in ``rows``."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.write: Callable[[Row], None] = self.rows.append

    def close(self) -> None:
        """Nothing to complete."""


class CsvLog:
    """Writes rows as CSV with a header; times with 17 significant digits, so that they read back the same."""

    def __init__(self, path: str | Path) -> None:
        self._file = Path(path).open("w", newline="", encoding="utf-8")  # noqa: SIM115 - closed by close()
        writer = csv.writer(self._file)
        writer.writerow(COLUMNS)
        self.write: Callable[[Row], None] = writer.writerow

    def close(self) -> None:
        """Close the file."""
        self._file.close()


class ParquetLog:
    """Writes rows as Parquet in chunks, in constant memory. Needs ``close()`` for a readable file."""

    def __init__(self, path: str | Path, chunk: int = _CHUNK) -> None:
        import numpy as np
        import pyarrow as pa
        import pyarrow.parquet as pq

        types = (pa.float64(), pa.int16(), pa.int8(), pa.int64(), pa.int64(), pa.float64())
        self._np, self._pa, self._chunk = np, pa, chunk
        self._schema = pa.schema(list(zip(COLUMNS, types, strict=True)))
        self._writer: Any = pq.ParquetWriter(
            str(path), self._schema, compression="zstd", use_dictionary=["unit", "kind", "a"],
            column_encoding={"t": "BYTE_STREAM_SPLIT", "b": "BYTE_STREAM_SPLIT", "item": "DELTA_BINARY_PACKED"},
        )  # fmt: skip
        self._rows: list[Row] = []
        self._blocks: list[Any] = []
        self.write: Callable[[Row], None] = self._write

    def _write(self, row: Row) -> None:
        self._rows.append(row)
        if len(self._rows) >= self._chunk:
            self._flush()

    def _flush(self) -> None:
        """All numbers pass through float64, which holds integers up to 2**53; that is four times as fast as by column."""
        np, rows = self._np, self._rows
        flat = np.fromiter(chain.from_iterable(rows), np.float64, len(rows) * len(COLUMNS))
        self._blocks.append(flat.reshape(len(rows), len(COLUMNS)))
        rows.clear()
        if len(self._blocks) >= _GROUP:
            self._write_group()

    def _write_group(self) -> None:
        columns = self._np.concatenate(self._blocks).T
        self._blocks.clear()
        arrays = [
            self._pa.array(c.astype(f.type.to_pandas_dtype())) for c, f in zip(columns, self._schema, strict=True)
        ]
        self._writer.write_table(self._pa.Table.from_arrays(arrays, schema=self._schema))

    def close(self) -> None:
        """Write what is left and the footer."""
        if self._rows:
            self._flush()
        if self._blocks:
            self._write_group()
        self._writer.close()


class Tee:
    """Passes every row on to several logs."""

    def __init__(self, *logs: EventLog) -> None:
        self._logs = logs
        self.write: Callable[[Row], None] = self._write

    def _write(self, row: Row) -> None:
        for log in self._logs:
            log.write(row)

    def close(self) -> None:
        """Complete all of them."""
        for log in self._logs:
            log.close()


def open_log(path: str | Path) -> CsvLog | ParquetLog:
    """The log that a path's ending asks for: ``.csv`` or ``.parquet``. Raises ``ValueError`` for others."""
    match Path(path).suffix.lower():
        case ".csv":
            return CsvLog(path)
        case ".parquet":
            return ParquetLog(path)
        case other:
            raise ValueError(f"an event log ends in .csv or .parquet, not in '{other}'")
