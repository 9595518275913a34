"""Alarms as conditions: what a client of Part 9 hears and may answer."""

import pytest
from asyncua import Client, Node, ua
from fakes_opcua import FakeEquipment
from opcua_clients import Heard, fields_of, node, talking

from simulator.endpoints.quirks import OpcuaQuirks

FIELDS = [
    "EventId", "EventType", "SourceName", "Time", "Message", "Severity", "ConditionName", "Retain",
    "ActiveState/Id", "AckedState/Id", "ConfirmedState/Id", "ActiveState", "BranchId", "Comment", "ClientUserId",
]  # fmt: skip
REFRESH_START = ua.NodeId(ua.ObjectIds.RefreshStartEventType)
REFRESH_END = ua.NodeId(ua.ObjectIds.RefreshEndEventType)


async def listen(client: Client, at: Node | int = ua.ObjectIds.Server, event_filter: ua.EventFilter | None = None):
    heard = Heard()
    subscription = await client.create_subscription(20, heard)
    item = await subscription.subscribe_events(at, evfilter=event_filter or fields_of(FIELDS), queuesize=100)
    return heard, subscription, item


async def answer(client: Client, condition: ua.NodeId, method: str, event_id: bytes, comment: str) -> None:
    on_type = {"Acknowledge": 9111, "Confirm": 9113, "AddComment": 9029}[method]
    await client.get_node(condition).call_method(
        ua.NodeId(on_type), ua.Variant(event_id, ua.VariantType.ByteString), ua.LocalizedText(comment)
    )


async def refresh(client: Client, subscription) -> None:
    identifier = ua.Variant(subscription.subscription_id, ua.VariantType.UInt32)
    await client.get_node(ua.ObjectIds.ConditionType).call_method(
        ua.NodeId(ua.ObjectIds.ConditionType_ConditionRefresh), identifier
    )


def states(event) -> tuple[bool, bool, bool, bool]:
    return tuple(getattr(event, f) for f in ("ActiveState/Id", "AckedState/Id", "ConfirmedState/Id", "Retain"))


async def test_an_alarm_is_an_event_of_the_server_and_of_the_machine():
    equipment = FakeEquipment()
    async with talking(equipment) as (_, client):
        at_server, *_ = await listen(client)
        at_machine, *_ = await listen(client, await node(client, ""))
        equipment.raise_alarm(1)
        for heard in (at_server, at_machine):
            event = await heard.event()
            assert states(event) == (True, False, False, True)
            assert (event.SourceName, event.ConditionName, event.Severity) == ("Fake1", "jam", 600)
            assert event.Message == ua.LocalizedText("jam happened", "en")
            assert event.BranchId == ua.NodeId()
            assert event.NodeId == (await node(client, "s:Alarms/s:jam")).nodeid


async def test_an_alarm_is_acknowledged_and_confirmed_and_then_forgotten():
    equipment = FakeEquipment()
    async with talking(equipment) as (_, client):
        heard, *_ = await listen(client)
        equipment.raise_alarm(1)
        raised = await heard.event()
        await answer(client, raised.NodeId, "Acknowledge", raised.EventId, "seen")
        acknowledged = await heard.event()
        assert states(acknowledged) == (True, True, False, True)
        assert acknowledged.Comment.Text == "seen"
        equipment.clear_alarm(1)
        cleared = await heard.event()
        await answer(client, raised.NodeId, "Confirm", cleared.EventId, "mended")
        assert states(await heard.event()) == (False, True, True, False)
        shown = await node(client, "s:Alarms/s:jam/ua:AckedState/ua:Id")
        assert await shown.read_value() is True


async def test_an_instances_own_method_works_as_the_types_does():
    equipment = FakeEquipment()
    async with talking(equipment) as (_, client):
        heard, *_ = await listen(client)
        equipment.raise_alarm(1)
        raised = await heard.event()
        event_id = ua.Variant(raised.EventId, ua.VariantType.ByteString)
        await (await node(client, "s:Alarms/s:jam")).call_method("0:Acknowledge", event_id, ua.LocalizedText(""))
        assert states(await heard.event())[1] is True


async def test_event_ids_are_unique_and_those_of_an_earlier_occurrence_do_not_count():
    equipment = FakeEquipment()
    async with talking(equipment) as (_, client):
        heard, *_ = await listen(client)
        equipment.raise_alarm(1)
        first = await heard.event()
        equipment.clear_alarm(1)
        second = await heard.event()
        equipment.raise_alarm(1)
        third = await heard.event()
        assert len({first.EventId, second.EventId, third.EventId}) == 3
        with pytest.raises(ua.UaStatusCodeError, match="BadEventIdUnknown"):
            await answer(client, first.NodeId, "Acknowledge", first.EventId, "late")
        await answer(client, first.NodeId, "Acknowledge", third.EventId, "in time")


