"""The Read service on one node: what the library leaves out (OPC 10000-4 clause 5.11.2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from asyncua import ua

from simulator.endpoints.nodes import A, O
from simulator.endpoints.unit import Unit

_STRUCTURED = (ua.VariantType.ExtensionObject,)
_ENCODINGS = ("Default Binary", None, "")
_BUILD_INFO = {
    ua.NodeId(number)
    for number in (
        O.Server_ServerStatus_BuildInfo_ProductUri,
        O.Server_ServerStatus_BuildInfo_ManufacturerName,
        O.Server_ServerStatus_BuildInfo_ProductName,
        O.Server_ServerStatus_BuildInfo_SoftwareVersion,
        O.Server_ServerStatus_BuildInfo_BuildNumber,
    )
}


def read_one(unit: Unit, wanted: ua.ReadValueId, stamps: ua.TimestampsToReturn, locales: Sequence[str]) -> ua.DataValue:
    """Read one attribute, with index range, encoding, timestamps and the session's locale."""
    attribute = wanted.AttributeId
    if wanted.NodeId in unit.hidden:
        value = _failed(ua.StatusCodes.BadNodeIdUnknown)
    else:
        value = unit.aspace.read_attribute_value(wanted.NodeId, attribute)
    if value.StatusCode is not None and value.StatusCode.is_bad() and value.SourceTimestamp is None:
        return ua.DataValue(ua.Variant()) if unit.quirks.unknown_node_good else value
    value = replace(value, Value=_presented(unit, wanted, value.Value, locales))
    if wanted.DataEncoding is not None and wanted.DataEncoding.Name not in _ENCODINGS:
        return _failed(ua.StatusCodes.BadDataEncodingUnsupported)
    if wanted.IndexRange and not unit.quirks.index_range_ignored:
        try:
            value = replace(value, Value=in_range(value.Value, wanted.IndexRange))
        except ua.UaStatusCodeError as error:
            return _failed(error.code)
    return _timed(value, attribute, stamps, unit)


def in_range(variant: ua.Variant | None, text: str) -> ua.Variant:
    """A part of an array, string or byte string (``NumericRange``, OPC 10000-4 clause 7.27); one dimension only.

    Raises BadIndexRangeInvalid for a malformed range, BadIndexRangeNoData for one beyond the data.
    """
    first, _, last = text.partition(":")
    if not first.isdecimal() or (":" in text and not last.isdecimal()):
        dimensions = all(part.replace(":", "", 1).isdecimal() for part in text.split(","))
        raise ua.UaStatusCodeError(
            ua.StatusCodes.BadIndexRangeNoData if dimensions else ua.StatusCodes.BadIndexRangeInvalid
        )
    low, high = int(first), int(last or first)
    if last and high <= low:
        raise ua.UaStatusCodeError(ua.StatusCodes.BadIndexRangeInvalid)
    raw: Any = variant.Value if variant is not None else None
    if variant is None or not isinstance(raw, list | str | bytes) or low >= len(raw):
        raise ua.UaStatusCodeError(ua.StatusCodes.BadIndexRangeNoData)
    part = raw[low : high + 1]
    return ua.Variant(part, variant.VariantType, is_array=isinstance(raw, list))


def _presented(
    unit: Unit, wanted: ua.ReadValueId, variant: ua.Variant | None, locales: Sequence[str]
) -> ua.Variant | None:
    """Attributes that depend on the session's locale or on quirks."""
    node, attribute = wanted.NodeId, wanted.AttributeId
    if attribute in (A.DisplayName, A.Description) and node in unit.machine.titles:
        return _titled(unit, node, attribute, wants_japanese(unit, locales)) or variant
    if attribute in (A.Executable, A.UserExecutable) and unit.quirks.method_not_executable:
        return ua.Variant(False, ua.VariantType.Boolean)
    if attribute in (A.AccessLevel, A.UserAccessLevel) and node in unit.access:
        return ua.Variant(3 if unit.access[node] else 1, ua.VariantType.Byte)
    if attribute == A.EventNotifier and unit.quirks.no_event_notifier:
        return ua.Variant(0, ua.VariantType.Byte)
    if attribute == A.Value and unit.quirks.distorts_properties:
        return _distorted(unit, node, variant)
    if attribute == A.DataType and unit.quirks.wrong_datatype:
        from simulator.endpoints.quirks import other_type

        bound = unit.machine.by_node.get(node)
        if bound is not None and bound.signal.id in unit.quirks.wrong_datatype:
            return ua.Variant(ua.NodeId(other_type(bound.variant).value), ua.VariantType.NodeId)
    return variant


def _distorted(unit: Unit, node: ua.NodeId, variant: ua.Variant | None) -> ua.Variant | None:
    """Enumerations and build information as the quirks show them."""
    if variant is None:
        return None
    if unit.quirks.empty_build_info and node in _BUILD_INFO:
        return ua.Variant("", ua.VariantType.String)
    names = isinstance(node.Identifier, str) and node.Identifier.endswith(("/EnumStrings", "/EnumValues"))
    if not (unit.quirks.enumeration_shifted and names and isinstance(variant.Value, list)):
        return variant
    neighbours = [*variant.Value[1:], variant.Value[0]]
    if variant.VariantType == ua.VariantType.ExtensionObject:
        neighbours = [
            ua.EnumValueType(own.Value, other.DisplayName) for own, other in zip(variant.Value, neighbours, strict=True)
        ]
    return ua.Variant(neighbours, variant.VariantType, is_array=True)


def _titled(unit: Unit, node: ua.NodeId, attribute: int, japanese: bool) -> ua.Variant | None:
    """DisplayName in the session's language, Description in the other one: a client sees both without asking twice."""
    title = unit.machine.titles[node]
    shown = japanese if attribute == A.DisplayName else not japanese
    if shown and unit.quirks.japanese_missing:
        return None
    text = ua.LocalizedText(title.ja, "ja") if shown else ua.LocalizedText(title.en, "en")
    return ua.Variant(text, ua.VariantType.LocalizedText)


def wants_japanese(unit: Unit, locales: Sequence[str]) -> bool:
    """Whether a session's first known locale is Japanese; English is what it gets otherwise."""
    known = next((locale[:2] for locale in locales if locale[:2] in ("en", "ja")), "en")
    return known == "ja" and not unit.quirks.japanese_missing


def _timed(value: ua.DataValue, attribute: ua.AttributeIds, stamps: ua.TimestampsToReturn, unit: Unit) -> ua.DataValue:
    """Source time is when the value arose, server time when it was looked at; only values have a source time."""
    stamps = ua.TimestampsToReturn.Both if unit.quirks.timestamps_ignored else stamps
    source = value.SourceTimestamp if attribute == A.Value else None
    server = datetime.now(UTC) + unit.quirks.clock_error
    wants = ua.TimestampsToReturn
    return replace(
        value,
        SourceTimestamp=source if stamps in (wants.Source, wants.Both) else None,
        ServerTimestamp=server if stamps in (wants.Server, wants.Both) else None,
    )


def _failed(status: int) -> ua.DataValue:
    return ua.DataValue(StatusCode=ua.StatusCode(status))
