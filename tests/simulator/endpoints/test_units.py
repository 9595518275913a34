"""Engineering units, by examples of OPC 10000-8 and UNECE Recommendation 20."""

import pytest

from profiles import load_profile, profile_names
from profiles.units import NAMESPACE
from simulator.endpoints.units import engineering_unit


@pytest.mark.parametrize(
    ("ucum", "number", "symbol"),
    [
        ("Cel", 4408652, "°C"),
        ("mm", 5066068, "mm"),
        ("s", 5457219, "s"),
        ("%", 20529, "%"),
        ("1", 4404786, "1"),
        ("K/s", 4600114, "K/s"),
    ],
)
def test_a_unit_has_the_number_of_its_unece_code(ucum, number, symbol):
    unit = engineering_unit(ucum)
    assert (unit.NamespaceUri, unit.UnitId, unit.DisplayName.Text) == (NAMESPACE, number, symbol)


def test_an_unknown_unit_keeps_its_ucum_code():
    unit = engineering_unit("mol/L")
    assert (unit.UnitId, unit.DisplayName.Text) == (-1, "mol/L")


@pytest.mark.parametrize("profile", profile_names())
def test_the_units_of_the_packs_are_known(profile):
    units = {signal.unit for signal in load_profile(profile).signals.values() if signal.unit is not None}
    assert {unit for unit in units if engineering_unit(unit).UnitId <= 0} == set()
