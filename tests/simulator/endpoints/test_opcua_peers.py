"""A client of another stack (the legacy ``opcua`` library) in a thread of its own: read, write, call, hear, answer."""

import asyncio
import queue
from typing import Any

import pytest
from fakes_opcua import FakeEquipment
from opcua_clients import SOON, serving

opcua = pytest.importorskip("opcua")
MACHINE = ["0:Objects", "4:Machines", "6:Fake1"]


class Handler:
    def __init__(self) -> None:
        self.changes: queue.Queue[Any] = queue.Queue()
        self.events: queue.Queue[Any] = queue.Queue()

    def datachange_notification(self, _node: Any, value: Any, _data: Any) -> None:
        self.changes.put(value)

    def event_notification(self, event: Any) -> None:
        self.events.put(event)


def connected(address: str, work: Any) -> Any:
    client = opcua.Client(address, timeout=SOON)
    client.connect()
    try:
        machine = client.get_root_node().get_child(MACHINE)
        return work(client, machine)
    finally:
        client.disconnect()


async def ask(equipment: FakeEquipment, work: Any) -> Any:
    """Do ``work`` with the foreign client while the endpoint serves."""
    async with serving(equipment) as endpoint:
        return await asyncio.to_thread(connected, endpoint.address, work)


async def test_it_reads_the_machine_as_the_standards_describe_it():
    def work(_client: Any, machine: Any) -> list[Any]:
        paths = (
            ["2:Identification", "2:SerialNumber"],
            ["5:PackML", "5:Status", "5:CurMachSpeed"],
            ["4:MachineryBuildingBlocks", "4:MachineryItemState", "0:CurrentState", "0:Number"],
            ["5:PackML", "5:BaseStateMachine", "5:MachineState", "0:CurrentState", "0:Number"],
        )
        return [machine.get_child(path).get_value() for path in paths]

    assert await ask(FakeEquipment(), work) == ["SN-1", 12.5, 2, 18]


async def test_it_writes_and_is_refused():
    def work(_client: Any, machine: Any) -> Any:
        speed = machine.get_child(["6:Recipe", "6:Speed"])
        speed.set_value(60.0, opcua.ua.VariantType.Float)
        with pytest.raises(opcua.ua.UaStatusCodeError) as refused:
            speed.set_value(600.0, opcua.ua.VariantType.Float)
        return speed.get_value(), refused.value.code

    assert await ask(FakeEquipment(), work) == (60.0, opcua.ua.StatusCodes.BadOutOfRange)


async def test_it_commands_and_hears_the_change():
    def work(client: Any, machine: Any) -> Any:
        handler = Handler()
        subscription = client.create_subscription(20, handler)
        subscription.subscribe_data_change(machine.get_child(["6:State", "6:UnitState"]))
        before = handler.changes.get(timeout=SOON)
        packml = machine.get_child(["5:PackML"])
        packml.call_method("5:Start")
        return before, handler.changes.get(timeout=SOON)

    assert await ask(FakeEquipment(), work) == (4, 6)


async def test_it_hears_refreshes_acknowledges_and_confirms_an_alarm():
    equipment = FakeEquipment()
    equipment.raise_alarm(1)

    def work(client: Any, machine: Any) -> list[Any]:
        ua = opcua.ua
        handler = Handler()
        subscription = client.create_subscription(20, handler)
        subscription.subscribe_events(ua.ObjectIds.Server, ua.ObjectIds.AlarmConditionType)
        identifier = ua.Variant(subscription.subscription_id, ua.VariantType.UInt32)
        client.get_node(ua.NodeId(ua.ObjectIds.ConditionType)).call_method(
            ua.NodeId(ua.ObjectIds.ConditionType_ConditionRefresh), identifier
        )
        alarm = machine.get_child(["6:Alarms", "6:jam"])
        retained = next(e for e in iter(lambda: handler.events.get(timeout=SOON), None) if e.Severity == 600)
        event_id = retained.EventId
        for method in ("0:Acknowledge", "0:Confirm"):
            comment = ua.Variant(ua.LocalizedText("by another stack"), ua.VariantType.LocalizedText)
            alarm.call_method(method, ua.Variant(event_id, ua.VariantType.ByteString), comment)
            event_id = handler.events.get(timeout=SOON).EventId if method == "0:Acknowledge" else event_id
        return [alarm.get_child([f"0:{state}", "0:Id"]).get_value() for state in ("AckedState", "ConfirmedState")]

    assert await ask(equipment, work) == [True, True]
