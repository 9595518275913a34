"""What the checks of production data share: items driven through the unit, counters and records read as one.

Parameters of the requirements: ``willing_s`` (the unit takes an offered item), ``process_s`` (it has finished one),
``reaction_s`` (the interface shows it), ``settle_s`` (acting states end), ``max_items`` (that a unit may hold).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from conformance.checks.machine_helpers import LOOKS, RUNNING, STATE, comes, ending_stopped, number, numbers, run, value
from conformance.context import Context, Neighbour, Timeline

ENTERED, GOOD, SCRAP, WIP = COUNTERS = tuple(f"production.{n}" for n in ("entered", "good", "scrap", "wip"))
ENERGY, SINCE, RATIO, CYCLE = (f"production.{n}" for n in ("energy", "since", "quality_ratio", "cycle_time"))
BEFORE, AFTER, ITEM_ID = "item.seq_before", "item.seq_after", "item.id"
LAST_SEQUENCE = 65535  # the sequence number is a uint16 and never 0 once there is a record
COMMANDED = ("command.cntrl_cmd", "handover.infeed.peer.*", "handover.outfeed.peer.*")
GOOD_ITEM, BAD_ITEM = 1, 2
Record = Mapping[str, Any]


@dataclass(frozen=True)
class Passed:
    """One item that went through: as it was offered at the outfeed (empty if it never came), and its record."""

    item: str
    out: Mapping[str, Any]
    record: Record


@dataclass(frozen=True)
class Passage:
    """A running unit between two neighbours, both of them the tester."""

    ctx: Context
    sender: Neighbour
    receiver: Neighbour

    async def send(self, *, item_id: str | None = None, quality: int = 1) -> str:
        """Hand an item in; returns its id. Inconclusive if the unit does not take it."""
        given = await self.sender.transfer(item_id=item_id, quality=quality, within_s=self.ctx.param("willing_s"))
        if not given["ok"]:
            self.ctx.inconclusive(f"the unit does not take an item: {_why(given, self.sender)}")
        return str(given["item_id"])

    async def fetch(self) -> Mapping[str, Any]:
        """Take the finished item out. Inconclusive if it does not come."""
        given = await self.receiver.transfer(within_s=self.ctx.param("process_s"))
        if not given["ok"]:
            self.ctx.inconclusive(f"the unit does not hand the item over: {_why(given, self.receiver)}")
        return given

    async def works(self) -> None:
        """The unit works on what it has; inconclusive if it does not begin."""
        if not (await self.ctx.until(STATE, number(self.ctx, "Execute"), self.ctx.param("willing_s"))).met:
            self.ctx.inconclusive("the unit does not go to Execute although it has an item")

    async def one(self, *, quality: int = 1) -> Passed:
        """One item through the unit, and its record. Inconclusive if the record does not come.

        A bad item may end in the unit's own bin; then nothing is offered.
        """
        before = await value(self.ctx, BEFORE)
        item = await self.send(quality=quality)
        out = await self.fetch() if quality == GOOD_ITEM or await self.offers() else {}
        return Passed(item, out, await self.new_record(before))

    async def offers(self) -> bool:
        """Whether the unit offers an item before ``process_s`` is over."""
        return (await self.ctx.until("handover.outfeed.available", True, self.ctx.param("process_s"))).met

    async def new_record(self, before: int) -> Record:
        """The record that follows the number ``before``; inconclusive if none comes in time."""
        if not (await self.ctx.until(BEFORE, lambda v: v != before, self.ctx.param("reaction_s"))).met:
            self.ctx.inconclusive("no new record comes after the item")
        return await last_record(self.ctx)

    async def empty(self) -> None:
        """Take out what others have left in the unit, as far as it comes."""
        for _ in range(int(self.ctx.param("max_items"))):
            if not await value(self.ctx, WIP):
                return
            if not (await self.receiver.transfer(within_s=self.ctx.param("process_s")))["ok"]:
                await self.receiver.clear()
                return


def _why(given: Mapping[str, Any], hand: Neighbour) -> str:
    """The step that failed, and whether it may have been the tester's own doing."""
    return f"{given['failed_step']}, but {hand.late}" if hand.late else str(given["failed_step"])


