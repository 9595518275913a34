"""Hand-over: ports at rest, their heartbeats, their states, and who may write their peer blocks."""

from __future__ import annotations

from conformance.checks.alarms_helpers import COUNT, acknowledge, raised_or_not, sees
from conformance.checks.handover_helpers import (
    FINISHED,
    FREE,
    OWN,
    STOPPED,
    TRANSPORTING,
    WRITES,
    Between,
    acknowledge_all,
    alarm_of,
    between,
    last,
)
from conformance.checks.machine_helpers import run
from conformance.context import Context
from conformance.registry import check
from profiles.model import Protocol

AVAILABLE, READY = 4, 5
BOTH = (Protocol.OPCUA, Protocol.MODBUS)
PEER_SAFE, PEER_KIND = "handover.infeed.peer.safe", "handover.infeed.peer.item_kind"
PEER_BEAT, GOOD_BYE = "handover.infeed.peer.heartbeat", 0


@check("handover.idle", writes=("command.cntrl_cmd",), per_protocol=True)
async def idle(ctx: Context) -> None:
    """A unit that has run and was stopped shows no level, and state 3, at either port."""
    await run(ctx)
    await ctx.until("handover.infeed.ready", True, ctx.param("willing_s"))
    await ctx.bring_to("Stopped")
    for port, names in OWN.items():
        for name in names:
            seen = await ctx.until(f"handover.{port}.{name}", False, ctx.param("settle_s"))
            ctx.expect(seen.met, f"{name} of the {port} reads 0", expected=False, actual=last(seen), evidence=seen)
        seen = await ctx.until(f"handover.{port}.state", FREE, ctx.param("settle_s"))
        ctx.expect(seen.met, f"the state of the {port} is 3", expected=FREE, actual=last(seen), evidence=seen)


@check("handover.heartbeat", per_protocol=True)
async def heartbeat(ctx: Context) -> None:
    """The heartbeats of both ports count."""
    period = ctx.profile.handover.heartbeat_s
    for port in OWN:
        name = f"handover.{port}.heartbeat"
        before = (await ctx.read(name)).value
        seen = await ctx.until(name, lambda v, old=before: v != old, 2 * period)  # type: ignore[misc]
        ctx.expect(seen.met, f"{name} counts within {2 * period:g} s", expected="another value", actual=before)


@check("handover.state_follows", writes=WRITES)
async def state_follows(ctx: Context) -> None:
    """The infeed: 5 while only the unit is willing, then the numbers of a transfer."""
    async with between(ctx) as unit:
        await unit.ready()
        seen = await unit.up.see(ctx.param("willing_s"), state=READY)
        unit.expect(
            seen.met,
            "state 5 while the unit is ready and nothing is offered",
            expected=READY,
            actual=last(seen),
            evidence=seen,
        )
        done = await unit.up.transfer(within_s=ctx.param("willing_s"))
        unit.sure(done["ok"], f"no exchange was completed: {done['failed_step']}")
        _transported(unit, done["states"])


@check("handover.outfeed_state_follows", writes=WRITES)
async def outfeed_state_follows(ctx: Context) -> None:
    """The outfeed: 4 while only the unit is willing, then the numbers of a transfer."""
    async with between(ctx) as unit:
        await unit.offered()
        seen = await unit.down.see(ctx.param("willing_s"), state=AVAILABLE)
        unit.expect(
            seen.met,
            "state 4 while an item is on offer and nobody is ready",
            expected=AVAILABLE,
            actual=last(seen),
            evidence=seen,
        )
        done = await unit.down.transfer(within_s=ctx.param("willing_s"))
        unit.sure(done["ok"], f"no exchange was completed: {done['failed_step']}")
        _transported(unit, done["states"])


def _transported(unit: Between, states: list[object]) -> None:
    wanted = (TRANSPORTING, STOPPED, FINISHED)
    met = any(state in wanted for state in states)
    unit.expect(met, "7, 8 or 9 is seen during the transfer", expected="7, 8 or 9", actual=states)


