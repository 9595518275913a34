"""Alarms as signals: words, counts, severity, latching, acknowledgement, reaction."""

from __future__ import annotations

from conformance.checks.alarms_helpers import (
    ACKNOWLEDGE,
    COUNT,
    UNACKED,
    acknowledge,
    pick,
    quiet,
    raised,
    sees,
    set_bits,
    shown_bits,
    words,
)
from conformance.checks.machine_helpers import (
    PATIENCE,
    RUNNING,
    STATE,
    accepted,
    comes,
    ending_stopped,
    judge,
    number,
    numbers,
    picture,
    refused,
    run,
    stays,
    unchanged,
    value,
)
from conformance.context import Context
from conformance.registry import check

ACK = (ACKNOWLEDGE,)


@check("alarms.words_agree")
async def words_agree(ctx: Context) -> None:
    """The alarm words hold bits of declared alarms only, and as many as the counts say."""
    for kind, count in (("active", COUNT), ("unacked", UNACKED)):
        names = words(ctx, kind)
        seen = await picture(ctx, *names, count)
        bits = set_bits({name: seen[name] for name in names})
        strange = sorted(bits - set(ctx.profile.alarms))
        ctx.expect(not strange, f"bits of the {kind} words are declared alarms", expected="none other", actual=strange)
        ctx.expect(len(bits) == seen[count], f"{count} counts the {kind} words", expected=len(bits), actual=seen[count])


@check("alarms.summary_agrees", per_protocol=True)
async def summary_agrees(ctx: Context) -> None:
    """Highest severity and oldest alarm are 0 when no alarm is active, and those of a declared alarm when one is."""
    seen = await picture(ctx, COUNT, "alarm.highest_severity", "alarm.first")
    if seen[COUNT] == 0:
        ctx.expect(seen["alarm.highest_severity"] == 0, "no alarm, no severity", expected=0, actual=seen)
        ctx.expect(seen["alarm.first"] == 0, "no alarm, none the oldest", expected=0, actual=seen)
        return
    severities = {a.severity for a in ctx.profile.alarms.values()}
    first = ctx.profile.alarms.get(seen["alarm.first"])
    ctx.expect(seen["alarm.highest_severity"] in severities, "severity of a declared alarm", actual=seen)
    ctx.expect(first is not None, "the oldest alarm is a declared one", actual=seen)
    if first is not None:
        ctx.expect(first.severity <= seen["alarm.highest_severity"], "highest is not below the oldest", actual=seen)


@check("alarms.raised_in_time", writes=ACK)
async def raised_in_time(ctx: Context) -> None:
    """An alarm raised at the machine sets its own active and unacknowledged bit in time, and no other bit."""
    alarm = await pick(ctx, reaction="warn", among_others=True)
    limit = ctx.param("raise_s")
    before = {kind: await shown_bits(ctx, kind) for kind in ("active", "unacked")}
    async with raised(ctx, alarm):
        judge(ctx, await sees(ctx, alarm, True, limit * PATIENCE), limit, f"alarm {alarm} becomes active")
        for kind, old in before.items():
            new = await shown_bits(ctx, kind) - old
            ctx.expect(new == {alarm}, f"the {kind} bit of alarm {alarm}, alone", expected=[alarm], actual=sorted(new))


@check("alarms.counts_follow", per_protocol=True, writes=ACK)
async def counts_follow(ctx: Context) -> None:
    """Two alarms make both counts 2."""
    one = await pick(ctx, reaction="warn")
    two = await pick(ctx, reaction="warn", latched=None, skip=(one,))
    async with raised(ctx, one, two):
        for count in (COUNT, UNACKED):
            await comes(ctx, count, 2, ctx.param("raise_s"), f"{count} is 2 with two alarms")


