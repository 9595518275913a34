"""Side by side: all programs on one line, taking turns, in parts per CPU second of this process."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from statistics import median

from peers.lines import FORMATION, FOUR, TWENTY, BenchLine, CanNot
from peers.programs import COMPILED, Program, Run
from peers.sameness import Sameness, compare

CPU_S = 0.25
LEAST_HORIZON = {FOUR: 500.0, TWENTY: 500.0, FORMATION: 4_000.0}  # otherwise most of it is the filling of the line


@dataclass
class Row:
    """A program on a line. ``said``: why there are no figures."""

    program: Program
    line: BenchLine
    horizon: float = 0.0
    parts: dict[int, int] = field(default_factory=dict)  # by seed
    rates: list[float] = field(default_factory=list)  # parts per CPU second, by round
    ratio: float | None = None  # of the compiled engine to it
    sameness: Sameness | None = None
    said: str = ""

    @property
    def rate(self) -> float | None:
        return median(self.rates) if self.rates else None


def cpu_of(run: Callable[[], int]) -> tuple[int, float]:
    """Parts and CPU seconds (of all threads) of one run."""
    gc.collect()  # nobody pays for what the run before left behind
    began = time.process_time()
    parts = run()
    return parts, time.process_time() - began


def suitable_horizon(run: Run, line: BenchLine, least: float, cpu_s: float) -> float:
    """The first of ``least``, twice, four times … it that takes ``cpu_s``. The first run also compiles, and counts for nothing."""
    run(line, 10.0, 1)
    horizon = least
    while cpu_of(partial(run, line, horizon, 1))[1] < cpu_s:
        horizon *= 2
    return horizon


def side_by_side(line: BenchLine, runs: dict[Program, Run | str], rounds: int, cpu_s: float = CPU_S) -> list[Row]:
    """A row for every program; ``runs`` holds its ``run``, or why it is not there. A run takes ``cpu_s`` at least."""
    rows = [_prepared(program, run, line, cpu_s) for program, run in runs.items()]
    gc.collect()
    gc.freeze()  # what all the imported packages hold is not searched again and again
    for seed in range(1, rounds + 1):
        for row in rows:
            run = runs[row.program]
            if not row.said and not isinstance(run, str):
                row.parts[seed], seconds = cpu_of(partial(run, line, row.horizon, seed))
                row.rates.append(row.parts[seed] / seconds)
    gc.unfreeze()
    ours = next(row for row in rows if row.program.name == COMPILED)
    for row in rows:
        if row.rates:
            row.ratio = median(a / b for a, b in zip(ours.rates, row.rates, strict=True))
            row.sameness = compare(row.program, line, row.horizon, row.parts)
    return rows


def _prepared(program: Program, run: Run | str, line: BenchLine, cpu_s: float) -> Row:
    row = Row(program, line)
    if isinstance(run, str):
        row.said = run
        return row
    try:
        row.horizon = suitable_horizon(run, line, LEAST_HORIZON[line], cpu_s)
    except CanNot as error:
        row.said = f"can not: {error}"
    except (Exception, SystemExit) as error:  # simantha ends the process where another raises
        row.said = f"failed: {type(error).__name__}: {error}"
    return row
