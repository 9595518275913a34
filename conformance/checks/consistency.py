"""One interface, two protocols."""

from __future__ import annotations

from conformance.context import Context
from conformance.registry import check
from profiles.model import Protocol

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