@check("alarms.highest_and_first", per_protocol=True, writes=ACK)
async def highest_and_first(ctx: Context) -> None:
    """With two alarms the highest severity is the greater of the declared ones, and the oldest is the one raised first."""
    one = await pick(ctx, reaction="warn")
    two = await pick(ctx, reaction="warn", latched=None, skip=(one,))
    order = sorted((one, two), key=lambda n: ctx.profile.alarms[n].severity, reverse=True)
    for first, then in (order, order[::-1]):
        await quiet(ctx)
        async with raised(ctx, first):
            own = ctx.profile.alarms[first].severity
            await comes(ctx, "alarm.highest_severity", own, ctx.param("raise_s"), f"the severity of alarm {first}")
            async with raised(ctx, then):
                if not (await ctx.until(COUNT, 2, ctx.param("raise_s"))).met:
                    ctx.inconclusive("the second alarm is not seen")
                both = max(own, ctx.profile.alarms[then].severity)
                seen = await picture(ctx, "alarm.highest_severity", "alarm.first")
                ctx.expect(seen["alarm.highest_severity"] == both, "the higher severity", expected=both, actual=seen)
                ctx.expect(seen["alarm.first"] == first, "the oldest alarm", expected=first, actual=seen)
        if (await ctx.until(COUNT, 0, ctx.param("raise_s"))).met is False:
            ctx.inconclusive("the alarms do not go away")


@check("alarms.latched", writes=ACK)
async def latched(ctx: Context) -> None:
    """A latched alarm whose cause is gone stays active until it is acknowledged."""
    alarm = await pick(ctx, reaction="warn", latched=True)
    async with raised(ctx, alarm):
        if not (await sees(ctx, alarm, True, ctx.param("raise_s"))).met:
            ctx.inconclusive("the alarm is not seen")
        await ctx.operator.act("alarm_clear", number=alarm)
        timeline = await ctx.record([COUNT], ctx.param("watch_s"))
        ctx.expect(
            all(v == 1 for v in timeline.values(COUNT)),
            f"alarm {alarm} stays active while it is not acknowledged",
            expected=1,
            actual=timeline.values(COUNT),
        )


@check("alarms.vanishes", writes=ACK)
async def vanishes(ctx: Context) -> None:
    """An alarm without cause vanishes: a latched one when it has been acknowledged, another one at once."""
    chosen = [await pick(ctx, reaction="warn", latched=True)]
    chosen += [a.number for a in ctx.profile.alarms.values() if not a.latched and str(a.reaction) == "warn"][:1]
    for alarm in chosen:
        held = ctx.profile.alarms[alarm].latched
        async with raised(ctx, alarm):
            if not (await sees(ctx, alarm, True, ctx.param("raise_s"))).met:
                ctx.inconclusive(f"alarm {alarm} is not seen")
            await ctx.operator.act("alarm_clear", number=alarm)
            if held:
                await acknowledge(ctx, alarm)
                if not (await ctx.until(UNACKED, 0, ctx.param("raise_s"))).met:
                    ctx.inconclusive(f"alarm {alarm} cannot be acknowledged")
            limit = ctx.param("raise_s")
            judge(ctx, await sees(ctx, alarm, False, limit * PATIENCE), limit, f"alarm {alarm} is active no more")


@check("alarms.acknowledged", per_protocol=True, writes=ACK)
async def acknowledged(ctx: Context) -> None:
    """Acknowledging is accepted and takes the alarm from the unacknowledged ones."""
    alarm = await pick(ctx, reaction="warn", latched=True, among_others=True)
    before = await value(ctx, UNACKED)
    async with raised(ctx, alarm):
        if not (await ctx.until(UNACKED, before + 1, ctx.param("raise_s"))).met:
            ctx.inconclusive("the alarm is not seen as unacknowledged")
        answer = await acknowledge(ctx, alarm)
        accepted(ctx, answer, f"acknowledging alarm {alarm} is accepted")
        what = f"{UNACKED} is as before alarm {alarm}"
        await comes(ctx, UNACKED, before, ctx.param("raise_s"), what, since=answer.at)


