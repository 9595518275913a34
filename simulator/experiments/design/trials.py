"""Designs run, each once and as often as it takes to tell whether it reaches the target.

All designs run on the same random numbers. Replications are added to a design (a sequential feasibility check, after Batur
and Kim, Finding feasible systems in the presence of constraints on multiple performance measures, 2010) until the 95 %
interval of its figure lies on one side of the target, or is so narrow that the difference does not matter, or the most
replications are done; then the mean decides. So designs far from the target cost little, those near it as much as they need.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from math import ceil, inf, sqrt

from simulator.experiments.design.plan import At, DesignPlan
from simulator.experiments.design.result import Check, Phase, Trial, Verdict
from simulator.experiments.design.search import OutOfTries
from simulator.experiments.intervals import students_t
from simulator.experiments.kpis import Figure
from simulator.experiments.study.compare import LOWER_IS_BETTER
from simulator.experiments.study.result import Outcome
from simulator.experiments.study.running import FIRST, Runner, next_count
from simulator.line import RunResult

CONFIDENCE = 0.95
ROOM = 0.7  # of the distance to the target that a check plans its interval to take


@dataclass
class _Ran:
    index: int
    phase: Phase
    results: list[RunResult] = field(default_factory=list)


class Trials:
    """Runs designs and keeps them."""

    def __init__(self, plan: DesignPlan, runner: Runner, warmup_h: float) -> None:
        self._plan, self._runner, self._warmup = plan, runner, warmup_h
        self._ran: dict[At, _Ran] = {}
        asked = plan.spec.replications
        self._first = asked.count or min(FIRST, asked.most)
        self._most = asked.count or asked.most
        self._fresh = asked.most if asked.count is None else max(asked.count, asked.most)
        self._sign = -1 if plan.spec.figure in LOWER_IS_BETTER else 1
        self._aim = self._sign * plan.spec.target.value if plan.spec.target is not None else None
        self._margin = 0.0
        self._looks = self._checks = 0
        self._missed: set[At] = set()
        self.phase = Phase.ENDS

    def value(self, at: At) -> float:
        """The figure of a design that was run, larger is better."""
        return self._sign * self._figure(at).mean

    def reaches(self, at: At) -> bool:
        """Run a design as often as it takes, and say whether it reaches the target. Raises ``OutOfTries``."""
        assert self._aim is not None
        aim = self._aim + self._margin
        self._run(at, lambda figure: max(self._precision(), abs(self._sign * figure.mean - aim) / abs(aim)), abs(aim))
        return at not in self._missed and self.value(at) >= aim

    def explore(self, at: At) -> Figure:
        """Run a design to the precision asked for; its figure. Raises ``OutOfTries``."""
        self._run(at, lambda _: self._precision(), None)
        return self._figure(at)

    def trial(self, at: At) -> Trial:
        """What is known of a design that was run."""
        aim = self._aim
        reached = None if aim is None else at not in self._missed and self.value(at) >= aim
        return Trial(at, self._plan.cost(at), self._ran[at].phase, self._outcome(self._ran[at]), reached)

    def all(self) -> tuple[Trial, ...]:
        """All designs that were run, in their order."""
        return tuple(self.trial(at) for at in self._ran)

    def base(self) -> Outcome:
        """The line as its file says, which is the runner's first scenario."""
        ran = _Ran(0, Phase.ENDS)
        self._more(ran, self._first, 0)
        return self._outcome(ran)

    def check(self, at: At) -> Check:
        """Whether a design that the search proposes reaches the target on fresh random numbers.

        There are at most two looks, the first after as many replications as the search lets expect to be enough. Look j of
        the whole search has the one-sided confidence 1 − 0.05 / 2ʲ, so that all hold together with 95 %. If the target is
        missed, the search aims higher by as much as it was too hopeful. That is known from then on, so that each check has
        random numbers of its own.
        """
        assert self._aim is not None
        ran = _Ran(self._ran[at].index, self._ran[at].phase)
        self._checks += 1
        for replications in sorted({self._planned(at), self._fresh}):
            self._more(ran, replications, self._fresh * self._checks)
            self._looks += 1
            check = self._judged(at, ran)
            if check.verdict != Verdict.OPEN:
                break
        if check.verdict != Verdict.CONFIRMED:
            self._missed.add(at)
            mean = check.outcome.figure(self._plan.spec.figure).mean
            self._margin = max(self._margin, self.value(at) - self._sign * mean)
        return check

    def check_front(self, at: At) -> Check:
        """A design of the front on as many fresh random numbers as it took in the search."""
        ran = _Ran(self._ran[at].index, self._ran[at].phase)
        self._more(ran, len(self._ran[at].results), self._fresh)
        return Check(at, self._plan.cost(at), self._outcome(ran))

    def _run(self, at: At, wanted: Callable[[Figure], float], scale: float | None) -> None:
        """Run a design until the interval of its figure is no wider than a share of ``scale`` (of its mean, if none)."""
        if at not in self._ran:
            if len(self._ran) >= self._plan.spec.tries:
                raise OutOfTries
            self._ran[at] = _Ran(self._runner.add(self._plan.scenario(at)), self.phase)
        ran, count = self._ran[at], self._first
        while True:
            self._more(ran, count, 0)
            figure = self._figure(at)
            size = scale or abs(figure.mean)
            worst = (figure.half_width or 0.0) / size if size else inf
            share = wanted(figure)
            if count >= self._most or worst <= share:
                return
            count = next_count(max(count, len(ran.results)), worst, share, self._most)

    def _precision(self) -> float:
        return self._plan.spec.replications.precision or inf

    def _more(self, ran: _Ran, count: int, skip: int) -> None:
        """Add replications up to ``count``, on the random numbers after the first ``skip``."""
        hours, have = self._runner.spec.hours, len(ran.results)
        jobs = [self._runner.job(ran.index, skip + k, hours, self._warmup) for k in range(have, count)]
        if jobs:
            ran.results += [result for result, _ in self._runner.run(jobs, "search" if not skip else "confirm")]

    def _outcome(self, ran: _Ran) -> Outcome:
        return self._runner.outcome(ran.index, self._warmup, ran.results)

    def _figure(self, at: At) -> Figure:
        return figure_of(self._outcome(self._ran[at]), self._plan.spec.figure)

    def _planned(self, at: At) -> int:
        """How many fresh replications should be enough, by the spread and the distance that the search saw."""
        assert self._aim is not None
        figure = self._figure(at)
        least = max(self._first, len(self._ran[at].results))
        gap = ROOM * (self.value(at) - self._aim)
        if gap <= 0:
            return self._fresh
        level = 1 - (1 - CONFIDENCE) / 2 ** (self._looks + 1)
        needed = (students_t(len(figure.values) - 1, 2 * level - 1) * _deviation(figure) / gap) ** 2
        return min(max(least, ceil(needed)), self._fresh)

    def _judged(self, at: At, ran: _Ran) -> Check:
        assert self._aim is not None
        outcome = self._outcome(ran)
        figure = figure_of(outcome, self._plan.spec.figure)
        level = 1 - (1 - CONFIDENCE) / 2**self._looks
        spread = students_t(len(figure.values) - 1, 2 * level - 1) * _deviation(figure) / sqrt(len(figure.values))
        mean = self._sign * figure.mean
        verdict = Verdict.OPEN
        if mean - spread >= self._aim:
            verdict = Verdict.CONFIRMED
        elif mean + spread < self._aim:
            verdict = Verdict.MISSED
        return Check(at, self._plan.cost(at), outcome, verdict, self._sign * (mean - spread), level)


def figure_of(outcome: Outcome, name: str) -> Figure:
    """A figure of a line; that of one that lets nothing out counts as 0, or as beyond all bounds where less is better."""
    found = outcome.figures.figure(name)
    if found is not None:
        return found
    nothing = inf if name in LOWER_IS_BETTER else 0.0
    return Figure(name, "", nothing, 0.0, (nothing,) * len(outcome.experiment.results))


def _deviation(figure: Figure) -> float:
    n = len(figure.values)
    return sqrt(sum((v - figure.mean) ** 2 for v in figure.values) / (n - 1))
