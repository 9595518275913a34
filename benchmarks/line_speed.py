"""Speed of the line model against a plain SimPy script (one Store per buffer), in one run, as ratios.

Four stations, three buffers of 10: the benchmark line. The variants take turns, round by round, and the ratio is the median
over the rounds of parts per CPU second; CPU time, because it is what does not depend on what else the computer does.
Targets: ≥ 1.0 with the log off, ≥ 0.5 with a full log, kept in memory or written as Parquet. Usage: ``python benchmarks/line_speed.py [horizon]``.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median

from peers import simpy_store
from peers.lines import BenchLine, Exponential, Fixed, serial
from peers.measuring import cpu_of
from targets import Measured

from simulator.line import Line, LineSpec
from simulator.line.log import EventLog, MemoryLog, ParquetLog

VARIANTS = ("deterministic", "exponential", "exponential with failures")
ROUNDS = 5
TARGETS = {"no log": 1.0, "memory": 0.5, "parquet": 0.5}
LOGS = {"no log": "log off", "memory": "full log in memory", "parquet": "full log as Parquet"}
HORIZON = 20_000.0


def variant_line(variant: str, stations: int = 4) -> BenchLine:
    """Stations of one of the variants, buffers of 10."""
    process = Fixed(1.0) if variant == "deterministic" else Exponential(1.0)
    return serial(stations, process, fails=variant.endswith("failures"))


def run_line(line: BenchLine, horizon: float, log: EventLog | None) -> int:
    """Run the line model; returns finished parts."""
    model = Line(LineSpec.model_validate(line.in_line_file()), 1, log)
    model.run(horizon)
    model.close()
    return model.result().good


def rate(run: Callable[[], int]) -> float:
    """Parts per CPU second of one run."""
    parts, seconds = cpu_of(run)
    return parts / seconds


def measure(variant: str, horizon: float, rounds: int = ROUNDS) -> tuple[dict[str, float], dict[str, float]]:
    """Median parts per CPU second of the script and of the line model by kind of log, and median ratios to the script."""
    line = variant_line(variant)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "log.parquet"
        runs: dict[str, Callable[[], int]] = {
            "script": lambda: simpy_store.run(line, horizon, 1),
            "no log": lambda: run_line(line, horizon, None),
            "memory": lambda: run_line(line, horizon, MemoryLog()),
            "parquet": lambda: run_line(line, horizon, ParquetLog(path)),
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
