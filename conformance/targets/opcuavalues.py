"""Between the profile's types and OPC UA variants."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import Enum
from typing import Any

from conformance.context import Value
from conformance.targets.uastack import ua
from profiles.model import SignalType

VARIANTS = {
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


def to_value(raw: Any) -> Value:
    """A plain value: text of LocalizedText, aware UTC times, numbers of enumerations, hex of bytes, else its text."""
    if isinstance(raw, ua.LocalizedText):
        return raw.Text or ""
    if isinstance(raw, datetime):
        return raw if raw.tzinfo is not None else raw.replace(tzinfo=UTC)
    if isinstance(raw, Enum):
        return int(raw.value)
    if isinstance(raw, (bytes, bytearray)):
        return bytes(raw).hex()
    if raw is None or isinstance(raw, (bool, int, float, str)):
        return raw
    return str(raw)


def to_variant(kind: SignalType, value: Any) -> Any:
    """The variant of a signal type; a value that does not fit its type goes out as its natural variant."""
    if kind is SignalType.LOCALIZED:
        value = ua.LocalizedText(str(value))
    elif kind is SignalType.DATETIME and isinstance(value, datetime) and value.tzinfo is not None:
        value = value.astimezone(UTC).replace(tzinfo=None)
    elif kind in (SignalType.FLOAT32, SignalType.FLOAT64) and isinstance(value, int):
        value = float(value)
    return ua.Variant(value, VARIANTS[kind])


def status_name(code: Any) -> str:
    """``Good``, ``BadTypeMismatch``, …"""
    if code is None:
        return "Good"
    return str(code.name)


def utc(moment: datetime | None) -> datetime | None:
    return None if moment is None else (moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC))
