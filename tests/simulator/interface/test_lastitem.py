"""The record of the last item as signals: sequence, recipe revision, derived values, what a unit without recipes shows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from profiles import load_profile
from simulator.interface.lastitem import LastItem
from simulator.line.item import ItemRecord

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


def record(**changes: Any) -> ItemRecord:
    plain = {"item_id": "X1", "unit": "M1", "start": 10.0, "end": 13.0004567, "recipe": 2, "lot": "L7"}
    return ItemRecord(**{**plain, **changes})


def last_item(profile: str, shown: ItemRecord | None, recorded: int = 1) -> LastItem:
    unit: Any = SimpleNamespace(last_item=shown, recorded=recorded)
    return LastItem(load_profile(profile), unit, lambda t: EPOCH + timedelta(seconds=t))


def test_a_record_in_signals() -> None:
    made = record(energy_wh=1.5, grade="R", quality=2, kind=1, alarm=10)
    values = last_item("stacking", made).values(20.0, revision=4)
    assert {k: v for k, v in values.items() if k.startswith("item.")} == {
        "item.seq_before": 1, "item.seq_after": 1, "item.values_sequence": 1,
        "item.id": "X1", "item.lot": "L7", "item.recipe": 2, "item.recipe_revision": 4,
        "item.quality": 2, "item.kind": 1, "item.grade": 9, "item.alarm": 10, "item.energy": 1.5,
        "item.started_at": datetime(2026, 1, 1, 0, 0, 10, tzinfo=UTC),
        "item.finished_at": datetime(2026, 1, 1, 0, 0, 13, tzinfo=UTC),  # whole milliseconds
        "item.duration": pytest.approx(3.0004567),
    }  # fmt: skip


def test_before_the_first_item_everything_is_empty() -> None:
    values = last_item("stacking", None, 0).values(0.0, revision=1)
    assert (values["item.seq_before"], values["item.id"], values["item.quality"]) == (0, "", 0)
    assert values["process.stack_thickness"] == 0.0


def test_every_signal_of_the_record_has_a_value_and_no_other_is_made_up() -> None:
    for name in ("stacking", "tab_welding", "electrolyte_filling", "formation_eol"):
        profile = load_profile(name)
        for shown in (None, record(process_values=dict.fromkeys(profile.process_values, 1.0))):
            known = {s for s in profile.signals if s.startswith("item.")} | set(profile.process_values)
            assert set(last_item(name, shown).values(0.0, 1)) == known


@pytest.mark.parametrize(("recorded", "sequence"), [(1, 1), (65535, 65535), (65536, 1), (65537, 2)])
def test_the_sequence_number_is_never_0_again(recorded: int, sequence: int) -> None:
    assert last_item("stacking", record(), recorded).values(0.0, 1)["item.seq_after"] == sequence


def test_the_revision_is_that_of_the_beginning() -> None:
    item = last_item("stacking", record(start=10.0))
    for now, revision in ((0.0, 1), (9.0, 2), (12.0, 3)):
        item.values(now, revision)
    assert item.values(13.0, revision=3)["item.recipe_revision"] == 2


def test_a_weighing_is_the_sum_of_the_other_and_the_filling() -> None:
    measured = {"process.mass_before": 1000.0, "process.electrolyte_mass": 180.5, "process.mass_after": 7.0}
    values = last_item("electrolyte_filling", record(process_values=measured)).values(0.0, 1)
    assert values["process.mass_after"] == 1180.5


def test_the_second_open_circuit_voltage_is_the_first_less_the_drop() -> None:
    measured = {"process.ocv1": 3.3, "process.ocv2": 3.0, "process.voltage_drop": 2.5}
    values = last_item("formation_eol", record(process_values=measured)).values(0.0, 1)
    assert values["process.ocv2"] == pytest.approx(3.2975)


def test_tray_position_and_channel_are_those_of_the_record() -> None:
    measured = {"process.tray_number": 5e5, "process.tray_position": 32.0, "process.channel": 3e4}
    made = record(process_values=measured, tray=3, position=64, channel=128)
    values = last_item("formation_eol", made).values(0.0, 1)
    assert [values[f"process.{n}"] for n in ("tray_number", "tray_position", "channel")] == [3, 64, 128]


def test_a_value_beyond_its_range_stops_at_it() -> None:
    values = last_item("stacking", record(process_values={"process.alignment_error": -0.2})).values(0.0, 1)
    assert values["process.alignment_error"] == 0


def test_a_conveyor_has_no_recipe_and_no_grade() -> None:
    values = last_item("conveyor", record(recipe=1)).values(0.0, 1)
    assert (values["item.recipe"], values["item.recipe_revision"], values["item.grade"]) == (0, 0, 0)


def test_an_alarm_that_the_profile_does_not_have_is_none() -> None:
    assert last_item("stacking", record(alarm=901)).values(0.0, 1)["item.alarm"] == 0
