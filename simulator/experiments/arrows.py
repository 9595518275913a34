"""Starving and blocking arrows: who waits for whom at each joint (C.-T. Kuo, J.-T. Lim, S. M. Meerkov: Bottlenecks in serial
production lines, Mathematical Problems in Engineering 2, 1996; our reading).

At a joint the unit upstream may be blocked and the unit downstream starved. If it is blocked for longer than that one is
starved, what holds the line back lies downstream, and the arrow points there; otherwise it points upstream. A unit to which
arrows point and from which none leads away is a bottleneck; of several, the one whose arrows are the clearest comes first.

Being starved without the hand-over times, which are no waits. A machine of several places is in Execute while one of them
works, so that its state says nothing; it waits while any of them does, which only the event log of the first
replication tells. A conveyor makes its neighbours wait when it is empty or full.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import hypot

import numpy as np

from simulator.experiments.accounts import account
from simulator.experiments.intervals import interval
from simulator.experiments.run import Experiment
from simulator.line import RunResult
from simulator.line.spec import BufferSpec, MachineSpec, UnitSpec

Values = Sequence[float]


@dataclass(frozen=True)
class Waiting:
    """Shares of time, 0 to 1, that a unit was starved and blocked: by replication, or by part of the first one (``traced``)."""

    starved: Values
    blocked: Values
    traced: bool = False


@dataclass(frozen=True)
class Joint:
    """Two neighbours. ``blocked``: share of the time (0 to 1) that the upstream unit was; ``starved``: that the downstream one
    was; ``half_width``: of the 95 % interval of the difference."""

    upstream: str
    downstream: str
    blocked: float
    starved: float
    half_width: float

    @property
    def excess(self) -> float:
        """What the upstream unit was blocked more than the downstream one was starved."""
        return self.blocked - self.starved

    @property
    def points_to(self) -> str | None:
        """The unit on whose side the bottleneck lies; ``None`` where the interval of the difference holds 0."""
        if abs(self.excess) <= self.half_width + 1e-9:
            return None
        return self.downstream if self.excess > 0 else self.upstream

    @property
    def arrow(self) -> str:
        """``→``, ``←``, or ``–`` where it can not be told."""
        return {self.downstream: "→", self.upstream: "←"}.get(self.points_to or "", "–")


@dataclass(frozen=True)
class Arrows:
    """The joints of a line in the order of the flow."""

    joints: tuple[Joint, ...]

    @property
    def bottlenecks(self) -> tuple[tuple[str, ...], ...]:
        """To which units arrows point, and none leads away; those between which no joint decides are one. Clearest arrows first."""
        regions, come, stay = [[j.upstream] for j in self.joints[:1]], [0.0], [True]
        for joint in self.joints:
            if joint.points_to is None:
                regions[-1].append(joint.downstream)
                continue
            on = joint.points_to == joint.downstream
            come[-1] += 0.0 if on else abs(joint.excess)
            stay[-1] &= not on
            regions.append([joint.downstream])
            come.append(abs(joint.excess) if on else 0.0)
            stay.append(on)
        found = [(clear, tuple(of)) for of, clear, kept in zip(regions, come, stay, strict=True) if kept and clear]
        return tuple(of for _, of in sorted(found, key=lambda each: -each[0]))

    @property
    def said(self) -> str:
        """The bottlenecks in one line; empty where the arrows do not tell."""
        return ", ".join(" – ".join(of) for of in self.bottlenecks)


def arrows_of(experiment: Experiment) -> Arrows | None:
    """The arrows of an experiment; ``None`` if it has no trace, or its line no joint."""
    units = [u for u in experiment.spec.units if not isinstance(u, BufferSpec)]
    if experiment.trace is None or len(units) < 2:
        return None
    waits, found = experiment.trace.waits, dict[str, Waiting]()
    for before, unit in zip([None, *units[:-1]], units, strict=True):
        if len(experiment.results) < 2 or (isinstance(unit, MachineSpec) and unit.slots > unit.tray):
            of = waits[unit.name]
            found[unit.name] = Waiting(of.starved, of.blocked, traced=True)
        else:
            shares = [_shares(result, before, unit) for result in experiment.results]
            found[unit.name] = Waiting([starved for starved, _ in shares], [blocked for _, blocked in shares])
    return arrows(found)


def _shares(result: RunResult, before: UnitSpec | None, unit: UnitSpec) -> tuple[float, float]:
    """Starved and blocked in one replication, by the unit's states."""
    found, of = {"starved": 0.0, "blocked": 0.0}, result.unit(unit.name)
    for key, seconds in of.seconds.items():
        if (name := account(*key)) in found:
            found[name] += seconds
    if before is not None and isinstance(unit, MachineSpec):
        found["starved"] = max(0.0, found["starved"] - of.entered / unit.tray * before.transfer_s)
    return found["starved"] / result.duration, found["blocked"] / result.duration


def arrows(waiting: Mapping[str, Waiting]) -> Arrows:
    """The arrows of units in the order of the flow."""
    return Arrows(tuple(_joint(a, b, waiting[a], waiting[b]) for a, b in pairwise(waiting)))


def _joint(upstream: str, downstream: str, before: Waiting, after: Waiting) -> Joint:
    blocked, starved = np.array(before.blocked), np.array(after.starved)
    if before.traced == after.traced:
        half_width = interval((blocked - starved).tolist())[1] or 0.0
    else:
        half_width = hypot(*(interval(of.tolist())[1] or 0.0 for of in (blocked, starved)))
    return Joint(upstream, downstream, float(blocked.mean()), float(starved.mean()), half_width)
