"""The light tower: that it agrees with the state and the alarms."""

from __future__ import annotations

from conformance.checks.alarms_helpers import COUNT, UNACKED, quiet
from conformance.checks.machine_helpers import STATE, comes, ending_stopped, executing, number, numbers, picture, run
from conformance.checks.safety_helpers import RESET_REQUIRED, of_kind, tripped
from conformance.context import Context
from conformance.registry import check

LAMPS = ("lamp.red", "lamp.yellow", "lamp.green", "lamp.blue", "lamp.buzzer")
BOTH = ("command.cntrl_cmd", "alarm.acknowledge")


@check("safety.lamps_agree", per_protocol=True)
async def lamps_agree(ctx: Context) -> None:
    """As the unit is found, green is lit in Execute only, and red, blue and the buzzer have a reason or are off."""
    seen = await picture(ctx, STATE, "state.cause", COUNT, UNACKED, RESET_REQUIRED, "alarm.highest_severity", *LAMPS)
    state, severe = seen[STATE], seen["alarm.highest_severity"] >= ctx.param("red_severity")
    failed = state in numbers(ctx, ("Holding", "Held")) and seen["state.cause"] == ctx.param("failure")
    red = severe or failed or state in numbers(ctx, ("Aborting", "Aborted"))
    blue = bool(seen[UNACKED]) or seen[RESET_REQUIRED]
    green = state == number(ctx, "Execute")
    for lamp, wanted in (("lamp.green", green), ("lamp.red", red), ("lamp.blue", blue)):
        ctx.expect(seen[lamp] is wanted, f"{lamp} in state {state}", expected=wanted, actual=seen)
    if not seen[UNACKED]:
        ctx.expect(
            seen["lamp.buzzer"] is False, "no buzzer without an unacknowledged alarm", expected=False, actual=seen
        )


@check("safety.lamps_after_emergency_stop", writes=BOTH)
async def lamps_after_emergency_stop(ctx: Context) -> None:
    """An emergency stop lights red and blue, sounds the buzzer, and puts green out."""
    function = of_kind(ctx, "S1")
    await quiet(ctx)
    async with ending_stopped(ctx):
        await run(ctx)
        async with tripped(ctx, function):
            if not (await ctx.until(STATE, number(ctx, "Aborted"), ctx.param("settle_s"))).met:
                ctx.inconclusive("the emergency stop does not take the unit to Aborted")
            for lamp, wanted in (("red", True), ("blue", True), ("buzzer", True), ("green", False)):
                await comes(ctx, f"lamp.{lamp}", wanted, ctx.param("report_s"), f"lamp.{lamp} after the stop")


@check("safety.lamps_when_waiting", writes=BOTH)
async def lamps_when_waiting(ctx: Context) -> None:
    """A unit that waits for items lights yellow and not green."""
    await quiet(ctx)
    async with ending_stopped(ctx):
        await run(ctx)
        if not (await ctx.until(STATE, number(ctx, "Suspended"), ctx.param("settle_s"))).met:
            ctx.inconclusive("the unit does not wait")
        await comes(ctx, "lamp.yellow", True, ctx.param("report_s"), "yellow is lit while waiting")
        await comes(ctx, "lamp.green", False, ctx.param("report_s"), "green is out while waiting")


@check("safety.lamps_in_execute", writes=BOTH)
async def lamps_in_execute(ctx: Context) -> None:
    """A unit in Execute lights green."""
    async with executing(ctx):
        seen = await picture(ctx, STATE, "lamp.green")
        if seen[STATE] != number(ctx, "Execute"):
            ctx.inconclusive("the unit did not stay in Execute")
        ctx.expect(seen["lamp.green"] is True, "green is lit in Execute", expected=True, actual=seen)
