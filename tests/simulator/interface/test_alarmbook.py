"""The conditions of a unit: the same objects until one of them has changed, and then all that has changed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from virtual_mock import VirtualMock

from profiles import load_profile
from simulator.interface.equipment import Condition

PROFILE = load_profile("stacking")
LATCHED = next(n for n, a in PROFILE.alarms.items() if a.latched and a.reaction == "warn")


@pytest.fixture
def mock() -> VirtualMock:
    made = VirtualMock(PROFILE, "M")
    made.start()
    return made


def test_conditions_are_made_anew_only_when_one_has_changed(mock: VirtualMock) -> None:
    book = mock.equipment.alarms
    acts: list[Callable[[], object]] = [  # each of which a client sees
        lambda: mock.unit.raise_alarm(LATCHED),
        lambda: mock.equipment.acknowledge(LATCHED, "seen", "test"),
        lambda: mock.equipment.confirm(LATCHED, "done", "test"),
        lambda: mock.unit.clear_alarm(LATCHED),
        lambda: mock.unit.raise_alarm(LATCHED),
        lambda: (mock.unit.clear_alarm(LATCHED), mock.faults.switch("alarms.not_latched", True)),
    ]
    for act in acts:
        before = book.conditions()
        assert book.conditions() is before
        mock.advance(mock.now + 1)
        act()
        after = book.conditions()
        assert after == [book.condition(number) for number in PROFILE.alarms]
        assert [a.number for a, b in zip(after, before, strict=True) if a != b] == [LATCHED]


def test_listeners_are_told_of_each_change_once(mock: VirtualMock) -> None:
    told: list[Condition] = []
    mock.equipment.subscribe_conditions(told.append)
    mock.unit.raise_alarm(LATCHED)
    for _ in range(3):
        mock.equipment.tick()
    mock.equipment.acknowledge(LATCHED, "seen", "test")
    for _ in range(3):
        mock.equipment.tick()
    assert [(c.number, c.active, c.acked, c.comment) for c in told] == [
        (LATCHED, True, False, ""), (LATCHED, True, True, "seen"),
    ]  # fmt: skip
