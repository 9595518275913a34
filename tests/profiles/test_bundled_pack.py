"""The bundled pack: five machines of a cell line, their maps, thresholds, devices and recipes."""

from __future__ import annotations

import pytest

from profiles import Profile, load_profile, profile_names
from profiles.lint import lint
from profiles.model import Access, SafetyFunction, Source, Table, Trust
from profiles.units import UNITS

MACHINES = ("stacking", "tab_welding", "electrolyte_filling", "formation_eol")
UNITS_OF_THE_LINE = (*MACHINES, "conveyor")
BASE = load_profile("equipment")


@pytest.fixture(params=UNITS_OF_THE_LINE)
def profile(request: pytest.FixtureRequest) -> Profile:
    return load_profile(request.param)


def own_signals(profile: Profile, prefix: str) -> list[tuple[str, Table, int, int]]:
    """(id, table, first address, last address) of the signals that a profile adds to the base."""
    return [
        (s.id, s.modbus.table, s.modbus.address, s.modbus.address + s.registers - 1)
        for s in profile.signals.values()
        if s.modbus is not None and s.id.startswith(prefix) and s.id not in BASE.signals
    ]


def test_it_has_these_profiles() -> None:
    assert set(profile_names()) == {"equipment", "machine", *UNITS_OF_THE_LINE}
    assert [n for n in profile_names() if load_profile(n).spec.abstract] == ["equipment", "machine"]


def test_kinds_and_ancestors() -> None:
    for name in MACHINES:
        loaded = load_profile(name)
        assert (loaded.spec.kind, loaded.ancestors) == ("machine", ("equipment", "machine", name))
    conveyor = load_profile("conveyor")
    assert (conveyor.spec.kind, conveyor.ancestors, conveyor.recipes) == ("conveyor", ("equipment", "conveyor"), {})


def test_it_says_that_it_is_our_own_reading(profile: Profile) -> None:
    assert "not BASC's text" in profile.basis.statement.en
    assert "no safety validation" in profile.basis.statement.en
    assert profile.basis.sources


def test_lint_finds_nothing(profile: Profile) -> None:
    assert lint(profile) == []


def test_signals_lie_in_their_blocks(profile: Profile) -> None:
    blocks = {
        "parameter.": (Table.HOLDING, 50, 99), "device.": (Table.DISCRETE, 85, 119), "safety.": (Table.DISCRETE, 67, 79),
    }  # fmt: skip
    for prefix, (table, first, last) in blocks.items():
        for name, where, low, high in own_signals(profile, prefix):
            assert (where, first <= low <= high <= last) == (table, True), name
    for name, where, low, high in own_signals(profile, "process."):
        assert where is Table.DISCRETE or (where is Table.INPUT and 400 <= low <= high < 900), name


def test_every_unit_has_a_code(profile: Profile) -> None:
    assert {s.unit for s in profile.signals.values() if s.unit} <= set(UNITS)


def test_every_number_that_is_measured_or_set_has_unit_and_range(profile: Profile) -> None:
    for name in (*profile.parameters, *profile.process_values):
        signal = profile.signals[name]
        assert signal.range is not None, name
        assert signal.unit is not None or signal.type in ("uint16", "uint32"), name


@pytest.mark.parametrize("name", MACHINES)
def test_machines_have_recipes_that_differ(name: str) -> None:
    recipes = load_profile(name).recipes
    assert list(recipes) == list(range(1, len(recipes) + 1))
    assert 2 <= len(recipes) <= 3
    values = [tuple(sorted(r.values.items())) for r in recipes.values()]
    assert len(set(values)) == len(values)


@pytest.mark.parametrize("name", MACHINES)
def test_parameters_are_written_with_the_option_recipes(name: str) -> None:
    loaded = load_profile(name)
    assert loaded.parameters
    for parameter in loaded.parameters:
        signal = loaded.signals[parameter]
        assert (signal.access, signal.option) == (Access.READ_WRITE, "recipes")


def test_own_alarms_have_the_numbers_40_to_79(profile: Profile) -> None:
    own = {number for number in profile.alarms if number not in BASE.alarms}
    assert own and min(own) >= 40 and max(own) <= 79
    assert {n: a for n, a in profile.alarms.items() if n < 40} == dict(BASE.alarms)


def test_every_safety_function_and_device_has_a_source(profile: Profile) -> None:
    for entry in (*profile.safety.values(), *profile.devices.values()):
        assert entry.source, entry.id


def test_what_has_no_public_source_is_tagged_as_assumed() -> None:
    for entry in (*load_profile("formation_eol").safety.values(), *load_profile("formation_eol").devices.values()):
        for source in entry.source:
            if source.ref.startswith("our "):
                assert source.trust is Trust.S, entry.id


