"""Hand-over with the unit as receiver: the tester offers items at its infeed."""

from __future__ import annotations

from conformance.checks.alarms_helpers import COUNT
from conformance.checks.handover_helpers import ENTERED, WIP, WRITES, Between, between, last
from conformance.checks.machine_helpers import value
from conformance.context import Context
from conformance.exchange import COMPLETE, INCOMPLETE, NOT_STARTED
from conformance.registry import check

BAD = 2


@check("handover.receive_sender_first", writes=WRITES, per_protocol=True)
async def receive_sender_first(ctx: Context) -> None:
    """Sender finishes first."""
    await _receive(ctx, "sender_first")


@check("handover.receive_receiver_first", writes=WRITES, per_protocol=True)
async def receive_receiver_first(ctx: Context) -> None:
    """Receiver finishes first."""
    await _receive(ctx, "receiver_first")


async def _receive(ctx: Context, finish: str) -> None:
    async with between(ctx) as unit:
        unit.sure(await unit.empty(), "the unit is not empty, and cannot be emptied")
        done = await unit.up.transfer(finish=finish, within_s=ctx.param("willing_s"))
        unit.expect(
            bool(done["ok"]), f"the exchange is completed ({finish})", expected="all steps seen",
            actual=done["failed_step"] or "all steps seen", evidence=done["evidence"],
        )  # fmt: skip


@check("handover.echo", writes=WRITES)
async def echo(ctx: Context) -> None:
    """The infeed shows the id of the offered item when it starts."""
    await _echoes(ctx, "item_id")


@check("handover.echo_sequence", writes=WRITES)
async def echo_sequence(ctx: Context) -> None:
    """The infeed shows the sequence number of the offer when it starts."""
    await _echoes(ctx, "seq")


async def _echoes(ctx: Context, name: str) -> None:
    async with between(ctx) as unit:
        await unit.started()
        wanted = {"item_id": "handover.infeed.peer.item_id", "seq": "handover.infeed.peer.seq_before"}[name]
        offered = (await ctx.read(wanted)).value
        shown = (await unit.up.read(name))[name]
        unit.expect(
            shown.value == offered, f"{name} of the infeed is that of the offer", expected=offered, actual=shown.value,
            evidence=shown.evidence,
        )  # fmt: skip
        await unit.deliver()


@check("handover.waits_for_whole_data", writes=WRITES)
async def waits_for_whole_data(ctx: Context) -> None:
    """While the two sequence numbers differ, nothing is started; then it is."""
    async with between(ctx) as unit:
        await unit.ready()
        await unit.up.offer(torn=True)
        early = await unit.up.see(ctx.param("watch_s"), start=True)
        what = "no transfer is started while the sequence numbers differ"
        unit.expect(not early.met, what, expected=False, actual=last(early), evidence=early)
        if not early.met:
            whole = (await ctx.read("handover.infeed.peer.seq_before")).value
            await unit.up.set(seq_after=whole)
            seen = await unit.up.see(ctx.param("willing_s"), start=True)
            unit.sure(seen.met, "the unit does not start although the item is offered as a whole")
        await unit.deliver()


@check("handover.keeps_quality", writes=WRITES)
async def keeps_quality(ctx: Context) -> None:
    """A bad item that goes in does not come out as a good one."""
    async with between(ctx) as unit:
        unit.sure(await unit.empty(), "the unit is not empty, and cannot be emptied")
        await unit.hand_in(quality=BAD)
        item = await unit.offered()
        unit.expect(item["quality"] == BAD, "the item is offered as bad", expected=BAD, actual=item["quality"])


@check("handover.keeps_id", writes=WRITES)
async def keeps_id(ctx: Context) -> None:
    """The item comes out under the id with which it went in."""
    async with between(ctx) as unit:
        unit.sure(await unit.empty(), "the unit is not empty, and cannot be emptied")
        given = (await unit.hand_in())["item_id"]
        item = await unit.offered()
        unit.expect(
            item["item_id"] == given, "the item is offered under its id", expected=given, actual=item["item_id"]
        )


