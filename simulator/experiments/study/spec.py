"""What an experiment file says. ``docs/experiments.md`` explains it to who writes one.

Times are texts with a unit (``30 min``) or, for ``hours`` and ``warmup``, plain numbers of hours.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from simulator.experiments.study.errors import ExperimentError
from simulator.experiments.texts import FIGURES
from simulator.line.quantities import Share, seconds
from simulator.line.yamlfile import FileKind

MOST_REPLICATIONS = 10_000
MOST_HOURS = 10_000_000
"""A thousand years and more: who asks for longer has mistaken the unit."""
_REPLICATIONS = "replications is a number, or {precision: 2 %, of: throughput, most: 200}"


def _hours(value: Any) -> Any:
    """``24`` and ``24 h`` are 24, ``7 d`` is 168."""
    return seconds(value) / 3600 if isinstance(value, str) else value


def _timed(value: Any) -> Any:
    """Seconds of ``30 min``; a plain number would leave open what it counts."""
    if isinstance(value, int | float):
        raise ValueError("give the unit too: 30 min (ms, s, min, h, d)")
    return seconds(value)


def _warmup(value: Any) -> Any:
    """``auto`` is ``None``."""
    return None if value == "auto" else _hours(value)


class FileSpec(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _no_truth_for_numbers(cls, data: Any) -> Any:
        """YAML reads ``no`` as false, and pydantic would read that as 0."""
        for key, value in data.items() if isinstance(data, dict) else ():
            if isinstance(value, bool) and key in cls.model_fields:
                raise ValueError(f"{key}: true or false (YAML reads yes and no so) does not belong here")
        return data


class ReplicationSpec(FileSpec):
    """So many replications, or as many as make the 95 % interval of a figure narrower than ``precision``, a share of it."""

    count: Annotated[int, Field(ge=2, le=MOST_REPLICATIONS)] | None = None
    precision: Annotated[Share, Field(gt=0, lt=1)] | None = None
    of: str = "throughput"
    most: Annotated[int, Field(ge=2, le=MOST_REPLICATIONS)] = 200

    @model_validator(mode="before")
    @classmethod
    def _from_count(cls, data: Any) -> Any:
        if isinstance(data, int) and not isinstance(data, bool):
            return {"count": data}
        if not isinstance(data, dict):
            raise ValueError(_REPLICATIONS)
        return data

    @model_validator(mode="after")
    def _one(self) -> ReplicationSpec:
        if (self.count is None) == (self.precision is None):
            raise ValueError(_REPLICATIONS)
        if self.count is not None and {"of", "most"} & self.model_fields_set:
            raise ValueError("'of' and 'most' belong to a precision, not to a count")
        if self.of not in FIGURES["en"]:
            raise ValueError(f"of: there is no figure {self.of}; figures are {', '.join(FIGURES['en'])}")
        return self


class LevelSpec(FileSpec):
    """Values of one factor: a list, a range, or bounds from which a Latin hypercube draws."""

    values: tuple[Any, ...] | None = None
    start: Any = Field(default=None, alias="from")
    to: Any = None
    step: Any = None
    count: Annotated[int, Field(ge=2, le=1000)] | None = None
    low: Any = None
    high: Any = None

    @model_validator(mode="before")
    @classmethod
    def _from_list(cls, data: Any) -> Any:
        if isinstance(data, list):
            return {"values": data}
        if not isinstance(data, dict):
            raise ValueError("values are a list, {from, to, step or count}, or {low, high}")
        return data

    @property
    def kind(self) -> Literal["list", "range", "bounds"]:
        if self.values is not None:
            return "list"
        return "range" if self.start is not None else "bounds"

    @model_validator(mode="after")
    def _one_kind(self) -> LevelSpec:
        given = {LevelSpec.model_fields[f].alias or f for f in self.model_fields_set}
        allowed = {
            "list": [{"values"}], "range": [{"from", "to", "step"}, {"from", "to", "count"}], "bounds": [{"low", "high"}],
        }[self.kind]  # fmt: skip
        if given not in allowed:
            raise ValueError(
                f"{', '.join(sorted(given)) or 'nothing'} together mean nothing: values are a list, "
                "{from, to, step}, {from, to, count}, or {low, high}"
            )
        if self.values is not None and not self.values:
            raise ValueError("a factor without a value changes nothing; give two or more")
        return self


class DesignSpec(FileSpec):
    """How the factors' values are combined; without it every value with every other."""

    latin_hypercube: Annotated[int, Field(ge=2, le=1000)]


class SensitivitySpec(FileSpec):
    """Each unit by itself made better by so many percent."""

    percent: Annotated[float, Field(gt=0, le=50)]


class StopSpec(FileSpec):
    """Something stops ``at`` a time after the warm-up, ``for`` some time, in seconds: one unit or, if ``by`` names a safety
    function of it, all that its trip stops. Without ``for`` the operators of the line restart that.
    """

    unit: str
    at: Annotated[float, BeforeValidator(_timed), Field(ge=0, allow_inf_nan=False)]
    duration: Annotated[float | None, BeforeValidator(_timed), Field(gt=0, allow_inf_nan=False, alias="for")] = None
    by: str | None = None

    @model_validator(mode="after")
    def _ends(self) -> StopSpec:
        if self.by is None and self.duration is None:
            raise ValueError("for: how long? Only what a safety function stops (by: S1) may be left to operators")
        return self


class RunSpec(FileSpec):
    """What every file that has lines run says: which line, for how long, how often."""

    line: str
    title: str = ""
    hours: Annotated[float, BeforeValidator(_hours), Field(gt=0, le=MOST_HOURS, allow_inf_nan=False)]
    warmup: Annotated[float | None, BeforeValidator(_warmup)] = None
    seed: Annotated[int, Field(ge=0, lt=2**62)] = 1
    replications: ReplicationSpec = ReplicationSpec(count=10)

    @model_validator(mode="after")
    def _warmup_is_a_time(self) -> RunSpec:
        if self.warmup is not None and not 0.0 <= self.warmup <= MOST_HOURS:
            raise ValueError(f"warmup: must be 0 or more, at most {MOST_HOURS} hours, or auto")
        return self


class ExperimentSpec(RunSpec):
    """One experiment file."""

    factors: dict[str, LevelSpec] = {}
    design: DesignSpec | None = None
    scenarios: dict[str, dict[str, Any]] = {}
    compare: str = "base"
    sensitivity: SensitivitySpec | None = None
    stop: StopSpec | None = None

    @model_validator(mode="after")
    def _makes_sense(self) -> ExperimentSpec:
        if not (self.factors or self.scenarios or self.sensitivity or self.stop):
            raise ValueError("nothing to try: give factors, scenarios, sensitivity or stop")
        if self.sensitivity and (self.factors or self.scenarios or self.stop):
            raise ValueError("sensitivity: it makes its own scenarios; give it an experiment file of its own")
        if self.design is not None and not self.factors:
            raise ValueError("design: there are no factors to combine")
        if self.design is not None and all(levels.kind != "bounds" for levels in self.factors.values()):
            raise ValueError("design: a Latin hypercube needs a factor with low and high")
        return self


EXPERIMENT_FILE = FileKind(
    "an experiment file", ExperimentError, "name a line under 'line:' and what to try",
    "start with 'line:', 'hours:' and 'factors:' or 'scenarios:'",
)  # fmt: skip
