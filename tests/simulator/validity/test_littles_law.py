"""What is in the line, what leaves it and how long it stays fit together: Little's law (Oper. Res. 9 (1961) 383), in its exact form for finite runs.

The items in the line, summed over the time, are the times that the items spend in it, summed over the items. The one is counted in the line or
in its levels, the other by the numbers of the items.
"""

from __future__ import annotations

from typing import Any

import pytest
from estimates import Engine
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import distributions
from strategies import lines as random_lines

from simulator.experiments.compiled import CompiledLine
from simulator.line import Line, LineSpec, RunResult
from simulator.line.log import Kind, MemoryLog
from simulator.line.packml import Cause, State

ENGINES = [Line, CompiledLine]
END = 120.0
Tree = dict[str, Any]


@settings(max_examples=60)
@given(spec=random_lines(), seed=st.integers(0, 10_000), reset=st.floats(0, 60))
def test_the_items_in_any_line_over_time_are_the_stays_of_all_items(spec: LineSpec, seed: int, reset: float) -> None:
    """With the stays cut at both ends of what is counted; and the mean lead time is that of the items that left."""
    line = Line(spec, seed, log := MemoryLog())
    line.run(reset)
    line.reset_statistics()
    over_time = 0.0
    while line.now < END:
        held, since = line.wip, line.now
        line.run(min(line.peek(), END))
        over_time += held * (line.now - since)
    last = len(line.units) - 1
    entered = {row[3]: row[0] for row in log.rows if row[1] == 0 and row[2] == Kind.ENTER}
    left = {row[3]: row[0] for row in log.rows if row[2] == Kind.SCRAP or (row[1] == last and row[2] == Kind.LEAVE)}
    prefilled = sum(unit.prefill for unit in spec.units)
    born = dict.fromkeys(range(1, prefilled + 1), 0.0) | entered
    stays = sum(max(0.0, left.get(item, END) - max(t, reset)) for item, t in born.items())
    assert over_time == pytest.approx(stays, abs=1e-6)
    assert line.result().wip_mean == pytest.approx(over_time / (END - reset), rel=1e-9)
    at_the_end = [
        row for row in log.rows if row[1] == last and row[2] == Kind.LEAVE and row[0] > reset and row[3] > prefilled
    ]
    leads = [row[0] - born[row[3]] for row in at_the_end]
    if leads and all(row[0] != reset for row in log.rows):
        assert line.result().lead_mean == pytest.approx(sum(leads) / len(leads), abs=1e-9)


@st.composite
def lines_that_empty(draw: st.DrawFn) -> LineSpec:
    """Single machines, which hold an item unless they are starved, belts and buffers, and now and then a long pause."""
    units: list[Tree] = []
    count = draw(st.integers(1, 4))
    for i in range(count):
        belt = {
            "kind": "conveyor",
            "length_m": 2,
            "spacing_m": 0.5,
            "speed_m_s": 1,
            "accumulating": draw(st.booleans()),
        }
        machine = {
            "process_time": draw(distributions()),
            "failures": draw(st.sampled_from([[], [{"mtbf": 9, "mttr": 2}]])),
        }
        units.append({"name": f"U{i}", **(belt if draw(st.sampled_from([True, False, False])) else machine)})
        if i + 1 < count and draw(st.booleans()):
            units.append({"kind": "buffer", "name": f"B{i}", "capacity": draw(st.integers(1, 3))})
        else:
            units[-1]["transfer_s"] = draw(st.sampled_from([0.0, 0.5]))
    source = {"interval": {"distribution": "empirical", "values": [0.25, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 60.0]}}
    return LineSpec.model_validate({"units": units, "source": source})


@pytest.mark.parametrize("engine", ENGINES)
@settings(max_examples=40)
@given(spec=lines_that_empty(), seed=st.integers(0, 10_000))
def test_from_empty_to_empty_the_items_are_throughput_times_lead_time(
    engine: Engine, spec: LineSpec, seed: int
) -> None:
    """By the published results alone, where no edge has to be thought of."""
    start, end = empty_times(spec, seed)
    line = engine(spec, seed)
    line.run(start)
    line.reset_statistics()
    line.run(end)
    result = line.result()
    assert result.wip == result.wip_start == 0
    assert result.good > 10
    assert held(result) == pytest.approx(result.wip_mean, rel=1e-9)
    assert result.wip_mean == pytest.approx(result.throughput * result.lead_mean, rel=1e-9)


def empty_times(spec: LineSpec, seed: int) -> tuple[float, float]:
    """Two times at which the line is empty, the first after 100 s, the second after 600 s."""
    line = Line(spec, seed)
    found = []
    for earliest in (100.0, 600.0):
        line.run(earliest)
        while line.wip:
            line.run(line.peek())
        found.append(line.now)
    return found[0], found[1]


def held(result: RunResult) -> float:
    """Mean number of items in the line, by its levels and by the times in which its machines are not starved."""
    machines = [1 - unit.share(State.SUSPENDED, Cause.STARVED) for unit in result.units if unit.kind == "machine"]
    belts = [mean(unit.levels) for unit in result.units if unit.kind != "machine"]
    return sum(machines) + sum(belts) + sum(buffer.mean for buffer in result.buffers)


def mean(levels: tuple[float, ...]) -> float:
    return sum(n * s for n, s in enumerate(levels)) / sum(levels)
