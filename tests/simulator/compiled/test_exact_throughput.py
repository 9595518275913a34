"""The compiled engine reproduces throughputs known exactly from continuous-time Markov chains, in long runs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

from simulator.experiments.compiled import CompiledLine
from simulator.line import LineSpec

DATA = Path(__file__).parents[2] / "data" / "exact_throughput.json"
CASES = json.loads(DATA.read_text(encoding="utf-8"))["cases"]
BATCHES = 40
HALF_WIDTH = 0.003  # of the throughput, at most, at 99 %


def spec_of(case: dict[str, Any]) -> LineSpec:
    clock = "operation" if case["failures"].startswith("operation") else "time"
    units: list[dict[str, Any]] = []
    for i, rate in enumerate(case["rates"]):
        erlang = case["service"].startswith("Erlang")
        shape = {"distribution": "erlang", "k": 2} if erlang else {"distribution": "exponential"}
        machine: dict[str, Any] = {"name": f"M{i}", "process_time": shape | {"mean": 1 / rate}}
        if case["failure_rates"]:
            mtbf, mttr = 1 / case["failure_rates"][i], 1 / case["repair_rates"][i]
            machine["failures"] = [{"clock": clock, "mtbf": mtbf, "mttr": mttr}]
        units.append(machine)
        if i < len(case["buffers"]):
            units.append({"kind": "buffer", "name": f"B{i}", "capacity": case["buffers"][i]})
    return LineSpec.model_validate({"units": units})


def test_all_twenty_cases_are_here() -> None:
    assert len(CASES) == 20


@pytest.mark.parametrize("case", CASES, ids=lambda c: c["name"])
def test_the_exact_throughput_lies_in_a_99_percent_interval_of_three_per_mille(case: dict[str, Any]) -> None:
    batch = 250_000.0 if case["failure_rates"] else 60_000.0
    line = CompiledLine(spec_of(case), seed=2026)
    line.run(5_000)
    rates = []
    for _ in range(BATCHES):
        line.reset_statistics()
        line.run(line.now + batch)
        rates.append(line.result().throughput)
    mean = float(np.mean(rates))
    half = float(stats.t.ppf(0.995, BATCHES - 1) * np.std(rates, ddof=1) / np.sqrt(BATCHES))
    print(f"{case['name']}: {mean:.6f} ± {half:.6f}, exact {case['throughput']}")
    assert half <= HALF_WIDTH * mean
    assert abs(mean - case["throughput"]) <= half
