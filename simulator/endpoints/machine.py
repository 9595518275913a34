"""The machine object of a unit: standard building blocks, the pack's own objects, signals and methods.

Standard parts are instances of OPC 40001-1 (Machinery) and OPC 30050 (PackML); `docs/opcua-paths.md` lists the paths.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from asyncua import ua

from profiles.model import Method, Signal, Text
from simulator.endpoints import nodesets
from simulator.endpoints.addressspace import SharedAddressSpace
from simulator.endpoints.errors import BindingError
from simulator.endpoints.nodes import HAS_ADDIN, HAS_COMPONENT, A, NodeBuilder, O, Path
from simulator.endpoints.variables import VariableBuilder, builtin_of
from simulator.endpoints.variants import DATATYPE_OF, VARIANT_OF

if TYPE_CHECKING:
    from profiles.pack import Profile

PACKML_NESTED: dict[Path, tuple[str, ...]] = {
    ("BaseStateMachine",): ("Abort", "Clear"),
    ("BaseStateMachine", "MachineState"): ("Stop", "Reset"),
    ("BaseStateMachine", "MachineState", "ExecuteState"): (
        "Reset",
        "Start",
        "Hold",
        "Unhold",
        "Suspend",
        "Unsuspend",
        "ToComplete",
    ),
}
"""Which nested state machine of PackML has which methods (NodeSet 1.01)."""


@dataclass
class Bound:
    """A signal at its node."""

    signal: Signal
    nodeid: ua.NodeId
    variant: ua.VariantType
    text: ua.NodeId | None = None
    """Its ValueAsText property, if the enumeration has gaps."""


@dataclass
class Machine:
    """What was built for one unit: its node ids by meaning."""

    nodeid: ua.NodeId
    signals: dict[str, Bound] = field(default_factory=dict)
    by_node: dict[ua.NodeId, Bound] = field(default_factory=dict)
    methods: dict[ua.NodeId, Method | None] = field(default_factory=dict)
    """Callable nodes; None for those that the standard demands and the profile does not have."""
    titles: dict[ua.NodeId, Text] = field(default_factory=dict)
    item_state: ua.NodeId = field(default_factory=ua.NodeId)
    operation_mode: ua.NodeId = field(default_factory=ua.NodeId)
    packml: ua.NodeId = field(default_factory=ua.NodeId)
    identification: ua.NodeId = field(default_factory=ua.NodeId)


class MachineBuilder:
    """Builds the machine object of one unit in one address space."""

    def __init__(self, aspace: SharedAddressSpace, namespaces: list[str], own_uri: str, profile: Profile) -> None:
        self.profile = profile
        self.index = {uri: number for number, uri in enumerate(namespaces)}
        self.prefixes = {prefix: self.index.get(uri) for prefix, uri in profile.namespaces.items()}
        self.own = self.index[own_uri]
        self.nodes = NodeBuilder(aspace, self.own)
        self.variables = VariableBuilder(self.nodes)
        self._bound_paths = {tuple(name for _, name in s.opcua.steps) for s in profile.signals.values() if s.opcua}

    def build(self, name: str) -> Machine:
        """Add the machine ``name`` under ``Objects/Machines``; raises ``BindingError`` for a signal that does not fit."""
        folder = self.nodes.child(ua.NodeId(O.ObjectsFolder), self._machinery("Machines"))
        if folder is None:
            raise BindingError("the Machinery NodeSet has no object Machines; give one of OPC 40001-1 1.01 or later")
        machine = Machine(self.nodes.add_object(folder, ua.QualifiedName(name, self.own), O.BaseObjectType, name))
        self.nodes.set(machine.nodeid, A.EventNotifier, ua.Variant(1, ua.VariantType.Byte))
        self._add_building_blocks(machine)
        self._add_packml(machine)
        for signal in self.profile.signals.values():
            if signal.opcua is not None:
                self._bind(machine, signal)
        for method in self.profile.methods.values():
            self._bind_method(machine, method)
        return machine

    def resolve(self, machine: Machine, path: str) -> ua.NodeId | None:
        """The node at a browse path from the machine object, if there is one."""
        return self.nodes.descendant(machine.nodeid, [self._name(step) for step in path.split("/")])

    def _machinery(self, name: str) -> ua.QualifiedName:
        return ua.QualifiedName(name, self.index[nodesets.MACHINERY])

    def _name(self, step: str) -> ua.QualifiedName:
        prefix, _, name = step.partition(":")
        index = self.prefixes.get(prefix)
        if index is None:
            raise BindingError(f"step {step!r} of a browse path has no known namespace; declare {prefix!r} in the pack")
        return ua.QualifiedName(name, index)

    def _type(self, uri: str, name: str) -> ua.NodeId:
        """An object type by browse name; types of the NodeSets have no fixed ids across versions."""
        wanted = ua.QualifiedName(name, self.index[uri])
        for nodeid in self.nodes.aspace.overlay:
            if nodeid.NamespaceIndex != wanted.NamespaceIndex or self.nodes.get(nodeid, A.BrowseName) != wanted:
                continue
            if self.nodes.get(nodeid, A.NodeClass) == ua.NodeClass.ObjectType:
                return nodeid
        raise BindingError(f"the NodeSet {uri} has no type {name}; use a newer one")

    def _add_building_blocks(self, machine: Machine) -> None:
        def bound(path: Path) -> bool:
            return ("Identification", *path) in self._bound_paths

        def numbered(path: Path) -> bool:
            return path in (("CurrentState", "Number"), ("AvailableStates",), ("AvailableTransitions",))

        add = self.nodes.instantiate
        machine.identification = add(
            machine.nodeid,
            ua.QualifiedName("Identification", self.index[nodesets.DI]),
            self._type(nodesets.MACHINERY, "MachineIdentificationType"),
            HAS_ADDIN,
            bound,
        )
        blocks = self.nodes.add_object(machine.nodeid, self._machinery("MachineryBuildingBlocks"))
        self.nodes.refer(blocks, HAS_ADDIN, machine.identification)
        machine.item_state = add(
            blocks,
            self._machinery("MachineryItemState"),
            self._type(nodesets.MACHINERY, "MachineryItemState_StateMachineType"),
            HAS_ADDIN,
            numbered,
        )
        machine.operation_mode = add(
            blocks,
            self._machinery("MachineryOperationMode"),
            self._type(nodesets.MACHINERY, "MachineryOperationModeStateMachineType"),
            HAS_ADDIN,
            numbered,
        )

    def _add_packml(self, machine: Machine) -> None:
        commands = {
            m.path.rpartition(":")[2] for m in self.profile.methods.values() if m.path.startswith("pml:PackML/")
        }
        nested = {(*machine_path, name) for machine_path, names in PACKML_NESTED.items() for name in names}

        def wanted(path: Path) -> bool:
            command = path in nested and path[-1] in commands
            return command or path[-2:] == ("CurrentState", "Number") or ("PackML", *path) in self._bound_paths

        pml = self.index[nodesets.PACKML]
        machine.packml = self.nodes.instantiate(
            machine.nodeid,
            ua.QualifiedName("PackML", pml),
            self._type(nodesets.PACKML, "PackMLBaseObjectType"),
            HAS_COMPONENT,
            wanted,
        )
        for path in sorted(nested, key=lambda path: (-len(path), path)):  # the same order in every run
            nodeid = self.nodes.descendant(machine.packml, [ua.QualifiedName(name, pml) for name in path])
            if nodeid is None:
                continue
            machine.methods[nodeid] = None
            if self.nodes.child(machine.packml, ua.QualifiedName(path[-1], pml)) is None:
                self.nodes.refer(machine.packml, HAS_COMPONENT, nodeid)
        for name in ("SetUnitMode", "SetMachSpeed", "SetProduct", "SetParameter"):
            nodeid = self.nodes.child(machine.packml, ua.QualifiedName(name, pml))
            if nodeid is not None:
                machine.methods[nodeid] = None

    def _bind(self, machine: Machine, signal: Signal) -> None:
        assert signal.opcua is not None
        parent, name = self._parent(machine, signal.opcua.path)
        nodeid = self.nodes.child(parent, name)
        if nodeid is None:
            nodeid = self.variables.add(parent, name, signal)
            variant = VARIANT_OF[signal.type]
        else:
            variant = builtin_of(self.nodes, nodeid)
            if variant is not VARIANT_OF[signal.type]:
                raise BindingError(
                    f"signal {signal.id} is {signal.type}, but the standard node {signal.opcua.path} is {variant.name};"
                    f" change the signal's type or bind it elsewhere"
                )
            self.variables.adapt(nodeid, signal)
        machine.signals[signal.id] = bound = Bound(
            signal, nodeid, variant, self.nodes.child(nodeid, ua.QualifiedName("ValueAsText", 0))
        )
        machine.by_node[nodeid] = bound
        machine.titles[nodeid] = signal.title

    def _bind_method(self, machine: Machine, method: Method) -> None:
        parent, name = self._parent(machine, method.path)
        same = [n for n in machine.methods if parent == machine.packml and self.nodes.get(n, A.BrowseName) == name]
        if not same:
            same = [self._add_method(parent, name, method)]
        for nodeid in same:
            machine.methods[nodeid] = method
            machine.titles[nodeid] = method.title

    def _add_method(self, parent: ua.NodeId, name: ua.QualifiedName, method: Method) -> ua.NodeId:
        executable = ua.Variant(True, ua.VariantType.Boolean)
        nodeid = self.nodes.add(
            parent, name, ua.NodeClass.Method, attributes={A.Executable: executable, A.UserExecutable: executable}
        )
        if method.arguments:
            arguments = [
                ua.Argument(Name=argument, DataType=DATATYPE_OF[kind], ValueRank=-1)
                for argument, kind in method.arguments
            ]
            self.nodes.add_property(
                nodeid, "InputArguments", ua.Variant(arguments, ua.VariantType.ExtensionObject), ua.NodeId(O.Argument)
            )
        return nodeid

    def _parent(self, machine: Machine, path: str) -> tuple[ua.NodeId, ua.QualifiedName]:
        """The object that holds the last step, with folders made as needed, and the last step's name."""
        *folders, last = (self._name(step) for step in path.split("/"))
        here = machine.nodeid
        for name in folders:
            here = self.nodes.child(here, name) or self.nodes.add_object(here, name)
        return here, last
