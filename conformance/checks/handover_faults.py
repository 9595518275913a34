"""Hand-over gone wrong: timers that run out, signals out of order, wrong items, transfers broken off, and the way back."""

from __future__ import annotations

from conformance.checks.alarms_helpers import sees
from conformance.checks.handover_helpers import (
    ENTERED,
    FAULTED,
    WRITES,
    Between,
    Item,
    acknowledge_all,
    alarm_of,
    between,
    last,
)
from conformance.checks.machine_helpers import value
from conformance.context import Context
from conformance.exchange import COMPLETE
from conformance.registry import check

# -- timers: the tester freezes at one step, and waits -----------------------------------------------------------------------


@check("handover.t1_runs_out", writes=WRITES)
async def t1_runs_out(ctx: Context) -> None:
    """Ready, and never started."""
    async with between(ctx) as unit:
        await unit.offered()
        since = ctx.now()
        await unit.down.set(ready=True)
        await unit.expires("outfeed", since)


@check("handover.t2_runs_out", writes=WRITES)
async def t2_runs_out(ctx: Context) -> None:
    """The unit has started, and the sender never begins."""
    async with between(ctx) as unit:
        _, since = await unit.started()
        await unit.expires("infeed", since)


@check("handover.t3_runs_out_as_sender", writes=WRITES)
async def t3_runs_out_as_sender(ctx: Context) -> None:
    """The unit has transported, and the receiver never finishes."""
    async with between(ctx) as unit:
        _, since = await unit.begun()
        await unit.expires("outfeed", since)


@check("handover.t3_runs_out_as_receiver", writes=WRITES)
async def t3_runs_out_as_receiver(ctx: Context) -> None:
    """The sender has begun, and never finishes."""
    async with between(ctx) as unit:
        _, offered = await unit.started()
        since = ctx.now()
        await unit.up.set(busy=True)
        unit.up.answered("t2", offered)
        await unit.expires("infeed", since)


@check("handover.t4_runs_out", writes=WRITES)
async def t4_runs_out(ctx: Context) -> None:
    """Both have finished, and the receiver never releases."""
    async with between(ctx) as unit:
        item, _ = await unit.begun()
        seen = await unit.down.see(ctx.param("process_s"), finished=True)
        unit.sure(seen.met, "the unit does not finish the transfer")
        since = ctx.now()
        await unit.down.set(item_id=item["item_id"], result=COMPLETE, seq=item["seq"])
        await unit.down.set(stop=True)
        await unit.expires("outfeed", since)


@check("handover.t5_runs_out", writes=WRITES)
async def t5_runs_out(ctx: Context) -> None:
    """The unit has released, and the sender keeps its levels."""
    async with between(ctx) as unit:
        _, offered = await unit.started()
        await unit.up.set(busy=True)
        unit.up.answered("t2", offered)
        since = ctx.now()
        await unit.up.set(finished=True)
        seen = await unit.up.see(ctx.param("settle_s"), stop=True, start=False)
        unit.sure(seen.met, "the unit does not finish the transfer")
        await unit.expires("infeed", since)


# -- signals out of order, wrong items -----------------------------------------------------------------------------------------


@check("handover.finished_unasked", writes=WRITES)
async def finished_unasked(ctx: Context) -> None:
    """Finished although nothing is transported."""
    async with between(ctx) as unit:
        await unit.ready()
        await unit.up.set(finished=True)
        await unit.fails("infeed", alarm_of(ctx), ctx.param("reaction_s"))


@check("handover.stop_unasked", writes=WRITES)
async def stop_unasked(ctx: Context) -> None:
    """Stop although nothing is transported; the item stays."""
    async with between(ctx) as unit:
        await unit.offered()
        out = await unit.out()
        await unit.down.set(stop=True)
        await unit.fails("outfeed", alarm_of(ctx), ctx.param("reaction_s"))
        await _stays(unit, out)


@check("handover.start_unasked", writes=WRITES)
async def start_unasked(ctx: Context) -> None:
    """Start although nothing is on offer."""
    async with between(ctx) as unit:
        unit.sure(await unit.empty(), "the unit is not empty, and cannot be emptied")
        await unit.down.set(ready=True)
        await unit.down.set(start=True)
        await unit.fails("outfeed", alarm_of(ctx), ctx.param("reaction_s"))


@check("handover.wrong_item", writes=WRITES)
async def wrong_item(ctx: Context) -> None:
    """The receiver starts, and names another item."""
    async with between(ctx) as unit:
        item = await unit.offered()
        await _is_wrong(unit, item, item_id=f"{item['item_id']}-OTHER")


@check("handover.wrong_offer", writes=WRITES)
async def wrong_offer(ctx: Context) -> None:
    """The receiver starts, and names the right item with the number of an offer before."""
    async with between(ctx) as unit:
        item = await unit.offered()
        await _is_wrong(unit, item, seq=int(item["seq"]) - 1 or 65535)


