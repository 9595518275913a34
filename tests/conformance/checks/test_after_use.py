"""Checks meet equipment that has been used: what an operator did before is no finding."""

from __future__ import annotations

import pytest
from warpbench import Mock


@pytest.mark.parametrize("requirement", ["MOD-MASK-001", "MOD-ECHO-001", "MOD-WRITE-004"])
def test_a_register_that_holds_the_last_acknowledgement(requirement: str) -> None:
    with Mock("conveyor") as mock:
        number = min(mock.profile.alarms)
        mock.unit.equipment.act("alarm_raise", number=number)
        mock.unit.equipment.write({"alarm.acknowledge": number}, "operator")
        mock.unit.equipment.act("alarm_clear", number=number)
        assert mock.unit.equipment.value("alarm.acknowledge") == number
        found, _ = mock.findings(only=[requirement])
    assert (found[requirement].verdict, found[requirement].reason) == ("pass", "")
