"""One of the planned lines as a line file that the simulator runs as it is.

A step becomes one unit with the places of all its machines; between two steps lies a buffer. Machines of one place each, or one
tray, fail each by itself; those of several places fail together, with the availability of each. Long steps begin with what they
hold on average. Stores of more than a day stay out, and the step before has their yield: with places enough they change no rate,
but every run would have to warm up for weeks.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, prod
from typing import Any

import yaml

from simulator.line.distributions import Distribution, mean
from simulator.line.spec import FailureSpec, LineSpec
from simulator.planning.errors import PlanError
from simulator.planning.sizing import CapacityPlan, StepPlan
from simulator.planning.spec import PlanSpec, StepSpec

STOP_S = 300.0  # how long a step stops that gives its availability and no failures; the line file marks it as assumed
LONGEST_STORE_S = 86400.0
_PREFILLED_FROM_S = 3600.0  # shorter steps fill within the warm-up
_WARMUP = 1.25  # of the time that a cell takes, so that what the line began with has left
_MOST_PLACES = 1_000_000
_HEAD = """\
# One of {lines} lines for {gwh:g} GWh per year, written by setsubi plan. Run it with
#   setsubi simulate FILE --warmup {warmup} --hours 48
# Needed: {needed:.1f} good cells per hour; at most {limit:.1f}, if no step ever waited for another.
# A step is one unit with the places of all its machines. Those of one place each (scope: place) fail each by itself, others
# all together. `assumed: true` marks what nothing public is known of.
{left_out}"""
_LEFT_OUT = "# Left out, their yield taken by the step before: {names} (stores of more than a day)."


@dataclass(frozen=True)
class PlannedLine:
    """A line file as ``text``, the hours of warm-up that it needs, and what is to be expected of it in good cells per
    hour: at least ``needed``, at most ``limit``."""

    text: str
    warmup_h: int
    needed: float
    limit: float
    left_out: tuple[str, ...]


def planned_line(plan: CapacityPlan, name: str = "plan") -> PlannedLine:
    """A line of the plan. Raises ``PlanError``, which calls the plan by ``name``, if the line model cannot hold it."""
    for step in plan.steps:
        if step.places > _MOST_PLACES and not _left_out(step):
            what = (
                f"a line would have {step.places} places for {step.spec.name}, and the line model holds {_MOST_PLACES}"
            )
            raise PlanError(name, 0, 0, what, "plan more lines, or a line file without this step")
    groups = _groups(plan.steps)
    stays = [group[0] for group in groups]
    left_out = tuple(step.spec.name for group in groups for step in group[1:])
    warmup = ceil(_WARMUP * sum(mean(step.spec.time) for step in stays) / 3600)
    limit = min(step.limit_per_h for step in stays)
    tree = _tree(plan, groups)
    LineSpec.model_validate(tree)
    head = _HEAD.format(
        lines=plan.lines, gwh=plan.spec.gwh, warmup=warmup, needed=plan.good_per_h, limit=limit,
        left_out=_LEFT_OUT.format(names=", ".join(left_out)) + "\n" if left_out else "",
    )  # fmt: skip
    text = head + yaml.safe_dump(tree, sort_keys=False, allow_unicode=True, width=120)
    return PlannedLine(text, warmup, plan.good_per_h, limit, left_out)


def _groups(steps: tuple[StepPlan, ...]) -> list[list[StepPlan]]:
    """The steps that become units, each with the stores after it that do not. The first step always stays."""
    groups: list[list[StepPlan]] = []
    for step in steps:
        if groups and _left_out(step):
            groups[-1].append(step)
        else:
            groups.append([step])
    return groups


def _left_out(step: StepPlan) -> bool:
    return step.spec.kind == "store" and mean(step.spec.time) > LONGEST_STORE_S


def _tree(plan: CapacityPlan, groups: list[list[StepPlan]]) -> dict[str, Any]:
    spec = plan.spec
    cell = {
        key: _figure(spec, getattr(spec.cell, key), f"cell.{key}")
        for key in ("format", "energy_wh", "capacity_ah")
        if getattr(spec.cell, key)
    }
    units: list[dict[str, Any]] = []
    for group in groups:
        step = group[0]
        if units and spec.buffer > 0:
            capacity = _figure(spec, ceil(step.cells_per_h * spec.buffer / 3600), "buffer")
            units.append({"name": f"before-{step.spec.name}"[:64], "kind": "buffer", "capacity": capacity})
        units.append(_unit(spec, step, prod(s.spec.quality for s in group)))
    return {"name": spec.name, "title": spec.title or spec.cell.format, "cell": cell, "units": units}


def _unit(plan: PlanSpec, step: StepPlan, quality: float) -> dict[str, Any]:
    spec, place = step.spec, f"steps.{step.spec.name}"
    unit: dict[str, Any] = {"name": spec.name}
    if spec.profile:
        unit["profile"] = spec.profile
    unit["slots"] = step.places
    if spec.tray > 1:
        unit["tray"] = _figure(plan, spec.tray, f"{place}.tray")
    unit["process_time"] = _figure(plan, _plain(spec.time, "deterministic"), f"{place}.time")
    if mean(spec.time) >= _PREFILLED_FROM_S:
        unit["prefill"] = round(step.cells / spec.tray) * spec.tray
    if failures := _failures(plan, spec, place):
        each = step.machines > 1 and spec.places == spec.tray
        unit["failures"] = [_alone(f) if each else f for f in failures]
    if quality < 1:
        unit["scrap"] = _figure(plan, round(1 - quality, 9), f"{place}.yield")
    return unit


def _failures(plan: PlanSpec, step: StepSpec, place: str) -> list[dict[str, Any]]:
    if step.availability is not None and step.availability < 1:
        mtbf = STOP_S * step.availability / (1 - step.availability)
        return [
            {
                "name": "stop",
                "mtbf": _figure(plan, mtbf, f"{place}.availability"),
                "mttr": {"value": STOP_S, "assumed": True},
            }
        ]
    return [_failure(plan, failure, f"{place}.failures.{failure.name}") for failure in step.failures]


def _failure(plan: PlanSpec, failure: FailureSpec, place: str) -> dict[str, Any]:
    times = {
        key: _figure(plan, _plain(getattr(failure, key), "exponential"), f"{place}.{key}") for key in ("mtbf", "mttr")
    }
    return failure.model_dump(exclude_unset=True) | times


def _alone(failure: dict[str, Any]) -> dict[str, Any]:
    """The failure as that of one place; one by the clock of time cannot be."""
    return failure | {"scope": "place"} if failure.get("clock", "operation") == "operation" else failure


def _plain(time: Distribution, usual: str) -> Any:
    """A time as a line file gives it: seconds if it has the distribution that a plain number means there."""
    return time.mean if time.distribution == usual else time.model_dump(exclude_unset=True)


def _figure(spec: PlanSpec, value: Any, place: str) -> Any:
    """The value with what the plan file says of it."""
    said = spec.figures.get(place)
    about = {} if said is None else said.model_dump(exclude={"value"}, exclude_defaults=True)
    return {"value": value} | about if about else value
