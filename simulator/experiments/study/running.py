"""Run an experiment: pilots for the warm-up, then replications of every scenario with the same seeds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from math import ceil, inf

from simulator.experiments.compiled.agreement import ROWS
from simulator.experiments.compiled.choice import Choice, Wanted, choose
from simulator.experiments.kpis import kpis
from simulator.experiments.run import Experiment, Job, run_job
from simulator.experiments.study.plan import Plan, Scenario
from simulator.experiments.study.result import Look, Outcome, Precision, Study
from simulator.experiments.study.spec import RunSpec
from simulator.experiments.study.stops import StopJob, Stopped, run_stop
from simulator.experiments.trace import Trace
from simulator.experiments.warmup import PILOTS, Pilot, Piloting, Warmup, find_warmup
from simulator.experiments.workers import Processes, Workers
from simulator.line import RunResult
from simulator.line.packml import Transitions

FIRST = 20  # replications before the first look at the precision
MOST_TRACED = 24  # scenarios of which the first replication is looked at closely
LEAST_ROWS = 2000  # of the event log that both engines are compared by, where there are many scenarios

Told = Callable[[str, float], None]
"""Told what is going on (``checking``, ``warm-up``, ``replications``, ``stop``) and the done share of it, 0 to 1."""


@dataclass
class _Ran:
    results: list[RunResult] = field(default_factory=list)
    trace: Trace | None = None


class Runner:
    """Runs replications of scenarios, each scenario on the engine chosen for it.

    ``most``: so many scenarios are to come, in all.
    """

    def __init__(
        self, spec: RunSpec, transitions: Transitions | None, most: int, workers: Workers, engine: Wanted, told: Told,
        compiling: Callable[[], None],
    ) -> None:  # fmt: skip
        self.spec, self.scenarios, self.choices = spec, list[Scenario](), list[Choice]()
        self.pilots: dict[int, Pilot] = {}  # of the scenarios that had some
        self._transitions, self._most, self._workers = transitions, most, workers
        self._engine, self._told, self._compiling = engine, told, compiling

    def add(self, scenario: Scenario) -> int:
        """Take a scenario in; its index. Raises ``NotCovered`` if the compiled engine was asked for and can not run it."""
        spec = self.spec
        each = (spec.replications.count or FIRST) + (PILOTS if spec.warmup is None else 0)
        choice = choose(
            scenario.spec, self._engine, seed=spec.seed, seconds=spec.hours * 3600, replications=self._most * each,
            transitions=self._transitions, compiling=self._compiling, rows=max(LEAST_ROWS, ROWS // self._most),
        )  # fmt: skip
        self.scenarios.append(scenario)
        self.choices.append(choice)
        return len(self.scenarios) - 1

    def job(self, scenario: int, replication: int, hours: float, warmup: float) -> Job:
        """One replication of one scenario."""
        spec, engine = self.scenarios[scenario].spec, self.choices[scenario].engine
        return Job(spec, hours, warmup, self.spec.seed + replication, self._transitions, engine)

    def run(self, jobs: Sequence[Job], doing: str) -> list[tuple[RunResult, Trace | None]]:
        """The results of jobs, in their order."""
        return self._workers.run(run_job, jobs, lambda done: self._told(doing, done))

    def run_stops(self, jobs: Sequence[StopJob]) -> list[Stopped]:
        """What stops did, in the order of the jobs."""
        return self._workers.run(run_stop, jobs, lambda done: self._told("stop", done))

    def outcome(self, index: int, warmup: float, results: Sequence[RunResult], trace: Trace | None = None) -> Outcome:
        """The figures of a scenario's replications."""
        scenario, spec = self.scenarios[index], self.spec
        experiment = Experiment(
            scenario.spec,
            spec.hours,
            warmup,
            results[0].seed,
            tuple(results),
            self.choices[index],
            trace,
            self.pilots.get(index),
        )
        return Outcome(scenario, experiment, kpis(experiment))


