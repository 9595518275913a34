"""How often the intervals of an experiment cover the truth, which the Markov chain of the line tells exactly.

The experiment is a real one, but for two things that cost time and change no number: that both engines agree is not looked at anew each
time, and a run is not cut into slices for a progress bar.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from markov_lines import Station, solve
from scipy.stats import binom

from simulator.experiments.compiled import CompiledLine
from simulator.experiments.compiled.choice import ASKED, Choice
from simulator.experiments.run import Job
from simulator.experiments.study import running
from simulator.experiments.study.compare import compare
from simulator.experiments.study.plan import Plan, load_plan
from simulator.experiments.study.result import Study
from simulator.experiments.study.running import run_study
from simulator.line import RunResult

pytest.importorskip("numba", reason="the compiled engine needs numba")

FAILURES = "failures: [{mtbf: 100, mttr: 10}]"
LINE = f"""\
units:
  - {{name: A, process_time: {{distribution: exponential, mean: 1}}, {FAILURES}}}
  - {{kind: buffer, name: B, capacity: 4}}
  - {{name: C, process_time: {{distribution: exponential, mean: 1}}, {FAILURES}}}
"""
HEAD = "line: line.yaml\nhours: 0.4\nwarmup: 2 min\n"
FIXED = HEAD + "replications: 10\nscenarios: {more: {units.B.capacity: 6}}\n"
UNTIL_PRECISE = HEAD + "replications: {precision: 2.1 %, most: 200}\nscenarios: {same: {units.B.capacity: 4}}\n"
"""Some 26 replications, instead of the first 20. An experiment must have a scenario; this one changes nothing."""
SEEDS_APART = 200
CONFIDENCE = 0.999

Load = Callable[[str], Plan]
WIDE = [pytest.mark.wide, pytest.mark.timeout(3600)]


def exact(places: int) -> float:
    """Items per hour."""
    fails: dict[str, Any] = {"fails": 0.01, "repaired": 0.1}
    return 3600 * solve(Station(1, places=places, **fails), Station(1, **fails)).throughput


@pytest.fixture
def load(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Load:
    monkeypatch.setattr(running, "choose", lambda *_, **__: Choice("compiled", ASKED, first="compiled"))
    ran: dict[tuple[str, int], RunResult] = {}
    monkeypatch.setattr(running, "run_job", lambda job, _told: (run_at_once(job, ran), None))
    (tmp_path / "line.yaml").write_text(LINE, encoding="utf-8")

    def plan(text: str) -> Plan:
        (tmp_path / "try.yaml").write_text(text, encoding="utf-8")
        return load_plan(tmp_path / "try.yaml")

    return plan


def run_at_once(job: Job, ran: dict[tuple[str, int], RunResult]) -> RunResult:
    key = str(job.spec.units), job.seed
    if key not in ran:
        line = CompiledLine(job.spec, job.seed, transitions=job.transitions)
        line.run(job.warmup_hours * 3600)
        line.reset_statistics()
        line.run((job.warmup_hours + job.hours) * 3600)
        ran[key] = line.result()
    return ran[key]


def repeated(plan: Plan, repetitions: int) -> Iterator[Study]:
    """The experiment again and again, with seeds of its own each time."""
    for k in range(repetitions):
        yield run_study(replace(plan, spec=plan.spec.model_copy(update={"seed": 1 + k * SEEDS_APART})))


def limits(repetitions: int) -> tuple[float, float]:
    """Within which a coverage of 95 % shows: 93 to 97 % of a thousand, of fewer what chance allows."""
    if repetitions >= 1000:
        return 0.93 * repetitions, 0.97 * repetitions
    low, high = binom.interval(CONFIDENCE, repetitions, 0.95)
    return float(low), float(high)


REPETITIONS = [60, pytest.param(1000, marks=WIDE)]


@pytest.mark.parametrize("repetitions", REPETITIONS)
def test_intervals_of_a_figure_and_of_a_difference_cover_the_truth_95_times_in_100(
    load: Load, repetitions: int
) -> None:
    base, more = exact(4), exact(6)
    covered = differences = 0
    for study in repeated(load(FIXED), repetitions):
        figure = study.base.figure("throughput")
        covered += abs(figure.mean - base) <= (figure.half_width or 0)
        (found,) = compare(study, "throughput")
        differences += abs(found.mean - (more - base)) <= found.half_width
    low, high = limits(repetitions)
    print(f"figure {covered}, difference {differences} of {repetitions}")
    assert low <= covered <= high
    assert low <= differences <= high


@pytest.mark.parametrize("repetitions", REPETITIONS)
def test_so_do_those_of_an_experiment_that_goes_on_until_it_is_precise(load: Load, repetitions: int) -> None:
    """Nearly, as the user's guide says: looking again and again has a price, which few and wide looks keep low."""
    truth, covered, runs = exact(4), 0, 0
    for study in repeated(load(UNTIL_PRECISE), repetitions):
        figure = study.base.figure("throughput")
        covered += abs(figure.mean - truth) <= (figure.half_width or 0)
        runs += study.replications
    low, high = limits(repetitions)
    print(f"covered {covered} of {repetitions}, with {runs / repetitions:.1f} replications")
    assert 22 < runs / repetitions < 60, "otherwise nothing was looked at twice"
    assert low <= covered <= high
