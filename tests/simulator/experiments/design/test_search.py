"""The search itself, on functions in place of lines: against brute force, and within its tries."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product
from math import prod, sqrt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.experiments.design.pareto import explore, front
from simulator.experiments.design.plan import At
from simulator.experiments.design.search import Found, OutOfTries, Search, by_cost

Value = Callable[[At], float]


def all_designs(costs: Sequence[Sequence[float]]) -> list[At]:
    return list(product(*(range(len(each)) for each in costs)))


def total(costs: Sequence[Sequence[float]], at: At) -> float:
    return sum(each[i] for each, i in zip(costs, at, strict=True))


def searched(
    costs: Sequence[Sequence[float]], value: Value, target: float, tries: int = 10**6
) -> tuple[Found, list[At]]:
    """What the search finds, and the designs that it ran."""
    ran: list[At] = []

    def reaches(at: At) -> bool:
        if len(ran) >= tries:
            raise OutOfTries
        ran.append(at)
        return value(at) >= target

    return Search(costs, reaches, value).run(), ran


@st.composite
def problems(draw: st.DrawFn) -> tuple[list[list[float]], Value, float]:
    """Costs that grow, a function that never falls with more of anything, and a target within it or beyond."""
    sizes = draw(st.lists(st.integers(1, 7), min_size=1, max_size=3))
    costs = []
    for size in sizes:
        steps = draw(st.lists(st.sampled_from([0.5, 1.0, 2.0, 7.0]), min_size=size, max_size=size))
        costs.append([sum(steps[: i + 1]) for i in range(size)])
    gains = [sorted(draw(st.lists(st.integers(0, 20), min_size=n, max_size=n))) for n in sizes]
    limits = [sorted(draw(st.lists(st.integers(0, 40), min_size=n, max_size=n))) for n in sizes]

    def value(at: At) -> float:
        sums = sum(g[i] for g, i in zip(gains, at, strict=True))
        return float(min(sums, *(g[i] for g, i in zip(limits, at, strict=True))))

    return costs, value, float(draw(st.integers(0, 30)))


@settings(max_examples=300, deadline=None)
@given(problems())
def test_the_search_finds_the_cheapest_design_that_brute_force_finds(
    problem: tuple[list[list[float]], Value, float],
) -> None:
    costs, value, target = problem
    found, ran = searched(costs, value, target)
    reaching = [at for at in all_designs(costs) if value(at) >= target]
    assert len(set(ran)) == len(ran)
    assert found.left == 0
    if not reaching:
        assert found.best is None
        return
    assert found.best in reaching
    assert total(costs, found.best) == pytest.approx(min(total(costs, at) for at in reaching))


def buffers(at: At) -> float:
    """Each place brings less than the one before it, and the worst buffer holds the line back."""
    return min((i + 2) / (i + 3) for i in at) + 0.1 * sum(sqrt(i) for i in at)


def test_few_designs_are_run_of_many() -> None:
    costs = [list(map(float, range(40))) for _ in range(3)]
    found, ran = searched(costs, buffers, buffers((7, 9, 8)))
    assert found.left == 0
    assert found.best is not None
    assert total(costs, found.best) <= 24
    assert len(ran) < 400  # of 64 000


def test_tries_that_are_used_up_leave_the_best_so_far_and_the_number_of_what_is_not_known() -> None:
    costs = [list(map(float, range(40))) for _ in range(3)]
    target = buffers((7, 9, 8))
    found, ran = searched(costs, buffers, target, tries=20)
    assert len(ran) == 20
    assert found.best is not None
    assert buffers(found.best) >= target
    cheaper = [at for at in all_designs(costs) if total(costs, at) < total(costs, found.best)]
    short = [at for at in ran if buffers(at) < target]
    unknown = [at for at in cheaper if not any(all(i <= k for i, k in zip(at, s, strict=True)) for s in short)]
    assert found.left == len(unknown) > 0


def test_two_runs_tell_that_no_design_reaches_it_if_more_is_never_worse() -> None:
    found, ran = searched([[1.0, 2.0], [1.0, 2.0]], buffers, 100.0)
    assert (found, ran) == (Found(None, 0), [(1, 1), (0, 0)])


def test_by_cost_nothing_is_taken_for_granted() -> None:
    """The middle one reaches the target, the larger ones do not."""
    ran: list[At] = []

    def reaches(at: At) -> bool:
        ran.append(at)
        return at == (1,)

    assert by_cost([(0,), (1,), (2,)], reaches) == Found((1,), 0)
    assert ran == [(0,), (1,)]
    assert by_cost([(0,), (2,)], reaches) == Found(None, 0)


def test_by_cost_the_tries_may_end_too() -> None:
    def reaches(at: At) -> bool:
        if at == (2,):
            raise OutOfTries
        return False

    assert by_cost([(0,), (1,), (2,), (3,)], reaches) == Found(None, 2)


def test_the_front_is_what_no_other_design_beats() -> None:
    points = {
        (0,): (1.0, 1.0),
        (1,): (2.0, 3.0),
        (2,): (2.0, 2.0),
        (3,): (1.5, 4.0),
        (4,): (3.0, 4.0),
        (5,): (1.0, 1.0),
    }
    assert front(points) == ((0,), (2,), (4,))


@pytest.mark.parametrize("every", [True, False])
def test_the_front_of_a_search_is_that_of_brute_force(every: bool) -> None:
    sizes = (12, 9)

    def run(at: At) -> tuple[float, float]:
        return buffers(at), float(at[0] + 2 * at[1])

    known, ended = explore(sizes, run, every)
    everything = {at: run(at) for at in product(*map(range, sizes))}
    assert ended
    assert [everything[at] for at in front(known)] == [everything[at] for at in front(everything)]
    assert (len(known) == prod(sizes)) == every


def test_a_front_that_the_tries_cut_short_says_so() -> None:
    def run(at: At) -> tuple[float, float]:
        if at[0] > 1:
            raise OutOfTries
        return float(at[0]), float(at[0])

    known, ended = explore((5,), run, every=True)
    assert (len(known), ended) == (2, False)
