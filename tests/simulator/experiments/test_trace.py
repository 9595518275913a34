"""The trace of a run: shares and levels by bin, against the results of the same run."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from line_files import BUSY, SLOW_THEN_FAST, line_of, machine

from simulator.experiments.accounts import ACCOUNTS, account
from simulator.experiments.trace import Trace, TraceLog
from simulator.line import Line, LineSpec
from simulator.line.log import MemoryLog


def traced(spec: LineSpec, start: float, end: float, bins: int, seed: int = 1) -> tuple[Trace, Line]:
    log = TraceLog(spec, start, end, bins=bins)
    line = Line(spec, seed, log)
    line.run(start)
    line.reset_statistics()
    line.run(end)
    return log.trace(line.now), line


@settings(max_examples=25)
@given(st.floats(0, 500), st.floats(1, 2000), st.integers(1, 50), st.integers(0, 99))
def test_shares_and_levels_add_up_to_the_results_of_the_run(start: float, length: float, bins: int, seed: int) -> None:
    trace, line = traced(BUSY, start, start + length, bins, seed)
    result = line.result()
    for unit in result.units:
        shares = trace.shares[unit.name]
        for column in zip(*shares.values(), strict=True):
            assert sum(column) == pytest.approx(1, abs=1e-6)
        for name in ACCOUNTS:
            seconds = sum(s for key, s in unit.seconds.items() if account(*key) == name)
            assert sum(shares[name]) * length / bins == pytest.approx(seconds, abs=1e-6 * max(length, 1))
    levels = {b.name: b.levels for b in result.buffers} | {"BC": result.unit("BC").levels}
    for level in trace.levels:
        seconds = levels[level.name]
        mean = sum(n * s for n, s in enumerate(seconds)) / length
        assert sum(level.mean) / bins == pytest.approx(mean, abs=1e-6)
        assert min(level.low) >= 0
        assert max(level.high) <= level.capacity
        assert (seconds[max(level.high)], seconds[min(level.low)]) > (0, 0)


def test_a_column_shows_what_happened_in_its_time() -> None:
    trace, _ = traced(line_of(*SLOW_THEN_FAST), 0, 72, 4)
    assert trace.shares["A"]["productive"] == (1, 1, 1, 1)
    assert trace.shares["B"]["starved"] == (1, 1, 0, 1)
    assert trace.shares["B"]["productive"] == (0, 0, 1, 0)


def test_a_line_without_buffers_has_no_levels_and_rows_are_passed_on() -> None:
    spec, memory, alone = line_of(machine("A"), machine("B")), MemoryLog(), MemoryLog()
    log = TraceLog(spec, 0, 10, memory)
    Line(spec, 1, log).run(10)
    Line(spec, 1, alone).run(10)
    assert log.trace(10).levels == ()
    assert memory.rows == alone.rows
