"""Hand-over: the tester plays the neighbour at the unit's infeed, in good exchanges and in bad ones."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from conformance.checks.machine_helpers import ending_stopped, run
from conformance.context import Context, Neighbour
from conformance.registry import check
from profiles.model import Protocol

WRITES = ("command.cntrl_cmd", "handover.infeed.peer.*", "handover.outfeed.peer.*")
FAULTED, FREE = 12, 3


@asynccontextmanager
async def at_infeed(ctx: Context) -> AsyncIterator[Neighbour]:
    """A running unit whose upstream neighbour is the tester; afterwards it stands, and the port is clear."""
    async with ending_stopped(ctx), ctx.neighbour("outfeed") as taker, ctx.neighbour("infeed") as peer:
        await run(ctx)
        if not (await peer.see(ctx.param("willing_s"), ready=True)).met:
            await taker.transfer(within_s=ctx.param("willing_s"))  # it may be full: take what it has finished
        try:
            yield peer
        finally:
            await peer.clear()


@check("handover.idle", writes=WRITES, per_protocol=True)
async def idle(ctx: Context) -> None:
    """All levels 0 and state 3 in a stopped unit."""
    await ctx.bring_to("Stopped")
    names = [f"handover.outfeed.{n}" for n in ("available", "busy", "finished")]
    names += [f"handover.infeed.{n}" for n in ("ready", "start", "stop")]
    for name in names:
        seen = await ctx.until(name, False, ctx.param("settle_s"))
        ctx.expect(seen.met, f"{name} reads 0", expected=False, actual=seen.last.value if seen.last else None)
    for port in ("infeed", "outfeed"):
        seen = await ctx.until(f"handover.{port}.state", FREE, ctx.param("settle_s"))
        ctx.expect(
            seen.met, f"the state of the {port} is 3", expected=FREE, actual=seen.last.value if seen.last else None
        )


@check("handover.heartbeat", per_protocol=True)
async def heartbeat(ctx: Context) -> None:
    """The heartbeats of both ports count."""
    period = ctx.profile.handover.heartbeat_s
    for port in ("infeed", "outfeed"):
        name = f"handover.{port}.heartbeat"
        before = (await ctx.read(name)).value
        seen = await ctx.until(name, lambda v, old=before: v != old, 2 * period)  # type: ignore[misc]
        ctx.expect(seen.met, f"{name} counts within {2 * period:g} s", expected="another value", actual=before)


@check("handover.state_follows", writes=WRITES)
async def state_follows(ctx: Context) -> None:
    """State 5 when ready, 6 when offered, 3 afterwards."""
    async with at_infeed(ctx) as peer:
        if not (await peer.see(ctx.param("willing_s"), ready=True)).met:
            ctx.inconclusive("the unit never becomes ready")
        seen = await peer.see(ctx.param("willing_s"), state=5)
        ctx.expect(seen.met, "state 5 while the unit is ready and nothing is offered", expected=5, actual=_last(seen))
        done = await peer.transfer(within_s=ctx.param("willing_s"))
        if not done["ok"]:
            ctx.inconclusive(f"no exchange was completed: {done['failed_step']}")
        states = [s for s in done["states"] if s is not None]
        ctx.expect(
            any(s in (7, 8, 9) for s in states),
            "7, 8 or 9 is seen during the transfer",
            expected="7, 8 or 9",
            actual=states,
        )


@check("handover.receive_sender_first", writes=WRITES, per_protocol=True)
async def receive_sender_first(ctx: Context) -> None:
    """Sender finishes first."""
    await _receive(ctx, "sender_first")


@check("handover.receive_receiver_first", writes=WRITES, per_protocol=True)
async def receive_receiver_first(ctx: Context) -> None:
    """Receiver finishes first."""
    await _receive(ctx, "receiver_first")


async def _receive(ctx: Context, finish: str) -> None:
    async with at_infeed(ctx) as peer:
        done = await peer.transfer(finish=finish, within_s=ctx.param("willing_s"))
        ctx.expect(
            bool(done["ok"]), f"the exchange is completed ({finish})", expected="all steps seen",
            actual=done["failed_step"] or "all steps seen", evidence=done["evidence"],
        )  # fmt: skip


@check("handover.echo", writes=WRITES)
async def echo(ctx: Context) -> None:
    """The infeed shows the id of the offered item when it starts."""
    async with at_infeed(ctx) as peer:
        item = await _started(ctx, peer)
        shown = (await ctx.read("handover.infeed.item_id")).value
        ctx.expect(shown == item, "the accepted item id is the offered one", expected=item, actual=shown)
        await peer.set(busy=True, finished=True)
        await peer.see(ctx.param("willing_s"), start=False)


@check("handover.revokes_on_stop", writes=WRITES)
async def revokes_on_stop(ctx: Context) -> None:
    """Ready falls after Stop."""
    async with at_infeed(ctx) as peer:
        if not (await peer.see(ctx.param("willing_s"), ready=True)).met:
            ctx.inconclusive("the unit never becomes ready")
        await ctx.command("Stop")
        seen = await peer.see(2 * ctx.param("reaction_s"), ready=False)
        if ctx.expect(seen.met, "ready falls after Stop", expected=False, actual=_last(seen)):
            ctx.expect_within(
                seen.elapsed, ctx.param("reaction_s"), seen.uncertainty, "ready falls after Stop, in time"
            )


@check("handover.timer_frozen_before_busy", writes=WRITES)
async def timer_frozen_before_busy(ctx: Context) -> None:
    """Freeze after start: T2 expires."""
    async with at_infeed(ctx) as peer:
        await _started(ctx, peer)
        await _expires(ctx, peer)


@check("handover.timer_frozen_after_finish", writes=WRITES)
async def timer_frozen_after_finish(ctx: Context) -> None:
    """Freeze with all sender levels on after the receiver has released: T5 expires."""
    async with at_infeed(ctx) as peer:
        await _started(ctx, peer)
        await peer.set(busy=True)
        await peer.set(finished=True)
        if not (await peer.see(ctx.param("willing_s"), stop=True, start=False)).met:
            ctx.inconclusive("the unit does not finish the transfer")
        await _expires(ctx, peer)


@check("handover.illegal_order", writes=WRITES)
async def illegal_order(ctx: Context) -> None:
    """Finished although nothing is transported."""
    async with at_infeed(ctx) as peer:
        if not (await peer.see(ctx.param("willing_s"), ready=True)).met:
            ctx.inconclusive("the unit never becomes ready")
        await peer.set(finished=True)
        await _faults(ctx, peer, ctx.profile.alarm_named(ctx.param("alarm")).number, 2 * ctx.param("reaction_s"))


@check("handover.stale_heartbeat", writes=("handover.infeed.peer.*",))
async def stale_heartbeat(ctx: Context) -> None:
    """A standing heartbeat takes the inputs to 0."""
    name = "handover.infeed.peer.safe"
    await ctx.bring_to("Stopped")
    async with ctx.neighbour("infeed") as peer:
        await peer.set(safe=True)
        if not (await ctx.until(name, True, ctx.param("slack_s"))).met:
            ctx.inconclusive(f"{name} does not read back what was written")
        await peer.stop_heartbeat()
        limit = ctx.profile.handover.heartbeat_loss_s + ctx.param("slack_s")
        seen = await ctx.until(name, False, limit)
        ctx.expect(seen.met, f"{name} reads 0 after the heartbeat was lost", expected=False, actual=_last(seen))
        await peer.resume_heartbeat()


@check("handover.one_writer", writes=("handover.infeed.peer.*",), needs=(Protocol.OPCUA, Protocol.MODBUS))
async def one_writer(ctx: Context) -> None:
    """The other protocol is another writer."""
    async with ctx.neighbour("infeed", via=Protocol.OPCUA) as peer:
        await peer.set(safe=True)
        answer = await ctx.write("handover.infeed.peer.item_kind", 1, via=Protocol.MODBUS)
        ctx.expect(not answer.accepted, "a second writer is refused", expected="refused", actual=answer.status,
                   evidence=answer.evidence)  # fmt: skip


async def _started(ctx: Context, peer: Neighbour) -> str:
    """Offer an item and wait until the unit has started to take it."""
    if not (await peer.see(ctx.param("willing_s"), ready=True)).met:
        ctx.inconclusive("the unit never becomes ready")
    item = await peer.offer()
    if not (await peer.see(ctx.param("willing_s"), start=True)).met:
        ctx.inconclusive("the unit does not start although an item is offered")
    return item


async def _expires(ctx: Context, peer: Neighbour) -> None:
    timer = next(t for t in ctx.profile.handover.timers if t.id == ctx.param("timer"))
    await _faults(ctx, peer, timer.alarm, timer.seconds + ctx.param("slack_s"))


async def _faults(ctx: Context, peer: Neighbour, alarm: int, within_s: float) -> None:
    """Expect the faulted state, its alarm and dropped outputs; then recover as an operator would."""
    seen = await peer.see(within_s, state=FAULTED)
    if ctx.expect(seen.met, "the port goes to its faulted state (12)", expected=FAULTED, actual=_last(seen)):
        first = await ctx.until("alarm.first", alarm, within_s)
        ctx.expect(first.met, f"alarm {alarm} is raised", expected=alarm, actual=_last(first))
        dropped = await peer.see(within_s, ready=False, start=False)
        ctx.expect(dropped.met, "ready and start are dropped", expected="0, 0", actual=_last(dropped))
    await peer.clear()
    await ctx.write("alarm.acknowledge", alarm)
    await peer.see(ctx.param("recover_s"), state=FREE)


def _last(seen: Any) -> Any:
    return seen.last.value if seen.last is not None else None
