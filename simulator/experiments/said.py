"""What a line file says beside its values: which figures are assumed, which have a source, how the units fail."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from simulator.line.distributions import Distribution, mean
from simulator.line.figure import Figure
from simulator.line.spec import BufferSpec, FailureSpec, LineSpec


@dataclass(frozen=True)
class Said:
    """One figure of the line file: where it stands, its value as text, and what the file says of it."""

    path: str
    value: str
    assumed: bool
    source: str
    note: str


@dataclass(frozen=True)
class Failure:
    """One failure mode. ``clock``: operation ages in Execute only, time whenever the unit is up, place: each place of the
    unit fails by itself and ages by its work. Means in s."""

    unit: str
    name: str
    clock: str
    mtbf: str
    mttr: str
    mtbf_s: float
    mttr_s: float


@dataclass(frozen=True)
class Clock:
    """A failure mode as the first of several lines has it, or else the first that has it. ``differs``: names of the lines in
    which it has another clock or other times, or is not there."""

    failure: Failure
    differs: tuple[str, ...]


@dataclass(frozen=True)
class Marked:
    """The figures that a file marks."""

    said: tuple[Said, ...]

    @property
    def assumed(self) -> tuple[Said, ...]:
        """Those for which nothing public is known."""
        return tuple(s for s in self.said if s.assumed)


class Marking(Protocol):
    """A file that says of figures where they come from."""

    @property
    def figures(self) -> Mapping[str, Figure]: ...


def figures(spec: Marking) -> tuple[Said, ...]:
    """The figures that the file marks, in its order."""
    return tuple(Said(path, value_text(f.value), f.assumed, f.source, f.note) for path, f in spec.figures.items())


def value_text(value: Any) -> str:
    """``45 min``, or ``triangular (low 48, mode 51, high 60)``."""
    if isinstance(value, dict) and "distribution" in value:
        rest = ", ".join(f"{k} {value_text(v)}" for k, v in value.items() if k != "distribution")
        return f"{value['distribution']} ({rest})"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{k}: {value_text(v)}' for k, v in value.items())}}}"
    if isinstance(value, list | tuple):
        return ", ".join(value_text(v) for v in value) or "[]"
    return f"{value:g}" if isinstance(value, float) else "nothing" if value is None else str(value)


def failures(spec: LineSpec) -> tuple[Failure, ...]:
    """The failure modes of all units, in the order of the line."""
    return tuple(
        Failure(u.name, f.name, _clock(f), _of(f.mtbf), _of(f.mttr), mean(f.mtbf), mean(f.mttr))
        for u in spec.units
        if not isinstance(u, BufferSpec)
        for f in u.failures
    )


def _clock(failure: FailureSpec) -> str:
    return failure.clock if failure.scope == "unit" else "place"


def clocks(lines: Mapping[str, Sequence[Failure]]) -> tuple[Clock, ...]:
    """The failure modes of some lines (by name), in the order of the first one."""
    by_line = {name: dict(_numbered(modes)) for name, modes in lines.items()}
    known: dict[tuple[str, str, int], Failure] = {}
    for modes in by_line.values():
        known |= {key: mode for key, mode in modes.items() if key not in known}
    return tuple(
        Clock(mode, tuple(name for name, modes in by_line.items() if modes.get(key) != mode))
        for key, mode in known.items()
    )


def _numbered(modes: Sequence[Failure]) -> Iterator[tuple[tuple[str, str, int], Failure]]:
    """Each mode by its unit and name; several may share these."""
    seen = Counter[tuple[str, str]]()
    for mode in modes:
        yield (mode.unit, mode.name, seen[mode.unit, mode.name]), mode
        seen[mode.unit, mode.name] += 1


def _of(d: Distribution) -> str:
    return f"{_duration(mean(d))}, {d.distribution}"


def _duration(seconds: float) -> str:
    for unit, length in (("h", 3600.0), ("min", 60.0)):
        if seconds >= 2 * length:
            return f"{seconds / length:g} {unit}"
    return f"{seconds:g} s"
