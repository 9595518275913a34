"""The codec between signal values and variants, by hand-written examples."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from asyncua import ua

from profiles.model import SignalType
from simulator.endpoints.variants import DATATYPE_OF, VARIANT_OF, TypeMismatch, from_variant, to_variant

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
GOLDEN = [
    (SignalType.BOOL, True, "01 01"),
    (SignalType.INT16, -2, "04 fe ff"),
    (SignalType.UINT16, 65535, "05 ff ff"),
    (SignalType.INT32, -2, "06 fe ff ff ff"),
    (SignalType.UINT32, 4294967295, "07 ff ff ff ff"),
    (SignalType.INT64, -2, "08 fe ff ff ff ff ff ff ff"),
    (SignalType.UINT64, 2**64 - 1, "09 ff ff ff ff ff ff ff ff"),
    (SignalType.FLOAT32, 1.5, "0a 00 00 c0 3f"),
    (SignalType.FLOAT64, 1.5, "0b 00 00 00 00 00 00 f8 3f"),
    (SignalType.STRING, "セル", "0c 06 00 00 00 e3 82 bb e3 83 ab"),
    (SignalType.DATETIME, datetime(1601, 1, 1, 0, 0, 1, tzinfo=UTC), "0d 80 96 98 00 00 00 00 00"),
    (SignalType.LOCALIZED, "A", "15 02 01 00 00 00 41"),
]


@pytest.mark.parametrize(("kind", "value", "wire"), GOLDEN, ids=lambda x: str(x) if isinstance(x, SignalType) else "")
def test_a_value_is_encoded_as_part_6_says_and_comes_back(kind, value, wire):
    variant = to_variant(kind, value)
    assert ua.ua_binary.variant_to_binary(variant) == bytes.fromhex(wire)
    assert from_variant(kind, variant) == value


def test_every_signal_type_has_a_variant_and_a_data_type():
    assert set(VARIANT_OF) == set(DATATYPE_OF) == set(SignalType)


@pytest.mark.parametrize(
    ("kind", "value"),
    [(SignalType.UINT16, -1), (SignalType.UINT16, 65536), (SignalType.INT16, 32768), (SignalType.UINT64, 2**64)],
)
def test_a_number_that_its_type_cannot_hold_is_an_error(kind, value):
    with pytest.raises(ValueError, match="does not fit"):
        to_variant(kind, value)


def test_a_naive_time_is_an_error():
    with pytest.raises(ValueError, match="time zone"):
        to_variant(SignalType.DATETIME, datetime(2026, 1, 1))


def test_a_time_of_another_zone_is_carried_as_utc():
    tokyo = NOON.astimezone(timezone(timedelta(hours=9)))
    assert from_variant(SignalType.DATETIME, to_variant(SignalType.DATETIME, tokyo)) == NOON


@pytest.mark.parametrize(
    "variant",
    [
        None,
        ua.Variant(1, ua.VariantType.Int32),
        ua.Variant([1, 2], ua.VariantType.UInt16),
        ua.Variant(None, ua.VariantType.Null),
        ua.Variant(1.0, ua.VariantType.Float),
    ],
)
def test_another_type_an_array_and_null_are_mismatches(variant):
    with pytest.raises(TypeMismatch):
        from_variant(SignalType.UINT16, variant)


def test_a_null_string_is_an_empty_one():
    assert from_variant(SignalType.STRING, ua.Variant(None, ua.VariantType.String)) == ""
