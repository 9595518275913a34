"""Production data in the map: whole blocks that one read takes, on both protocols, with the options that may leave them out."""

from __future__ import annotations

from itertools import pairwise

import pytest

from profiles import Profile, load_profile

UNITS = ("stacking", "tab_welding", "electrolyte_filling", "formation_eol", "conveyor")


@pytest.fixture(params=UNITS)
def profile(request: pytest.FixtureRequest) -> Profile:
    return load_profile(request.param)


def span(profile: Profile, name: str) -> tuple[int, int]:
    signal = profile.signals[name]
    assert signal.modbus is not None
    return signal.modbus.address, signal.modbus.address + signal.registers


def test_counters_and_record_are_on_both_protocols(profile: Profile) -> None:
    for name, signal in profile.signals.items():
        if name.startswith(("production.", "item.")):
            assert signal.opcua is not None and signal.modbus is not None, name


def test_the_record_lies_between_its_sequence_numbers(profile: Profile) -> None:
    names = [s.id for s in profile.signals.values() if s.modbus is not None and s.modbus.group == "item"]
    spans = sorted(span(profile, name) for name in names)
    assert spans[0] == span(profile, "item.seq_before") == (180, 181)
    assert spans[-1] == span(profile, "item.seq_after") == (223, 224)
    assert all(one[1] == other[0] for one, other in pairwise(spans))


def test_the_number_of_the_process_values_lies_before_them() -> None:
    for name in UNITS[:4]:
        profile = load_profile(name)
        assert span(profile, "item.values_sequence")[1] == min(span(profile, p)[0] for p in profile.process_values)


def test_records_belong_to_traceability_and_energy_to_metering(profile: Profile) -> None:
    for name, signal in profile.signals.items():
        if name.startswith("item."):
            assert signal.option == ("energy" if name == "item.energy" else "traceability"), name
