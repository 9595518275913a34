"""Variables for signals: type, unit, range, enumeration, access, texts in two languages."""

from __future__ import annotations

from asyncua import ua

from profiles.model import Access, Signal, SignalType
from simulator.endpoints.nodes import A, NodeBuilder, O, variable_attributes
from simulator.endpoints.units import engineering_unit
from simulator.endpoints.variants import DATATYPE_OF

_NUMBERS = {
    SignalType.INT16, SignalType.UINT16, SignalType.INT32, SignalType.UINT32, SignalType.INT64, SignalType.UINT64,
    SignalType.FLOAT32, SignalType.FLOAT64,
}  # fmt: skip
_ANALOG_ITEM = ua.NodeId(O.AnalogItemType)
_ANALOG_UNIT = ua.NodeId(O.AnalogUnitType)
_ANALOG_UNIT_RANGE = ua.NodeId(O.AnalogUnitRangeType)
_MULTI_STATE = ua.NodeId(O.MultiStateDiscreteType)
_MULTI_STATE_VALUE = ua.NodeId(O.MultiStateValueDiscreteType)
_PLAIN = ua.NodeId(O.BaseDataVariableType)


class VariableBuilder:
    """Makes and adapts the variables of signals (OPC 10000-8 names the variable types)."""

    def __init__(self, nodes: NodeBuilder) -> None:
        self.nodes = nodes

    def add(self, parent: ua.NodeId, name: ua.QualifiedName, signal: Signal) -> ua.NodeId:
        """Add a variable for ``signal``, with the variable type that fits its unit, range or enumeration."""
        attributes = variable_attributes(DATATYPE_OF[signal.type], sampling_ms=float(signal.update_ms))
        nodeid = self.nodes.add(parent, name, ua.NodeClass.Variable, variable_type(signal), attributes=attributes)
        self.adapt(nodeid, signal)
        return nodeid

    def adapt(self, nodeid: ua.NodeId, signal: Signal) -> None:
        """Give a variable the signal's texts, access, sampling interval, unit, range and enumeration."""
        access = 3 if signal.access is Access.READ_WRITE else 1
        for attribute in (A.AccessLevel, A.UserAccessLevel):
            self.nodes.set(nodeid, attribute, ua.Variant(access, ua.VariantType.Byte))
        sampling = ua.Variant(float(signal.update_ms), ua.VariantType.Double)
        self.nodes.set(nodeid, A.MinimumSamplingInterval, sampling)
        self._set_text(nodeid, A.DisplayName, signal.title.en, "en")
        self._set_text(nodeid, A.Description, signal.title.ja, "ja")
        if signal.enum and signal.type in _NUMBERS:
            self._add_enumeration(nodeid, signal.enum)
        elif signal.type in _NUMBERS:
            self._add_unit_and_range(nodeid, signal)

    def _set_text(self, nodeid: ua.NodeId, attribute: ua.AttributeIds, text: str, locale: str) -> None:
        self.nodes.set(nodeid, attribute, ua.Variant(ua.LocalizedText(text, locale), ua.VariantType.LocalizedText))

    def _add_unit_and_range(self, nodeid: ua.NodeId, signal: Signal) -> None:
        if signal.unit is not None:
            unit = ua.Variant(engineering_unit(signal.unit), ua.VariantType.ExtensionObject)
            self.nodes.add_property(nodeid, "EngineeringUnits", unit, ua.NodeId(O.EUInformation))
        if signal.range is not None:
            low, high = signal.range
            bounds = ua.Variant(ua.Range(float(low), float(high)), ua.VariantType.ExtensionObject)
            self.nodes.add_property(nodeid, "EURange", bounds, ua.NodeId(O.Range))

    def _add_enumeration(self, nodeid: ua.NodeId, enum: dict[int, str]) -> None:
        if is_contiguous(enum):
            texts = [ua.LocalizedText(enum[number]) for number in sorted(enum)]
            strings = ua.Variant(texts, ua.VariantType.LocalizedText)
            self.nodes.add_property(nodeid, "EnumStrings", strings, ua.NodeId(O.LocalizedText))
            return
        values = []
        for number, name in sorted(enum.items()):
            entry = ua.EnumValueType()
            entry.Value, entry.DisplayName = number, ua.LocalizedText(name)
            values.append(entry)
        listed = ua.Variant(values, ua.VariantType.ExtensionObject)
        self.nodes.add_property(nodeid, "EnumValues", listed, ua.NodeId(O.EnumValueType))
        text = ua.Variant(ua.LocalizedText(), ua.VariantType.LocalizedText)
        self.nodes.add_property(nodeid, "ValueAsText", text, ua.NodeId(O.LocalizedText))


def is_contiguous(enum: dict[int, str]) -> bool:
    """Whether an enumeration counts 0, 1, 2 … as MultiStateDiscreteType needs it."""
    return sorted(enum) == list(range(len(enum)))


def variable_type(signal: Signal) -> ua.NodeId:
    """The variable type for a signal (OPC 10000-8 clause 5.3)."""
    if signal.type not in _NUMBERS:
        return _PLAIN
    if signal.enum:
        return _MULTI_STATE if is_contiguous(signal.enum) else _MULTI_STATE_VALUE
    if signal.unit is not None:
        return _ANALOG_UNIT_RANGE if signal.range is not None else _ANALOG_UNIT
    return _ANALOG_ITEM if signal.range is not None else _PLAIN


def builtin_of(nodes: NodeBuilder, nodeid: ua.NodeId) -> ua.VariantType:
    """The built-in type of a variable's values, from its DataType and that type's supertypes."""
    return builtin_of_type(nodes, nodes.get(nodeid, A.DataType))


def builtin_of_type(nodes: NodeBuilder, datatype: object) -> ua.VariantType:
    """The built-in type that a data type is encoded as; Null for an abstract one."""
    while isinstance(datatype, ua.NodeId):
        number = datatype.Identifier if datatype.NamespaceIndex == 0 else None
        if number == O.Enumeration:
            return ua.VariantType.Int32
        if number == O.Structure:
            return ua.VariantType.ExtensionObject
        if isinstance(number, int) and 1 <= number <= 25:
            return ua.VariantType(number)
        datatype = nodes.supertype(datatype)
    return ua.VariantType.Null
