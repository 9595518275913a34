"""Operators shared by units (docs/line-semantics.md, section 13), by hand and against a known formula, in both engines."""

from __future__ import annotations

from importlib.util import find_spec
from math import comb, factorial, sqrt
from typing import Any

import pytest
from helpers import Tree, buffer, conveyor, line_of, machine
from scipy.special import stdtrit

from simulator.experiments.compiled import CompiledLine
from simulator.line import Line, LineSpec
from simulator.line.log import Kind, MemoryLog, Row
from simulator.line.packml import Cause, State
from simulator.line.shifts import StopSpec, on_duty, positions

ENGINES = [Line, CompiledLine] if find_spec("numba") else [Line]
BOTH = pytest.mark.parametrize("engine", ENGINES)
HELD, FAILED, WAITING = int(State.HELD), int(Cause.EQUIPMENT_FAILURE), int(Cause.WAITING)


def failing(name: str, after: float, mttr: float = 10, **more: Any) -> Tree:
    """A machine that fails by the clock, once in the time of a test."""
    fixed = {"distribution": "deterministic"}
    mode = {"clock": "time", "mtbf": fixed | {"mean": after}, "mttr": fixed | {"mean": mttr}} | more.pop("mode", {})
    return machine(name, 7.0, failures=[mode], **more)


def run(engine: Any, spec: LineSpec, until: float) -> tuple[Any, list[Row]]:
    log = MemoryLog()
    line = engine(spec, 1, log)
    line.run(until)
    return line, log.rows


def repairs(rows: list[Row], *units: int) -> list[tuple[float, float]]:
    """When each of the units failed and was repaired, once each."""
    by_unit = [[t for t, u, kind, *_ in rows if u == unit and kind in (Kind.FAIL, Kind.REPAIR)] for unit in units]
    return [(fails, done) for fails, done in by_unit]


@BOTH
def test_a_repair_waits_for_the_response_and_the_way(engine: Any) -> None:
    """30 s of response, 12 m at 1.2 m/s are 10 s: at the machine at 140, done at 150."""
    spec = line_of(failing("A", 100, at_m=12), operators={"count": 1, "response": 30, "walking_m_s": 1.2})
    line, rows = run(engine, spec, 200)
    assert repairs(rows, 0) == [(100, 150)]
    seconds = line.result().unit("A").seconds
    assert (seconds[(HELD, 1, WAITING)], seconds[(HELD, 1, FAILED)]) == (40, 10)
    assert line.result().operators == (50,)
    assert [(t, b) for t, _, kind, _, _, b in rows if kind == Kind.REPAIR] == [(150, 10)]


@BOTH
def test_who_called_first_is_served_first(engine: Any) -> None:
    """One operator: C at 100, A at 101, B at 102; each has 1 s of response and 10 s of repair."""
    spec = line_of(failing("A", 101), failing("B", 102), failing("C", 100), operators={"response": 1})
    _, rows = run(engine, spec, 180)
    assert repairs(rows, 0, 1, 2) == [(101, 122), (102, 133), (100, 111)]


@BOTH
def test_of_those_that_call_at_once_the_one_downstream_is_served_first(engine: Any) -> None:
    spec = line_of(failing("A", 100), failing("B", 100), operators={"response": 1})
    _, rows = run(engine, spec, 180)
    assert repairs(rows, 0, 1) == [(100, 122), (100, 111)]


@BOTH
def test_the_nearest_free_operator_goes_and_stays_where_he_was(engine: Any) -> None:
    """Both start at 0 m. The first goes to B (40 m); C, at 50 m, has him again (10 m), not the other one (50 m)."""
    units = [failing("A", 1000, at_m=0), failing("B", 100, at_m=40), failing("C", 200, at_m=50)]
    spec = line_of(*units, operators={"count": 2, "response": 1, "walking_m_s": 1})
    line, rows = run(engine, spec, 240)
    assert repairs(rows, 1, 2) == [(100, 151), (200, 221)]
    assert line.result().operators == ((1 + 40 + 10) + (1 + 10 + 10), 0)


@BOTH
def test_some_failures_need_nobody(engine: Any) -> None:
    alone = failing("A", 100, mode={"needs_operator": False})
    spec = line_of(alone, failing("B", 100), operators={"response": 30})
    line, rows = run(engine, spec, 180)
    assert repairs(rows, 0, 1) == [(100, 110), (100, 140)]
    assert line.result().operators == (40,)


@BOTH
def test_nobody_sets_out_in_a_break_but_work_that_has_begun_is_finished(engine: Any) -> None:
    """The break is from 105 to 205: the repair of A goes on to 111; B, which calls at 110, waits until 205."""
    calendar = {"stops": [{"name": "break", "from": "105 s", "for": 100, "units": [], "operators": True}]}
    spec = line_of(failing("A", 100), failing("B", 110), operators={"response": 1}, calendar=calendar)
    _, rows = run(engine, spec, 210)
    assert repairs(rows, 0) == [(100, 111)]
    assert [t for t, u, kind, *_ in rows if (u, kind) == (1, Kind.REPAIR)] == []
    _, rows = run(engine, spec, 217)
    assert repairs(rows, 1) == [(110, 216)]


