"""The model reproduces throughputs known exactly from continuous-time Markov chains."""

from __future__ import annotations

from typing import Any

import pytest
from exact_lines import CASES, estimate
from helpers import buffer, exponential, line_of, machine

from simulator.line import Line


def test_there_are_twenty_cases_with_and_without_failures_of_both_clocks() -> None:
    assert len(CASES) == len({case["name"] for case in CASES}) == 20
    assert {c["failures"].split()[0] for c in CASES} == {"none", "operation-dependent", "time-dependent"}


@pytest.mark.parametrize("case", CASES, ids=lambda c: c["name"])
def test_the_exact_throughput_lies_in_a_narrow_99_percent_interval(case: dict[str, Any]) -> None:
    found = estimate(case, limit=0.01, seed=2026)
    assert found.relative <= 0.01
    assert found.holds(case["throughput"]), f"{found} does not hold {case['throughput']}"


def test_an_interval_of_another_line_does_not_hold_the_exact_throughput() -> None:
    """The counter-test: one place more in the buffer is told apart."""
    case = next(c for c in CASES if c["name"] == "exp2_b2")
    assert not estimate(case | {"buffers": [3]}, limit=0.01, seed=2026).holds(case["throughput"])


def test_machines_block_so_buffers_of_one_do_not_hide_the_loss() -> None:
    """The popular pattern that releases the machine before the put gives 0.8995 here."""
    units = []
    for i in range(4):
        units += [machine(f"M{i}", exponential(1)), buffer(f"B{i}", 1)]
    line = Line(line_of(*units[:-1]), seed=5)
    line.run(100_000)
    assert line.result().throughput == pytest.approx(0.631153, rel=0.01)
