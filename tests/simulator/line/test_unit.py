"""States, causes, commands, safety, alarms and records of a unit."""

from __future__ import annotations

from typing import Any

import pytest
from helpers import assert_conserved, conveyor, exponential, line_of, logged, machine, times

from simulator.line import CommandRefused, Line, UnitView
from simulator.line.log import Kind
from simulator.line.packml import default_transitions


def test_a_unit_starves_behind_a_slow_one_and_blocks_before_a_slow_one() -> None:
    line = Line(line_of(machine("A", 1.0), machine("B", 4.0), machine("C", 1.0)))
    line.run(100)
    result = line.result()
    assert result.unit("A").share(5, 2) == pytest.approx(0.75, abs=0.03)
    assert result.unit("C").share(5, 1) == pytest.approx(0.75, abs=0.05)
    assert result.unit("B").share(6) == pytest.approx(1.0, abs=0.03)


def test_a_failure_holds_the_unit_with_its_alarm_and_the_service_resumes() -> None:
    fixed = {"distribution": "deterministic", "mean": 3}
    line, rows = logged(line_of(machine("A", 2.0, failures=[{"mtbf": fixed, "mttr": fixed, "alarm": 7}])), 4.0)
    unit = line.units["A"]
    assert (unit.state, unit.cause) == (11, 3)
    assert [a.number for a in unit.alarms.active] == [7]
    line.run(7.0)
    assert (unit.state, unit.alarms.active) == (6, ())
    assert [a.number for a in unit.alarms.unacknowledged] == [7]
    unit.acknowledge(7)
    assert times(rows, 0, Kind.END) == [2.0, 7.0]


def test_held_without_auto_unhold_waits_for_the_command() -> None:
    fixed = {"distribution": "deterministic", "mean": 3}
    spec = line_of(machine("A", 2.0, failures=[{"mtbf": fixed, "mttr": fixed}], auto_unhold=False))
    line = Line(spec)
    line.run(4)
    with pytest.raises(CommandRefused):
        line.units["A"].command(5)
    line.run(20)
    assert line.units["A"].state == 11
    line.units["A"].command(5)
    assert line.units["A"].state == 6


def test_an_emergency_stop_aborts_the_zone_and_recovery_needs_device_clear_reset_and_start() -> None:
    line = Line(line_of(machine("A", 1.0), machine("B", 1.0), machine("C", 1.0, zone="other")))
    line.run(10.5)
    a, b, c = line.units.values()
    a.trip("S1")
    assert (a.state, b.state, b.cause) == (9, 9, 5)
    assert c.state != 9
    assert not a.infeed.can_accept
    for step in ("command", "release", "reset_device"):
        with pytest.raises(CommandRefused):
            a.command(9)
        with pytest.raises(CommandRefused):
            b.command(9)
        if step != "command":
            getattr(a, step)("S1")
    for unit in (a, b):
        unit.command(9)
        assert unit.state == 2
        unit.command(1)
        assert unit.state == 4
        unit.command(2)
    line.run(20)
    assert a.state in (5, 6)
    assert line.result().entered == line.result().good + line.wip


def test_the_operator_of_the_line_file_recovers_the_zone() -> None:
    spec = line_of(
        machine("A", 1.0),
        machine("B", 1.0),
        events=[{"at": 5, "unit": "B", "trip": "S1"}],
        operators={"response": 60},
    )
    line = Line(spec)
    line.run(64)
    assert line.units["A"].state == 9
    line.run(66)
    assert line.units["A"].state == 6
    line.run(166)
    assert line.result().good == pytest.approx(105, abs=3)


SLOW = {"aborting": 1, "clearing": 2, "resetting": 3, "stopping": 1}


@pytest.mark.parametrize(
    ("zone", "more"),
    [("line", {"events": [{"at": 5, "unit": "B", "trip": "S1"}, {"at": 60, "unit": "B", "recover": "zone"}]}),
     ("line", {"events": [{"at": 5, "unit": "B", "trip": "S1"}], "operators": {"response": 55}}),
     ("other", {"events": [{"at": 5, "unit": "B", "trip": "S1"}, {"at": 60, "unit": "B", "recover": "zone"}]})],
)  # fmt: skip
@pytest.mark.parametrize("slow", [False, True])
def test_a_zone_is_recovered_also_where_clearing_and_resetting_take_their_time(
    zone: str, more: dict[str, Any], slow: bool
) -> None:
    transients = SLOW if slow else {}
    spec = line_of(machine("A", 1.0, zone=zone), machine("B", 1.0, transients=transients), machine("C", 1.0), **more)
    line = Line(spec)
    a, b, c = line.units.values()
    line.run(59)
    assert (a.state, b.state, c.state) == (9 if zone == "line" else 5, 9, 9)
    line.run(60)
    assert (c.state, b.state) == (6, 1 if slow else 6)
    line.run(250)
    assert {unit.state for unit in (a, b, c)} <= {5, 6}
    assert line.result().good > 70
    assert_conserved(line)


