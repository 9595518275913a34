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
from rich.console import Console
from rich.table import Table
from targets import Measured

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
    table = Table("benchmark", "what", "target", "measured", "", "note")
    missed = 0
    for name in names or BENCHMARKS:
        print(f"— {name}", flush=True)
        for m in BENCHMARKS[name]():
            missed += not m.met
            verdict = "met" if m.met else "[bold red]missed[/]"
            table.add_row(name, m.what, m.target, f"{m.value:.3g} {m.unit}".rstrip(), verdict, m.note)
    console = Console()
    console.width = max(console.width, 110)
    console.print(table)
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