def run_study(
    plan: Plan,
    *,
    workers: Workers | None = None,
    processes: int = 1,
    engine: Wanted = "auto",
    told: Told = lambda what, done: None,
    compiling: Callable[[], None] = lambda: None,
) -> Study:
    """Run all that a plan asks for, by ``workers`` or, if none are given, ``processes`` of this machine. The result depends
    on neither of them, nor on ``engine``.

    Raises ``NotCovered`` if the compiled engine was asked for and can not run a scenario.
    """
    with Processes(processes) as own:
        count = len(plan.scenarios)
        runner = Runner(plan.spec, plan.transitions, count, workers or own, engine, told, compiling)
        for index, scenario in enumerate(plan.scenarios):
            told("checking", index / count)
            runner.add(scenario)
        few = 1 if plan.spec.sensitivity else count  # a percent changes no warm-up
        warmup = warm_up(runner, few)
        ran = [_Ran() for _ in plan.scenarios]
        precision = _replicate(runner, plan, warmup.hours, ran)
        outcomes = tuple(runner.outcome(i, warmup.hours, r.results, r.trace) for i, r in enumerate(ran))
        return Study(plan, warmup, outcomes, precision, _stop(runner, plan, warmup.hours, len(ran[0].results)))


def warm_up(runner: Runner, few: int) -> Warmup:
    """The warm-up that the file gives, or that of pilots of the first ``few`` scenarios as long as the hours counted."""
    if runner.spec.warmup is not None:
        return Warmup(runner.spec.warmup)

    def run(wanted: Sequence[Piloting]) -> list[RunResult]:
        jobs = [
            replace(runner.job(p.scenario, p.replication, p.hours, 0.0), bucket_s=p.interval_s) for p in wanted
        ]  # fmt: skip
        return [result for result, _ in runner.run(jobs, "warm-up")]

    found = find_warmup([s.name for s in runner.scenarios[:few]], runner.spec.hours, run)
    runner.pilots = dict(enumerate(found.pilots))
    return found


def _replicate(runner: Runner, plan: Plan, warmup: float, ran: list[_Ran]) -> Precision | None:
    """Run as many replications as asked for, or as the precision takes."""
    asked, looks = plan.spec.replications, list[Look]()
    count = asked.count or min(FIRST, asked.most)
    while True:
        _run_up_to(runner, plan, count, warmup, ran)
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


def _run_up_to(runner: Runner, plan: Plan, count: int, warmup: float, ran: list[_Ran]) -> None:
    hours, traced = plan.spec.hours, len(ran) <= MOST_TRACED and plan.spec.sensitivity is None
    wanted = [(i, k) for k in range(len(ran[0].results), count) for i in range(len(ran))]
    jobs = [
        replace(runner.job(i, k, hours, warmup), traced=k == 0 and (traced or i in (0, plan.base))) for i, k in wanted
    ]
    for (i, _), (result, trace) in zip(wanted, runner.run(jobs, "replications"), strict=True):
        ran[i].results.append(result)
        ran[i].trace = ran[i].trace or trace


def _stop(runner: Runner, plan: Plan, warmup: float, count: int) -> tuple[tuple[Stopped, ...], ...]:
    """Every replication of every scenario with the stop and without."""
    spec = plan.spec
    if spec.stop is None:
        return ()
    start = warmup * 3600 + spec.stop.at
    jobs = [
        StopJob(
            scenario.spec, spec.seed + k, plan.transitions, choice.engine, spec.stop.unit, start,
            None if spec.stop.duration is None else start + spec.stop.duration, (warmup + spec.hours) * 3600,
            spec.stop.by,
        )
        for scenario, choice in zip(plan.scenarios, runner.choices, strict=True)
        for k in range(count)
    ]  # fmt: skip
    found = runner.run_stops(jobs)
    return tuple(tuple(found[i : i + count]) for i in range(0, len(found), count))


def _look(runner: Runner, warmup: float, ran: list[_Ran], of: str) -> Look:
    worst = Look(len(ran[0].results), -1.0, "")
    for i, r in enumerate(ran):
        outcome = runner.outcome(i, warmup, r.results, r.trace)
        figure = outcome.figures.figure(of)
        relative = inf
        if figure is not None and figure.half_width is not None and figure.mean:
            relative = figure.half_width / abs(figure.mean)
        if relative > worst.worst:
            worst = Look(worst.replications, relative, outcome.scenario.name)
    return worst