HOLDS: dict[str, Any] = {"safety": [{"id": "S9", "reaction": "hold"}]}
TRIP = {"at": 10, "unit": "A", "trip": "S9"}


def test_an_operator_comes_again_to_a_unit_held_for_safety_until_its_planned_stop_is_over() -> None:
    stops = [{"name": "check", "from": "15 s", "for": "100 s", "units": ["A"]}]
    spec = line_of(
        machine("A", 1.0, **HOLDS), events=[TRIP], operators={"response": 10}, calendar={"stops": stops}
    )  # fmt: skip
    line = Line(spec)
    unit = line.units["A"]
    line.run(112)
    assert (unit.state, unit.cause) == (11, 5)
    line.run(126)
    assert unit.state == 6
    assert line.result().operators == (110,)


@pytest.mark.parametrize(
    "more",
    [{"events": [TRIP], "operators": {"response": 10}},
     {"events": [TRIP, {"at": 20, "unit": "A", "recover": "zone"}]}],
)  # fmt: skip
def test_a_unit_held_for_safety_is_recovered_also_where_holding_takes_its_time(more: dict[str, Any]) -> None:
    line = Line(line_of(machine("A", 1.0, transients={"holding": 20}, **HOLDS), **more))
    unit = line.units["A"]
    line.run(29)
    assert (unit.state, unit.cause) == (10, 5)
    line.run(41)
    assert unit.state == 6


def test_recovering_at_a_time_ends_where_a_lock_refuses_it() -> None:
    events = [
        {"at": 5, "unit": "B", "trip": "S1"},
        {"at": 6, "unit": "A", "command": 3},
        {"at": 9, "unit": "A", "recover": "zone"},
    ]
    line = Line(
        line_of(machine("A", 1.0), machine("B", 1.0, sensors={"door": {"trip": 1, "function": "S1"}}), events=events)
    )
    line.run(8)
    line.units["B"].set_sensor("door", None)
    line.run(60)
    assert [unit.state for unit in line.units.values()] == [9, 9]


def test_a_lost_vapour_sensor_trips_its_function_and_can_not_be_reset_before_it_is_back() -> None:
    sensor = {"value": 0, "warn": 10, "trip": 25, "function": "S5", "warn_alarm": 50}
    safety = [{"id": "S5", "alarm": 905}]
    line = Line(line_of(machine("A", 1.0, sensors={"lel": sensor}, safety=safety)))
    unit = line.units["A"]
    unit.set_sensor("lel", 12)
    assert ([a.number for a in unit.alarms.active], unit.state) == ([50], 6)
    unit.set_sensor("lel", None)
    assert (unit.state, unit.safety.status["S5"]) == (9, "tripped")
    unit.release("S5")
    with pytest.raises(CommandRefused):
        unit.reset_device("S5")
    unit.set_sensor("lel", 1)
    unit.reset_device("S5")
    unit.command(9)


def test_lock_out_refuses_start_only() -> None:
    line = Line(line_of(machine("A", 1.0)), start=False)
    unit = line.units["A"]
    unit.trip("S3")
    unit.command(1)
    with pytest.raises(CommandRefused, match="lock"):
        unit.command(2)


def test_transient_states_last_as_long_as_the_file_says() -> None:
    spec = line_of(machine("A", 1.0, transients={"resetting": 2, "starting": 3, "clearing": 1}))
    line = Line(spec, start=False)
    unit = line.units["A"]
    unit.command(1)
    assert unit.state == 15
    line.run(2)
    unit.command(2)
    assert unit.state == 3
    line.run(5)
    assert unit.state == 6
    assert unit.state_times[(15, 1)] == 2


def test_another_transition_table_takes_effect() -> None:
    table = {k: v for k, v in default_transitions().items() if k != (6, 4)}
    line = Line(line_of(machine("A", 1.0)), transitions=table)
    line.run(0.5)
    with pytest.raises(CommandRefused):
        line.units["A"].command(4)


