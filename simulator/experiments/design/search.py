"""The cheapest design that reaches a target, found with as few designs run as may be.

Designs are points of a grid, each coordinate the index of a value, values in the order of their costs. ``reaches(at)`` runs
one. The search assumes that a design is not better than another that is at least as large in every coordinate. So a design
that falls short rules out all that are smaller, and one that reaches the target all that cost as much or more:

1. the largest and the smallest design;
2. for each coordinate by itself, by bisection, the least value with which the target can be reached at all;
3. by bisection, the smallest design on the straight line from these least values to the largest design;
4. from there downwards, large steps first: the step that saves the most cost for the least loss;
5. what is left of the cheaper designs, those next to the best one first, until none is left.

With step 5 done the design is the cheapest of all; before that the search ends only where ``reaches`` raises ``OutOfTries``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count

import numpy as np
import numpy.typing as npt

from simulator.experiments.design.plan import At

TOLERANCE = 1e-9  # of costs, which are sums of floating-point numbers


class OutOfTries(Exception):
    """As many designs were run as may be."""


@dataclass(frozen=True)
class Found:
    """``best`` is ``None`` if no design that was run reaches the target; ``left``: cheaper designs (or, without a best one,
    designs) of which nothing is known."""

    best: At | None
    left: int


@dataclass
class Search:
    """One search. ``value(at)`` is the figure of a design that was run, larger is better; ``begin(step)`` is told which of
    the steps begins."""

    costs: Sequence[Sequence[float]]
    reaches: Callable[[At], bool]
    value: Callable[[At], float]
    begin: Callable[[int], None] = lambda step: None
    known: dict[At, bool] = field(default_factory=dict)
    best: At | None = None

    def __post_init__(self) -> None:
        self._total = _totals(self.costs)
        self._open = np.ones(self._total.shape, dtype=np.bool_)
        self._highest: At = tuple(n - 1 for n in self._total.shape)

    def run(self) -> Found:
        """All steps, or as many as may be."""
        with suppress(OutOfTries):
            self._steps()
        return Found(self.best, int(self._open.sum()))

    def _steps(self) -> None:
        self.begin(1)
        most, fewest = (self._try(at) for at in (self._highest, (0,) * len(self._highest)))
        if fewest or not most:  # the smallest one runs in any case: were it the better one, somebody has to notice
            return
        self.begin(2)
        least = tuple(self._least(axis) for axis in range(len(self._highest)))
        self.begin(3)
        self._diagonal(least)
        self.begin(4)
        self._descend(least)
        self.begin(5)
        while self._open.any():
            self._try(self._nearest())

    def _try(self, at: At) -> bool:
        """Whether a design reaches the target; what that says of others is kept."""
        if at not in self.known:
            self.known[at] = self.reaches(at)
        if not self.known[at]:
            self._open[tuple(slice(i + 1) for i in at)] = False
        elif self.best is None or self._cost(at) < self._cost(self.best) - TOLERANCE:
            self.best = at
            self._open &= self._total < self._cost(at) - TOLERANCE
        return self.known[at]

    def _cost(self, at: At) -> float:
        return float(self._total[at])

    def _ruled_out(self, at: At) -> bool:
        """Whether a larger design, or this one, is known to fall short."""
        return any(not reached and all(a <= k for a, k in zip(at, other, strict=True)) for other, reached in self.known.items())  # fmt: skip

    def _reaches(self, at: At) -> bool:
        return not self._ruled_out(at) and self._try(at)

    def _least(self, axis: int) -> int:
        """The least index of a coordinate with which the target is reached while all others are at their highest."""
        return _bisect(0, self._highest[axis], lambda i: self._reaches(_with(self._highest, axis, i)))

    def _diagonal(self, least: At) -> None:
        steps = max(h - low for h, low in zip(self._highest, least, strict=True))

        def point(s: int) -> At:
            ends = zip(least, self._highest, strict=True)
            return tuple(low + -(-(high - low) * s // steps) for low, high in ends)

        if steps:
            _bisect(-1, steps, lambda s: self._reaches(point(s)))

    def _descend(self, least: At) -> None:
        assert self.best is not None
        here = self.best
        step = max(1, max(b - low for b, low in zip(here, least, strict=True)) // 2)
        while step:
            lower = [_with(here, i, max(least[i], here[i] - step)) for i in range(len(here)) if here[i] > least[i]]
            reached = [at for at in lower if self._reaches(at)]
            if reached:
                here = max(reached, key=lambda at: self._saving(here, at))
            else:
                step //= 2

    def _saving(self, at: At, lower: At) -> float:
        """Cost saved per loss of the figure."""
        loss = max(self.value(at) - self.value(lower), 1e-12 * abs(self.value(at)), 1e-300)
        return (self._cost(at) - self._cost(lower)) / loss

    def _nearest(self) -> At:
        """An open design that no open one is larger than, near the best one."""
        best = np.asarray(self.best if self.best is not None else self._highest)
        points = np.argwhere(self._open)
        away = (np.abs(points - best) / np.maximum(1, self._highest)).sum(axis=1)
        at = points[np.lexsort((-self._total[self._open], away))[0]]
        for axis in range(len(at)):  # one that falls short rules out the more, the larger it is
            for higher in count(int(at[axis]) + 1):
                larger = _with(tuple(int(i) for i in at), axis, higher)
                if higher > self._highest[axis] or not self._open[larger]:
                    break
                at = np.asarray(larger)
        return tuple(int(i) for i in at)


def _totals(costs: Sequence[Sequence[float]]) -> npt.NDArray[np.float64]:
    """What each design costs."""
    axes = np.ix_(*(np.asarray(each, dtype=np.float64) for each in costs))
    return np.asarray(sum(axes[1:], start=axes[0]))


def unknown(costs: Sequence[Sequence[float]], known: Mapping[At, bool], below: float, *, growing: bool) -> int:
    """How many designs cheaper than ``below`` nothing is known of. ``growing``: one that falls short rules out all smaller."""
    left = _totals(costs) < below - TOLERANCE
    for at, reached in known.items():
        left[at if reached or not growing else tuple(slice(i + 1) for i in at)] = False
    return int(left.sum())


def _with(at: At, axis: int, index: int) -> At:
    return (*at[:axis], index, *at[axis + 1 :])


def _bisect(low: int, high: int, reaches: Callable[[int], bool]) -> int:
    """The least index that reaches, if ``high`` does and those below the least do not. ``low`` −1 stands for none."""
    if low >= 0 and (low == high or reaches(low)):
        return low
    while high - low > 1:
        middle = (low + high) // 2
        if reaches(middle):
            high = middle
        else:
            low = middle
    return high


def by_cost(designs: Sequence[At], reaches: Callable[[At], bool]) -> Found:
    """The first of designs in the order of their costs that reaches the target. Nothing is assumed of the others."""
    for tried, at in enumerate(designs):
        try:
            if reaches(at):
                return Found(at, 0)
        except OutOfTries:
            return Found(None, len(designs) - tried)
    return Found(None, 0)
