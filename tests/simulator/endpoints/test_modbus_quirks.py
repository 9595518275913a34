"""Quirks of the Modbus endpoint, as far as no check of the suite meets them by itself."""

from __future__ import annotations

import time

import pytest
from virtual_mock import VirtualMock

from profiles import load_profile
from simulator.endpoints.modbus import ModbusEndpoint

READ_MAP = bytes([4, 0, 0, 0, 8])  # magic, version, word order: constants


def test_what_has_not_changed_is_not_torn_when_the_quirk_is_switched_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "monotonic", lambda: 0.0)
    endpoint = ModbusEndpoint(VirtualMock(load_profile("conveyor"), "M1").equipment)
    constants = endpoint.answer(READ_MAP, "peer")
    endpoint.set_quirks(torn_registers=True)
    assert endpoint.answer(READ_MAP, "peer") == constants
