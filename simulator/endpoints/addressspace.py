"""Address spaces that start fast: the standard nodes are built once and shared, and copied on first touch.

Building the standard address space and the four NodeSets takes about two seconds. A process that serves a whole line
builds them once, as a *template*, and gives every server an overlay: a mapping that finds a node among the server's
own nodes first, and otherwise copies it from the template. Every access by key copies, because asyncua mutates nodes
through plain references (values, reference lists, method and data-change callbacks). Reading through
``OverlayNodes.peek`` does not copy; the services use it for what they only look at.
"""

from __future__ import annotations

import asyncio
import copy
from collections.abc import Iterator, MutableMapping
from pathlib import Path
from typing import Any

from asyncua import Server, ua
from asyncua.server.address_space import AddressSpace, AttributeValue, NodeData
from asyncua.server.internal_server import InternalServer

from simulator.endpoints.nodesets import UA, import_nodesets, load_nodesets

Nodes = dict[ua.NodeId, NodeData]


class Template:
    """The standard nodes and the NodeSets, never changed once built, and the namespaces they use."""

    def __init__(self, nodes: Nodes, namespaces: list[str]) -> None:
        self.nodes = nodes
        self.namespaces = namespaces
        self.declarations: dict[ua.NodeId, list[tuple[ua.NodeId, ua.NodeId, ua.NodeId]]] = {}
        self.reference_types: dict[ua.NodeId, frozenset[ua.NodeId]] = {}


class OverlayNodes(MutableMapping[ua.NodeId, NodeData]):
    """The nodes of one server: its own, and copies of the template's on first touch."""

    def __init__(self, shared: Nodes) -> None:
        self._shared = shared
        self._own: Nodes = {}
        self._deleted: set[ua.NodeId] = set()

    def __getitem__(self, nodeid: ua.NodeId) -> NodeData:
        node = self._own.get(nodeid)
        if node is None:
            if nodeid in self._deleted:
                raise KeyError(nodeid)
            node = self._own[nodeid] = _copy_of(self._shared[nodeid])
        return node

    def __setitem__(self, nodeid: ua.NodeId, node: NodeData) -> None:
        self._deleted.discard(nodeid)
        self._own[nodeid] = node

    def __delitem__(self, nodeid: ua.NodeId) -> None:
        if nodeid not in self:
            raise KeyError(nodeid)
        self._own.pop(nodeid, None)
        self._deleted.add(nodeid)

    def __contains__(self, nodeid: object) -> bool:
        return nodeid in self._own or (nodeid in self._shared and nodeid not in self._deleted)

    def __iter__(self) -> Iterator[ua.NodeId]:
        yield from self._own
        yield from (n for n in self._shared if n not in self._own and n not in self._deleted)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def peek(self, nodeid: ua.NodeId) -> NodeData | None:
        """A node to look at and never to change: no copy is made."""
        node = self._own.get(nodeid)
        if node is None and nodeid not in self._deleted:
            node = self._shared.get(nodeid)
        return node

    def own(self) -> list[ua.NodeId]:
        """The ids of the nodes that this server holds for itself."""
        return list(self._own)

    @property
    def copied(self) -> int:
        """How many nodes this server holds for itself."""
        return len(self._own)


def _copy_of(node: NodeData) -> NodeData:
    twin = NodeData(node.nodeid)
    twin.references = list(node.references)
    twin.call = node.call
    for attribute, value in node.attributes.items():
        twin.attributes[attribute] = AttributeValue(_private(value.value))
    return twin


def _private(value: ua.DataValue | None) -> ua.DataValue | None:
    """Lists and structures are copied as well: asyncua appends to the namespace array in place."""
    if value is None or value.Value is None or not isinstance(value.Value.Value, list):
        inner = None if value is None or value.Value is None else value.Value.Value
        if not hasattr(inner, "__dataclass_fields__") or isinstance(inner, ua.NodeId | ua.QualifiedName):
            return value
    return copy.deepcopy(value)


class SharedAddressSpace(AddressSpace):  # type: ignore[misc]
    """An address space over a template."""

    def __init__(self, template: Template) -> None:
        super().__init__()
        self.overlay = OverlayNodes(template.nodes)
        self.declarations = template.declarations
        self.reference_types = template.reference_types
        self._nodes = self.overlay

    def peek(self, nodeid: ua.NodeId) -> NodeData | None:
        """A node to look at and never to change."""
        return self.overlay.peek(nodeid)

    def read_attribute_value(self, nodeid: ua.NodeId, attr: ua.AttributeIds) -> ua.DataValue:
        """As the library does it, but without copying the node."""
        node = self.overlay.peek(nodeid)
        if node is None:
            return ua.DataValue(StatusCode=ua.StatusCode(ua.StatusCodes.BadNodeIdUnknown))
        attribute = node.attributes.get(attr)
        if attribute is None or (attribute.value is None and attribute.value_callback is None):
            return ua.DataValue(StatusCode=ua.StatusCode(ua.StatusCodes.BadAttributeIdInvalid))
        if attribute.value_callback is not None:
            return attribute.value_callback(nodeid, attr)
        if attr == ua.AttributeIds.Value and nodeid not in self.overlay._own:
            return self.overlay[nodeid].attributes[attr].value  # the caller may change it in place
        return attribute.value


_templates: dict[Path | None, asyncio.Future[Template] | Template] = {}


async def standard_template(folder: Path | None = None) -> Template:
    """The template of this process for the NodeSets in ``folder``; built by the first who asks, awaited by the others."""
    known = _templates.get(folder)
    if isinstance(known, Template):
        return known
    if known is not None and known.get_loop() is asyncio.get_running_loop():
        return await asyncio.shield(known)
    future: asyncio.Future[Template] = asyncio.get_running_loop().create_future()
    _templates[folder] = future
    try:
        template = await _build(folder)
    except BaseException as error:
        _templates.pop(folder, None)
        future.set_exception(error)
        future.exception()  # those who wait get it; nobody waiting is no error of its own
        raise
    _templates[folder] = template
    future.set_result(template)
    return template


async def _build(folder: Path | None) -> Template:
    nodesets = load_nodesets(folder)
    iserver = InternalServer()
    server = Server(iserver)
    await server.init()
    await import_nodesets(server, nodesets)
    namespaces = [UA, "", *(await server.get_namespace_array())[2:]]
    iserver.method_service.stop()
    nodes: Any = iserver.aspace._nodes
    return Template(nodes, namespaces)
