"""An OPC UA client of another stack (the legacy ``opcua`` library) reads, hears and commands a machine of the served line."""

from __future__ import annotations

import queue
from collections.abc import Iterator
from typing import Any

import pytest
from served_line import ServedLine

opcua = pytest.importorskip("opcua")

SOON = 20.0
"""Seconds until a wait counts as failed; nothing is decided by how long it takes."""
UNIT = "A"
NAMESPACES = {
    "di": "http://opcfoundation.org/UA/DI/",
    "m": "http://opcfoundation.org/UA/Machinery/",
    "pml": "http://opcfoundation.org/UA/PackML/",
    "s": "urn:setsubi:basc-cell-line:v1",
}
STOPPED, IDLE, EXECUTE = 2, 4, 6
UINT16, INT32 = opcua.ua.VariantType.UInt16, opcua.ua.VariantType.Int32


class Heard:
    """A subscription handler: data changes in the order in which they came."""

    def __init__(self) -> None:
        self.changes: queue.Queue[Any] = queue.Queue()

    def datachange_notification(self, _node: Any, value: Any, _data: Any) -> None:
        self.changes.put(value)

    def until(self, wanted: Any) -> list[Any]:
        """Everything that was heard up to the wanted value."""
        heard = [self.changes.get(timeout=SOON)]
        while heard[-1] != wanted:
            heard.append(self.changes.get(timeout=SOON))
        return heard


class Machine:
    """One machine as the foreign client finds it: by browse names with namespace URIs, never by index or node id."""

    def __init__(self, client: Any, name: str) -> None:
        self.client = client
        self._index = {prefix: client.get_namespace_index(uri) for prefix, uri in NAMESPACES.items()} | {"ua": 0}
        self._node = client.get_objects_node().get_child(self._steps(f"m:Machines/s:{name}"))

    def _steps(self, path: str) -> list[str]:
        return [f"{self._index[p]}:{n}" for p, n in (step.split(":") for step in path.split("/"))]

    def node(self, path: str) -> Any:
        return self._node.get_child(self._steps(path))

    def read(self, path: str) -> Any:
        return self.node(path).get_value()

    def call(self, method: str, *arguments: Any) -> str:
        """The status of a PackML method."""
        packml = self.node("pml:PackML")
        return self._status(lambda: packml.call_method(f"{self._index['pml']}:{method}", *arguments))

    def write(self, path: str, value: Any, kind: Any) -> str:
        node = self.node(path)
        return self._status(lambda: node.set_value(opcua.ua.Variant(value, kind)))

    def hear(self, path: str) -> Heard:
        heard = Heard()
        self.client.create_subscription(50, heard).subscribe_data_change(self.node(path))
        return heard

    @staticmethod
    def _status(act: Any) -> str:
        try:
            act()
        except opcua.ua.UaStatusCodeError as refused:
            return str(opcua.ua.StatusCode(refused.code).name)
        return "Good"


@pytest.fixture
def machine(line: ServedLine) -> Iterator[Machine]:
    client = opcua.Client(line.units[UNIT].opcua, timeout=SOON)
    client.connect()
    try:
        yield Machine(client, UNIT)
    finally:
        client.disconnect()


def drive_to_execute(machine: Machine) -> None:
    """Whatever an earlier test left: Stop if need be, then Reset and Start, each awaited."""
    heard = machine.hear("s:State/s:UnitState")
    if heard.until(machine.read("s:State/s:UnitState"))[-1] != STOPPED:
        assert machine.call("Stop") == "Good"
        heard.until(STOPPED)
    for method, state in (("Reset", IDLE), ("Start", EXECUTE)):
        assert machine.call(method) == "Good"
        heard.until(state)


def test_every_unit_stands_under_machines_on_a_server_of_its_own(line: ServedLine) -> None:
    for unit in line.units.values():
        client = opcua.Client(unit.opcua, timeout=SOON)
        client.connect()
        try:
            index = client.get_namespace_index(NAMESPACES["m"])
            machines = client.get_objects_node().get_child([f"{index}:Machines"]).get_children()
            assert [m.get_browse_name().Name for m in machines] == [unit.name]
        finally:
            client.disconnect()


