"""The hours to join the units of a line, with and without a common interface, as samples of many runs.

Without one, every joint is specified, programmed and tested by its two vendors; vendors that meet have to find together,
and all of a line have to be coordinated, so that the hours grow with the pairs of vendors. With one, every unit meets the
profile and is checked, open findings are mended, joints are only tested, and the guideline has to be introduced. The first
line bears what is done once; further lines of the same units cost less.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from profiles.model import Severity
from simulator.effort.spec import EffortSpec
from simulator.line.distributions import Distribution, sample
from simulator.line.streams import generator

Hours = npt.NDArray[np.float64]
Findings = Mapping[str, Mapping[Severity, int]]
TAIL = 0.1
MOST_LINES_SHOWN = 10
_DRAW, _COUNT = 1, 2  # purposes of the random streams
_SWEEP_RUNS = 2000
_SWEPT = 12  # numbers of vendors, at most


@dataclass(frozen=True)
class Spread:
    """Of hours: mean, and what 10, 50 and 90 % of the runs stay below."""

    mean: float
    p10: float
    p50: float
    p90: float


@dataclass(frozen=True)
class Swing:
    """Mean hours saved in the runs with the lowest and with the highest tenth of a parameter's values."""

    parameter: str
    low: float
    high: float


@dataclass(frozen=True)
class Side:
    """Hours of one way to join, by run. Of each joint, of each unit, of the line as a whole; and the same hours by task."""

    joints: tuple[Hours, ...]
    units: tuple[Hours, ...]
    line: Hours
    tasks: dict[str, Hours]

    @property
    def total(self) -> Hours:
        return np.asarray(sum(self.tasks.values()))

    def and_more(self, other: Side, times: int) -> Side:
        """With so many times the hours of another one."""
        return Side(
            tuple(a + times * b for a, b in zip(self.joints, other.joints, strict=True)),
            tuple(a + times * b for a, b in zip(self.units, other.units, strict=True)),
            self.line + times * other.line,
            {name: hours + times * other.tasks[name] for name, hours in self.tasks.items()},
        )


@dataclass(frozen=True)
class Estimate:
    """Hours of all lines. ``findings`` are the open ones of the units that brought a report; ``first`` and ``later`` the
    hours saved at the first line and at each further one."""

    spec: EffortSpec
    findings: Findings
    without: Side
    guided: Side
    first: Hours
    later: Hours
    swings: tuple[Swing, ...] = ()

    @property
    def saved(self) -> Hours:
        return self.saved_by(self.spec.lines)

    def saved_by(self, lines: int) -> Hours:
        """Hours saved when so many lines have been built."""
        return self.first + (lines - 1) * self.later

    @property
    def vendors(self) -> int:
        return len({unit.vendor for unit in self.spec.units})

    @property
    def last_shown(self) -> int:
        """The greatest number of lines that anything is said of."""
        return max(MOST_LINES_SHOWN, self.spec.lines)

    @property
    def pays(self) -> tuple[int, int] | None:
        """From which to which number of lines, the last such numbers of those shown, more than half of the runs save hours."""
        saves = [n for n in range(1, self.last_shown + 1) if (self.saved_by(n) > 0).mean() > 0.5]
        if not saves:
            return None
        first = next(n for n in reversed(saves) if n - 1 not in saves)
        return first, saves[-1]


def estimate(spec: EffortSpec, findings: Findings | None = None) -> Estimate:
    """Draw all runs. ``findings``: open findings by severity of those units that bring a report."""
    draws = _Draws(spec)
    made = _drawn(spec, draws, findings or {})
    return replace(made, swings=_swings(draws, made.saved))


def _drawn(spec: EffortSpec, draws: _Draws, known: Findings) -> Estimate:
    without, without_later = (_without(spec, draws, later) for later in (False, True))
    guided, guided_later = (_guided(spec, draws, known, later) for later in (False, True))
    further = spec.lines - 1
    return Estimate(
        spec, known, without.and_more(without_later, further), guided.and_more(guided_later, further),
        without.total - guided.total, without_later.total - guided_later.total,
    )  # fmt: skip


def spread(hours: Hours) -> Spread:
    """What the runs say of some hours."""
    low, middle, high = np.quantile(hours, (TAIL, 0.5, 1 - TAIL))
    return Spread(float(hours.mean()), float(low), float(middle), float(high))


def by_vendors(spec: EffortSpec) -> list[tuple[int, Spread, Spread]]:
    """The same lines made by one vendor, two, … (at most twelve numbers) in turn, no unit bringing a report: vendors, hours without, hours with."""
    found = []
    for count in sorted({round(n) for n in np.linspace(1, len(spec.units), _SWEPT)}):
        units = tuple(u.model_copy(update={"vendor": f"{i % count}"}) for i, u in enumerate(spec.units))
        swept = spec.model_copy(update={"units": units, "runs": min(spec.runs, _SWEEP_RUNS)})
        made = _drawn(swept, _Draws(swept), {})
        found.append((count, spread(made.without.total), spread(made.guided.total)))
    return found


