"""Signal values as OPC UA variants and back: the codec of this protocol (OPC 10000-6 clause 5.1.2 names the types).

============  ==============  =========================================
signal type   OPC UA type     Python value
============  ==============  =========================================
bool          Boolean         bool
int16…uint64  Int16…UInt64    int
float32       Float           float
float64       Double          float
string        String          str
localized     LocalizedText   str (the text; the locale is not carried)
datetime      DateTime        aware datetime, UTC
============  ==============  =========================================
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from asyncua import ua

from profiles.model import SignalType
from simulator.interface.equipment import Value

VARIANT_OF: dict[SignalType, ua.VariantType] = {
    SignalType.BOOL: ua.VariantType.Boolean,
    SignalType.INT16: ua.VariantType.Int16,
    SignalType.UINT16: ua.VariantType.UInt16,
    SignalType.INT32: ua.VariantType.Int32,
    SignalType.UINT32: ua.VariantType.UInt32,
    SignalType.INT64: ua.VariantType.Int64,
    SignalType.UINT64: ua.VariantType.UInt64,
    SignalType.FLOAT32: ua.VariantType.Float,
    SignalType.FLOAT64: ua.VariantType.Double,
    SignalType.STRING: ua.VariantType.String,
    SignalType.LOCALIZED: ua.VariantType.LocalizedText,
    SignalType.DATETIME: ua.VariantType.DateTime,
}

DATATYPE_OF: dict[SignalType, ua.NodeId] = {kind: ua.NodeId(variant.value) for kind, variant in VARIANT_OF.items()}
DATATYPE_OF[SignalType.DATETIME] = ua.NodeId(ua.ObjectIds.UtcTime)

INTEGER_BOUNDS: dict[ua.VariantType, tuple[int, int]] = {
    ua.VariantType.SByte: (-(2**7), 2**7 - 1),
    ua.VariantType.Byte: (0, 2**8 - 1),
    ua.VariantType.Int16: (-(2**15), 2**15 - 1),
    ua.VariantType.UInt16: (0, 2**16 - 1),
    ua.VariantType.Int32: (-(2**31), 2**31 - 1),
    ua.VariantType.UInt32: (0, 2**32 - 1),
    ua.VariantType.Int64: (-(2**63), 2**63 - 1),
    ua.VariantType.UInt64: (0, 2**64 - 1),
}

_FLOATS = (ua.VariantType.Float, ua.VariantType.Double)


class TypeMismatch(Exception):
    """A variant is not of the type that is asked for (StatusCode BadTypeMismatch)."""


def to_variant(kind: SignalType, value: Value) -> ua.Variant:
    """A signal's value as a variant; raises ``ValueError`` if the type cannot hold it."""
    return as_variant(VARIANT_OF[kind], value)


def as_variant(variant: ua.VariantType, value: Value) -> ua.Variant:
    """A value as a variant of a built-in type; raises ``ValueError`` if the type cannot hold it."""
    if variant is ua.VariantType.LocalizedText:
        return ua.Variant(ua.LocalizedText(str(value)), variant)
    if variant in INTEGER_BOUNDS:
        low, high = INTEGER_BOUNDS[variant]
        number = int(value)  # type: ignore[arg-type]  # a datetime here is a mistake of the caller
        if not low <= number <= high:
            raise ValueError(f"{value} does not fit {variant.name} ({low} to {high})")
        return ua.Variant(number, variant)
    if variant in _FLOATS:
        return ua.Variant(float(value), variant)  # type: ignore[arg-type]
    if variant is ua.VariantType.DateTime:
        if not isinstance(value, datetime) or value.tzinfo is None:
            raise ValueError(f"{value!r} is no aware datetime; give it a time zone")
        return ua.Variant(value.astimezone(UTC), variant)
    return ua.Variant(bool(value) if variant is ua.VariantType.Boolean else str(value), variant)


def from_variant(kind: SignalType, variant: ua.Variant | None) -> Value:
    """The value in a variant; raises ``TypeMismatch`` for another type, an array, or null."""
    return value_of(VARIANT_OF[kind], variant)


def value_of(expected: ua.VariantType, variant: ua.Variant | None) -> Value:
    """The scalar in a variant that must be of type ``expected``; raises ``TypeMismatch``."""
    if variant is None or variant.VariantType != expected or isinstance(variant.Value, list):
        got = "nothing" if variant is None else variant.VariantType.name
        raise TypeMismatch(f"expected a scalar {expected.name}, got {got}")
    raw: Any = variant.Value
    if expected in (ua.VariantType.String, ua.VariantType.LocalizedText):
        # A null string and an empty one are the same to a signal (OPC 10000-6 clause 5.2.2.4 tells them apart).
        text = raw.Text if isinstance(raw, ua.LocalizedText) else raw
        return "" if text is None else str(text)
    if raw is None:
        raise TypeMismatch(f"expected a scalar {expected.name}, got null")
    if isinstance(raw, datetime):
        return raw.replace(tzinfo=UTC) if raw.tzinfo is None else raw.astimezone(UTC)
    scalar: Value = raw
    return scalar
