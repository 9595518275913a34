"""What an effort file says: the units of a line with their vendors, and what joining them costs, in man-hours.

``docs/integration-effort.md`` explains it to who writes one. Every parameter may be plain or ``{value: …, assumed: true,
source: …, note: …}``; those that a file leaves out are the bundled ones, all assumed.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from profiles.model import Severity
from simulator.effort.errors import EffortError
from simulator.line.distributions import Distribution
from simulator.line.fields import FileModel, Name, want_different_names
from simulator.line.figure import FiguredFile
from simulator.line.yamlfile import FileKind

MOST_RUNS = 1_000_000
MOST_LINES = 1000
MOST_HOURS = 1e6
MOST_VALUES = 5_000_000  # of a parameter: runs × units
_KINDS = ("triangular", "lognormal", "uniform")
_BOUNDED = {"deterministic": "mean", "triangular": "high", "uniform": "high"}


def _plain(value: Any) -> Any:
    """Line files give times with units; here a number is man-hours, of which nobody agrees how many make a day."""
    kind = value.get("distribution") if isinstance(value, dict) else None
    given = [v for k, v in value.items() if k != "distribution"] if isinstance(value, dict) else [value]
    if any(not isinstance(v, int | float) for v in given) or (isinstance(value, dict) and kind not in _KINDS):
        raise ValueError(
            "is a plain number, or {distribution: triangular, low: 8, mode: 16, high: 40}, lognormal or uniform"
        )
    if any(v > MOST_HOURS for v in given):
        raise ValueError(f"is at most {MOST_HOURS:.0f}")
    return value


def _share(value: Distribution) -> Distribution:
    bound = _BOUNDED.get(value.distribution)
    if bound is None or (getattr(value, bound) or 0.0) > 1:
        raise ValueError("is a share from 0 to 1: a plain number, or triangular or uniform within these bounds")
    return value


Number = Annotated[float, Field(ge=0, le=1000)]
Hours = Annotated[Distribution, BeforeValidator(_plain)]
Share = Annotated[Distribution, BeforeValidator(_plain), AfterValidator(_share)]


class JoinedUnit(FileModel):
    """One unit of the line. ``report``: an NDJSON or JUnit file of ``setsubi check``, as seen from the effort file."""

    name: Name
    vendor: Annotated[str, Field(min_length=1, max_length=100)]
    kind: Literal["machine", "conveyor"] = "machine"
    report: str = ""


class WithoutSpec(FileModel):
    """Man-hours without a common interface; ``repeat``, ``in_house`` and ``next_line`` are shares."""

    specification: Hours
    glue_code: Hours
    joint_test: Hours
    pairing: Hours
    coordination: Hours
    repeat: Share
    in_house: Share
    next_line: Share


class FindingsSpec(FileModel):
    """Expected number of open findings of a unit that brings no report."""

    safety: Number
    item_loss: Annotated[Number, Field(alias="item-loss")]
    data: Number
    cosmetic: Number

    def of(self, severity: Severity) -> float:
        """The number of one severity."""
        return float(getattr(self, severity.name.lower()))


class FixingSpec(FileModel):
    """Man-hours to mend one finding."""

    safety: Hours
    item_loss: Annotated[Hours, Field(alias="item-loss")]
    data: Hours
    cosmetic: Hours

    def of(self, severity: Severity) -> Distribution:
        """The hours of one severity."""
        hours: Distribution = getattr(self, severity.name.lower())
        return hours


class WithSpec(FileModel):
    """Man-hours with one; ``reuse`` and ``next_line`` are shares."""

    introduction: Hours
    reading: Hours
    implementation: Hours
    reuse: Share
    claim: Hours
    conformance_run: Hours
    joint_test: Hours
    next_line: Share
    findings: FindingsSpec
    fixing: FixingSpec


class EffortSpec(FiguredFile):
    """One effort file. ``lines`` of the same units are built, one after the other. ``draws``: ``common`` takes one value of a parameter for all joints and units of a run (we do not know
    it of any of them), ``separate`` a value for each."""

    title: str = ""
    units: Annotated[tuple[JoinedUnit, ...], Field(min_length=2, max_length=200)]
    lines: Annotated[int, Field(ge=1, le=MOST_LINES)] = 1
    runs: Annotated[int, Field(ge=100, le=MOST_RUNS)] = 10_000
    seed: Annotated[int, Field(ge=0, lt=2**62)] = 1
    draws: Literal["common", "separate"] = "common"
    without: WithoutSpec
    guided: Annotated[WithSpec, Field(alias="with")]

    @model_validator(mode="after")
    def _makes_sense(self) -> EffortSpec:
        want_different_names("units", (unit.name for unit in self.units))
        if self.runs * len(self.units) > MOST_VALUES:
            raise ValueError(f"runs: with {len(self.units)} units it can be at most {MOST_VALUES // len(self.units)}")
        return self


EFFORT_FILE = FileKind(
    "an effort file", EffortError, "list the units of the line under 'units:'", "start with 'units:'",
)  # fmt: skip
