"""Speed of the compiled engine against the SimPy model, a hand-written SimPy script and a bare Numba loop, in one run.

The lines are those of ``line_speed`` (stations with buffers of 10, four and twenty of them, three variants) and a formation
of 500 slots in trays of 10. The bare loop knows nothing but its line: no states, no items, no accounts, no log, no streams;
it is about the most that Numba could give. The variants take turns, and a ratio is the median over the rounds of parts per CPU
second. Compiling is not counted; what a second start costs, the code being kept, is a figure of its own.

Usage: ``python benchmarks/engine_speed.py``, five minutes.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Generator
from pathlib import Path
from statistics import median
from typing import Any

import line_speed
import numba
import numpy as np
import simpy
from line_speed import BUFFER, MTBF, MTTR, VARIANTS, rate
from targets import Measured

from setsubi.hosting import fitted_line, transitions_of
from simulator.experiments.compiled import CompiledLine
from simulator.line import Line, LineSpec

EXAMPLE = Path(__file__).parents[1] / "setsubi" / "examples" / "cell_line.yaml"
ROUNDS = 5
LEAST_OF_SCRIPT, LEAST_OF_LOOP = 50.0, 0.3
SHORT, LONG = 40_000.0, 4_000_000.0  # parts, about, of interpreted and of compiled runs of four stations
SECOND_START_S = 2.0
REPLICATIONS, YEAR_H, WANTED_S, CORES = 1_000, 8_760.0, 60.0, 2
SLOTS, TRAY, SOAK = 500, 10, (400.0, 600.0)


@numba.njit(error_model="numpy")  # type: ignore[untyped-decorator]
def bare_loop(stations: int, buffer: int, variant: int, mtbf: float, mttr: float, horizon: float) -> int:
    """Next event over stations, blocking after service; a repair prolongs the service. Returns parts."""
    np.random.seed(1)
    ends = np.full(stations, np.inf)
    held = np.zeros(stations, np.bool_)  # done, but the buffer behind is full
    stock = np.zeros(stations, np.int64)  # in front of a station
    left = np.array([np.random.exponential(mtbf) for _ in range(stations)])  # to the next failure, in work
    done, now, ended = 0, 0.0, -1
    while now <= horizon:
        if ended == stations - 1:
            done += 1
        elif ended >= 0:
            if stock[ended + 1] < buffer or (ends[ended + 1] == np.inf and not held[ended + 1]):
                stock[ended + 1] += 1
            else:
                held[ended] = True
        at = min(ended + 1, stations - 1)
        while at >= 0:  # what can start now: the next station, this one, and those before it that were held
            if ends[at] == np.inf and not held[at] and (at == 0 or stock[at] > 0):
                length = 1.0 if variant == 0 else np.random.exponential(1.0)
                if variant == 2:
                    work = length
                    while left[at] < work:
                        length += np.random.exponential(mttr)
                        work -= left[at]
                        left[at] = np.random.exponential(mtbf)
                    left[at] -= work
                ends[at] = now + length
                if at > 0:
                    stock[at] -= 1
                    if held[at - 1]:
                        held[at - 1] = False
                        stock[at] += 1
            elif at < ended:
                break
            at -= 1
        ended, now = 0, ends[0]
        for j in range(1, stations):
            if ends[j] < now:
                ended, now = j, ends[j]
        ends[ended] = np.inf
    return done


def formation_spec() -> LineSpec:
    """A station, 500 slots in trays of 10, a station; buffers of two trays."""
    fast = {"distribution": "exponential", "mean": 0.9}
    soak = {"distribution": "uniform", "low": SOAK[0], "high": SOAK[1]}
    return LineSpec.model_validate({"units": [
        {"name": "A", "process_time": fast}, {"kind": "buffer", "name": "B1", "capacity": 2 * TRAY},
        {"name": "F", "process_time": soak, "slots": SLOTS, "tray": TRAY}, {"kind": "buffer", "name": "B2", "capacity": 2 * TRAY},
        {"name": "C", "process_time": fast},
    ]})  # fmt: skip


def formation_script(horizon: float) -> int:
    """The same in textbook SimPy: a process per station and per tray."""
    env, rng = simpy.Environment(), np.random.default_rng(1)
    before, after = simpy.Store(env, 2 * TRAY), simpy.Store(env, 2 * TRAY)
    loading = simpy.Resource(env)
    done = 0

    def first() -> Generator[simpy.Event, object, None]:
        while True:
            yield env.timeout(rng.exponential(0.9))
            yield before.put(None)

    def tray() -> Generator[simpy.Event, object, None]:
        while True:
            with loading.request() as turn:
                yield turn
                for _ in range(TRAY):
                    yield before.get()
            yield env.timeout(rng.uniform(*SOAK))
            for _ in range(TRAY):
                yield after.put(None)

    def last() -> Generator[simpy.Event, object, None]:
        nonlocal done
        while True:
            yield after.get()
            yield env.timeout(rng.exponential(0.9))
            done += 1

    for process in (first, last, *[tray] * (SLOTS // TRAY)):
        env.process(process())
    env.run(until=horizon)
    return done


def run_spec(engine: type[Line] | type[CompiledLine], spec: LineSpec, horizon: float) -> int:
    """Parts that leave a line in ``horizon`` s."""
    line = engine(spec, 1)
    line.run(horizon)
    return line.result().good


def measure_line(name: str, runs: dict[str, Callable[[], int]], lengths: dict[str, float]) -> list[Measured]:
    """Ratios of ``compiled`` to the other runs; ``lengths`` are their horizons. Fails if two make unlike numbers of parts."""
    paces = {key: run() / lengths[key] for key, run in runs.items()}  # compiles, too
    if max(paces.values()) > 1.1 * min(paces.values()):
        raise RuntimeError(f"{name}: these are not the same line: parts per second {paces}")
    rates = [{key: rate(run) for key, run in runs.items()} for _ in range(ROUNDS)]
    ratios = {key: median(r["compiled"] / r[key] for r in rates) for key in runs}
    cells = "".join(f"{key} {median(r[key] for r in rates):10.0f} ({ratios[key]:.2f})  " for key in runs)
    print(f"{name:38}{cells}", flush=True)
    targets = {"script": LEAST_OF_SCRIPT, "loop": LEAST_OF_LOOP}
    words = {"script": "hand-written SimPy", "loop": "bare Numba loop"}
    note = f"{ratios['model']:.0f} × the SimPy model"
    return [
        Measured(f"{name}: compiled over {words[key]}", ratios[key], limit, "×", at_least=True, note=note)
        for key, limit in targets.items()
        if key in ratios
    ]


def stations_and_formation() -> list[Measured]:
    """All lines."""
    print("parts per CPU second (ratio of the compiled engine to it)")
    found: list[Measured] = []
    for stations in (4, 20):
        for number, variant in enumerate(VARIANTS):
            spec, short, long = line_speed.line_spec(variant, stations), SHORT * 4 / stations, LONG * 4 / stations
            runs: dict[str, Callable[[], int]] = {
                "compiled": lambda spec=spec, long=long: run_spec(CompiledLine, spec, long),
                "model": lambda spec=spec, short=short: run_spec(Line, spec, short),
                "script": lambda v=variant, n=stations, short=short: line_speed.store_script(v, short, n),
                "loop": lambda v=number, n=stations, long=long: bare_loop(n, BUFFER, v, MTBF, MTTR, long),
            }  # type: ignore[misc]
            lengths = {"compiled": long, "model": short, "script": short, "loop": long}
            found += measure_line(f"{stations} stations, {variant}", runs, lengths)
    spec = formation_spec()
    found += measure_line(
        f"formation, {SLOTS} slots in trays of {TRAY}",
        {
            "compiled": lambda: run_spec(CompiledLine, spec, LONG / 4),
            "model": lambda: run_spec(Line, spec, SHORT),
            "script": lambda: formation_script(SHORT),
        },
        {"compiled": LONG / 4, "model": SHORT, "script": SHORT},
    )
    return found


def second_start() -> Measured:
    """CPU seconds of a new process that imports the engine, finds its code kept, and runs a line."""
    script = (
        "import time\nfrom simulator.line import LineSpec\nfrom simulator.experiments.compiled import CompiledLine\n"
        "CompiledLine(LineSpec.model_validate({'units': [{'name': 'A', 'process_time': 1}]})).run(10)\n"
        "print(time.process_time())"
    )
    spent = [
        float(subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout)
        for _ in range(ROUNDS)
    ]
    return Measured("second start of the engine, CPU", median(spent), SECOND_START_S, "s")


def year_of_the_example() -> Measured:
    """What 1 000 replications of a year of the example line would take on two cores, from one, and where its time goes."""
    spec, profiles = fitted_line(EXAMPLE)
    line = CompiledLine(spec, 1, transitions=transitions_of(profiles))
    spent = {"kernel": 0.0, "random values": 0.0}
    line._kernel = _timed(line._kernel, spent, "kernel")
    line._streams.refill = _timed(line._streams.refill, spent, "random values")  # type: ignore[method-assign]
    began = time.process_time()
    line.run(YEAR_H * 3600)
    took = time.process_time() - began
    events, cells = int(line._k.line[0].seq), line.result().good
    shares = ", ".join(f"{name} {100 * s / took:.0f} %" for name, s in spent.items())
    print(f"a year of the example line: {took:.1f} CPU s, {cells} cells, {events / cells:.1f} events a cell, ", end="")
    print(f"{1e9 * spent['kernel'] / events:.0f} ns an event; {shares}")
    return Measured(
        f"{REPLICATIONS} years of the example line on {CORES} cores", took * REPLICATIONS / CORES, WANTED_S, "s",
        note=f"{took:.1f} CPU s each: {events / cells:.0f} events a cell, {1e9 * spent['kernel'] / events:.0f} ns an event",
    )  # fmt: skip


def _timed(function: Callable[..., Any], spent: dict[str, float], name: str) -> Callable[..., Any]:
    def run(*arguments: Any) -> Any:
        began = time.process_time()
        answer = function(*arguments)
        spent[name] += time.process_time() - began
        return answer

    return run


def measure() -> list[Measured]:
    """All figures against their targets."""
    return [*stations_and_formation(), second_start(), year_of_the_example()]


if __name__ == "__main__":
    for m in (found := measure()):
        print(f"{m.what:60} {m.target:>8} {m.value:10.2f} {'met' if m.met else 'MISSED'}  {m.note}")
    sys.exit(not all(m.met for m in found))