@BOTH
def test_other_clocks_of_a_unit_stand_still_while_it_waits(engine: Any) -> None:
    """The second mode is due at 105; down from 100 to 141, it comes 41 s later."""
    fixed = {"distribution": "deterministic"}
    modes = [{"clock": "time", "mtbf": fixed | {"mean": m}, "mttr": fixed | {"mean": 10}} for m in (100, 105)]
    spec = line_of(machine("A", 7.0, failures=modes), operators={"response": 31})
    _, rows = run(engine, spec, 150)
    assert [t for t, _, kind, *_ in rows if kind == Kind.FAIL] == [100, 146]


@BOTH
def test_the_seconds_of_operators_begin_anew_with_the_statistics(engine: Any) -> None:
    line = engine(line_of(failing("A", 100), operators={"response": 30}))
    line.run(120)
    line.reset_statistics()
    line.run(125)
    assert line.result().operators == (5,)
    line.run(160)
    assert line.result().operators == (20,)
    assert line.result().unit("A").seconds[(HELD, 1, WAITING)] == 10


def test_a_unit_stands_where_the_belts_before_it_end_if_nobody_says_where() -> None:
    spec = line_of(machine("A"), conveyor("AB"), machine("B", at_m=20), conveyor("BC"), buffer("X", 1), machine("C"))
    assert positions([u for u in spec.units if u.kind != "buffer"]) == [0, 0, 20, 20, 24]


def test_seconds_on_duty() -> None:
    def stop(begin: float, length: float, every: float) -> StopSpec:
        return StopSpec.model_validate({"name": "x", "from": begin, "for": length, "every": every})

    assert on_duty([], 5, 25) == 20
    assert on_duty([stop(10.0, 5, 100)], 0, 200) == 190
    assert on_duty([stop(95.0, 10, 100)], 0, 200) == 200 - 5 - 10 - 5
    assert on_duty([stop(10.0, 5, 100), stop(12.0, 10, 200)], 11, 20) == 0
    assert on_duty([stop(10.0, 5, 100)], 12, 18) == 3


def interference(n: int, c: int, load: float) -> tuple[float, float]:
    """Mean number down and mean number of busy operators of M/M/c//N, ``load`` being repair over failure time.

    Source: Gross, Shortle, Thompson, Harris, Fundamentals of Queueing Theory, finite-source queues.
    """
    weights = [
        comb(n, k) * load**k * (1 if k <= c else factorial(k) / (factorial(c) * c ** (k - c))) for k in range(n + 1)
    ]
    p = [w / sum(weights) for w in weights]
    return sum(k * x for k, x in enumerate(p)), sum(min(k, c) * x for k, x in enumerate(p))


@BOTH
@pytest.mark.parametrize(("n", "c", "mttr"), [(6, 1, 30.0), (6, 2, 60.0)])
def test_machine_interference_has_its_known_mean(engine: Any, n: int, c: int, mttr: float) -> None:
    """Machines that fail by the clock of time are independent however the items flow."""
    mode = {"clock": "time", "mtbf": 200, "mttr": mttr}
    units = [machine(f"M{i}", 500.0, failures=[mode]) for i in range(n)]
    spec = line_of(*units, operators={"count": c, "response": 1e-6})
    down, busy = interference(n, c, mttr / 200)
    hours = [measure(engine, spec, seed) for seed in range(1, 13)]
    for wanted, values in zip((down, busy, down - busy), zip(*hours, strict=True), strict=True):
        mean = sum(values) / len(values)
        sd = sqrt(sum((v - mean) ** 2 for v in values) / (len(values) - 1))
        half = float(stdtrit(len(values) - 1, 0.995)) * sd / sqrt(len(values))
        assert half < 0.05 * wanted
        assert abs(mean - wanted) <= half, f"{mean} ± {half} does not hold {wanted}"


def measure(engine: Any, spec: LineSpec, seed: int) -> tuple[float, float, float]:
    """Mean numbers of machines down, of busy operators, and of machines that wait."""
    line = engine(spec, seed)
    line.run(5_000)
    line.reset_statistics()
    line.run(205_000)
    result = line.result()
    waiting = sum(u.share(cause=WAITING) for u in result.units)
    repaired = sum(u.share(cause=FAILED) for u in result.units)
    return waiting + repaired, sum(result.operators) / result.duration, waiting


def test_the_formula_holds_where_it_can_be_worked_out_by_hand() -> None:
    """With an operator for each machine nobody waits, and each is down for its share of the time."""
    assert interference(2, 2, 0.1) == pytest.approx((2 * 0.1 / 1.1, 2 * 0.1 / 1.1))
    assert interference(2, 1, 1.0) == pytest.approx(((1 * 2 + 2 * 2) / 5, 4 / 5))  # weights 1, 2, 2
