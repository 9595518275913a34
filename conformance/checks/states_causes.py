"""Why a unit does not run: starved, blocked, its own failure."""

from __future__ import annotations

from conformance.checks.alarms_helpers import pick, put_away, raised
from conformance.checks.machine_helpers import (
    RUNNING,
    STATE,
    comes,
    drain,
    ending_stopped,
    feed,
    number,
    numbers,
    picture,
    run,
    stays,
    value,
    with_name,
)
from conformance.context import Context
from conformance.registry import check

STARVED, BLOCKED, FAILURE = 1, 2, 3


@check("states.starved", per_protocol=True, writes=("command.cntrl_cmd",))
async def starved(ctx: Context) -> None:
    """A started unit without items goes to Suspended, starved, and says so."""
    async with ending_stopped(ctx):
        await run(ctx)
        if await value(ctx, "production.wip") and not await drain(ctx):
            ctx.inconclusive("the unit cannot be emptied")
        await _waits(ctx, STARVED, "state.starved", "state.blocked")


@check("states.blocked", writes=("command.cntrl_cmd",))
async def blocked(ctx: Context) -> None:
    """A unit whose items nobody takes goes to Suspended, blocked, and says so."""
    suspended = number(ctx, "Suspended")

    async def full() -> bool:
        if not await value(ctx, "production.wip"):
            return False
        seen = await ctx.until(STATE, suspended, ctx.param("process_s"))
        infeed = await ctx.until("handover.infeed.ready", True, ctx.param("reaction_s"))
        return seen.met and not infeed.met

    async with ending_stopped(ctx):
        await run(ctx)
        async with ctx.neighbour("infeed") as sender:
            if not await feed(ctx, sender, full):
                ctx.inconclusive("the unit does not fill up")
            await _waits(ctx, BLOCKED, "state.blocked", "state.starved")
            await sender.clear()
        await drain(ctx)


async def _waits(ctx: Context, cause: int, on: str, off: str) -> None:
    await comes(ctx, STATE, number(ctx, "Suspended"), ctx.param("settle_s"), "the unit goes to Suspended")
    seen = await picture(ctx, STATE, "state.cause", on, off)
    ctx.expect(
        seen["state.cause"] == cause,
        "the cause of waiting",
        expected=with_name(ctx, "state.cause", cause),
        actual=seen,
    )
    ctx.expect(seen[on] is True and seen[off] is False, f"{on} is set, {off} is not", expected=on, actual=seen)


@check("states.own_failure", writes=("command.cntrl_cmd", "alarm.acknowledge"))
async def own_failure(ctx: Context) -> None:
    """A failure of its own takes a running unit to Held with the cause EquipmentFailure."""
    alarm = await pick(ctx, reaction="hold", category="equipment")
    async with ending_stopped(ctx):
        await run(ctx)
        async with raised(ctx, alarm):
            await comes(ctx, STATE, number(ctx, "Held"), ctx.param("settle_s"), "the unit goes to Held")
            cause = await value(ctx, "state.cause")
            ctx.expect(cause == FAILURE, "the cause is the unit's own failure", expected=FAILURE, actual=cause)


@check("states.stop_reason", per_protocol=True, writes=("command.cntrl_cmd", "alarm.acknowledge"))
async def stop_reason(ctx: Context) -> None:
    """While an alarm keeps the unit down, the stop reason is its number; afterwards it is 0."""
    alarm = await pick(ctx, reaction="hold", category="equipment")
    async with ending_stopped(ctx):
        await run(ctx)
        async with raised(ctx, alarm):
            if not (await ctx.until(STATE, number(ctx, "Held"), ctx.param("settle_s"))).met:
                ctx.inconclusive("the alarm does not take the unit to Held")
            await comes(ctx, "state.stop_reason", alarm, ctx.param("reaction_s"), "the stop reason names the alarm")
        await ctx.command("Unhold")
        if not (await ctx.until(STATE, lambda v: v in numbers(ctx, RUNNING), ctx.param("settle_s"))).met:
            ctx.inconclusive("the unit does not leave Held after the alarm")
        await comes(ctx, "state.stop_reason", 0, ctx.param("reaction_s"), "the stop reason is 0 again")


@check("states.unhold_waits_for_alarm", writes=("command.cntrl_cmd", "alarm.acknowledge"))
async def unhold_waits_for_alarm(ctx: Context) -> None:
    """Unhold is refused while the failure stands; when it is gone and acknowledged, Unhold is obeyed."""
    alarm = await pick(ctx, reaction="hold", category="equipment")
    async with ending_stopped(ctx):
        await run(ctx)
        async with raised(ctx, alarm):
            if not (await ctx.until(STATE, number(ctx, "Held"), ctx.param("settle_s"))).met:
                ctx.inconclusive("the alarm does not take the unit to Held")
            answer = await ctx.command("Unhold")
            ctx.expect(not answer.accepted, "Unhold is refused", expected="refused", actual=answer.status)
            await stays(ctx, ("Held",), ctx.param("watch_s"), "the unit stays in Held while the failure stands")
        await put_away(ctx, alarm)
        await ctx.command("Unhold")
        goals = numbers(ctx, RUNNING)
        await comes(ctx, STATE, lambda v: v in goals, ctx.param("settle_s"), "Unhold is obeyed after the failure")
