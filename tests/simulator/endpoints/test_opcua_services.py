"""The services of the endpoint, asked by a client over a real socket."""

import socket

import pytest
from asyncua import Client, ua
from fakes_opcua import EPOCH, FakeEquipment
from opcua_clients import Heard, keys, node, serving, talking

from profiles import load_profile
from simulator.endpoints.errors import BindingError, PortTaken
from simulator.endpoints.opcua import OpcuaEndpoint
from simulator.endpoints.security import SecuritySettings

V = ua.VariantType


async def read(client: Client, wanted: ua.ReadValueId, stamps=ua.TimestampsToReturn.Both) -> ua.DataValue:
    params = ua.ReadParameters()
    params.TimestampsToReturn = stamps
    params.NodesToRead = [wanted]
    return (await client.uaclient.read(params))[0]


def value_of(nodeid: ua.NodeId, index_range: str | None = None) -> ua.ReadValueId:
    return ua.ReadValueId(NodeId=nodeid, AttributeId=ua.AttributeIds.Value, IndexRange=index_range)


async def write_all(client: Client, *pairs) -> list[str]:
    params = ua.WriteParameters()
    for at, variant in pairs:
        wanted = ua.WriteValue()
        wanted.NodeId, wanted.AttributeId, wanted.Value = at.nodeid, ua.AttributeIds.Value, ua.DataValue(variant)
        params.NodesToWrite.append(wanted)
    return [status.name for status in await client.uaclient.write(params)]


async def test_signals_are_read_at_their_browse_paths():
    async with talking() as (_, client):
        assert (await (await node(client, "di:Identification/di:Manufacturer")).read_value()).Text == "Setsubi"
        assert await (await node(client, "di:Identification/m:YearOfConstruction")).read_value() == 2026
        assert await (await node(client, "pml:PackML/pml:Status/pml:CurMachSpeed")).read_value() == 12.5
        assert await (await node(client, "s:Communication/s:Clock")).read_value() == EPOCH


async def test_a_variable_says_its_type_unit_range_texts_and_access():
    async with talking() as (_, client):
        speed = await node(client, "s:Recipe/s:Speed")
        assert await speed.read_data_type() == ua.NodeId(ua.ObjectIds.Float)
        assert (await (await speed.get_child("0:EngineeringUnits")).read_value()).DisplayName.Text == "mm/s"
        assert (await (await speed.get_child("0:EURange")).read_value()).High == 100.0
        assert (await speed.read_display_name()).Text == "recipe.speed in English"
        assert (await speed.read_description()).Text == "recipe.speed の表示"
        assert await speed.get_access_level() == {ua.AccessLevel.CurrentRead, ua.AccessLevel.CurrentWrite}
        sampling = await speed.read_attribute(ua.AttributeIds.MinimumSamplingInterval)
        assert sampling.Value.Value == 500.0


async def test_a_session_in_japanese_gets_japanese_names():
    async with talking(locale="ja-JP") as (_, client):
        speed = await node(client, "s:Recipe/s:Speed")
        assert (await speed.read_display_name()).Text == "recipe.speed の表示"


async def test_an_enumeration_with_gaps_says_its_values_and_its_text():
    async with talking() as (_, client):
        state = await node(client, "s:State/s:UnitState")
        values = await (await state.get_child("0:EnumValues")).read_value()
        assert {v.Value: v.DisplayName.Text for v in values}[11] == "Held"
        assert (await (await state.get_child("0:ValueAsText")).read_value()).Text == "Idle"


async def test_the_standard_state_machines_follow_the_signals():
    equipment = FakeEquipment()
    async with talking(equipment) as (_, client):
        base = await node(client, "pml:PackML/pml:BaseStateMachine")
        execute = await node(
            client, "pml:PackML/pml:BaseStateMachine/pml:MachineState/pml:ExecuteState/ua:CurrentState"
        )
        assert (await execute.read_value()).Text == "Idle"
        assert await (await execute.get_child("0:Number")).read_value() == 4
        equipment.set(state__unit_state=9, state__item_state=1)
        assert (await (await base.get_child("0:CurrentState")).read_value()).Text == "Aborted"
        inactive = await execute.read_data_value(raise_on_bad_status=False)
        assert inactive.StatusCode.name == "BadStateNotActive"
        item = await node(client, "m:MachineryBuildingBlocks/m:MachineryItemState/ua:CurrentState")
        assert (await item.read_value()).Text == "OutOfService"
        assert await (await item.get_child("0:Number")).read_value() == 1