async def test_what_is_acknowledged_is_not_acknowledged_again():
    equipment = FakeEquipment()
    async with talking(equipment) as (_, client):
        heard, *_ = await listen(client)
        equipment.raise_alarm(1)
        raised = await heard.event()
        with pytest.raises(ua.UaStatusCodeError, match="BadInvalidState"):
            await answer(client, raised.NodeId, "Confirm", raised.EventId, "too early")
        await answer(client, raised.NodeId, "Acknowledge", raised.EventId, "once")
        with pytest.raises(ua.UaStatusCodeError, match="BadConditionBranchAlreadyAcked"):
            await answer(client, raised.NodeId, "Acknowledge", raised.EventId, "twice")


async def test_a_comment_is_an_event_of_its_own():
    equipment = FakeEquipment()
    async with talking(equipment) as (_, client):
        heard, *_ = await listen(client)
        equipment.raise_alarm(1)
        raised = await heard.event()
        await answer(client, raised.NodeId, "AddComment", raised.EventId, "waiting for parts")
        assert (await heard.event()).Comment.Text == "waiting for parts"


async def test_a_refresh_shows_what_is_retained_between_its_two_markers():
    equipment = FakeEquipment()
    equipment.raise_alarm(2)
    async with talking(equipment) as (_, client):
        heard, subscription, _ = await listen(client)
        await refresh(client, subscription)
        events = [await heard.event() for _ in range(3)]
        assert [e.EventType for e in events][::2] == [REFRESH_START, REFRESH_END]
        assert events[1].ConditionName == "guard_open"
        await answer(client, events[1].NodeId, "Acknowledge", events[1].EventId, "")


async def test_refresh2_serves_the_one_item_that_is_named():
    equipment = FakeEquipment()
    equipment.raise_alarm(2)
    async with talking(equipment) as (_, client):
        heard, subscription, item = await listen(client)
        other = await subscription.subscribe_events(evfilter=fields_of(FIELDS))
        assert other != item
        numbers = [ua.Variant(n, ua.VariantType.UInt32) for n in (subscription.subscription_id, item)]
        on_type = client.get_node(ua.ObjectIds.ConditionType)
        await on_type.call_method(ua.NodeId(ua.ObjectIds.ConditionType_ConditionRefresh2), *numbers)
        equipment.raise_alarm(1)
        names = [(await heard.event()).ConditionName for _ in range(5)]
        assert names.count("guard_open") == 1
        assert names.count("jam") == 2


async def test_a_refresh_of_somebody_elses_subscription_is_refused():
    equipment = FakeEquipment()
    async with talking(equipment) as (endpoint, client), Client(endpoint.address) as other:
        _, subscription, _ = await listen(client)
        with pytest.raises(ua.UaStatusCodeError, match="BadSubscriptionIdInvalid"):
            await refresh(other, subscription)


async def test_a_session_in_japanese_hears_japanese():
    equipment = FakeEquipment()
    async with talking(equipment, locale="ja") as (_, client):
        heard, *_ = await listen(client)
        equipment.raise_alarm(1)
        assert (await heard.event()).Message == ua.LocalizedText("jam 発生", "ja")


async def test_a_filter_for_alarms_lets_their_subtypes_through():
    equipment = FakeEquipment()
    alarms_only = fields_of(FIELDS)
    element = ua.ContentFilterElement()
    element.FilterOperator = ua.FilterOperator.OfType
    literal = ua.Variant(ua.NodeId(ua.ObjectIds.AlarmConditionType), ua.VariantType.NodeId)
    element.FilterOperands = [ua.LiteralOperand(Value=literal)]
    alarms_only.WhereClause.Elements.append(element)
    async with talking(equipment) as (_, client):
        heard, subscription, _ = await listen(client, event_filter=alarms_only)
        await refresh(client, subscription)  # its markers are no alarms
        equipment.raise_alarm(1)
        assert (await heard.event()).ConditionName == "jam"


@pytest.mark.parametrize(
    ("quirk", "status"), [("ack_ignored", None), ("no_condition_refresh", "BadNotSupported"), ("wrong_severity", None)]
)
async def test_quirks_of_conditions_bite(quirk, status):
    equipment = FakeEquipment()
    async with talking(equipment, OpcuaQuirks.of(**{quirk: True})) as (_, client):
        heard, subscription, _ = await listen(client)
        if status is not None:
            with pytest.raises(ua.UaStatusCodeError, match=status):
                await refresh(client, subscription)
            return
        equipment.raise_alarm(1)
        raised = await heard.event()
        assert (raised.Severity == 1) == (quirk == "wrong_severity")
        await answer(client, raised.NodeId, "Acknowledge", raised.EventId, "")
        assert equipment.conditions()[0].acked == (quirk != "ack_ignored")