@check("handover.stale_heartbeat", writes=("handover.infeed.peer.*",))
async def stale_heartbeat(ctx: Context) -> None:
    """A standing heartbeat takes the inputs to 0, and they stay there when it counts on, until they are written again."""
    limit = ctx.profile.handover.heartbeat_loss_s + ctx.param("slack_s")
    await ctx.bring_to("Stopped")
    async with ctx.neighbour("infeed") as peer:
        await peer.set(safe=True)
        if not (await ctx.until(PEER_SAFE, True, ctx.param("slack_s"))).met:
            ctx.inconclusive(f"{PEER_SAFE} does not read back what was written")
        await peer.stop_heartbeat()
        seen = await ctx.until(PEER_SAFE, False, limit)
        if not ctx.expect(
            seen.met,
            f"{PEER_SAFE} reads 0 after the heartbeat was lost",
            expected=False,
            actual=last(seen),
            evidence=seen,
        ):
            return
        await peer.resume_heartbeat()
        again = await ctx.until(PEER_SAFE, True, ctx.param("slack_s"))
        ctx.expect(
            not again.met,
            f"{PEER_SAFE} stays 0 until it is written again",
            expected=False,
            actual=last(again),
            evidence=again,
        )


@check("handover.loss_alarm", writes=("handover.infeed.peer.*",))
async def loss_alarm(ctx: Context) -> None:
    """A standing heartbeat raises the alarm of the lost neighbour, which goes when it counts on."""
    alarm, limit = alarm_of(ctx), ctx.profile.handover.heartbeat_loss_s + ctx.param("slack_s")
    await ctx.bring_to("Stopped")
    await acknowledge_all(ctx)
    async with ctx.neighbour("infeed") as peer:
        if not (await ctx.until(COUNT, 0, ctx.param("slack_s"))).met:
            ctx.inconclusive("there are alarms already; clear and acknowledge them first")
        await peer.stop_heartbeat()
        lost = await sees(ctx, alarm, True, limit)
        if ctx.expect(
            lost.met,
            f"alarm {alarm} is raised when the heartbeat is lost",
            expected="raised",
            actual=raised_or_not(lost.met),
        ):
            await peer.resume_heartbeat()
            back = await sees(ctx, alarm, False, limit)
            ctx.expect(back.met, f"alarm {alarm} goes when the heartbeat counts on", expected="not raised",
                       actual=raised_or_not(not back.met))  # fmt: skip
            if ctx.profile.alarms[alarm].latched:
                await acknowledge(ctx, alarm)


@check("handover.one_writer", writes=("handover.infeed.peer.*",), needs=BOTH)
async def one_writer(ctx: Context) -> None:
    """The other protocol is another writer."""
    async with ctx.neighbour("infeed", via=Protocol.OPCUA) as peer:
        await peer.set(safe=True)
        answer = await ctx.write(PEER_KIND, 1, via=Protocol.MODBUS)
        ctx.expect(not answer.accepted, "a second writer is refused", expected="refused", actual=answer.status,
                   evidence=answer.evidence)  # fmt: skip


@check("handover.next_writer", writes=("handover.infeed.peer.*",), needs=BOTH)
async def next_writer(ctx: Context) -> None:
    """After a good-bye the block is free, and what the last writer wrote is gone."""
    async with ctx.neighbour("infeed", via=Protocol.OPCUA) as peer:
        await peer.set(safe=True)
    answer = await ctx.write(PEER_BEAT, 1, via=Protocol.MODBUS)
    ctx.expect(answer.accepted, "the next writer is accepted after a good-bye", expected="accepted", actual=answer.status,
               evidence=answer.evidence)  # fmt: skip
    if answer.accepted:
        safe = await ctx.read(PEER_SAFE, via=Protocol.MODBUS)
        ctx.expect(safe.value is False, "the next writer finds an empty block", expected=False, actual=safe.value)
        await ctx.write(PEER_BEAT, GOOD_BYE, via=Protocol.MODBUS)
