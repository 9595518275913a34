"""The values of a factor, and how the values of several are combined."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

import numpy as np
import numpy.typing as npt

from simulator.experiments.study.spec import LevelSpec
from simulator.line.quantities import UNITS, parts

_SCALES = UNITS | {"": 1.0, "%": 0.01}
_DESIGN = 0x1A71  # of the stream that draws a design: none of the line's
MOST_LEVELS = 1000
DRAWN_DIGITS = 4  # of values that a design draws: more say nothing


@dataclass(frozen=True)
class Quantity:
    """A number, or a time or share as a file writes it: ``45`` ``min``."""

    number: float
    unit: str = ""

    def written(self, number: float, digits: int = 6) -> Any:
        """Another number of the same unit, as a line file would have it."""
        tidy = float(f"{number:.{digits}g}")
        plain: int | float = int(tidy) if tidy.is_integer() and abs(tidy) < 1e15 else tidy
        return f"{plain} {self.unit}" if self.unit else plain

    def of(self, other: Quantity) -> float:
        """The number of another quantity in this one's unit. Raises ``ValueError`` if one is a time and one is not."""
        if other.is_time != self.is_time:
            raise ValueError("give all of them as plain numbers, or all as times with their units")
        if other.unit == self.unit:
            return other.number
        return other.plain / _SCALES[self.unit]

    @property
    def is_time(self) -> bool:
        return self.unit in UNITS

    @property
    def plain(self) -> float:
        """The number without its unit: of a time in s."""
        return self.number * _SCALES[self.unit]


def quantity(value: Any) -> Quantity:
    """A number, a time or a share of a file. Raises ``ValueError`` for anything else."""
    if isinstance(value, str) and (found := parts(value)) and found[1] in _SCALES:
        return Quantity(*found)
    if isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value):
        return Quantity(float(value))
    raise ValueError(f"{value!r} is neither a number nor a time such as 30 min")


def numeric(values: Sequence[Any]) -> tuple[float, ...] | None:
    """The values as numbers (times in s) if they all are some."""
    try:
        found = [quantity(value) for value in values]
    except ValueError:
        return None
    if len({q.is_time for q in found}) > 1:
        return None
    return tuple(q.plain for q in found)


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
    return [low.written(low.number + u * (top - low.number), DRAWN_DIGITS) for u in at.tolist()]


def bounds(levels: LevelSpec) -> tuple[Quantity, Quantity]:
    """Low and high. Raises ``ValueError`` unless they are quantities of one kind, in this order."""
    low, high = quantity(levels.low), quantity(levels.high)
    if low.of(high) <= low.number:
        raise ValueError("high must be above low")
    return low, high
