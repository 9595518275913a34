"""Speed of the compiled engine against the SimPy model, a bare Numba loop and a hand-written SimPy script, in one run.

The lines are those of ``line_speed``: stations with buffers of 10, deterministic, exponential, with failures; four and
twenty of them. The bare loop knows nothing but these lines: no states, no items, no accounts, one draw per service; it is
what Numba could give at most. All variants take turns, and a ratio is the median over the rounds of parts per CPU
second. Compilation is not counted here; the second start of a process is, as a figure of its own.

Usage: ``python benchmarks/engine_speed.py``, three minutes.
"""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import line_speed
import numba
import numpy as np
from targets import Measured

from setsubi.hosting import fitted_line, transitions_of
from simulator.experiments.compiled import CompiledLine
from simulator.line import Line

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "setsubi" / "examples" / "cell_line.yaml"
ROUNDS = 5
STATIONS = (4, 20)
INTERPRETED, LOOP = 50.0, 0.3
SECOND_START_S = 2.0
REPLICATIONS, YEAR_H, MINUTE_S, CORES = 1_000, 8_760.0, 60.0, 2
FULL, IDLE, BLOCKED = line_speed.BUFFER, np.inf, np.inf


@numba.njit(error_model="numpy")  # type: ignore[untyped-decorator]
def bare_loop(stations: int, buffer: int, kind: int, mtbf: float, mttr: float, horizon: float, seed: int) -> int:
    """Next event over stations, blocking after service. ``kind`` 0 deterministic, 1 exponential, 2 with failures too."""
    np.random.seed(seed)
    ends = np.full(stations, np.inf)
    held = np.zeros(stations, np.bool_)  # done, and the buffer behind is full
    stock = np.zeros(stations, np.int64)  # in front of station i
    failing = np.empty(stations)
    for i in range(stations):
        failing[i] = np.random.exponential(mtbf)
    done = 0
    first = True
    while True:
        i = 0
        now = 0.0
        if not first:
            now = ends[0]
            for j in range(1, stations):
                if ends[j] < now:
                    now, i = ends[j], j
            if now > horizon:
                return done
            ends[i] = np.inf
            if i == stations - 1:
                done += 1
            elif stock[i + 1] < buffer or (ends[i + 1] == np.inf and not held[i + 1]):
                stock[i + 1] += 1
            else:
                held[i] = True
        first = False
        # Start what can start: the next station with its new part, then this one and those before it that were held.
        at = min(i + 1, stations - 1)
        while at >= 0:
            if ends[at] == np.inf and not held[at] and (at == 0 or stock[at] > 0):
                length = 1.0 if kind == 0 else np.random.exponential(1.0)
                if kind == 2:
                    work = length
                    while failing[at] < work:
                        length += np.random.exponential(mttr)
                        work -= failing[at]
                        failing[at] = np.random.exponential(mtbf)
                    failing[at] -= work
                ends[at] = now + length
                if at > 0:
                    stock[at] -= 1
                    if held[at - 1]:
                        held[at - 1] = False
                        stock[at] += 1
            elif at < i:
                break
            at -= 1


def measure_line(variant: str, stations: int) -> dict[str, float]:
    """Median ratios of the compiled engine to the others, in parts per CPU second."""
    spec = line_speed.line_spec(variant, stations)
    kind = line_speed.VARIANTS.index(variant)
    short, long = 40_000.0 / stations, 8e6 / stations

    def compiled() -> int:
        line = CompiledLine(spec, 1)
        line.run(long)
        return line.result().good

    def model() -> int:
        line = Line(spec, 1)
        line.run(short)
        return line.result().good

    runs: dict[str, Callable[[], int]] = {
        "compiled": compiled,
        "SimPy model": model,
        "SimPy script": lambda: line_speed.store_script(variant, short, stations),
        "bare loop": lambda: bare_loop(stations, FULL, kind, line_speed.MTBF, line_speed.MTTR, long, 1),
    }
    for name in ("compiled", "bare loop"):
        runs[name]()  # compiled now, not on the clock
    rates = [{name: line_speed.rate(run) for name, run in runs.items()} for _ in range(ROUNDS)]
    print(f"{variant:26}{stations:3} " + "".join(f"{median(r[n] for r in rates):12.0f}" for n in runs), flush=True)
    return {name: median(r["compiled"] / r[name] for r in rates) for name in runs if name != "compiled"}
