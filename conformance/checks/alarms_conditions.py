"""Alarms as OPC UA conditions: events, refresh, acknowledge, confirm, texts, times."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from conformance.checks.alarms_helpers import events, lower, pick, quiet, raised
from conformance.checks.machine_helpers import accepted, refused
from conformance.context import AlarmEvent, Context
from conformance.registry import check

ACK = ("alarm.acknowledge",)


@check("alarms.event_sent", writes=ACK)
async def event_sent(ctx: Context) -> None:
    """Raising an alarm sends an event that says active and unacknowledged, with the declared severity."""
    alarm = await pick(ctx, reaction="warn")
    declared = ctx.profile.alarms[alarm]

    async def act() -> None:
        await ctx.operator.act("alarm_raise", number=alarm)

    started = ctx.now()
    seen = await ctx.opcua.alarm_events(
        for_s=ctx.param("raise_s"), trigger=act, until=lambda e: e.number == alarm and bool(e.active)
    )
    try:
        event = next((e for e in seen if e.number == alarm and e.active), None)
        if ctx.expect(event is not None, f"an event of alarm {alarm} comes", expected="event", actual=len(seen)):
            assert event is not None
            ctx.note(f"the event came after {event.at - started:.2f} s")
            ctx.expect(event.acked is False, "it is unacknowledged", expected=False, actual=event.acked)
            ctx.expect(
                event.severity == declared.severity, "severity", expected=declared.severity, actual=event.severity
            )
    finally:
        await lower(ctx, alarm)


@check("alarms.refresh_shows", writes=ACK)
async def refresh_shows(ctx: Context) -> None:
    """ConditionRefresh shows an active alarm with its present state, to a client that has come later."""
    alarm = await pick(ctx, reaction="warn")
    async with raised(ctx, alarm):
        event = await _refreshed(ctx, alarm)
        actual = "none" if event is None else "event"
        if ctx.expect(event is not None, f"a refresh shows alarm {alarm}", expected="event", actual=actual):
            assert event is not None
            said = (event.active, event.acked, event.retain)
            ctx.expect(said == (True, False, True), "active, unacknowledged, retained", actual=said)


async def _refreshed(ctx: Context, alarm: int) -> AlarmEvent | None:
    seen = await events(ctx, alarm, ctx.param("raise_s"), refresh=True)
    return seen[-1] if seen else None


async def _shown(ctx: Context, alarm: int) -> AlarmEvent:
    event = await _refreshed(ctx, alarm)
    if event is None:
        ctx.inconclusive(f"alarm {alarm} is not shown as a condition")
        raise AssertionError("unreachable")
    return event


@check("alarms.condition_acknowledged", writes=ACK)
async def condition_acknowledged(ctx: Context) -> None:
    """Acknowledge is accepted and shown; a second time it is refused."""
    alarm = await pick(ctx, reaction="warn")
    async with raised(ctx, alarm):
        event = await _shown(ctx, alarm)
        answer = await ctx.opcua.acknowledge(event, ctx.param("comment"))
        accepted(ctx, answer, "Acknowledge is accepted")
        after = await _shown(ctx, alarm)
        ctx.expect(after.acked is True, "the condition is acknowledged", expected=True, actual=after.acked)
        again = await ctx.opcua.acknowledge(after, ctx.param("comment"))
        refused(ctx, again, "a second Acknowledge is refused")


@check("alarms.condition_confirmed", writes=ACK)
async def condition_confirmed(ctx: Context) -> None:
    """Confirm is accepted after Acknowledge; then a second Confirm is refused."""
    alarm = await pick(ctx, reaction="warn")
    async with raised(ctx, alarm):
        await ctx.opcua.acknowledge(await _shown(ctx, alarm), ctx.param("comment"))
        event = await _shown(ctx, alarm)
        if event.acked is not True:
            ctx.inconclusive("the condition does not become acknowledged")
        if event.confirmed is None:
            ctx.not_applicable("the condition has no confirmation")
        accepted(ctx, await ctx.opcua.confirm(event, ctx.param("comment")), "Confirm is accepted")
        after = await _shown(ctx, alarm)
        ctx.expect(after.confirmed is True, "the condition is confirmed", expected=True, actual=after.confirmed)
        refused(ctx, await ctx.opcua.confirm(after, ctx.param("comment")), "a second Confirm is refused")


@check("alarms.texts")
async def texts(ctx: Context) -> None:
    """Every declared alarm stands in the address space with a name in English and in Japanese."""
    lacking: dict[int, Any] = {}
    for alarm in ctx.profile.alarms.values():
        facts = await ctx.opcua.facts(f"{ctx.param('folder')}/s:{alarm.id}")
        languages = {locale.split("-")[0] for locale in facts.locales}
        if not facts.found or not set(ctx.param("languages")) <= languages:
            lacking[alarm.number] = sorted(languages) if facts.found else "no such node"
    ctx.expect(not lacking, "alarms in both languages", expected=ctx.param("languages"), actual=lacking or "all")


@check("alarms.message", writes=ACK)
async def message(ctx: Context) -> None:
    """The message of a condition is the declared text in English or Japanese."""
    alarm = await pick(ctx, reaction="warn")
    declared = ctx.profile.alarms[alarm].text
    async with raised(ctx, alarm):
        event = await _shown(ctx, alarm)
        fits = declared.en in event.message or declared.ja in event.message
        ctx.expect(fits, f"the message of alarm {alarm}", expected=[declared.en, declared.ja], actual=event.message)


@check("alarms.time_true", writes=ACK)
async def time_true(ctx: Context) -> None:
    """The time of a condition is when it was raised, by the equipment's own clock."""
    await quiet(ctx)
    alarm = await pick(ctx, reaction="warn")
    before = (await ctx.read("comm.clock")).value
    async with raised(ctx, alarm):
        event = await _shown(ctx, alarm)
        after = (await ctx.read("comm.clock")).value
        if not isinstance(before, datetime) or not isinstance(after, datetime):
            ctx.inconclusive("the equipment's clock cannot be read")
            return
        if event.time is None:
            ctx.expect(False, "the condition has a time", expected="a time", actual=None)
            return
        early = (before - event.time).total_seconds()
        late = (event.time - after).total_seconds()
        ctx.expect(
            max(early, late) <= ctx.param("tolerance_s"),
            "the time lies between the looks at the clock",
            expected=f"{before} … {after}",
            actual=event.time,
            evidence=event.evidence,
        )
