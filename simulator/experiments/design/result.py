"""What a design file found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from simulator.experiments.design.plan import At, DesignPlan
from simulator.experiments.study.result import Outcome
from simulator.experiments.warmup import Warmup


class Phase(StrEnum):
    """Why a design was run."""

    ENDS = "ends"
    LEAST = "least"
    DIAGONAL = "diagonal"
    DESCENT = "descent"
    CHEAPER = "cheaper"
    BY_COST = "by cost"
    FRONT = "front"


@dataclass(frozen=True)
class Trial:
    """A design that was run in the search. ``reached`` is ``None`` where no target was asked for."""

    at: At
    cost: float
    phase: Phase
    outcome: Outcome
    reached: bool | None


class Verdict(StrEnum):
    """What fresh random numbers say of a design and the target."""

    CONFIRMED = "confirmed"
    MISSED = "missed"
    OPEN = "open"


@dataclass(frozen=True)
class Check:
    """A design on fresh random numbers. ``bound``: what the figure is at least (at most, where less is better), with
    ``confidence``; the confidences of all checks of a search hold together with 95 %. Without a target both are ``None``."""

    at: At
    cost: float
    outcome: Outcome
    verdict: Verdict | None = None
    bound: float | None = None
    confidence: float | None = None


@dataclass(frozen=True)
class Design:
    """The result. ``base``: the line as its file says, on the random numbers of the search.

    ``checks``: with a target the designs that the search proposed, in order, the last one chosen if it is confirmed;
    otherwise the front, from the smallest second figure to the largest. ``left``: how many designs might be cheaper (might
    belong to the front) and were not run. ``upside_down``: a pair of designs where the larger one is worse for certain.
    ``gave_up``: so many proposals were not confirmed that only the most promising design was checked after them; ``left``
    then counts the cheaper designs (all, if that one was not confirmed either) of which nothing is known.
    """

    plan: DesignPlan
    warmup: Warmup
    base: Outcome
    trials: tuple[Trial, ...]
    checks: tuple[Check, ...]
    left: int
    upside_down: tuple[Trial, Trial] | None = None
    gave_up: bool = False

    @property
    def chosen(self) -> Check | None:
        """The cheapest design that reaches the target for certain; ``None`` if none does, or no target was asked for."""
        last = self.checks[-1] if self.checks else None
        return last if last is not None and last.verdict == Verdict.CONFIRMED else None

    @property
    def reached(self) -> bool:
        """Whether what was asked for was found."""
        return self.plan.spec.target is None or self.chosen is not None