async def test_the_source_time_is_when_the_value_arose_and_the_server_time_when_it_was_read():
    equipment = FakeEquipment()
    async with talking(equipment) as (_, client):
        good = (await node(client, "s:Production/s:Good")).nodeid
        first, second = await read(client, value_of(good)), await read(client, value_of(good))
        assert first.SourceTimestamp == second.SourceTimestamp
        assert first.ServerTimestamp < second.ServerTimestamp
        equipment.set(production__good=8)
        assert (await read(client, value_of(good))).SourceTimestamp > first.SourceTimestamp


@pytest.mark.parametrize(("stamps", "source", "server"), [(0, True, False), (1, False, True), (3, False, False)])
async def test_only_the_timestamps_asked_for_are_returned(stamps, source, server):
    async with talking() as (_, client):
        good = (await node(client, "s:Production/s:Good")).nodeid
        value = await read(client, value_of(good), ua.TimestampsToReturn(stamps))
        assert (value.SourceTimestamp is not None, value.ServerTimestamp is not None) == (source, server)


@pytest.mark.parametrize(
    ("index_range", "expected"),
    [("0:3", "CELL"), ("5", "0"), ("5:99", "0001"), ("99", "BadIndexRangeNoData"), ("3:1", "BadIndexRangeInvalid"),
     ("x", "BadIndexRangeInvalid"), ("0,1", "BadIndexRangeNoData")],
)  # fmt: skip
async def test_an_index_range_reads_a_part(index_range, expected):
    async with talking() as (_, client):
        value = await read(client, value_of((await node(client, "s:Item/s:Id")).nodeid, index_range))
        got = value.Value.Value if value.StatusCode.is_good() else value.StatusCode.name
        assert got == expected


async def test_an_empty_read_has_nothing_to_do():
    async with talking() as (_, client):
        with pytest.raises(ua.UaStatusCodeError, match="BadNothingToDo"):
            await client.uaclient.read(ua.ReadParameters())


async def test_browsing_comes_in_pages_of_the_size_asked_for():
    async with talking() as (_, client):
        wanted = ua.BrowseDescription()
        wanted.NodeId = (await node(client, "pml:PackML/pml:Status")).nodeid
        wanted.ReferenceTypeId = ua.NodeId(ua.ObjectIds.HierarchicalReferences)
        wanted.IncludeSubtypes, wanted.BrowseDirection = True, ua.BrowseDirection.Forward
        wanted.ResultMask = 63
        params = ua.BrowseParameters()
        params.NodesToBrowse = [wanted]
        whole = (await client.uaclient.browse(params))[0].References
        params.RequestedMaxReferencesPerNode = 2
        page = (await client.uaclient.browse(params))[0]
        pages = list(page.References)
        assert len(pages) == 2
        while page.ContinuationPoint:
            further = ua.BrowseNextParameters()
            further.ContinuationPoints, further.ReleaseContinuationPoints = [page.ContinuationPoint], False
            page = (await client.uaclient.browse_next(further))[0]
            pages += page.References
        assert [r.NodeId for r in pages] == [r.NodeId for r in whole]
        used_up = ua.BrowseNextParameters()
        used_up.ContinuationPoints = [b"nobody's"]
        assert (await client.uaclient.browse_next(used_up))[0].StatusCode.name == "BadContinuationPointInvalid"


async def test_a_write_reaches_the_equipment_and_is_read_back_at_once():
    equipment = FakeEquipment()
    async with talking(equipment) as (_, client):
        speed = await node(client, "s:Recipe/s:Speed")
        await speed.write_value(60.0, V.Float)
        assert equipment.value("recipe.speed") == await speed.read_value() == 60.0
        assert equipment.peers[0].startswith("opcua:")