def test_the_base_safety_functions_stand_first_and_unchanged(profile: Profile) -> None:
    """A check that looks for the first S1, S2 or S3 finds the common one."""
    assert list(profile.safety)[:4] == ["emergency_stop", "guard", "lockout", "earth_leakage"]
    assert all(profile.safety[name] == function for name, function in BASE.safety.items())


# From the safety reading: function, its kind, the measured signal, the limit, the reaction.
LIMITS = [
    ("electrolyte_filling", "vapour_warning", "S5", "process.vapour_concentration", 10, "warn"),
    ("electrolyte_filling", "vapour", "S5", "process.vapour_concentration", 25, "abort"),
    ("electrolyte_filling", "dew_point_hold", "S6", "process.dew_point", -40, "hold"),
    ("electrolyte_filling", "dew_point", "S6", "process.dew_point", -35, "stop"),
    ("formation_eol", "cell_temperature_warning", "S7", "process.cell_temperature", 50, "warn"),
    ("formation_eol", "cell_temperature", "S7", "process.cell_temperature", 60, "abort"),
    ("formation_eol", "evacuation", "S7", "process.cell_temperature", 70, "abort"),
    ("formation_eol", "temperature_rate", "S7", "process.temperature_rate", 1, "abort"),
    ("formation_eol", "over_voltage", "S7", "process.cell_voltage", 4.25, "abort"),
    ("formation_eol", "soc_storage", "S9", "process.state_of_charge", 60, "hold"),
    ("formation_eol", "soc_shipping", "S9", "process.state_of_charge", 30, "warn"),
]


@pytest.mark.parametrize(
    ("name", "function", "kind", "signal", "limit", "reaction"), LIMITS, ids=[x[1] for x in LIMITS]
)
def test_limits_are_those_of_the_safety_reading(
    name: str, function: str, kind: str, signal: str, limit: float, reaction: str
) -> None:
    found: SafetyFunction = load_profile(name).safety[function]
    assert (found.function, found.trigger.signal, found.trigger.above) == (kind, signal, limit)
    assert found.reaction == reaction
    assert found.fail_safe_sensor, "a lost sensor counts as the limit being passed"


def test_over_voltage_lies_50_millivolts_above_the_highest_end_voltage() -> None:
    formation = load_profile("formation_eol")
    highest = formation.signals["parameter.charge_voltage"].range
    above = formation.safety["over_voltage"].trigger.above
    assert highest is not None and above is not None
    assert above == pytest.approx(highest[1] + 0.05)


def test_no_recipe_charges_beyond_the_over_current_limit_or_ships_too_full() -> None:
    formation = load_profile("formation_eol")
    for parameter in ("parameter.charge_current", "parameter.discharge_current"):
        assert formation.signals[parameter].range[1] < formation.safety["over_current"].trigger.above  # type: ignore[index,operator]
    assert formation.signals["parameter.shipping_soc"].range[1] <= formation.safety["soc_shipping"].trigger.above  # type: ignore[index,operator]


def test_formation_takes_trays() -> None:
    formation = load_profile("formation_eol")
    assert formation.handover.item_kinds[2] == "Tray"
    assert {"process.tray_number", "process.tray_position", "process.channel"} <= set(formation.process_values)


def test_required_devices_of_the_device_examples_are_listed() -> None:
    filling = {"vapour_detector", "exhaust", "leak_tray_sensor", "shut_off_valve", "dew_point_meter"}
    formation = {
        "cell_temperature_sensor",
        "smoke_detector",
        "thermal_camera",
        "channel_contactor",
        "fire_suppression",
        "quarantine",
    }
    assert filling <= set(load_profile("electrolyte_filling").devices)
    assert formation <= set(load_profile("formation_eol").devices)
    for name in UNITS_OF_THE_LINE:
        assert {"emergency_stop", "main_switch", "guard_switch", "light_tower", "earth_leakage_breaker"} <= set(
            load_profile(name).devices
        )


def test_texts_of_one_profile_are_not_mixed_up(profile: Profile) -> None:
    """Two signals, alarms or devices with one title in either language are hard to tell apart on a panel."""
    for section in (profile.signals, profile.devices, profile.safety):
        for language in ("en", "ja"):
            titles = [entry.title.in_language(language) for entry in section.values()]
            assert len(titles) == len(set(titles)), sorted({t for t in titles if titles.count(t) > 1})


def test_sources_name_something() -> None:
    assert all(isinstance(s, Source) and len(s.ref) > 3 for s in BASE.basis.sources)
