"""What a plan file says: a target in GWh per year, a cell, the steps that make it, and how the plant learns.

``docs/planning.md`` explains it to who writes one. Times in seconds or as ``24 h``, shares from 0 to 1. Every figure may be
plain or ``{value: …, assumed: true, source: …, note: …}``.
"""

from __future__ import annotations

from math import prod
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from simulator.line.distributions import Distribution, mean
from simulator.line.fields import FileModel, Name, NotNegativeSeconds, PositiveSeconds, want_different_names
from simulator.line.figure import FiguredFile
from simulator.line.spec import CellSpec, FailureSpec
from simulator.line.yamlfile import FileKind
from simulator.planning.errors import PlanError

Share = Annotated[float, Field(ge=0.001, le=1)]
MOST_GWH = 100_000
MOST_LINES = 1000
MOST_MONTHS = 240
LONGEST_S = 10 * 365 * 86400.0
LEAST_GOOD = 1e-6


class PlannedCell(CellSpec):
    """The cell that is made. ``mass_kg`` is that of a finished cell, for the mass of scrap."""

    energy_wh: Annotated[float, Field(ge=0.001, le=1e9)]
    mass_kg: Annotated[float, Field(gt=0, le=1e6)] | None = None


class StepSpec(FileModel):
    """One step of the process. A ``machine`` works, and fails; a ``store`` keeps cells for a time (soaking, ageing).

    ``places`` are the cells in work at once in one machine, ``tray`` those loaded, worked on and unloaded together.
    ``yield`` is the share of the cells that are good after the step.
    """

    name: Name
    kind: Literal["machine", "store"] = "machine"
    profile: str = ""
    time: Distribution
    places: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    tray: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    quality: Annotated[Share, Field(alias="yield")] = 1.0
    availability: Share | None = None
    failures: tuple[FailureSpec, ...] = ()
    utilisation: Share | None = None

    @field_validator("time")
    @classmethod
    def _within_reason(cls, value: Distribution) -> Distribution:
        if not 0 < mean(value) <= LONGEST_S:
            raise ValueError("must be above 0, and at most ten years")
        return value

    @model_validator(mode="after")
    def _fits(self) -> StepSpec:
        if self.availability is not None and self.failures:
            raise ValueError("availability: it follows from the failures; give one of the two")
        if any(f.at is not None for f in self.failures):
            raise ValueError("failures: a failure at a given time says nothing of availability; give mtbf and mttr")
        if self.up < 0.001:
            raise ValueError("failures: the step would hardly ever work; its availability is less than 0.001")
        if self.kind == "store" and {"availability", "failures", "places"} & self.model_fields_set:
            raise ValueError("kind: a store has no availability, failures or places; its places are what is planned")
        if self.kind == "machine" and self.places % self.tray:
            raise ValueError(f"tray: places ({self.places}) must be a multiple of tray ({self.tray})")
        return self

    @property
    def up(self) -> float:
        """Availability: given, or MTBF / (MTBF + MTTR) of all failures together."""
        if self.availability is not None:
            return self.availability
        return 1 / (1 + sum(mean(f.mttr) / mean(f.mtbf) for f in self.failures))


class LearningSpec(FileModel):
    """How a share grows from ``start`` to what the plan says.

    ``exponential``: the gap shrinks to 1/e within ``months``. ``wright``: the gap is multiplied by ``progress`` whenever
    one month of design output plus all cells begun so far has doubled (Wright's law with a plateau, after De Jong).
    """

    start: Share
    law: Literal["exponential", "wright"] = "exponential"
    months: Annotated[float, Field(gt=0, le=1e6)] | None = None
    progress: Annotated[float, Field(gt=0, lt=1)] | None = None

    @model_validator(mode="after")
    def _of_its_law(self) -> LearningSpec:
        if self.law == "exponential" and (self.months is None or self.progress is not None):
            raise ValueError("law: exponential needs 'months' (in which the gap shrinks to 37 %), and no 'progress'")
        if self.law == "wright" and (self.progress is None or self.months is not None):
            raise ValueError("law: wright needs 'progress' (the gap left when all output has doubled), and no 'months'")
        return self


class RampSpec(FileModel):
    """The ramp-up: ``oee`` and ``yield`` learn; a line starts every ``months_between_lines``.

    The target is reached in the first month that makes ``reached`` of a twelfth of the year's target.
    """

    months: Annotated[int, Field(ge=1, le=MOST_MONTHS)] = 36
    months_between_lines: Annotated[int, Field(ge=0, le=MOST_MONTHS)] = 0
    reached: Share = 0.95
    oee: LearningSpec
    quality: Annotated[LearningSpec, Field(alias="yield")]


class PlanSpec(FiguredFile):
    """One plan file."""

    name: Name = "planned-line"
    title: str = ""
    gwh: Annotated[float, Field(gt=0, le=MOST_GWH)]
    days_per_year: Annotated[float, Field(ge=1, le=366)] = 365.0
    cell: PlannedCell
    lines: Annotated[int, Field(ge=1, le=MOST_LINES)] | None = None
    shortest_takt: Annotated[PositiveSeconds, Field(le=86400)] | None = None
    utilisation: Share = 1.0
    buffer: Annotated[NotNegativeSeconds, Field(le=86400)] = 0.0
    steps: Annotated[tuple[StepSpec, ...], Field(min_length=1, max_length=100)]
    ramp: RampSpec | None = None

    @model_validator(mode="after")
    def _makes_sense(self) -> PlanSpec:
        want_different_names("steps", (step.name for step in self.steps))
        if not any(step.kind == "machine" for step in self.steps):
            raise ValueError("steps: none is a machine, so nothing sets the pace")
        if (self.lines is None) == (self.shortest_takt is None):
            raise ValueError("give 'lines', or 'shortest_takt' from which their number follows, and not both")
        if self.good_after(0) < LEAST_GOOD:
            raise ValueError(
                f"steps: of a million cells not one would be good (yields together {self.good_after(0):.1g})"
            )
        _check_ramp(self)
        return self

    def used(self, step: StepSpec) -> float:
        """Share of all time that a step is planned to work."""
        return step.up * (self.utilisation if step.utilisation is None else step.utilisation)

    def good_after(self, index: int) -> float:
        """Share of the cells that enter a step that leave the line as good ones; of step 0: the yield of the line."""
        return prod(step.quality for step in self.steps[index:])

    @property
    def oee(self) -> float:
        """Good cells over what the step that sets the pace would make if it never stopped."""
        return min(self.used(s) * self.good_after(i) for i, s in enumerate(self.steps) if s.kind == "machine")


def _check_ramp(spec: PlanSpec) -> None:
    if spec.ramp is None:
        return
    good, oee = spec.good_after(0), spec.oee
    first, quality = spec.ramp.oee.start, spec.ramp.quality.start
    if quality > good:
        raise ValueError(f"ramp.yield.start: {quality:g} is more than the yield of the steps together, {good:.3f}")
    if first > oee:
        raise ValueError(f"ramp.oee.start: {first:g} is more than the OEE that the plan comes to, {oee:.3f}")
    if first / quality > oee / good + 1e-12:
        most = oee / good * quality
        raise ValueError(f"ramp.oee.start: with a yield of {quality:g} at the start it can be at most {most:.3f}")


PLAN_FILE = FileKind(
    "a plan file", PlanError, "give 'gwh:' and 'cell:'", "start with 'gwh:' and 'cell:'",
)  # fmt: skip
