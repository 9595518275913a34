"""A failure at a given time (docs/line-semantics.md, 4.6)."""

from __future__ import annotations

from typing import Any

import pytest
from helpers import line_of, logged, machine
from pydantic import ValidationError

from simulator.experiments.compiled import why_not
from simulator.line.log import Kind, Row


def fixed(seconds: float) -> dict[str, Any]:
    return {"distribution": "deterministic", "mean": seconds}


def failures(rows: list[Row]) -> list[tuple[float, int, int, float]]:
    """Time, kind, mode and length of failures and repairs."""
    return [(t, kind, mode, length) for t, _, kind, _, mode, length in rows if kind in (Kind.FAIL, Kind.REPAIR)]


def test_it_comes_once_at_its_time_and_lasts_as_long_as_it_says() -> None:
    _, rows = logged(line_of(machine("A", 1.0, failures=[{"at": 5, "mttr": fixed(3)}])), 100)
    assert failures(rows) == [(5, Kind.FAIL, 0, 0), (8, Kind.REPAIR, 0, 3)]


def test_a_repair_that_is_under_way_holds_it_up_but_not_its_end() -> None:
    modes = [{"mtbf": fixed(4), "mttr": fixed(3)}, {"at": 5, "mttr": fixed(6)}]
    _, rows = logged(line_of(machine("A", 1.0, failures=modes)), 12)
    assert failures(rows) == [
        (4, Kind.FAIL, 0, 0),
        (7, Kind.REPAIR, 0, 3),
        (7, Kind.FAIL, 1, 0),
        (11, Kind.REPAIR, 1, 4),
    ]


def test_it_does_not_come_if_a_repair_outlasts_it_and_the_other_clocks_go_on() -> None:
    modes = [
        {"mtbf": fixed(4), "mttr": fixed(3)},
        {"at": 5, "mttr": fixed(1)},
        {"clock": "time", "mtbf": fixed(18), "mttr": 1},
    ]
    line, rows = logged(line_of(machine("A", 1.0, failures=modes)), 30.5)
    assert [mode for _, kind, mode, _ in failures(rows) if kind == Kind.FAIL] == [0, 0, 0, 0, 2]
    assert line.result().units[0].failures == 5


def test_all_other_random_numbers_stay_as_they_are() -> None:
    modes = [{"mtbf": 60, "mttr": 10}]
    spec = line_of(machine("A", 1.0, failures=modes), machine("B", 1.0, failures=modes))
    once = line_of(
        machine("A", 1.0, failures=[*modes, {"at": 500, "mttr": fixed(50)}]), machine("B", 1.0, failures=modes)
    )
    (_, plain), (_, stopped) = logged(spec, 1000), logged(once, 1000)
    assert [r for r in plain if r[0] < 500] == [r for r in stopped if r[0] < 500]
    lengths = [
        [r[3] for r in failures([x for x in rows if x[1] == 1]) if r[1] == Kind.REPAIR] for rows in (plain, stopped)
    ]
    assert lengths[1] == lengths[0][: len(lengths[1])]


@pytest.mark.parametrize("more", [{"mtbf": 9}, {"clock": "operation"}])
def test_it_has_no_other_clock(more: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="neither mtbf nor the clock of operation"):
        line_of(machine("A", failures=[{"at": 5, "mttr": 3, **more}]))


def test_the_compiled_engine_leaves_it_to_the_simpy_model() -> None:
    assert "A.failures.failure.at" in str(why_not(line_of(machine("A", failures=[{"at": 5, "mttr": 3}]))))
