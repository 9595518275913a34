"""Other programs beside setsubi on the same lines, in one run: speed, whether they compute the same, growth, and what was missed.

Usage: ``python benchmarks/peers_speed.py [--rounds N] [--only NAME …] [--json FILE]``, a quarter of an hour on two cores; the
packages come with ``tox run -e peers``. A program that is not installed, can not build a line or computes something else has a
row that says so. Figures are parts per CPU second of one process, medians of the rounds; ratios are made round by round.
Returns 1 if a target is missed.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from event_profile import Profile, profile, year_of_the_example
from peers import growth
from peers.lines import LINES, BenchLine
from peers.measuring import Row, side_by_side
from peers.programs import CIMBA, COMPILED, COUNTERS, INTERRUPTS, MODEL, PROGRAMS, STORE, Program, Run
from rich.table import Table
from targets import Measured, print_table, wide_console

from simulator.experiments.compiled import CompiledLine
from simulator.line import LineSpec

GROWING = (COMPILED, MODEL, STORE, COUNTERS, CIMBA)
PROFILED_S = 400_000.0
TEXTBOOK = (STORE, INTERRUPTS)


def main(arguments: list[str]) -> int:
    options = _options(arguments)
    chosen = [p for p in PROGRAMS if p.name == COMPILED or not options.only or p.name in options.only]
    runs = {p: _loaded(p) for p in chosen}  # before any runs: cimba can not be imported after Numba has compiled
    rows = [row for line in LINES for row in _measured(line, runs, options.rounds)]
    there = {p: run for p, run in runs.items() if p.name in GROWING and not isinstance(run, str)}
    grown = _growth(there)
    year, where = year_of_the_example()
    figures = [("peers", m) for m in targets(rows)] + [("peers", year)]
    print_table(figures)
    missed = {
        line: _profile(line) for line in LINES if any(not m.met and m.what.startswith(line.name) for _, m in figures)
    }
    for name, found in [*((line.name, p) for line, p in missed.items()), ("a year of the example line", where)]:
        print(f"where the compiled engine's time goes, {name}: {found}")
    if options.json:
        told = {
            "machine": _machine(runs),
            "rows": _rows(rows),
            "growth": grown,
            "targets": [vars(m) | {"met": m.met} for _, m in figures],
        }
        options.json.write_text(json.dumps(told, indent=1), encoding="utf-8")
    return int(not all(m.met for _, m in figures))


def targets(rows: Iterable[Row]) -> list[Measured]:
    """What was asked for: the compiled engine over every program, and the SimPy model over the textbook scripts."""
    by_name = {(row.line, row.program.name): row for row in rows if row.ratio is not None}
    found: list[Measured] = []
    for (line, name), row in by_name.items():
        assert row.ratio is not None
        if row.program.least is not None:
            note = str(row.sameness) if row.sameness is not None and not row.sameness.same else ""
            found.append(
                Measured(
                    f"{line.name}: compiled over {name}", row.ratio, row.program.least, "×", at_least=True, note=note
                )
            )
        model = by_name.get((line, MODEL))
        if name in TEXTBOOK and model is not None and model.ratio:
            found.append(
                Measured(f"{line.name}: SimPy model over {name}", row.ratio / model.ratio, 1.0, "×", at_least=True)
            )
    return found


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "--rounds", type=int, default=5, help="how often all programs take turns (default: 5, at least 2)"
    )
    parser.add_argument(
        "--only", nargs="+", default=[], choices=[p.name for p in PROGRAMS], metavar="NAME", help="these programs only"
    )
    parser.add_argument("--json", type=Path, help="write all figures into this file, too")
    options = parser.parse_args(arguments)
    if options.rounds < 2:
        parser.error("--rounds: one round has no spread; give 2 or more")
    return options


def _loaded(p: Program) -> Run | str:
    try:
        return p.load()
    except Exception as error:  # packages fail in many ways where they do not fit the Python in use
        where = f" ({p.where})" if p.where else ""
        return f"not there on Python {platform.python_version()}: {type(error).__name__}: {error}{where}"


def _measured(line: BenchLine, runs: dict[Program, Run | str], rounds: int) -> list[Row]:
    rows = side_by_side(line, runs, rounds)
    table = Table("program", "version", "parts per CPU s", "compiled is", "the same line?", title=line.name)
    for row in rows:
        if row.rate is None or row.ratio is None:
            table.add_row(row.program.name, row.program.version, "—", "—", row.said)
        else:
            table.add_row(
                row.program.name, row.program.version, f"{row.rate:,.0f}", f"{row.ratio:.3g} ×", str(row.sameness)
            )
    wide_console().print(table)
    return rows


def _growth(runs: dict[Program, Run]) -> dict[str, Any]:
    console = wide_console()
    told: dict[str, Any] = {}
    for grown in (growth.with_stations(runs), growth.with_slots(runs)):
        what = grown[0].what
        table = Table("program", *map(str, grown[0].costs), "exponent", title=f"CPU time in µs per part, by {what}")
        for g in grown:
            table.add_row(g.program, *(f"{cost:.3g}" for cost in g.costs.values()), f"{g.exponent:.2f}")
        console.print(table)
        told[what] = {g.program: {"us_per_part": g.costs, "exponent": g.exponent} for g in grown}
    ratios = growth.with_horizon(runs)
    told["horizon × 10"] = ratios
    print(
        "CPU time per part of ten times the horizon over that of the horizon: "
        + ", ".join(f"{n} {r:.2f}" for n, r in ratios.items())
    )
    walls = growth.with_replications()
    table = Table(
        "processes",
        *map(str, growth.REPLICATIONS),
        title="wall seconds by replications, compiled engine, start included",
    )
    for p in growth.PROCESSES:
        table.add_row(str(p), *(f"{walls[n, p]:.1f}" if (n, p) in walls else "—" for n in growth.REPLICATIONS))
    console.print(table)
    told["replications"] = [{"replications": n, "processes": p, "wall_s": s} for (n, p), s in walls.items()]
    return told


def _profile(line: BenchLine) -> Profile:
    spec = LineSpec.model_validate(line.in_line_file())
    return profile(lambda: CompiledLine(spec, 1), PROFILED_S)


def _rows(rows: Iterable[Row]) -> list[dict[str, Any]]:
    return [
        {
            "line": row.line.name, "program": row.program.name, "horizon_s": row.horizon, "parts_per_cpu_s": row.rate,
            "ratio": row.ratio, "said": row.said or str(row.sameness), "rounds": row.rates,
        }
        for row in rows
    ]  # fmt: skip


def _machine(runs: Iterable[Program]) -> dict[str, Any]:
    return {
        "python": platform.python_version(), "system": platform.platform(), "processor": platform.processor(),
        "cores": os.cpu_count(), "packages": {p.package: p.version for p in runs},
    }  # fmt: skip


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
