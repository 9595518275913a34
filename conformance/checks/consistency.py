"""One interface, two protocols."""

from __future__ import annotations

from datetime import datetime

from conformance.context import Context, Reading, Value
from conformance.registry import check
from profiles.model import Protocol, Signal

BOTH = (Protocol.OPCUA, Protocol.MODBUS)


@check("consistency.constants", needs=BOTH)
async def constants(ctx: Context) -> None:
    """Every constant that is bound on both."""
    names = [s.id for s in ctx.profile.signals.values() if s.constant and s.opcua and s.modbus]
    one = await ctx.read_many(names, via=Protocol.OPCUA)
    other = await ctx.read_many(names, via=Protocol.MODBUS)
    for name in names:
        ctx.expect(
            one[name].value == other[name].value, f"{name} agrees", expected=one[name].value, actual=other[name].value
        )


@check("consistency.signals", needs=BOTH)
async def signals(ctx: Context) -> None:
    """Every signal that is bound on both, each Modbus value between two looks over OPC UA."""
    open_ = [s.id for s in ctx.profile.signals.values() if s.opcua and s.modbus and _claimed(ctx, s)]
    count, seen = len(open_), {}
    for _ in range(ctx.param("looks")):
        before = await ctx.read_many(open_, via=Protocol.OPCUA)
        between = await ctx.read_many(open_, via=Protocol.MODBUS)
        after = await ctx.read_many(open_, via=Protocol.OPCUA)
        seen = {n: (before[n], between[n], after[n]) for n in open_}
        open_ = [n for n in open_ if not _agree(ctx.profile.signals[n], *seen[n])]
        if not open_:
            break
    for name in open_:
        one, other, again = seen[name]
        if one.ok and other.ok:
            shown = one.value if one.value == again.value else f"{one.value} to {again.value}"
            ctx.expect(False, f"{name} agrees", expected=f"{shown} (OPC UA)", actual=f"{other.value} (Modbus)",
                       evidence=[one.evidence, other.evidence, again.evidence])  # fmt: skip
    ctx.expect(not open_, f"{count} signals agree", expected="all", actual=open_ or "all")


def _claimed(ctx: Context, signal: Signal) -> bool:
    return signal.option is None or ctx.claims.get(signal.option, False)


def _agree(signal: Signal, one: Reading, other: Reading, again: Reading) -> bool:
    """Equal to a look before or after, between the two, or within the tolerance of one of them.

    What cannot be read on either side is the finding of a requirement of ``claims``.
    """
    if not (one.ok and other.ok and again.ok):
        return True
    if other.value in (one.value, again.value):
        return True
    values = [_number(r.value) for r in (one, other, again)]
    low, middle, high = values
    if low is None or middle is None or high is None:
        return False
    slack = signal.tolerance or 0.0
    return low - slack <= middle <= high + slack or min(abs(middle - low), abs(middle - high)) <= slack


def _number(value: Value) -> float | None:
    if isinstance(value, datetime):
        return value.timestamp()
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


@check("consistency.refusals", needs=BOTH, writes=("alarm.acknowledge",))
async def refusals(ctx: Context) -> None:
    """A value out of range: refused on both, each time with a status that says why, and nothing changes on either."""
    name, value = ctx.param("signal"), ctx.param("value")
    before = {wire: (await ctx.read(name, via=wire)).value for wire in BOTH}
    for wire in BOTH:
        answer = await ctx.write(name, value, via=wire)
        ctx.expect(not answer.accepted, f"{name} = {value}, out of range, is refused over {wire}", expected="refused",
                   actual=answer.status, evidence=answer.evidence)  # fmt: skip
        vague = answer.status in ctx.param("vague")
        ctx.expect(not vague, f"the refusal over {wire} says why", expected="a specific status", actual=answer.status,
                   evidence=answer.evidence)  # fmt: skip
        after = {other: (await ctx.read(name, via=other)).value for other in BOTH}
        ctx.expect(after == before, f"after the refusal over {wire} nothing has changed", expected=list(before.values()),
                   actual=list(after.values()))  # fmt: skip


@check("consistency.texts", needs=BOTH, writes=("identity.location",))
async def texts(ctx: Context) -> None:
    """A text beyond ASCII, written over one protocol, is read whole over both."""
    name, text = ctx.param("signal"), ctx.param("text")
    for here in BOTH:
        answer = await ctx.write(name, f"{text}{here[0]}", via=here)
        ctx.expect(
            answer.accepted, f"a Japanese text can be written over {here}", expected="accepted", actual=answer.status
        )
        for there in BOTH:
            seen = await ctx.until(name, f"{text}{here[0]}", ctx.param("settle_s"), via=there)
            actual = (seen.last.value or seen.last.status) if seen.last else None
            ctx.expect(seen.met, f"it is read whole over {there}", expected=f"{text}{here[0]}", actual=actual,
                       evidence=seen)  # fmt: skip


@check("consistency.states", needs=BOTH)
async def states(ctx: Context) -> None:
    """States, after they have had time to settle."""
    for name in ctx.param("signals"):
        value = (await ctx.read(name, via=Protocol.OPCUA)).value
        seen = await ctx.until(name, value, ctx.param("settle_s"), via=Protocol.MODBUS)
        again = (await ctx.read(name, via=Protocol.OPCUA)).value
        if again != value:
            ctx.inconclusive(f"{name} does not stand still")
        ctx.expect(seen.met, f"{name} agrees", expected=value, actual=seen.last.value if seen.last else None)


@check("consistency.writes", needs=BOTH, writes=("identity.location",))
async def writes(ctx: Context) -> None:
    """Written over one, read over the other."""
    name = ctx.param("signal")
    for here, there in (BOTH, BOTH[::-1]):
        text = f"{ctx.param('text')} {here}"
        answer = await ctx.write(name, text, via=here)
        ctx.expect(answer.accepted, f"{name} can be written over {here}", expected="accepted", actual=answer.status)
        seen = await ctx.until(name, text, ctx.param("settle_s"), via=there)
        actual = seen.last.value if seen.last else None
        ctx.expect(seen.met, f"{name} written over {here} is read over {there}", expected=text, actual=actual)
