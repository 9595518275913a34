"""Lines whose throughput is known exactly from continuous-time Markov chains, and its estimate by either engine."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from estimates import Engine, Estimate, batches, interval, quantile

from simulator.experiments.compiled import CompiledLine
from simulator.line import Line, LineSpec

CASES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "data" / "exact_throughput.json").read_text(encoding="utf-8")
)["cases"]
BATCHES = 100
PILOT_BATCHES, PILOT_BATCH = 50, 1_000.0
SHORTEST_BATCH = 1_000.0  # long against what a buffer remembers
PILOT_SEED = 1_000_000  # beyond the seeds of the estimates
CONFIDENCE = 0.99
MARGIN = 0.65
"""Share of the wanted half-width that is aimed at: that the pilot misjudges the deviation by as much as would use up the rest
has a probability of a thousandth."""


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


def estimate(case: dict[str, Any], limit: float, seed: int, engine: Engine = Line) -> Estimate:
    """Throughput with a half-width of at most ``limit`` of the mean.

    A pilot run of another seed fixes the length; then fresh batches of that length are run, as many as were planned. Nobody
    looks at the interval and goes on until it pleases, which would favour runs that happen to vary little.
    """
    pilot = _estimate(engine(spec_of(case), seed + PILOT_SEED), PILOT_BATCHES, PILOT_BATCH)
    missing = (pilot.relative / (MARGIN * limit)) ** 2 * (
        quantile(BATCHES, CONFIDENCE) / quantile(PILOT_BATCHES, CONFIDENCE)
    ) ** 2
    length = max(SHORTEST_BATCH, missing * PILOT_BATCHES * PILOT_BATCH / BATCHES)
    return _estimate(engine(spec_of(case), seed), BATCHES, length)


def _estimate(line: Line | CompiledLine, count: int, length: float) -> Estimate:
    return interval(batches(line, count, length, lambda result: result.throughput), CONFIDENCE)
