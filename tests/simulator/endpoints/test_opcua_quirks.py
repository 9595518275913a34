"""Each quirk does what its name says, at run time, and is gone when it is switched off."""

import asyncio
from dataclasses import fields
from datetime import UTC, datetime, timedelta

import pytest
from asyncua import Client, ua
from asyncua.ua.uaerrors import BadNoMatch
from fakes_opcua import FakeEquipment
from opcua_clients import Heard, fields_of, node, talking

from simulator.endpoints.quirks import OpcuaQuirks, in_other_type

V = ua.VariantType
SPEED, GOOD = "s:Recipe/s:Speed", "s:Production/s:Good"


async def value(client: Client, path: str) -> ua.DataValue:
    return await (await node(client, path)).read_data_value(raise_on_bad_status=False)


async def write(client: Client, path: str, number: float) -> str:
    try:
        await (await node(client, path)).write_value(number, V.Float)
    except ua.UaStatusCodeError as error:
        return type(error).__name__
    return "Good"


async def call(client: Client, name: str) -> str:
    packml = await node(client, "pml:PackML")
    try:
        await packml.call_method(await packml.get_child(f"5:{name}"))
    except ua.UaStatusCodeError as error:
        return type(error).__name__
    return "Good"


async def is_there(client: Client, path: str) -> bool:
    try:
        await node(client, path)
    except BadNoMatch:
        return False
    return True


async def test_every_quirk_is_off_by_default_and_documented():
    assert OpcuaQuirks().active == {}
    assert OpcuaQuirks.of(missing_node=["a.b"], no_events=True).active == {
        "missing_node": frozenset({"a.b"}), "no_events": True,
    }  # fmt: skip
    assert len(fields(OpcuaQuirks)) > 30
    with pytest.raises(TypeError):
        OpcuaQuirks.of(no_such_quirk=True)


async def test_values_are_distorted_and_recover():
    async with talking() as (endpoint, client):
        endpoint.set_quirks(bad_state_values=["production.good"])
        assert (await value(client, GOOD)).StatusCode.name == "BadSensorFailure"
        endpoint.set_quirks(wrong_datatype=["production.good"])
        assert (await value(client, GOOD)).Value.VariantType is V.Double
        assert await (await node(client, GOOD)).read_data_type() == ua.NodeId(ua.ObjectIds.Double)
        endpoint.set_quirks(no_source_timestamp=True)
        assert (await value(client, GOOD)).SourceTimestamp is None
        endpoint.set_quirks(stale_timestamps=-600)
        assert (await value(client, GOOD)).SourceTimestamp < datetime.now(UTC) - timedelta(seconds=500)
        endpoint.set_quirks()
        clean = await value(client, GOOD)
        assert (clean.Value.Value, clean.Value.VariantType, clean.StatusCode.is_good()) == (7, V.UInt32, True)


async def test_frozen_values_stay_until_the_quirk_is_off():
    equipment = FakeEquipment()
    async with talking(equipment) as (endpoint, client):
        endpoint.set_quirks(frozen_values=["production.good"])
        equipment.set(production__good=99)
        assert (await value(client, GOOD)).Value.Value == 7
        endpoint.set_quirks()
        assert (await value(client, GOOD)).Value.Value == 99


async def test_writes_are_answered_wrongly():
    equipment = FakeEquipment()
    async with talking(equipment) as (endpoint, client):
        endpoint.set_quirks(write_ignored_but_good=True)
        assert (await write(client, SPEED, 60.0), equipment.value("recipe.speed")) == ("Good", 50.0)
        endpoint.set_quirks(write_accepts_out_of_range=True)
        assert (await write(client, SPEED, 600.0), (await value(client, SPEED)).Value.Value) == ("Good", 600.0)
        endpoint.set_quirks(wrong_status_code_on_refusal=True)
        assert await write(client, SPEED, 600.0) == "BadInternalError"
        endpoint.set_quirks(write_to_read_only_good=["state.*"])
        assert await write(client, "pml:PackML/pml:Status/pml:CurMachSpeed", 1.0) == "Good"
        endpoint.set_quirks()
        assert await write(client, SPEED, 600.0) == "BadOutOfRange"


async def test_methods_are_answered_wrongly():
    equipment = FakeEquipment()
    equipment.set(state__unit_state=2)
    async with talking(equipment) as (endpoint, client):
        endpoint.set_quirks(method_always_good=True)
        assert (await call(client, "Start"), equipment.value("state.unit_state")) == ("Good", 2)
        endpoint.set_quirks(method_not_executable=True)
        assert await call(client, "Stop") == "BadNotExecutable"
        executable = await (await node(client, "pml:PackML/pml:Stop")).read_attribute(ua.AttributeIds.Executable)
        assert executable.Value.Value is False
        endpoint.set_quirks()
        assert await call(client, "Start") == "BadInvalidState"


