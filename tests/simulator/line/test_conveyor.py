"""Conveyors: transit, spacing, capacity, accumulation, standing belts."""

from __future__ import annotations

from helpers import conveyor, line_of, logged, machine, times

from simulator.line.log import Kind


def test_an_item_travels_length_over_speed() -> None:
    _, rows = logged(line_of(machine("A", 10.0), conveyor("X", length_m=6, speed_m_s=0.5)), 35)
    assert times(rows, 1, Kind.ENTER) == [10, 20, 30]
    assert times(rows, 1, Kind.LEAVE) == [22, 32]


def test_items_enter_one_spacing_apart() -> None:
    _, rows = logged(line_of(machine("A", 0.5), conveyor("X", spacing_m=2, speed_m_s=1)), 9)
    assert times(rows, 1, Kind.ENTER) == [0.5, 2.5, 4.5, 6.5, 8.5]


def test_an_accumulating_belt_closes_up_and_a_rigid_one_stands() -> None:
    slow = machine("Z", 20.0)
    _, closing = logged(line_of(machine("A", 3.0), conveyor("X"), slow), 100)
    line, rigid = logged(line_of(machine("A", 3.0), conveyor("X", accumulating=False), slow), 100)
    assert times(closing, 1, Kind.ENTER)[:5] == [3, 6, 9, 12, 15]
    assert times(rigid, 1, Kind.ENTER)[:3] == [3, 6, 9]
    # item 2 is at the end at 10 and stands there until Z is free at 27; then the belt moves on
    assert times(rigid, 1, Kind.LEAVE)[:3] == [7, 27, 47]
    assert line.result().unit("X").share(5, 2) > 0.5


def test_a_failed_belt_stands_and_later_items_are_late_by_the_repair() -> None:
    fixed = {"distribution": "deterministic", "mean": 5.0}
    failing = conveyor("X", length_m=8, failures=[{"mtbf": fixed, "mttr": fixed, "clock": "time"}])
    # the belt has not moved since item 5 came at 5, so item 6 waits for its distance after the repair at 10
    line, rows = logged(line_of(machine("A", 1.0), failing), 14.9)
    assert times(rows, 1, Kind.ENTER)[:6] == [1, 2, 3, 4, 5, 11]
    assert times(rows, 1, Kind.LEAVE)[:1] == [14]
    assert line.units["X"].failures.count == 1


def test_prefilled_items_are_there_from_the_start() -> None:
    line, rows = logged(line_of(machine("A", 100.0), conveyor("X", prefill=3), machine("Z", 0.1)), 10)
    assert line.result().good == 3
    assert times(rows, 1, Kind.LEAVE) == [0, 1, 2]
