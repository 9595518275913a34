"""Lines whose throughput is known exactly from continuous-time Markov chains, and its estimate by either engine."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.special import stdtrit

from simulator.experiments.compiled import CompiledLine
from simulator.line import Line, LineSpec

CASES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "data" / "exact_throughput.json").read_text(encoding="utf-8")
)["cases"]
BATCHES = 100
WARM_UP = 1_000.0
PILOT_BATCHES, PILOT_BATCH = 50, 1_000.0
SHORTEST_BATCH = 1_000.0  # long against what a buffer remembers
PILOT_SEED = 1_000_000  # beyond the seeds of the estimates
CONFIDENCE = 0.99
MARGIN = 0.65
"""Share of the wanted half-width that is aimed at: that the pilot misjudges the deviation by as much as would use up the rest
has a probability of a thousandth."""


@dataclass(frozen=True)
class Estimate:
    """Throughput in parts per time unit with the half-width of its 99 % interval, by batch means."""

    mean: float
    half_width: float

    @property
    def relative(self) -> float:
        return self.half_width / self.mean

    def holds(self, exact: float) -> bool:
        return abs(self.mean - exact) <= self.half_width


def spec_of(case: dict[str, Any]) -> LineSpec:
    """The case as a line."""
    units: list[dict[str, Any]] = []
    clock = "operation" if case["failures"].startswith("operation") else "time"
    for i, rate in enumerate(case["rates"]):
        erlang = case["service"].startswith("Erlang")
        service = {"distribution": "erlang", "k": 2} if erlang else {"distribution": "exponential"}
        failures = []
        if case["failure_rates"]:
            mtbf, mttr = 1 / case["failure_rates"][i], 1 / case["repair_rates"][i]
            failures = [{"clock": clock, "mtbf": mtbf, "mttr": mttr}]
        units.append({"name": f"M{i}", "process_time": {**service, "mean": 1 / rate}, "failures": failures})
        if i < len(case["buffers"]):
            units.append({"kind": "buffer", "name": f"B{i}", "capacity": case["buffers"][i]})
    return LineSpec.model_validate({"name": "exact", "units": units})


Engine = type[Line] | type[CompiledLine]


def estimate(case: dict[str, Any], limit: float, seed: int, engine: Engine = Line) -> Estimate:
    """Throughput with a half-width of at most ``limit`` of the mean.

    A pilot run of another seed fixes the length; then fresh batches of that length are run, as many as were planned. Nobody
    looks at the interval and goes on until it pleases, which would favour runs that happen to vary little.
    """
    pilot = _interval(_batches(engine(spec_of(case), seed + PILOT_SEED), PILOT_BATCHES, PILOT_BATCH))
    missing = (pilot.relative / (MARGIN * limit)) ** 2 * (_quantile(BATCHES) / _quantile(PILOT_BATCHES)) ** 2
    length = max(SHORTEST_BATCH, missing * PILOT_BATCHES * PILOT_BATCH / BATCHES)
    return _interval(_batches(engine(spec_of(case), seed), BATCHES, length))


def _batches(line: Line | CompiledLine, count: int, length: float) -> list[float]:
    rates: list[float] = []
    line.run(WARM_UP)
    for _ in range(count):
        line.reset_statistics()
        line.run(line.now + length)
        rates.append(line.result().throughput)
    return rates


def _interval(rates: list[float]) -> Estimate:
    half_width = _quantile(len(rates)) * float(np.std(rates, ddof=1)) / len(rates) ** 0.5
    return Estimate(float(np.mean(rates)), half_width)


def _quantile(batches: int) -> float:
    return float(stdtrit(batches - 1, (1 + CONFIDENCE) / 2))
