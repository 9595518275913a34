"""The ramp-up: month by month, what a plant makes while its OEE and its yield learn.

A line begins cells at its design speed × the time part of its OEE (OEE / yield); the yield's share of them becomes good. The time
part and the yield learn each by its own law. Wright's law after T. P. Wright (1936), with the plateau of J. R. de Jong
(1957); our reading.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import exp, log2

from simulator.planning.sizing import CapacityPlan
from simulator.planning.spec import LearningSpec, RampSpec

MONTHS = 12
PARTS = 50  # of a month, for the sum over it


@dataclass(frozen=True)
class Month:
    """One month of all lines. ``oee`` and ``quality`` are those of the cells and the time of the lines that have started."""

    number: int
    lines: int
    oee: float
    quality: float
    good: float
    begun: float
    gwh: float
    total_gwh: float
    scrap_t: float | None

    @property
    def scrap(self) -> float:
        """Scrapped cells."""
        return self.begun - self.good


@dataclass(frozen=True)
class Ramp:
    """``reached``: the first month that makes the wanted share of the target, with all lines running; ``None`` if none does."""

    months: tuple[Month, ...]
    reached: int | None


def ramp_up(plan: CapacityPlan, spec: RampSpec) -> Ramp:
    """Month by month from the start of the first line."""
    begun_by_line, good_by_line = _one_line(plan, spec)
    design = _full_speed(plan)
    cell, target = plan.spec.cell, plan.cells_per_year / MONTHS
    months: list[Month] = []
    total, reached = 0.0, None
    for month in range(spec.months):
        ages = _ages(month, plan.lines, spec.months_between_lines)
        lines = sum(ages.values())
        good = sum(n * good_by_line[age] for age, n in ages.items())
        begun = sum(n * begun_by_line[age] for age, n in ages.items())
        gwh = good * cell.energy_wh / 1e9
        total += gwh
        scrap_t = None if cell.mass_kg is None else (begun - good) * cell.mass_kg / 1000
        months.append(Month(month + 1, lines, good / (design * lines), good / begun, good, begun, gwh, total, scrap_t))
        if reached is None and lines == plan.lines and good >= spec.reached * target:
            reached = month + 1
    return Ramp(tuple(months), reached)


def _ages(month: int, lines: int, between: int) -> dict[int, int]:
    """How many of the lines run for the how manieth month (from 0)."""
    if between == 0:
        return {month: lines}
    return {month - line * between: 1 for line in range(min(lines, month // between + 1))}


def _full_speed(plan: CapacityPlan) -> float:
    """Cells of a line in a month without any loss."""
    return 3600 / plan.takt_s * 24 * plan.spec.days_per_year / MONTHS


def _one_line(plan: CapacityPlan, spec: RampSpec) -> tuple[list[float], list[float]]:
    """Cells begun and good cells of one line in each month from its start."""
    design = _full_speed(plan)
    first = spec.oee.start / spec.quality.start
    working = _learning(spec.oee, first, plan.oee / plan.quality)
    quality = _learning(spec.quality, spec.quality.start, plan.quality)
    begun_by_month, good_by_month, done = [], [], 0.0  # done: in months of design speed
    for month in range(spec.months):
        begun = good = 0.0
        for part in range(PARTS):
            t = month + (part + 0.5) / PARTS
            middle = done + working(t, done) / PARTS / 2
            step = working(t, middle) / PARTS
            begun += step
            good += step * quality(t, middle)
            done += step
        begun_by_month.append(begun * design)
        good_by_month.append(good * design)
    return begun_by_month, good_by_month


def _learning(spec: LearningSpec, start: float, end: float) -> Callable[[float, float], float]:
    """The share after ``t`` months and ``n`` months' worth of cells."""
    if spec.law == "exponential":
        months = spec.months or 1.0
        return lambda t, n: end - (end - start) * exp(-t / months)
    power = log2(spec.progress or 1.0)
    return lambda t, n: end - (end - start) * (1 + n) ** power