@pytest.mark.parametrize(
    ("settings", "path"),
    [
        ({"missing_node": ["production.good"]}, GOOD),
        ({"missing_node": ["s:Production"]}, "s:Production/s:Energy"),
        ({"missing_engineering_units": True}, f"{SPEED}/ua:EngineeringUnits"),
        ({"missing_eu_range": True}, f"{SPEED}/ua:EURange"),
        ({"browse_hides_machine": True}, GOOD),
        ({"identification_missing_property": "SerialNumber"}, "di:Identification/di:SerialNumber"),
    ],
)
async def test_nodes_are_hidden_and_found_again(settings, path):
    async with talking() as (endpoint, client):
        hidden = await node(client, path)
        endpoint.set_quirks(**settings)
        assert not await is_there(client, path)
        assert (await hidden.read_data_value(raise_on_bad_status=False)).StatusCode.name == "BadNodeIdUnknown"
        endpoint.set_quirks()
        assert await is_there(client, path)


async def test_the_server_lies_about_itself():
    async with talking() as (endpoint, client):
        endpoint.set_quirks(wrong_namespace_uri=True)
        assert (await client.get_namespace_array())[-1] == "urn:setsubi:basc-cell-line:v999"
        endpoint.set_quirks(server_state_wrong=True)
        state = client.get_node(ua.ObjectIds.Server_ServerStatus_State)
        assert await state.read_value() == ua.ServerState.Failed
        endpoint.set_quirks(item_state_wrong=True, packml_state_wrong=True, identification_empty=True)
        item = "m:MachineryBuildingBlocks/m:MachineryItemState/ua:CurrentState/ua:Number"
        assert (await value(client, item)).Value.Value == 0
        machine = "pml:PackML/pml:BaseStateMachine/pml:MachineState/ua:CurrentState/ua:Number"
        assert (await value(client, machine)).Value.Value == 2
        assert (await value(client, "di:Identification/di:SerialNumber")).Value.Value == ""
        endpoint.set_quirks()
        assert (await client.get_namespace_array())[-1] == "urn:setsubi:basc-cell-line:v1"
        assert await state.read_value() == ua.ServerState.Running
        assert (await value(client, machine)).Value.Value == 18


async def test_an_anonymous_user_is_refused_though_offered():
    async with talking() as (endpoint, _):
        endpoint.set_quirks(anonymous_refused=True)
        with pytest.raises(ua.UaStatusCodeError, match="BadUserAccessDenied"):
            await Client(endpoint.address).connect()


async def test_only_none_is_offered():
    async with talking() as (endpoint, _):
        endpoint.set_quirks(no_security_policy=True)
        offered = await Client(endpoint.address).connect_and_get_server_endpoints()
        assert {e.SecurityMode for e in offered} == {ua.MessageSecurityMode.None_}


async def test_replies_are_slow():
    async with talking() as (endpoint, client):
        good = await node(client, GOOD)
        endpoint.set_quirks(slow_reply=0.5)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(good.read_value(), 0.05)
        endpoint.set_quirks()


async def test_subscriptions_and_events_are_silent():
    equipment, heard = FakeEquipment(), Heard()
    async with talking(equipment) as (endpoint, client):
        endpoint.set_quirks(subscription_never_notifies=True, no_events=True)
        subscription = await client.create_subscription(10, heard)
        await subscription.subscribe_data_change(await node(client, GOOD))
        await subscription.subscribe_events(evfilter=fields_of(["ConditionName"]))
        equipment.set(production__good=8)
        equipment.raise_alarm(1)
        await (await node(client, GOOD)).read_value()
        endpoint.set_quirks()
        equipment.raise_alarm(2)
        # Events go out in order: had the first been sent, it would come before the second.
        assert (await heard.event()).ConditionName == "guard_open"
        assert heard.changes.empty()


@pytest.mark.parametrize(
    "variant",
    [ua.Variant(True, V.Boolean), ua.Variant(1, V.UInt16), ua.Variant("x", V.String), ua.Variant(1.5, V.Float),
     ua.Variant(ua.LocalizedText("x"), V.LocalizedText), ua.Variant(datetime.now(UTC), V.DateTime)],
)  # fmt: skip
def test_another_type_is_really_another(variant):
    assert in_other_type(variant).VariantType is not variant.VariantType
