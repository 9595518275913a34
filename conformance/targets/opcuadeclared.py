"""What many variables say of themselves, in few requests; and every variable beneath a machine that can be written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from conformance.context import Declared
from conformance.targets.opcuapaths import browse_many
from conformance.targets.opcuasession import OpcuaSession, ServiceRefused
from conformance.targets.uastack import ua

_READ, _WRITE = 1, 2  # bits of AccessLevel
_ATTRIBUTES = ("NodeClass", "DataType", "ValueRank", "AccessLevel", "UserAccessLevel", "Value")
_BATCH = 20  # nodes a Read, six attributes each
_BUILT_IN = 22  # numbers of concrete built-in types; 24 is BaseDataType, from 26 on come Number, Integer, …
MOST_NODES = 10_000  # of one machine; what lies beyond is another machine or a loop


async def declarations(session: OpcuaSession, nodes: Mapping[str, Any]) -> dict[str, Declared]:
    """By name, for every node; ``found`` is false where there is none."""
    out = {name: Declared(False) for name in nodes}
    present = [name for name, node in nodes.items() if node is not None]
    for i in range(0, len(present), _BATCH):
        some = present[i : i + _BATCH]
        values = await _read(session, [nodes[n] for n in some], _ATTRIBUTES)
        out.update({n: _declared(v) for n, v in zip(some, values, strict=False)})
    return out


async def writable_beneath(session: OpcuaSession, start: Any) -> dict[str, Any]:
    """Browse path → node id of each variable with CurrentWrite for this user. Types are not looked into."""
    if start is None:
        return {}
    variables: dict[Any, str] = {}
    paths, level = {start: ""}, [start]
    while level and len(paths) < MOST_NODES:
        below: list[Any] = []
        for parent, reference in await _references(session, level):
            child = ua.NodeId(reference.NodeId.Identifier, reference.NodeId.NamespaceIndex, reference.NodeId.NodeIdType)
            if child in paths or reference.NodeClass not in (ua.NodeClass.Object, ua.NodeClass.Variable):
                continue
            paths[child] = f"{paths[parent]}/{session.names.spell(reference.BrowseName)}".lstrip("/")
            below.append(child)
            if reference.NodeClass == ua.NodeClass.Variable:
                variables[child] = paths[child]
        level = below
    found: dict[str, Any] = {}
    nodes = list(variables)
    for i in range(0, len(nodes), _BATCH):
        some = nodes[i : i + _BATCH]
        for node, values in zip(some, await _read(session, some, ("AccessLevel", "UserAccessLevel")), strict=False):
            if "write" in _access(values):
                found[variables[node]] = node
    return found


async def _references(session: OpcuaSession, nodes: Sequence[Any]) -> list[tuple[Any, Any]]:
    """(node, hierarchical reference forward) of many nodes; of a node that cannot be browsed, none."""
    found: list[tuple[Any, Any]] = []
    for i in range(0, len(nodes), _BATCH):
        some = nodes[i : i + _BATCH]
        try:
            lists = await _browse(session, some)
        except ServiceRefused:
            continue
        found += [(node, reference) for node, references in zip(some, lists, strict=False) for reference in references]
    return found


async def _browse(session: OpcuaSession, nodes: Sequence[Any]) -> list[list[Any]]:
    return await session.service(lambda c: browse_many(c, nodes), "Browse")


async def _read(session: OpcuaSession, nodes: Sequence[Any], attributes: Sequence[str]) -> list[dict[str, Any]]:
    """The data values of the attributes of each node; none where the service was refused."""
    parameters = ua.ReadParameters()
    parameters.TimestampsToReturn = ua.TimestampsToReturn.Neither
    for node in nodes:
        for attribute in attributes:
            item = ua.ReadValueId()
            item.NodeId, item.AttributeId = node, getattr(ua.AttributeIds, attribute)
            parameters.NodesToRead.append(item)
    try:
        results = await session.service(lambda c: c.read(parameters), "Read")
    except ServiceRefused:
        return [{} for _ in nodes]
    rows = [results[i : i + len(attributes)] for i in range(0, len(results), len(attributes))]
    return [dict(zip(attributes, row, strict=False)) for row in rows]


def _declared(values: Mapping[str, Any]) -> Declared:
    node_class, rank = _plain(values.get("NodeClass")), _plain(values.get("ValueRank"))
    if not isinstance(node_class, int):
        return Declared(False)
    data = values.get("Value")
    variant: Any = data.Value if data is not None and data.Value is not None else ua.Variant()
    return Declared(
        found=True,
        node_class=ua.NodeClass(node_class).name,
        data_type=_type_name(_plain(values.get("DataType"))),
        built_in="" if variant.VariantType == ua.VariantType.Null else variant.VariantType.name,
        scalar=rank == -1 or (rank in (-2, -3) and not isinstance(variant.Value, list)),
        access=_access(values),
    )


def _access(values: Mapping[str, Any]) -> frozenset[str]:
    """What both AccessLevel and UserAccessLevel permit."""
    levels = [_plain(values.get(name)) for name in ("AccessLevel", "UserAccessLevel")]
    both = levels[0] & levels[1] if all(isinstance(level, int) for level in levels) else 0
    return frozenset(name for bit, name in ((_READ, "read"), (_WRITE, "write")) if both & bit)


def _plain(data: Any) -> Any:
    if data is None or data.Value is None or (data.StatusCode is not None and data.StatusCode.is_bad()):
        return None
    return data.Value.Value


def _type_name(node: Any) -> str:
    if not isinstance(node, ua.NodeId):
        return ""
    if node.NamespaceIndex == 0 and isinstance(node.Identifier, int) and 1 <= node.Identifier <= _BUILT_IN:
        return str(ua.VariantType(node.Identifier).name)
    return str(node.to_string())
