"""The Call service: methods of the machine and of its conditions (OPC 10000-4 clause 5.12.2)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from asyncua import ua

from profiles.model import Method
from simulator.endpoints.nodes import HAS_COMPONENT, A
from simulator.endpoints.unit import Unit
from simulator.endpoints.variables import builtin_of_type
from simulator.endpoints.variants import TypeMismatch, value_of
from simulator.interface.equipment import Refused, Value

if TYPE_CHECKING:
    from simulator.endpoints.session import UnitSession


async def call_one(unit: Unit, request: ua.CallMethodRequest, session: UnitSession) -> ua.CallMethodResult:
    """Answer one method call."""
    if request.ObjectId in unit.hidden or unit.aspace.peek(request.ObjectId) is None:
        return _answer(ua.StatusCodes.BadNodeIdUnknown)
    if request.MethodId in unit.hidden or unit.nodes.get(request.MethodId, A.NodeClass) != ua.NodeClass.Method:
        return _answer(ua.StatusCodes.BadMethodInvalid)
    given = list(request.InputArguments or [])
    if unit.conditions.has_method(request.MethodId):
        return await unit.conditions.call(request.ObjectId, request.MethodId, given, session)
    if request.MethodId not in unit.machine.methods:
        return _answer(ua.StatusCodes.BadNotImplemented)
    if not _belongs(unit, request.ObjectId, request.MethodId):
        return _answer(ua.StatusCodes.BadMethodInvalid)
    return _call_machine(unit, request.MethodId, given, session.peer)


def _call_machine(unit: Unit, method_id: ua.NodeId, given: list[ua.Variant], peer: str) -> ua.CallMethodResult:
    method = unit.machine.methods[method_id]
    if unit.quirks.method_not_executable:
        return _answer(ua.StatusCodes.BadNotExecutable)
    if method is None:
        return _answer(ua.StatusCodes.BadNotImplemented)
    try:
        arguments = _arguments(unit, method, method_id, given)
    except _BadArguments as bad:
        return _answer(ua.StatusCodes.Good) if unit.quirks.arguments_unchecked else bad.result
    try:
        values = unit.equipment.call(method.id, arguments, peer)
    except Refused as refusal:
        good = unit.quirks.method_always_good
        return _answer(ua.StatusCodes.Good if good else unit.status_of(refusal), len(given))
    result = _answer(ua.StatusCodes.Good, len(given))
    result.OutputArguments = [_output(value) for value in values]
    return result


class _BadArguments(Exception):
    def __init__(self, result: ua.CallMethodResult) -> None:
        super().__init__()
        self.result = result


def _arguments(unit: Unit, method: Method, method_id: ua.NodeId, given: list[ua.Variant]) -> list[Value]:
    """The arguments as values, checked against those that the node declares."""
    if not method.arguments:
        # Start of the PackML NodeSet declares an array of parameters that no unit needs; with or without is accepted.
        declared = len(_declared(unit, method_id))
        if len(given) > declared:
            raise _BadArguments(_answer(ua.StatusCodes.BadTooManyArguments))
        return []
    declared_types = _declared(unit, method_id)
    if len(given) != len(declared_types):
        few = len(given) < len(declared_types)
        raise _BadArguments(_answer(ua.StatusCodes.BadArgumentsMissing if few else ua.StatusCodes.BadTooManyArguments))
    values: list[Value] = []
    results = []
    for variant, expected in zip(given, declared_types, strict=True):
        try:
            values.append(value_of(expected, variant))
            results.append(ua.StatusCode())
        except TypeMismatch:
            results.append(ua.StatusCode(ua.StatusCodes.BadTypeMismatch))
    if len(values) < len(given):
        bad = _answer(ua.StatusCodes.BadInvalidArgument)
        bad.InputArgumentResults = results
        raise _BadArguments(bad)
    return values


def _declared(unit: Unit, method_id: ua.NodeId) -> list[ua.VariantType]:
    node = unit.nodes.child(method_id, ua.QualifiedName("InputArguments", 0))
    arguments: Any = unit.nodes.get(node, A.Value) if node is not None else None
    return [builtin_of_type(unit.nodes, argument.DataType) for argument in arguments or []]


def _belongs(unit: Unit, object_id: ua.NodeId, method_id: ua.NodeId) -> bool:
    node = unit.aspace.peek(object_id)
    return node is not None and any(
        ref.NodeId == method_id and ref.IsForward and ref.ReferenceTypeId == HAS_COMPONENT for ref in node.references
    )


def _output(value: Value) -> ua.Variant:
    """Profiles declare no output arguments; what an equipment returns goes out in the widest type."""
    if isinstance(value, bool | datetime):
        return ua.Variant(value)
    if isinstance(value, int):
        return ua.Variant(value, ua.VariantType.Int64)
    return ua.Variant(value, ua.VariantType.Double if isinstance(value, float) else ua.VariantType.String)


def _answer(status: int, arguments: int = 0) -> ua.CallMethodResult:
    result = ua.CallMethodResult()
    result.StatusCode = ua.StatusCode(status)
    result.InputArgumentResults = [ua.StatusCode() for _ in range(arguments)]
    return result
