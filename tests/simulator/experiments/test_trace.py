"""The trace of a run: shares and levels by bin, against the results of the same run."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from line_files import BUSY, SLOW_THEN_FAST, line_of, machine

from simulator.experiments.accounts import ACCOUNTS, account
from simulator.experiments.trace import Trace, TraceLog
from simulator.line import Line, LineSpec
from simulator.line.log import MemoryLog
from simulator.line.packml import Cause, State


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


def test_what_lasts_a_column_is_kept_with_its_state_and_cause() -> None:
    trace, _ = traced(line_of(*SLOW_THEN_FAST), 5, 77, 4)
    assert [(s.start, s.end, s.account) for s in trace.stretches["A"]] == [(5, 77, "productive")]
    starved = [s for s in trace.stretches["B"] if s.cause == Cause.STARVED]
    assert [(s.state, s.account) for s in starved] == [(State.SUSPENDED, "starved")] * len(starved)
    assert [(s.start, s.end) for s in trace.stretches["B"]] == [(5, 36), (36, 54), (54, 72)]


@settings(max_examples=25)
@given(st.floats(0, 500), st.floats(1, 2000), st.integers(1, 50), st.integers(0, 99))
def test_kept_stretches_never_overlap_nor_pass_the_time_of_their_account(
    start: float, length: float, bins: int, seed: int
) -> None:
    trace, _ = traced(BUSY, start, start + length, bins, seed)
    for unit, stretches in trace.stretches.items():
        assert all(a.end <= b.start for a, b in pairwise(stretches))
        assert all(s.end - s.start >= length / bins * (1 - 1e-9) for s in stretches)
        for name in ACCOUNTS:
            kept = sum(s.end - s.start for s in stretches if s.account == name)
            assert kept <= sum(trace.shares[unit][name]) * length / bins + 1e-6
