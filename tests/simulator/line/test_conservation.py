"""Nothing is lost and nothing appears, whatever happens to the units."""

from __future__ import annotations

import contextlib
from typing import Any

from helpers import assert_conserved, buffer, conveyor, exponential, line_of, machine
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.line import CommandRefused, Line
from simulator.line.log import MemoryLog

FAILURES = [{"mtbf": 20, "mttr": 5}, {"clock": "time", "mtbf": 30, "mttr": 4}]


def mixed_line(accumulating: bool, transfer_s: float, transient: float) -> Any:
    common = {
        "transfer_s": transfer_s,
        "failures": FAILURES,
        "transients": {"aborting": transient, "holding": transient},
    }
    suspending = {"transients": {"suspending": transient, "unsuspending": transient, "unholding": transient}}
    return line_of(
        machine("A", exponential(1), scrap=0.1, slots=3, **common),
        conveyor("AB", accumulating=accumulating, prefill=2, **common),
        machine("B", exponential(0.7), scrap=0.1, scrap_to="downstream", **(common | {"transfer_s": 0}), prefill=1),
        buffer("X", 2, prefill=1),
        machine("C", 4.0, slots=8, tray=4, flush_s=20, prefill=4, **(common | suspending)),
        conveyor("CD", length_m=2, **common),
        machine("D", exponential(0.5), scrap=0.05, **common),
    )


UNITS = ("A", "AB", "B", "C", "CD", "D")
ACTIONS = st.one_of(
    st.tuples(st.just("command"), st.integers(1, 10)),
    st.tuples(st.sampled_from(["trip", "release", "reset_device"]), st.sampled_from(["S1", "S2", "S3"])),
    st.tuples(st.just("set_speed"), st.floats(0.1, 1.5)),
    st.tuples(st.just("set_mode"), st.integers(0, 4)),
)
STEPS = st.lists(st.tuples(st.floats(0, 9), st.sampled_from(UNITS), ACTIONS), max_size=40)


@settings(max_examples=120)
@given(st.booleans(), st.sampled_from([0.0, 0.3]), st.sampled_from([0.0, 0.5]), STEPS, st.integers(0, 99))
def test_entered_is_good_plus_scrap_plus_wip_under_failures_stops_aborts_and_commands(
    accumulating: bool, transfer_s: float, transient: float, steps: Any, seed: int
) -> None:
    line = Line(mixed_line(accumulating, transfer_s, transient), seed, live=seed % 2 == 0)
    for pause, name, (action, argument) in steps:
        line.run(line.now + pause)
        assert_conserved(line)
        with contextlib.suppress(CommandRefused):
            getattr(line.units[name], action)(argument)
        assert_conserved(line)
    line.run(line.now + 30)
    assert_conserved(line)
    for unit in line.units.values():
        assert abs(sum(unit.seconds().values()) - line.now) < 1e-6


@settings(max_examples=40)
@given(st.booleans(), st.sampled_from([0.0, 0.3]), st.lists(st.floats(0, 60), max_size=8), st.integers(0, 99))
def test_running_in_pieces_gives_the_same_log_as_running_at_once(
    accumulating: bool, transfer_s: float, stops: list[float], seed: int
) -> None:
    spec = mixed_line(accumulating, transfer_s, 0.2)
    at_once, in_pieces = MemoryLog(), MemoryLog()
    Line(spec, seed, at_once).run(60)
    line = Line(spec, seed, in_pieces, live=True)
    for stop in sorted(stops):
        line.step_to(stop)
    line.run(60)
    assert at_once.rows == in_pieces.rows


@settings(max_examples=40)
@given(STEPS, st.integers(0, 99))
def test_a_refused_command_changes_nothing(steps: Any, seed: int) -> None:
    line = Line(mixed_line(True, 0.0, 0.0), seed)
    for pause, name, (action, argument) in steps:
        line.run(line.now + pause)
        unit = line.units[name]
        before = _shown(unit)
        try:
            getattr(unit, action)(argument)
        except CommandRefused:
            assert _shown(unit) == before


def _shown(unit: Any) -> Any:
    status = dict(unit.safety.status)
    return (
        unit.state,
        unit.mode,
        unit.cause,
        unit.speed,
        unit.recipe,
        unit.counters,
        status,
        unit.alarms.active,
    )
