"""Liveness, clock, constants of the map, and the permit that is not the network's."""

from __future__ import annotations

from datetime import UTC, datetime

from conformance.context import Context
from conformance.registry import check
from profiles.model import Protocol

CONSTANTS = ("map.magic", "map.version", "map.word_order")


@check("communication.heartbeat", per_protocol=True)
async def heartbeat(ctx: Context) -> None:
    """The heartbeat changes several times, each time soon enough."""
    limit = 2 * ctx.profile.handover.heartbeat_s
    for beat in range(ctx.param("beats")):
        before = (await ctx.read("comm.heartbeat")).value
        seen = await ctx.until("comm.heartbeat", lambda v, old=before: v != old, limit)  # type: ignore[misc]
        if not ctx.expect(
            seen.met, f"beat {beat + 1} comes within {limit:g} s", expected="another value", actual=before
        ):
            return


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
                   evidence=reading.evidence)  # fmt: skip


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
