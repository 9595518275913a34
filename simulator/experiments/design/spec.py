"""What a design file says. ``docs/design.md`` explains it to who writes one."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_validator

from simulator.experiments.design.errors import DesignError
from simulator.experiments.study.compare import LOWER_IS_BETTER
from simulator.experiments.study.spec import FileSpec, ReplicationSpec, RunSpec
from simulator.experiments.texts import FIGURES
from simulator.line.yamlfile import FileKind

COST = "cost"
SHORT_NAMES = {"wip": "work in progress"}
GROWING = frozenset({"throughput", "line OEE", "capacity"})
"""Figures that more places, or whatever else costs more, never make smaller."""
TRIES = 200
MOST_TRIES = 10_000


def _figure(name: Any) -> Any:
    return SHORT_NAMES.get(name, name) if isinstance(name, str) else name


class ChoiceSpec(FileSpec):
    """The values that may be chosen at one place: a list, or bounds with a step. ``cost`` is that of one more unit of a
    plain number; ``costs`` are those of the values, one by one."""

    values: tuple[Any, ...] | None = None
    low: Any = None
    high: Any = None
    step: Any = 1
    cost: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 1.0
    costs: tuple[Annotated[float, Field(ge=0, allow_inf_nan=False)], ...] | None = None

    @model_validator(mode="before")
    @classmethod
    def _from_list(cls, data: Any) -> Any:
        if isinstance(data, list):
            return {"values": data}
        if not isinstance(data, dict):
            raise ValueError("a choice is a list, {low, high, step, cost}, or {values, costs}")
        return data

    @model_validator(mode="after")
    def _one_kind(self) -> ChoiceSpec:
        given = self.model_fields_set
        if {"cost", "costs"} <= given:
            raise ValueError("give 'cost' for one more unit, or 'costs' for the values one by one, not both")
        kind = given - {"cost", "costs"}
        if kind != {"values"} and kind not in ({"low", "high"}, {"low", "high", "step"}):
            raise ValueError(
                f"{', '.join(sorted(kind)) or 'nothing'} together mean nothing: a choice is a list, "
                "{low, high, step, cost}, or {values, costs}"
            )
        return self


class TargetSpec(FileSpec):
    """The figure that must be reached: at least ``value`` or, where less is better, at most."""

    figure: str
    value: Annotated[float, Field(gt=0, allow_inf_nan=False)]

    @model_validator(mode="before")
    @classmethod
    def _from_pair(cls, data: Any) -> Any:
        if not isinstance(data, dict) or len(data) != 1:
            raise ValueError("a target is one figure and its value: {throughput: 640}")
        ((name, value),) = data.items()
        if _figure(name) not in FIGURES["en"]:
            raise ValueError(f"there is no figure {name}; figures are {', '.join(FIGURES['en'])}")
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValueError(f"{name} must be a number, not {value!r}; write it without its unit, such as 640")
        if not value > 0:
            raise ValueError(f"{name} must be greater than 0, not {value}")
        return {"figure": _figure(name), "value": value}


class ParetoSpec(FileSpec):
    """Two figures against each other; the second may be the cost."""

    maximise: Annotated[str, BeforeValidator(_figure)]
    minimise: Annotated[str, BeforeValidator(_figure)]

    @model_validator(mode="after")
    def _figures(self) -> ParetoSpec:
        gains = [name for name in FIGURES["en"] if name not in LOWER_IS_BETTER]
        prices = [COST, *(name for name in FIGURES["en"] if name in LOWER_IS_BETTER)]
        for key, known in (("maximise", gains), ("minimise", prices)):
            if getattr(self, key) not in known:
                raise ValueError(f"{key}: must be one of {', '.join(known)}")
        return self


class DesignFile(RunSpec):
    """One design file: what may be chosen, and either a target at the least cost or two figures against each other."""

    choose: dict[str, ChoiceSpec]
    target: TargetSpec | None = None
    pareto: ParetoSpec | None = None
    tries: Annotated[int, Field(ge=2, le=MOST_TRIES)] = TRIES
    replications: ReplicationSpec = ReplicationSpec(precision=0.005)

    @model_validator(mode="after")
    def _makes_sense(self) -> DesignFile:
        if not self.choose:
            raise ValueError("choose: there is nothing to choose; give a place in the line file and its bounds")
        if (self.target is None) == (self.pareto is None):
            raise ValueError("give either 'target:' for the least cost that reaches it, or 'pareto:', one of the two")
        if "of" in self.replications.model_fields_set:
            raise ValueError("replications: 'of' is the figure of the target or of 'maximise'; leave it out")
        return self

    @property
    def figure(self) -> str:
        """The figure that is to be reached, or made large."""
        if self.target is not None:
            return self.target.figure
        assert self.pareto is not None
        return self.pareto.maximise


DESIGN_FILE = FileKind(
    "a design file", DesignError, "name a line under 'line:' and what to choose",
    "start with 'line:', 'hours:', 'target:' and 'choose:'",
)  # fmt: skip
