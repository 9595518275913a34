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
BATCHES = 20
WARM_UP = 1_000.0
FIRST_BATCH = 2_500.0  # long against what a buffer remembers
CONFIDENCE = 0.99


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


def estimate(case: dict[str, Any], limit: float, seed: int, engine: type[Line] | type[CompiledLine] = Line) -> Estimate:
    """Run 20 batches after a warm-up, and double them until the half-width is at most ``limit`` of the mean."""
    line, length, rates = engine(spec_of(case), seed), FIRST_BATCH, list[float]()
    line.run(WARM_UP)
    quantile = float(stdtrit(BATCHES - 1, (1 + CONFIDENCE) / 2))
    while True:
        while len(rates) < BATCHES:
            line.reset_statistics()
            line.run(line.now + length)
            rates.append(line.result().throughput)
        found = Estimate(float(np.mean(rates)), quantile * float(np.std(rates, ddof=1)) / BATCHES**0.5)
        if found.relative <= limit:
            return found
        rates = [(a + b) / 2 for a, b in zip(rates[::2], rates[1::2], strict=True)]
        length *= 2
