"""State machines of the standards, derived from the pack's state signals.

The NodeSets have no numeric state variable at the top, so the pack carries the numbers (`s:State/s:UnitState`,
`UnitMode`, `ItemState`, `OperationMode`), and these projections keep the standard state machines in step with them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from asyncua import ua

from simulator.endpoints.machine import Machine
from simulator.endpoints.nodes import A, NodeBuilder, O
from simulator.endpoints.publisher import stamped
from simulator.endpoints.quirks import OpcuaQuirks
from simulator.interface.equipment import Value

Put = Callable[[ua.NodeId, ua.DataValue], None]

RUNNING, CLEARED = 18, 19
"""The super-states of PackML that OPC 30050 adds."""

_CARRIERS = tuple(f"s:State/s:{name}" for name in ("UnitState", "UnitMode", "ItemState", "OperationMode"))
_STATE_TYPES = (ua.NodeId(O.StateType), ua.NodeId(O.InitialStateType))


class StateMachine:
    """One finite state machine instance: its states by number, and its CurrentState variable (OPC 10000-16 clause 4.4.5)."""

    def __init__(self, nodes: NodeBuilder, nodeid: ua.NodeId) -> None:
        self._current = _required(nodes, nodeid, "CurrentState")
        self._id = _required(nodes, self._current, "Id")
        self._number = nodes.child(self._current, ua.QualifiedName("Number", 0))
        self.states = dict(_states(nodes, nodeid))
        self._set_available(nodes, nodeid)

    def enter(self, number: int, put: Put) -> None:
        """Be in the state ``number``."""
        if number not in self.states:
            self.leave(put)
            return
        state, name = self.states[number]
        put(self._current, stamped(ua.Variant(ua.LocalizedText(name, "en"), ua.VariantType.LocalizedText)))
        put(self._id, stamped(ua.Variant(state, ua.VariantType.NodeId)))
        if self._number is not None:
            put(self._number, stamped(ua.Variant(number, ua.VariantType.UInt32)))

    def leave(self, put: Put) -> None:
        """Be inactive: a sub-state-machine whose super-state is left (OPC 10000-16 clause 4.4.18)."""
        for nodeid in (self._current, self._id, self._number):
            if nodeid is not None:
                put(nodeid, stamped(None, ua.StatusCodes.BadStateNotActive))

    def _set_available(self, nodes: NodeBuilder, nodeid: ua.NodeId) -> None:
        available = nodes.child(nodeid, ua.QualifiedName("AvailableStates", 0))
        if available is not None:
            ids = [state for state, _ in self.states.values()]
            nodes.set(available, A.Value, ua.Variant(ids, ua.VariantType.NodeId, is_array=True))
        transitions = nodes.child(nodeid, ua.QualifiedName("AvailableTransitions", 0))
        if transitions is not None:
            ids = list(_transitions(nodes, nodeid))
            nodes.set(transitions, A.Value, ua.Variant(ids, ua.VariantType.NodeId, is_array=True))


class Projections:
    """Keeps the standard state machines of one machine in step with the pack's signals."""

    def __init__(self, nodes: NodeBuilder, machine: Machine, packml: int) -> None:
        def below(*names: str) -> ua.NodeId:
            found = nodes.descendant(machine.packml, [ua.QualifiedName(name, packml) for name in names])
            assert found is not None, f"PackML NodeSet without {names}"
            return found

        self._base = StateMachine(nodes, below("BaseStateMachine"))
        self._machine = StateMachine(nodes, below("BaseStateMachine", "MachineState"))
        self._execute = StateMachine(nodes, below("BaseStateMachine", "MachineState", "ExecuteState"))
        self._item = StateMachine(nodes, machine.item_state)
        self._operation = StateMachine(nodes, machine.operation_mode)
        self._unit_mode = below("Status", "UnitModeCurrent")
        self._mode_is_bound = self._unit_mode in machine.by_node
        modes = nodes.child(machine.packml, ua.QualifiedName("Status", packml))
        supported = modes and nodes.child(modes, ua.QualifiedName("UnitSupportedModes", packml))
        if supported:
            enumeration = ua.NodeId(11, packml)  # ProductionMaintenanceModeEnum
            nodes.set(supported, A.Value, ua.Variant(enumeration, ua.VariantType.NodeId))
            nodes.set(self._unit_mode, A.DataType, ua.Variant(enumeration, ua.VariantType.NodeId))
        self._rules: dict[str, Callable[[int, Put], None]] = {
            "UnitState": self.project_state,
            "UnitMode": self._project_mode,
            "ItemState": self._item.enter,
            "OperationMode": self._operation.enter,
        }
        self._state_of = {
            bound.signal.id: bound.signal.opcua.steps[-1][1]
            for bound in machine.signals.values()
            if bound.signal.opcua and bound.signal.opcua.path in _CARRIERS
        }

    def follow(self, signal: str, value: Value, put: Put, quirks: OpcuaQuirks) -> None:
        """A signal has changed: project it if it is one of the four."""
        state = self._state_of.get(signal)
        if state is not None:
            self._rules[state](quirks.projected(state, int(value)), put)  # type: ignore[arg-type]

    def project_state(self, number: int, put: Put) -> None:
        """Put a PackML state number (OPC 30050) into the three nested state machines."""
        if number in self._execute.states:
            self._base.enter(CLEARED, put)
            self._machine.enter(RUNNING, put)
            self._execute.enter(number, put)
        elif number in self._machine.states:
            self._base.enter(CLEARED, put)
            self._machine.enter(number, put)
            self._execute.leave(put)
        else:
            self._base.enter(number, put)
            self._machine.leave(put)
            self._execute.leave(put)

    def _project_mode(self, number: int, put: Put) -> None:
        if not self._mode_is_bound:
            put(self._unit_mode, stamped(ua.Variant(number, ua.VariantType.Int32)))


def _required(nodes: NodeBuilder, parent: ua.NodeId, name: str) -> ua.NodeId:
    found = nodes.child(parent, ua.QualifiedName(name, 0))
    assert found is not None, f"{parent} has no {name}"
    return found


def _members(nodes: NodeBuilder, instance: ua.NodeId) -> Iterable[ua.NodeId]:
    """The members of an instance's type and supertypes; states and transitions belong to the type."""
    declared_by = nodes.type_of(instance)
    while declared_by is not None:
        node = nodes.aspace.peek(declared_by)
        for ref in node.references if node is not None else ():
            if ref.IsForward and ref.ReferenceTypeId == ua.NodeId(O.HasComponent):
                yield ref.NodeId
        declared_by = nodes.supertype(declared_by)


def _states(nodes: NodeBuilder, instance: ua.NodeId) -> Iterable[tuple[int, tuple[ua.NodeId, str]]]:
    for member in _members(nodes, instance):
        number_node = nodes.child(member, ua.QualifiedName("StateNumber", 0))
        name = nodes.get(member, A.BrowseName)
        if nodes.type_of(member) in _STATE_TYPES and number_node is not None and isinstance(name, ua.QualifiedName):
            number = nodes.get(number_node, A.Value)
            yield int(number if isinstance(number, int) else -1), (member, str(name.Name))


def _transitions(nodes: NodeBuilder, instance: ua.NodeId) -> Iterable[ua.NodeId]:
    for member in _members(nodes, instance):
        if nodes.type_of(member) == ua.NodeId(O.TransitionType):
            yield member
