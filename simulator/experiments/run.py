"""Replications of a line: the same line with other seeds, warm-up cut off, on several processes if wanted."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from simulator.line import Line, LineSpec, RunResult
from simulator.line.log import open_log
from simulator.line.packml import Transitions

SLICES = 20  # progress is told so many times a replication


@dataclass(frozen=True)
class Experiment:
    """Replications of one line. ``hours`` are those counted, after ``warmup_hours``."""

    spec: LineSpec
    hours: float
    warmup_hours: float
    seed: int
    results: tuple[RunResult, ...]


@dataclass(frozen=True)
class _Job:
    spec: LineSpec
    hours: float
    warmup_hours: float
    seed: int
    transitions: Transitions | None
    log_path: Path | None = None


def run_experiment(
    spec: LineSpec,
    *,
    hours: float,
    warmup_hours: float = 0.0,
    seed: int = 1,
    replications: int = 10,
    processes: int = 1,
    transitions: Transitions | None = None,
    log_path: Path | None = None,
    progress: Callable[[float], None] = lambda done: None,
) -> Experiment:
    """Run ``replications`` with seeds ``seed``, ``seed + 1``, … The event log is that of the first.

    ``progress`` is told the done share, 0 to 1. The result does not depend on ``processes``.
    """
    jobs = [
        _Job(spec, hours, warmup_hours, seed + i, transitions, log_path if i == 0 else None)
        for i in range(replications)
    ]
    results: list[RunResult] = []
    if processes <= 1 or replications == 1:
        for index, job in enumerate(jobs):
            start = index / replications
            results.append(_run(job, lambda share, start=start: progress(start + share / replications)))  # type: ignore[misc]
    else:
        with ProcessPoolExecutor(min(processes, replications), mp_context=get_context("spawn")) as pool:
            for result in pool.map(_run, jobs):
                results.append(result)
                progress(len(results) / replications)
    return Experiment(spec, hours, warmup_hours, seed, tuple(results))


def _run(job: _Job, progress: Callable[[float], None] = lambda done: None) -> RunResult:
    log = open_log(job.log_path) if job.log_path is not None else None
    line = Line(job.spec, job.seed, log, transitions=job.transitions)
    try:
        line.run(job.warmup_hours * 3600)
        line.reset_statistics()
        start, length = job.warmup_hours * 3600, job.hours * 3600
        for slice_ in range(1, SLICES + 1):
            line.run(start + length * slice_ / SLICES)
            progress(slice_ / SLICES)
    finally:
        line.close()
    return line.result()
