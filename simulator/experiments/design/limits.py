"""What no design can reach: more than the slowest unit makes without any stop, and shares above 100 %."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from math import inf, prod
from typing import TYPE_CHECKING

from simulator.experiments.figures import HOURS_PER_YEAR
from simulator.experiments.run import HOUR
from simulator.interface.fitting import design_speed
from simulator.line.spec import BufferSpec

if TYPE_CHECKING:
    from simulator.experiments.design.plan import Choice, DesignPlan

SHARES = frozenset({"line OEE", "hours on takt", "rolled throughput yield", "operators"})
MOST_VALUES = 500  # combinations at one unit; beyond, nothing is said of it


def limit(plan: DesignPlan) -> tuple[float, str]:
    """The most that the figure of the target can be, in steady state, and the unit that sets it; infinite if unknown."""
    target = plan.spec.target
    assert target is not None
    if target.figure in SHARES:
        return 100.0, ""
    base = plan.lines.base
    each = {
        "throughput": 1.0,
        "capacity": HOURS_PER_YEAR * base.cell.energy_wh / 1e9 if base.cell is not None else inf,
        "takt attainment": 100 * base.takt / HOUR if base.takt is not None else inf,
    }
    if target.figure not in each or _changes(plan, target.figure):
        return inf, ""
    by_unit = {
        unit.name: _fastest(plan, index) for index, unit in enumerate(base.units) if not isinstance(unit, BufferSpec)
    }
    slowest = min(by_unit, key=lambda name: by_unit[name])
    return by_unit[slowest] * each[target.figure], slowest


def _changes(plan: DesignPlan, figure: str) -> bool:
    """Whether what a figure is reckoned with may be chosen too."""
    key = {"capacity": "cell", "takt attainment": "takt"}.get(figure)
    return any(choice.target[0] == key for choice in plan.choices)


def _fastest(plan: DesignPlan, index: int) -> float:
    """Items per hour of a unit with the best of what may be chosen at it."""
    mine = [choice for choice in plan.choices if choice.target[:2] in (("units", index), ("units",))]
    if any(len(choice.target) < 3 for choice in mine) or prod(len(choice.values) for choice in mine) > MOST_VALUES:
        return inf  # it may be replaced as a whole
    return max(_rate(plan, index, mine, at) for at in product(*(range(len(choice.values)) for choice in mine)))


def _rate(plan: DesignPlan, index: int, mine: Sequence[Choice], at: Sequence[int]) -> float:
    indices = dict(zip((choice.path for choice in mine), at, strict=True))
    spec = plan.scenario(tuple(indices.get(choice.path, 0) for choice in plan.choices)).spec.units[index]
    return inf if isinstance(spec, BufferSpec) else design_speed(spec) * 60
