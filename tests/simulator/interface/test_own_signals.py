"""A profile of one's own may have signals that no part of the simulation knows: they are served, with a value at rest."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from warpbench import NOT_APPLICABLE, Mock, exceptions

from profiles import load_profile
from profiles.model import Signal
from simulator.interface.projection import at_rest

OWN = """
profile: my_stacking
version: 1.0.0
extends: stacking
title: {en: Stacking machine of plant 7, ja: 第7工場 積層機}
signals:
  process.vacuum:
    title: {en: Gripper vacuum, ja: 吸着真空度}
    type: float32
    unit: kPa
    range: [20, 101.3]
    update_ms: 200
    opcua: {path: "s:Process/s:Vacuum"}
    modbus: {table: input, address: 410}
"""


def test_a_mock_of_such_a_profile_conforms_to_it(tmp_path: Path) -> None:
    path = tmp_path / "my_stacking.yaml"
    path.write_text(OWN, encoding="utf-8")
    with Mock(str(path)) as mock:
        assert mock.unit.equipment.value("process.vacuum") == 20.0
        found, _ = mock.findings(only=["claims", "consistency", "ID-PROFILE"])
    assert exceptions(found, NOT_APPLICABLE["stacking"]) == {}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("state.unit_state", 1),
        ("identity.location", ""),
        ("comm.clock", datetime(1970, 1, 1, tzinfo=UTC)),
        ("test.permit", False),
    ],
)
def test_a_value_at_rest_is_one_that_the_signal_may_have(name: str, value: object) -> None:
    signal: Signal = load_profile("stacking").signals[name]
    assert at_rest(signal) == value
    assert signal.enum is None or at_rest(signal) in signal.enum


@pytest.mark.parametrize("profile", NOT_APPLICABLE)
def test_every_signal_of_a_bundled_profile_is_driven(profile: str) -> None:
    with Mock(profile) as mock:
        assert set(mock.unit.equipment._projection.driven(0.0)) == set(mock.profile.signals)
