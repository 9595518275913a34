"""The model reproduces throughputs known exactly from continuous-time Markov chains."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers import buffer, exponential, line_of, machine
from scipy import stats

from simulator.line import Line, LineSpec

DATA = Path(__file__).parents[2] / "data" / "exact_throughput.json"
CASES = json.loads(DATA.read_text(encoding="utf-8"))["cases"]
BATCHES = 20


def spec_of(case: dict[str, Any]) -> LineSpec:
    units = []
    clock = "operation" if case["failures"].startswith("operation") else "time"
    for i, rate in enumerate(case["rates"]):
        erlang = case["service"].startswith("Erlang")
        service = {"distribution": "erlang", "k": 2, "mean": 1 / rate} if erlang else exponential(1 / rate)
        failures = []
        if case["failure_rates"]:
            mtbf, mttr = 1 / case["failure_rates"][i], 1 / case["repair_rates"][i]
            failures = [{"clock": clock, "mtbf": mtbf, "mttr": mttr}]
        units.append(machine(f"M{i}", service, failures=failures))
        if i < len(case["buffers"]):
            units.append(buffer(f"B{i}", case["buffers"][i]))
    return line_of(*units)


@pytest.mark.parametrize("case", CASES, ids=lambda c: c["name"])
def test_the_exact_throughput_lies_in_a_narrow_99_percent_interval(case: dict[str, Any]) -> None:
    batch = 44_000.0 if case["failure_rates"] else 8_000.0
    line = Line(spec_of(case), seed=2026)
    line.run(1_000)
    rates = []
    for _ in range(BATCHES):
        line.reset_statistics()
        line.run(line.now + batch)
        rates.append(line.result().throughput)
    mean = float(np.mean(rates))
    half = float(stats.t.ppf(0.995, BATCHES - 1) * np.std(rates, ddof=1) / np.sqrt(BATCHES))
    assert half <= 0.01 * mean
    assert abs(mean - case["throughput"]) <= half


def test_machines_block_so_buffers_of_one_do_not_hide_the_loss() -> None:
    """The popular pattern that releases the machine before the put gives 0.8995 here."""
    units = []
    for i in range(4):
        units += [machine(f"M{i}", exponential(1)), buffer(f"B{i}", 1)]
    line = Line(line_of(*units[:-1]), seed=5)
    line.run(100_000)
    assert line.result().throughput == pytest.approx(0.631153, rel=0.01)
