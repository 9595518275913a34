"""From a target to lines, machines, places and takt."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.planning.load import bundled, formats
from simulator.planning.sizing import CapacityPlan, size
from simulator.planning.spec import PlanSpec
from simulator.planning.tables import format_rows


def planned(*steps: dict[str, Any], **keys: Any) -> CapacityPlan:
    """A plan for 8.76 GWh per year of cells of 1 Wh: a million good cells per hour, unless the keys say otherwise."""
    asked = {"gwh": 8.76, "cell": {"energy_wh": 1}, "lines": 1, "steps": list(steps)} | keys
    return size(PlanSpec.model_validate(asked))


def test_the_bundled_formats_ask_for_what_the_table_of_facts_says() -> None:
    """365 days of 24 h, formation of 24 h and ageing of 21 d at the net rate; gross: availability 0.8, yield 0.9."""
    assert format_rows() == [
        ["cylindrical_21700", "18", "55.56", "105.7", "147", "152207", "3.20 M"],
        ["lfp_280ah", "896", "1.12", "2.1", "2.9", "3058", "64 k"],
        ["prismatic_50ah", "182.5", "5.48", "10.4", "14.5", "15012", "315 k"],
        ["prismatic_60ah", "225", "4.44", "8.5", "11.7", "12177", "256 k"],
    ]


def test_yields_compound_so_that_the_first_steps_take_in_most() -> None:
    plan = planned(
        {"name": "A", "time": 1, "yield": 0.5}, {"name": "B", "time": 1, "yield": 0.8}, {"name": "C", "time": 1}
    )
    assert [step.cells_per_h for step in plan.steps] == pytest.approx([2.5e6, 1.25e6, 1e6])
    assert plan.quality == pytest.approx(0.4)


@pytest.mark.parametrize(
    ("step", "machines"),
    [
        ({"time": "36 s"}, 10_000),
        ({"time": "36 s", "availability": 0.8}, 12_500),
        ({"time": "36 s", "availability": 0.8, "utilisation": 0.5}, 25_000),
        (
            {"time": "36 s", "failures": [{"mtbf": "30 min", "mttr": "10 min"}, {"mtbf": "1 h", "mttr": "40 min"}]},
            20_000,
        ),
        ({"time": {"distribution": "triangular", "low": 30, "mode": 36, "high": 42}}, 10_000),
        ({"time": "36 s", "places": 15}, 667),
        ({"time": "36 s", "places": 15, "tray": 15}, 669),  # one tray is being loaded and one unloaded
    ],
)
def test_machines_follow_from_time_availability_use_places_and_trays(step: dict[str, Any], machines: int) -> None:
    """A million cells per hour are 277.8 per second; 36 s of each keep 10 000 places busy (Little's law)."""
    (found,) = planned({"name": "A"} | step).steps
    assert found.cells == pytest.approx(10_000)
    assert found.machines == machines


def test_a_step_that_takes_no_time_has_a_tray_at_work_all_the_same() -> None:
    (found,) = planned({"name": "A", "time": 1e-30, "places": 10, "tray": 10}).steps
    assert (found.machines, found.trays) == (3, 3)


def test_a_store_has_places_by_littles_law() -> None:
    plan = planned(
        {"name": "A", "time": 1}, {"name": "S", "kind": "store", "time": "2 h", "tray": 100, "utilisation": 0.8}
    )
    store = plan.steps[1]
    assert store.cells == pytest.approx(2e6)
    assert (store.places, store.trays, store.machines) == (2_500_200, 25_002, 0)


def test_takt_and_lines_follow_from_the_step_with_the_least_time_per_cell() -> None:
    steps = ({"name": "A", "time": 1, "availability": 0.8, "yield": 0.9}, {"name": "B", "time": 1, "availability": 0.9})
    plan = planned(*steps, lines=None, shortest_takt=0.02)
    assert plan.pace.spec.name == "A"
    assert plan.oee == pytest.approx(0.72)
    assert plan.gross_ppm == pytest.approx(1e6 / 60 / 0.72)
    assert plan.lines == 8  # 23 148 cells per minute are one in 2.59 ms
    assert plan.takt_s == pytest.approx(8 * 0.002592)
    assert planned(*steps, lines=None, shortest_takt=0.002592).lines == 1
    assert planned(*steps, lines=5).takt_s == pytest.approx(5 * 0.002592)


def test_fewer_days_per_year_need_a_faster_plant() -> None:
    assert planned({"name": "A", "time": 1}, days_per_year=292).net_ppm == pytest.approx(1e6 / 60 / 0.8)


def test_the_limit_is_what_the_tightest_step_lets_through() -> None:
    plan = planned(
        {"name": "A", "time": "3.6 s", "yield": 0.5, "places": 1500},
        {"name": "B", "time": "3.6 s", "availability": 0.5},
    )
    a, b = plan.steps
    assert (a.machines, b.machines) == (2, 2000)
    assert a.limit_per_h == pytest.approx(3000 * 1000 * 0.5)
    assert b.limit_per_h == pytest.approx(1e6)
    assert plan.tightest is b
    assert a.load == pytest.approx(2 / 3)


@pytest.mark.parametrize("cell", formats())
def test_every_bundled_plan_meets_its_target_whatever_its_size(cell: str) -> None:
    for gwh in (0.01, 1, 7.3, 150):
        plan = size(bundled(cell, gwh=gwh))
        assert plan.limit_per_h >= plan.good_per_h * (1 - 1e-9)
        assert all(0 < step.load <= 1 for step in plan.steps)
        assert plan.takt_s >= (plan.spec.shortest_takt or 0) * (1 - 1e-9)
        assert plan.cells_per_year * plan.spec.cell.energy_wh == pytest.approx(gwh * 1e9)