async def test_each_write_of_a_call_is_decided_for_itself_and_a_refused_one_changes_nothing():
    equipment = FakeEquipment()
    async with talking(equipment) as (_, client):
        speed, number = await node(client, "s:Recipe/s:Speed"), await node(client, "s:Recipe/s:Number")
        good = await node(client, "s:Production/s:Good")
        answers = await write_all(
            client,
            (speed, ua.Variant(600.0, V.Float)),
            (number, ua.Variant(3, V.UInt16)),
            (speed, ua.Variant(60.0, V.Double)),
            (good, ua.Variant(1, V.UInt32)),
        )
        assert answers == ["BadOutOfRange", "Good", "BadTypeMismatch", "BadNotWritable"]
        assert await speed.read_value() == 50.0
        assert await number.read_value() == 3
        assert await good.read_value() == 7


async def test_standard_nodes_and_other_attributes_are_not_writable():
    async with talking() as (_, client):
        with pytest.raises(ua.UaStatusCodeError, match="BadNotWritable"):
            await client.nodes.namespace_array.write_value(["urn:mine"])
        speed = await node(client, "s:Recipe/s:Speed")
        with pytest.raises(ua.UaStatusCodeError, match="BadNotWritable"):
            await speed.write_attribute(ua.AttributeIds.DisplayName, ua.DataValue(ua.LocalizedText("mine")))


async def test_nobody_adds_nodes():
    async with talking() as (_, client):
        with pytest.raises(ua.UaError):
            await client.nodes.objects.add_object(6, "Intruder")


async def test_a_subscriber_hears_every_change_in_order():
    equipment, heard = FakeEquipment(), Heard()
    async with talking(equipment) as (_, client):
        subscription = await client.create_subscription(20, heard)
        await subscription.subscribe_data_change(await node(client, "s:Production/s:Good"), queuesize=10)
        assert await heard.change() == 7
        for count in (8, 9, 10):
            equipment.set(production__good=count)
        assert [await heard.change() for _ in range(3)] == [8, 9, 10]


async def test_a_percent_deadband_is_refused_and_not_silently_ignored():
    async with talking() as (_, client):
        subscription = await client.create_subscription(100, Heard())
        with pytest.raises(ua.UaStatusCodeError, match="BadMonitoredItemFilterUnsupported"):
            await subscription.deadband_monitor(await node(client, "s:Recipe/s:Speed"), 5, 2)


async def test_methods_command_the_equipment_by_the_short_path_and_by_the_standard_one():
    equipment = FakeEquipment()
    async with talking(equipment) as (_, client):
        packml = await node(client, "pml:PackML")
        await packml.call_method(await packml.get_child("5:Start"))
        assert equipment.value("state.unit_state") == 6
        nested = await node(client, "pml:PackML/pml:BaseStateMachine/pml:MachineState")
        await nested.call_method(await nested.get_child("5:Stop"))
        assert equipment.value("state.unit_state") == 2


async def test_a_refused_command_has_its_status_and_changes_nothing():
    equipment = FakeEquipment()
    equipment.set(state__unit_state=2)
    async with talking(equipment) as (_, client):
        packml = await node(client, "pml:PackML")
        with pytest.raises(ua.UaStatusCodeError, match="BadInvalidState"):
            await packml.call_method(await packml.get_child("5:Start"))
        assert equipment.value("state.unit_state") == 2


@pytest.mark.parametrize(
    ("arguments", "status"),
    [([], "BadArgumentsMissing"), ([ua.Variant(1.0, V.Float)] * 2, "BadTooManyArguments"),
     ([ua.Variant(1.0, V.Double)], "BadInvalidArgument")],
)  # fmt: skip
async def test_wrong_arguments_are_refused(arguments, status):
    async with talking() as (_, client):
        packml = await node(client, "pml:PackML")
        with pytest.raises(ua.UaStatusCodeError, match=status):
            await packml.call_method(await packml.get_child("5:SetMachSpeed"), *arguments)


async def test_a_method_returns_what_the_equipment_answers():
    async with talking() as (_, client):
        commands = await node(client, "s:Commands")
        assert await commands.call_method(await commands.get_child("6:Double"), ua.Variant(21, V.Int32)) == 42


