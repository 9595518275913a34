"""From an experiment file to the lines that are to be run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from math import prod
from pathlib import Path
from typing import Any

from simulator.experiments.figures import lacking
from simulator.experiments.said import value_text
from simulator.experiments.study.errors import ExperimentError
from simulator.experiments.study.levels import bounds, expand, latin_hypercube, numeric
from simulator.experiments.study.lines import Change, Fault, Lines
from simulator.experiments.study.paths import Place, label
from simulator.experiments.study.sensitivity import Step, steps
from simulator.experiments.study.spec import EXPERIMENT_FILE, ExperimentSpec, LevelSpec, StopSpec
from simulator.line import LineSpec
from simulator.line.packml import Transitions
from simulator.line.safety import STOPPING
from simulator.line.spec import BufferSpec, UnitSpec
from simulator.line.yamlfile import YamlFile

BASE = "base"
MOST_SCENARIOS = 1000


@dataclass(frozen=True)
class Factor:
    """What is varied. ``levels`` are its values as text, ``numbers`` the same as numbers (times in s) if all are some."""

    path: str
    label: str
    levels: tuple[str, ...]
    numbers: tuple[float, ...] | None


@dataclass(frozen=True)
class Scenario:
    """One line to run. ``levels`` is the text of each factor's value, empty where nothing is said of it.

    ``at``: for a point of the factors' design, the index of each factor's value. ``step``: what a sensitivity made better.
    """

    name: str
    spec: LineSpec
    levels: tuple[str, ...] = ()
    at: tuple[int, ...] | None = None
    step: Step | None = None


@dataclass(frozen=True)
class Plan:
    """All that an experiment asks for. ``scenarios[0]`` is the line as its file says, ``base`` the index of what the others
    are compared with, ``places`` where the keys of the experiment file stand (``file:line:column``)."""

    spec: ExperimentSpec
    name: str
    line_name: str
    factors: tuple[Factor, ...]
    scenarios: tuple[Scenario, ...]
    base: int
    transitions: Transitions | None
    places: Mapping[str, str]

    def place(self, key: str) -> str:
        """Where a key of the experiment file stands."""
        return self.places.get(key, self.name)


def load_plan(path: str | Path) -> Plan:
    """Load an experiment file (YAML) and make its scenarios.

    Raises ``ExperimentError`` for faults in it, ``LineError`` and ``ProfileError`` for faults in what it names.
    """
    path = Path(path)
    file = YamlFile(path, EXPERIMENT_FILE)
    spec = file.validate(ExperimentSpec)

    def fault(place: Sequence[int | str], what: str, mend: str) -> ExperimentError:
        at = file.fault(place, what, mend)
        return ExperimentError(at.path, at.line, at.column, what, mend)

    plan = make_plan(spec, path.parent, path.name, fault)
    where = {key: file.fault((key,), "", "") for key in file.tree}
    return replace(plan, places={key: f"{at.path}:{at.line}:{at.column}" for key, at in where.items()})


def make_plan(
    spec: ExperimentSpec, folder: str | Path = ".", name: str = "experiment", fault: Fault | None = None
) -> Plan:
    """The scenarios of an experiment whose line file is seen from ``folder``. Raises as ``load_plan``."""
    fault = fault or (lambda place, what, mend: ExperimentError(name, 0, 0, what, mend))
    path = Path(folder) / spec.line
    if not path.is_file():
        raise fault(("line",), f"line: there is no file {spec.line}", "give its path, seen from the experiment file")
    lines = Lines(path, fault)
    factors, points = _design(spec, lines, fault)
    scenarios = _with_points(lines, factors, points)
    scenarios += _named(spec, lines, fault, len(factors))
    if spec.sensitivity is not None:
        scenarios += [Scenario(s.name, line, step=s) for s, line in steps(lines.base, spec.sensitivity.percent)]
    names = [s.name for s in scenarios]
    if spec.compare not in names:
        mend = f"give one of: {', '.join(names[:8])}{', …' if len(names) > 8 else ''}"
        raise fault(("compare",), f"compare: there is no scenario '{spec.compare}'", mend)
    needed = next((need for s in scenarios if (need := lacking(s.spec, spec.replications.of))), "")
    if needed:
        what = f"replications.of: {spec.replications.of} is not known from this line file"
        raise fault(("replications", "of"), what, f"give '{needed}' in the line file")
    _check_stop(spec, scenarios, fault)
    return Plan(
        spec, name, path.name, tuple(f for f, _ in factors), tuple(scenarios), names.index(spec.compare), lines.transitions, {}
    )  # fmt: skip


def _with_points(lines: Lines, factors: list[tuple[Factor, Place]], points: Sequence[Scenario]) -> list[Scenario]:
    """The line as it stands, then the points of the design; a point that is the line as it stands is not run again."""
    base = Scenario(BASE, lines.base, tuple(lines.text(target) for _, target in factors))
    same = next((p for p in points if p.spec.model_dump() == base.spec.model_dump()), None)
    if same is not None:
        base = Scenario(BASE, base.spec, same.levels, same.at)
    return [base, *(p for p in points if p is not same)]


def _design(spec: ExperimentSpec, lines: Lines, fault: Fault) -> tuple[list[tuple[Factor, Place]], list[Scenario]]:
    """The factors with where they are in the line, and the scenarios of their values."""
    names = list(spec.factors)
    targets = [lines.resolve(name, ("factors", name)) for name in names]
    reject_overlap(targets, names, ("factors",), fault)
    columns, combined = _combinations(spec, fault)
    labels = [label(name) for name in names]
    labels = labels if len(set(labels)) == len(labels) else names
    factors = [
        Factor(name, short, tuple(value_text(v) for v in values), numeric(values))
        for name, short, values in zip(names, labels, columns, strict=True)
    ]
    points = []
    for values in combined:
        at = tuple(column.index(v) for column, v in zip(columns, values, strict=True))
        changes = [
            Change(target, v, ("factors", name) if spec.factors[name].kind != "list" else ("factors", name, i))
            for target, v, i, name in zip(targets, values, at, names, strict=True)
        ]
        texts = tuple(value_text(v) for v in values)
        title = ", ".join(f"{short}={text}" for short, text in zip(labels, texts, strict=True))
        points.append(Scenario(title, lines.changed(changes, title), texts, at))
    return list(zip(factors, targets, strict=True)), points


def _combinations(spec: ExperimentSpec, fault: Fault) -> tuple[list[list[Any]], list[tuple[Any, ...]]]:
    """The different values of each factor, and the combinations to run."""
    columns = [_values(path, levels, spec, fault) for path, levels in spec.factors.items()]
    if spec.design is not None:
        drawn = latin_hypercube(list(spec.factors.values()), spec.design.latin_hypercube, spec.seed)
        return [_different(column) for column in zip(*drawn, strict=True)], drawn
    if prod(len(column) for column in columns) > MOST_SCENARIOS:
        what = f"factors: all combinations are more than {MOST_SCENARIOS} scenarios"
        raise fault(("factors",), what, "give fewer values, or low and high with 'design: {latin_hypercube: 20}'")
    return columns, list(product(*columns)) if columns else []


def _values(path: str, levels: LevelSpec, spec: ExperimentSpec, fault: Fault) -> list[Any]:
    place = ("factors", path)
    if levels.kind == "bounds" and spec.design is None:
        raise fault(place, f"{path}: low and high need a design", "add 'design: {latin_hypercube: 20}', or give a list")
    try:
        if levels.kind == "bounds":
            bounds(levels)
            return []
        values = list(expand(levels))
    except ValueError as error:
        raise fault(place, f"{path}: {error}", "") from None
    if len(_different(values)) < len(values):
        raise fault(place, f"{path}: a value is given twice", "keep one of them")
    return values


def _different(values: Sequence[Any]) -> list[Any]:
    found: list[Any] = []
    for value in values:
        if value not in found:
            found.append(value)
    return found


def reject_overlap(targets: Sequence[Place], names: Sequence[str], at: Place, fault: Fault) -> None:
    """Raise at the second of two paths (of ``names`` under ``at``) of which one holds the other."""
    for i, one in enumerate(targets):
        for j, other in enumerate(targets):
            if i != j and one == other[: len(one)]:
                raise fault((*at, names[j]), f"{names[j]}: {names[i]} changes it already", "keep one of them")


def _named(spec: ExperimentSpec, lines: Lines, fault: Fault, factors: int) -> Iterator[Scenario]:
    for name, settings in spec.scenarios.items():
        place = ("scenarios", name)
        if name == BASE or not name.strip():
            raise fault(place, f"'{name}' is the name of the line as its file says", "choose another name")
        if not settings:
            raise fault(place, f"scenario '{name}' changes nothing", "give 'path: value' lines under it")
        changes = [Change(lines.resolve(p, (*place, p)), value, (*place, p)) for p, value in settings.items()]
        reject_overlap([c.target for c in changes], list(settings), place, fault)
        yield Scenario(name, lines.changed(changes, name), ("",) * factors)


def _check_stop(spec: ExperimentSpec, scenarios: Sequence[Scenario], fault: Fault) -> None:
    stop = spec.stop
    if stop is None:
        return
    for scenario in scenarios:
        units = {u.name: u for u in scenario.spec.units if not isinstance(u, BufferSpec)}
        if stop.unit not in units:
            what = f"stop.unit: there is no unit '{stop.unit}' that could stop in scenario '{scenario.name}'"
            raise fault(("stop", "unit"), what, f"units are {', '.join(units)}")
        if stop.by is not None:
            _check_trip(stop, stop.by, units[stop.unit], fault)
            _check_restart(stop, scenario, fault)
    if stop.at + (stop.duration or 0.0) >= spec.hours * 3600:
        raise fault(("stop",), "stop: it ends after the hours counted", "stop earlier or shorter, or count more hours")


def _check_trip(stop: StopSpec, by: str, unit: UnitSpec, fault: Fault) -> None:
    stopping = [f.id for f in unit.safety if f.reaction in STOPPING]
    mend = f"those that stop it are {', '.join(stopping) or 'none'}"
    if by not in [f.id for f in unit.safety]:
        raise fault(("stop", "by"), f"stop.by: {stop.unit} has no safety function '{by}'", mend)
    if by not in stopping:
        raise fault(("stop", "by"), f"stop.by: {by} of {stop.unit} stops nothing when it trips", mend)


def _check_restart(stop: StopSpec, scenario: Scenario, fault: Fault) -> None:
    operators = scenario.spec.operators is not None
    if stop.duration is None and not operators:
        what = f"stop: in scenario '{scenario.name}' nobody restarts what {stop.by} stops"
        raise fault(("stop",), what, "say 'for:' how long it stands, or give the line file 'operators:'")
    if stop.duration is not None and operators:
        what = f"stop.for: in scenario '{scenario.name}' the operators restart what {stop.by} stops when they are there"
        raise fault(("stop", "for"), what, "leave 'for:' out, or the operators")
