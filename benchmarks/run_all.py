"""All benchmarks, and one table of targets, figures, and whether they are met. Returns 1 if one is missed.

Usage: ``python benchmarks/run_all.py [name …]``, names being those of the files beside this one. Ratios hold on a busy
computer, seconds do not.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

import checking
import engine_speed
import exact_throughput
import line_speed
import serving
from targets import Measured, print_table

BENCHMARKS: dict[str, Callable[[], list[Measured]]] = {
    "line_speed": line_speed.measured,
    "engine_speed": engine_speed.measure,
    "serving": serving.measure,
    "checking": checking.measure,
    "exact_throughput": exact_throughput.measure,
}


def main(names: list[str]) -> int:
    unknown = [n for n in names if n not in BENCHMARKS]
    if unknown:
        print(f"there is no benchmark {unknown[0]}; there are {', '.join(BENCHMARKS)}", file=sys.stderr)
        return 4
    found: list[tuple[str, Measured]] = []
    for name in names or BENCHMARKS:
        print(f"— {name}", flush=True)
        found += [(name, m) for m in BENCHMARKS[name]()]
    print_table(found)
    return int(not all(m.met for _, m in found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
