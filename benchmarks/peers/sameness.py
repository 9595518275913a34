"""Does a program compute the same line? Its parts against those of another program that is trusted.

Programs that share their random numbers must finish as many parts as the counters script, run by run. The others are compared
with many runs of a reference over the *same* horizon, so that the empty start is the same too: a bare Numba loop where there is
one, otherwise the compiled engine, whose exactness ``exact_throughput.py`` shows. Both have the variance of one line, if they are
one line; so it is the two-sample t test with pooled variance, at 99.9 %.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from math import sqrt
from statistics import mean, variance

from scipy.stats import t

from peers import bare_numba, setsubi_compiled, simpy_counters
from peers.lines import BenchLine, CanNot, Clock
from peers.programs import Program

LEVEL = 0.999
FEW, MANY, BUDGET = 15, 60, 4e7  # runs of a reference, between these; BUDGET is horizon × stations of all of them


@dataclass(frozen=True)
class Sameness:
    """``off`` and ``within`` are relative to the reference: the difference, and half its 99.9 % interval."""

    same: bool
    equal: bool = False
    off: float = 0.0
    within: float = 0.0

    def __str__(self) -> str:
        if self.equal:
            return "equal, part by part"
        figures = f"{100 * self.off:+.1f} ± {100 * self.within:.1f} %"
        return f"same: {figures}" if self.same else f"SOMETHING ELSE: {figures}"


def compare(program: Program, line: BenchLine, horizon: float, parts: dict[int, int]) -> Sameness:
    """``parts`` by seed, all over ``horizon``."""
    if not program.own_numbers and all(simpy_counters.run(line, horizon, s) == n for s, n in parts.items()):
        return Sameness(same=True, equal=True)
    ours, theirs = list(parts.values()), _reference(line, program.clock, horizon)
    freedom = len(ours) + len(theirs) - 2
    pooled = ((len(ours) - 1) * variance(ours) + (len(theirs) - 1) * variance(theirs)) / freedom
    width = float(t.ppf((1 + LEVEL) / 2, freedom)) * sqrt(pooled * (1 / len(ours) + 1 / len(theirs)))
    rate = mean(theirs)
    off = mean(ours) - rate
    return Sameness(same=abs(off) <= width, off=off / rate, within=width / rate)


@cache
def _reference(line: BenchLine, clock: Clock, horizon: float) -> list[int]:
    """Parts of many runs over ``horizon``, with seeds that no measured run has."""
    runs = min(MANY, max(FEW, int(BUDGET / horizon / len(line.stations))))
    return [_trusted(line, clock, horizon, seed) for seed in range(1_001, 1_001 + runs)]


def _trusted(line: BenchLine, clock: Clock, horizon: float, seed: int) -> int:
    if clock is Clock.OPERATION:
        try:
            return bare_numba.run(line, horizon, seed)
        except CanNot:
            pass
    return setsubi_compiled.run(line, horizon, seed, clock)
