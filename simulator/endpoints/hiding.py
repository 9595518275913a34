"""Which nodes the quirks hide, and with them everything beneath."""

from __future__ import annotations

from collections.abc import Iterator

from asyncua import ua

from simulator.endpoints.errors import BindingError
from simulator.endpoints.machine import MachineBuilder
from simulator.endpoints.unit import Unit


def hidden_nodes(unit: Unit, builder: MachineBuilder) -> frozenset[ua.NodeId]:
    """The nodes that can be neither browsed nor read under the present quirks."""
    roots = list(_roots(unit, builder))
    return frozenset(node for root in roots for node in (root, *_beneath(unit, root)))


def _roots(unit: Unit, builder: MachineBuilder) -> Iterator[ua.NodeId]:
    quirks, machine = unit.quirks, unit.machine
    if quirks.browse_hides_machine:
        yield machine.nodeid
    for name in quirks.missing_node:
        bound = machine.signals.get(name)
        try:
            node = bound.nodeid if bound is not None else builder.resolve(machine, name)
        except BindingError:
            node = None  # neither a signal nor a path of this unit: nothing to hide
        if node is not None:
            yield node
    if quirks.identification_missing_property:
        yield from _members(unit, machine.identification, quirks.identification_missing_property)
    for bound in machine.signals.values():
        if quirks.missing_engineering_units:
            yield from _members(unit, bound.nodeid, "EngineeringUnits")
        if quirks.missing_eu_range:
            yield from _members(unit, bound.nodeid, "EURange")


def _members(unit: Unit, parent: ua.NodeId, name: str) -> Iterator[ua.NodeId]:
    node = unit.aspace.peek(parent)
    yield from (r.NodeId for r in (node.references if node else ()) if r.IsForward and r.BrowseName.Name == name)


def _beneath(unit: Unit, root: ua.NodeId) -> Iterator[ua.NodeId]:
    """Nodes whose string id lies below the root's: what was built under it."""
    prefix = f"{root.Identifier}/"
    for nodeid in unit.aspace.overlay.own():
        if nodeid.NamespaceIndex == root.NamespaceIndex and str(nodeid.Identifier).startswith(prefix):
            yield nodeid
