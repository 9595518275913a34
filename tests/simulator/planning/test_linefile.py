"""A planned line runs in the simulator as it is, and makes what the plan says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from simulator.experiments.kpis import Kpis, kpis
from simulator.experiments.run import run_experiment
from simulator.interface.fitted import fitted_line, transitions_of
from simulator.line.spec import BufferSpec, MachineSpec
from simulator.planning.errors import PlanError
from simulator.planning.linefile import PlannedLine, planned_line
from simulator.planning.load import bundled
from simulator.planning.sizing import size
from simulator.planning.spec import PlanSpec

TOLERANCE = 0.05  # how much of the limit the steps may lose by waiting for one another


def line_of(steps: list[dict[str, Any]], **keys: Any) -> PlannedLine:
    """360 good cells per hour, unless the keys say otherwise."""
    asked = {"gwh": 360 * 8760e-9, "cell": {"energy_wh": 1}, "lines": 1, "buffer": "5 min", "steps": steps} | keys
    return planned_line(size(PlanSpec.model_validate(asked)))


def simulated(line: PlannedLine, folder: Path, hours: float, replications: int) -> Kpis:
    path = folder / "line.yaml"
    path.write_text(line.text, encoding="utf-8")
    spec, profiles = fitted_line(path)
    return kpis(
        run_experiment(
            spec, hours=hours, warmup_hours=line.warmup_h, seed=1, replications=replications,
            transitions=transitions_of(profiles),
        )
    )  # fmt: skip


def rate(figures: Kpis) -> float:
    found = figures.figure("throughput")
    assert found is not None
    return found.mean


def test_a_line_that_never_stops_makes_exactly_what_was_planned(tmp_path: Path) -> None:
    line = line_of([
        {"name": "A", "time": 30}, {"name": "F", "time": "1 h", "tray": 10, "places": 10},
        {"name": "S", "kind": "store", "time": "2 h", "tray": 20}, {"name": "B", "time": 10},
    ])  # fmt: skip
    assert line.needed == pytest.approx(360)
    assert line.limit == pytest.approx(360)
    assert rate(simulated(line, tmp_path, 10, 1)) == pytest.approx(360, rel=0.002)


def test_two_trays_fewer_would_not_do(tmp_path: Path) -> None:
    """The two trays that are being loaded and unloaded are needed: the same line with the places of Little's law alone is short."""
    line = line_of(
        [{"name": "A", "time": 10}, {"name": "F", "time": "1 h", "tray": 60, "places": 60}, {"name": "B", "time": 10}],
        buffer=0,
    )
    assert "slots: 480" in line.text
    short = PlannedLine(line.text.replace("slots: 480", "slots: 360"), line.warmup_h, line.needed, line.limit, ())
    assert rate(simulated(line, tmp_path, 10, 1)) == pytest.approx(360, rel=0.002)
    assert rate(simulated(short, tmp_path, 10, 1)) < 330


def test_a_line_with_stops_and_scrap_makes_what_is_needed_and_no_more_than_the_limit(tmp_path: Path) -> None:
    line = planned_line(size(bundled("prismatic_60ah", gwh=10)))
    figures = simulated(line, tmp_path, 72, 3)
    assert line.needed < rate(figures) < line.limit * 1.01
    assert rate(figures) == pytest.approx(line.limit, rel=TOLERANCE)
    scrap = figures.figure("scrap")
    assert scrap is not None and scrap.mean == pytest.approx(8.7, abs=0.5)
    assert figures.flow.steady


def test_a_plan_that_is_short_of_a_machine_is_found_out(tmp_path: Path) -> None:
    """The agreement could fail: with a stacker less the simulated line is as much slower."""
    line = planned_line(size(bundled("prismatic_60ah", gwh=10)))
    short = PlannedLine(line.text.replace("slots: 12\n", "slots: 10\n"), line.warmup_h, line.needed, line.limit, ())
    assert rate(simulated(short, tmp_path, 48, 2)) < line.needed


def test_marks_of_figures_and_failures_come_along(tmp_path: Path) -> None:
    path = tmp_path / "line.yaml"
    path.write_text(planned_line(size(bundled("lfp_280ah"))).text, encoding="utf-8")
    spec, _ = fitted_line(path)
    names = [unit.name for unit in spec.units if not isinstance(unit, BufferSpec)]
    assert names == ["stacking", "welding", "filling", "soaking", "formation", "end-of-line"]
    assert spec.figures["units.stacking.failures.minor stop.mtbf"].assumed
    assert spec.figures["units.formation.process_time"].source.endswith("[B]")
    stacking, formation = spec.units[0], spec.units[8]
    assert isinstance(stacking, MachineSpec) and isinstance(formation, MachineSpec)
    assert [f.alarm for f in stacking.failures] == [11, 12]
    assert {f.scope for f in stacking.failures} == {"place"}  # stackers of one place each
    scopes = {u.name: {f.scope for f in u.failures} for u in spec.units if isinstance(u, MachineSpec)}
    assert scopes["filling"] == scopes["formation"] == {"unit"}  # machines of several places
    assert formation.failures[0].clock == "time"
    assert formation.scrap == pytest.approx(1 - 0.98 * 0.995)  # ageing is left out, and its yield is not
    assert formation.prefill > 0


def test_an_availability_becomes_stops_of_that_availability(tmp_path: Path) -> None:
    line = line_of([{"name": "A", "time": 9, "availability": 0.9}], buffer=0)
    path = tmp_path / "line.yaml"
    path.write_text(line.text, encoding="utf-8")
    (unit,) = fitted_line(path)[0].units
    assert isinstance(unit, MachineSpec)
    (failure,) = unit.failures
    assert (failure.mtbf.mean, failure.mttr.mean) == pytest.approx((2700, 300))


def test_a_line_that_the_model_cannot_hold_is_refused() -> None:
    plan = size(bundled("cylindrical_21700", lines=1, gwh=100))
    with pytest.raises(
        PlanError, match=r"mine: a line would have \d+ places for soaking, and the line model holds 1000000"
    ):
        planned_line(plan, "mine")
