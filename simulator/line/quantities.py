"""Numbers with a unit, as people write them into files: times and shares."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import BeforeValidator

UNITS = {"ms": 1e-3, "s": 1.0, "min": 60.0, "h": 3600.0, "d": 86400.0}
_QUANTITY = re.compile(r"\s*([+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)\s*([^\W\d]+|[%％])\s*")
_EXAMPLE = f"a time is a number of seconds or a text such as 45 min ({', '.join(UNITS)})"


def parts(text: str) -> tuple[float, str] | None:
    """The number and the unit of a text such as ``45 min`` or ``2 %``; ``None`` if it is none such."""
    match = _QUANTITY.fullmatch(text)
    return (float(match[1]), match[2].replace("％", "%")) if match else None


def seconds(value: Any) -> Any:
    """Turn ``"45 min"`` into 2700.0; anything that is not such a text is passed on for pydantic to judge."""
    if isinstance(value, bool):
        raise ValueError(_EXAMPLE)
    if isinstance(value, str):
        found = parts(value)
        if found is None:
            raise ValueError(f"'{value}' is no time; {_EXAMPLE}")
        number, unit = found
        if unit not in UNITS:
            raise ValueError(f"there is no unit '{unit}'; {_EXAMPLE}")
        return number * UNITS[unit]
    return value


def share(value: Any) -> Any:
    """Turn ``"1 %"`` into 0.01; anything that is not a text is passed on for pydantic to judge."""
    if isinstance(value, str):
        found = parts(value)
        if found is None or found[1] != "%":
            raise ValueError(f"'{value}' is no share; give one such as 2 % or 0.02")
        return found[0] / 100
    return value


Seconds = Annotated[float, BeforeValidator(seconds)]
Share = Annotated[float, BeforeValidator(share)]
