"""A line and its reverse make the same.

Yamazaki, Sakasegawa, Properties of duality in tandem queueing systems, Ann. Inst. Statist. Math. 27 (1975) 201; Muth, The reversibility
property of production lines, Management Science 25 (1979) 152: from empty to empty the line needs as long for a number of items as the reversed
line for the same items in reversed order, each with the same service times.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from estimates import Engine, interval
from hypothesis import given, settings
from hypothesis import strategies as st
from markov_lines import Station, line_file, solve

from simulator.experiments.compiled import CompiledLine, draws
from simulator.line import Line, LineSpec, streams
from simulator.line.distributions import Distribution
from simulator.line.log import Kind, MemoryLog

ENGINES = [Line, CompiledLine]
ITEMS = 24  # whole trays of any size below
STEPS = st.integers(0, 48).map(lambda n: n / 16)  # sums of these are exact


@dataclass(frozen=True)
class Piece:
    """A machine with the service times of its trays, or a belt, and the joint behind it."""

    services: tuple[float, ...] = ()
    tray: int = 1
    places: int = 0
    transfer_s: float = 0.0
    belt: tuple[int, float, int] | None = None
    """Pitches long, seconds per pitch, most items on it."""


@st.composite
def pieces(draw: st.DrawFn) -> Piece:
    places = draw(st.integers(0, 3))
    transfer_s = 0.0 if places else draw(st.sampled_from([0.0, 0.25, 1.5]))
    if draw(st.sampled_from([True, False, False])):
        length = draw(st.integers(1, 4))
        belt = (length, draw(st.sampled_from([0.25, 0.5, 1.0])), draw(st.integers(1, length)))
        return Piece(places=places, transfer_s=transfer_s, belt=belt)
    tray = draw(st.sampled_from([1, 1, 1, 2, 3]))
    count = ITEMS // tray
    services = draw(st.lists(STEPS, min_size=count, max_size=count).filter(any))
    return Piece(tuple(services), tray, places, transfer_s)


def reverse(line: list[Piece]) -> list[Piece]:
    """The machines in reversed order, their services too; every joint stays between the same two."""
    joints = [*((p.places, p.transfer_s) for p in line[-2::-1]), (0, 0.0)]
    return [
        Piece(piece.services[::-1], piece.tray, places, transfer_s, piece.belt)
        for piece, (places, transfer_s) in zip(line[::-1], joints, strict=True)
    ]


def file_of(line: list[Piece]) -> LineSpec:
    units: list[dict[str, Any]] = []
    for i, piece in enumerate(line):
        last = i + 1 == len(line)
        unit: dict[str, Any] = {"name": f"U{i}", "transfer_s": 0.0 if last else piece.transfer_s}
        if piece.belt is not None:
            length, pitch_s, capacity = piece.belt
            unit |= {
                "kind": "conveyor",
                "length_m": length,
                "spacing_m": 1,
                "speed_m_s": 1 / pitch_s,
                "capacity": capacity,
            }
        else:
            unit |= {"process_time": {"distribution": "empirical", "values": list(piece.services)}}
            unit |= {"slots": piece.tray, "tray": piece.tray}
        units.append(unit)
        if piece.places and not last:
            units.append({"kind": "buffer", "name": f"B{i}", "capacity": piece.places})
    return LineSpec.model_validate({"units": units})


def time_for_all(line: list[Piece], engine: Engine) -> float:
    """When the last of ``ITEMS`` leaves, each machine playing its service times in their order."""
    played: defaultdict[np.random.Generator, int] = defaultdict(int)

    def play(distribution: Distribution, rng: np.random.Generator, n: int) -> npt.NDArray[np.float64]:
        indices = np.arange(played[rng], played[rng] + n)
        played[rng] += n
        return np.take(np.array(distribution.values), indices, mode="wrap")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(streams, "sample", play)
        patch.setattr(draws, "sample", play)
        run = engine(file_of(line), 1, log := MemoryLog())
        run.run(sum(sum(p.services) + ITEMS * (p.transfer_s + 8) for p in line))
    last = len(line) - 1
    left = [row for row in log.rows if row[1] == last and row[2] == Kind.LEAVE]
    assert [row[3] for row in left] == list(range(1, len(left) + 1)), "nothing overtakes"
    return left[ITEMS - 1][0]


@pytest.mark.parametrize("engine", ENGINES)
@settings(max_examples=60)
@given(line=st.lists(pieces(), min_size=1, max_size=5))
def test_the_same_items_in_reversed_order_take_the_reversed_line_as_long(engine: Engine, line: list[Piece]) -> None:
    assert time_for_all(line, engine) == time_for_all(reverse(line), engine)


def test_in_the_same_order_they_need_not() -> None:
    """The counter-test: the order of the items matters."""
    half = ITEMS // 2
    fast_last = Piece((*(2.0,) * half, *(1.0,) * half), places=3)
    slow_last = Piece((*(1.0,) * half, *(2.0,) * half), places=3)
    assert time_for_all([fast_last, slow_last], CompiledLine) > time_for_all([slow_last, fast_last], CompiledLine)


RATES = st.sampled_from([0.8, 1.0, 1.3])
FAILURES = st.sampled_from([(0.0, 1.0), (0.05, 0.5), (0.02, 0.1)])
STATIONS = st.builds(
    lambda rate, places, failure: Station(rate, places=places, fails=failure[0], repaired=failure[1]),
    RATES, st.integers(0, 3), FAILURES,
)  # fmt: skip


@settings(max_examples=8)
@given(line=st.lists(STATIONS, min_size=2, max_size=4), seed=st.integers(0, 10_000))
def test_a_line_that_fails_while_it_works_makes_as_much_as_its_reverse(line: list[Station], seed: int) -> None:
    """Paired by the random numbers, which go with the names; one interval in a million may be wrong."""
    spec = line_file(*line)
    backwards = LineSpec.model_validate(spec.model_dump(exclude_unset=True) | {"units": spec.units[::-1]})
    both = np.array([[_rate(way, seed + k) for k in range(25)] for way in (spec, backwards)])
    difference = interval(both[0] - both[1], 1 - 1e-6)
    assert difference.half_width < 0.03
    assert difference.holds(0.0)


@settings(max_examples=20)
@given(line=st.lists(STATIONS, min_size=2, max_size=4))
def test_so_does_the_exact_solution(line: list[Station]) -> None:
    places = [station.places for station in line[-2::-1]] + [0]
    backwards = [
        Station(s.rate, places=p, fails=s.fails, repaired=s.repaired) for s, p in zip(line[::-1], places, strict=True)
    ]
    assert solve(*line).throughput == pytest.approx(solve(*backwards).throughput, rel=1e-9)


def _rate(spec: LineSpec, seed: int) -> float:
    line = CompiledLine(spec, seed)
    line.run(500)
    line.reset_statistics()
    line.run(5_500)
    return line.result().throughput
