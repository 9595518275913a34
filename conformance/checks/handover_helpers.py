"""What the checks of the hand-over share: a running unit between two neighbours that the tester plays.

The tester's own lateness is never the unit's fault: an expectation that fails after the tester was late is left open.
``willing_s`` is how long the unit may take to be ready, ``process_s`` to finish an item, ``recover_s`` to leave a fault.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from conformance.checks.alarms_helpers import COUNT, UNACKED, acknowledge, raised_or_not, sees, set_bits, speaks, words
from conformance.checks.machine_helpers import RUNNING, STATE, number, numbers, run, value, with_name
from conformance.context import Context, Neighbour, Observation
from conformance.exchange import COMPLETE, NOTHING, StepFailed, item_data
from profiles.model import HandoverTimer, Protocol

WRITES = ("command.cntrl_cmd", "alarm.acknowledge", "handover.infeed.peer.*", "handover.outfeed.peer.*")
FREE, TRANSPORTING, STOPPED, FINISHED, FAULTED = 3, 7, 8, 9, 12
CLOCKS_DIFFER = 0.02
"""Share of a timer by which the clocks of tester and equipment may disagree about it."""
OWN = {"infeed": ("ready", "start", "stop"), "outfeed": ("available", "busy", "finished")}
ENTERED, GOOD, SCRAP, WIP = "production.entered", "production.good", "production.scrap", "production.wip"
ORDERS = ("sender_first", "receiver_first")
Item = Mapping[str, Any]


class Between:
    """A unit with the tester before it (``up``, a sender) and behind it (``down``, a receiver)."""

    def __init__(self, ctx: Context, up: Neighbour, down: Neighbour) -> None:
        self.ctx, self.up, self.down = ctx, up, down

    # -- stating -------------------------------------------------------------------------------------------------------
    def expect(self, met: bool, what: str, **details: Any) -> bool:
        late = self.up.late or self.down.late
        if not met and late:
            self.ctx.inconclusive(f"{what}: not seen, but {late}")
        return self.ctx.expect(met, what, **details)

    def sure(self, met: bool, why_not: str) -> None:
        """What must hold for the question to be put at all."""
        if not met:
            late = self.up.late or self.down.late
            self.ctx.inconclusive(f"{why_not}, but {late}" if late else why_not)

    # -- the unit as receiver --------------------------------------------------------------------------------------------
    async def ready(self) -> None:
        seen = await self.up.see(self.ctx.param("willing_s"), ready=True)
        self.sure(seen.met, "the unit never becomes ready")

    async def started(self) -> tuple[str, float]:
        """Offer an item and wait until the unit has started to take it; its id, and when the offer was made."""
        await self.ready()
        since = self.ctx.now()
        item = await self.up.offer()
        seen = await self.up.see(self.ctx.param("willing_s"), start=True)
        self.sure(seen.met, "the unit does not start although an item is offered")
        return item, since

    async def hand_in(self, **details: Any) -> Mapping[str, Any]:
        """One item into the unit, in whichever finishing order it takes."""
        reason = ""
        for finish in ORDERS:
            done = await self.up.transfer(finish=finish, within_s=self.ctx.param("willing_s"), **details)
            if done["ok"]:
                return done
            reason = reason or str(done["failed_step"])
            await self.recover()
        self.sure(False, f"no item can be handed in ({reason})")
        raise AssertionError("unreachable")

    async def deliver(self) -> None:
        """End an exchange that the unit has started: everything as it should be."""
        await self.up.set(busy=True)
        await self.up.set(finished=True)
        await self.up.see(self.ctx.param("settle_s"), stop=True, start=False)
        await self.up.set(available=False, busy=False, finished=False)
        await self.up.see(self.ctx.param("settle_s"), stop=False)

    # -- the unit as sender ----------------------------------------------------------------------------------------------
    async def fill(self) -> bool:
        """See to it that an item stands on offer; false if the unit has one and does not offer it."""
        for _ in range(int(self.ctx.param("max_items"))):
            if await value(self.ctx, WIP) and (await self.down.see(self.ctx.param("process_s"), available=True)).met:
                return True
            if not (await self.up.see(0.0, ready=True)).met and await value(self.ctx, WIP):
                return False
            await self.hand_in()
        return (await self.down.see(self.ctx.param("process_s"), available=True)).met

    async def offered(self) -> Item:
        """An item on offer and its data; inconclusive if there is none or they cannot be read."""
        self.sure(await self.fill(), "the unit has an item and does not offer it")
        return await self.item()

    async def item(self) -> Item:
        try:
            return await item_data(self.down)
        except StepFailed as step:
            self.ctx.inconclusive(str(step))
            raise

    async def begun(self) -> tuple[Item, float]:
        """Answer an offer and see that the unit transports; the item, and a time before the start."""
        item = await self.offered()
        since = self.ctx.now()
        await self.accept(item)
        seen = await self.down.see(self.ctx.param("settle_s"), busy=True)
        self.sure(seen.met, "the unit does not transport although the receiver has started")
        return item, since

    async def accept(self, item: Item, **other: Any) -> None:
        """Be ready for an offer and start it; ``other`` for what is echoed wrongly."""
        echo = {"item_id": item["item_id"], "result": NOTHING, "seq": item["seq"], **other}
        since = self.ctx.now()
        await self.down.set(**echo)
        await self.down.set(ready=True)
        await self.down.set(start=True)
        self.down.answered("t1", since)

    async def take(self, item: Item) -> None:
        """End an exchange in which the unit has finished: everything as it should be."""
        since = self.ctx.now()
        await self.down.set(item_id=item["item_id"], result=COMPLETE, seq=item["seq"])
        await self.down.set(stop=True)
        await self.close(since)

    async def close(self, since: float) -> None:
        """Both have finished: release, see the unit release, end."""
        await self.down.set(start=False, ready=False)
        await self.down.see(self.ctx.param("settle_s"), available=False, busy=False, finished=False)
        await self.down.set(stop=False)
        self.down.answered("t4", since)

    async def out(self) -> int:
        """Items that have left the unit."""
        return int(await value(self.ctx, GOOD)) + int(await value(self.ctx, SCRAP))

    # -- faults of the exchange --------------------------------------------------------------------------------------------
    def hand(self, port: str) -> Neighbour:
        return self.up if port == "infeed" else self.down

    async def fails(self, port: str, alarm: int, within_s: float, what: str = "") -> float | None:
        """Expect the faulted state, its alarm, and that the port has taken its levels back. When it was seen, if it was."""
        hand, wanted = self.hand(port), with_name(self.ctx, f"handover.{port}.state", FAULTED)
        seen = await hand.see(within_s, state=FAULTED)
        what = what or f"the {port} goes to its faulted state within {within_s:g} s"
        shown = last(seen) if seen.met else f"still {last(seen)} after {seen.elapsed:.1f} s"
        if not self.expect(seen.met, what, expected=wanted, actual=shown, evidence=seen):
            return None
        told = await sees(self.ctx, alarm, True, self.ctx.param("reaction_s"))
        name = self.ctx.profile.alarms[alarm].id
        self.expect(told.met, f"alarm {alarm} ({name}) is raised", expected="raised", actual=raised_or_not(told.met))
        dropped = await hand.see(self.ctx.param("reaction_s"), **dict.fromkeys(OWN[port], False))
        levels = ", ".join(OWN[port])
        self.expect(dropped.met, f"{levels} are taken back", expected="all 0", actual=last(dropped), evidence=dropped)
        assert seen.last is not None
        return seen.last.at

    async def expires(self, port: str, since: float) -> None:
        """Expect that the requirement's timer, started at ``since`` or later, runs out: then, and not before."""
        timer, slack = timer_of(self.ctx), self.ctx.param("slack_s")
        name = f"{timer.id.upper()} ({timer.seconds:g} s)"
        self.ctx.draw(name, since, True)
        self.ctx.draw(name, since + timer.seconds, False)
        what = f"{timer.id.upper()} of the {port} runs out within {timer.seconds:g} s + {slack:g} s of {self._start(timer)}"
        at = await self.fails(port, timer.alarm, timer.seconds + slack, what)
        if at is None:
            return
        took, least = at - since, timer.seconds * (1 - CLOCKS_DIFFER)
        what = f"{timer.id.upper()} does not run out before its {timer.seconds:g} s"
        self.expect(took >= least, what, expected=f"at least {least:g} s", actual=f"at most {took:.2f} s")

    def _start(self, timer: HandoverTimer) -> str:
        """What starts a timer, as it is seen at the port."""
        event, _, state = timer.start.partition(":")
        if state:
            return f"state = {with_name(self.ctx, 'handover.infeed.state', int(state))}"
        level, _, edge = event.rpartition("_")
        return f"{level} = {int(edge == 'on')}"

    async def recover(self) -> bool:
        """As an operator would: both neighbours at rest, alarms acknowledged, a held unit going on. Whether no port is faulted."""
        await self.up.clear()
        await self.down.clear()
        await acknowledge_all(self.ctx)
        for port in OWN:
            seen = await self.ctx.until(f"handover.{port}.state", lambda v: v != FAULTED, self.ctx.param("recover_s"))
            if not seen.met:
                return False
        await self.revive()
        return True

    async def revive(self) -> None:
        """A unit that was held or has stopped runs again."""
        held, running = numbers(self.ctx, ("Holding", "Held")), numbers(self.ctx, RUNNING)
        state = await value(self.ctx, STATE)
        if state in held:
            await self.ctx.until(STATE, number(self.ctx, "Held"), self.ctx.param("settle_s"))
            await self.ctx.command("Unhold")
            await self.ctx.until(STATE, lambda v: v in running, self.ctx.param("settle_s"))
        elif state not in running:
            await run(self.ctx)

    async def empty(self) -> bool:
        """Take everything out of the unit, in whichever finishing order it gives; false if something stays."""
        for _ in range(int(self.ctx.param("max_items"))):
            if not await value(self.ctx, WIP):
                return True
            await self.revive()
            if not await self._take_one():
                return False
        return not await value(self.ctx, WIP)

    async def _take_one(self) -> bool:
        reasons = []
        for finish in ORDERS:
            done = await self.down.transfer(finish=finish, within_s=self.ctx.param("process_s"))
            if done["ok"]:
                return True
            reasons.append(done["failed_step"])
            await self.recover()
        reasons += [self.down.late] if self.down.late else []
        self.ctx.note(f"an item cannot be taken out of the unit: {'; '.join(reasons)}")
        return False