def test_recipes_parameters_modes_and_speed_are_refused_out_of_range_or_state() -> None:
    spec = line_of(machine("A", 1.0, recipes=[1, 2], parameters={"mass": {"value": 5, "low": 1, "high": 9}}))
    line = Line(spec)
    unit = line.units["A"]
    for refused in (
        lambda: unit.select_recipe(2),
        lambda: unit.set_mode(2),
        lambda: unit.set_speed(float("nan")),
        lambda: unit.set_parameter("mass", 10),
        lambda: unit.set_parameter("none", 1),
        lambda: unit.acknowledge(3),
    ):
        with pytest.raises(CommandRefused):
            refused()
    unit.command(3)
    unit.select_recipe(2)
    unit.set_mode(2)
    unit.set_parameter("mass", 6)
    assert (unit.recipe, unit.mode, unit.parameters) == (2, 2, {"mass": 6.0})


def test_speed_acts_from_the_next_service_on() -> None:
    line, rows = logged(line_of(machine("A", 2.0)), 1.0)
    line.units["A"].set_speed(0.5)
    line.run(10)
    assert times(rows, 0, Kind.END) == [2.0, 6.0, 10.0]


def test_a_changeover_precedes_the_first_item_of_another_recipe() -> None:
    plan = [{"recipe": 1, "count": 2}, {"recipe": 2, "count": 1}]
    line, rows = logged(line_of(machine("A", 1.0, changeover=10, recipes=[1, 2]), plan=plan), 30)
    assert times(rows, 0, Kind.END) == [1, 2, 13, 24, 25]
    assert line.result().unit("A").setup_s == 30


def test_trays_start_full_and_leave_one_by_one() -> None:
    _, rows = logged(line_of(machine("A", 1.0), machine("F", 10.0, slots=8, tray=4, transfer_s=0.5)), 24.0)
    assert times(rows, 1, Kind.START)[:2] == [4.0, 8.0]
    assert times(rows, 1, Kind.LEAVE)[:5] == [14.5, 15.0, 15.5, 16.0, 18.5]


def test_records_tell_what_each_unit_did_to_an_item() -> None:
    values = {"mass": {"mean": 180, "sd": 0.5}}
    spec = line_of(machine("A", 36.0, process_values=values, energy_w={"execute": 1000}), conveyor("AB"))
    line = Line(spec, live=True)
    line.run(36.0)
    record = line.units["A"].last_item
    assert record is not None
    assert (record.item_id, record.start, record.end, record.grade) == ("test-000000001", 0.0, 36.0, "A")
    assert record.energy_wh == pytest.approx(10.0)
    assert 176 < record.process_values["mass"] < 184
    again = Line(spec, live=True)
    again.run(36.0)
    assert again.units["A"].last_item == record
    assert line.units["A"].energy_wh == pytest.approx(10.0)


def test_a_unit_offers_the_whole_view() -> None:
    unit = Line(line_of(machine("A", exponential(1)))).units["A"]
    view: UnitView = unit
    names = set(UnitView.__annotations__) | {n for n in vars(UnitView) if not n.startswith("_")}
    assert [n for n in sorted(names) if not hasattr(view, n)] == []


def test_the_longest_line_allowed_hands_over_in_one_cascade() -> None:
    units = [machine(f"M{i}", 1.0, transfer_s=0) for i in range(199)]
    line = Line(line_of(*units, machine("Z", 50.0)))
    line.run(1000)
    result = line.result()
    assert result.wip == 200
    assert result.good == 16


def test_a_table_without_suspended_leaves_a_starved_unit_in_execute() -> None:
    table = {k: v for k, v in default_transitions().items() if k != (6, 6)}
    line = Line(line_of(machine("A", 5.0), machine("B", 1.0)), transitions=table)
    line.run(8)
    assert line.units["B"].state == 6


def test_a_table_with_an_endless_acting_state_is_refused() -> None:
    table = {k: v for k, v in default_transitions().items() if k != (10, "done")}
    with pytest.raises(ValueError, match="10"):
        Line(line_of(machine("A", 5.0)), transitions=table)


def test_the_account_of_time_does_not_depend_on_how_often_it_is_asked_for() -> None:
    """To the last digit and in its order, because sums of it are compared between a served run and a batch run."""
    spec = line_of(machine("A", exponential(1.0), failures=[{"mtbf": 5, "mttr": 2}]), machine("B", exponential(1.0)))
    often, once = Line(spec), Line(spec)
    for tenth in range(1, 500):
        often.run(tenth / 10)
        asked = often.units["A"].seconds()
        assert sum(asked.values()) == pytest.approx(tenth / 10)
        assert min(asked.values()) > 0
    once.run(49.9)
    told = once.units["A"].seconds()
    assert len(told) > 2
    assert list(often.units["A"].seconds().items()) == list(told.items())
