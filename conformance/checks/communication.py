"""Liveness, clock, constants of the map, and the permit that is not the network's."""

from __future__ import annotations

from datetime import UTC, datetime

from conformance.context import Context, Reading, Value
from conformance.registry import check
from profiles.model import Protocol

PATIENCE = 4  # how many times the limit is waited, so that a late beat is told from none
COUNTER = 65536  # numbers of a 16-bit counter
CONSTANTS = ("map.magic", "map.version", "map.word_order")


@check("communication.heartbeat", per_protocol=True)
async def heartbeat(ctx: Context) -> None:
    """The heartbeat changes several times, each time soon enough. A look that is too coarse to tell is repeated."""
    limit, beats = 2 * ctx.profile.handover.heartbeat_s, 0
    for look in range(1, ctx.param("looks") + 1):
        before = (await ctx.read("comm.heartbeat")).value
        seen = await ctx.until("comm.heartbeat", lambda v, old=before: v != old, limit * PATIENCE)  # type: ignore[misc]
        if not ctx.expect(seen.met, f"beat {beats + 1} comes", expected=f"within {limit:g} s", actual=before):
            return
        if abs(seen.elapsed - limit) <= seen.uncertainty and look < ctx.param("looks"):
            continue
        beats += 1
        decided = ctx.expect_within(seen.elapsed, limit, seen.uncertainty, f"beat {beats} comes in time",
                                    evidence=seen)  # fmt: skip
        if not decided or beats == ctx.param("beats"):
            return
    ctx.too_coarse("replies are too slow to time the heartbeat")


@check("communication.heartbeat_rate", per_protocol=True)
async def heartbeat_rate(ctx: Context) -> None:
    """Beats in a stretch of time, from the first change seen to the last."""
    period, patience = ctx.profile.handover.heartbeat_s, ctx.param("patience_s")
    seen: list[tuple[float, int]] = []
    doubts: list[float] = []
    last: Value = (await ctx.read("comm.heartbeat")).value
    while not seen or seen[-1][0] - seen[0][0] < ctx.param("beats") * period:
        change = await ctx.until("comm.heartbeat", lambda v, old=last: v != old, patience)  # type: ignore[misc]
        if not change.met or change.last is None:
            ctx.expect(False, "the heartbeat changes", expected=f"within {patience:g} s", actual=last)
            return
        last = change.last.value
        seen.append((change.last.at, int(str(last))))
        doubts.append(change.uncertainty)
    (first, low), (end, high) = seen[0], seen[-1]
    beats = (high - low) % COUNTER
    mean, doubt = (end - first) / max(1, beats), (doubts[0] + doubts[-1]) / max(1, beats)
    shortest, longest = (period * factor for factor in ctx.param("factors"))
    if min(abs(mean - shortest), abs(mean - longest)) <= doubt:
        ctx.too_coarse("replies are too slow to time the heartbeat")
    ctx.expect(shortest <= mean <= longest, "the mean period of the heartbeat is as declared",
               expected=f"{shortest:g} to {longest:g} s", actual=f"{mean:.2f} s over {beats} beats")  # fmt: skip


@check("communication.update_interval", per_protocol=True)
async def update_interval(ctx: Context) -> None:
    """A value that counts seconds, so that each look tells its age: the oldest against the freshest."""
    await _in_order(ctx)
    name = ctx.param("signal")
    limit = ctx.profile.signals[name].update_ms / 1000 * ctx.param("intervals")
    started, last = ctx.now(), -1.0
    stretches: list[list[Reading]] = [[]]  # between two changes of the unit's state

    def usable() -> list[list[Reading]]:
        """A slow reply tells nothing of the value's age."""
        clear = [[look for look in looks if look.uncertainty * 4 <= limit] for looks in stretches]
        return [looks for looks in clear if len(looks) >= ctx.param("looks")]

    while (passed := ctx.now() - started) < ctx.param("watch_s") or (passed < ctx.param("longest_s") and not usable()):
        seen = await ctx.until(name, lambda v, old=last: v != old, limit)  # type: ignore[misc]
        if seen.last is None or not isinstance(seen.last.value, (int, float)):
            ctx.inconclusive(f"{name} cannot be read")
        elif seen.last.value < last:
            stretches.append([])  # the unit has left its state, and the count began anew
        else:
            stretches[-1].append(seen.last)
        last = float(str(seen.last.value)) if seen.last is not None else last
    if not usable():
        ctx.too_coarse("the unit changes its state too often, or replies are too slow, to tell a value's age")
    ages: list[tuple[float, Reading]] = []
    for looks in usable():
        aged = [(look.at - look.uncertainty - float(str(look.value)), look) for look in looks]
        oldest, look = max(aged, key=lambda pair: pair[0])
        ages.append((oldest - min(age for age, _ in aged), look))
    age, worst = max(ages, key=lambda pair: pair[0])
    ctx.expect_within(age, limit, 2 * worst.uncertainty, f"{name} is never older than its update interval",
                      evidence=worst)  # fmt: skip


async def _in_order(ctx: Context) -> None:
    """Values of swapped registers tell nothing; that they are swapped is another requirement's finding."""
    order = ctx.profile.signals.get("map.word_order")
    if ctx.only_via is not Protocol.MODBUS or order is None:
        return
    if (await ctx.read(order.id, via=Protocol.MODBUS)).value != order.value:
        ctx.inconclusive("the registers of long values come in another order than declared")


@check("communication.clock", per_protocol=True)
async def clock(ctx: Context) -> None:
    """The clock's offset from ours."""
    reading = await ctx.read("comm.clock")
    if not isinstance(reading.value, datetime):
        ctx.expect(False, "the clock is a time", expected="a time", actual=reading.value)
        return
    offset = abs((datetime.now(UTC) - reading.value).total_seconds())
    limit = ctx.param("offset_s")
    ctx.expect(
        offset <= limit, "the clock agrees with UTC", expected=f"within {limit:g} s", actual=f"{offset:.1f} s off"
    )


@check("communication.map_constants", needs=(Protocol.MODBUS,))
async def map_constants(ctx: Context) -> None:
    """Identifier, version and word order."""
    for name in CONSTANTS:
        wanted = ctx.profile.signals[name].value
        reading = await ctx.read(name, via=Protocol.MODBUS)
        ctx.expect(reading.value == wanted, f"{name} has its value", expected=wanted, actual=reading.value,
                   evidence=reading)  # fmt: skip


@check("communication.permit_read_only", needs=(Protocol.OPCUA,), writes=("test.permit",))
async def permit_read_only(ctx: Context) -> None:
    """A write to the permit is refused and changes nothing."""
    before = (await ctx.read("test.permit", via=Protocol.OPCUA)).value
    answer = await ctx.write("test.permit", not before, via=Protocol.OPCUA)
    ctx.expect(
        not answer.accepted, "the write is refused", expected="refused", actual=answer.status, evidence=answer.evidence
    )
    after = (await ctx.read("test.permit", via=Protocol.OPCUA)).value
    ctx.expect(after == before, "the permit is unchanged", expected=before, actual=after)
