"""Numbers of enumerations, which compare and compute as numbers and are shown with their names: ``6 (Execute)``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from profiles.model import Signal

NO_NAME = "not defined"


class Named(int):
    """A number of an enumeration; ``names`` has a name for each defined one."""

    names: Mapping[int, str]

    def __new__(cls, value: int, names: Mapping[int, str]) -> Named:
        number = super().__new__(cls, value)
        number.names = names
        return number

    def __str__(self) -> str:
        return f"{int(self):d} ({self.names.get(self, NO_NAME)})"

    __repr__ = __str__  # lists of them are shown too


def named(signal: Signal, value: Any) -> Any:
    """The value of a signal, with its name if it is a number of an enumeration; anything else as it is."""
    if signal.enum is None or isinstance(value, bool) or not isinstance(value, int):
        return value
    return Named(value, signal.enum)


def alike(value: Any, other: Any) -> Any:
    """The value named as ``other`` is: what was expected of numbers are numbers of the same enumeration. Lists as well."""
    pattern = other[0] if isinstance(other, list) and other else other
    if not isinstance(pattern, Named):
        return value
    if isinstance(value, list):
        return [alike(v, pattern) for v in value]
    return Named(value, pattern.names) if type(value) is int else value
