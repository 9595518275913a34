"""Quality holds: what a machine makes in some time turns out to be doubtful later (``docs/line-semantics.md``, section 5.5)."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field, model_validator

from simulator.line.fields import FileModel, NotNegativeSeconds, PositiveSeconds, Probability
from simulator.line.item import BAD, Item
from simulator.line.result import HoldResult
from simulator.line.streams import HOLD, uniforms


class QualityHoldSpec(FileModel):
    """Items whose work ends ``from`` a time on ``for`` so long are doubtful; ``found_after`` that time, from its beginning, it
    is known, and a share of them, ``scrap``, is bad.
    """

    model_config = ConfigDict(populate_by_name=True)

    begin: Annotated[NotNegativeSeconds, Field(alias="from")]
    length: Annotated[PositiveSeconds, Field(alias="for")]
    found_after: PositiveSeconds
    scrap: Annotated[Probability, Field(gt=0)] = 1.0

    @model_validator(mode="after")
    def _found_late(self) -> QualityHoldSpec:
        if self.found_after < self.length:
            raise ValueError(
                f"found_after: {self.found_after:g} s is less than the {self.length:g} s of 'for': what is known to be bad is "
                "made no longer"
            )
        return self

    @property
    def found(self) -> float:
        """When it is known, in s from the start of the run."""
        return self.begin + self.found_after


class QualityHold:
    """One hold in a run. ``held`` items were doubtful, ``bad`` of them turn out to be bad, ``recalled`` of those after they had
    left the line.
    """

    def __init__(self, seed: int, unit: str, index: int, spec: QualityHoldSpec) -> None:
        self.unit, self.spec = unit, spec
        self._end = spec.begin + spec.length
        self._draw = uniforms(seed, unit, HOLD, index)
        self.held = self.bad = self.recalled = 0

    def made(self, item: Item, now: float) -> None:
        """The machine has made an item."""
        if self.spec.begin <= now < self._end and item.quality != BAD:
            self.held += 1
            if self._draw() < self.spec.scrap:
                self.bad += 1
                if self.spec.found < item.condemned:
                    item.condemned, item.hold = self.spec.found, self

    def result(self) -> HoldResult:
        """What has been found up to now."""
        return HoldResult(self.unit, self.held, self.bad, self.recalled)
