"""From a target to lines, machines, places and takt.

Each step must take in what the target needs divided by all yields from it on: yields compound, so the first steps need
most. What a step holds follows from Little's law, and so do its places: cells per second × seconds per cell, divided
by the share of the time in which the places are in use. A machine of one place and a formation of 20 000 channels are the same
sum. Trays need two more: one that is being loaded and one that is being unloaded.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from simulator.line.distributions import mean
from simulator.planning.spec import PlanSpec, StepSpec

MINUTES_PER_DAY = 1440
_SLACK = 1e-9  # so that rounding errors do not buy a machine


@dataclass(frozen=True)
class StepPlan:
    """What one line needs for one step. ``cells_per_h`` enter it, averaged over all time; ``takt_s`` is the time per cell that
    the step has while it works; ``cells`` are in it on average (Little); ``machines`` is 0 for a store; ``limit_per_h``
    are the good cells per hour that the line would make if only this step held it back.
    """

    spec: StepSpec
    cells_per_h: float
    takt_s: float
    cells: float
    places: int
    machines: int
    limit_per_h: float
    load: float

    @property
    def trays(self) -> int:
        return self.places // self.spec.tray


@dataclass(frozen=True)
class CapacityPlan:
    """A plan. Rates are of all lines together, but for those of the steps, ``good_per_h`` and ``limit_per_h``: of one line.

    ``net_ppm``: good cells per minute of all time. ``gross_ppm``: what the step that sets the pace makes per minute while it
    works, scrap included. ``takt_s``: seconds per cell of one line at that speed.
    """

    spec: PlanSpec
    cells_per_year: float
    net_ppm: float
    gross_ppm: float
    lines: int
    takt_s: float
    quality: float
    oee: float
    good_per_h: float
    steps: tuple[StepPlan, ...]

    @property
    def pace(self) -> StepPlan:
        """The step that sets the pace: of the machines, that with the least time per cell."""
        return min((s for s in self.steps if s.spec.kind == "machine"), key=lambda s: s.takt_s)

    @property
    def tightest(self) -> StepPlan:
        """The step that would hold a line back first, with machines and places in whole numbers."""
        return min(self.steps, key=lambda s: s.limit_per_h)

    @property
    def limit_per_h(self) -> float:
        """Good cells per hour of a line if its steps never waited for one another."""
        return self.tightest.limit_per_h


def size(spec: PlanSpec) -> CapacityPlan:
    """The plan for a target."""
    cells = spec.gwh * 1e9 / spec.cell.energy_wh
    net_ppm = cells / (spec.days_per_year * MINUTES_PER_DAY)
    gross_ppm = net_ppm / spec.oee
    lines = spec.lines or max(1, ceil(gross_ppm / 60 * (spec.shortest_takt or 0.0) - _SLACK))
    good = 60 * net_ppm / lines
    steps = tuple(_step(spec, index, good) for index in range(len(spec.steps)))
    return CapacityPlan(
        spec, cells, net_ppm, gross_ppm, lines, 60 * lines / gross_ppm, spec.good_after(0), spec.oee, good, steps
    )


def _step(spec: PlanSpec, index: int, good: float) -> StepPlan:
    step, after = spec.steps[index], spec.good_after(index)
    rate, seconds, used = good / after, mean(step.time), spec.used(step)
    held = rate * seconds / 3600
    moving = 2 * step.tray if step.tray > 1 else 0
    wanted = held / used + moving
    group = step.places if step.kind == "machine" else step.tray
    count = max(moving // group + 1, ceil(wanted / group - _SLACK))
    places = count * group
    at_work = places - moving
    return StepPlan(
        step, rate, 3600 * used / rate, held, places, count if step.kind == "machine" else 0,
        at_work / seconds * 3600 * step.up * after, held / (at_work * step.up),
    )  # fmt: skip
