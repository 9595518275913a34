"""What a little more of everything would bring: each unit made better by some percent, by itself.

MTBF longer, MTTR shorter (all failure modes of the unit), speed higher (machines: process time shorter; conveyors: belt
faster), places more (buffers: capacity; conveyors: a longer belt). Places are whole: at least one is added, and the percent
that it really is counts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from simulator.experiments.study.compare import LOWER_IS_BETTER, Verdict, judge, paired
from simulator.line.distributions import Distribution
from simulator.line.spec import BufferSpec, ConveyorSpec, LineSpec, UnitSpec

if TYPE_CHECKING:
    from simulator.experiments.study.result import Study

What = Literal["mtbf", "mttr", "speed", "places"]
_TIMES = ("mean", "sd", "low", "high", "mode", "scale")


@dataclass(frozen=True)
class Step:
    """One improvement: ``percent`` is what was really added (mttr: taken away), ``places`` how many of them."""

    unit: str
    what: What
    percent: float
    places: int = 0

    @property
    def change(self) -> str:
        """``+1 %``, ``-1 %``, ``+1 (+8.3 %)``."""
        share = f"{'-' if self.what == 'mttr' else '+'}{self.percent:.3g} %"
        return f"+{self.places} ({share})" if self.places else share

    @property
    def name(self) -> str:
        return f"{self.unit}: {self.what} {self.change}"


@dataclass(frozen=True)
class Gain:
    """What a step brings: the paired difference of the figure, and the percent of the figure per percent of the step.

    Half-widths are those of intervals that hold together with 95 % for all steps.
    """

    step: Step
    unit: str
    mean: float
    half_width: float
    per_percent: float
    per_percent_half_width: float
    verdict: Verdict


def steps(spec: LineSpec, percent: float) -> Iterator[tuple[Step, LineSpec]]:
    """Every step with the line that it makes."""
    for index, unit in enumerate(spec.units):
        for step, better in _better(unit, percent):
            units = (*spec.units[:index], better, *spec.units[index + 1 :])
            yield step, spec.model_copy(update={"units": units})


def _better(unit: UnitSpec | BufferSpec, percent: float) -> Iterator[tuple[Step, UnitSpec | BufferSpec]]:
    if isinstance(unit, BufferSpec):
        more = max(1, round(unit.capacity * percent / 100))
        share = 100 * more / unit.capacity if unit.capacity else 100.0
        yield Step(unit.name, "places", share, more), unit.model_copy(update={"capacity": unit.capacity + more})
        return
    if unit.failures:
        longer = tuple(f.model_copy(update={"mtbf": scaled(f.mtbf, 1 + percent / 100)}) for f in unit.failures)
        yield Step(unit.name, "mtbf", percent), unit.model_copy(update={"failures": longer})
        shorter = tuple(f.model_copy(update={"mttr": scaled(f.mttr, 1 - percent / 100)}) for f in unit.failures)
        yield Step(unit.name, "mttr", percent), unit.model_copy(update={"failures": shorter})
    if isinstance(unit, ConveyorSpec):
        faster: dict[str, Any] = {"speed_m_s": unit.speed_m_s * (1 + percent / 100)}
        yield Step(unit.name, "speed", percent), unit.model_copy(update=faster)
        more = max(1, round(unit.places * percent / 100))
        yield Step(unit.name, "places", 100 * more / unit.places, more), _longer(unit, more)
    else:
        faster = {"process_time": scaled(unit.process_time, 1 / (1 + percent / 100))}
        yield Step(unit.name, "speed", percent), unit.model_copy(update=faster)


def _longer(belt: ConveyorSpec, more: int) -> ConveyorSpec:
    """A belt with more places: longer only where its length has no room for them."""
    places = belt.places + more
    length = belt.length_m + more * belt.spacing_m if belt.capacity is None else places * belt.spacing_m
    capacity = None if belt.capacity is None else places
    return belt.model_copy(update={"length_m": max(belt.length_m, length), "capacity": capacity})


def scaled(times: Distribution, factor: float) -> Distribution:
    """The distribution of ``factor`` times the time: the same random numbers give times that much longer."""
    update: dict[str, Any] = {n: v * factor for n in _TIMES if (v := getattr(times, n)) is not None}
    if times.values is not None:
        update["values"] = tuple(v * factor for v in times.values)
    return times.model_copy(update=update)


def gains(study: Study) -> tuple[Gain, ...]:
    """What every step brings to the figure that scenarios are compared by, the most per percent first."""
    name = study.figure
    base = study.base.figures.figure(name)
    made = [(o.scenario.step, f) for o in study.outcomes if (f := o.figures.figure(name)) and o.scenario.step]
    if base is None:
        return ()
    lower, found = name in LOWER_IS_BETTER, []
    for step, figure in made:
        mean, half_width = paired(base.values, figure.values, len(made))
        scale = 100 / base.mean / step.percent if base.mean else 0.0
        verdict = judge(mean, half_width, lower_is_better=lower)
        found.append(Gain(step, figure.unit, mean, half_width, mean * scale, half_width * scale, verdict))
    return tuple(sorted(found, key=lambda g: g.per_percent if lower else -g.per_percent))