@check("alarms.acknowledged_stays_active", writes=ACK)
async def acknowledged_stays_active(ctx: Context) -> None:
    """An acknowledged alarm whose cause stands stays active."""
    alarm = await pick(ctx, reaction="warn", latched=True)
    async with raised(ctx, alarm):
        seen = await sees(ctx, alarm, True, ctx.param("raise_s"))
        if not seen.met or not (await acknowledge(ctx, alarm)).accepted:
            ctx.inconclusive("the alarm cannot be acknowledged")
        if not (await ctx.until(UNACKED, 0, ctx.param("raise_s"))).met:
            ctx.inconclusive("the acknowledgement has no effect")
        gone = await sees(ctx, alarm, False, ctx.param("watch_s"))
        ctx.expect(not gone.met, f"alarm {alarm} stays active", expected="active", evidence=gone)
        count = await value(ctx, COUNT)
        ctx.expect(count == 1, "it is still counted", expected=1, actual=count)


@check("alarms.unknown_refused", per_protocol=True, writes=ACK)
async def unknown_refused(ctx: Context) -> None:
    """The number of no declared alarm is refused as an acknowledgement, and nothing changes."""
    low, high = ctx.profile.signals[ACKNOWLEDGE].range or (0, 127)
    unknown = [n for n in range(int(low) + 1, int(high) + 1) if n not in ctx.profile.alarms]
    if not unknown:
        ctx.not_applicable("the profile declares every number")
    before = await picture(ctx, COUNT, UNACKED)
    for alarm in {unknown[0], unknown[-1], int(high) + 1}:
        refused(ctx, await acknowledge(ctx, alarm), f"acknowledging alarm {alarm}, which does not exist, is refused")
    await unchanged(ctx, before, "the counts are unchanged")


@check("alarms.nothing_to_acknowledge", per_protocol=True, writes=ACK)
async def nothing_to_acknowledge(ctx: Context) -> None:
    """Acknowledging an alarm that is not unacknowledged is refused, and nothing changes."""
    await quiet(ctx)
    before = await picture(ctx, COUNT, UNACKED)
    alarm = min(ctx.profile.alarms)
    refused(ctx, await acknowledge(ctx, alarm), f"acknowledging alarm {alarm}, which is not raised, is refused")
    await unchanged(ctx, before, "the counts are unchanged")


@check("alarms.hold_reaction", writes=("command.cntrl_cmd", *ACK))
async def hold_reaction(ctx: Context) -> None:
    """Alarms declared with the reaction hold take the running unit to Held: one of each category."""
    chosen = _one_per_category(ctx, "hold")
    if not chosen:
        ctx.not_applicable("the profile has no alarm with the reaction hold")
    for alarm in chosen:
        await quiet(ctx)
        async with ending_stopped(ctx):
            await run(ctx)
            async with raised(ctx, alarm):
                goal = numbers(ctx, ("Holding", "Held"))
                what = f"alarm {alarm} begins to hold the unit"
                if await comes(ctx, STATE, goal.__contains__, ctx.param("reaction_s"), what):
                    held = number(ctx, "Held")
                    await comes(ctx, STATE, held, ctx.param("settle_s"), f"alarm {alarm} leads to Held")


@check("alarms.warn_reaction", writes=("command.cntrl_cmd", *ACK))
async def warn_reaction(ctx: Context) -> None:
    """Alarms declared as warnings leave the running unit alone: one of each category."""
    chosen = _one_per_category(ctx, "warn")
    if not chosen:
        ctx.not_applicable("the profile has no alarm with the reaction warn")
    for alarm in chosen:
        await quiet(ctx)
        async with ending_stopped(ctx):
            await run(ctx)
            async with raised(ctx, alarm):
                if not (await sees(ctx, alarm, True, ctx.param("raise_s"))).met:
                    ctx.inconclusive(f"alarm {alarm} is not seen")
                await stays(ctx, RUNNING, ctx.param("watch_s"), f"alarm {alarm} does not stop the unit")


def _one_per_category(ctx: Context, reaction: str) -> list[int]:
    found: dict[str, int] = {}
    for alarm in sorted(ctx.profile.alarms.values(), key=lambda a: a.number):
        if str(alarm.reaction) == reaction and str(alarm.category) in ctx.param("categories"):
            found.setdefault(str(alarm.category), alarm.number)
    return list(found.values())
