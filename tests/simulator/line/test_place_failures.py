"""Failures of single places of a machine (docs/line-semantics.md, 4.7)."""

from __future__ import annotations

from typing import Any

import pytest
from helpers import line_of, logged, machine
from pydantic import ValidationError

from simulator.experiments.compiled import CompiledLine
from simulator.line import Line, LineSpec
from simulator.line.log import Kind, Row
from simulator.line.packml import State


def fixed(seconds: float) -> dict[str, Any]:
    return {"distribution": "deterministic", "mean": seconds}


def of_a_place(mtbf: float, mttr: float, **more: Any) -> dict[str, Any]:
    return {"scope": "place", "mtbf": fixed(mtbf), "mttr": fixed(mttr)} | more


def stops(rows: list[Row]) -> list[tuple[float, int, int, int, float]]:
    """Time, kind, item, mode and length of failures and repairs."""
    return [(t, kind, item, mode, b) for t, _, kind, item, mode, b in rows if kind in (Kind.FAIL, Kind.REPAIR)]


def departures(rows: list[Row]) -> list[tuple[float, int]]:
    return [(t, item) for t, _, kind, item, *_ in rows if kind == Kind.LEAVE]


def states(rows: list[Row]) -> list[tuple[float, int]]:
    return [(t, a // 100) for t, _, kind, _, a, _ in rows if kind == Kind.STATE]


def test_a_place_stops_with_its_item_and_the_others_work_on() -> None:
    spec = line_of(machine("A", 2.0, slots=2, failures=[of_a_place(5, 4)]), source={"interval": 1.0})
    line, rows = logged(spec, 13)
    # Items 1, 3, 5 are at the first place, 2, 4, 6 at the second; each place fails after 5 s of work, in its third item.
    assert stops(rows)[:3] == [(6, Kind.FAIL, 5, 0, 0), (7, Kind.FAIL, 6, 0, 0), (10, Kind.REPAIR, 5, 0, 4)]
    assert departures(rows)[:6] == [(3, 1), (4, 2), (5, 3), (6, 4), (11, 5), (12, 6)]
    assert states(rows)[-1][1] == State.EXECUTE
    unit = line.result().unit("A")
    assert (unit.failures, unit.places_down_s) == (2, 8)


def test_a_unit_whose_every_place_is_under_repair_is_still_at_work() -> None:
    line, rows = logged(line_of(machine("A", 2.0, failures=[of_a_place(5, 4)])), 9)
    assert stops(rows) == [(5, Kind.FAIL, 3, 0, 0), (9, Kind.REPAIR, 3, 0, 4)]
    assert line.result().unit("A").share(State.EXECUTE) == 1
    assert not [row for row in rows if row[2] == Kind.ALARM]


def test_modes_of_a_place_age_together_and_the_lower_one_comes_first() -> None:
    modes = [of_a_place(6, 1, name="late"), of_a_place(4, 2, name="soon"), of_a_place(4, 3, name="also soon")]
    _, rows = logged(line_of(machine("A", 10.0, failures=modes)), 11)
    assert [(t, kind, mode) for t, kind, _, mode, _ in stops(rows)] == [
        (4, Kind.FAIL, 1),
        (6, Kind.REPAIR, 1),
        (6, Kind.FAIL, 2),
        (9, Kind.REPAIR, 2),
        (11, Kind.FAIL, 0),
    ]


def test_a_repair_goes_on_while_the_whole_unit_is_down_and_the_work_waits_for_the_unit() -> None:
    modes = [of_a_place(3, 2), {"name": "all", "clock": "time", "mtbf": fixed(4), "mttr": fixed(10)}]
    _, rows = logged(line_of(machine("A", 10.0, slots=2, failures=modes)), 21)
    # Both places fail at 3 s, the unit at 4 s; the places are repaired at 5 s and work on from 14 s; they fail again at 17 s.
    assert [(t, kind, mode) for t, kind, _, mode, _ in stops(rows)] == [
        (3, Kind.FAIL, 0),
        (3, Kind.FAIL, 0),
        (4, Kind.FAIL, 1),
        (5, Kind.REPAIR, 0),
        (5, Kind.REPAIR, 0),
        (14, Kind.REPAIR, 1),
        (17, Kind.FAIL, 0),
        (17, Kind.FAIL, 0),
        (18, Kind.FAIL, 1),
        (19, Kind.REPAIR, 0),
        (19, Kind.REPAIR, 0),
    ]


def test_a_place_and_its_unit_age_by_the_same_work() -> None:
    """One server: the unit's own age counts the work too, and stands still while the place is under repair."""
    modes = [of_a_place(3, 2), {"name": "all", "mtbf": fixed(4), "mttr": fixed(1)}]
    _, rows = logged(line_of(machine("A", 100.0, failures=modes)), 12)
    assert [(t, kind, mode) for t, kind, _, mode, _ in stops(rows)] == [
        (3, Kind.FAIL, 0),
        (5, Kind.REPAIR, 0),
        (6, Kind.FAIL, 1),
        (7, Kind.REPAIR, 1),
        (9, Kind.FAIL, 0),
        (11, Kind.REPAIR, 0),
    ]


def test_a_stop_of_the_unit_lets_the_repair_of_a_place_go_on() -> None:
    calendar = {"stops": [{"name": "break", "from": "4 s", "for": "6 s", "every": "100 s"}]}
    spec = line_of(machine("A", 10.0, failures=[of_a_place(3, 3)]), calendar=calendar)
    _, rows = logged(spec, 30)
    # 3 s of work; repaired at 6 s within the break; goes on at 10 s, fails after 3 s of work more, and so on.
    assert [t for t, *_ in stops(rows)] == [3, 6, 13, 16, 19, 22, 25, 28]
    assert departures(rows) == [(23, 1)]


@pytest.mark.parametrize("engine", [Line, CompiledLine])
def test_what_places_lose_is_counted_while_the_unit_works(engine: Any) -> None:
    """Not in a stop, nor under a repair of the whole unit: nothing is made then anyway."""
    calendar = {"stops": [{"name": "break", "from": "4 s", "for": "6 s", "every": "100 s"}]}
    modes = [of_a_place(3, 4), {"name": "all", "clock": "time", "mtbf": fixed(12), "mttr": fixed(10)}]
    line = engine(line_of(machine("A", 10.0, slots=2, failures=modes), calendar=calendar))
    down = []
    for until in (3, 3.5, 4, 7, 11, 12, 20, 23, 24):
        line.run(until)
        down.append(line.result().unit("A").places_down_s)
    # Both places fail at 3 s and are repaired at 7 s, in the break; they work from 10 s on. The unit fails at 12 s, and works from 22 s on; the
    # places fail after a second of it.
    assert down == [0, 1, 2, 2, 2, 2, 2, 2, 4]
    line.reset_statistics()
    line.run(25)
    assert line.result().unit("A").places_down_s == 2


@pytest.mark.parametrize("slots", [1, 7])
@pytest.mark.parametrize("engine", [Line, CompiledLine])
def test_a_machine_that_is_never_starved_loses_what_its_places_lose(engine: Any, slots: int) -> None:
    """Each place works and is repaired by turns: MTBF / (MTBF + MTTR) of its time it works."""
    modes = [{"scope": "place", "mtbf": 60, "mttr": 20}]
    line = engine(line_of(machine("A", 2.0, slots=slots, failures=modes)), 5)
    line.run(400_000)
    result = line.result()
    assert result.good / 400_000 == pytest.approx(slots / 2 * 0.75, rel=0.02)
    unit = result.unit("A")
    assert unit.places_down_s / unit.failures == pytest.approx(20, rel=0.05)


@pytest.mark.parametrize(
    ("failure", "said"),
    [
        ({"clock": "time"}, "a place ages by its work"),
        ({"at": 5}, "a place ages by its work"),
        ({"needs_operator": True}, "operators are called to whole units"),
    ],
)
def test_what_only_a_whole_unit_can_have_is_refused(failure: dict[str, Any], said: str) -> None:
    mode = {"scope": "place", "mttr": 1} | ({} if "at" in failure else {"mtbf": 60}) | failure
    with pytest.raises(ValidationError, match=said):
        line_of(machine("A", 1.0, failures=[mode]), operators={"response": 5})


def test_a_conveyor_has_no_places_that_fail() -> None:
    belt = {"kind": "conveyor", "name": "X", "length_m": 1, "speed_m_s": 1, "spacing_m": 1}
    with pytest.raises(ValidationError, match="a conveyor has no places"):
        line_of(belt | {"failures": [{"scope": "place", "mtbf": 5, "mttr": 1}]})


def test_operators_are_not_called_to_a_place() -> None:
    spec: LineSpec = line_of(machine("A", 10.0, failures=[of_a_place(3, 1)]), operators={"count": 1, "response": 60})
    _, rows = logged(spec, 10)
    assert [t for t, *_ in stops(rows)][:2] == [3, 4]
