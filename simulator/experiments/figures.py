"""The figures of the whole line, one value per replication. ``texts.FIGURES`` defines each; ``docs/kpis.md`` explains them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from math import floor

from simulator.experiments.accounts import UNPLANNED, account
from simulator.experiments.run import HOUR, Experiment
from simulator.experiments.steps import materials, rolled_yield, scrapped_kg
from simulator.interface.fitting import design_speed
from simulator.line import LineSpec, RunResult, UnitResult
from simulator.line.leadtimes import quantile
from simulator.line.shifts import on_duty
from simulator.line.spec import BufferSpec

HOURS_PER_YEAR = 8760
LEAST = 1e-9  # instead of a division by nothing
Of = Callable[[RunResult], float]

CELL, TAKT = "cell: {energy_wh: 225}", "takt: 5 s"
GRID, ADDS, BLACK = "grid_kg_co2e_per_kwh: 0.43", "units: [{adds_g: {…}}]", "cell: {black_mass: […]}"
STAFF = "operators: {count: 2, response: 1 min}"
HOLDS, POWER = "units: [{quality_holds: […]}]", "units: [{energy_w: {execute: 18000}}]"
_NEEDS = {
    "capacity": (CELL,), "takt attainment": (TAKT,), "hours on takt": (TAKT,), "scrapped material": (ADDS,), "black mass": (BLACK,),
    "energy": (POWER,), "energy per good cell": (POWER,), "energy per kWh": (POWER, CELL), "CO2e per good cell": (POWER, GRID),
    "CO2e per kWh": (POWER, CELL, GRID), "held cells": (HOLDS,), "recalled cells": (HOLDS,), "operators": (STAFF,),
}  # fmt: skip
UNITS = {
    "throughput": "cells/h", "takt attainment": "%", "hours on takt": "%", "line OEE": "%", "capacity": "GWh/year",
    "work in progress": "cells", "lead time": "h", "lead time, median": "h", "lead time, P95": "h", "scrap": "%",
    "rolled throughput yield": "%", "scrapped material": "kg/h", "black mass": "kg/h", "held cells": "cells",
    "recalled cells": "cells", "operators": "%", "energy": "kWh", "energy per good cell": "W·h", "energy per kWh": "kWh/kWh",
    "CO2e per good cell": "kg", "CO2e per kWh": "kg/kWh",
}  # fmt: skip
"""The unit of every figure."""


def lacking(spec: LineSpec, figure: str) -> str:
    """What the line file would have to say for a figure to be known; empty if nothing is missing."""
    given = {CELL: spec.cell, TAKT: spec.takt, GRID: spec.grid_kg_co2e_per_kwh is not None, ADDS: materials(spec)}
    given[BLACK], given[HOLDS] = spec.cell and spec.cell.black_mass, holds_quality(spec)
    given[STAFF] = spec.operators is not None
    given[POWER] = any(any(getattr(u, "energy_w", {}).values()) for u in spec.units)
    return next((need for need in _NEEDS.get(figure, ()) if not given[need]), "")


def holds_quality(spec: LineSpec) -> bool:
    """Whether what a unit makes is held back at some time."""
    return any(getattr(unit, "quality_holds", ()) for unit in spec.units)


def line_values(experiment: Experiment) -> Iterator[tuple[str, str, Of]]:
    """Name, unit and value of every figure that this experiment can tell, in the order in which they are shown."""
    return ((name, UNITS[name], of) for name, of in _values(experiment))


def _values(experiment: Experiment) -> Iterator[tuple[str, Of]]:
    spec, hours, results = experiment.spec, experiment.hours, experiment.results
    yield "throughput", lambda r: r.good / hours
    if spec.takt is not None:
        wanted = HOUR / spec.takt
        yield "takt attainment", lambda r: 100 * r.good / hours / wanted
        if hours >= 1:
            yield "hours on takt", lambda r: 100 * hours_on_takt(r, wanted)
    yield "line OEE", lambda r: 100 * r.good / max(ideal_output(spec, r, hours), LEAST)
    cell_wh = spec.cell.energy_wh if spec.cell is not None else None
    if cell_wh is not None:
        gwh = HOURS_PER_YEAR * cell_wh / 1e9
        yield "capacity", lambda r: r.good / hours * gwh
    yield "work in progress", lambda r: r.wip_mean
    if all(r.lead_times for r in results):  # nobody that entered may have left yet
        yield "lead time", lambda r: r.lead_mean / HOUR
        yield "lead time, median", lambda r: quantile(dict(r.lead_times), 0.5) / HOUR
        yield "lead time, P95", lambda r: quantile(dict(r.lead_times), 0.95) / HOUR
    yield "scrap", lambda r: 100 * r.scrap / max(r.good + r.scrap, 1)
    yield "rolled throughput yield", lambda r: 100 * rolled_yield(r)
    if materials(spec):
        yield "scrapped material", lambda r: scrapped_kg(spec, r) / hours
    if spec.cell is not None and spec.cell.black_mass:
        black = spec.cell.black_mass
        yield "black mass", lambda r: scrapped_kg(spec, r, black) / hours
    if holds_quality(spec):
        yield "held cells", lambda r: float(sum(h.held for h in r.holds))
        yield "recalled cells", lambda r: float(sum(h.recalled for h in r.holds))
    if spec.operators is not None:
        off = spec.calendar.of_operators
        yield "operators", lambda r: 100 * busy(r.operators, on_duty(off, r.start, r.end))
    yield from _energy(experiment, cell_wh)


def _energy(experiment: Experiment, cell_wh: float | None) -> Iterator[tuple[str, Of]]:
    spec, grid = experiment.spec, experiment.spec.grid_kg_co2e_per_kwh
    if lacking(spec, "energy"):
        return
    yield "energy", lambda r: energy_wh(r) / 1000
    if not all(r.good for r in experiment.results):
        return
    yield "energy per good cell", lambda r: energy_wh(r) / r.good
    if cell_wh is not None:
        yield "energy per kWh", lambda r: energy_wh(r) / (r.good * cell_wh)
    if grid is not None:
        yield "CO2e per good cell", lambda r: energy_wh(r) / 1000 * grid / r.good
        if cell_wh is not None:
            yield "CO2e per kWh", lambda r: energy_wh(r) * grid / (r.good * cell_wh)


def planned_hours(unit: UnitResult, hours: float) -> float:
    """Hours counted without breaks and planned maintenance."""
    return hours - sum(s for key, s in unit.seconds.items() if account(*key) in UNPLANNED) / HOUR


def ideal_output(spec: LineSpec, result: RunResult, hours: float) -> float:
    """Items that the unit that can make the fewest would make in its planned time if nothing else ever stopped it."""
    units = zip((u for u in spec.units if not isinstance(u, BufferSpec)), result.units, strict=True)
    return min(design_speed(unit) * 60 * planned_hours(of, hours) for unit, of in units)


def busy(operators: Sequence[float], duty_s: float) -> float:
    """Share of so many seconds on duty in which operators were busy, given the seconds of each."""
    return sum(operators) / max(len(operators) * duty_s, LEAST)


def energy_wh(result: RunResult) -> float:
    """Energy of all units in Wh."""
    return sum(u.energy_wh for u in result.units)


def hours_on_takt(result: RunResult, wanted: float) -> float:
    """Share of the full hours counted in which at least ``wanted`` good items left, rounded down to whole ones."""
    parts = round(HOUR / result.bucket_s)
    hours = floor(result.duration / HOUR + 1e-9)
    made = [sum(result.departures[i * parts : (i + 1) * parts]) for i in range(hours)]
    return sum(n >= floor(wanted + 1e-9) for n in made) / hours
