"""How often a design is run, and how often one that is not good enough is confirmed, on figures drawn from a distribution."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from design_files import design_in

from simulator.experiments.design.findings import sentences, verdict
from simulator.experiments.design.plan import DesignPlan
from simulator.experiments.design.result import Check, Design, Verdict
from simulator.experiments.design.running import MOST_CHECKS, _cheapest
from simulator.experiments.design.trials import Trials
from simulator.experiments.intervals import interval
from simulator.experiments.kpis import Figure
from simulator.experiments.study.running import FIRST, Runner
from simulator.experiments.warmup import Warmup

TEXT = "line: line.yaml\nhours: 1\nwarmup: 0\ntarget: {throughput: 100}\nchoose: {units.X.capacity: [0, 1, 2, 3]}\n"
SD = 5.0


class Drawn:
    """In place of a runner: the throughput of a design is ``means[capacity]`` with noise that all designs share, or
    each has of its ``own``."""

    def __init__(self, plan: DesignPlan, means: Sequence[float], seed: int, own: bool = False) -> None:
        self.spec, self._means = plan.spec, means
        rows = len(means) if own else 1
        noise = np.random.default_rng(seed).normal(0, SD, (rows, 4000))
        self._noise = np.broadcast_to(noise, (len(means), 4000))
        self._scenarios: list[Any] = []
        self.asked: list[tuple[int, int]] = []

    def add(self, scenario: Any) -> int:
        self._scenarios.append(scenario)
        return len(self._scenarios) - 1

    def job(self, scenario: int, replication: int, hours: float, warmup: float) -> float:
        capacity = self._scenarios[scenario].at[0]
        self.asked.append((capacity, replication))
        return float(self._means[capacity] + self._noise[capacity, replication])

    def run(self, jobs: Sequence[float], doing: str) -> list[tuple[float, None]]:
        return [(job, None) for job in jobs]

    def outcome(self, index: int, warmup: float, results: Sequence[float]) -> Any:
        figure = Figure("throughput", "cells/h", *interval(results), tuple(results))
        scenario, experiment = self._scenarios[index], SimpleNamespace(results=results)
        figures = SimpleNamespace(figure=lambda name: figure)
        return SimpleNamespace(figures=figures, figure=figures.figure, scenario=scenario, experiment=experiment)


def trials_on(folder: Path, means: Sequence[float], seed: int = 1, text: str = TEXT) -> tuple[Trials, Drawn]:
    plan = design_in(folder, text)
    drawn = Drawn(plan, means, seed)
    return Trials(plan, cast(Runner, drawn), 0.0), drawn


def test_designs_far_from_the_target_take_few_replications_and_those_near_it_many(tmp_path: Path) -> None:
    trials, drawn = trials_on(tmp_path, [60, 99, 100.4, 140])
    assert [trials.reaches((i,)) for i in (0, 1, 3)] == [False, False, True]
    trials.reaches((2,))
    often = [sum(capacity == i for capacity, _ in drawn.asked) for i in range(4)]
    assert often[0] == often[3] == FIRST
    assert often[0] < often[1] < often[2] <= 200


def test_a_number_of_replications_is_kept_to(tmp_path: Path) -> None:
    trials, drawn = trials_on(tmp_path, [60, 99, 101, 140], text=TEXT + "replications: 7\n")
    for i in range(4):
        trials.reaches((i,))
    assert [sum(capacity == i for capacity, _ in drawn.asked) for i in range(4)] == [7] * 4


def test_a_check_runs_on_random_numbers_that_the_search_has_not_seen(tmp_path: Path) -> None:
    trials, drawn = trials_on(tmp_path, [60, 102, 110, 140])
    assert trials.reaches((1,))
    seen = {replication for _, replication in drawn.asked}
    drawn.asked.clear()
    assert trials.check((1,)).verdict == Verdict.CONFIRMED
    assert len(drawn.asked) >= 10
    assert seen.isdisjoint(replication for _, replication in drawn.asked)


@pytest.mark.parametrize(
    ("mean", "repetitions", "least", "most"), [(99.99, 500, 0.0, 0.055), (97.0, 60, 0.0, 0.001), (103.0, 60, 0.95, 1.0)]
)
def test_of_designs_that_miss_the_target_hardly_any_is_confirmed(
    tmp_path: Path, mean: float, repetitions: int, least: float, most: float
) -> None:
    """Of designs just below it at most one in twenty, as the confidence says; those well above it are confirmed."""
    confirmed = 0
    for seed in range(repetitions):
        trials, _ = trials_on(tmp_path, [0, mean, 0, 0], seed)
        trials.reaches((1,))
        confirmed += trials.check((1,)).verdict == Verdict.CONFIRMED
    assert least <= confirmed / repetitions <= most


def test_each_check_runs_on_random_numbers_of_its_own(tmp_path: Path) -> None:
    """What the first one showed made the search aim higher."""
    trials, drawn = trials_on(
        tmp_path, [60, 100.2, 100.4, 140], text=TEXT + "replications: {precision: 1 %, most: 30}\n"
    )
    used: list[set[int]] = []
    for i in (1, 2, 3):
        trials.reaches((i,))
        drawn.asked.clear()
        trials.check((i,))
        used.append({replication for _, replication in drawn.asked})
    assert all(used)
    assert len(set.union(*used)) == sum(map(len, used))


def test_a_whole_search_hardly_ever_confirms_a_design_that_misses_the_target(tmp_path: Path) -> None:
    """At most one search in twenty, however many designs it proposes."""
    found = [searched(tmp_path, [99.99] * 31, seed, "replications: 10\n", own=True) for seed in range(400)]
    assert sum(len(design.checks) for design in found) > 1000
    assert sum(design.chosen is not None for design in found) / len(found) <= 0.055


def test_a_design_that_was_not_confirmed_is_not_proposed_again_and_the_search_aims_higher(tmp_path: Path) -> None:
    """A seed on which the search's own numbers flatter: both designs seem to reach it, the smaller one does not."""
    for seed in range(200):
        trials, _ = trials_on(tmp_path, [0, 99.0, 99.2, 110], seed, TEXT + "replications: 5\n")
        if not (trials.reaches((1,)) and trials.reaches((2,))):
            continue
        check: Check = trials.check((1,))
        assert check.verdict != Verdict.CONFIRMED
        assert not trials.reaches((1,))
        assert not trials.reaches((2,))  # flattered by as much
        assert trials.reaches((3,))
        return
    raise AssertionError("no seed flatters")


