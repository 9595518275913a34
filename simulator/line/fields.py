"""What files that people write have in common: kinds of values, and a model that refuses what it does not know."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from simulator.line.quantities import Seconds, Share

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.\-]{0,63}$")]
Probability = Annotated[Share, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
NotNegativeSeconds = Annotated[Seconds, Field(ge=0, allow_inf_nan=False)]
PositiveSeconds = Annotated[Seconds, Field(gt=0, allow_inf_nan=False)]


def _below_all(value: float) -> float:
    if value == 1:
        raise ValueError("1 is 100 %, with which nothing good is made; write 1 % if one in a hundred is meant")
    if not 0 <= value < 1:
        raise ValueError(f"{value:g} is no share of scrap; write a share from 0 to below 1, or a text such as 2 %")
    return value


ScrapShare = Annotated[Share, AfterValidator(_below_all)]


class FileModel(BaseModel):
    """A mapping in a file that people write: no key that is not known, and truth values only where they are wanted."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _no_truth_for_numbers(cls, data: Any) -> Any:
        """YAML reads ``no`` as false, and pydantic would read that as 0."""
        fields = {field.alias or name: field for name, field in cls.model_fields.items()}
        for key, value in data.items() if isinstance(data, dict) else ():
            if isinstance(value, bool) and key in fields and fields[key].annotation not in (bool, bool | None, Any):
                raise ValueError(f"{key}: true or false (YAML reads yes and no so) does not belong here")
        return data


def want_different_names(place: str, names: Iterable[str | None], within: str = "") -> None:
    """Raise ``ValueError`` for a name that is used twice in the list at ``place``; what has none gives ``None``."""
    seen = set[str | None]()
    for index, name in enumerate(names):
        if name in seen - {None}:
            raise ValueError(f"{place}.{index}.name: the name {name} is used twice{within}")
        seen.add(name)