@check("handover.counts_in", writes=WRITES)
async def counts_in(ctx: Context) -> None:
    """A complete transfer is one item more, and one more in the unit."""
    async with between(ctx) as unit:
        unit.sure(await unit.empty(), "the unit is not empty, and cannot be emptied")
        before = int(await value(ctx, ENTERED))
        await unit.hand_in()
        for name, wanted in ((ENTERED, before + 1), (WIP, 1)):
            seen = await ctx.until(name, wanted, ctx.param("reaction_s"))
            unit.expect(seen.met, f"{name} counts the item once", expected=wanted, actual=last(seen), evidence=seen)


@check("handover.result_complete", writes=WRITES)
async def result_complete(ctx: Context) -> None:
    """After a good transfer the result is Complete, for this item."""
    async with between(ctx) as unit:
        done = await unit.hand_in()
        seen = await unit.up.see(ctx.param("reaction_s"), result=COMPLETE)
        unit.expect(seen.met, "the result is Complete (3)", expected=COMPLETE, actual=last(seen), evidence=seen)
        unit.sure(done["echo"].get("item_id") == done["item_id"], "the infeed does not show which item it started")


@check("handover.result_not_started", writes=WRITES)
async def result_not_started(ctx: Context) -> None:
    """Broken off before the sender has begun, a transfer was not started."""
    await _breaks_off(ctx, NOT_STARTED, "NotStarted (1)", safe=False)


@check("handover.result_incomplete", writes=WRITES)
async def result_incomplete(ctx: Context) -> None:
    """Broken off after the sender has begun, a transfer is incomplete."""
    await _breaks_off(ctx, INCOMPLETE, "Incomplete (2)", busy=True, safe=False)


async def _breaks_off(ctx: Context, result: int, name: str, **levels: bool) -> None:
    async with between(ctx) as unit:
        await unit.started()
        await unit.up.set(**levels)
        seen = await unit.up.see(ctx.param("reaction_s"), start=False)
        unit.sure(seen.met, "the unit does not break the transfer off although the sender is not safe")
        seen = await unit.up.see(ctx.param("reaction_s"), result=result)
        unit.expect(seen.met, f"the result is {name}", expected=result, actual=last(seen), evidence=seen)


@check("handover.receives_slowly", writes=WRITES)
async def receives_slowly(ctx: Context) -> None:
    """Answers that come late, but within the timers, are as good: every level is held until then."""
    async with between(ctx) as unit:
        _, since = await unit.started()
        await _held(ctx, unit, "start", ctx.param("share") * _seconds(ctx, "t2"))
        await unit.up.set(busy=True)
        unit.up.answered("t2", since)
        seen = await unit.up.see(_seconds(ctx, "t3"), stop=True)
        unit.sure(seen.met, "the unit does not finish the transfer")
        await _held(ctx, unit, "stop", ctx.param("late_s"))
        await unit.up.set(finished=True)
        released = await unit.up.see(ctx.param("settle_s"), start=False)
        unit.sure(released.met, "the unit does not release the transfer")
        since = ctx.now() - released.uncertainty
        await ctx.record(["handover.infeed.state"], ctx.param("share") * _seconds(ctx, "t5"))
        await unit.up.set(available=False, busy=False, finished=False)
        unit.up.answered("t5", since)
        ended = await unit.up.see(ctx.param("settle_s"), start=False, stop=False)
        unit.expect(ended.met, "the exchange is completed", expected="all 0", actual=last(ended), evidence=ended)
        alarms = await value(ctx, COUNT)
        unit.expect(alarms == 0, "no alarm is raised", expected=0, actual=alarms)


async def _held(ctx: Context, unit: Between, name: str, for_s: float) -> None:
    seen = (await ctx.record([f"handover.infeed.{name}"], for_s)).values(f"handover.infeed.{name}")
    unit.expect(False not in seen, f"{name} is held for {for_s:g} s", expected=True, actual=seen)


def _seconds(ctx: Context, timer: str) -> float:
    return ctx.profile.handover.timers[timer].seconds