@asynccontextmanager
async def between(ctx: Context) -> AsyncIterator[Between]:
    """A running unit between two neighbours; afterwards it is empty as far as possible, without alarms, and stands."""
    try:
        async with ctx.neighbour("outfeed") as down, ctx.neighbour("infeed") as up:
            unit = Between(ctx, up, down)
            await acknowledge_all(ctx)
            clear = await ctx.until(COUNT, 0, ctx.param("recover_s"))
            unit.sure(clear.met, "there are alarms already; clear and acknowledge them first")
            await run(ctx)
            await unit.empty()
            try:
                yield unit
            finally:
                if not (await unit.recover() and await unit.empty()):
                    ctx.note("items of the tester remain in the unit")
    finally:
        await ctx.bring_to("Stopped")
        await acknowledge_all(ctx)


async def acknowledge_all(ctx: Context) -> None:
    """Acknowledge every alarm that wants it; over OPC UA alone, every one that a hand-over may have raised."""
    if not await value(ctx, UNACKED):
        return
    if speaks(ctx, Protocol.MODBUS) and words(ctx, "unacked"):
        readings = await ctx.read_many(words(ctx, "unacked"), Protocol.MODBUS)
        found: Sequence[int] = sorted(set_bits({n: int(r.value or 0) for n, r in readings.items()}))  # type: ignore[arg-type]
    else:
        found = [a.number for a in ctx.profile.alarms.values() if a.category in ("handover", "communication")]
    for alarm in found:
        await acknowledge(ctx, alarm)


def timer_of(ctx: Context) -> HandoverTimer:
    """The timer that the requirement is about."""
    return ctx.profile.handover.timers[ctx.param("timer")]


def alarm_of(ctx: Context) -> int:
    """The alarm that the requirement is about."""
    return ctx.profile.alarm_named(ctx.param("alarm")).number


def last(seen: Observation) -> Any:
    return seen.last.value if seen.last is not None else None
