"""Checks of states, alarms, safety and recipes: a good unit passes, a wrong one fails, for the reason that is wrong.

The unit is written by hand (``scripted_unit``), so that checks and simulator cannot be wrong together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import pytest
from bench_context import verdict
from scripted_unit import ScriptedUnit

from conformance.checks.machine_helpers import passed
from conformance.context import Reading
from conformance.registry import load_checks
from profiles import Profile, load_profile
from profiles.model import Protocol

Lies = Mapping[str, Callable[[Any], Any]]


@cache
def stacking() -> Profile:
    return load_profile("stacking")


async def outcome(requirement: str, *wrong: str, lies: Lies | None = None) -> tuple[str, list[str]]:
    profile = stacking()
    row = profile.requirement(requirement)
    return await verdict(load_checks()[str(row.check)], row, ScriptedUnit(profile, *wrong, lies=lies))


WRONG: list[tuple[str, tuple[str, ...], Lies]] = [
    ("STA-STATE-001", (), {"state.unit_state": lambda v: 0 if v == 2 else v}),
    ("STA-ITEM-001", (), {"state.item_state": lambda v: 2}),
    ("STA-RESET-001", ("swallows reset",), {}),
    ("STA-START-001", ("swallows start",), {}),
    ("STA-STOP-001", ("swallows stop",), {}),
    ("STA-HOLD-001", ("swallows unhold",), {}),
    ("STA-ABORT-001", ("swallows abort",), {}),
    ("STA-COMMAND-001", ("anything goes",), {}),
    ("STA-COMMAND-003", ("unlimited",), {}),
    ("STA-COMMAND-004", (), {"command.accepted": lambda v: 1}),
    ("STA-COMMAND-005", (), {"command.refused": lambda v: 1}),
    ("STA-CAUSE-001", (), {"state.starved": lambda v: False}),
    ("STA-CAUSE-003", (), {"state.cause": lambda v: 6 if v == 3 else v}),
    ("STA-CAUSE-004", ("forgiving",), {}),
    ("STA-REASON-001", (), {"state.stop_reason": lambda v: 0}),
    ("STA-TIME-001", (), {"state.time_in_state": lambda v: 7.0}),
    ("STA-TIME-002", (), {"state.time_standby": lambda v: 7}),
    ("STA-SPEED-002", (), {"state.speed_actual": lambda v: 20.0}),
    ("ALM-WORD-001", (), {"alarm.active_4": lambda v: 0x8000}),
    ("ALM-RAISE-001", (), {"alarm.active_0": lambda v: v >> 1}),
    ("ALM-COUNT-001", (), {"alarm.active_count": lambda v: min(v, 1)}),
    ("ALM-SUMMARY-002", (), {"alarm.highest_severity": lambda v: v // 10}),
    ("ALM-LATCH-001", ("unlatched",), {}),
    ("ALM-ACK-001", ("swallows acknowledge",), {}),
    ("SAF-DEVICE-001", (), {"device.guard_switch": lambda v: False}),
    ("SAF-SIGNAL-001", (), {"safety.all_ok": lambda v: False}),
    ("SAF-REMOTE-001", ("writable",), {}),
    ("SAF-REMOTE-002", ("forgiving",), {}),
    ("SAF-REMOTE-003", ("forgiving",), {}),
    ("SAF-RESET-001", (), {"safety.reset_required": lambda v: False}),
    ("SAF-RESTART-001", ("restarts",), {}),
    ("SAF-ESTOP-001", ("deaf",), {}),
    ("SAF-ESTOP-003", (), {"state.cause": lambda v: 0 if v == 5 else v}),
    ("SAF-LAMP-001", (), {"lamp.green": lambda v: True}),
    ("SAF-LAMP-002", (), {"lamp.red": lambda v: False}),
    ("SAF-LAMP-003", (), {"lamp.yellow": lambda v: False}),
    ("REC-ACTIVE-001", (), {"recipe.name": lambda v: ""}),
    ("REC-SELECT-002", ("keeps parameters",), {}),
    ("REC-SELECT-004", ("at any time",), {}),
    ("REC-PARAM-001", (), {"parameter.sheet_time": lambda v: 0.25}),
    ("REC-PARAM-002", ("unlimited",), {}),
    ("REC-PARAM-003", ("at any time",), {}),
    ("REC-TRACE-001", (), {"recipe.modified": lambda v: False}),
    ("REC-TRACE-002", (), {"recipe.revision": lambda v: 1}),
]


@pytest.mark.parametrize("requirement", [case[0] for case in WRONG])
async def test_a_good_unit_passes(requirement: str) -> None:
    assert await outcome(requirement) == ("pass", [])


@pytest.mark.parametrize(("requirement", "wrong", "lies"), WRONG, ids=[case[0] for case in WRONG])
async def test_a_wrong_unit_fails(requirement: str, wrong: tuple[str, ...], lies: Lies) -> None:
    found, why = await outcome(requirement, *wrong, lies=lies)
    assert found == "fail", why
    assert why


def test_the_time_between_two_looks_lies_between_what_question_and_answer_allow() -> None:
    def look(asked: float, answered: float) -> Reading:
        return Reading("x", Protocol.OPCUA, 1, True, "Good", answered, (answered - asked) / 2)

    assert passed([look(0, 1)], [look(10, 14)]) == (9, 14)
    assert passed([look(0, 1), look(1, 2)], [look(10, 11), look(11, 14)]) == (8, 14)
