"""Alarms for checks: which one to take, raising it at the machine, seeing it, and putting it away again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from conformance.context import AlarmEvent, Context, Observation, Outcome, Value
from profiles.model import Protocol

ACKNOWLEDGE = "alarm.acknowledge"
COUNT, UNACKED = "alarm.active_count", "alarm.unacked_count"


def word(alarm: int, kind: str = "active") -> str:
    """The alarm word in which this alarm has its bit."""
    return f"alarm.{kind}_{alarm // 16}"


def words(ctx: Context, kind: str) -> list[str]:
    return sorted(s for s in ctx.profile.signals if s.startswith(f"alarm.{kind}_") and s[-1].isdigit())


def has_bit(alarm: int, value: Value) -> bool:
    return isinstance(value, int) and bool(value >> alarm % 16 & 1)


def set_bits(values: dict[str, int]) -> set[int]:
    """Numbers of the alarms in words by name."""
    return {int(name.rsplit("_", 1)[1]) * 16 + bit for name, v in values.items() for bit in range(16) if v >> bit & 1}


async def pick(
    ctx: Context,
    *,
    reaction: str,
    latched: bool | None = True,
    category: str | None = None,
    skip: tuple[int, ...] = (),
    among_others: bool = False,
) -> int:
    """The lowest alarm of a kind; not applicable if the profile has none, inconclusive if alarms are active already.

    ``among_others``: other alarms may stand; the lowest that does not is taken.
    """
    found = [
        a.number
        for a in sorted(ctx.profile.alarms.values(), key=lambda a: a.number)
        if str(a.reaction) == reaction
        and (latched is None or a.latched == latched)
        and (category is None or str(a.category) == category)
        and str(a.category) != "safety"
        and a.number not in skip
    ]
    if not found:
        ctx.not_applicable(f"the profile has no such alarm (reaction {reaction})")
    if not among_others:
        await quiet(ctx)
        return found[0]
    standing = await _standing(ctx)
    free = [number for number in found if number not in standing]
    if not free:
        ctx.inconclusive("every alarm of the kind stands already; clear and acknowledge them first")
    return free[0]


async def _standing(ctx: Context) -> set[int]:
    """Alarms that are active or unacknowledged, as far as alarm words tell; without Modbus nobody knows."""
    if not speaks(ctx, Protocol.MODBUS):
        return set()
    return await shown_bits(ctx, "active") | await shown_bits(ctx, "unacked")


async def shown_bits(ctx: Context, kind: str) -> set[int]:
    """Numbers of the alarms whose bits are set in the words of a kind, over Modbus."""
    readings = await ctx.read_many(words(ctx, kind), via=Protocol.MODBUS)
    return set_bits({name: r.value for name, r in readings.items() if isinstance(r.value, int)})


async def quiet(ctx: Context) -> None:
    """Inconclusive if any alarm is active or unacknowledged: it would mix with the one under test."""
    seen = await ctx.read_many([COUNT, UNACKED])
    if any(reading.value for reading in seen.values()):
        ctx.inconclusive("there are alarms already; clear and acknowledge them first")


async def acknowledge(ctx: Context, alarm: int) -> Outcome:
    """Acknowledge by the variable that both protocols have."""
    return await ctx.write(ACKNOWLEDGE, alarm)


@asynccontextmanager
async def raised(ctx: Context, *alarms: int) -> AsyncIterator[None]:
    """Alarms raised at the machine; afterwards their causes are taken away and they are acknowledged."""
    for alarm in alarms:
        await ctx.operator.act("alarm_raise", number=alarm)
    try:
        yield
    finally:
        await lower(ctx, *alarms)


async def lower(ctx: Context, *alarms: int) -> None:
    """Take the causes away, then acknowledge; an alarm that is gone or acknowledged already does not mind."""
    for alarm in alarms:
        await ctx.operator.act("alarm_clear", number=alarm)
    for alarm in alarms:
        await acknowledge(ctx, alarm)


async def put_away(ctx: Context, alarm: int) -> None:
    """Acknowledge an alarm whose cause is gone, and see all alarms go; inconclusive if they do not."""
    await acknowledge(ctx, alarm)
    for count in (UNACKED, COUNT):
        if not (await ctx.until(count, 0, ctx.param("settle_s"))).met:
            ctx.inconclusive(f"alarm {alarm} cannot be put away")


def speaks(ctx: Context, wire: Protocol) -> bool:
    return wire in ctx.via and ctx.only_via in (None, wire)


async def sees(ctx: Context, alarm: int, active: bool, within_s: float) -> Observation:
    """Whether an alarm becomes active or goes: by its bit where Modbus is spoken, else by the number of active alarms."""
    if speaks(ctx, Protocol.MODBUS) and word(alarm) in ctx.profile.signals:
        return await ctx.until(word(alarm), lambda v: has_bit(alarm, v) == active, within_s, via=Protocol.MODBUS)
    return await ctx.until(COUNT, lambda v: bool(v) == active, within_s)


def raised_or_not(raised: bool) -> str:
    """What a report says of an alarm: the word that holds its bit would tell a reader nothing."""
    return "raised" if raised else "not raised"


async def events(ctx: Context, alarm: int, for_s: float, *, refresh: bool = False) -> list[AlarmEvent]:
    """Condition events of one alarm."""

    def ours(event: AlarmEvent) -> bool:
        return event.number == alarm

    seen = await ctx.opcua.alarm_events(for_s=for_s, refresh=refresh, until=ours)
    return [event for event in seen if ours(event)]
