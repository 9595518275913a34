"""Where the compiled engine's time goes: events per part by kind, nanoseconds per event, the share of drawing random numbers."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from targets import Measured

from simulator.experiments.compiled import CompiledLine, layout
from simulator.interface.fitted import fitted_line, transitions_of

EXAMPLE = Path(__file__).parents[1] / "setsubi" / "examples" / "cell_line.yaml"
REPLICATIONS, YEAR_H, WANTED_S, CORES = 1_000, 8_760.0, 60.0, 2
COUNTED = 10_000  # parts
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
    """Time one line over ``horizon``, and count the events of another until it has made some parts."""
    line = make()
    spent = {"kernel": 0.0, "draws": 0.0}
    line._kernel = _timed(line._kernel, spent, "kernel")
    line._streams.refill = _timed(line._streams.refill, spent, "draws")  # type: ignore[method-assign]
    began = time.process_time()
    line.run(horizon)
    took = time.process_time() - began
    parts = line.result().good
    kinds = _events_by_kind(make(), horizon * min(1.0, COUNTED / parts))
    return Profile(parts, took, spent["kernel"], spent["draws"], kinds)


def _timed(function: Callable[..., Any], spent: dict[str, float], name: str) -> Callable[..., Any]:
    def run(*arguments: Any) -> Any:
        began = time.process_time()
        answer = function(*arguments)
        spent[name] += time.process_time() - began
        return answer

    return run


def _events_by_kind(line: CompiledLine, horizon: float) -> dict[str, float]:
    """Events per part, by stepping from time to time and looking at what is due; what an event causes at once counts for nothing."""
    k = line._k
    when, kinds = k.cells["when"], k.cells["kind"]
    counts = np.zeros(len(KINDS), np.int64)
    while (now := float(when.min())) <= horizon:
        np.add.at(counts, kinds[np.flatnonzero(when == now)], 1)
        line.run(now)
    parts = line.result().good
    return {KINDS[kind]: float(counts[kind]) / parts for kind in np.argsort(-counts).tolist()}


def year_of_the_example() -> tuple[Measured, Profile]:
    """What 1 000 replications of a year of the example line would take on two cores, from one, and where its time goes."""
    spec, profiles = fitted_line(EXAMPLE)
    year = profile(lambda: CompiledLine(spec, 1, transitions=transitions_of(profiles)), YEAR_H * 3600)
    return Measured(
        f"{REPLICATIONS} years of the example line on {CORES} cores", year.seconds * REPLICATIONS / CORES, WANTED_S, "s",
        note=f"{year.seconds:.1f} CPU s each: {year.events_a_part:.0f} events a cell, {year.ns_an_event:.0f} ns an event",
    ), year  # fmt: skip
