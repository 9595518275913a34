"""What the checks of states, alarms, safety and recipes share: reaching states, refusals, items for a running unit.

Time limits come from the requirement: ``reaction_s`` (something begins to happen), ``settle_s`` (an acting state ends),
``watch_s`` (nothing may happen so long).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Any

from conformance.context import Context, Observation, Outcome, Reading, Value
from conformance.named import named

STATE = "state.unit_state"
RUNNING = ("Execute", "Suspending", "Suspended", "Unsuspending")
LOOKS = 6  # at values that must belong together
MISSES = 2  # transfers in a row that may fail before a unit is said to take no more
PATIENCE = 2  # how many times the limit is waited, so that a late reaction is told from none


def number(ctx: Context, name: str) -> int:
    """The number of a PackML state."""
    return ctx.profile.state_tables["packml"].number(name)


def numbers(ctx: Context, names: Iterable[str]) -> set[int]:
    return {number(ctx, name) for name in names}


def with_name(ctx: Context, signal: str, value: int) -> int:
    """A number of a signal's enumeration, to be shown with its name."""
    shown: int = named(ctx.profile.signals[signal], value)
    return shown


def shown(reading: Reading) -> Value:
    """What was read, to be shown: the value or, where there is none, why."""
    if reading.ok and reading.value is None:
        return f"no value (Null), status {reading.status}"
    return reading.value if reading.ok else reading.status


async def picture(ctx: Context, *signals: str) -> dict[str, Any]:
    """Values that belong together: read again until two looks agree; inconclusive if one cannot be read."""
    before: dict[str, Value] | None = None
    for _ in range(LOOKS):
        readings = await ctx.read_many(signals)
        for reading in readings.values():
            if not reading.ok:
                ctx.inconclusive(f"{reading.signal} cannot be read: {reading.status}")
        now = {name: reading.value for name, reading in readings.items()}
        if now == before:
            return now
        before = now
    ctx.inconclusive(f"{', '.join(signals)} do not stand still long enough to be compared")
    raise AssertionError("unreachable")


async def value(ctx: Context, signal: str) -> Any:
    """One value; inconclusive if it cannot be read."""
    reading = await ctx.read(signal)
    if not reading.ok:
        ctx.inconclusive(f"{signal} cannot be read: {reading.status}")
    return reading.value


def passed(before: Iterable[Reading], after: Iterable[Reading]) -> tuple[float, float]:
    """The least and the most time (machine s) from one look at the unit to another: each value is from some moment between
    question and answer, and an answer may have waited for us."""
    earlier, later = list(before), list(after)
    least = min(r.at - 2 * r.uncertainty for r in later) - max(r.at for r in earlier)
    return least, max(r.at for r in later) - min(r.at - 2 * r.uncertainty for r in earlier)


def span(least: float, most: float) -> str:
    return f"{least:.2f} to {most:.2f} s"


def judge(ctx: Context, seen: Observation, limit_s: float, what: str, expected: Any = None) -> bool:
    """Expect that something was seen, and in time; False if it was not seen at all."""
    actual = seen.last.value if seen.last is not None else None
    if not ctx.expect(seen.met, what, expected=expected, actual=actual, evidence=seen):
        return False
    ctx.expect_within(seen.elapsed, limit_s, seen.uncertainty, f"{what}, in time", evidence=seen)
    return True


async def comes(
    ctx: Context, signal: str, wanted: Value | Callable[[Value], bool], limit_s: float, what: str, **until: Any
) -> bool:
    """Expect a signal to show something within the limit."""
    seen = await ctx.until(signal, wanted, limit_s * PATIENCE, **until)
    return judge(ctx, seen, limit_s, what, None if callable(wanted) else wanted)


async def reaches(ctx: Context, names: Iterable[str], limit_s: float, what: str, **until: Any) -> bool:
    """Expect one of these states within the limit."""
    goals = numbers(ctx, names)
    return await comes(ctx, STATE, lambda v: v in goals, limit_s, what, **until)


async def stays(ctx: Context, names: Iterable[str], for_s: float, what: str) -> bool:
    """Expect no other state than these for a while."""
    timeline = await ctx.record([STATE], for_s)
    strange = [v for v in timeline.values(STATE) if v not in numbers(ctx, names)]
    return ctx.expect(not strange, what, expected=" or ".join(names), actual=strange or "unchanged")


