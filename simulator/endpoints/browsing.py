"""Browse, BrowseNext and TranslateBrowsePathsToNodeIds over an overlay (OPC 10000-4 clause 5.9)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import count

from asyncua import ua

from simulator.endpoints.nodes import HAS_SUBTYPE
from simulator.endpoints.reading import wants_japanese
from simulator.endpoints.unit import Unit

MAX_CONTINUATION_POINTS = 20
_NULL = ua.NodeId()


class Browser:
    """Browses for one session; holds its continuation points."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit
        self._rest: dict[bytes, tuple[int, list[ua.ReferenceDescription]]] = {}
        self._names = count(1)

    def browse(self, params: ua.BrowseParameters, locales: Sequence[str]) -> list[ua.BrowseResult]:
        """Answer a Browse request."""
        limit = 0 if self._unit.quirks.no_browse_continuation else int(params.RequestedMaxReferencesPerNode)
        return [self._browse_one(wanted, limit, locales) for wanted in params.NodesToBrowse]

    def browse_next(self, release: bool, points: Sequence[bytes]) -> list[ua.BrowseResult]:
        """Answer a BrowseNext request."""
        results = []
        for point in points:
            held = self._rest.pop(bytes(point or b""), None)
            if held is None:
                results.append(_failed(ua.StatusCodes.BadContinuationPointInvalid))
            elif release:
                results.append(ua.BrowseResult())
            else:
                results.append(self._page(*held))
        return results

    def translate(self, path: ua.BrowsePath) -> ua.BrowsePathResult:
        """Follow one browse path."""
        result = ua.BrowsePathResult()
        elements = path.RelativePath.Elements
        here = [path.StartingNode]
        if not elements:
            result.StatusCode = ua.StatusCode(ua.StatusCodes.BadNothingToDo)
        elif not elements[-1].TargetName or not elements[-1].TargetName.Name:
            result.StatusCode = ua.StatusCode(ua.StatusCodes.BadBrowseNameInvalid)
        elif not self._is_known(path.StartingNode):
            result.StatusCode = ua.StatusCode(ua.StatusCodes.BadNodeIdUnknown)
        else:
            for element in elements:
                here = [target for node in here for target in self._targets(node, element)]
            result.Targets = [_target(node) for node in dict.fromkeys(here)]
            if not here:
                result.StatusCode = ua.StatusCode(ua.StatusCodes.BadNoMatch)
        return result

    def _browse_one(self, wanted: ua.BrowseDescription, limit: int, locales: Sequence[str]) -> ua.BrowseResult:
        if not self._is_known(wanted.NodeId):
            return _failed(ua.StatusCodes.BadNodeIdUnknown)
        if wanted.ReferenceTypeId != _NULL and self._unit.aspace.peek(wanted.ReferenceTypeId) is None:
            return _failed(ua.StatusCodes.BadReferenceTypeIdInvalid)
        types = self._types(wanted.ReferenceTypeId, wanted.IncludeSubtypes)
        found = [
            self._in_language(ref, locales)
            for ref in self._references(wanted.NodeId)
            if _fits(ref, wanted) and (types is None or ref.ReferenceTypeId in types)
        ]
        return self._page(limit, found)

    def _page(self, limit: int, found: list[ua.ReferenceDescription]) -> ua.BrowseResult:
        result = ua.BrowseResult()
        if not limit or len(found) <= limit:
            result.References = found
            return result
        if len(self._rest) >= MAX_CONTINUATION_POINTS:
            return _failed(ua.StatusCodes.BadNoContinuationPoints)
        if self._unit.quirks.browse_pages_lost:
            result.References = found[:limit]
            return result
        point = next(self._names).to_bytes(8, "big")
        self._rest[point] = (limit, found[limit:])
        result.References, result.ContinuationPoint = found[:limit], point
        return result

    def _references(self, nodeid: ua.NodeId) -> Iterator[ua.ReferenceDescription]:
        node = self._unit.aspace.peek(nodeid)
        if node is not None:
            yield from (ref for ref in node.references if ref.NodeId not in self._unit.hidden)

    def _targets(self, nodeid: ua.NodeId, element: ua.RelativePathElement) -> Iterator[ua.NodeId]:
        types = self._types(element.ReferenceTypeId, element.IncludeSubtypes)
        node, name = self._unit.aspace.peek(nodeid), element.TargetName
        for ref in node.references if node is not None else ():
            if ref.IsForward == element.IsInverse or ref.BrowseName != name or ref.NodeId in self._unit.hidden:
                continue
            if types is None or ref.ReferenceTypeId in types:
                yield ref.NodeId

    def _is_known(self, nodeid: ua.NodeId) -> bool:
        return nodeid not in self._unit.hidden and self._unit.aspace.peek(nodeid) is not None

    def _types(self, root: ua.NodeId, subtypes: bool) -> frozenset[ua.NodeId] | None:
        """The reference types that are asked for; None for all. They are the template's, so all servers share them."""
        if root == _NULL:
            return None
        if not subtypes or self._unit.aspace.peek(root) is None:
            return frozenset({root})
        known = self._unit.aspace.reference_types
        if root not in known:
            known[root] = self._with_subtypes(root)
        return known[root]

    def _with_subtypes(self, root: ua.NodeId) -> frozenset[ua.NodeId]:
        found, open_ = {root}, [root]
        while open_:
            node = self._unit.aspace.peek(open_.pop())
            for ref in node.references if node is not None else ():
                if ref.IsForward and ref.ReferenceTypeId == HAS_SUBTYPE and ref.NodeId not in found:
                    found.add(ref.NodeId)
                    open_.append(ref.NodeId)
        return frozenset(found)

    def _in_language(self, ref: ua.ReferenceDescription, locales: Sequence[str]) -> ua.ReferenceDescription:
        title = self._unit.machine.titles.get(ref.NodeId)
        if title is None or not wants_japanese(self._unit, locales):
            return ref
        return replace(ref, DisplayName=ua.LocalizedText(title.ja, "ja"))


def _fits(ref: ua.ReferenceDescription, wanted: ua.BrowseDescription) -> bool:
    direction = wanted.BrowseDirection
    if direction == ua.BrowseDirection.Forward and not ref.IsForward:
        return False
    if direction == ua.BrowseDirection.Inverse and ref.IsForward:
        return False
    return not wanted.NodeClassMask or bool(wanted.NodeClassMask & ref.NodeClass)


def _target(nodeid: ua.NodeId) -> ua.BrowsePathTarget:
    target = ua.BrowsePathTarget()
    target.TargetId, target.RemainingPathIndex = nodeid, ua.Index(0xFFFFFFFF)
    return target


def _failed(status: int) -> ua.BrowseResult:
    result = ua.BrowseResult()
    result.StatusCode = ua.StatusCode(status)
    return result
