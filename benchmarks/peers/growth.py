"""How the cost of a part grows with stations, slots and horizon, and how replications share two processes."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from statistics import median

import numpy as np

from peers import setsubi_compiled
from peers.lines import FOUR, BenchLine, Exponential, formation, serial
from peers.measuring import cpu_of, suitable_horizon
from peers.programs import Program, Run
from simulator.experiments.workers import Processes

STATIONS = (2, 4, 8, 16, 32, 64)
SLOTS = (10, 50, 200, 500, 2_000)
REPLICATIONS, PROCESSES = (1, 2, 8, 32), (1, 2)
CPU_S, ROUNDS = 0.5, 3  # long enough for building the line not to count
LONG_RUN_S = 1_000_000.0  # horizon of a replication


@dataclass(frozen=True)
class Growth:
    """CPU time by size: microseconds per part. ``exponent``: of the power of the size that fits best."""

    what: str
    program: str
    costs: dict[int, float]

    @property
    def exponent(self) -> float:
        return float(np.polyfit(np.log(list(self.costs)), np.log(list(self.costs.values())), 1)[0])


def with_stations(runs: dict[Program, Run]) -> list[Growth]:
    """Equal stations in a row, with failures."""
    return _growth("stations", runs, STATIONS, lambda n: serial(n, Exponential(1.0), fails=True), lambda n: 100.0 * n)


def with_slots(runs: dict[Program, Run]) -> list[Growth]:
    """A formation of so many slots, in trays of 10; the stations beside it keep its pace."""
    return _growth("slots", runs, SLOTS, formation, lambda n: 8_000.0)


def _growth(
    what: str,
    runs: dict[Program, Run],
    sizes: tuple[int, ...],
    line: Callable[[int], BenchLine],
    least: Callable[[int], float],
) -> list[Growth]:
    return [
        Growth(
            what, program.name, {n: _cost(run, line(n), suitable_horizon(run, line(n), least(n), CPU_S)) for n in sizes}
        )
        for program, run in runs.items()
    ]


def _cost(run: Run, line: BenchLine, horizon: float) -> float:
    """Median CPU time in µs per part."""
    found = [cpu_of(partial(run, line, horizon, seed)) for seed in range(1, ROUNDS + 1)]
    return 1e6 * median(seconds / parts for parts, seconds in found)


def with_horizon(runs: dict[Program, Run]) -> dict[str, float]:
    """CPU time of ten times the horizon over ten times the CPU time of the horizon, four stations: 1 is proportional."""
    found: dict[str, float] = {}
    for program, run in runs.items():
        horizon = suitable_horizon(run, FOUR, 1_000.0, CPU_S / 5)
        found[program.name] = _cost(run, FOUR, 10 * horizon) / _cost(run, FOUR, horizon)
    return found


def with_replications() -> dict[tuple[int, int], float]:
    """Wall seconds of (replications, processes) of the compiled engine, starting the processes included."""
    return {(n, p): _wall(n, p) for n in REPLICATIONS for p in PROCESSES if p <= n}


def _wall(replications: int, processes: int) -> float:
    began = time.monotonic()
    with Processes(processes) as workers:
        workers.run(_replicate, range(1, replications + 1), lambda share: None)
    return time.monotonic() - began


def _replicate(seed: int, progress: Callable[[float], None]) -> int:
    return setsubi_compiled.run(FOUR, LONG_RUN_S, seed)
