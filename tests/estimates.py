"""Long-run figures of a line by batch means, from either engine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit

from simulator.experiments.compiled import CompiledLine
from simulator.line import Line, RunResult

T = TypeVar("T")
Engine = type[Line] | type[CompiledLine]
WARM_UP = 1_000.0
SHARE: dict[Engine, float] = {CompiledLine: 1.0, Line: 0.1}
"""How long an engine's batches are against those of the faster one; intervals are wider by the root of it."""


@dataclass(frozen=True)
class Estimate:
    """A mean with the half-width of its interval."""

    mean: float
    half_width: float

    @property
    def relative(self) -> float:
        return self.half_width / self.mean

    def holds(self, exact: float) -> bool:
        return abs(self.mean - exact) <= self.half_width


def batches(
    line: Line | CompiledLine, count: int, length: float, of: Callable[[RunResult], T], warm_up: float = WARM_UP
) -> list[T]:
    """What ``of`` says of each of ``count`` batches of ``length`` s in one run, after the warm-up."""
    found: list[T] = []
    line.run(warm_up)
    for _ in range(count):
        line.reset_statistics()
        line.run(line.now + length)
        found.append(of(line.result()))
    return found


def interval(values: npt.ArrayLike, confidence: float) -> Estimate:
    """Student's t interval of the mean."""
    found = np.asarray(values, dtype=float)
    n = len(found)
    half_width = quantile(n, confidence) * float(np.std(found, ddof=1)) / n**0.5
    return Estimate(float(np.mean(found)), half_width)


def quantile(n: int, confidence: float) -> float:
    """The two-sided quantile of Student's t for the mean of ``n`` values."""
    return float(stdtrit(n - 1, (1 + confidence) / 2))