async def test_a_mandatory_method_that_the_profile_lacks_is_not_implemented():
    async with talking() as (_, client):
        packml = await node(client, "pml:PackML")
        with pytest.raises(ua.UaStatusCodeError, match="BadNotImplemented"):
            await packml.call_method(await packml.get_child("5:SetProduct"), ua.Variant([], V.ExtensionObject))


async def test_the_equipment_is_told_when_a_session_ends():
    equipment = FakeEquipment()
    async with serving(equipment) as endpoint:
        async with Client(endpoint.address) as client:
            await (await node(client, "s:Recipe/s:Speed")).write_value(1.0, V.Float)
        assert equipment.gone == equipment.peers


async def test_the_server_object_says_what_it_is():
    async with talking() as (_, client):
        status = await client.get_node(ua.ObjectIds.Server_ServerStatus).read_value()
        assert (status.State, status.BuildInfo.ManufacturerName) == (ua.ServerState.Running, "setsubi")
        profiles = await client.get_node(ua.ObjectIds.Server_ServerCapabilities_ServerProfileArray).read_value()
        assert profiles
        assert await client.get_node(ua.ObjectIds.Server_ServerDiagnostics_EnabledFlag).read_value() is False
        assert (await client.get_namespace_array())[-1] == "urn:setsubi:basc-cell-line:v1"


async def test_a_port_in_use_is_one_clear_error():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        endpoint = OpcuaEndpoint(FakeEquipment(), port=port, security=SecuritySettings(folder=keys()))
        with pytest.raises(PortTaken, match=f"cannot listen on 127.0.0.1:{port}"):
            await endpoint.start()
        await endpoint.stop()


async def test_a_signal_of_another_type_than_its_standard_node_is_a_binding_error():
    equipment = FakeEquipment()
    wrong = equipment.profile.signals["state.starved"].model_copy(update={"type": "uint16"})
    equipment.profile.signals["state.starved"] = wrong
    with pytest.raises(BindingError, match=r"state\.starved"):
        await OpcuaEndpoint(equipment, security=SecuritySettings(folder=keys())).start()


async def test_an_endpoint_starts_again_at_the_same_address():
    endpoint = OpcuaEndpoint(FakeEquipment(), security=SecuritySettings(folder=keys()))
    await endpoint.start()
    address = endpoint.address
    await endpoint.stop()
    await endpoint.start()
    try:
        assert endpoint.address == address
        async with Client(address) as client:
            assert await (await node(client, "s:Production/s:Good")).read_value() == 7
    finally:
        await endpoint.stop()


async def test_seven_units_are_served_by_one_process_and_are_not_confused():
    equipments = [FakeEquipment(f"Unit{number}") for number in range(7)]
    endpoints = [OpcuaEndpoint(e, security=SecuritySettings(folder=keys())) for e in equipments]
    try:
        for number, (endpoint, equipment) in enumerate(zip(endpoints, equipments, strict=True)):
            await endpoint.start()
            equipment.set(production__good=100 + number)
        for number, endpoint in enumerate(endpoints):
            async with Client(endpoint.address) as client:
                good = await node(client, "s:Production/s:Good", f"Unit{number}")
                assert await good.read_value() == 100 + number
                machines = await client.nodes.objects.get_child("4:Machines")
                assert len(await machines.get_children()) == 1
    finally:
        for endpoint in endpoints:
            await endpoint.stop()


@pytest.mark.parametrize("name", load_profile("stacking").pack.profile_names)
async def test_every_profile_of_the_pack_fits_the_nodesets(name):
    profile = load_profile(name)
    equipment = FakeEquipment("Unit", profile)  # type: ignore[arg-type]
    equipment._values = {}  # what it says is not of interest, only where
    async with serving(equipment) as endpoint, Client(endpoint.address) as client:
        bound = [s for s in profile.signals.values() if s.opcua is not None]
        assert bound
        for signal in bound:
            assert await node(client, signal.opcua.path, "Unit")
        for method in profile.methods.values():
            assert await node(client, method.path, "Unit")
