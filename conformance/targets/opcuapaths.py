"""Finding nodes: the machine under ``Objects/Machines``, and browse paths with namespaces by URI."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from conformance.targets.uastack import ua

UA_URI = "http://opcfoundation.org/UA/"
DI_URI = "http://opcfoundation.org/UA/DI/"
MACHINERY_URI = "http://opcfoundation.org/UA/Machinery/"
OBJECTS = ua.NodeId(ua.ObjectIds.ObjectsFolder)
_BATCH = 100
_IDENTITY = ("SerialNumber", "ProductInstanceUri")


class Names:
    """Prefixes of the pack and namespace URIs ↔ the indices of one server."""

    def __init__(self, prefixes: Mapping[str, str], array: Sequence[str]) -> None:
        self._uris = dict(prefixes)
        self._prefixes = {uri: prefix for prefix, uri in prefixes.items()}
        self.array = list(array)

    def index(self, uri: str) -> int | None:
        return self.array.index(uri) if uri in self.array else None

    def qualified(self, step: str) -> Any:
        """The QualifiedName of ``prefix:Name``; ``None`` if the server does not have the namespace."""
        prefix, _, name = step.rpartition(":")
        index = self.index(self._uris.get(prefix, prefix or UA_URI))
        return None if index is None else ua.QualifiedName(name, index)

    def spell(self, name: Any) -> str:
        """``prefix:Name`` of a QualifiedName; the URI itself where the pack has no prefix for it."""
        uri = self.uri(name.NamespaceIndex)
        return f"{self._prefixes.get(uri, uri)}:{name.Name}"

    def uri(self, index: int) -> str:
        return self.array[index] if 0 <= index < len(self.array) else f"?{index}"

    def steps(self, path: str) -> list[Any] | None:
        """The QualifiedNames of a path; ``None`` if a namespace is missing."""
        names = [self.qualified(step) for step in path.split("/") if step]
        return None if any(n is None for n in names) else names

    def node_id(self, text: str) -> Any:
        """A node id from ``ns=…`` or ``nsu=URI;…``; ``None`` if the namespace is missing."""
        if text.startswith("nsu="):
            uri, _, rest = text[4:].partition(";")
            index = self.index(uri)
            if index is None:
                return None
            text = f"ns={index};{rest}"
        return ua.NodeId.from_string(text)


async def translate(session: Any, start: Any, paths: Iterable[Sequence[Any]]) -> list[Any]:
    """Node ids of browse paths, ``None`` where a path leads nowhere; in batches."""
    requests = [_browse_path(start, path) for path in paths]
    found: list[Any] = []
    for i in range(0, len(requests), _BATCH):
        results = await session.translate_browsepaths_to_nodeids(requests[i : i + _BATCH])
        found += [_target(result) for result in results]
    return found


def _browse_path(start: Any, names: Sequence[Any]) -> Any:
    path = ua.BrowsePath()
    path.StartingNode = start
    for name in names:
        element = ua.RelativePathElement()
        element.ReferenceTypeId = ua.NodeId(ua.ObjectIds.HierarchicalReferences)
        element.IsInverse = False
        element.IncludeSubtypes = True
        element.TargetName = name
        path.RelativePath.Elements.append(element)
    return path


def _target(result: Any) -> Any:
    if not result.StatusCode.is_good():
        return None
    whole = [t for t in result.Targets if t.RemainingPathIndex in (0xFFFFFFFF, -1)]
    if not whole:
        return None
    # An expanded node id of the same server; the plain one is what the other services take.
    node = whole[0].TargetId
    return ua.NodeId(node.Identifier, node.NamespaceIndex, node.NodeIdType)


async def browse(session: Any, node: Any, *, most: int = 0, continue_: bool = True) -> tuple[list[Any], int]:
    """Hierarchical references forward, and how many came with the first answer."""
    (result,) = await session.browse(_request([node], most))
    result.StatusCode.check()
    first = len(result.References)
    return (await _rest(session, result) if continue_ else list(result.References)), first


async def browse_many(session: Any, nodes: Sequence[Any]) -> list[list[Any]]:
    """Hierarchical references forward of each node, in one request; none where a node cannot be browsed."""
    results = await session.browse(_request(nodes, 0))
    return [await _rest(session, r) if r.StatusCode.is_good() else [] for r in results]


def _request(nodes: Sequence[Any], most: int) -> Any:
    parameters = ua.BrowseParameters()
    parameters.View.Timestamp = ua.get_win_epoch()
    parameters.RequestedMaxReferencesPerNode = most
    for node in nodes:
        description = ua.BrowseDescription()
        description.NodeId = node
        description.BrowseDirection = ua.BrowseDirection.Forward
        description.ReferenceTypeId = ua.NodeId(ua.ObjectIds.HierarchicalReferences)
        description.IncludeSubtypes = True
        description.NodeClassMask = ua.NodeClass.Unspecified
        description.ResultMask = ua.BrowseResultMask.All
        parameters.NodesToBrowse.append(description)
    return parameters


async def _rest(session: Any, result: Any) -> list[Any]:
    """The references of an answer and of the pages that follow it."""
    found = list(result.References)
    while result.ContinuationPoint:
        more = ua.BrowseNextParameters()
        more.ReleaseContinuationPoints = False
        more.ContinuationPoints = [result.ContinuationPoint]
        result = (await session.browse_next(more))[0]
        result.StatusCode.check()
        found += result.References
    return found


async def find_machine(session: Any, names: Names, wanted: str | None) -> tuple[Any, str]:
    """(node id of the machine, its browse name), or (``None``, why there is none).

    ``wanted`` is a browse name, serial number or product instance URI; without it the server must have one machine.
    """
    machines_name = names.qualified(f"{MACHINERY_URI}:Machines")
    if machines_name is None:
        return None, "the server has no namespace of OPC 40001-1 (Machinery)"
    (machines,) = await translate(session, OBJECTS, [[machines_name]])
    if machines is None:
        return None, "there is no Objects/Machines"
    references, _ = await browse(session, machines)
    objects = [r for r in references if r.NodeClass == ua.NodeClass.Object]
    identified = [r for r in objects if (await _identity(session, names, r)) is not None]
    candidates = identified or objects
    if wanted is not None:
        candidates = [r for r in candidates if wanted in await _names_of(session, names, r)]
        if not candidates:
            known = ", ".join(r.BrowseName.Name for r in objects) or "none"
            return None, f"no machine '{wanted}' under Objects/Machines; there are: {known}"
    if len(candidates) > 1:
        known = ", ".join(r.BrowseName.Name for r in candidates)
        return None, f"several machines under Objects/Machines ({known}); name one with 'machine:' in the target file"
    if not candidates:
        return None, "Objects/Machines is empty"
    return _node_of(candidates[0]), candidates[0].BrowseName.Name


def _node_of(reference: Any) -> Any:
    node = reference.NodeId
    return ua.NodeId(node.Identifier, node.NamespaceIndex, node.NodeIdType)


async def _identity(session: Any, names: Names, reference: Any) -> Any:
    step = names.qualified(f"{DI_URI}:Identification")
    if step is None:
        return None
    (found,) = await translate(session, _node_of(reference), [[step]])
    return found


async def _names_of(session: Any, names: Names, reference: Any) -> set[str]:
    """The names by which a target file may call a machine."""
    known = {str(reference.BrowseName.Name), str(reference.DisplayName.Text)}
    identification = names.qualified(f"{DI_URI}:Identification")
    if identification is None:
        return known
    paths = [[identification, names.qualified(f"{DI_URI}:{name}")] for name in _IDENTITY]
    nodes = await translate(session, _node_of(reference), paths)
    present = [n for n in nodes if n is not None]
    if present:
        values = await session.read_attributes(present, ua.AttributeIds.Value)
        known |= {str(v.Value.Value) for v in values if v.StatusCode.is_good()}
    return known
