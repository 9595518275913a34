"""Engineering units against hand-picked rows of UNECE Recommendation 20 and of OPC 10000-8."""

from __future__ import annotations

import pytest

from profiles.units import UNITS, unit_id

# UnitIds computed by hand from the characters: "SEC" is 0x534543, "P1" is 0x5031, …
GOLDEN = {"s": 5457219, "%": 20529, "Cel": 4408652, "mm": 5066068, "V": 5655636, "K/s": 4600114, "W.h": 5720146}


@pytest.mark.parametrize(("ucum", "number"), GOLDEN.items())
def test_unit_ids(ucum: str, number: int) -> None:
    assert UNITS[ucum].unit_id == number


def test_radian_as_the_specification_has_it() -> None:
    """OPC 10000-8, 5.6.3.3: C81 becomes 4405297."""
    assert unit_id("C81") == 4405297


def test_no_two_units_share_a_code_or_a_symbol() -> None:
    assert len({u.unece for u in UNITS.values()}) == len({u.display for u in UNITS.values()}) == len(UNITS)


def test_each_unit_says_everything() -> None:
    for ucum, unit in UNITS.items():
        assert unit.ucum == ucum
        assert unit.display and unit.description
        assert 2 <= len(unit.unece) <= 3
