"""The values of a factor, and how the values of several are combined."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

import numpy as np
import numpy.typing as npt

from simulator.experiments.study.spec import LevelSpec
from simulator.line.distributions import seconds

_TEXT = re.compile(r"\s*([+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)\s*(ms|s|min|h|d)\s*")
_DESIGN = 0x1A71  # of the stream that draws a design: none of the line's
MOST_LEVELS = 1000


@dataclass(frozen=True)
class Quantity:
    """A number, or a time as a file writes it: ``45`` ``min``."""

    number: float
    unit: str = ""

    def written(self, number: float) -> Any:
        """Another number of the same unit, as a line file would have it."""
        tidy = float(f"{number:.6g}")
        plain: int | float = int(tidy) if tidy.is_integer() and abs(tidy) < 1e15 else tidy
        return f"{plain} {self.unit}" if self.unit else plain

    def of(self, other: Quantity) -> float:
        """The number of another quantity in this one's unit. Raises ``ValueError`` if one is a time and one is not."""
        if bool(other.unit) != bool(self.unit):
            raise ValueError("give all of them as plain numbers, or all as times with their units")
        if other.unit == self.unit:
            return other.number
        return float(seconds(f"{other.number} {other.unit}")) / float(seconds(f"1 {self.unit}"))


def quantity(value: Any) -> Quantity:
    """A number or a time of a file. Raises ``ValueError`` for anything else."""
    if isinstance(value, str) and (match := _TEXT.fullmatch(value)):
        return Quantity(float(match[1]), match[2])
    if isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value):
        return Quantity(float(value))
    raise ValueError(f"{value!r} is neither a number nor a time such as 30 min")


def numeric(values: Sequence[Any]) -> tuple[float, ...] | None:
    """The values as numbers (times in s) if they all are some."""
    try:
        found = [quantity(value) for value in values]
    except ValueError:
        return None
    if len({bool(q.unit) for q in found}) > 1:
        return None
    return tuple(float(seconds(f"{q.number} {q.unit}")) if q.unit else q.number for q in found)


def expand(levels: LevelSpec) -> tuple[Any, ...]:
    """The values of a list or a range. Raises ``ValueError`` for a range that is none."""
    if levels.values is not None:
        return levels.values
    first, last = quantity(levels.start), quantity(levels.to)
    end = first.of(last)
    if levels.count is not None:
        if end <= first.number:
            raise ValueError("'to' must be above 'from'")
        return tuple(first.written(n) for n in np.linspace(first.number, end, levels.count).tolist())
    step = first.of(quantity(levels.step))
    if step <= 0 or end < first.number:
        raise ValueError("step must be above 0, and 'to' not below 'from'")
    steps = (end - first.number) / step + 1e-9
    if steps >= MOST_LEVELS:
        raise ValueError(f"that is more than {MOST_LEVELS} values; make the step larger")
    return tuple(first.written(first.number + i * step) for i in range(int(steps) + 1))


def latin_hypercube(factors: Sequence[LevelSpec], points: int, seed: int) -> list[tuple[Any, ...]]:
    """``points`` combinations in which every factor's range is covered evenly: one value from each of ``points`` strata.

    Two whole numbers as bounds give whole numbers; lists and ranges are gone through evenly. Raises ``ValueError``.
    """
    rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=(_DESIGN,))))
    columns = [_column(levels, (rng.permutation(points) + rng.random(points)) / points) for levels in factors]
    return list(zip(*columns, strict=True))


def _column(levels: LevelSpec, at: npt.NDArray[np.float64]) -> list[Any]:
    if levels.kind != "bounds":
        values = expand(levels)
        return [values[int(u * len(values))] for u in at.tolist()]
    low, high = bounds(levels)
    top = low.of(high)
    if isinstance(levels.low, int) and isinstance(levels.high, int):
        return [low.written(low.number + int(u * (top - low.number + 1))) for u in at.tolist()]
    return [low.written(low.number + u * (top - low.number)) for u in at.tolist()]


def bounds(levels: LevelSpec) -> tuple[Quantity, Quantity]:
    """Low and high. Raises ``ValueError`` unless they are quantities of one kind, in this order."""
    low, high = quantity(levels.low), quantity(levels.high)
    if low.of(high) <= low.number:
        raise ValueError("high must be above low")
    return low, high
