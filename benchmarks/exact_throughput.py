"""The 20 lines of exactly known throughput, with intervals half as wide as in the tests: at most 0.5 %.

Usage: ``python benchmarks/exact_throughput.py``, two minutes on two cores.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))  # the cases and their estimate are the tests' own

from exact_lines import CASES, Estimate, estimate
from targets import Measured

from simulator.experiments.workers import run_jobs

LIMIT, SEED = 0.005, 2027


def _estimate(case: dict[str, Any], progress: Callable[[float], None]) -> Estimate:
    return estimate(case, LIMIT, SEED)


def measure() -> list[Measured]:
    """How many cases lie within their 99 % interval, and the widest of the intervals."""
    found = run_jobs(_estimate, CASES, os.cpu_count() or 1, lambda share: None)
    for case, e in zip(CASES, found, strict=True):
        verdict = "holds" if e.holds(case["throughput"]) else "MISSES"
        print(f"{case['name']:32} exact {case['throughput']:.6f}  {e.mean:.6f} ± {e.half_width:.6f}  {verdict}")
    held = sum(e.holds(c["throughput"]) for c, e in zip(CASES, found, strict=True))
    widest = 100 * max(e.relative for e in found)
    return [
        Measured("exact throughput within the 99 % interval", held, len(CASES), "cases", at_least=True),
        Measured("widest of these intervals (half)", widest, 100 * LIMIT, "%"),
    ]


if __name__ == "__main__":
    sys.exit(not all(m.met for m in measure()))
