"""Run a design file: the warm-up, the search on common random numbers, and the check of what it found on fresh ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import permutations, product
from math import inf

from simulator.experiments.compiled.choice import Wanted
from simulator.experiments.design.pareto import Pair, explore, front
from simulator.experiments.design.plan import FEW, At, DesignPlan
from simulator.experiments.design.result import Check, Design, Phase, Trial, Verdict
from simulator.experiments.design.search import Found, OutOfTries, Search, by_cost, unknown
from simulator.experiments.design.spec import COST
from simulator.experiments.design.trials import Trials, figure_of
from simulator.experiments.study.compare import LOWER_IS_BETTER, judge, paired
from simulator.experiments.study.compare import Verdict as Direction
from simulator.experiments.study.result import Outcome
from simulator.experiments.study.running import Runner, Told, warm_up
from simulator.experiments.workers import Processes, Workers

MOST_CHECKS = 10  # designs proposed and not confirmed, before the search gives up with a last look at the surest
_PHASES = {1: Phase.ENDS, 2: Phase.LEAST, 3: Phase.DIAGONAL, 4: Phase.DESCENT, 5: Phase.CHEAPER}


def run_design(
    plan: DesignPlan,
    *,
    workers: Workers | None = None,
    processes: int = 1,
    engine: Wanted = "auto",
    told: Told = lambda what, done: None,
    compiling: Callable[[], None] = lambda: None,
) -> Design:
    """Find what a design file asks for, by ``workers`` or, if none are given, ``processes`` of this machine. The result
    depends on neither of them, nor on ``engine``.

    Raises ``NotCovered`` if the compiled engine was asked for and can not run a design, ``DesignError`` for a value that
    the line refuses.
    """
    with Processes(processes) as own:
        most = min(plan.designs, plan.spec.tries)
        runner = Runner(plan.spec, plan.lines.transitions, most, workers or own, engine, told, compiling)
        told("checking", 0.0)
        pilots = [plan.base, plan.scenario(plan.lowest), plan.scenario(plan.highest)]
        for scenario in pilots:
            runner.add(scenario)
        warmup = warm_up(runner, len(pilots))
        trials = Trials(plan, runner, warmup.hours)
        base = trials.base()
        if plan.spec.target is not None:
            checks, left, gave_up = _cheapest(plan, trials)
        else:
            (checks, left), gave_up = _front(plan, trials), False
        ran = trials.all()
        turned = None if plan.one_by_one else upside_down(ran, plan.spec.figure)
        return Design(plan, warmup, base, ran, tuple(checks), left, turned, gave_up)


def _cheapest(plan: DesignPlan, trials: Trials) -> tuple[list[Check], int, bool]:
    """Search and check in turn, until a design is confirmed or none is left; the checks, how many designs are left, and
    whether the search gave up. Then the last check is that of the design most likely to be confirmed."""
    checks: list[Check] = []
    while True:
        found = _search(plan, trials)
        if found.best is None:
            return checks, found.left, False
        if len(checks) >= MOST_CHECKS:
            break
        checks.append(trials.check(found.best))
        if checks[-1].verdict == Verdict.CONFIRMED:
            return checks, found.left, False
    checks.append(trials.check(_surest(plan, trials)))
    below = checks[-1].cost if checks[-1].verdict == Verdict.CONFIRMED else inf
    known = {trial.at: bool(trial.reached) for trial in trials.all()}
    return checks, unknown([c.costs for c in plan.choices], known, below, growing=not plan.one_by_one), True


def _surest(plan: DesignPlan, trials: Trials) -> At:
    """Of the designs that seem to reach the target the one with the best figure; the largest is looked at for that."""
    with suppress(OutOfTries):
        trials.reaches(plan.highest)
    return max((t for t in trials.all() if t.reached), key=lambda t: (trials.value(t.at), -t.cost)).at


def _search(plan: DesignPlan, trials: Trials) -> Found:
    if plan.one_by_one:
        trials.phase = Phase.BY_COST
        designs = sorted(product(*(range(len(c.values)) for c in plan.choices)), key=plan.cost)
        return by_cost(designs, trials.reaches)

    def begin(step: int) -> None:
        trials.phase = _PHASES[step]

    return Search([choice.costs for choice in plan.choices], trials.reaches, trials.value, begin).run()


def _front(plan: DesignPlan, trials: Trials) -> tuple[list[Check], int]:
    """The front on the random numbers of the search, then what is left of it on fresh ones."""
    trials.phase = Phase.FRONT

    def run(at: At) -> Pair:
        trials.explore(at)
        return pair(plan, at, trials.trial(at).outcome)

    every = plan.designs <= min(FEW, plan.spec.tries)
    known, ended = explore([len(choice.values) for choice in plan.choices], run, every)
    checks = {at: trials.check_front(at) for at in front(known)}
    kept = front({at: pair(plan, at, check.outcome) for at, check in checks.items()})
    return [checks[at] for at in kept], 0 if ended else plan.designs - len(known)


def pair(plan: DesignPlan, at: At, outcome: Outcome) -> Pair:
    """What is to be large and what is to be small."""
    asked = plan.spec.pareto
    assert asked is not None
    price = plan.cost(at) if asked.minimise == COST else figure_of(outcome, asked.minimise).mean
    return figure_of(outcome, asked.maximise).mean, price


def upside_down(trials: Sequence[Trial], name: str) -> tuple[Trial, Trial] | None:
    """Of all pairs of designs where the larger one is worse for certain (95 % for all pairs together), the one with the
    greatest difference; the larger one comes last."""
    lower = name in LOWER_IS_BETTER
    pairs = [(a, b) for a, b in permutations(trials, 2) if all(i <= k for i, k in zip(a.at, b.at, strict=True))]
    worst: tuple[float, Trial, Trial] | None = None
    for small, large in pairs:
        one, other = figure_of(small.outcome, name).values, figure_of(large.outcome, name).values
        common = min(len(one), len(other))
        if (sum(other[:common]) - sum(one[:common]) < 0) == lower:
            continue
        mean, half_width = paired(one[:common], other[:common], len(pairs))
        certain = judge(mean, half_width, lower_is_better=lower) == Direction.WORSE
        if certain and (worst is None or abs(mean) > worst[0]):
            worst = abs(mean), small, large
    return worst[1:] if worst is not None else None