async def obeys(ctx: Context, command: str, start: str, *goals: str) -> bool:
    """Expect that a command is accepted in ``start``, that the unit leaves that state, and arrives at a goal."""
    answer = await ctx.command(command)
    if not accepted(ctx, answer, f"{command} is accepted in {start}"):
        return False
    here, ends = number(ctx, start), numbers(ctx, goals)
    left = await ctx.until(STATE, lambda v: v != here, ctx.param("reaction_s") * PATIENCE, since=answer.at)
    if not judge(ctx, left, ctx.param("reaction_s"), f"the unit leaves {start} after {command}"):
        return False
    arrived = await ctx.until(STATE, lambda v: v in ends, ctx.param("settle_s"))
    actual = arrived.last.value if arrived.last is not None else None
    return ctx.expect(
        arrived.met,
        f"{command} in {start} ends in {goals[0]}",
        expected=" or ".join(goals),
        actual=actual,
        evidence=arrived,
    )


def accepted(ctx: Context, answer: Outcome, what: str) -> bool:
    return ctx.expect(answer.accepted, what, expected="accepted", actual=answer.status, evidence=answer.evidence)


def refused(ctx: Context, answer: Outcome, what: str) -> bool:
    return ctx.expect(not answer.accepted, what, expected="refused", actual=answer.status, evidence=answer.evidence)


async def unchanged(ctx: Context, before: Mapping[str, Value], what: str) -> bool:
    """Expect that signals still have the values of an earlier picture."""
    now = await picture(ctx, *before)
    changed = {name: now[name] for name, old in before.items() if now[name] != old}
    return ctx.expect(not changed, what, expected="unchanged", actual=changed or "unchanged")


@asynccontextmanager
async def ending_stopped(ctx: Context) -> AsyncIterator[None]:
    """Leave the unit in Stopped, whatever the check did."""
    try:
        yield
    finally:
        await ctx.bring_to("Stopped")


async def run(ctx: Context) -> None:
    """Reset and start the unit; it may be waiting for items. Inconclusive if it does not start."""
    await ctx.bring_to("Idle")
    answer = await ctx.command("Start")
    goals = numbers(ctx, ("Execute", "Suspended"))
    seen = await ctx.until(STATE, lambda v: v in goals, ctx.param("settle_s"))
    if not (answer.accepted and seen.met):
        ctx.inconclusive(f"the unit cannot be started: {answer.status}")


async def feed(ctx: Context, sender: Any, done: Callable[[], Any]) -> bool:
    """Hand items in until ``done``; False if ``max_items`` were not enough or the unit takes no more."""
    misses = 0
    for _ in range(int(ctx.param("max_items"))):
        if await done():
            return True
        given = await sender.transfer(within_s=ctx.param("settle_s"))
        misses = 0 if given["ok"] else misses + 1
        if misses:
            await sender.clear()
        if misses > MISSES:
            break
    return bool(await done())


async def drain(ctx: Context) -> bool:
    """Take finished items out of a running unit, so that later checks find it empty; false if something stays."""
    async with ctx.neighbour("outfeed") as receiver:
        for _ in range(int(ctx.param("max_items"))):
            if not await value(ctx, "production.wip"):
                break
            given = await receiver.transfer(within_s=ctx.param("process_s"))
            if not given["ok"]:
                break
        await receiver.clear()
    empty = not await value(ctx, "production.wip")
    if not empty:
        ctx.note("items of the tester remain in the unit")
    return empty


@asynccontextmanager
async def executing(ctx: Context) -> AsyncIterator[None]:
    """A unit in Execute, working on an item of the tester; emptied as far as possible, and stopped, afterwards."""
    execute = number(ctx, "Execute")

    async def works() -> bool:
        return (await ctx.until(STATE, execute, ctx.param("reaction_s"))).met

    async with ending_stopped(ctx):
        await run(ctx)
        async with ctx.neighbour("infeed") as sender:
            if not await feed(ctx, sender, works):
                ctx.inconclusive("the unit does not go to Execute although items are handed in")
            try:
                yield
            finally:
                await sender.clear()
                if await value(ctx, STATE) in numbers(ctx, RUNNING):
                    await drain(ctx)
