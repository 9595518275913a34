"""Replications of a line: the same line with other seeds, warm-up cut off, on several processes if wanted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from math import ceil
from pathlib import Path

from simulator.experiments.compiled import CompiledLine
from simulator.experiments.compiled.choice import Choice, Engine, Wanted, choose
from simulator.experiments.ocel import OcelLog
from simulator.experiments.trace import LONGEST_S, Trace, TraceLog
from simulator.experiments.warmup import PILOTS, Pilot, Piloting, find_warmup, tidy
from simulator.experiments.whole import whole
from simulator.experiments.workers import Processes, Share, Workers
from simulator.interface.fitting import design_speed
from simulator.line import Line, LineSpec, RunResult
from simulator.line.log import EventLog, Tee, open_log
from simulator.line.packml import Transitions
from simulator.line.records import RecordLog, open_records
from simulator.line.spec import BufferSpec

SLICES = 50  # progress is told at least so many times a replication …
LONGEST_SLICE_S = 8 * 3600.0  # … and after so many seconds of the model at the latest
BUCKETS_S = (60, 300, 600, 900, 1800, 3600, 7200, 14400, 28800, 86400, 604800)
MOST_BUCKETS = 60  # of the throughput over time, so that a picture stays readable
HOUR = 3600.0  # departures are counted at least by the hour, which every shorter bucket divides


@dataclass(frozen=True)
class Experiment:
    """Replications of one line. ``hours`` are those counted, after ``warmup_hours``; ``trace`` is of the first.

    ``engine`` says what ran them, and why; ``pilot`` where the warm-up was found, if it was not given.
    """

    spec: LineSpec
    hours: float
    warmup_hours: float
    seed: int
    results: tuple[RunResult, ...]
    engine: Choice
    trace: Trace | None = None
    pilot: Pilot | None = None


@dataclass(frozen=True)
class Job:
    """One replication. ``bucket_s``: in which departures are counted, an hour or less by the hours if not given."""

    spec: LineSpec
    hours: float
    warmup_hours: float
    seed: int
    transitions: Transitions | None
    engine: Engine
    traced: bool = False
    log_path: Path | None = None
    records_path: Path | None = None
    ocel_path: Path | None = None
    bucket_s: float | None = None


def run_experiment(
    spec: LineSpec,
    *,
    hours: float,
    warmup_hours: float | None = 0.0,
    seed: int = 1,
    replications: int = 10,
    workers: Workers | None = None,
    processes: int = 1,
    transitions: Transitions | None = None,
    log_path: Path | None = None,
    records_path: Path | None = None,
    ocel_path: Path | None = None,
    engine: Wanted = "auto",
    progress: Share = lambda done: None,
    piloting: Share = lambda done: None,
    compiling: Callable[[], None] = lambda: None,
) -> Experiment:
    """Run ``replications`` with seeds ``seed``, ``seed + 1``, … Event log (``ocel_path``: as OCEL 2.0,
    too), item records and trace are of the first. The files appear when all is done; otherwise what was there before stays.

    ``warmup_hours``: ``None`` finds them on pilots (``simulator.experiments.warmup``). ``progress`` is told the done share, 0
    to 1, ``piloting`` that of the pilots, and ``compiling`` called if the compiled engine has to be compiled first.
    ``workers`` run the replications, if none are given ``processes`` of this machine. The result depends on
    neither of them, nor on ``engine``. Item records are kept by the SimPy model only, so the
    first replication then runs in it. Raises ``OSError`` if a file cannot be written, ``NotCovered`` if the compiled
    engine was asked for and can not run the line.
    """
    records, pilot_hours = records_path is not None, max(hours, 2 * held_hours(spec))
    pilots = PILOTS if warmup_hours is None and not (records and replications == 1) else 0
    choice = choose(
        spec, engine, seed=seed, seconds=(pilot_hours if warmup_hours is None else warmup_hours + hours) * 3600,
        replications=replications + pilots, transitions=transitions, records=records, compiling=compiling,
    )  # fmt: skip
    with Processes(processes) as own:
        by, pilot = workers or own, None
        if warmup_hours is None:

            def run(wanted: Sequence[Piloting]) -> list[RunResult]:
                jobs = [
                    Job(spec, p.hours, 0.0, seed + p.replication, transitions, choice.engine, bucket_s=p.interval_s)
                    for p in wanted
                ]
                return [result for result, _ in by.run(run_job, jobs, piloting)]

            (pilot,) = find_warmup([spec.name], pilot_hours, run).pilots
            warmup_hours = tidy(pilot.hours)
        others = [Job(spec, hours, warmup_hours, seed + i, transitions, choice.engine) for i in range(1, replications)]
        with ExitStack() as files:  # left when nobody writes any more
            log, records_log, ocel = (
                files.enter_context(whole(path)) if path is not None else None
                for path in (log_path, records_path, ocel_path)
            )
            first = Job(spec, hours, warmup_hours, seed, transitions, choice.first, True, log, records_log, ocel)
            ran = by.run(run_job, [first, *others], progress, here=int(any((log, records_log, ocel))))
    return Experiment(spec, hours, warmup_hours, seed, tuple(result for result, _ in ran), choice, ran[0][1], pilot)


def held_hours(spec: LineSpec) -> float:
    """In how many hours the slowest unit would work off what is in the line at the start."""
    return sum(u.prefill for u in spec.units) / ideal_rate(spec)


def ideal_rate(spec: LineSpec) -> float:
    """Items per hour of the slowest unit if nothing ever stopped it."""
    return min(design_speed(u) for u in spec.units if not isinstance(u, BufferSpec)) * 60


def run_job(job: Job, progress: Share) -> tuple[RunResult, Trace | None]:
    """Run one replication, in this process."""
    start, end = job.warmup_hours * 3600, (job.warmup_hours + job.hours) * 3600
    log = _logs(job)
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


def _logs(job: Job) -> EventLog | None:
    """Where the rows of the event log go, if they go anywhere."""
    logs: list[EventLog] = []
    if job.log_path is not None:
        logs.append(open_log(job.log_path))
    if job.ocel_path is not None:
        logs.append(OcelLog(job.ocel_path, job.spec))
    return logs[0] if len(logs) == 1 else Tee(*logs) if logs else None


def _line(job: Job, log: EventLog | None, records: RecordLog | None) -> Line | CompiledLine:
    bucket_s = job.bucket_s or min(bucket(job.hours), HOUR)
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
    """The interval in s in which departures are shown: a round one, and few enough of them."""
    return float(next((b for b in BUCKETS_S if hours * 3600 / b <= MOST_BUCKETS), BUCKETS_S[-1]))