def test_it_reads_who_the_machine_is_and_what_it_does(machine: Machine) -> None:
    drive_to_execute(machine)
    assert machine.read("di:Identification/di:Manufacturer").Text
    assert machine.read("di:Identification/di:SerialNumber") == "SIM-A"
    assert machine.read("s:Profile/s:Id") == "stacking"
    assert machine.read("m:MachineryBuildingBlocks/m:MachineryItemState/ua:CurrentState").Text == "Executing"
    execute = "pml:PackML/pml:BaseStateMachine/pml:MachineState/pml:ExecuteState/ua:CurrentState/ua:Number"
    assert machine.read(execute) == EXECUTE
    # Unit A has twelve places and an unlimited supply: it filled them when the line began, and nothing is lost.
    counts = {name: machine.read(f"s:Production/s:{name}") for name in ("Entered", "Wip", "Good", "Scrap")}
    assert counts["Entered"] >= 12
    assert counts["Entered"] >= counts["Good"] + counts["Scrap"]


def test_it_commands_the_machine_and_hears_each_state(machine: Machine) -> None:
    drive_to_execute(machine)
    heard = machine.hear("s:State/s:UnitState")
    assert heard.until(EXECUTE)
    accepted = machine.read("s:Command/s:Accepted")
    walk = (("Hold", 11), ("Unhold", EXECUTE), ("Stop", STOPPED), ("Reset", IDLE), ("Start", EXECUTE))
    for method, state in walk:
        assert machine.call(method) == "Good"
        heard.until(state)
    assert machine.read("s:Command/s:Accepted") == accepted + len(walk)


@pytest.mark.parametrize(
    ("method", "arguments", "status"),
    [
        ("Clear", (), "BadInvalidState"),  # only an aborted machine can be cleared
        ("Start", (), "BadInvalidState"),  # it executes already
        ("SetUnitMode", ((99, INT32),), "BadOutOfRange"),
        ("SetUnitMode", ((2, INT32),), "BadInvalidState"),  # not while it executes
        ("SetProduct", ((1, INT32),), "BadNotImplemented"),  # docs/opcua-limitations.md
    ],
)
def test_a_wrong_command_is_refused_with_its_status_and_changes_nothing(
    machine: Machine, method: str, arguments: tuple[tuple[Any, Any], ...], status: str
) -> None:
    drive_to_execute(machine)
    before = [machine.read(f"s:State/s:{name}") for name in ("UnitState", "UnitMode", "Cause")]
    assert machine.call(method, *(opcua.ua.Variant(*a) for a in arguments)) == status
    assert [machine.read(f"s:State/s:{name}") for name in ("UnitState", "UnitMode", "Cause")] == before


@pytest.mark.parametrize(
    ("path", "value", "kind", "status"),
    [
        ("s:Recipe/s:Select", 77, UINT16, "BadOutOfRange"),
        ("s:Parameters/s:SheetCount", 7000, UINT16, "BadOutOfRange"),
        ("s:Parameters/s:SheetCount", "many", opcua.ua.VariantType.String, "BadTypeMismatch"),
        ("s:State/s:UnitState", STOPPED, UINT16, "BadNotWritable"),
        ("s:HandOver/s:Infeed/s:Peer/s:SeqAfter", 3, UINT16, "BadUserAccessDenied"),  # the neighbour owns its port
    ],
)
def test_a_wrong_write_is_refused_with_its_status_and_not_taken(
    machine: Machine, path: str, value: Any, kind: Any, status: str
) -> None:
    drive_to_execute(machine)
    assert machine.write(path, value, kind) == status
    assert machine.read(path) != value


def test_it_selects_a_recipe_and_sets_a_parameter_while_the_machine_is_stopped(machine: Machine) -> None:
    drive_to_execute(machine)
    heard = machine.hear("s:State/s:UnitState")
    assert machine.call("Stop") == "Good"
    heard.until(STOPPED)
    assert machine.write("s:Recipe/s:Select", 2, UINT16) == "Good"
    assert machine.write("s:Parameters/s:SheetCount", 55, UINT16) == "Good"
    changed = machine.hear("s:Recipe/s:Modified")
    changed.until(True)
    assert (machine.read("s:Recipe/s:Active"), machine.read("s:Parameters/s:SheetCount")) == (2, 55)
    assert machine.write("s:Recipe/s:Select", 1, UINT16) == "Good"  # as it was: the other tests share the line
    changed.until(False)
    assert machine.read("s:Parameters/s:SheetCount") == 60
    assert machine.call("Reset") == "Good"
    heard.until(IDLE)
    assert machine.call("Start") == "Good"
    heard.until(EXECUTE)
