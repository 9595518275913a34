"""Speed of the line model against a plain SimPy script (one Store per buffer), in one run, as ratios.

Four stations, three buffers of 10: the benchmark line. The variants take turns, round by round, and the ratio is the median
over the rounds of parts per CPU second; CPU time, because it is what does not depend on what else the computer does.
Targets: ≥ 1.0 with the log off, ≥ 0.5 with a full log, kept in memory or written as Parquet. Usage: ``python benchmarks/line_speed.py [horizon]``.
"""

from __future__ import annotations

import gc
import random
import sys
import tempfile
import time
from collections.abc import Callable, Generator
from pathlib import Path
from statistics import median

import simpy
from targets import Measured

from simulator.line import Line, LineSpec
from simulator.line.log import EventLog, MemoryLog, ParquetLog

STATIONS, BUFFER, MTBF, MTTR = 4, 10, 100.0, 10.0
VARIANTS = ("deterministic", "exponential", "exponential with failures")
ROUNDS = 5
TARGETS = {"no log": 1.0, "memory": 0.5, "parquet": 0.5}
LOGS = {"no log": "log off", "memory": "full log in memory", "parquet": "full log as Parquet"}
HORIZON = 20_000.0


def store_script(variant: str, horizon: float, stations: int = STATIONS) -> int:
    """The textbook: a process per station, a Store per buffer, blocking after service. Returns parts."""
    env = simpy.Environment()
    stores = [simpy.Store(env, BUFFER) for _ in range(stations - 1)]
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
            if i < stations - 1:
                yield stores[i].put(None)
            else:
                done += 1

    for i in range(stations):
        env.process(station(i))
    env.run(until=horizon)
    return done


def line_spec(variant: str, stations: int = STATIONS) -> LineSpec:
    """The same line as a line file."""
    process: object = 1.0 if variant == "deterministic" else {"distribution": "exponential", "mean": 1.0}
    failures = [{"mtbf": MTBF, "mttr": MTTR}] if variant.endswith("failures") else []
    units: list[dict[str, object]] = []
    for i in range(stations):
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
    """Parts per CPU second of one run."""
    gc.collect()  # nobody pays for what the run before left behind
    began = time.process_time()
    parts = run()
    return parts / (time.process_time() - began)


def measure(variant: str, horizon: float, rounds: int = ROUNDS) -> tuple[dict[str, float], dict[str, float]]:
    """Median parts per CPU second of the script and of the line model by kind of log, and median ratios to the script."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "log.parquet"
        runs: dict[str, Callable[[], int]] = {
            "script": lambda: store_script(variant, horizon),
            "no log": lambda: run_line(variant, horizon, None),
            "memory": lambda: run_line(variant, horizon, MemoryLog()),
            "parquet": lambda: run_line(variant, horizon, ParquetLog(path)),
        }
        rates = [{name: rate(run) for name, run in runs.items()} for _ in range(rounds)]
    middle = {name: median(r[name] for r in rates) for name in runs}
    ratios = {name: median(r[name] / r["script"] for r in rates) for name in runs if name != "script"}
    return middle, ratios


def measured(horizon: float = HORIZON) -> list[Measured]:
    """The ratios of all variants against their targets."""
    print(f"{'variant':27}{'script':>9}" + "".join(f"{n:>9}{'ratio':>7}" for n in ("no log", "memory", "parquet")))
    found: list[Measured] = []
    for variant in VARIANTS:
        rates, ratios = measure(variant, horizon)
        cells = "".join(f"{rates[name]:9.0f}{ratio:7.2f}" for name, ratio in ratios.items())
        print(f"{variant:27}{rates['script']:9.0f}{cells}", flush=True)
        for name, limit in TARGETS.items():
            found.append(Measured(f"{variant}, {LOGS[name]}", ratios[name], limit, "×", at_least=True))
    return found


if __name__ == "__main__":
    sys.exit(not all(m.met for m in measured(float(sys.argv[1]) if len(sys.argv) > 1 else HORIZON)))
