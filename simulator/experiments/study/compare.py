"""Scenarios against the base: paired differences, replication by replication on the same random numbers.

Intervals hold together for all comparisons of a figure (Bonferroni): with m scenarios each is one of 1 − 0.05/m.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import sqrt
from typing import TYPE_CHECKING

from simulator.experiments.intervals import CONFIDENCE, interval

if TYPE_CHECKING:
    from simulator.experiments.study.result import Outcome, Study

LOWER_IS_BETTER = frozenset({
    "scrap", "scrapped material", "black mass", "held cells", "recalled cells", "work in progress", "lead time", "lead time, median", "lead time, P95", "energy",
    "energy per good cell", "energy per kWh", "CO2e per good cell", "CO2e per kWh",
})  # fmt: skip


class Verdict(StrEnum):
    """What a difference to the base says."""

    BETTER = "better"
    WORSE = "worse"
    SAME = "not distinguishable"
    EQUAL = "equal"


@dataclass(frozen=True)
class Difference:
    """A scenario's figure less that of the base: mean and half-width of the paired t interval.

    ``gain``: how many times wider the interval would be with random numbers of its own for each scenario.
    """

    scenario: str
    figure: str
    unit: str
    mean: float
    half_width: float
    gain: float
    verdict: Verdict


def compare(study: Study, figure: str) -> tuple[Difference, ...]:
    """Every scenario but the base, for one figure; empty if the base lacks it. Scenarios that lack it are left out."""
    base = study.base.figures.figure(figure)
    if base is None:
        return ()
    others = [o for o in study.outcomes if o is not study.base]
    return tuple(
        _difference(study.base, o, figure, len(others)) for o in others if o.figures.figure(figure) is not None
    )


def _difference(base: Outcome, other: Outcome, figure: str, comparisons: int) -> Difference:
    mine, theirs = other.figure(figure), base.figure(figure)
    mean, half_width = paired(theirs.values, mine.values, comparisons)
    verdict = judge(mean, half_width, lower_is_better=figure in LOWER_IS_BETTER)
    return Difference(
        other.scenario.name, figure, mine.unit, mean, half_width, pairing_gain(theirs.values, mine.values), verdict
    )


def paired(base: Sequence[float], other: Sequence[float], comparisons: int = 1) -> tuple[float, float]:
    """Mean and half-width of the t interval of ``other`` less ``base``, at 1 − 0.05/comparisons.

    Raises ``ValueError`` unless both have the same number of values, two or more.
    """
    if len(base) < 2:
        raise ValueError("paired intervals need two replications or more")
    differences = [b - a for a, b in zip(base, other, strict=True)]
    mean, half_width = interval(differences, 1 - (1 - CONFIDENCE) / comparisons)
    assert half_width is not None
    return mean, half_width


def judge(mean: float, half_width: float, *, lower_is_better: bool = False) -> Verdict:
    """Whether an interval lies wholly on one side of 0; equal: no replication differs at all."""
    if mean == half_width == 0:
        return Verdict.EQUAL
    if mean == 0 or abs(mean) <= half_width:
        return Verdict.SAME
    return Verdict.BETTER if (mean > 0) != lower_is_better else Verdict.WORSE


def pairing_gain(base: Sequence[float], other: Sequence[float]) -> float:
    """√((variance of one + variance of the other) / variance of the difference); 1 if nothing varies."""
    separate = _variance(base) + _variance(other)
    together = _variance([b - a for a, b in zip(base, other, strict=True)])
    if together <= 1e-12 * separate:
        return 1.0 if separate == 0 else float("inf")
    return sqrt(separate / together)


def _variance(values: Sequence[float]) -> float:
    mean = sum(values) / len(values)
    return sum((v - mean) ** 2 for v in values) / (len(values) - 1)
