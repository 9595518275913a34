"""Hand-over: inside a line as a network observer sees it, and through remote ports."""

from __future__ import annotations

from contextlib import suppress

import pytest
from helpers import assert_conserved, exponential, line_of, machine
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.line import CommandRefused, Line, mock_line
from simulator.line.spec import MachineSpec


def mock(name: str, seed: int = 1, start: bool = True, **more: object) -> Line:
    return mock_line(MachineSpec.model_validate(machine(name, exponential(1), **more)), seed, start=start)


def test_a_timed_hand_over_shows_available_transporting_and_ready_again() -> None:
    line = Line(line_of(machine("A", 2.0, transfer_s=0.5), machine("B", 5.0)))
    port = line.units["A"].outfeed
    line.run(1.0)
    assert (port.handover, port.offered) == (5, None)
    line.run(2.2)
    assert port.handover == 7
    assert port.offered.id == "test-000000001"
    assert line.units["A"].state == 6
    line.run(4.8)
    assert port.handover == 4
    assert (line.units["A"].state, line.units["A"].cause) == (5, 2)


def test_a_safety_trip_stops_a_hand_over_and_the_item_stays_with_the_sender() -> None:
    line = Line(line_of(machine("A", 2.0, transfer_s=0.5), machine("B", 5.0)))
    line.run(2.2)
    line.units["B"].trip("S1")
    port = line.units["A"].outfeed
    assert port.handover == 8
    assert line.units["A"].state == line.units["B"].state == 9
    line.run(10)
    assert line.units["A"].counters.wip == 1
    line.units["B"].release("S1")
    line.units["B"].reset_device("S1")
    for unit in line.units.values():
        for command in (9, 1, 2):
            unit.command(command)
    line.run(10.4)
    assert port.handover == 7
    line.run(10.5)
    assert line.units["B"].counters.entered == 1
    assert_conserved(line)


def test_a_mock_begins_stopped_and_takes_nothing_before_reset_and_start() -> None:
    line = mock("M", start=False)
    unit = line.units["M"]
    assert not unit.infeed.can_accept
    with pytest.raises(CommandRefused):
        unit.infeed.begin("x")
    unit.command(1)
    unit.command(2)
    assert (unit.state, unit.cause) == (5, 1)
    assert unit.infeed.can_accept


def test_a_remote_hand_over_keeps_id_kind_and_quality() -> None:
    line = mock("M")
    unit = line.units["M"]
    changes: list[str] = []
    unit.outfeed.on_change = lambda: changes.append("out")
    unit.infeed.on_change = lambda: changes.append("in")
    unit.infeed.begin("cell-7", kind=3, quality=2)
    assert (unit.counters.entered, unit.infeed.handover) == (0, 7)
    unit.infeed.complete()
    line.run(20)
    item = unit.outfeed.offered
    assert (item.id, item.kind, item.quality) == ("cell-7", 3, 2)
    unit.outfeed.begin()
    unit.outfeed.complete()
    assert unit.outfeed.offered is None
    assert unit.counters.scrap == 1
    assert {"in", "out"} == set(changes)


def test_an_aborted_hand_over_leaves_the_item_where_it_was() -> None:
    line = mock("M")
    unit = line.units["M"]
    unit.infeed.begin("a")
    unit.infeed.abort(2)
    assert unit.counters.entered == 0
    unit.infeed.begin("a")
    unit.infeed.complete()
    line.run(20)
    unit.outfeed.begin()
    unit.outfeed.abort(1)
    assert unit.outfeed.offered.id == "a"
    assert unit.counters.wip == 1


@settings(max_examples=60)
@given(
    st.lists(st.tuples(st.floats(0.1, 5), st.sampled_from("AB"), st.integers(1, 10)), max_size=25),
    st.integers(0, 50),
)
def test_two_mocks_joined_lose_nothing(disturbances: list[tuple[float, str, int]], seed: int) -> None:
    lines = {"A": mock("A", seed), "B": mock("B", seed, scrap=0.1)}
    a, b = lines["A"].units["A"], lines["B"].units["B"]
    fed = 0
    for pause, name, command in disturbances:
        for line in lines.values():
            line.run(line.now + pause)
        if a.infeed.can_accept:
            a.infeed.begin(f"cell-{fed}")
            a.infeed.complete()
            fed += 1
        if a.outfeed.offered is not None and b.infeed.can_accept:
            a.outfeed.begin()
            b.infeed.begin(a.outfeed.offered.id)
            with suppress(CommandRefused):
                lines[name].units[name].command(command)  # in the middle of the hand-over
            b.infeed.complete()
            a.outfeed.complete()
        if b.outfeed.offered is not None:
            b.outfeed.begin()
            b.outfeed.complete()
    assert a.counters.entered == fed
    assert a.counters.good == b.counters.entered
    for unit in (a, b):
        assert unit.counters.wip == len(unit.contents())