async def _is_wrong(unit: Between, item: Item, **echo: object) -> None:
    ctx = unit.ctx
    out = await unit.out()
    await unit.accept(item, **echo)
    await unit.fails("outfeed", alarm_of(ctx), ctx.param("reaction_s"))
    seen = (await ctx.record(["handover.outfeed.busy"], ctx.param("watch_s"))).values("handover.outfeed.busy")
    unit.expect(True not in seen, "the item is not moved", expected=False, actual=seen)
    await _stays(unit, out)


async def _stays(unit: Between, out: int) -> None:
    now = await unit.out()
    unit.expect(now == out, "the item stays in the unit", expected=out, actual=now)


# -- transfers broken off --------------------------------------------------------------------------------------------------------


@check("handover.sender_unsafe", writes=WRITES)
async def sender_unsafe(ctx: Context) -> None:
    """The unit receives, and the sender is no longer safe: nothing was taken over."""
    async with between(ctx) as unit:
        before = int(await value(ctx, ENTERED))
        await unit.started()
        await unit.up.set(busy=True, safe=False)
        await unit.fails("infeed", alarm_of(ctx), ctx.param("reaction_s"))
        result = (await unit.up.read("result")).get("result")
        if result is not None:
            unit.expect(result.value != COMPLETE, "the result is not Complete", expected="not 3", actual=result.value)
        after = int(await value(ctx, ENTERED))
        unit.expect(after == before, "the item is not counted", expected=before, actual=after)


@check("handover.receiver_unsafe", writes=WRITES)
async def receiver_unsafe(ctx: Context) -> None:
    """The unit sends, and the receiver is no longer safe: the item stays, and is offered again."""
    async with between(ctx) as unit:
        item, _ = await unit.begun()
        out = await unit.out()
        await unit.down.set(safe=False)
        if await unit.fails("outfeed", alarm_of(ctx), ctx.param("reaction_s")) is None:
            return
        await unit.down.set(safe=True)
        unit.sure(await unit.recover(), "the port does not leave its faulted state")
        again = await unit.down.see(ctx.param("process_s"), available=True, item_id=item["item_id"])
        unit.expect(
            again.met, "the item is offered again", expected=item["item_id"], actual=last(again), evidence=again
        )
        await _stays(unit, out)


@check("handover.receiver_lost", writes=WRITES)
async def receiver_lost(ctx: Context) -> None:
    """The unit sends, and the receiver is lost; when it is back it has the item: counted out once, not offered again."""
    async with between(ctx) as unit:
        item, _ = await unit.begun()
        out, loss = await unit.out(), ctx.profile.handover.heartbeat_loss_s
        await unit.down.stop_heartbeat()
        if await unit.fails("outfeed", alarm_of(ctx), loss + ctx.param("slack_s")) is None:
            return
        await unit.down.resume_heartbeat()
        await unit.down.set(safe=True, item_id=item["item_id"], result=COMPLETE, seq=item["seq"])
        unit.sure(await unit.recover(), "the port does not leave its faulted state")
        again = await unit.down.see(ctx.param("reaction_s"), available=True, item_id=item["item_id"])
        unit.expect(
            not again.met, "the item is not offered again", expected="another item or none", actual=item["item_id"]
        )
        now = await unit.out()
        unit.expect(now == out + 1, "the item is counted out once", expected=out + 1, actual=now)


@check("handover.sender_lost", writes=WRITES)
async def sender_lost(ctx: Context) -> None:
    """The unit has taken an item, and the sender is lost before it has finished: the item is in, once, and the result says so."""
    async with between(ctx) as unit:
        before, loss = int(await value(ctx, ENTERED)), ctx.profile.handover.heartbeat_loss_s
        _, offered = await unit.started()
        await unit.up.set(busy=True)
        unit.up.answered("t2", offered)
        seen = await unit.up.see(ctx.param("process_s"), stop=True)
        unit.sure(seen.met, "the unit does not finish the transfer")
        await unit.up.stop_heartbeat()
        if await unit.fails("infeed", alarm_of(ctx), loss + ctx.param("slack_s")) is None:
            return
        result = (await unit.up.read("result")).get("result")
        if result is not None:
            unit.expect(result.value == COMPLETE, "the result stays Complete", expected=COMPLETE, actual=result.value)
        after = int(await value(ctx, ENTERED))
        unit.expect(after == before + 1, "the item is counted once", expected=before + 1, actual=after)
        await unit.up.resume_heartbeat()


@check("handover.recovers", writes=WRITES)
async def recovers(ctx: Context) -> None:
    """After a fault, with the neighbour at rest and the alarm acknowledged, the port takes part in a good exchange again."""
    async with between(ctx) as unit:
        await unit.ready()
        await unit.up.set(finished=True)
        seen = await unit.up.see(ctx.param("reaction_s"), state=FAULTED)
        unit.sure(seen.met, "the port cannot be brought to its faulted state")
        await unit.up.clear()
        await sees(ctx, alarm_of(ctx), True, ctx.param("reaction_s"))
        await acknowledge_all(ctx)
        left = await ctx.until("handover.infeed.state", lambda v: v != FAULTED, ctx.param("recover_s"))
        if unit.expect(
            left.met, "the port leaves its faulted state", expected="not 12", actual=last(left), evidence=left
        ):
            await unit.revive()
            await unit.hand_in()
