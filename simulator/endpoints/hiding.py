"""Which nodes the quirks hide, and with them everything beneath; and whose access they change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from asyncua import ua

from simulator.endpoints.errors import BindingError
from simulator.endpoints.machine import MachineBuilder
from simulator.endpoints.unit import Unit


def hidden_nodes(unit: Unit, builder: MachineBuilder) -> frozenset[ua.NodeId]:
    """The nodes that can be neither browsed nor read: of options that the unit lacks, and under the present quirks."""
    roots = list(_roots(unit, builder))
    return frozenset(node for root in roots for node in (root, *_beneath(unit, root)))


def changed_access(unit: Unit, builder: MachineBuilder) -> dict[ua.NodeId, bool]:
    """The nodes that the present quirks make writable (true) or read-only (false)."""
    quirks = unit.quirks
    return {
        node: writable
        for names, writable in ((quirks.extra_writable, True), (quirks.not_writable, False))
        for node in _named(unit, builder, names)
    }


def _roots(unit: Unit, builder: MachineBuilder) -> Iterator[ua.NodeId]:
    quirks, machine = unit.quirks, unit.machine
    if quirks.browse_hides_machine:
        yield machine.nodeid
    yield from _named(unit, builder, quirks.missing_node)
    if quirks.identification_missing_property:
        yield from _members(unit, machine.identification, quirks.identification_missing_property)
    if not quirks.serves_unclaimed:
        yield from (b.nodeid for b in machine.signals.values() if b.signal.option in unit.without)
        yield from (node for node, method in machine.methods.items() if method and method.option in unit.without)
    for bound in machine.signals.values():
        if quirks.missing_engineering_units:
            yield from _members(unit, bound.nodeid, "EngineeringUnits")
        if quirks.missing_eu_range:
            yield from _members(unit, bound.nodeid, "EURange")


def _named(unit: Unit, builder: MachineBuilder, names: Iterable[str]) -> Iterator[ua.NodeId]:
    """The nodes of signals, or at browse paths."""
    for name in names:
        bound = unit.machine.signals.get(name)
        try:
            node = bound.nodeid if bound is not None else builder.resolve(unit.machine, name)
        except BindingError:
            node = None  # neither a signal nor a path of this unit
        if node is not None:
            yield node


def _members(unit: Unit, parent: ua.NodeId, name: str) -> Iterator[ua.NodeId]:
    node = unit.aspace.peek(parent)
    yield from (r.NodeId for r in (node.references if node else ()) if r.IsForward and r.BrowseName.Name == name)


def _beneath(unit: Unit, root: ua.NodeId) -> Iterator[ua.NodeId]:
    """Nodes whose string id lies below the root's: what was built under it."""
    prefix = f"{root.Identifier}/"
    for nodeid in unit.aspace.overlay.own():
        if nodeid.NamespaceIndex == root.NamespaceIndex and str(nodeid.Identifier).startswith(prefix):
            yield nodeid
