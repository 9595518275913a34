"""Hand-over with the unit as sender: the tester takes items from its outfeed."""

from __future__ import annotations

from conformance.checks.alarms_helpers import COUNT
from conformance.checks.handover_helpers import FINISHED, STOPPED, WIP, WRITES, Item, between, last
from conformance.checks.machine_helpers import value
from conformance.context import Context
from conformance.exchange import StepFailed, item_data
from conformance.registry import check

DATA = ("item_id", "kind", "quality", "seq")


@check("handover.send_sender_first", writes=WRITES, per_protocol=True)
async def send_sender_first(ctx: Context) -> None:
    """Sender finishes first."""
    await _send(ctx, "sender_first")


@check("handover.send_receiver_first", writes=WRITES, per_protocol=True)
async def send_receiver_first(ctx: Context) -> None:
    """Receiver finishes first."""
    await _send(ctx, "receiver_first")


async def _send(ctx: Context, finish: str) -> None:
    async with between(ctx) as unit:
        if not unit.expect(
            await unit.fill(), "an item that the unit has finished is offered", expected=True, actual=False
        ):
            return
        done = await unit.down.transfer(finish=finish, within_s=ctx.param("willing_s"))
        failed, states = done["failed_step"], done["states"]
        unit.sure(not str(failed).startswith("item data"), f"{failed}")
        overtaken = finish == "receiver_first" and FINISHED in states and STOPPED not in states
        unit.sure(not overtaken or str(failed).startswith("busy"), "the unit had finished before the tester could")
        unit.expect(
            bool(done["ok"]), f"the exchange is completed ({finish})", expected="all steps seen",
            actual=failed or "all steps seen", evidence=done["evidence"],
        )  # fmt: skip


@check("handover.item_data_whole", writes=WRITES)
async def item_data_whole(ctx: Context) -> None:
    """An item on offer has equal sequence numbers, an id, a kind and a quality of the profile."""
    rules = ctx.profile.handover
    async with between(ctx) as unit:
        unit.sure(await unit.fill(), "the unit has an item and does not offer it")
        try:
            item = await item_data(unit.down)
        except StepFailed as step:
            unit.expect(False, "the data of the offered item are whole", expected="id, equal numbers", actual=str(step))
            return
        for name, known in (("kind", rules.item_kinds), ("quality", rules.item_qualities)):
            what = f"the {name} of the offered item is one of the profile"
            unit.expect(item[name] in known, what, expected=list(known), actual=item[name])


@check("handover.item_data_stable", writes=WRITES)
async def item_data_stable(ctx: Context) -> None:
    """From Available until Finished the data of the item do not change."""
    async with between(ctx) as unit:
        item, _ = await unit.begun()
        shown = await unit.item()
        unit.expect(_same(item, shown), "the data are the same while the unit transports", expected=item, actual=shown)
        seen = await unit.down.see(ctx.param("process_s"), finished=True)
        unit.sure(seen.met, "the unit does not finish the transfer")
        shown = await unit.item()
        unit.expect(_same(item, shown), "the data are the same when the unit has finished", expected=item, actual=shown)
        await unit.take(item)


def _same(one: Item, other: Item) -> bool:
    return all(one[name] == other[name] for name in DATA)


@check("handover.new_sequence", writes=WRITES)
async def new_sequence(ctx: Context) -> None:
    """The offers of two items have different sequence numbers."""
    async with between(ctx) as unit:
        numbers = []
        for _ in range(2):
            numbers.append((await unit.offered())["seq"])
            done = await unit.down.transfer(within_s=ctx.param("willing_s"))
            unit.sure(done["ok"], f"no exchange was completed: {done['failed_step']}")
        unit.expect(len(set(numbers)) == 2, "the next offer has another number", expected="two numbers", actual=numbers)


@check("handover.counts_out", writes=WRITES)
async def counts_out(ctx: Context) -> None:
    """A complete transfer is one item out, one fewer in the unit, and the item is not offered again."""
    async with between(ctx) as unit:
        item = await unit.offered()
        out, wip = await unit.out(), int(await value(ctx, WIP))
        done = await unit.down.transfer(within_s=ctx.param("willing_s"))
        unit.sure(done["ok"], f"no exchange was completed: {done['failed_step']}")
        seen = await ctx.until(WIP, wip - 1, ctx.param("reaction_s"))
        unit.expect(seen.met, f"{WIP} counts the item out", expected=wip - 1, actual=last(seen), evidence=seen)
        now = await unit.out()
        unit.expect(now == out + 1, "good and scrap count the item once", expected=out + 1, actual=now)
        again = await unit.down.see(ctx.param("reaction_s"), available=True, item_id=item["item_id"])
        unit.expect(
            not again.met, "the item is not offered again", expected="another item or none", actual=item["item_id"]
        )


@check("handover.waits_for_receiver", writes=WRITES)
async def waits_for_receiver(ctx: Context) -> None:
    """While nobody is ready the offer stands: nothing moves, nothing is counted, no alarm is raised."""
    async with between(ctx) as unit:
        await unit.offered()
        out = await unit.out()
        levels = ("handover.outfeed.available", "handover.outfeed.busy")
        seen = await ctx.record(levels, ctx.param("watch_s"))
        for name, wanted in zip(levels, (True, False), strict=True):
            shown = seen.values(name)
            unit.expect(set(shown) == {wanted}, f"{name} stays as it is", expected=[wanted], actual=shown)
        now = await unit.out()
        unit.expect(now == out, "the item stays in the unit", expected=out, actual=now)
        alarms = await value(ctx, COUNT)
        unit.expect(alarms == 0, "no alarm is raised", expected=0, actual=alarms)


@check("handover.sends_slowly", writes=WRITES)
async def sends_slowly(ctx: Context) -> None:
    """Answers that come late, but within the timers, are as good: every level is held until then."""
    seconds = {name: timer.seconds for name, timer in ctx.profile.handover.timers.items()}
    async with between(ctx) as unit:
        item = await unit.offered()
        since = ctx.now()
        await unit.down.set(ready=True)
        await ctx.record(["handover.outfeed.state"], ctx.param("share") * seconds["t1"])
        await unit.accept(item)
        unit.down.answered("t1", since)
        seen = await unit.down.see(seconds["t3"], finished=True)
        unit.sure(seen.met, "the unit does not finish the transfer")
        shown = (await ctx.record(["handover.outfeed.finished"], ctx.param("late_s"))).values(
            "handover.outfeed.finished"
        )
        unit.expect(False not in shown, f"finished is held for {ctx.param('late_s'):g} s", expected=True, actual=shown)
        since = ctx.now()
        await unit.down.set(item_id=item["item_id"], result=3, seq=item["seq"])
        await unit.down.set(stop=True)
        await ctx.record(["handover.outfeed.state"], ctx.param("share") * seconds["t4"])
        await unit.close(since)
        ended = await unit.down.see(ctx.param("settle_s"), busy=False, finished=False)
        unit.expect(ended.met, "the exchange is completed", expected="all 0", actual=last(ended), evidence=ended)
        alarms = await value(ctx, COUNT)
        unit.expect(alarms == 0, "no alarm is raised", expected=0, actual=alarms)
