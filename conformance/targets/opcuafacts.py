"""What the address space says of one node, gathered in a few service calls."""

from __future__ import annotations

from typing import Any

from conformance.context import NodeFacts
from conformance.targets.opcuapaths import Names, browse, translate
from conformance.targets.opcuasession import OpcuaSession, ServiceRefused
from conformance.targets.uastack import ua

_READ, _WRITE = 1, 2  # bits of UserAccessLevel
_ATTRIBUTES = ("NodeClass", "DataType", "UserAccessLevel", "DisplayName", "UserExecutable", "Description")


async def gather(session: OpcuaSession, node: Any, path: str) -> NodeFacts:
    """Facts of a node that exists."""
    values = await _attributes(session, node)
    names = session.names
    node_class = values["NodeClass"]
    unit_text, unit_id, bounds = await _properties(session, node)
    level = values["UserAccessLevel"]
    access = frozenset(
        name for bit, name in ((_READ, "read"), (_WRITE, "write")) if isinstance(level, int) and level & bit
    )
    texts = [t for t in (values["DisplayName"], values["Description"]) if isinstance(t, ua.LocalizedText)]
    return NodeFacts(
        found=True,
        path=path,
        node_class=ua.NodeClass(node_class).name if isinstance(node_class, int) else "",
        type_definition=await _type_name(session, node),
        data_type=await _name_of(session, values["DataType"]),
        unit_text=unit_text,
        unit_id=unit_id,
        range=bounds,
        access=access,
        display_name=(texts[0].Text or "") if texts else "",
        locales=frozenset(t.Locale for t in texts if t.Locale),
        executable=values["UserExecutable"] if isinstance(values["UserExecutable"], bool) else None,
        namespace_uri=names.uri(node.NamespaceIndex),
        enumeration=await _enumeration(session, node),
    )


async def _attributes(session: OpcuaSession, node: Any) -> dict[str, Any]:
    parameters = ua.ReadParameters()
    parameters.TimestampsToReturn = ua.TimestampsToReturn.Neither
    for attribute in _ATTRIBUTES:
        item = ua.ReadValueId()
        item.NodeId, item.AttributeId = node, getattr(ua.AttributeIds, attribute)
        parameters.NodesToRead.append(item)
    results = await session.service(lambda c: c.read(parameters), "Read")
    return {
        name: data.Value.Value if data.StatusCode is None or data.StatusCode.is_good() else None
        for name, data in zip(_ATTRIBUTES, results, strict=False)
    }


async def _properties(session: OpcuaSession, node: Any) -> tuple[str | None, int | None, tuple[float, float] | None]:
    names = [[ua.QualifiedName(n, 0)] for n in ("EngineeringUnits", "EURange")]
    units, limits = await session.service(lambda c: translate(c, node, names), "TranslateBrowsePaths")
    text, number, bounds = None, None, None
    if units is not None:
        value = await _value(session, units)
        if value is not None and hasattr(value, "UnitId"):
            text, number = (value.DisplayName.Text if value.DisplayName is not None else None), int(value.UnitId)
    if limits is not None:
        value = await _value(session, limits)
        if value is not None and hasattr(value, "Low"):
            bounds = (float(value.Low), float(value.High))
    return text, number, bounds


async def _enumeration(session: OpcuaSession, node: Any) -> dict[int, str] | None:
    """Numbers and names from EnumStrings (OPC 10000-8 clause 5.3.3.3) or EnumValues (5.3.3.4)."""
    names = [[ua.QualifiedName(n, 0)] for n in ("EnumStrings", "EnumValues")]
    strings, values = await session.service(lambda c: translate(c, node, names), "TranslateBrowsePaths")
    if strings is not None:
        listed = await _value(session, strings)
        return {i: t.Text or "" for i, t in enumerate(listed or [])}
    if values is not None:
        listed = await _value(session, values)
        return {int(v.Value): v.DisplayName.Text or "" for v in listed or [] if hasattr(v, "DisplayName")}
    return None


async def _value(session: OpcuaSession, node: Any) -> Any:
    data = (await session.service(lambda c: c.read_attributes([node], ua.AttributeIds.Value), "Read"))[0]
    return data.Value.Value if data.StatusCode is None or data.StatusCode.is_good() else None


async def _type_name(session: OpcuaSession, node: Any) -> str:
    description = ua.BrowseDescription()
    description.NodeId = node
    description.BrowseDirection = ua.BrowseDirection.Forward
    description.ReferenceTypeId = ua.NodeId(ua.ObjectIds.HasTypeDefinition)
    description.IncludeSubtypes = True
    description.NodeClassMask = ua.NodeClass.Unspecified
    description.ResultMask = ua.BrowseResultMask.All
    parameters = ua.BrowseParameters()
    parameters.View.Timestamp = ua.get_win_epoch()
    parameters.NodesToBrowse = [description]
    result = (await session.service(lambda c: c.browse(parameters), "Browse"))[0]
    return session.names.spell(result.References[0].BrowseName) if result.References else ""


async def _name_of(session: OpcuaSession, node: Any) -> str:
    """``prefix:Name`` of a data type."""
    if not isinstance(node, ua.NodeId):
        return ""
    try:
        data = (await session.service(lambda c: c.read_attributes([node], ua.AttributeIds.BrowseName), "Read"))[0]
    except ServiceRefused:
        return ""
    name = data.Value.Value if data.Value is not None else None
    return session.names.spell(name) if name is not None else ""


async def children_of(session: OpcuaSession, node: Any) -> list[str]:
    """``prefix:Name`` of the hierarchical children."""
    names: Names = session.names
    references, _ = await session.service(lambda c: browse(c, node), "Browse")
    return [names.spell(r.BrowseName) for r in references]