class _Draws:
    """Values of the parameters, each drawn once: runs × ``count``, all columns alike if the draws are common."""

    def __init__(self, spec: EffortSpec) -> None:
        self.runs, self.seed, self.common = spec.runs, spec.seed, spec.draws == "common"
        self.drawn: dict[str, Hours] = {}

    def of(self, name: str, parameter: Distribution, count: int) -> Hours:
        """A parameter's values. Each has a stream of its own, so that a change of one leaves the others as they are."""
        if name not in self.drawn:
            self.drawn[name] = self._draw(name, parameter, 1 if self.common else max(count, 1))
        return np.broadcast_to(self.drawn[name], (self.runs, count)) if self.common else self.drawn[name][:, :count]

    def counts(self, name: str, mean: float, count: int) -> Hours:
        """Numbers of findings, drawn for each unit by itself."""
        return generator(self.seed, name, _COUNT).poisson(mean, (self.runs, count)).astype(np.float64)

    def _draw(self, name: str, parameter: Distribution, columns: int) -> Hours:
        rng, values = generator(self.seed, name, _DRAW), np.empty(0)
        while values.size < self.runs * columns:  # a truncated normal distribution gives fewer than asked for
            values = np.concatenate((values, sample(parameter, rng, self.runs * columns)))
        return values[: self.runs * columns].reshape(self.runs, columns)


def _without(spec: EffortSpec, draws: _Draws, later: bool) -> Side:
    p, units = spec.without, spec.units
    pairs = [frozenset((a.vendor, b.vendor)) for a, b in pairwise(units)]
    n, vendors = len(pairs), len({u.vendor for u in units})
    single = np.array([len(pair) == 1 for pair in pairs])
    first = np.array([pair not in pairs[:i] for i, pair in enumerate(pairs)]) & ~single
    again = ~first & ~single

    def drawn(name: str, count: int = n) -> Hours:
        return draws.of(f"without.{name}", getattr(p, name), count)

    share = first + again * drawn("repeat") + single * drawn("in_house")
    if later:
        share = share * drawn("next_line")
    joints = {
        "specification": drawn("specification") * share, "glue_code": drawn("glue_code") * share,
        "joint_test": drawn("joint_test"), "pairing": drawn("pairing") * (first & ~np.bool_(later)),
    }  # fmt: skip
    return _side(spec, joints, {}, {"coordination": drawn("coordination", vendors * (vendors - 1) // 2)})


def _guided(spec: EffortSpec, draws: _Draws, findings: Findings, later: bool) -> Side:
    p, n = spec.guided, len(spec.units)
    vendors = [unit.vendor for unit in spec.units]
    first = np.array([vendor not in vendors[:i] for i, vendor in enumerate(vendors)])

    def drawn(name: str, count: int = n) -> Hours:
        return draws.of(f"with.{name}", getattr(p, name), count)

    found, fixing = _findings(spec, draws, findings)
    share = drawn("next_line") if later else np.ones((spec.runs, n))
    once = 0.0 if later else 1.0
    units = {
        "reading": drawn("reading") * first * once,
        "implementation": drawn("implementation") * (first + ~first * drawn("reuse")) * share,
        "claim": drawn("claim"), "conformance_run": drawn("conformance_run") * (1 + once * (found > 0)),
        "fixing": fixing * share,
    }  # fmt: skip
    return _side(
        spec, {"joint_test": drawn("joint_test", n - 1)}, units, {"introduction": drawn("introduction", 1) * once}
    )


def _findings(spec: EffortSpec, draws: _Draws, findings: Findings) -> tuple[Hours, Hours]:
    """Open findings of each unit, and the hours to mend them; those that its report says, or expected ones."""
    n = len(spec.units)
    found, fixing = np.zeros((spec.runs, n)), np.zeros((spec.runs, n))
    for severity in Severity:
        counts = draws.counts(f"with.findings.{severity}", spec.guided.findings.of(severity), n)
        for column, unit in enumerate(spec.units):
            if unit.name in findings:
                counts[:, column] = findings[unit.name].get(severity, 0)
        fixing += counts * draws.of(f"with.fixing.{severity}", spec.guided.fixing.of(severity), n)
        found += counts
    return found, fixing


def _side(spec: EffortSpec, joints: dict[str, Hours], units: dict[str, Hours], line: dict[str, Hours]) -> Side:
    """Tasks of joints, of units and of the line, each runs × columns, with their sums."""
    none = np.zeros((spec.runs, len(spec.units)))
    tasks = {name: hours.sum(axis=1) for name, hours in (joints | units | line).items()}
    whole = sum((tasks[name] for name in line), none[:, 0])
    return Side(tuple(sum(joints.values(), none[:, 1:]).T), tuple(sum(units.values(), none).T), whole, tasks)


def _swings(draws: _Draws, saved: Hours) -> tuple[Swing, ...]:
    """The parameters by how much the hours saved move with them, most first."""
    tail = max(1, round(TAIL * saved.size))
    found = []
    for name, drawn in draws.drawn.items():
        values = drawn.mean(axis=1)
        if values.min() < values.max():
            order = np.argsort(values, kind="stable")
            found.append(Swing(name, float(saved[order[:tail]].mean()), float(saved[order[-tail:]].mean())))
    return tuple(sorted(found, key=lambda s: -abs(s.high - s.low)))
