"""Records of items: what is shown when, under which recipe, with which share of the energy; figures by hand."""

from __future__ import annotations

from typing import Any

import pytest
from helpers import Tree, conveyor, line_of, machine

from simulator.line import Line
from simulator.line.packml import Command
from simulator.line.spec import LineSpec


def live(*units: Tree, **more: Any) -> Line:
    return Line(line_of(*units, **more), live=True)


def test_the_items_of_a_tray_show_their_records_one_by_one_as_they_leave() -> None:
    line = live(machine("A", 1.0), machine("F", 10.0, slots=8, tray=4, transfer_s=0.5))
    form, seen = line.units["F"], []
    for half in range(28, 34):  # the first tray is full at 4 s and done at 14 s; its items leave at 14.5, 15, 15.5, 16
        line.run(half / 2)
        seen.append((form.recorded, form.last_item.item_id[-1] if form.last_item else "", form.counters.good))
    assert seen == [(0, "", 0), (1, "1", 1), (2, "2", 2), (3, "3", 3), (4, "4", 4), (4, "4", 4)]


def test_a_record_tells_tray_position_and_channel() -> None:
    line = live(machine("A", 1.0), machine("F", 10.0, slots=8, tray=4, transfer_s=0.5))
    places = []
    for tenth in range(140, 220):
        line.run(tenth / 10)
        record = line.units["F"].last_item
        if record is not None and (record.tray, record.position, record.channel) not in places:
            places.append((record.tray, record.position, record.channel))
    # The second tray is on the second server, whose channels are 5 to 8; it is done at 18 s.
    assert places == [(1, 1, 1), (1, 2, 2), (1, 3, 3), (1, 4, 4), (2, 1, 5), (2, 2, 6), (2, 3, 7), (2, 4, 8)]


def test_binned_items_have_a_record_too() -> None:
    line = live(machine("A", 1.0, scrap=1 - 1e-12))
    line.run(3.0)
    record = line.units["A"].last_item
    assert record is not None
    assert (record.grade, record.quality, line.units["A"].recorded, line.units["A"].counters.scrap) == ("R", 2, 3, 3)


def test_a_belt_shares_its_energy_among_its_places() -> None:
    line = live(machine("A", 10.0), conveyor("X", energy_w={"execute": 900}))  # 4 m at 1 m/s, 4 places
    line.run(14.0)
    belt = line.units["X"]
    assert belt.last_item is not None
    assert (belt.last_item.start, belt.last_item.end) == (10.0, 14.0)
    assert belt.last_item.energy_wh == pytest.approx(900 * 4 / 3600 / 4)


def test_items_together_never_have_more_energy_than_the_unit_took() -> None:
    line = live(machine("A", 0.7), conveyor("X", energy_w={"execute": 900, "idle": 100}), machine("Z", 1.3))
    items, last = 0.0, None
    for tenth in range(1, 600):
        line.run(tenth / 10)
        record = line.units["X"].last_item
        if record is not None and record is not last:
            items, last = items + record.energy_wh, record
    assert 0 < items <= line.units["X"].energy_wh


def test_the_recipe_is_the_one_under_which_the_service_began() -> None:
    line = live(machine("A", 10.0, recipes=[1, 2]))
    unit = line.units["A"]
    line.run(5.0)
    unit.command(Command.STOP)
    unit.select_recipe(2)
    for number in (Command.RESET, Command.START):
        unit.command(number)
    line.run(10.0)
    assert unit.last_item is not None
    assert (unit.recipe, unit.last_item.recipe) == (2, 1)
    line.run(20.0)
    assert unit.last_item.recipe == 2


def test_a_record_names_the_first_alarm_that_came_meanwhile() -> None:
    line = live(machine("A", 10.0))
    unit = line.units["A"]
    line.run(4.0)
    for number in (7, 8):
        unit.raise_alarm(number)
        unit.clear_alarm(number)
        unit.acknowledge(number)
    line.run(10.0)
    assert unit.last_item is not None
    assert unit.last_item.alarm == 7
    line.run(20.0)
    assert unit.last_item.alarm == 0


def test_a_setting_moves_the_mean_and_keeps_the_relative_spread() -> None:
    def measured(setting: float) -> float:
        spec: LineSpec = line_of(
            machine("A", 1.0, process_values={"process.mass": {"mean": 100, "sd": 1}},
                    parameters={"parameter.mass": {"value": setting}})
        )  # fmt: skip
        line = Line(spec, live=True)
        line.run(1.0)
        assert line.units["A"].last_item is not None
        return line.units["A"].last_item.process_values["process.mass"]

    assert measured(100) != 100
    assert measured(200) == pytest.approx(2 * measured(100))
