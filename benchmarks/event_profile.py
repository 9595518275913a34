"""Where the compiled engine's time goes: events per part by kind, nanoseconds per event, the share of drawing random numbers."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numba
import numpy as np
from targets import Measured

from simulator.experiments.compiled import CompiledLine, layout
from simulator.experiments.compiled.access import cell_at, leaf_at, node_at
from simulator.experiments.compiled.agenda import sift_whole
from simulator.experiments.compiled.events import happen
from simulator.interface.fitted import fitted_line, transitions_of

EXAMPLE = Path(__file__).parents[1] / "setsubi" / "examples" / "cell_line.yaml"
REPLICATIONS, YEAR_H, WANTED_S, CORES = 1_000, 8_760.0, 60.0, 2
KINDS = {
    layout.E_SERVED: "services end", layout.E_HANDED_OVER: "hand-overs end", layout.E_HEAD: "conveyor heads arrive",
    layout.E_ENTRY: "conveyor entries clear", layout.E_AGED: "failures by age", layout.E_TIMED: "failures by time",
    layout.E_REPAIRED: "repairs end", layout.E_TRANSIENT: "transient states end", layout.E_SOURCE: "arrivals",
    layout.E_REOPENED: "sink reopens", layout.E_FLUSHED: "trays flushed",
}  # fmt: skip


@dataclass(frozen=True)
class Profile:
    """Seconds are CPU seconds of a run; ``kinds`` are events per part, the most frequent first."""

    parts: int
    seconds: float
    kernel_s: float
    draws_s: float
    kinds: dict[str, float]

    @property
    def events_a_part(self) -> float:
        return sum(self.kinds.values())

    @property
    def ns_an_event(self) -> float:
        return 1e9 * self.kernel_s / (self.parts * self.events_a_part)

    def __str__(self) -> str:
        kinds = ", ".join(f"{name} {n:.2f}" for name, n in self.kinds.items() if n >= 0.005)
        kernel, draws = (100 * s / self.seconds for s in (self.kernel_s, self.draws_s))
        return (
            f"{1e9 * self.seconds / self.parts:.0f} ns a part: {self.events_a_part:.1f} events × {self.ns_an_event:.0f} ns "
            f"in the kernel ({kernel:.0f} %), random numbers {draws:.0f} %; events a part: {kinds}"
        )


def profile(make: Callable[[], CompiledLine], horizon: float) -> Profile:
    """Time one line over ``horizon``, and count the events of another over a tenth of it."""
    line = make()
    spent = {"kernel": 0.0, "draws": 0.0}
    line._kernel = _timed(line._kernel, spent, "kernel")
    line._streams.refill = _timed(line._streams.refill, spent, "draws")  # type: ignore[method-assign]
    began = time.process_time()
    line.run(horizon)
    took = time.process_time() - began
    return Profile(
        line.result().good, took, spent["kernel"], spent["draws"], kinds=_events_by_kind(make(), horizon / 10)
    )


def _timed(function: Callable[..., Any], spent: dict[str, float], name: str) -> Callable[..., Any]:
    def run(*arguments: Any) -> Any:
        began = time.process_time()
        answer = function(*arguments)
        spent[name] += time.process_time() - began
        return answer

    return run


def _events_by_kind(line: CompiledLine, horizon: float) -> dict[str, float]:
    counts = np.zeros(len(KINDS), np.int64)
    line._kernel = lambda k, until: _counting_run(k, until, counts)
    line.run(horizon)
    parts = line.result().good
    return {KINDS[kind]: float(counts[kind]) / parts for kind in np.argsort(-counts).tolist()}


@numba.njit(error_model="numpy")  # type: ignore[untyped-decorator]
def _counting_run(line: Any, until: float, counts: Any) -> int:
    """``events.run`` of a line that has started and keeps no log, counting."""
    k = line[0]
    while True:
        if k.low or k.broken:
            return layout.BROKEN if k.broken else layout.LOW
        first = node_at(k, 1)
        if not first.when <= until:
            break
        k.now = first.when
        cell = first.cell
        k.current = cell
        leaf_at(k, cell).when = layout.NEVER
        c = cell_at(k, cell)
        counts[c.kind] += 1
        happen(k, c.kind, c.owner)
        k.current = -1
        sift_whole(k, cell)
    k.now = max(k.now, until)
    return layout.DONE


def year_of_the_example() -> tuple[Measured, Profile]:
    """What 1 000 replications of a year of the example line would take on two cores, from one, and where its time goes."""
    spec, profiles = fitted_line(EXAMPLE)
    year = profile(lambda: CompiledLine(spec, 1, transitions=transitions_of(profiles)), YEAR_H * 3600)
    return Measured(
        f"{REPLICATIONS} years of the example line on {CORES} cores", year.seconds * REPLICATIONS / CORES, WANTED_S, "s",
        note=f"{year.seconds:.1f} CPU s each: {year.events_a_part:.0f} events a cell, {year.ns_an_event:.0f} ns an event",
    ), year  # fmt: skip