@asynccontextmanager
async def passing(ctx: Context) -> AsyncIterator[Passage]:
    """A running, emptied unit with the tester on both sides; emptied again, and stopped, afterwards."""
    async with ending_stopped(ctx), ctx.neighbour("outfeed") as receiver, ctx.neighbour("infeed") as sender:
        await run(ctx)
        # Whatever a first look costs (finding the nodes) is paid before the hand-over's timers run.
        await ctx.read_many([s for s in ctx.profile.signals if s.startswith("handover.")])
        passage = Passage(ctx, sender, receiver)
        await passage.empty()
        try:
            yield passage
        finally:
            await sender.clear()
            if await value(ctx, STATE) in numbers(ctx, RUNNING):
                await passage.empty()


async def together(ctx: Context, signals: Sequence[str]) -> dict[str, Any]:
    """Values of one look; inconclusive if one cannot be read."""
    readings = await ctx.read_many(signals)
    for reading in readings.values():
        if not reading.ok:
            ctx.inconclusive(f"{reading.signal} cannot be read: {reading.status}")
    return {name: reading.value for name, reading in readings.items()}


def looks(timeline: Timeline) -> Iterator[dict[str, Any]]:
    """The picture at each instant at which something had changed: what was read together changes together."""
    present: dict[str, Any] = {}
    changes = sorted((at, name, v) for name, seen in timeline.changes.items() for at, v in seen)
    for index, (at, name, v) in enumerate(changes):
        present[name] = v
        if index + 1 == len(changes) or changes[index + 1][0] > at:
            yield dict(present)


async def keeps(ctx: Context, wanted: Mapping[str, Any], what: str) -> bool:
    """Expect that signals have these values, and no others, for ``watch_s``."""
    timeline = await ctx.record(list(wanted), ctx.param("watch_s"))
    seen = {name: timeline.values(name) for name in wanted}
    strange = {name: values for name, values in seen.items() if values != [wanted[name]]}
    return ctx.expect(not strange, what, expected=dict(wanted), actual=strange or "unchanged")


async def counts(ctx: Context, wanted: Mapping[str, int], what: str) -> bool:
    """Expect that each counter comes to its value in time, and that all of them stay there."""
    for name, goal in wanted.items():
        if not await comes(ctx, name, goal, ctx.param("reaction_s"), f"{what}: {name}"):
            return False
    return await keeps(ctx, wanted, f"{what}, once")


def claimed(ctx: Context, signal: str) -> bool:
    """Whether the equipment is to have a signal."""
    known = ctx.profile.signals.get(signal)
    return known is not None and (known.option is None or ctx.claims.get(known.option, True))


def record_signals(ctx: Context) -> list[str]:
    """The signals of the item record, sequence numbers outermost."""
    between = [
        s for s in ctx.profile.signals if s.startswith("item.") and s not in (BEFORE, AFTER, "item.values_sequence")
    ]
    return [BEFORE, *(s for s in between if claimed(ctx, s)), AFTER]


async def last_record(ctx: Context) -> Record:
    """The record of the last item, whole: equal sequence numbers before and after; inconclusive if they never are."""
    for _ in range(LOOKS):
        seen = await together(ctx, record_signals(ctx))
        if seen[BEFORE] == seen[AFTER]:
            return seen
    ctx.inconclusive("the sequence numbers before and after the record do not become equal")
    raise AssertionError("unreachable")


async def measured(ctx: Context) -> dict[str, Any]:
    """The process values of the last item, with the number of the record to which they belong."""
    return await together(ctx, ["item.values_sequence", *ctx.profile.process_values])


def following(sequence: int) -> int:
    """The number of the next record."""
    return sequence % LAST_SEQUENCE + 1