MANY = TEXT.replace("[0, 1, 2, 3]", "{low: 0, high: 30}")
HARDLY_RISING = [100 + 0.03 * i for i in range(31)]  # all reach it, none by more than the noise


def searched(folder: Path, means: Sequence[float], seed: int, more: str = "", own: bool = False) -> Design:
    """The design that is found, as ``run_design`` gives it."""
    plan = design_in(folder, MANY + more)
    trials = Trials(plan, cast(Runner, Drawn(plan, means, seed, own)), 0.0)
    checks, left, gave_up = _cheapest(plan, trials)
    ran = trials.all()
    return Design(plan, Warmup(0.0), ran[0].outcome, ran, tuple(checks), left, gave_up=gave_up)


def test_a_search_that_gives_up_looks_at_the_largest_design_before_it_says_that_none_reaches_the_target(
    tmp_path: Path,
) -> None:
    found = [searched(tmp_path, [*HARDLY_RISING[:-1], 140], seed) for seed in range(20)]
    assert all(design.chosen is not None for design in found)
    gave_up = [design for design in found if design.gave_up]
    assert len(gave_up) >= 10
    assert any(design.left for design in gave_up)
    for design in gave_up:
        assert design.chosen is not None
        assert (design.chosen.at, len(design.checks)) == ((30,), MOST_CHECKS + 1)
        assert design.left == 31 - len(design.trials)
        assert (f"{design.left} cheaper designs were not looked at" in sentences(design, "en")[1]) == (design.left > 0)


def test_a_search_that_gives_up_does_not_say_that_the_target_is_out_of_reach(tmp_path: Path) -> None:
    for seed in range(20):
        design = searched(tmp_path, HARDLY_RISING, seed)
        if design.chosen is None and design.left:
            assert design.gave_up
            said = verdict(design, "en")
            assert f"gave up after {MOST_CHECKS + 1} proposals; {design.left} dearer designs not looked at" in said
            assert "not reached" not in said
            assert f"{MOST_CHECKS + 1}案を提案した後で" in verdict(design, "ja")
            return
    raise AssertionError("no search gives up without a design")
