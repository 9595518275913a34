"""Key figures against what can be worked out by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest
from line_files import BUSY, SLOW_THEN_FAST, exponential, line_of, machine

from simulator.experiments.accounts import account
from simulator.experiments.figures import lacking
from simulator.experiments.intervals import interval
from simulator.experiments.kpis import Kpis, kpis
from simulator.experiments.run import run_experiment
from simulator.line.packml import Cause, Mode, State


def figures(*units: dict[str, object], **more: object) -> Kpis:
    return kpis(run_experiment(line_of(*units, **more), hours=10, warmup_hours=1, replications=2))


def value(found: Kpis, name: str) -> float:
    figure = found.figure(name)
    assert figure is not None
    return figure.mean


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


def test_energy_and_co2_per_good_cell_and_per_kwh_follow_from_the_powers_and_the_grid() -> None:
    found = figures(*SLOW_THEN_FAST, cell={"energy_wh": 200}, grid_kg_co2e_per_kwh=0.43)
    energy = value(found, "energy per good cell")
    assert value(found, "energy per kWh") == pytest.approx(energy / 200)
    assert value(found, "CO2e per good cell") == pytest.approx(0.43 * energy / 1000)
    assert value(found, "CO2e per kWh") == pytest.approx(0.43 * energy / 200)
    without = figures(*SLOW_THEN_FAST)
    assert {f.name for f in without.line} & {"energy per kWh", "CO2e per good cell", "CO2e per kWh"} == set()


def test_takt_is_attained_by_as_much_as_is_made_and_in_the_hours_in_which_enough_is_made() -> None:
    assert value(figures(*SLOW_THEN_FAST, takt=36), "takt attainment") == pytest.approx(100, abs=0.2)
    assert value(figures(*SLOW_THEN_FAST, takt=36), "hours on takt") == 100
    faster = figures(*SLOW_THEN_FAST, takt=30)
    assert value(faster, "takt attainment") == pytest.approx(100 * 30 / 36, abs=0.2)
    assert value(faster, "hours on takt") == 0
    assert figures(*SLOW_THEN_FAST).figure("takt attainment") is None


def test_hours_on_takt_are_full_hours_that_make_the_target() -> None:
    """One failure of 30 min in the second hour counted: the other nine make their hundred."""
    slow = machine("A", 36.0, failures=[{"at": "2.25 h", "mttr": {"distribution": "deterministic", "mean": "30 min"}}])
    found = figures(slow, machine("B", 18.0), takt=36)
    assert value(found, "hours on takt") == 90
    assert value(found, "takt attainment") == pytest.approx(95, abs=0.2)
    long = run_experiment(line_of(slow, machine("B", 18.0), takt=36), hours=100, warmup_hours=1, replications=1)
    assert value(kpis(long), "hours on takt") == 99  # by the hour, although the picture shows longer intervals


def test_lead_times_have_a_median_and_a_tail() -> None:
    found = figures(*SLOW_THEN_FAST)
    for name in ("lead time", "lead time, median", "lead time, P95"):
        assert value(found, name) == pytest.approx(54 / 3600, rel=1 / 512)
    busy = kpis(run_experiment(BUSY, hours=2, replications=2))
    middle = (value(busy, "lead time, median"), value(busy, "lead time"))
    assert 1.2 * max(middle) < value(busy, "lead time, P95") < 5 * min(middle)


def test_yield_is_lost_where_a_cell_becomes_bad_and_material_where_it_leaves_the_line() -> None:
    found = figures(
        machine("A", 1.0, scrap=0.2, scrap_to="downstream", adds_g={"oxide": 300, "foil": 50}),
        machine("B", 1.0, scrap=0.1, adds_g={"can": 100}),
        machine("C", 1.0, adds_g={"salt": 150}),
        cell={"energy_wh": 200, "black_mass": ["oxide"]},
    )
    a, b, c = found.steps
    assert [s.yield_ for s in found.steps] == [pytest.approx(0.8, abs=0.01), pytest.approx(0.9, abs=0.01), 1.0]
    assert value(found, "rolled throughput yield") == pytest.approx(72, abs=1)
    assert (a.removed, c.rejected) == (0, 0)  # marked bad at A, they go on
    assert (b.removed / 10, c.removed / 10) == (pytest.approx(360, rel=0.05), pytest.approx(648, rel=0.05))
    assert b.lost == {
        k: pytest.approx(b.removed * g / 10_000) for k, g in {"oxide": 300, "foil": 50, "can": 100, "salt": 0}.items()
    }
    assert value(found, "black mass") == pytest.approx((b.removed + c.removed) * 0.3 / 10)
    assert value(found, "scrapped material") == pytest.approx((b.removed * 0.45 + c.removed * 0.6) / 10)


def test_what_leaves_over_a_belt_at_the_end_is_lost_at_the_last_machine() -> None:
    found = figures(
        machine("A", 1.0, scrap=0.2, scrap_to="downstream", adds_g={"oxide": 300}),
        machine("B", 1.0, scrap=0.1, adds_g={"can": 100}),
        {"kind": "conveyor", "name": "Z", "length_m": 4, "speed_m_s": 1, "spacing_m": 1},
    )
    assert found.steps[-1].removed / 10 == pytest.approx(360 + 648, rel=0.05)
    lost = sum(s.lost_of(["oxide", "can"]) for s in found.steps)
    assert lost == pytest.approx(value(found, "scrapped material"))


def test_a_step_that_nothing_leaves_costs_no_yield() -> None:
    found = figures(machine("A", 60.0, scrap=0.2), machine("F", "100 h", slots=1000, adds_g={"salt": 1}))
    assert (found.steps[1].good, found.steps[1].rejected) == (0, 0)
    assert found.steps[1].yield_ == 1
    assert value(found, "rolled throughput yield") == pytest.approx(100 * found.steps[0].yield_, abs=0.1)


def test_a_drift_that_may_be_chance_is_no_warning() -> None:
    """Trays of 60 leave a line that fills evenly: within the hour one more or less, which no longer warm-up would change."""
    trays = [machine("A", exponential(30)), machine("T", exponential(600), slots=120, tray=60)]
    flow = kpis(run_experiment(line_of(*trays), hours=2, warmup_hours=2, replications=6)).flow
    assert abs(flow.drift) > 0.02
    assert flow.chance > abs(flow.drift)
    assert flow.steady


def test_a_line_that_lives_on_what_it_held_at_the_start_is_told_so() -> None:
    held = [machine("A", 3.0), machine("F", "10 h", slots=12_000, prefill=12_000)]
    early = kpis(run_experiment(line_of(*held), hours=4, replications=1)).flow
    assert early.borrowed_h == 4
    late = kpis(run_experiment(line_of(*held), hours=4, warmup_hours=10, replications=1)).flow
    assert late.borrowed_h == 0
    assert figures(*SLOW_THEN_FAST).flow.borrowed_h == 0


def test_no_doubt_is_cast_on_a_warm_up_that_pilots_have_measured() -> None:
    """The hours counted make less than the warm-up, in which nothing stopped; so their pace is no measure of what was held."""
    stops = [{"name": "night", "from": "12 h", "for": "8 h", "units": ["F"]}]
    held = [machine("A", 3.0), machine("F", "10 h", slots=12_000, prefill=12_000)]
    spec = line_of(*held, calendar={"stops": stops})
    found = run_experiment(spec, hours=12, warmup_hours=None, replications=1)
    assert found.pilot is not None and found.pilot.settled
    measured, given = (kpis(e).flow for e in (found, replace(found, pilot=None)))
    assert given.held_h > given.warmup_h * 1.5
    assert (measured.borrowed_h, given.borrowed_h > 0) == (0, True)


def test_what_is_planned_for_a_time_in_the_warm_up_is_told() -> None:
    spec = line_of(
        machine("A", 3.0, failures=[{"at": "2 h", "mttr": 60}]),
        machine("B", 2.0),
        events=[{"at": "30 min", "unit": "B", "command": 3}],
    )
    assert [kpis(run_experiment(spec, hours=2, warmup_hours=w, replications=1)).flow.early for w in (0, 1, 2)] == [
        0,
        1,
        2,
    ]


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
    assert (slow.oee_of_all_time, fast.oee_of_all_time) == pytest.approx((0.75, 0.375), abs=0.002)


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
    assert unit.oee_of_all_time == pytest.approx(unit.oee)  # nothing is planned to stand
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


def test_a_line_of_which_no_power_is_known_says_nothing_of_energy() -> None:
    more = {"cell": {"energy_wh": 200}, "grid_kg_co2e_per_kwh": 0.4}
    silent = figures(machine("A", 36.0), **more)
    assert not [f.name for f in silent.line if "energy" in f.name or "CO2e" in f.name]
    assert "energy_w" in lacking(line_of(machine("A", 36.0)), "energy")
    known = figures(machine("A", 36.0), machine("B", 30.0, energy_w={"execute": 3600}), **more)
    assert value(known, "energy per good cell") == pytest.approx(30, rel=0.01)
    assert value(known, "CO2e per kWh") == pytest.approx(0.4 * 30 / 200, rel=0.01)
