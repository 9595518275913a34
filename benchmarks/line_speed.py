"""Speed of the line model against a plain SimPy script (one Store per buffer), in one run, as ratios.

Four stations, three buffers of 10. Prints parts per wall second; ratio = setsubi / script. Targets: ≥ 1.0
with the log off, ≥ 0.5 with a full log in memory. Usage: ``python benchmarks/line_speed.py [horizon]``.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections.abc import Callable, Generator
from pathlib import Path

import simpy

from simulator.line import Line, LineSpec
from simulator.line.log import EventLog, MemoryLog, ParquetLog

STATIONS, BUFFER, MTBF, MTTR = 4, 10, 100.0, 10.0
VARIANTS = ("deterministic", "exponential", "exponential with failures")
REPEATS = 3


def store_script(variant: str, horizon: float) -> int:
    """The textbook: a process per station, a Store per buffer, blocking after service. Returns parts."""
    env = simpy.Environment()
    stores = [simpy.Store(env, BUFFER) for _ in range(STATIONS - 1)]
    done = 0

    def station(i: int) -> Generator[simpy.Event, object, None]:
        nonlocal done
        rng = random.Random(i)
        to_failure = rng.expovariate(1 / MTBF)
        while True:
            if i > 0:
                yield stores[i - 1].get()
            service = 1.0 if variant == "deterministic" else rng.expovariate(1.0)
            if variant.endswith("failures"):
                while to_failure < service:
                    yield env.timeout(to_failure + rng.expovariate(1 / MTTR))
                    service -= to_failure
                    to_failure = rng.expovariate(1 / MTBF)
                to_failure -= service
            yield env.timeout(service)
            if i < STATIONS - 1:
                yield stores[i].put(None)
            else:
                done += 1

    for i in range(STATIONS):
        env.process(station(i))
    env.run(until=horizon)
    return done


def line_spec(variant: str) -> LineSpec:
    """The same line as a line file."""
    process: object = 1.0 if variant == "deterministic" else {"distribution": "exponential", "mean": 1.0}
    failures = [{"mtbf": MTBF, "mttr": MTTR}] if variant.endswith("failures") else []
    units: list[dict[str, object]] = []
    for i in range(STATIONS):
        units.append({"name": f"M{i}", "process_time": process, "failures": failures})
        units.append({"kind": "buffer", "name": f"B{i}", "capacity": BUFFER})
    return LineSpec.model_validate({"units": units[:-1]})


def run_line(variant: str, horizon: float, log: EventLog | None) -> int:
    """Run the line model; returns finished parts."""
    line = Line(line_spec(variant), 1, log)
    line.run(horizon)
    line.close()
    return line.result().good


def rate(run: Callable[[], int]) -> float:
    """Best of a few runs, in parts per wall second: the others only show what else the computer did."""
    best = 0.0
    for _ in range(REPEATS):
        began = time.perf_counter()
        parts = run()
        best = max(best, parts / (time.perf_counter() - began))
    return best


def main() -> None:
    horizon = float(sys.argv[1]) if len(sys.argv) > 1 else 20_000.0
    heads = "".join(f"{name:>9}{'ratio':>7}" for name in ("no log", "memory", "parquet"))
    print(f"{'variant':27}{'script':>9}{heads}")
    missed = False
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "log.parquet"
        for variant in VARIANTS:
            base = rate(lambda v=variant: store_script(v, horizon))  # type: ignore[misc]
            bare = rate(lambda v=variant: run_line(v, horizon, None))  # type: ignore[misc]
            memory = rate(lambda v=variant: run_line(v, horizon, MemoryLog()))  # type: ignore[misc]
            parquet = rate(lambda v=variant: run_line(v, horizon, ParquetLog(path)))  # type: ignore[misc]
            missed = missed or bare < base or memory < base / 2
            cells = "".join(f"{r:9.0f}{r / base:7.2f}" for r in (bare, memory, parquet))
            print(f"{variant:27}{base:9.0f}{cells}")
    print("missed" if missed else "both targets met: no log ≥ 1.0, full log in memory ≥ 0.5")


if __name__ == "__main__":
    main()
