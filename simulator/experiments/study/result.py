"""What an experiment found."""

from __future__ import annotations

from dataclasses import dataclass

from simulator.experiments.kpis import Figure, Kpis
from simulator.experiments.run import Experiment
from simulator.experiments.study.plan import Plan, Scenario
from simulator.experiments.study.stops import Stopped
from simulator.experiments.warmup import Warmup


@dataclass(frozen=True)
class Outcome:
    """One scenario's replications and their figures."""

    scenario: Scenario
    experiment: Experiment
    figures: Kpis

    def figure(self, name: str) -> Figure:
        """A figure of the line. Raises ``KeyError`` if it could not be had in every replication."""
        found = self.figures.figure(name)
        if found is None:
            raise KeyError(name)
        return found


@dataclass(frozen=True)
class Look:
    """A look at the precision during the run: after so many replications the widest scenario's relative half-width."""

    replications: int
    worst: float
    scenario: str


@dataclass(frozen=True)
class Precision:
    """Whether the precision asked for was reached, and how it came about."""

    wanted: float
    of: str
    most: int
    looks: tuple[Look, ...]

    @property
    def reached(self) -> bool:
        return self.looks[-1].worst <= self.wanted

    @property
    def best(self) -> Look:
        """The look with the narrowest interval."""
        return min(self.looks, key=lambda look: look.worst)


@dataclass(frozen=True)
class Study:
    """All results of an experiment. ``outcomes`` are in the order of the plan's scenarios, all with the same seeds.

    ``stops``: for each outcome, what the stop that was asked for did in each replication; empty if none was.
    """

    plan: Plan
    warmup: Warmup
    outcomes: tuple[Outcome, ...]
    precision: Precision | None = None
    stops: tuple[tuple[Stopped, ...], ...] = ()

    @property
    def base(self) -> Outcome:
        """What the others are compared with."""
        return self.outcomes[self.plan.base]

    @property
    def replications(self) -> int:
        return len(self.base.experiment.results)

    @property
    def figure(self) -> str:
        """The figure by which scenarios are compared."""
        return self.plan.spec.replications.of
