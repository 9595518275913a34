"""From a design file to the designs that may be chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import prod
from pathlib import Path
from typing import Any

from simulator.experiments.design.errors import DesignError
from simulator.experiments.design.limits import limit
from simulator.experiments.design.spec import DESIGN_FILE, GROWING, ChoiceSpec, DesignFile
from simulator.experiments.figures import lacking
from simulator.experiments.said import value_text
from simulator.experiments.study.levels import expand, quantity
from simulator.experiments.study.lines import Change, Fault, Lines
from simulator.experiments.study.paths import Place, label
from simulator.experiments.study.plan import BASE, Scenario, reject_overlap
from simulator.experiments.study.spec import LevelSpec
from simulator.line import LineSpec
from simulator.line.yamlfile import YamlFile

At = tuple[int, ...]
"""A design: for each choice the index of its value."""
FEW = 64  # so many designs are gone through one by one, which assumes nothing of them
MOST_DESIGNS = 250_000


@dataclass(frozen=True)
class Choice:
    """One place in the line file, its values from the cheapest to the dearest, and what each costs."""

    path: str
    label: str
    target: Place
    values: tuple[Any, ...]
    costs: tuple[float, ...]

    @property
    def texts(self) -> tuple[str, ...]:
        return tuple(value_text(value) for value in self.values)


@dataclass(frozen=True)
class DesignPlan:
    """All that a design file asks for. ``place`` is where its target, or its two figures, stand."""

    spec: DesignFile
    name: str
    line_name: str
    choices: tuple[Choice, ...]
    lines: Lines
    place: str

    @property
    def designs(self) -> int:
        """How many there are to choose from."""
        return prod(len(choice.values) for choice in self.choices)

    @property
    def one_by_one(self) -> bool:
        """Whether designs are gone through by their cost, without assuming that what costs more is no worse."""
        return self.designs <= FEW or self.spec.figure not in GROWING

    @property
    def highest(self) -> At:
        return tuple(len(choice.values) - 1 for choice in self.choices)

    @property
    def lowest(self) -> At:
        return (0,) * len(self.choices)

    def cost(self, at: At) -> float:
        """What a design costs."""
        return sum(choice.costs[i] for choice, i in zip(self.choices, at, strict=True))

    def texts(self, at: At) -> tuple[str, ...]:
        """The values of a design."""
        return tuple(choice.texts[i] for choice, i in zip(self.choices, at, strict=True))

    def name_of(self, at: At) -> str:
        """The values of a design with what they are."""
        return ", ".join(f"{choice.label}={text}" for choice, text in zip(self.choices, self.texts(at), strict=True))

    def scenario(self, at: At) -> Scenario:
        """The line that a design makes. Raises ``DesignError`` if the line refuses a value."""
        changes = [
            Change(choice.target, choice.values[i], ("choose", choice.path))
            for choice, i in zip(self.choices, at, strict=True)
        ]
        name = self.name_of(at)
        return Scenario(name, self.lines.changed(changes, name), self.texts(at), at)

    @property
    def base(self) -> Scenario:
        """The line as its file says."""
        return Scenario(BASE, self.lines.base, tuple(self.lines.text(choice.target) for choice in self.choices))


def load_design(path: str | Path) -> DesignPlan:
    """Load a design file (YAML).

    Raises ``DesignError`` for faults in it, ``LineError`` and ``ProfileError`` for faults in what it names.
    """
    path = Path(path)
    file = YamlFile(path, DESIGN_FILE)
    file.want_one_of(("target", "pareto"), "keep 'target:' for the least cost that reaches it, or 'pareto:'")
    spec = file.validate(DesignFile)

    def fault(place: Sequence[int | str], what: str, mend: str) -> DesignError:
        at = file.fault(place, what, mend)
        return DesignError(at.path, at.line, at.column, what, mend)

    asked = fault(("target" if spec.target else "pareto",), "", "")
    return make_design(spec, path.parent, path.name, fault, f"{asked.path}:{asked.line}:{asked.column}")


def make_design(
    spec: DesignFile, folder: str | Path = ".", name: str = "design", fault: Fault | None = None, place: str = ""
) -> DesignPlan:
    """The designs of a file whose line is seen from ``folder``. Raises as ``load_design``."""
    fault = fault or (lambda _, what, mend: DesignError(name, 0, 0, what, mend))
    path = Path(folder) / spec.line
    if not path.is_file():
        raise fault(("line",), f"line: there is no file {spec.line}", "give its path, seen from the design file")
    lines = Lines(path, fault)
    targets = [lines.resolve(path, ("choose", path)) for path in spec.choose]
    reject_overlap(targets, list(spec.choose), ("choose",), fault)
    labels = [label(path) for path in spec.choose]
    labels = labels if len(set(labels)) == len(labels) else list(spec.choose)
    choices = tuple(
        _choice(path, short, target, choice, fault)
        for (path, choice), short, target in zip(spec.choose.items(), labels, targets, strict=True)
    )
    plan = DesignPlan(spec, name, path.name, choices, lines, place or name)
    _check_number(plan, fault)
    for at in dict.fromkeys((plan.lowest, *_second(plan), plan.highest)):
        _check_known(plan, plan.scenario(at).spec, fault)  # a value that the line refuses is found before anything runs
    _check_limit(plan, fault)
    return plan


def _second(plan: DesignPlan) -> list[At]:
    """The smallest design with the second value at one place: what only some values fit shows there."""
    places = range(len(plan.choices))
    return [tuple(int(i == k) for k in places) for i in places if len(plan.choices[i].values) > 1]


def _choice(path: str, short: str, target: Place, spec: ChoiceSpec, fault: Fault) -> Choice:
    place = ("choose", path)
    try:
        if spec.values is not None:
            values = spec.values
        else:
            low, high, step = (quantity(value) for value in (spec.low, spec.high, spec.step))
            if low.of(high) < low.number:
                raise ValueError("high must not be below low")
            if low.of(step) <= 0:
                raise ValueError("step must be above 0")
            values = expand(LevelSpec.model_validate({"from": spec.low, "to": spec.high, "step": spec.step}))
        if not values:
            raise ValueError("there is no value to choose")
        costs = _costs(spec, values)
        if any(b <= a for a, b in pairwise(costs)):
            raise ValueError(
                "the values must stand from the cheapest to the dearest, each costing more than the one before"
            )
    except ValueError as error:
        raise fault(place, f"{path}: {error}", "correct the choice") from None
    return Choice(path, short, target, values, costs)


def _costs(spec: ChoiceSpec, values: Sequence[Any]) -> tuple[float, ...]:
    if spec.costs is not None:
        if len(spec.costs) != len(values):
            raise ValueError(f"there are {len(values)} values and {len(spec.costs)} costs")
        return spec.costs
    try:
        numbers = [quantity(value) for value in values]
    except ValueError:
        raise ValueError("values that are no numbers need 'costs', one for each") from None
    if any(number.unit for number in numbers):
        raise ValueError("times need 'costs', one for each value; 'cost' is for plain numbers")
    return tuple(spec.cost * number.number for number in numbers)


def _check_number(plan: DesignPlan, fault: Fault) -> None:
    spec = plan.spec
    if plan.designs > MOST_DESIGNS:
        what = f"choose: these are more than {MOST_DESIGNS} designs"
        raise fault(("choose",), what, "give larger steps, or closer bounds")
    if spec.target is not None and plan.one_by_one and plan.designs > max(spec.tries, FEW):
        what = (
            f"target: {spec.target.figure} does not always grow with what is chosen, so that all {plan.designs} designs "
            f"would have to be tried, more than {spec.tries}"
        )
        raise fault(("target",), what, "give larger steps or closer bounds, or raise 'tries'")


def _check_known(plan: DesignPlan, line: LineSpec, fault: Fault) -> None:
    """Raise at a figure that such a line does not tell."""
    asked = plan.spec.pareto
    places: dict[str, Place] = {plan.spec.figure: ("target",) if asked is None else ("pareto", "maximise")}
    if asked is not None:
        places[asked.minimise] = ("pareto", "minimise")
    for figure, place in places.items():
        if needed := lacking(line, figure):
            what = f"{'.'.join(map(str, place))}: {figure} is not known from this line file"
            raise fault(place, what, f"give '{needed}' in the line file")


def _check_limit(plan: DesignPlan, fault: Fault) -> None:
    target = plan.spec.target
    if target is None:
        return
    most, slowest = limit(plan)
    if target.value > most * (1 + 1e-9):
        by = f": {slowest}, the slowest unit, makes no more without any stop" if slowest else ""
        what = f"target: {target.figure} cannot be more than {most:.6g}{by}"
        raise fault(
            ("target",), what, f"give a lower target{f', or more to choose from at {slowest}' if slowest else ''}"
        )
