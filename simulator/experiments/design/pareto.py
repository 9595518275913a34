"""Designs of which no other is better in both of two figures.

Few designs are all run. Of many, a Pareto local search (Paquete, Chiarandini, Stützle: Pareto local optimum sets in the
biobjective traveling salesman problem, 2004) runs the neighbours of those that no other beats, first at a distance of a
quarter of each range, then of half as much, down to one step, until all neighbours of the front are known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product

from simulator.experiments.design.plan import At
from simulator.experiments.design.search import OutOfTries

DIAGONAL = 5  # designs from the smallest to the largest to begin with

Pair = tuple[float, float]
"""What is to be large, and what is to be small."""


def front(points: Mapping[At, Pair]) -> tuple[At, ...]:
    """The designs that no other beats, from the smallest second figure to the largest. Of equals the first is kept."""
    kept: list[At] = []
    for at in sorted(points, key=lambda at: (points[at][1], -points[at][0])):
        if not kept or points[at][0] > points[kept[-1]][0]:
            kept.append(at)
    return tuple(kept)


def explore(sizes: Sequence[int], run: Callable[[At], Pair], every: bool) -> tuple[dict[At, Pair], bool]:
    """The designs that were run, ``every`` one or those that the search wants, and whether it came to its end before ``run``
    raised ``OutOfTries``."""
    known: dict[At, Pair] = {}
    try:
        for at in product(*(range(size) for size in sizes)) if every else _wanted(sizes, known):
            if at not in known:
                known[at] = run(at)
    except OutOfTries:
        return known, False
    return known, True


def _wanted(sizes: Sequence[int], known: dict[At, Pair]) -> Iterator[At]:
    """What to run next; what is known grows meanwhile."""
    for k in range(DIAGONAL):
        yield tuple(round((size - 1) * k / (DIAGONAL - 1)) for size in sizes)
    steps = [max(1, (size - 1) // 4) for size in sizes]
    while True:
        done: set[At] = set()
        while todo := [at for at in front(known) if at not in done]:
            for at in todo:
                done.add(at)
                yield from _neighbours(at, sizes, steps)
        if max(steps) == 1:
            return
        steps = [max(1, step // 2) for step in steps]


def _neighbours(at: At, sizes: Sequence[int], steps: Sequence[int]) -> Iterator[At]:
    for axis, (size, step) in enumerate(zip(sizes, steps, strict=True)):
        for index in (at[axis] - step, at[axis] + step):
            near = min(max(index, 0), size - 1)
            if near != at[axis]:
                yield (*at[:axis], near, *at[axis + 1 :])
