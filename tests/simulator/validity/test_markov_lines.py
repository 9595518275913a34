"""Lines of exponential times, with slots, trays, scrap and failures, against the exact solution of their Markov chains."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from estimates import SHARE, Engine, batches, interval
from exact_lines import CASES
from markov_lines import ACCOUNTS, Exact, Station, line_file, solve

from simulator.experiments.compiled import CompiledLine
from simulator.line import Line, LineSpec, RunResult
from simulator.line.packml import Cause, State

ENGINES = [CompiledLine, pytest.param(Line, marks=[pytest.mark.wide, pytest.mark.timeout(3600)])]
BATCHES, BATCH = 40, 20_000.0
CONFIDENCE = 0.9999  # of each of some 400 figures
WIDEST = 0.02
FAILS: dict[str, Any] = {"fails": 0.02, "repaired": 0.1}

LINES: dict[str, tuple[Station, ...]] = {
    "four stations, buffers of one": (Station(1, places=1),) * 3 + (Station(1),),
    "three unequal stations, unequal buffers": (Station(1.3, places=3), Station(1, places=0), Station(1.1)),
    "five stations without buffers": (Station(1),) * 5,
    "two slots, two slots": (Station(0.5, servers=2, places=1), Station(0.5, servers=2)),
    "slots before and behind a single one": (Station(0.4, servers=3), Station(1, places=2), Station(0.6, servers=2)),
    "six slots without buffers": (Station(1), Station(1 / 6, servers=6), Station(1)),
    "a tray of three": (Station(1, places=2), Station(0.4, tray=3, places=2), Station(1.2)),
    "a tray of three without buffers": (Station(1), Station(0.4, tray=3), Station(1.2)),
    "two trays of two at once": (Station(1, places=1), Station(0.3, servers=2, tray=2, places=1), Station(1)),
    "scrap": (Station(1, places=2, scrap=0.1), Station(0.9, places=1, scrap=0.05), Station(0.9, scrap=0.2)),
    "scrap from trays": (Station(1), Station(0.5, servers=2, tray=2, scrap=0.3), Station(0.8)),
    "three failing while they work": (Station(1, places=3, **FAILS), Station(1.1, places=3, **FAILS), Station(1, **FAILS)),
    "three failing at any time": tuple(Station(1, places=3, timed=True, **FAILS) for _ in range(3)),
    "both clocks in one line": (Station(1, places=2, **FAILS), Station(1, timed=True, **FAILS), Station(1, **FAILS)),
    "closed while down": tuple(Station(1, timed=True, stays_open=False, **FAILS) for _ in range(3)),
    "slots failing together while they work": (Station(1, places=2), Station(0.5, 2, places=2, **FAILS), Station(1)),
    "slots failing together at any time": (Station(1, places=2), Station(0.4, 3, timed=True, **FAILS), Station(1)),
    "slots failing each by itself": (Station(1, places=2), Station(0.5, 2, places=2, alone=True, **FAILS), Station(1)),
    "four slots failing each by itself": (Station(1), Station(0.3, 4, places=1, alone=True, **FAILS), Station(1, **FAILS)),
    "trays failing each by itself": (Station(1, places=1), Station(0.3, 2, 2, scrap=0.1, alone=True, **FAILS), Station(1)),
    "failing trays and scrap": (Station(1, places=1, scrap=0.1), Station(0.3, 2, 2, scrap=0.1, **FAILS), Station(1)),
    "one station failing while it works": (Station(1, **FAILS),),
    "one station failing at any time": (Station(1, timed=True, **FAILS),),
}  # fmt: skip


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", LINES)
def test_throughput_levels_and_shares_of_time_are_those_of_the_markov_chain(name: str, engine: Engine) -> None:
    spec, exact = line_file(*LINES[name]), solve(*LINES[name])
    wrong = far_from(spec, exact, engine)
    assert not wrong


def test_a_line_that_differs_a_little_is_told_apart() -> None:
    """The counter-test: one place more, failures by the other clock, hand-over while down."""
    for name, other in (
        ("four stations, buffers of one", (Station(1, places=1), Station(1, places=2), Station(1, places=1), Station(1))),
        ("three failing at any time", tuple(Station(1, places=3, **FAILS) for _ in range(3))),
        ("closed while down", tuple(Station(1, timed=True, **FAILS) for _ in range(3))),
        ("slots failing each by itself", LINES["slots failing together while they work"]),
    ):  # fmt: skip
        assert far_from(line_file(*LINES[name]), solve(*other), CompiledLine)


@pytest.mark.parametrize("name", LINES)
def test_the_other_engine_gives_the_same_numbers(name: str) -> None:
    spec = line_file(*LINES[name])
    one, other = Line(spec, 3), CompiledLine(spec, 3)
    one.run(1_000)
    other.run(1_000)
    assert one.result() == other.result()


def test_the_solver_finds_the_cases_that_others_have_solved() -> None:
    exponential = [case for case in CASES if case["service"] == "exponential"]
    assert len(exponential) == 18
    for case in exponential:
        assert solve(*stations(case)).throughput == pytest.approx(case["throughput"], abs=1e-6), case["name"]


@pytest.mark.parametrize("rates", [(1.0, 1.0), (1.0, 1.2), (1.0, 0.5)])
def test_the_solver_finds_the_closed_form_of_two_stations(rates: tuple[float, float]) -> None:
    """A birth-death chain with b + 3 states: the first station is blocked in the last of them."""
    ratio = rates[0] / rates[1]
    for places in range(9):
        weights = [ratio**n for n in range(places + 3)]
        expected = rates[0] * (1 - weights[-1] / sum(weights))
        found = solve(Station(rates[0], places=places), Station(rates[1])).throughput
        assert found == pytest.approx(expected, rel=1e-9)
        if rates == (1.0, 1.0):
            assert found == pytest.approx((places + 2) / (places + 3), rel=1e-9)


def test_buffers_of_one_do_not_hide_that_machines_block() -> None:
    """A machine that is released before it puts its item away would give 0.8995."""
    exact = solve(*LINES["four stations, buffers of one"])
    assert exact.throughput == pytest.approx(0.631153, abs=1e-6)
    assert exact.shares[0]["blocked"] == pytest.approx(1 - 0.631153, abs=1e-6)


def test_the_rule_on_hand_over_of_machines_that_are_down_makes_the_difference_that_the_semantics_name() -> None:
    open_, closed = (Station(1, 1, 1, 4, 0, 0.01, 0.1, timed=True, stays_open=stays) for stays in (True, False))
    pairs = [(open_, open_), (open_, closed), (closed, open_), (closed, closed)]
    found = [round(solve(*pair).throughput, 6) for pair in pairs]
    assert found == [0.725283, 0.725135, 0.725135, 0.724987]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("end", ["source", "sink"])
def test_an_interval_at_either_end_is_a_station_without_a_place_that_blocks_or_starves_nobody_else(
    end: str, engine: Engine
) -> None:
    """A sink that takes one item per interval is a third station; a source of one per interval with places outside is none."""
    stations_ = (Station(1, places=1), Station(1))
    spec = line_file(*stations_)
    interval_ = {"distribution": "exponential", "mean": 1.0 if end == "sink" else 2.0}
    spec = LineSpec.model_validate(spec.model_dump(exclude_unset=True) | {end: {"interval": interval_}})
    expected = solve(*stations_, Station(1)).throughput if end == "sink" else 0.5
    rates = batches(engine(spec, 11), BATCHES, BATCH * SHARE[engine], lambda result: result.throughput)
    assert interval(rates, CONFIDENCE).holds(expected)


def stations(case: dict[str, Any]) -> list[Station]:
    """A case of the file of exact throughputs."""
    rows = zip(
        case["rates"], [*case["buffers"], 0], case["failure_rates"] or [0] * 9, case["repair_rates"] or [1] * 9,
        strict=False,
    )  # fmt: skip
    timed = case["failures"].startswith("time")
    return [Station(r, places=b, fails=f, repaired=m, timed=timed) for r, b, f, m in rows]


def far_from(spec: LineSpec, exact: Exact, engine: Engine) -> list[str]:
    """The figures whose interval does not hold the exact one. Every interval must be narrow."""
    length, widest = BATCH * SHARE[engine] / exact.throughput, WIDEST / SHARE[engine] ** 0.5
    columns = np.array(batches(engine(spec, 2027), BATCHES, length, figures)).T
    wrong = []
    for (name, expected), column in zip(known(exact, spec), columns, strict=True):
        found = interval(column, CONFIDENCE)
        assert found.half_width < widest * max(1, expected), name
        if not abs(found.mean - expected) <= max(found.half_width, 1e-9):
            wrong.append(f"{name}: {found} does not hold {expected}")
    return wrong


def figures(result: RunResult) -> npt.NDArray[np.float64]:
    """Throughput, buffer levels, and for each unit the shares of time in the order of ``ACCOUNTS``."""
    shares = [
        share
        for unit in result.units
        for share in (
            unit.share(State.EXECUTE, Cause.NONE),
            unit.share(State.SUSPENDED, Cause.STARVED),
            unit.share(State.SUSPENDED, Cause.BLOCKED),
            unit.share(cause=Cause.EQUIPMENT_FAILURE),
        )
    ]
    return np.array([result.throughput, *(buffer.mean for buffer in result.buffers), *shares])


def known(exact: Exact, spec: LineSpec) -> list[tuple[str, float]]:
    """The exact figures, in the order of ``figures``."""
    buffers = [i for i, unit in enumerate(u for u in spec.units if u.kind == "buffer") if unit.capacity]
    return [
        ("throughput", exact.throughput),
        *((f"level of B{i}", exact.levels[i]) for i in buffers),
        *((f"M{i} {what}", shares[what]) for i, shares in enumerate(exact.shares) for what in ACCOUNTS),
    ]
