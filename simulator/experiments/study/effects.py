"""What each factor does to a figure, over all values of the others.

Full factorial designs: the mean of the scenarios with a value, replication by replication, and its t interval. Latin
hypercubes: the slope of a linear least-squares fit in all factors together; its interval is the wider one of that over the
replications and that by what the fit leaves unexplained, so that a bend does not pass for certainty.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from simulator.experiments.intervals import interval, students_t
from simulator.experiments.study.plan import Factor
from simulator.experiments.study.result import Outcome, Study

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Level:
    """The figure's mean over the scenarios with one value of a factor, and the interval's half-width."""

    text: str
    mean: float
    half_width: float


@dataclass(frozen=True)
class Effect:
    """A factor's effect: from its worst to its best value (factorial), or from its lowest to its highest (slope).

    ``low`` and ``high`` are the figure's means there, ``half_width`` that of the interval of their difference.
    ``points`` are for pictures of slopes: value and mean of each scenario; ``explained`` is the share of the differences
    between the scenarios that the linear fit explains (R²).
    """

    factor: Factor
    levels: tuple[Level, ...]
    low_text: str
    high_text: str
    low: float
    high: float
    half_width: float
    points: tuple[tuple[float, float], ...] = ()
    explained: float | None = None

    @property
    def size(self) -> float:
        return self.high - self.low


def effects(study: Study, figure: str) -> tuple[Effect, ...]:
    """The effects of all factors with two values or more, the largest first; empty without a design."""
    points = [o for o in study.outcomes if o.scenario.at is not None]
    if any(o.figures.figure(figure) is None for o in points):
        return ()
    factors = [(i, f) for i, f in enumerate(study.plan.factors) if len(f.levels) > 1]
    if not factors or len(points) < 2:
        return ()
    values = np.array([o.figure(figure).values for o in points])
    if study.plan.spec.design is not None:
        found = _slopes(factors, points, values)
    else:
        found = [_levels(i, factor, points, values) for i, factor in factors]
    return tuple(sorted(found, key=lambda e: -abs(e.size)))


def _at(outcome: Outcome, factor: int) -> int:
    assert outcome.scenario.at is not None
    return outcome.scenario.at[factor]


def _levels(index: int, factor: Factor, points: Sequence[Outcome], values: Array) -> Effect:
    at = np.array([_at(o, index) for o in points])
    by_level = [values[at == k].mean(axis=0) for k in range(len(factor.levels))]  # by replication
    levels = []
    for text, series in zip(factor.levels, by_level, strict=True):
        mean, half_width = interval(series.tolist())
        levels.append(Level(text, mean, half_width or 0.0))
    low = min(range(len(levels)), key=lambda k: levels[k].mean)
    high = max(range(len(levels)), key=lambda k: levels[k].mean)
    _, half_width = interval((by_level[high] - by_level[low]).tolist())
    return Effect(
        factor, tuple(levels), levels[low].text, levels[high].text, levels[low].mean, levels[high].mean, half_width or 0.0
    )  # fmt: skip


def _slopes(factors: Sequence[tuple[int, Factor]], points: Sequence[Outcome], values: Array) -> list[Effect]:
    """Slopes of the numeric factors, those without numbers by the means of their values. None without a point to spare."""
    numeric = [(i, f, np.array(f.numbers)) for i, f in factors if f.numbers is not None]
    columns = [numbers[[_at(o, i) for o in points]] for i, _, numbers in numeric]
    scaled = [(c - c.min()) / np.ptp(c) for c in columns]  # 0 at the lowest value, 1 at the highest
    matrix = np.column_stack([np.ones(len(points)), *scaled])
    found = [_levels(i, f, points, values) for i, f in factors if f.numbers is None]
    spare = len(points) - matrix.shape[1]
    if spare < 1 or np.linalg.matrix_rank(matrix) < matrix.shape[1]:
        return found
    fitted = np.linalg.lstsq(matrix, values, rcond=None)[0]  # by coefficient and replication
    means = values.mean(axis=1)
    left = float(((means - matrix @ fitted.mean(axis=1)) ** 2).sum())
    explained = 1 - left / float(((means - means.mean()) ** 2).sum()) if np.ptp(means) else 1.0
    errors = np.sqrt(np.diag(np.linalg.inv(matrix.T @ matrix)) * left / spare)[1:]
    unexplained = (students_t(spare) * errors).tolist()
    centre = float(values.mean())
    for (_, factor, numbers), column, slope, wide in zip(numeric, columns, fitted[1:], unexplained, strict=True):
        mean, half_width = interval(slope.tolist())
        low_text, high_text = (factor.levels[int(pick)] for pick in (numbers.argmin(), numbers.argmax()))
        shown = tuple(zip(column.tolist(), means.tolist(), strict=True))
        spread = max(half_width or 0.0, wide)
        ends = centre - mean / 2, centre + mean / 2
        found.append(Effect(factor, (), low_text, high_text, *ends, spread, shown, explained))
    return found
