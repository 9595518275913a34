"""The compiled engine reproduces throughputs known exactly from continuous-time Markov chains."""

from __future__ import annotations

from typing import Any

import pytest
from exact_lines import CASES, estimate

from simulator.experiments.compiled import CompiledLine


@pytest.mark.parametrize("case", CASES, ids=lambda c: c["name"])
def test_the_exact_throughput_lies_in_a_99_percent_interval_of_half_a_percent(case: dict[str, Any]) -> None:
    found = estimate(case, limit=0.005, seed=2026, engine=CompiledLine)
    assert found.relative <= 0.005
    assert found.holds(case["throughput"]), f"{found} does not hold {case['throughput']}"


def test_an_interval_of_another_line_does_not_hold_the_exact_throughput() -> None:
    """The counter-test: one place more in the buffer is told apart."""
    case = next(c for c in CASES if c["name"] == "exp2_b2")
    found = estimate(case | {"buffers": [3]}, limit=0.005, seed=2026, engine=CompiledLine)
    assert not found.holds(case["throughput"])


def test_both_engines_give_the_same_estimate() -> None:
    case = next(c for c in CASES if c["name"] == "unrel2_TDF_b4")
    assert estimate(case, 0.02, 7, CompiledLine) == estimate(case, 0.02, 7)
