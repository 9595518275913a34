"""What each machine of a line loses: yield by step, scrap, and the mass of the scrap by material.

An item is *rejected* where it becomes bad, and that is where the yield is lost. It is *removed* where it leaves the line, be it
into a bin or, marked bad, over the last outfeed; with it goes what has been added to it up to there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import prod

from simulator.line import LineSpec, RunResult
from simulator.line.spec import BufferSpec, MachineSpec


@dataclass(frozen=True)
class Step:
    """A machine, means over replications: items per replication, ``yield_`` 0 to 1, ``lost`` in kg per hour by material."""

    name: str
    good: float
    rejected: float
    removed: float
    yield_: float
    lost: dict[str, float]

    def lost_of(self, materials: Sequence[str]) -> float:
        """What is lost of some materials together, in kg/h."""
        return sum(self.lost[m] for m in materials)


def steps(spec: LineSpec, results: Sequence[RunResult], hours: float) -> tuple[Step, ...]:
    """All machines of the line, in the order of the flow."""
    n, found = len(results), []
    added = dict(content(spec))
    for unit in spec.units:
        if not isinstance(unit, MachineSpec):
            continue
        units = [r.unit(unit.name) for r in results]
        gone = sum(removed(r, unit.name) for r in results)
        good, bad = sum(u.good for u in units), sum(u.rejected for u in units)
        lost = {m: gone * grams / 1000 / hours / n for m, grams in added[unit.name].items()}
        found.append(Step(unit.name, good / n, bad / n, gone / n, first_pass(good, bad), lost))
    return tuple(found)


def content(spec: LineSpec) -> Iterator[tuple[str, dict[str, float]]]:
    """Each unit with the grams of every material in an item that it has worked on."""
    sofar = dict.fromkeys(materials(spec), 0.0)
    for unit in spec.units:
        if isinstance(unit, BufferSpec):
            continue
        for material, grams in unit.adds_g.items() if isinstance(unit, MachineSpec) else ():
            sofar[material] += grams
        yield unit.name, dict(sofar)


def materials(spec: LineSpec) -> tuple[str, ...]:
    """The materials that the units add, in the order in which they do."""
    return tuple(dict.fromkeys(m for u in spec.units if isinstance(u, MachineSpec) for m in u.adds_g))


def removed(result: RunResult, unit: str) -> int:
    """Bad items that left the line at a unit; at the last machine also those that left it over the end."""
    last = [u.name for u in result.units if u.kind == "machine"][-1:]
    over_the_end = result.scrap - sum(u.binned for u in result.units) if [unit] == last else 0
    return result.unit(unit).binned + over_the_end


def scrapped_kg(spec: LineSpec, result: RunResult, only: Sequence[str] | None = None) -> float:
    """The mass of all that was scrapped in a run, of some materials or of all."""
    return sum(
        removed(result, unit) * grams / 1000
        for unit, parts in content(spec)
        for material, grams in parts.items()
        if only is None or material in only
    )


def first_pass(good: int, rejected: int) -> float:
    """Yield of a step: the share of the items that came in good and left good; 1 if none came to an end there."""
    return good / (good + rejected) if good + rejected else 1.0


def rolled_yield(result: RunResult) -> float:
    """The product of the yields of all units."""
    return prod(first_pass(u.good, u.rejected) for u in result.units)
