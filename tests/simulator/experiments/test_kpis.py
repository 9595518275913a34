"""Key figures against what can be worked out by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest
from line_files import BUSY, SLOW_THEN_FAST, line_of, machine

from simulator.experiments.accounts import account
from simulator.experiments.kpis import Kpis, interval, kpis
from simulator.experiments.run import run_experiment
from simulator.line.packml import Cause, Mode, State


def figures(*units: dict[str, object], **more: object) -> Kpis:
    return kpis(run_experiment(line_of(*units, **more), hours=10, warmup_hours=1, replications=2))


def test_throughput_oee_energy_and_capacity_of_a_line_without_chance() -> None:
    found = figures(*SLOW_THEN_FAST, cell={"energy_wh": 200})
    by_name = {f.name: f for f in found.line}
    assert by_name["throughput"].mean == pytest.approx(100, abs=0.2)
    assert by_name["throughput"].half_width == 0
    assert by_name["line OEE"].mean == pytest.approx(100, abs=0.2)
    assert by_name["energy per good cell"].mean == pytest.approx(10, abs=0.1)  # 1 kW for 36 s
    assert by_name["capacity"].mean == pytest.approx(100 * 8760 * 200 / 1e9, rel=0.002)
    assert by_name["lead time"].mean == pytest.approx(54 / 3600)
    assert found.bottleneck == "A"
    assert found.votes == (("A", 2),)


def test_parts_of_oee_and_shares_of_time_of_the_faster_unit() -> None:
    slow, fast = figures(*SLOW_THEN_FAST).units
    assert (slow.availability, slow.effectiveness, slow.quality) == pytest.approx((1, 1, 1), abs=0.002)
    assert fast.availability == pytest.approx(0.5, abs=0.002)
    assert fast.shares["starved"] == pytest.approx(0.5, abs=0.002)
    assert fast.effectiveness == pytest.approx(1, abs=0.002)
    assert fast.oee == pytest.approx(0.5, abs=0.002)


LUNCH = {"stops": [{"name": "lunch", "from": "30 min", "for": "30 min", "every": "2 h"}]}


def test_a_break_of_everybody_costs_throughput_but_neither_availability_nor_oee() -> None:
    found = figures(*SLOW_THEN_FAST, calendar=LUNCH)
    by_name = {f.name: f.mean for f in found.line}
    assert by_name["throughput"] == pytest.approx(75, abs=0.2)
    assert by_name["line OEE"] == pytest.approx(100, abs=0.2)
    slow, fast = found.units
    assert slow.shares["non_scheduled"] == fast.shares["non_scheduled"] == pytest.approx(0.25)
    assert (slow.availability, slow.oee, slow.utilisation) == pytest.approx((1, 1, 1), abs=0.002)
    assert (fast.availability, fast.oee) == pytest.approx((0.5, 0.5), abs=0.002)


def test_maintenance_of_the_faster_unit_is_scheduled_down_and_loses_nothing_before_a_buffer() -> None:
    stop = {"name": "service", "from": "1 h", "for": "6 min", "every": "2 h", "kind": "maintenance", "units": ["B"]}
    slow, fast = SLOW_THEN_FAST
    buffer = {"kind": "buffer", "name": "X", "capacity": 20}
    found = figures(slow, buffer, fast, calendar={"stops": [stop]})
    by_name = {f.name: f.mean for f in found.line}
    assert by_name["throughput"] == pytest.approx(100, abs=0.2)
    assert by_name["line OEE"] == pytest.approx(100, abs=0.2)
    assert found.units[1].shares["scheduled_down"] == pytest.approx(0.05)
    assert found.units[1].availability == pytest.approx(0.5 / 0.95, abs=0.002)


def test_waiting_for_an_operator_is_down_time_of_its_own_and_operators_are_used_on_duty() -> None:
    fixed = {"distribution": "deterministic"}
    failures = [{"mtbf": {**fixed, "mean": 90}, "mttr": {**fixed, "mean": 6}}]
    off = {"stops": [{"name": "off", "from": "0 h", "for": "1 h", "every": "2 h"}]}
    found = figures(machine("A", 1.0, failures=failures), operators={"response": 4, "count": 2}, calendar=off)
    (unit,) = found.units
    assert unit.shares["waiting_operator"] == pytest.approx(0.02, abs=0.001)
    assert unit.shares["unscheduled_down"] == pytest.approx(0.03, abs=0.001)
    assert unit.down == pytest.approx(0.05, abs=0.001)
    assert unit.availability == pytest.approx(0.9, abs=0.002)
    used = found.figure("operators")
    assert used is not None
    assert used.mean == pytest.approx(10 / 2, abs=0.1)


def test_a_unit_that_never_had_to_work_has_no_figures_to_divide_by() -> None:
    off = {"stops": [{"name": "off", "from": "0 h", "for": "23 h"}]}
    found = figures(machine("A", 1.0), calendar=off)
    (unit,) = found.units
    assert (unit.planned, unit.availability, unit.oee) == pytest.approx((0, 0, 0), abs=1e-9)
    assert {f.name: f.mean for f in found.line}["line OEE"] == 0


def test_scrap_costs_quality_and_failures_cost_availability() -> None:
    fixed = {"distribution": "deterministic"}
    failures = [{"mtbf": {**fixed, "mean": 90}, "mttr": {**fixed, "mean": 10}}]
    found = figures(machine("A", 1.0, scrap=0.2, failures=failures))
    (unit,) = found.units
    assert unit.availability == pytest.approx(0.9, abs=0.001)
    assert unit.down == pytest.approx(0.1, abs=0.001)
    assert unit.quality == pytest.approx(0.8, abs=0.01)
    assert unit.oee == pytest.approx(unit.availability * unit.effectiveness * unit.quality, rel=1e-9)
    assert unit.failures == pytest.approx(360, abs=1)
    scrap = found.figure("scrap")
    assert scrap is not None
    assert scrap.mean == pytest.approx(20, abs=1)


def test_shares_of_time_add_up_for_every_unit() -> None:
    for unit in kpis(run_experiment(BUSY, hours=2, replications=2)).units:
        assert sum(unit.shares.values()) == pytest.approx(1)
        assert unit.oee == pytest.approx(unit.availability * unit.effectiveness * unit.quality, rel=1e-6)


def test_a_buffer_behind_a_fast_machine_is_full_and_before_one_empty() -> None:
    buffer = {"kind": "buffer", "name": "X", "capacity": 3}
    (full,) = figures(machine("A", 1.0), buffer, machine("B", 7.0)).buffers
    (empty,) = figures(machine("A", 7.0), buffer, machine("B", 1.0)).buffers
    assert (full.capacity, full.full) == (3, pytest.approx(1, abs=0.15))
    assert full.mean > 2.8
    assert (empty.mean, empty.empty) == (0, 1)


def test_what_the_file_assumes_and_how_its_units_fail_is_kept_for_the_report() -> None:
    found = kpis(run_experiment(BUSY, hours=0.5, replications=1))
    assert [(s.path, s.value, s.note) for s in found.assumed] == [("units.C.process_time", "3", "a guess")]
    assert [(s.path, s.source) for s in found.said if not s.assumed] == [("cell.energy_wh", "60 Ah at 3.75 V")]
    assert [(f.unit, f.clock, f.mtbf) for f in found.failures] == [
        ("A", "operation", "5 min, exponential"),
        ("B", "time", "10 min, exponential"),
    ]


def test_a_line_that_only_empties_is_told_not_to_be_steady() -> None:
    emptying = [machine("A", 3600.0), machine("F", "8 h", slots=1000, prefill=1000)]
    assert not figures(*emptying).flow.steady
    assert figures(*SLOW_THEN_FAST).flow.steady


def test_the_interval_is_students_and_absent_for_one_run() -> None:
    assert interval([5.0]) == (5.0, None)
    mean, half = interval([1.0, 2.0, 3.0])
    assert (mean, half) == (2.0, pytest.approx(4.3027 / 3**0.5, rel=1e-4))  # t(0.975; 2) by table


def test_standby_is_split_by_its_cause_and_everything_else_is_e10() -> None:
    assert account(State.SUSPENDED, Mode.PRODUCTION, Cause.STARVED) == "starved"
    assert account(State.SUSPENDED, Mode.PRODUCTION, Cause.BLOCKED) == "blocked"
    assert account(State.IDLE, Mode.PRODUCTION, Cause.NONE) == "standby"
    assert account(State.EXECUTE, Mode.PRODUCTION, Cause.NONE) == "productive"
    assert account(State.HELD, Mode.PRODUCTION, Cause.EQUIPMENT_FAILURE) == "unscheduled_down"
    assert account(State.STOPPED, Mode.MAINTENANCE, Cause.NONE) == "scheduled_down"
    assert account(State.HELD, Mode.PRODUCTION, Cause.BREAK) == "non_scheduled"
    assert account(State.HOLDING, Mode.PRODUCTION, Cause.MAINTENANCE) == "scheduled_down"
    assert account(State.HELD, Mode.PRODUCTION, Cause.WAITING) == "waiting_operator"


def test_figures_show_as_many_digits_as_they_deserve() -> None:
    found = kpis(run_experiment(BUSY, hours=0.5, replications=1)).line[0]
    shown = [replace(found, mean=m, half_width=h).text() for m, h in ((12345.6, 7.8), (12.34, 0.56), (1.2345, None))]
    assert shown == ["12346 ± 8", "12.3 ± 0.6", "1.234"]
