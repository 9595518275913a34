"""Replications of a line: the same line with other seeds, warm-up cut off, on several processes if wanted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import ceil
from pathlib import Path

from simulator.experiments.compiled import CompiledLine
from simulator.experiments.compiled.choice import Choice, Engine, Wanted, choose
from simulator.experiments.trace import LONGEST_S, Trace, TraceLog
from simulator.experiments.workers import Processes, Share, Workers
from simulator.line import Line, LineSpec, RunResult
from simulator.line.log import EventLog, open_log
from simulator.line.packml import Transitions
from simulator.line.records import RecordLog, open_records

SLICES = 50  # progress is told at least so many times a replication …
LONGEST_SLICE_S = 8 * 3600.0  # … and after so many seconds of the model at the latest
BUCKETS_S = (60, 300, 600, 900, 1800, 3600, 7200, 14400, 28800, 86400, 604800)
MOST_BUCKETS = 60  # of the throughput over time, so that a picture stays readable


@dataclass(frozen=True)
class Experiment:
    """Replications of one line. ``hours`` are those counted, after ``warmup_hours``; ``trace`` is of the first.

    ``engine`` says what ran them, and why.
    """

    spec: LineSpec
    hours: float
    warmup_hours: float
    seed: int
    results: tuple[RunResult, ...]
    engine: Choice
    trace: Trace | None = None


@dataclass(frozen=True)
class Job:
    """One replication. ``bucket_s``: in which departures are counted, chosen by the hours if not given."""

    spec: LineSpec
    hours: float
    warmup_hours: float
    seed: int
    transitions: Transitions | None
    engine: Engine
    traced: bool = False
    log_path: Path | None = None
    records_path: Path | None = None
    bucket_s: float | None = None


def run_experiment(
    spec: LineSpec,
    *,
    hours: float,
    warmup_hours: float = 0.0,
    seed: int = 1,
    replications: int = 10,
    workers: Workers | None = None,
    processes: int = 1,
    transitions: Transitions | None = None,
    log_path: Path | None = None,
    records_path: Path | None = None,
    engine: Wanted = "auto",
    progress: Share = lambda done: None,
    compiling: Callable[[], None] = lambda: None,
) -> Experiment:
    """Run ``replications`` with seeds ``seed``, ``seed + 1``, … Event log, item records and trace are of the first.

    ``progress`` is told the done share, 0 to 1, and ``compiling`` called if the compiled engine has to be compiled first.
    ``workers`` run the replications, if none are given ``processes`` of this machine. The result depends on
    neither of them, nor on ``engine``. Item records are kept by the SimPy model only, so the
    first replication then runs in it. Raises ``OSError`` if a file cannot be written, ``NotCovered`` if the compiled
    engine was asked for and can not run the line.
    """
    choice = choose(
        spec, engine, seed=seed, seconds=(warmup_hours + hours) * 3600, replications=replications,
        transitions=transitions, records=records_path is not None, compiling=compiling,
    )  # fmt: skip
    first = Job(spec, hours, warmup_hours, seed, transitions, choice.first, True, log_path, records_path)
    others = [Job(spec, hours, warmup_hours, seed + i, transitions, choice.engine) for i in range(1, replications)]
    kept_here = int(log_path is not None or records_path is not None)
    with Processes(processes) as own:
        ran = (workers or own).run(run_job, [first, *others], progress, here=kept_here)
    return Experiment(spec, hours, warmup_hours, seed, tuple(result for result, _ in ran), choice, ran[0][1])


def run_job(job: Job, progress: Share) -> tuple[RunResult, Trace | None]:
    """Run one replication, in this process."""
    start, end = job.warmup_hours * 3600, (job.warmup_hours + job.hours) * 3600
    log: EventLog | None = open_log(job.log_path) if job.log_path is not None else None
    tracing = TraceLog(job.spec, start, min(end, start + LONGEST_S), log) if job.traced else None
    records: RecordLog | None = open_records(job.records_path) if job.records_path is not None else None
    line = _line(job, tracing or log, records)
    try:
        for until in _steps(0.0, start):
            line.run(until)
            progress(until / end)
        line.reset_statistics()
        for until in _steps(start, end):
            line.run(until)
            progress(until / end)
            if log is None and tracing is not None and until >= tracing.end and isinstance(line, CompiledLine):
                line.stop_logging()
    finally:
        line.close()
        if records is not None:
            records.close()
    return line.result(), tracing.trace(line.now) if tracing is not None else None


def _line(job: Job, log: EventLog | None, records: RecordLog | None) -> Line | CompiledLine:
    bucket_s = job.bucket_s or bucket(job.hours)
    if job.engine == "compiled":
        return CompiledLine(job.spec, job.seed, log, transitions=job.transitions, bucket_s=bucket_s)
    return Line(job.spec, job.seed, log, transitions=job.transitions, bucket_s=bucket_s, records=records)


def _steps(start: float, end: float) -> Iterator[float]:
    """Where progress is told. Running in pieces gives the same as running at once."""
    if end <= start:
        return
    slices = max(SLICES, ceil((end - start) / LONGEST_SLICE_S))
    for i in range(1, slices):
        yield start + (end - start) * i / slices
    yield end


def bucket(hours: float) -> float:
    """The interval in s in which departures are counted: a round one, and few enough of them."""
    return float(next((b for b in BUCKETS_S if hours * 3600 / b <= MOST_BUCKETS), BUCKETS_S[-1]))
