"""Production data: the record of the item that left last, whole, true, and kept."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

from conformance.checks.alarms_helpers import pick, raised
from conformance.checks.machine_helpers import RUNNING, STATE, comes, number, numbers, unchanged, value
from conformance.checks.production_helpers import (
    AFTER,
    BAD_ITEM,
    BEFORE,
    COMMANDED,
    ENTERED,
    GOOD,
    GOOD_ITEM,
    ITEM_ID,
    SCRAP,
    Record,
    following,
    last_record,
    looks,
    measured,
    passing,
    record_signals,
    together,
)
from conformance.context import Context
from conformance.registry import check

OUT_ID = "handover.outfeed.item_id"
SELECT, ACTIVE, REVISION = "recipe.select", "recipe.active", "recipe.revision"


@check("production.id_unchanged", writes=COMMANDED)
async def id_unchanged(ctx: Context) -> None:
    """The id of an item is the same when it is handed in, when it is offered, and in its record."""
    prefix, length = str(ctx.param("prefix")), ctx.profile.signals[ITEM_ID].length or 1
    since = int(datetime.now(UTC).timestamp() * 1000)
    serial = str(since).zfill(length)[-(length - len(prefix)) :]  # as long as ids may be, and used once
    async with passing(ctx) as line:
        before = (await last_record(ctx))[BEFORE]
        item = await line.send(item_id=prefix + serial)
        if not await line.offers():
            ctx.inconclusive("the unit does not offer the item")
        offered = await value(ctx, OUT_ID)
        ctx.expect(offered == item, "the item is offered under its id", expected=item, actual=offered)
        await line.fetch()
        shown = (await line.new_record(before))[ITEM_ID]
        ctx.expect(shown == item, "the record has the id of the item", expected=item, actual=shown)


@check("production.own_record", writes=COMMANDED)
async def own_record(ctx: Context) -> None:
    """Each finished item has a record of its own: the next number and its own id, one after the other."""
    async with passing(ctx) as line:
        sequence, ids = (await last_record(ctx))[BEFORE], []
        for _ in range(2):
            sequence = following(sequence)
            await line.send()
            await line.fetch()
            if not await comes(ctx, BEFORE, sequence, ctx.param("reaction_s"), "the record has the next number"):
                return
            ids.append((await last_record(ctx))[ITEM_ID])
        ctx.expect(ids[0] != ids[1] and all(ids), "two items, two ids", expected="two different ids", actual=ids)


@check("production.record_whole", writes=COMMANDED)
async def record_whole(ctx: Context) -> None:
    """Between equal sequence numbers there is always the same record, and the numbers become equal."""
    names = record_signals(ctx)
    async with passing(ctx) as line:
        first = await together(ctx, names)
        await line.send()
        await line.fetch()
        seen = list(looks(await ctx.record(names, ctx.param("watch_s"))))
    if not seen:
        ctx.inconclusive("the record cannot be read")
    whole: dict[int, Record] = {first[BEFORE]: first} if first[BEFORE] == first[AFTER] else {}
    for look in (look for look in seen if look[BEFORE] == look[AFTER]):
        known = whole.setdefault(look[BEFORE], look)
        torn = {name: (known[name], look[name]) for name in names if known[name] != look[name]}
        if not ctx.expect(not torn, "one number, one record", expected="the same record", actual=torn or "the same"):
            return
    last = (seen[-1][BEFORE], seen[-1][AFTER])
    ctx.expect(last[0] == last[1], "the numbers before and after become equal", expected=last[0], actual=last[1])


@check("production.times", writes=COMMANDED)
async def times(ctx: Context) -> None:
    """Start and end lie in order between the clock before and the clock after, and the duration is what lies between."""
    async with passing(ctx) as line:
        earliest = await _clock(ctx)
        record = (await line.one()).record
        latest = await _clock(ctx)
    start, end = record["item.started_at"], record["item.finished_at"]
    slack = timedelta(seconds=ctx.param("clock_s"))
    ctx.expect(start <= end, "the item was started before it was finished", expected="start, end", actual=[start, end])
    inside = earliest - slack <= start and end <= latest + slack
    ctx.expect(
        inside, "both times lie within the passage, by the unit's own clock",
        expected=[earliest, latest], actual=[start, end],
    )  # fmt: skip
    between, shown = ctx.seconds_between(start, end), record["item.duration"]
    met = abs(between - shown) <= ctx.param("duration_s")
    ctx.expect(met, "the duration is the time from start to end", expected=f"{between:.3f} s", actual=shown)


async def _clock(ctx: Context) -> datetime:
    seen = await value(ctx, "comm.clock")
    if not isinstance(seen, datetime):
        ctx.inconclusive("the equipment clock is no time")
        raise AssertionError("unreachable")
    return seen


@check("production.recipe_of_the_time", writes=(*COMMANDED, SELECT))
async def recipe_of_the_time(ctx: Context) -> None:
    """The record names recipe and revision under which the item was made, also after another one has been selected."""
    async with passing(ctx) as line:
        active = await together(ctx, [ACTIVE, REVISION])
        record = (await line.one()).record
    wanted = {"item.recipe": active[ACTIVE], "item.recipe_revision": active[REVISION]}
    shown = {name: record[name] for name in wanted}
    ctx.expect(shown == wanted, "the recipe that was active", expected=wanted, actual=shown)
    other = next((n for n in ctx.profile.recipes if n != active[ACTIVE]), None)
    if other is None:
        return
    answer = await ctx.write(SELECT, other)
    if not (answer.accepted and (await ctx.until(ACTIVE, other, ctx.param("reaction_s"))).met):
        ctx.inconclusive(f"recipe {other} cannot be selected: {answer.status}")
    kept = await last_record(ctx)
    shown = {name: kept[name] for name in wanted}
    ctx.expect(shown == wanted, f"the same after recipe {other} was selected", expected=wanted, actual=shown)


@check("production.grades", writes=COMMANDED)
async def grades(ctx: Context) -> None:
    """Kind, quality and grade are defined numbers, and a bad item is neither recorded as good nor graded as one."""
    rejected = ctx.param("rejected")
    async with passing(ctx) as line:
        for quality in (GOOD_ITEM, BAD_ITEM):
            passed = await line.one(quality=quality)
            shown = {n: passed.record[f"item.{n}"] for n in ("kind", "quality", "grade")}
            for name, seen in shown.items():
                defined = set(ctx.profile.signals[f"item.{name}"].enum or ())
                known = (
                    defined if name == "grade" else defined - {0}
                )  # who does not grade says so; the others are known
                ctx.expect(seen in known, f"{name} is a defined number", expected=sorted(known), actual=seen)
            wanted = passed.out.get("quality", BAD_ITEM)
            what = "the record has the quality of the item as it left"
            ctx.expect(shown["quality"] == wanted, what, expected=wanted, actual=shown["quality"])
            fits = shown["grade"] in ((0, rejected) if wanted == BAD_ITEM else set(range(rejected)))
            ctx.expect(fits, "grade and quality agree", expected=f"{rejected} or 0 only if bad", actual=shown)


@check("production.lot", writes=COMMANDED)
async def lot(ctx: Context) -> None:
    """The record names the material lot."""
    async with passing(ctx) as line:
        passed = await line.one()
    seen = str(passed.record["item.lot"])
    good = bool(seen.strip()) and seen.isprintable() and seen != passed.item
    ctx.expect(good, "the record names a lot", expected="a lot, not the item's id", actual=seen)


@check("production.values_in_range", writes=COMMANDED)
async def values_in_range(ctx: Context) -> None:
    """Every process value of a finished item is there, and lies within its declared range."""
    async with passing(ctx) as line:
        await line.one()
        seen = await measured(ctx)
    for name in ctx.profile.process_values:
        signal, shown = ctx.profile.signals[name], seen[name]
        low, high = signal.range or (-math.inf, math.inf)
        met = isinstance(shown, (int, float)) and math.isfinite(shown) and low <= shown <= high
        expected = f"{low:g} to {high:g} {signal.unit or ''}".strip()
        ctx.expect(met, f"{name} lies in its range", expected=expected, actual=shown)


@check("production.values_of_record", writes=COMMANDED)
async def values_of_record(ctx: Context) -> None:
    """The process values carry the number of the record, and are measured anew on each item."""
    seen = []
    async with passing(ctx) as line:
        for _ in range(2):
            sequence = (await line.one()).record[BEFORE]
            shown = await measured(ctx)
            number_of = shown.pop("item.values_sequence")
            ctx.expect(number_of == sequence, "the values are those of the record", expected=sequence, actual=number_of)
            seen.append(shown)
    ctx.expect(seen[0] != seen[1], "two items, two measurements", expected="another value", actual=seen[1])


@check("production.values_agree", writes=COMMANDED)
async def values_agree(ctx: Context) -> None:
    """Values that follow from others agree with them: value = factor · (minuend − subtrahend)."""
    relations = [r for r in ctx.param("relations") if all(name in ctx.profile.process_values for name in r[:3])]
    if not relations:
        ctx.not_applicable("no process value of the profile follows from others")
    async with passing(ctx) as line:
        await line.one()
        seen = await measured(ctx)
    for name, minuend, subtrahend, factor, tolerance in relations:
        wanted = factor * (seen[minuend] - seen[subtrahend])
        met = abs(seen[name] - wanted) <= tolerance
        ctx.expect(met, f"{name} agrees with {minuend} and {subtrahend}", expected=round(wanted, 4), actual=seen[name])


@check("production.kept_over_alarm", writes=(*COMMANDED, "alarm.acknowledge"))
async def kept_over_alarm(ctx: Context) -> None:
    """An alarm and a stop in the middle of an item leave the record of the last one, and the counters, as they are."""
    alarm = await pick(ctx, reaction="hold", category="equipment")
    async with passing(ctx) as line:
        await line.one()
        await line.send()
        await line.works()
        before = {**await last_record(ctx), **await together(ctx, [ENTERED, GOOD, SCRAP])}
        async with raised(ctx, alarm):
            if not (await ctx.until(STATE, number(ctx, "Held"), ctx.param("settle_s"))).met:
                ctx.inconclusive("the alarm does not take the unit to Held")
            await unchanged(ctx, before, "record and counters in Held")
            await ctx.bring_to("Stopped")
            await unchanged(ctx, before, "record and counters in Stopped")


@check("production.alarm_in_record", writes=(*COMMANDED, "alarm.acknowledge"))
async def alarm_in_record(ctx: Context) -> None:
    """An alarm that interrupts the work on an item stands in its record, and not in that of the next one."""
    alarm = await pick(ctx, reaction="hold", category="equipment")
    async with passing(ctx) as line:
        before = await value(ctx, BEFORE)
        await line.send()
        await line.works()
        async with raised(ctx, alarm):
            if not (await ctx.until(STATE, number(ctx, "Held"), ctx.param("settle_s"))).met:
                ctx.inconclusive("the alarm does not take the unit to Held")
            interrupted = await _clock(ctx)
        goes_on = await ctx.command("Unhold")
        if not (await ctx.until(STATE, lambda v: v in numbers(ctx, RUNNING), ctx.param("settle_s"))).met:
            ctx.inconclusive(f"the unit does not go on after the alarm: {goes_on.status}")
        await line.fetch()
        record = await line.new_record(before)
        if record["item.finished_at"] < interrupted:
            ctx.inconclusive("the item was finished before the alarm came")
        shown = record["item.alarm"]
        ctx.expect(shown == alarm, "the record names the alarm", expected=alarm, actual=shown)
        shown = (await line.one()).record["item.alarm"]
        ctx.expect(shown == 0, "the next record names none", expected=0, actual=shown)
