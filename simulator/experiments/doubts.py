"""Figures of a line file that can be, but hardly are: most often seconds for minutes, or millimetres for metres."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import median

from simulator.experiments.said import failures
from simulator.experiments.texts import texts
from simulator.interface.fitting import design_speed
from simulator.line.spec import BufferSpec, ConveyorSpec, LineSpec

SLOWER = 30.0  # times slower than half of the other units: minutes for seconds are 60
LONGEST_M, FASTEST_M_S = 500.0, 5.0  # of a belt


def doubts(spec: LineSpec, lang: str) -> list[str]:
    """What to look at again, a sentence each; none for most lines."""
    words = texts(lang)
    return [words[key].format(**at) for key, at in (*_failing(spec), *_slow(spec), *_belts(spec))]


Found = Iterator[tuple[str, dict[str, str]]]


def _failing(spec: LineSpec) -> Found:
    at_a_time = {
        (u.name, f.name) for u in spec.units if not isinstance(u, BufferSpec) for f in u.failures if f.at is not None
    }
    for f in failures(spec):
        if f.mtbf_s < f.mttr_s and (f.unit, f.name) not in at_a_time:
            yield "doubt_failure", {"unit": f.unit, "name": f.name, "mtbf": f.mtbf, "mttr": f.mttr}


def _slow(spec: LineSpec) -> Found:
    rates = {u.name: 60 * design_speed(u) for u in spec.units if not isinstance(u, BufferSpec)}
    for unit, rate in rates.items():
        others: Sequence[float] = [other for name, other in rates.items() if name != unit]
        if others and rate * SLOWER < median(others):
            yield "doubt_slow", {"unit": unit, "rate": f"{rate:.3g}", "others": f"{median(others):.0f}"}


def _belts(spec: LineSpec) -> Found:
    for u in spec.units:
        if isinstance(u, ConveyorSpec) and u.length_m > LONGEST_M:
            yield "doubt_long", {"unit": u.name, "length": f"{u.length_m:g}"}
        if isinstance(u, ConveyorSpec) and u.speed_m_s > FASTEST_M_S:
            yield "doubt_fast", {"unit": u.name, "speed": f"{u.speed_m_s:g}"}
