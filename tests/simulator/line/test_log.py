"""Event logs: the same rows in every sink, the same log for the same seed."""

from __future__ import annotations

import csv
from itertools import product
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from helpers import exponential, line_of, logged, machine

from simulator.line import Line
from simulator.line.log import COLUMNS, ParquetLog, open_log, state_code, state_of
from simulator.line.packml import Cause, Mode, State

SPEC = line_of(machine("A", exponential(1), failures=[{"mtbf": 9, "mttr": 2}]), machine("B", exponential(1)))


def test_the_same_seed_gives_the_same_log_and_another_seed_another() -> None:
    assert logged(SPEC, 100, 3)[1] == logged(SPEC, 100, 3)[1]
    assert logged(SPEC, 100, 3)[1] != logged(SPEC, 100, 4)[1]


def test_parquet_and_csv_hold_the_rows_of_the_memory_log(tmp_path: Path) -> None:
    _, rows = logged(SPEC, 200)
    for log in (ParquetLog(tmp_path / "a.parquet", chunk=100), open_log(tmp_path / "a.csv")):
        line = Line(SPEC, 1, log)
        line.run(200)
        line.close()
    table = pq.read_table(tmp_path / "a.parquet")
    assert table.column_names == list(COLUMNS)
    assert list(zip(*(c.to_pylist() for c in table.columns), strict=True)) == [tuple(r) for r in rows]
    with (tmp_path / "a.csv").open(newline="") as file:
        read = list(csv.reader(file))[1:]
    assert [float(r[0]) for r in read] == [r[0] for r in rows]
    assert [[int(x) for x in r[1:5]] for r in read] == [[int(x) for x in r[1:5]] for r in rows]


def test_other_endings_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"\.parquet"):
        open_log(tmp_path / "log.xlsx")


def test_state_mode_and_cause_read_back_as_they_were_written() -> None:
    written = list(product(State, Mode, Cause))
    assert [state_of(state_code(*each)) for each in written] == written
