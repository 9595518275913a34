"""The lines of the benchmarks, described once, and what every program draws from them.

A line is saturated: its first station always finds an item, its last one can always get rid of one. Stations block after
service, a finite buffer lies between each two. Times are in seconds. A station fails after exponential times *in work* and goes
on with its item after the repair, so that failures only prolong services; ``Clock.TIME`` lets it fail after exponential times
on the clock instead, whatever it does. Nothing here needs anything but the standard library.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any


class CanNot(Exception):
    """A program has no means for something in a line; the text names it."""


class Clock(Enum):
    """What makes a station older: work, or time. The names are those of the line file."""

    OPERATION = "operation"
    TIME = "time"


@dataclass(frozen=True)
class Fixed:
    """Always the same time."""

    mean: float

    def sampler(self, rng: random.Random) -> Callable[[], float]:
        return lambda: self.mean

    def in_line_file(self) -> object:
        return self.mean


@dataclass(frozen=True)
class Exponential:
    """Exponential times."""

    mean: float

    def sampler(self, rng: random.Random) -> Callable[[], float]:
        draw, rate = rng.expovariate, 1 / self.mean
        return lambda: draw(rate)

    def in_line_file(self) -> object:
        return {"distribution": "exponential", "mean": self.mean}


@dataclass(frozen=True)
class Uniform:
    """Uniform times from ``low`` to ``high``."""

    low: float
    high: float

    @property
    def mean(self) -> float:
        return (self.low + self.high) / 2

    def sampler(self, rng: random.Random) -> Callable[[], float]:
        draw = rng.uniform
        return lambda: draw(self.low, self.high)

    def in_line_file(self) -> object:
        return {"distribution": "uniform", "low": self.low, "high": self.high}


@dataclass(frozen=True)
class Station:
    """``slots`` places in trays of ``tray``; without ``mtbf`` it never fails. A station with trays does not fail."""

    process: Fixed | Exponential | Uniform
    slots: int = 1
    tray: int = 1
    mtbf: float | None = None
    mttr: float | None = None

    @property
    def servers(self) -> int:
        """How many trays it works on at a time."""
        return self.slots // self.tray


@dataclass(frozen=True)
class BenchLine:
    """Stations in line order, ``buffers[i]`` places between station i and i + 1."""

    name: str
    stations: tuple[Station, ...]
    buffers: tuple[int, ...]

    @property
    def trays(self) -> bool:
        return any(s.slots > 1 for s in self.stations)

    @property
    def failures(self) -> bool:
        return any(s.mtbf is not None for s in self.stations)

    def in_line_file(self, clock: Clock = Clock.OPERATION) -> dict[str, Any]:
        """The line as the tree of a line file of setsubi."""
        units: list[dict[str, Any]] = []
        for i, s in enumerate(self.stations):
            fails = [{"mtbf": s.mtbf, "mttr": s.mttr, "clock": clock.value}] if s.mtbf is not None else []
            unit = {"name": f"M{i}", "process_time": s.process.in_line_file(), "failures": fails}
            units.append(unit | ({"slots": s.slots, "tray": s.tray} if s.slots > 1 else {}))
            units += [{"kind": "buffer", "name": f"B{i}", "capacity": c} for c in self.buffers[i : i + 1]]
        return {"units": units}


def serial(stations: int, process: Fixed | Exponential, *, fails: bool, buffer: int = 10) -> BenchLine:
    """Equal stations, a mean of 1 s, buffers of ``buffer``; MTBF 100 s, MTTR 10 s where they fail."""
    station = Station(process, mtbf=100.0, mttr=10.0) if fails else Station(process)
    kind = "deterministic" if isinstance(process, Fixed) else "exponential"
    name = f"{stations} stations, {kind}" + (" with failures" if fails else "")
    return BenchLine(name, (station,) * stations, (buffer,) * (stations - 1))


def formation(slots: int = 500, tray: int = 10) -> BenchLine:
    """A station, ``slots`` slots in trays, a station; buffers of two trays. Formation is the bottleneck, at any size."""
    soak = Uniform(400.0, 600.0)
    beside = Station(Exponential(0.9 * 500 / slots))
    name = f"formation, {slots} slots in trays of {tray}"
    return BenchLine(name, (beside, Station(soak, slots, tray), beside), (2 * tray, 2 * tray))


FOUR = serial(4, Exponential(1.0), fails=True)
TWENTY = serial(20, Exponential(1.0), fails=True)
FORMATION = formation()
LINES = (FOUR, TWENTY, FORMATION)


def samplers(line: BenchLine, seed: int) -> list[Callable[[], float]]:
    """For each station, what gives the next service in s, its repairs included. Every interpreted program draws from these."""
    return [_prolonged(s, random.Random(1_000 * seed + i)) for i, s in enumerate(line.stations)]


def _prolonged(station: Station, rng: random.Random) -> Callable[[], float]:
    draw = station.process.sampler(rng)
    if station.mtbf is None or station.mttr is None:
        return draw
    exponential, fails, mends = rng.expovariate, 1 / station.mtbf, 1 / station.mttr
    left = exponential(fails)

    def service() -> float:
        nonlocal left
        work = length = draw()
        while left < work:
            work -= left
            length += exponential(mends)
            left = exponential(fails)
        left -= work
        return length

    return service


def without_failures(line: BenchLine) -> BenchLine:
    """The same line of stations that never fail."""
    return replace(line, stations=tuple(replace(s, mtbf=None, mttr=None) for s in line.stations))
