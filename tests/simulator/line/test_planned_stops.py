"""Planned stops (docs/line-semantics.md, section 12), against what can be worked out by hand, in both engines."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

import pytest
from helpers import Tree, buffer, conveyor, line_of, logged, machine, times

from simulator.experiments.compiled import CompiledLine
from simulator.line import CommandRefused, Line, LineSpec
from simulator.line.log import Kind, MemoryLog, Row
from simulator.line.packml import Cause, State

ENGINES = [Line, CompiledLine] if find_spec("numba") else [Line]
BOTH = pytest.mark.parametrize("engine", ENGINES)
H, X, S = int(State.HELD), int(State.EXECUTE), int(State.SUSPENDED)
FAILED, BREAK, MAINTENANCE = int(Cause.EQUIPMENT_FAILURE), int(Cause.BREAK), int(Cause.MAINTENANCE)


def fixed(seconds: float) -> Tree:
    return {"distribution": "deterministic", "mean": seconds}


def stop(begin: float, length: float, **more: Any) -> Tree:
    return {"name": more.pop("name", f"stop at {begin}"), "from": f"{begin} s", "for": length, "every": 100, **more}


def stopping(*units: Tree, stops: list[Tree], **more: Any) -> LineSpec:
    return line_of(*units, calendar={"stops": stops}, **more)


def run(engine: Any, spec: LineSpec, until: float) -> tuple[Any, list[Row]]:
    log = MemoryLog()
    line = engine(spec, 1, log)
    line.run(until)
    return line, log.rows


def states(rows: list[Row], unit: int = 0) -> list[tuple[float, int, int]]:
    """Time, state and cause of each change of a unit's state after the start."""
    return [(t, a // 100, a % 10) for t, u, kind, _, a, _ in rows if (u, kind) == (unit, Kind.STATE) and t > 0]


@BOTH
def test_a_break_costs_its_length_and_the_work_goes_on_where_it_stopped(engine: Any) -> None:
    spec = stopping(machine("A", 3.0), stops=[stop(10, 5)])
    line, rows = run(engine, spec, 300)
    assert times(rows, 0, Kind.END)[:5] == [3, 6, 9, 17, 20]
    assert line.result().good == (300 - 3 * 5) // 3
    assert states(rows)[:2] == [(10, H, BREAK), (15, X, 0)]
    assert line.result().unit("A").seconds[(H, 1, BREAK)] == 15


@BOTH
def test_a_service_that_ends_when_the_break_begins_is_finished(engine: Any) -> None:
    _, rows = run(engine, stopping(machine("A", 5.0), stops=[stop(10, 5)]), 30)
    assert times(rows, 0, Kind.LEAVE) == [5, 10, 20, 25, 30]


@BOTH
def test_the_unit_behind_a_buffer_works_on_while_the_first_one_stops(engine: Any) -> None:
    """B has four items at 10, the last of which leaves at 14; A goes on at 20, and its next leaves B at 22."""
    units = (machine("A", 1.0), buffer("X", 3, prefill=3), machine("B", 1.0, prefill=1))
    line, rows = run(engine, stopping(*units, stops=[stop(10, 10, units=["A"])]), 100)
    assert [t for t in times(rows, 1, Kind.LEAVE) if 10 <= t <= 23] == [10, 11, 12, 13, 14, 22, 23]
    assert line.result().good == 100 - (22 - 14 - 1)


@BOTH
def test_nobody_hands_anything_to_a_unit_that_stops(engine: Any) -> None:
    spec = stopping(machine("A", 1.0), machine("B", 1.0), stops=[stop(10.5, 5, units=["B"])])
    line, rows = run(engine, spec, 100)
    assert not [t for t in times(rows, 1, Kind.ENTER) + times(rows, 1, Kind.LEAVE) if 10.5 < t < 15.5]
    assert (11, S, int(Cause.BLOCKED)) in states(rows)
    assert line.result().good == pytest.approx(100 - 1 - 5, abs=1)


@BOTH
def test_a_belt_that_stops_stands(engine: Any) -> None:
    """An item a second, four seconds on the belt, which stands from 10 to 15: what is on it comes five seconds later."""
    spec = stopping(machine("A", 1.0), conveyor("B"), stops=[stop(10.5, 5, units=["B"])])
    _, rows = run(engine, spec, 30)
    assert times(rows, 1, Kind.LEAVE)[:10] == [5, 6, 7, 8, 9, 10, 16, 17, 18, 19]


@BOTH
def test_a_failure_before_the_break_shows_as_the_break_and_is_repaired_meanwhile(engine: Any) -> None:
    spec = stopping(machine("A", 1.0, failures=[{"mtbf": fixed(8.5), "mttr": fixed(4)}]), stops=[stop(10, 10)])
    _, rows = run(engine, spec, 25)
    assert states(rows) == [(8.5, H, FAILED), (10, H, BREAK), (20, X, 0)]
    assert times(rows, 0, Kind.REPAIR) == [12.5]


@BOTH
def test_a_repair_that_outlasts_the_break_shows_as_the_failure_again(engine: Any) -> None:
    spec = stopping(machine("A", 1.0, failures=[{"mtbf": fixed(8.5), "mttr": fixed(20)}]), stops=[stop(10, 10)])
    line, rows = run(engine, spec, 30)
    assert states(rows) == [(8.5, H, FAILED), (10, H, BREAK), (20, H, FAILED), (28.5, X, 0)]
    assert line.result().unit("A").seconds[(H, 1, FAILED)] == 1.5 + 8.5


@BOTH
def test_a_unit_down_hands_over_again_after_the_break(engine: Any) -> None:
    """A is down from 12.5 on with a finished item, for which B has room at 21."""
    failing = machine("A", 1.0, failures=[{"clock": "time", "mtbf": fixed(12.5), "mttr": fixed(30)}])
    _, plain = run(engine, line_of(failing, machine("B", 10.0)), 30)
    _, rows = run(engine, stopping(failing, machine("B", 10.0), stops=[stop(15, 10, units=["A"])]), 30)
    assert times(plain, 1, Kind.ENTER) == [1, 11, 21]
    assert times(rows, 1, Kind.ENTER) == [1, 11, 25]
    assert states(rows)[-3:] == [(12.5, H, FAILED), (15, H, BREAK), (25, H, FAILED)]


@BOTH
def test_the_clock_of_time_goes_on_in_a_break_and_the_other_does_not(engine: Any) -> None:
    by_time = machine("A", 1.0, failures=[{"clock": "time", "mtbf": fixed(12), "mttr": fixed(2)}])
    by_work = machine("B", 1.0, failures=[{"mtbf": fixed(12.5), "mttr": fixed(2)}])
    _, first = run(engine, stopping(by_time, stops=[stop(10, 10)]), 30)
    _, second = run(engine, stopping(by_work, stops=[stop(10, 10)]), 30)
    assert times(first, 0, Kind.FAIL) == [12, 26]
    assert states(first)[:2] == [(10, H, BREAK), (20, X, 0)]
    assert times(second, 0, Kind.FAIL) == [22.5]


@BOTH
def test_stops_of_different_periods_may_overlap_and_maintenance_goes_before(engine: Any) -> None:
    stops = [stop(10, 10), stop(15, 10, every=200, kind="maintenance"), stop(22, 1, every=1000)]
    line, rows = run(engine, stopping(machine("A", 1.0), stops=stops), 150)
    assert states(rows) == [(10, H, BREAK), (15, H, MAINTENANCE), (25, X, 0), (110, H, BREAK), (120, X, 0)]
    assert line.result().good == 150 - 15 - 10


@BOTH
def test_a_stop_that_follows_another_one_does_not_let_the_unit_go(engine: Any) -> None:
    _, rows = run(engine, stopping(machine("A", 1.0), stops=[stop(10, 5), stop(15, 5, kind="maintenance")]), 30)
    assert states(rows) == [(10, H, BREAK), (15, H, MAINTENANCE), (20, X, 0)]


@BOTH
def test_a_stop_that_began_before_the_start_of_the_run_is_on_at_its_start(engine: Any) -> None:
    line, rows = run(engine, stopping(machine("A", 1.0), stops=[stop(95, 10)]), 110)
    assert states(rows) == [(5, X, 0), (95, H, BREAK), (105, X, 0)]
    assert line.result().good == 90 + 5


@BOTH
def test_a_starved_unit_is_held_too_and_starves_on_afterwards(engine: Any) -> None:
    spec = stopping(machine("A", 50.0), machine("B", 1.0), stops=[stop(10, 10, units=["B"])])
    _, rows = run(engine, spec, 40)
    assert states(rows, 1) == [(10, H, BREAK), (20, X, 0), (20, S, int(Cause.STARVED))]


@BOTH
def test_a_break_that_begins_while_a_unit_suspends_holds_it_when_it_has(engine: Any) -> None:
    """The pack's table knows no Hold in Suspending."""
    starving = machine("B", 1.0, transients={"suspending": 4, "unsuspending": 4})
    spec = stopping(machine("A", 9.0), starving, stops=[stop(3, 10, units=["B"])])
    _, rows = run(engine, spec, 30)
    assert states(rows, 1)[:4] == [(4, S, int(Cause.STARVED)), (4, H, BREAK), (13, X, 0), (14, 13, int(Cause.STARVED))]
    assert times(rows, 1, Kind.ENTER)[0] == 13


@BOTH
def test_transient_states_belong_to_the_stop(engine: Any) -> None:
    spec = stopping(machine("A", 1.0, transients={"holding": 1, "unholding": 2}), stops=[stop(10, 5)])
    _, rows = run(engine, spec, 20)
    assert states(rows) == [(10, 10, BREAK), (11, H, BREAK), (15, 12, BREAK), (17, X, 0)]


@BOTH
def test_a_failure_that_waits_for_its_operator_still_does_after_the_break(engine: Any) -> None:
    """Without ``auto_unhold``, and whether it came before the break or in it."""
    by_work = machine("A", 1.0, auto_unhold=False, failures=[{"mtbf": fixed(8.5), "mttr": fixed(3)}])
    by_time = machine("A", 1.0, auto_unhold=False, failures=[{"clock": "time", "mtbf": fixed(12), "mttr": fixed(3)}])
    for unit in (by_work, by_time):
        _, rows = run(engine, stopping(unit, stops=[stop(10, 10)]), 50)
        assert states(rows)[-2:] == [(10, H, BREAK), (20, H, FAILED)]


def test_unhold_is_refused_in_a_break_and_start_leads_to_held() -> None:
    line = Line(stopping(machine("A", 1.0), stops=[stop(10, 10)]))
    unit = line.units["A"]
    line.run(12)
    with pytest.raises(CommandRefused, match="a planned stop is on"):
        unit.command(5)
    for command in (3, 1, 2):
        unit.command(command)
    assert (unit.state, unit.cause, unit.open) == (H, BREAK, False)
    line.run(20)
    assert (unit.state, unit.cause) == (X, 0)


def test_a_unit_that_is_stopped_when_the_break_comes_stays_so() -> None:
    line = Line(stopping(machine("A", 1.0), stops=[stop(10, 10)]))
    line.run(5)
    line.units["A"].command(3)
    line.run(30)
    assert line.units["A"].state == State.STOPPED


def test_what_safety_demands_outlasts_the_break_until_somebody_recovers_it() -> None:
    safety = [{"id": "S9", "reaction": "hold"}]
    spec = stopping(machine("A", 1.0, safety=safety), stops=[stop(10, 10)])
    line = Line(spec)
    unit = line.units["A"]
    line.run(12)
    unit.trip("S9")
    line.run(30)
    assert (unit.state, unit.cause) == (H, Cause.SAFETY)
    unit.release("S9")
    unit.reset_device("S9")
    unit.command(5)
    assert unit.state == X


def test_an_alarm_that_demands_hold_in_the_break_outlasts_it() -> None:
    line = Line(stopping(machine("A", 1.0, auto_unhold=False), stops=[stop(10, 10)]))
    unit = line.units["A"]
    line.run(12)
    unit.react("hold", Cause.EQUIPMENT_FAILURE)
    line.run(30)
    assert (unit.state, unit.cause) == (H, FAILED)
    unit.command(5)
    assert unit.state == X


def test_the_clock_on_the_wall() -> None:
    stops = [{"name": "lunch", "from": "12:00", "for": "45 min"}, {"name": "night", "from": "22:00", "for": "8 h"}]
    spec = line_of(machine("A", "1 min"), calendar={"starts": "06:00", "stops": stops})
    assert [s.begin / 3600 for s in spec.calendar.stops] == [6, 16]
    line, rows = logged(spec, 2 * 86400)
    assert [t / 3600 for t, _, _ in states(rows)] == [6, 6.75, 16, 24, 30, 30.75, 40, 48]
    assert line.result().good == 2 * (16 * 60 - 45)
