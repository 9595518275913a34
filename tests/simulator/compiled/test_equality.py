"""The compiled engine and the SimPy model tell the same story, bit for bit, over lines at random."""

from __future__ import annotations

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st
from strategies import lines, table_for

from simulator.experiments.compiled import CompiledLine
from simulator.line import Line, LineSpec
from simulator.line.log import Kind, MemoryLog
from simulator.line.packml import Cause

CASES = (lines(), st.integers(0, 10_000), st.sampled_from([20.0, 100.0, 400.0]), st.booleans())


@settings(max_examples=300, deadline=None)
@given(*CASES)
def test_every_row_of_the_log_and_the_result_are_equal(spec: LineSpec, seed: int, until: float, more: bool) -> None:
    compare_engines(spec, seed, until, more)


@pytest.mark.wide
@pytest.mark.timeout(3600)
@settings(max_examples=20_000, deadline=None)
@given(*CASES)
def test_they_are_equal_for_lines_by_the_thousand(spec: LineSpec, seed: int, until: float, more: bool) -> None:
    compare_engines(spec, seed, until, more)


def compare_engines(spec: LineSpec, seed: int, until: float, more: bool) -> None:
    """Run both; ``more``: with a state table that knows Hold in more states."""
    expected, got = MemoryLog(), MemoryLog()
    table = table_for(spec, more)
    model, compiled = (
        Line(spec, seed, expected, transitions=table),
        CompiledLine(spec, seed, got, transitions=table),
    )
    model.run(until)
    compiled.run(until)
    kinds = {row[2] for row in expected.rows}
    event("fails" if Kind.FAIL in kinds else "never fails")
    alone = any(row[2] == Kind.FAIL and row[3] for row in expected.rows)
    event("places fail" if alone else "no place fails")
    event("scraps" if Kind.SCRAP in kinds else "no scrap")
    causes = {row[4] % 10 for row in expected.rows if row[2] == Kind.STATE}
    event("stops" if causes & {Cause.BREAK, Cause.MAINTENANCE} else "never stops")
    event("waits for operators" if Cause.WAITING in causes else "waits for nobody")
    result = model.result()
    belts = any(unit.kind == "conveyor" for unit in result.units)
    set_up = any(unit.setup_s for unit in result.units)
    event("changeovers" + (" and belts" if belts else "") if set_up else "no changeover")
    event("departures" if result.good else "nothing leaves")
    for row, (want, have) in enumerate(zip(expected.rows, got.rows, strict=False)):
        assert have == want, f"row {row}"
    assert len(got.rows) == len(expected.rows)
    assert compiled.result() == result


@settings(max_examples=60, deadline=None)
@given(lines(), st.integers(0, 10_000), st.lists(st.floats(0, 100), max_size=5))
def test_pieces_and_a_reset_of_the_statistics_change_nothing(spec: LineSpec, seed: int, stops: list[float]) -> None:
    table = table_for(spec, more=False)
    model = Line(spec, seed, bucket_s=7.3, transitions=table)
    compiled = CompiledLine(spec, seed, bucket_s=7.3, transitions=table)
    for stop in sorted(stops):
        if stop > 0:  # the units start at once, not with the first run
            model.run(stop)
            compiled.run(stop)
        model.reset_statistics()
        compiled.reset_statistics()
    model.run(150)
    compiled.run(150)
    assert compiled.result() == model.result()


def test_running_back_is_refused() -> None:
    line = CompiledLine(LineSpec.model_validate({"units": [{"name": "A", "process_time": 1}]}))
    line.run(10)
    with pytest.raises(ValueError, match="can not run back"):
        line.run(9)
