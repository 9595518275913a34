"""Run an experiment: pilots for the warm-up, then replications of every scenario with the same seeds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from math import ceil, inf

from simulator.experiments.compiled.agreement import ROWS
from simulator.experiments.compiled.choice import Choice, Wanted, choose
from simulator.experiments.kpis import kpis
from simulator.experiments.run import Experiment, Job, run_job
from simulator.experiments.study.plan import Plan
from simulator.experiments.study.result import Look, Outcome, Precision, Study
from simulator.experiments.study.stops import StopJob, Stopped, run_stop
from simulator.experiments.trace import Trace
from simulator.experiments.warmup import PILOTS, Piloting, Warmup, find_warmup
from simulator.experiments.workers import run_jobs
from simulator.line import RunResult

FIRST = 10  # replications before the first look at the precision
MOST_TRACED = 24  # scenarios of which the first replication is looked at closely
LEAST_ROWS = 2000  # of the event log that both engines are compared by, where there are many scenarios

Told = Callable[[str, float], None]
"""Told what is going on (``checking``, ``warm-up``, ``replications``, ``stop``) and the done share of it, 0 to 1."""


@dataclass
class _Ran:
    results: list[RunResult] = field(default_factory=list)
    trace: Trace | None = None


class Runner:
    """Runs the jobs of a plan, each scenario on the engine chosen for it."""

    def __init__(self, plan: Plan, processes: int, engine: Wanted, told: Told, compiling: Callable[[], None]) -> None:
        self.plan, self._processes, self._told = plan, processes, told
        spec, count = plan.spec, len(plan.scenarios)
        runs = count * ((spec.replications.count or FIRST) + (PILOTS if spec.warmup is None else 0))
        self.choices: list[Choice] = []
        for index, scenario in enumerate(plan.scenarios):
            told("checking", index / count)
            choice = choose(
                scenario.spec, engine, seed=spec.seed, seconds=spec.hours * 3600, replications=runs,
                transitions=plan.transitions, compiling=compiling, rows=max(LEAST_ROWS, ROWS // count),
            )  # fmt: skip
            self.choices.append(choice)

    def job(self, scenario: int, replication: int, hours: float, warmup: float) -> Job:
        """One replication of one scenario."""
        spec = self.plan.scenarios[scenario].spec
        engine = self.choices[scenario].engine
        return Job(spec, hours, warmup, self.plan.spec.seed + replication, self.plan.transitions, engine)

    def run(self, jobs: Sequence[Job], doing: str) -> list[tuple[RunResult, Trace | None]]:
        """The results of jobs, in their order."""
        return run_jobs(run_job, jobs, self._processes, lambda done: self._told(doing, done))

    def run_stops(self, jobs: Sequence[StopJob]) -> list[Stopped]:
        """What stops did, in the order of the jobs."""
        return run_jobs(run_stop, jobs, self._processes, lambda done: self._told("stop", done))


def run_study(
    plan: Plan,
    *,
    processes: int = 1,
    engine: Wanted = "auto",
    told: Told = lambda what, done: None,
    compiling: Callable[[], None] = lambda: None,
) -> Study:
    """Run all that a plan asks for. The result depends neither on ``processes`` nor on ``engine``.

    Raises ``NotCovered`` if the compiled engine was asked for and can not run a scenario.
    """
    runner = Runner(plan, processes, engine, told, compiling)
    warmup = Warmup(plan.spec.warmup) if plan.spec.warmup is not None else _find_warmup(runner)
    ran = [_Ran() for _ in plan.scenarios]
    precision = _replicate(runner, warmup.hours, ran)
    outcomes = tuple(_outcome(runner, i, warmup.hours, r) for i, r in enumerate(ran))
    return Study(plan, warmup, outcomes, precision, _stop(runner, warmup.hours, len(ran[0].results)))


def _find_warmup(runner: Runner) -> Warmup:
    """A percent changes no warm-up, so that of a sensitivity is found on its base."""
    scenarios = runner.plan.scenarios[:1] if runner.plan.spec.sensitivity else runner.plan.scenarios

    def run(wanted: Sequence[Piloting]) -> list[RunResult]:
        jobs = [
            replace(runner.job(p.scenario, p.replication, p.hours, 0.0), bucket_s=p.interval_s) for p in wanted
        ]  # fmt: skip
        return [result for result, _ in runner.run(jobs, "warm-up")]

    return find_warmup([s.name for s in scenarios], runner.plan.spec.hours, run)


def _replicate(runner: Runner, warmup: float, ran: list[_Ran]) -> Precision | None:
    """Run as many replications as asked for, or as the precision takes."""
    asked, looks = runner.plan.spec.replications, list[Look]()
    count = asked.count or min(FIRST, asked.most)
    while True:
        _run_up_to(runner, count, warmup, ran)
        if asked.precision is None:
            return None
        looks.append(_look(runner, warmup, ran, asked.of))
        precision = Precision(asked.precision, asked.of, asked.most, tuple(looks))
        if precision.reached or count >= asked.most:
            return precision
        count = next_count(count, looks[-1].worst, asked.precision, asked.most)


def next_count(count: int, worst: float, wanted: float, most: int) -> int:
    """How many replications to look at next: what the present spread asks for and a little more, at most twice as many."""
    needed = count * (worst / wanted) ** 2 * 1.05
    return min(most, max(count + 2, ceil(min(needed, 2 * count))))


def _run_up_to(runner: Runner, count: int, warmup: float, ran: list[_Ran]) -> None:
    hours, traced = runner.plan.spec.hours, len(ran) <= MOST_TRACED and runner.plan.spec.sensitivity is None
    wanted = [(i, k) for k in range(len(ran[0].results), count) for i in range(len(ran))]
    jobs = [
        replace(runner.job(i, k, hours, warmup), traced=k == 0 and (traced or i in (0, runner.plan.base)))
        for i, k in wanted
    ]
    for (i, _), (result, trace) in zip(wanted, runner.run(jobs, "replications"), strict=True):
        ran[i].results.append(result)
        ran[i].trace = ran[i].trace or trace


def _stop(runner: Runner, warmup: float, count: int) -> tuple[tuple[Stopped, ...], ...]:
    """Every replication of every scenario with the stop and without."""
    spec = runner.plan.spec
    if spec.stop is None:
        return ()
    start = warmup * 3600 + spec.stop.at
    jobs = [
        StopJob(
            scenario.spec, spec.seed + k, runner.plan.transitions, choice.engine, spec.stop.unit, start,
            start + spec.stop.duration, (warmup + spec.hours) * 3600,
        )
        for scenario, choice in zip(runner.plan.scenarios, runner.choices, strict=True)
        for k in range(count)
    ]  # fmt: skip
    found = runner.run_stops(jobs)
    return tuple(tuple(found[i : i + count]) for i in range(0, len(found), count))


def _look(runner: Runner, warmup: float, ran: list[_Ran], of: str) -> Look:
    worst = Look(len(ran[0].results), -1.0, "")
    for i, r in enumerate(ran):
        outcome = _outcome(runner, i, warmup, r)
        figure = outcome.figures.figure(of)
        relative = inf
        if figure is not None and figure.half_width is not None and figure.mean:
            relative = figure.half_width / abs(figure.mean)
        if relative > worst.worst:
            worst = Look(worst.replications, relative, outcome.scenario.name)
    return worst


def _outcome(runner: Runner, index: int, warmup: float, ran: _Ran) -> Outcome:
    plan, scenario = runner.plan, runner.plan.scenarios[index]
    experiment = Experiment(
        scenario.spec, plan.spec.hours, warmup, plan.spec.seed, tuple(ran.results), runner.choices[index], ran.trace
    )
    return Outcome(scenario, experiment, kpis(experiment))
