"""The 20 lines of exactly known throughput, in both engines, with intervals narrower than in the tests.

Each case has one fixed seed, and a pilot run of another seed that fixes its length beforehand (see ``tests/exact_lines.py``).
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

from simulator.experiments.compiled import CompiledLine
from simulator.experiments.workers import Processes
from simulator.line import Line

LIMITS = {"SimPy": 0.005, "compiled": 0.002}
FIRST_SEED = 1


def _simpy(case: dict[str, Any], progress: Callable[[float], None]) -> Estimate:
    return estimate(case, LIMITS["SimPy"], FIRST_SEED + CASES.index(case), Line)


def _compiled(case: dict[str, Any], progress: Callable[[float], None]) -> Estimate:
    return estimate(case, LIMITS["compiled"], FIRST_SEED + CASES.index(case), CompiledLine)


def measure() -> list[Measured]:
    """For each engine, how many cases lie within their 99 % interval, and the widest of the intervals."""
    figures: list[Measured] = []
    for (engine, limit), work in zip(LIMITS.items(), (_simpy, _compiled), strict=True):
        with Processes(os.cpu_count() or 1) as workers:
            found = workers.run(work, CASES, lambda share: None)
        print(engine)
        for case, e in zip(CASES, found, strict=True):
            exact = case["throughput"]
            verdict = "inside" if e.holds(exact) else "OUTSIDE"
            off = (e.mean - exact) / e.half_width
            print(
                f"{case['name']:32} exact {exact:.6f}  model {e.mean:.6f} ± {e.half_width:.6f} ({100 * e.relative:.2f} %)  "
                f"off by {off:+.2f} half-widths: {verdict}"
            )
        held = sum(e.holds(c["throughput"]) for c, e in zip(CASES, found, strict=True))
        widest = 100 * max(e.relative for e in found)
        figures += [
            Measured(f"{engine}: exact throughput within the 99 % interval", held, len(CASES), "cases", at_least=True),
            Measured(f"{engine}: widest of these intervals (half)", widest, 100 * limit, "%"),
        ]
    return figures


if __name__ == "__main__":
    sys.exit(not all(m.met for m in measure()))
