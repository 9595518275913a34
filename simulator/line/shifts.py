"""What a line file says of planned stops and of operators (``docs/line-semantics.md``, sections 12 and 13)."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from itertools import combinations
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from simulator.line.fields import FileModel, Name, NotNegative, Positive, PositiveSeconds, want_different_names
from simulator.line.quantities import Seconds, seconds

DAY_S = 86400.0
MAX_OPERATORS = 1000
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
_WHEN = "write a time with its unit (4 h), or what the clock shows, in quotes ('12:00')"


def _clock(value: Any) -> float | None:
    """Seconds since midnight of ``12:00``; ``None`` if it is no clock time."""
    match = _CLOCK.fullmatch(value) if isinstance(value, str) else None
    return 3600.0 * int(match[1]) + 60.0 * int(match[2]) if match else None


def _moment(value: Any) -> Any:
    """Seconds. YAML reads 12:00 without quotes as the number 720, so a plain number is refused."""
    if isinstance(value, int) and value != 0:
        raise ValueError(f"{value} can not be (YAML reads 12:00 without quotes as a number); {_WHEN}")
    try:
        return seconds(value)
    except ValueError:
        raise ValueError(f"{value} can not be; {_WHEN}") from None


class StopSpec(FileModel):
    """A planned stop: ``from`` a time of each period ``every``, ``for`` so long, of ``units`` (left out: all of them).

    ``operators``: whether nobody answers calls meanwhile; as a rule so when the stop is for all units.
    """

    model_config = ConfigDict(populate_by_name=True)

    name: Annotated[str, Field(min_length=1, max_length=64)]
    begin: Annotated[float, BeforeValidator(_moment), Field(alias="from", ge=0, allow_inf_nan=False)]
    length: Annotated[PositiveSeconds, Field(alias="for")]
    every: Annotated[Seconds, Field(ge=1, allow_inf_nan=False)] = DAY_S
    kind: Literal["break", "maintenance"] = "break"
    units: tuple[Name, ...] | None = None
    operators: bool | None = None

    @model_validator(mode="after")
    def _fits(self) -> StopSpec:
        if self.length >= self.every:
            raise ValueError(f"for: {self.length:g} s is no shorter than every ({self.every:g} s): it would never end")
        if self.begin >= self.every:
            raise ValueError(f"from: {self.begin:g} s is not within every ({self.every:g} s)")
        if not self.units and not self.stops_operators:
            raise ValueError("units: a stop of no unit and no operators stops nothing")
        return self

    @property
    def stops_operators(self) -> bool:
        return self.units is None if self.operators is None else self.operators

    def stops(self, unit: str) -> bool:
        """Whether it is a stop of a unit."""
        return self.units is None or unit in self.units

    def meets(self, other: StopSpec) -> bool:
        """Whether two stops of the same period are on at the same time."""
        return (other.begin - self.begin) % self.every < self.length or (
            self.begin - other.begin
        ) % self.every < other.length


class CalendarSpec(FileModel):
    """The planned stops. ``starts``: what the clock shows at the start of the run."""

    starts: str = "00:00"
    stops: tuple[StopSpec, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _from_clock(cls, data: Any) -> Any:
        """Clock times as times from the start of the run."""
        if not isinstance(data, dict):
            return data
        midnight = _clock(data.get("starts", "00:00"))
        if midnight is None:
            raise ValueError("starts: write what the clock shows at the start of the run, in quotes: '06:00'")
        stops = data.get("stops")
        if not isinstance(stops, list | tuple):
            return data
        return data | {"stops": [_after(midnight, s) if isinstance(s, dict) else s for s in stops]}

    def check(self, units: Collection[str]) -> None:
        """Raise ``ValueError`` for units that are not there, and for stops that are in each other's way."""
        for index, stop in enumerate(self.stops):
            for unit in stop.units or ():
                if unit not in units:
                    raise ValueError(f"calendar.stops.{index}.units: there is no unit {unit} that could stop")
        want_different_names("calendar.stops", (stop.name for stop in self.stops))
        for (_, one), (index, other) in combinations(enumerate(self.stops), 2):
            shared = [u for u in units if one.stops(u) and other.stops(u)]
            if one.stops_operators and other.stops_operators:
                shared.append("the operators")
            if shared and one.every == other.every and one.meets(other):
                raise ValueError(f"calendar.stops.{index}.from: overlaps the stop {one.name} of {shared[0]}")

    def of(self, unit: str) -> tuple[StopSpec, ...]:
        """The stops of a unit, in the order of the file."""
        return tuple(s for s in self.stops if s.stops(unit))

    @property
    def of_operators(self) -> tuple[StopSpec, ...]:
        """The stops of the operators, in the order of the file."""
        return tuple(s for s in self.stops if s.stops_operators)


def _after(midnight: float, stop: dict[str, Any]) -> dict[str, Any]:
    shown = _clock(stop.get("from"))
    return stop if shown is None else stop | {"from": (shown - midnight) % DAY_S}


class OperatorsSpec(FileModel):
    """People who repair, and who recover a zone after a safety trip: each is called, comes after ``response`` and the way."""

    count: Annotated[int, Field(ge=1, le=MAX_OPERATORS)] = 1
    response: PositiveSeconds
    walking_m_s: Positive | None = None
    at_m: NotNegative = 0.0


def positions(units: Sequence[Any]) -> list[float]:
    """Where each unit (``UnitSpec``) stands along the line in m: at its ``at_m``, else where the belts before it end."""
    found: list[float] = []
    at = 0.0
    for unit in units:
        at = unit.at_m if unit.at_m is not None else at
        found.append(at)
        at += getattr(unit, "length_m", 0.0)
    return found


def on_duty(stops: Sequence[StopSpec], start: float, end: float) -> float:
    """Seconds between two times in which none of the stops is on."""
    edges: list[tuple[float, float]] = []
    for stop in stops:
        n = -1
        while (begin := stop.begin + n * stop.every) < end:
            edges.append((begin, begin + stop.length))
            n += 1
    free, since = 0.0, start
    for begin, finish in sorted(edges):
        free += max(0.0, min(begin, end) - since)
        since = max(since, finish)
    return free + max(0.0, end - since)
