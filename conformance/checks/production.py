"""Production data: what the counters say of the items that went in, are in work and came out."""

from __future__ import annotations

from conformance.checks.machine_helpers import picture, unchanged, value
from conformance.checks.production_helpers import (
    BAD_ITEM,
    COMMANDED,
    COUNTERS,
    CYCLE,
    ENTERED,
    GOOD,
    ITEM_ID,
    RATIO,
    SCRAP,
    SINCE,
    WIP,
    claimed,
    counts,
    passing,
    record_signals,
    together,
)
from conformance.checks.recipes import same
from conformance.context import Context
from conformance.registry import check
from profiles.model import Protocol


@check("production.balance", per_protocol=True)
async def balance(ctx: Context) -> None:
    """In every look, entered is the sum of good, scrap and work in progress."""
    for _ in range(int(ctx.param("looks"))):
        seen = await together(ctx, COUNTERS)
        total = seen[GOOD] + seen[SCRAP] + seen[WIP]
        ctx.expect(seen[ENTERED] == total, "entered = good + scrap + in work", expected=total, actual=seen)


@check("production.never_falls")
async def never_falls(ctx: Context) -> None:
    """Entered, good and scrap only rise."""
    timeline = await ctx.record([ENTERED, GOOD, SCRAP], ctx.param("watch_s"))
    for name in (ENTERED, GOOD, SCRAP):
        seen = timeline.values(name)
        if not seen:
            ctx.inconclusive(f"{name} cannot be read")
        ctx.expect(seen == sorted(seen, key=_amount), f"{name} does not fall", expected="rising", actual=seen)


@check("production.ratio", per_protocol=True)
async def ratio(ctx: Context) -> None:
    """The quality ratio is the share of good items among the finished ones."""
    for _ in range(int(ctx.param("looks"))):
        seen = await together(ctx, [GOOD, SCRAP, RATIO])
        done = seen[GOOD] + seen[SCRAP]
        wanted = 100.0 * seen[GOOD] / done if done else ctx.param("nothing_finished")
        met = abs(seen[RATIO] - wanted) <= ctx.param("tolerance")
        ctx.expect(met, "the quality ratio is good / (good + scrap)", expected=round(wanted, 3), actual=seen)


@check("production.entered_once", writes=COMMANDED)
async def entered_once(ctx: Context) -> None:
    """An item that was handed in is counted as entered, once and at once."""
    async with passing(ctx) as line:
        before = await value(ctx, ENTERED)
        await line.send()
        await counts(ctx, {ENTERED: before + 1}, "an item handed in is counted")


@check("production.finished_once", writes=COMMANDED)
async def finished_once(ctx: Context) -> None:
    """An item that has left is counted once and at once, as what it was offered as."""
    async with passing(ctx) as line:
        before = await together(ctx, [GOOD, SCRAP])
        await line.send()
        out = await line.fetch()
        name, other = (SCRAP, GOOD) if out.get("quality") == BAD_ITEM else (GOOD, SCRAP)
        await counts(ctx, {name: before[name] + 1, other: before[other]}, "an item that has left is counted")


@check("production.bad_is_scrap", writes=COMMANDED)
async def bad_is_scrap(ctx: Context) -> None:
    """An item handed in as bad counts as scrap, and if it goes on it is still bad."""
    async with passing(ctx) as line:
        before = await together(ctx, [GOOD, SCRAP])
        await line.send(quality=BAD_ITEM)
        if await line.offers():
            shown = (await line.fetch()).get("quality")
            ctx.expect(shown == BAD_ITEM, "a bad item is offered as bad", expected=BAD_ITEM, actual=shown)
        await counts(ctx, {SCRAP: before[SCRAP] + 1, GOOD: before[GOOD]}, "a bad item is counted as scrap")


@check("production.work_in_progress", writes=COMMANDED)
async def work_in_progress(ctx: Context) -> None:
    """Work in progress is what was handed in and has not left: nothing, one, nothing."""
    async with passing(ctx) as line:
        if not (await ctx.until("state.starved", True, ctx.param("settle_s"))).met:
            ctx.inconclusive("the unit cannot be emptied")
        for step, wanted in ((None, 0), (line.send, 1), (line.fetch, 0)):
            if step is not None:
                await step()
            if not await counts(ctx, {WIP: wanted}, f"{wanted} items in work"):
                return


@check("production.protocols_agree", needs=(Protocol.OPCUA, Protocol.MODBUS), writes=COMMANDED)
async def protocols_agree(ctx: Context) -> None:
    """After an item has gone through, both protocols show the same counters and the same record."""
    names = [*COUNTERS, RATIO, CYCLE, SINCE]
    if claimed(ctx, ITEM_ID):
        names += record_signals(ctx)
    async with passing(ctx) as line:
        await line.send()
        await line.fetch()
        for name in names:
            signal = ctx.profile.signals[name]
            wanted = (await ctx.read(name, via=Protocol.OPCUA)).value
            fits = lambda v, s=signal, w=wanted: same(s, v, w)  # noqa: E731
            seen = await ctx.until(name, fits, ctx.param("settle_s"), via=Protocol.MODBUS)
            actual = seen.last.value if seen.last is not None else None
            ctx.expect(seen.met, f"{name} agrees", expected=wanted, actual=actual, evidence=seen)


@check("production.kept_by_commands", writes=(*COMMANDED, "command.unit_mode"))
async def kept_by_commands(ctx: Context) -> None:
    """Commands and changes of mode leave the counters and the time since which they count."""
    async with passing(ctx) as line:
        await line.send()
        await line.fetch()
    before = await picture(ctx, *COUNTERS, SINCE)
    for state in ("Stopped", "Idle", "Stopped", "Aborted", "Stopped"):
        await ctx.bring_to(state)
        await unchanged(ctx, before, f"the counters in {state}")
    modes = await value(ctx, "state.supported_modes")
    present = await value(ctx, "state.unit_mode")
    for mode in [m for m in range(1, 16) if modes >> m & 1 and m != present] + [present]:
        answer = await ctx.write("command.unit_mode", mode)
        if not (answer.accepted and (await ctx.until("state.unit_mode", mode, ctx.param("settle_s"))).met):
            ctx.inconclusive(f"mode {mode} cannot be set: {answer.status}")
        await unchanged(ctx, before, f"the counters in mode {mode}")


@check("production.cycle_time", writes=COMMANDED)
async def cycle_time(ctx: Context) -> None:
    """The cycle time of the last item is above 0, and not longer than the item was in the unit."""
    async with passing(ctx) as line:
        began = ctx.now()
        await line.send()
        await line.fetch()
        limit = ctx.now() - began + ctx.param("slack_s")
        seen = await ctx.until(CYCLE, lambda v: _amount(v) > 0 and _amount(v) <= limit, ctx.param("reaction_s"))
        actual = seen.last.value if seen.last is not None else None
        what = "the cycle time lies within the time that the item was in the unit"
        ctx.expect(seen.met, what, expected=f"above 0, at most {limit:.1f} s", actual=actual, evidence=seen)


def _amount(seen: object) -> float:
    return float(seen) if isinstance(seen, (int, float)) else float("nan")
