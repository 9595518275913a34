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
from collections.abc import Callable
from functools import partial
from statistics import median

import line_speed
from event_profile import year_of_the_example
from line_speed import VARIANTS, rate
from peers import bare_numba, setsubi_compiled, setsubi_simpy, simpy_store
from peers.lines import FORMATION, BenchLine
from targets import Measured

ROUNDS = 5
LEAST_OF_SCRIPT, LEAST_OF_LOOP = 50.0, 0.3
SHORT, LONG = 40_000.0, 4_000_000.0  # parts, about, of interpreted and of compiled runs of four stations
SECOND_START_S = 2.0
PROGRAMS = {
    "compiled": setsubi_compiled.run,
    "model": setsubi_simpy.run,
    "script": simpy_store.run,
    "loop": bare_numba.run,
}


def measure_line(line: BenchLine, short: float, long: float) -> list[Measured]:
    """Ratios of the compiled engine to the other programs; interpreted ones run for ``short``. Fails if these are unlike lines."""
    name = line.name
    lengths = {"compiled": long, "model": short, "script": short} | ({} if line.trays else {"loop": long})
    runs: dict[str, Callable[[], int]] = {
        key: partial(PROGRAMS[key], line, length, 1) for key, length in lengths.items()
    }
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
        for variant in VARIANTS:
            found += measure_line(line_speed.variant_line(variant, stations), SHORT * 4 / stations, LONG * 4 / stations)
    found += measure_line(FORMATION, SHORT, LONG / 4)
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


def measure() -> list[Measured]:
    """All figures against their targets."""
    year, where = year_of_the_example()
    print(f"a year of the example line: {where}")
    return [*stations_and_formation(), second_start(), year]


if __name__ == "__main__":
    for m in (found := measure()):
        print(f"{m.what:60} {m.target:>8} {m.value:10.2f} {'met' if m.met else 'MISSED'}  {m.note}")
    sys.exit(not all(m.met for m in found))
