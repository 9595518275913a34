"""Hand-over that does not take place: who is no longer willing takes it back, and nobody has done wrong."""

from __future__ import annotations

from conformance.checks.alarms_helpers import COUNT
from conformance.checks.handover_helpers import ENTERED, FAULTED, WRITES, Between, acknowledge_all, between, last
from conformance.checks.machine_helpers import STATE, number, value
from conformance.context import Context
from conformance.registry import check

INFEED = ("handover.infeed.state", "handover.infeed.start")


@check("handover.revokes_ready_on_stop", writes=WRITES)
async def revokes_ready_on_stop(ctx: Context) -> None:
    """Ready falls after Stop."""
    async with between(ctx) as unit:
        await unit.ready()
        await _falls_after_stop(unit, "infeed", "ready")


@check("handover.revokes_offer_on_stop", writes=WRITES)
async def revokes_offer_on_stop(ctx: Context) -> None:
    """Available falls after Stop."""
    async with between(ctx) as unit:
        await unit.offered()
        await _falls_after_stop(unit, "outfeed", "available")


async def _falls_after_stop(unit: Between, port: str, level: str) -> None:
    ctx = unit.ctx
    await ctx.command("Stop")
    seen = await unit.hand(port).see(2 * ctx.param("reaction_s"), **{level: False})
    if unit.expect(seen.met, f"{level} falls after Stop", expected=False, actual=last(seen), evidence=seen):
        ctx.expect_within(seen.elapsed, ctx.param("reaction_s"), seen.uncertainty, f"{level} falls after Stop, in time")
        stopped = await ctx.until(STATE, number(ctx, "Stopped"), ctx.param("settle_s"))
        unit.sure(stopped.met, "the unit does not stop")
        again = await unit.hand(port).see(ctx.param("reaction_s"), **{level: True})
        unit.expect(not again.met, f"{level} stays 0 in Stopped", expected=False, actual=last(again), evidence=again)


@check("handover.offer_withdrawn", writes=WRITES)
async def offer_withdrawn(ctx: Context) -> None:
    """An offer that is withdrawn before the unit has started it: no alarm, no fault, nothing counted."""
    await ctx.bring_to("Stopped")  # so that it is not started at once
    await acknowledge_all(ctx)
    async with ctx.neighbour("infeed") as peer:
        if not (await ctx.until(COUNT, 0, ctx.param("recover_s"))).met:
            ctx.inconclusive("there are alarms already; clear and acknowledge them first")
        before = await value(ctx, ENTERED)
        await peer.offer()
        if not (await ctx.until("handover.infeed.peer.available", True, ctx.param("reaction_s"))).met:
            ctx.inconclusive("the offer does not read back")
        await peer.set(available=False)
        seen = await ctx.record(INFEED, ctx.param("watch_s"))
        states, starts = (seen.values(name) for name in INFEED)
        ctx.expect(FAULTED not in states, "the infeed is not faulted", expected="not 12", actual=states)
        ctx.expect(True not in starts, "no transfer is started", expected=False, actual=starts)
        alarms, after = await value(ctx, COUNT), await value(ctx, ENTERED)
        ctx.expect(alarms == 0, "no alarm is raised", expected=0, actual=alarms)
        ctx.expect(after == before, "nothing is counted", expected=before, actual=after)
        await peer.clear()
    await acknowledge_all(ctx)


@check("handover.readiness_withdrawn", writes=WRITES)
async def readiness_withdrawn(ctx: Context) -> None:
    """Readiness that is withdrawn before the receiver has started: the offer stands, T1 does not run out, no alarm."""
    async with between(ctx) as unit:
        await unit.offered()
        out, since = await unit.out(), ctx.now()
        await unit.down.set(ready=True)
        await unit.down.set(ready=False)
        unit.down.answered("t1", since)
        seen = (await ctx.record(["handover.outfeed.available"], ctx.param("watch_s"))).values(
            "handover.outfeed.available"
        )
        unit.expect(set(seen) == {True}, "the offer stands", expected=[True], actual=seen)
        alarms, after = await value(ctx, COUNT), await unit.out()
        unit.expect(alarms == 0, "no alarm is raised", expected=0, actual=alarms)
        unit.expect(after == out, "nothing is counted", expected=out, actual=after)
