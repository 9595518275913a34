"""Engineering units, by examples of OPC 10000-8 and UNECE Recommendation 20."""

import pytest

from simulator.endpoints.units import UNECE, engineering_unit, unit_id


@pytest.mark.parametrize(
    ("ucum", "number", "symbol"),
    [("Cel", 4408652, "°C"), ("mm", 5066068, "mm"), ("s", 5457219, "s"), ("%", 20529, "%"), ("1", 4404786, "1")],
)
def test_a_unit_has_the_number_of_its_unece_code(ucum, number, symbol):
    unit = engineering_unit(ucum)
    assert (unit.NamespaceUri, unit.UnitId, unit.DisplayName.Text) == (UNECE, number, symbol)


def test_the_number_is_the_code_read_as_big_endian_bytes():
    assert unit_id("C81") == 0x433831


def test_an_unknown_unit_keeps_its_ucum_code():
    unit = engineering_unit("mol/L")
    assert (unit.UnitId, unit.DisplayName.Text) == (-1, "mol/L")


@pytest.mark.parametrize(
    "ucum",
    [
        "s",
        "ms",
        "mm",
        "m",
        "g",
        "kg",
        "Cel",
        "V",
        "mV",
        "A",
        "Ah",
        "W",
        "kW",
        "W.h",
        "kW.h",
        "%",
        "1",
        "Ohm",
        "mOhm",
        "m/s",
        "1/min",
        "Pa",
        "kPa",
        "[ppm]",
    ],
)
def test_the_units_of_the_packs_are_known(ucum):
    assert engineering_unit(ucum).UnitId > 0
