"""Modbus on the wire, by raw frames: what no well-behaved client would send, and what every server must answer."""

from __future__ import annotations

import struct

from conformance.checks.modbus_helpers import (
    ILLEGAL_ADDRESS,
    ILLEGAL_FUNCTION,
    ILLEGAL_VALUE,
    MODBUS,
    READ_INPUT,
    answer,
    expect_exception,
    frame,
    home,
    lowest,
    read,
    words_of,
)
from conformance.context import Context
from conformance.registry import check

TRANSACTION = 0x5342
HEAD = 4  # registers at the head of the map, none of them reserved


@check("modbus.header", needs=MODBUS)
async def header(ctx: Context) -> None:
    """Transaction id, protocol id and unit id of a reply."""
    replies = await ctx.modbus.send_raw(frame(TRANSACTION, ctx.modbus.unit, read(READ_INPUT, home(ctx), 1)))
    if not replies or not replies[0].pdu:
        ctx.expect(False, "a plain read is answered", expected="a reply", actual="none")
        return
    reply = replies[0]
    ctx.expect(
        reply.transaction == TRANSACTION, "the transaction id is echoed", expected=TRANSACTION, actual=reply.transaction
    )
    unit = ctx.modbus.unit
    ctx.expect(reply.unit == unit, "the unit id is echoed", expected=unit, actual=reply.unit)
    ctx.expect(reply.protocol == 0, "the protocol id is 0", expected=0, actual=reply.protocol)


@check("modbus.protocol_id", needs=MODBUS)
async def protocol_id(ctx: Context) -> None:
    """A frame of another protocol."""
    pdu = read(READ_INPUT, home(ctx), 1)
    replies = await ctx.modbus.send_raw(
        struct.pack(">HHHB", 1, 1, len(pdu) + 1, ctx.modbus.unit) + pdu, timeout=ctx.param("reply_s")
    )
    answered = [r for r in replies if r.pdu]
    ctx.expect(not answered, "protocol id 1 is not answered", expected="silence or a closed connection",
               actual=answer(answered[0]) if answered else "none")  # fmt: skip


@check("modbus.survives_bad_length", needs=MODBUS)
async def survives_bad_length(ctx: Context) -> None:
    """A bad length closes the connection or is skipped; it never leaves it open and deaf."""
    bad = struct.pack(">HHHB", 1, 0, 0, ctx.modbus.unit)
    good = frame(2, ctx.modbus.unit, read(READ_INPUT, home(ctx), 1))
    replies = await ctx.modbus.send_raw(bad + good, timeout=ctx.param("reply_s"))
    open_and_deaf = bool(replies) and not replies[-1].pdu and not replies[-1].closed
    ctx.expect(not open_and_deaf, "the connection is closed, or goes on", expected="closed or answered", actual="open and silent"
               if open_and_deaf else "closed or answered")  # fmt: skip
    ctx.expect(await ctx.modbus.is_alive(), "a new connection is answered", expected="a reply", actual="none")


@check("modbus.pipelining", needs=MODBUS)
async def pipelining(ctx: Context) -> None:
    """Several requests at once."""
    count = ctx.param("requests")
    replies = await ctx.modbus.pipeline([read(READ_INPUT, home(ctx), 1)] * count)
    answered = [r for r in replies if r.pdu and r.exception is None]
    ctx.expect(len(answered) == count, "every request is answered", expected=count, actual=len(answered))
    ids = {r.transaction for r in answered}
    ctx.expect(
        len(ids) == len(answered),
        "every reply has a transaction id of its own",
        expected=len(answered),
        actual=len(ids),
    )


@check("modbus.mixed_requests", needs=MODBUS)
async def mixed_requests(ctx: Context) -> None:
    """Requests of different length at once: each reply has the size that the request of its id asked for."""
    counts = {TRANSACTION + n: n % HEAD + 1 for n in range(ctx.param("requests"))}
    start = home(ctx)
    stream = b"".join(
        frame(number, ctx.modbus.unit, read(READ_INPUT, start, count)) for number, count in counts.items()
    )
    replies = [r for r in await ctx.modbus.send_raw(stream, replies=len(counts)) if r.pdu]
    if not replies:
        ctx.expect(False, "requests sent at once are answered", expected=f"{len(counts)} replies", actual="none")
        return
    for reply in replies:
        wanted, words = counts.get(reply.transaction or 0), words_of(reply)
        if not ctx.expect(
            words is not None and len(words) == wanted,
            "a reply carries the transaction id of the request that it answers",
            expected=f"{wanted} registers for id {reply.transaction}",
            actual=answer(reply) if words is None else f"{len(words)} registers",
            evidence=reply.evidence,
        ):
            return


@check("modbus.split_request", needs=MODBUS)
async def split_request(ctx: Context) -> None:
    """A request that arrives in several segments."""
    whole = frame(TRANSACTION, ctx.modbus.unit, read(READ_INPUT, home(ctx), 2))
    for cut in ctx.param("cuts"):
        reply = await ctx.modbus.send_pieces([whole[:cut], whole[cut:]])
        good = len(words_of(reply) or ()) == 2
        ctx.expect(good, f"a request cut after byte {cut} is answered", expected="2 registers", actual=answer(reply),
                   evidence=reply.evidence)  # fmt: skip


@check("modbus.unit_ids", needs=MODBUS)
async def unit_ids(ctx: Context) -> None:
    """255 and 0 reach the device itself; another id is somebody else's."""
    for unit in ctx.param("own"):
        reply = await ctx.modbus.exchange(read(READ_INPUT, home(ctx), 1), unit=unit)
        good = words_of(reply) is not None and reply.unit == unit
        ctx.expect(good, f"unit id {unit} is answered and echoed", expected=f"unit id {unit}",
                   actual=answer(reply) if words_of(reply) is None else f"unit id {reply.unit}", evidence=reply.evidence)  # fmt: skip
    other = ctx.param("foreign")
    reply = await ctx.modbus.exchange(read(READ_INPUT, home(ctx), 1), unit=other, timeout=ctx.param("reply_s"))
    if reply.pdu:
        ctx.expect(reply.unit == other, "a reply to a foreign unit id does not come under another one", expected=other,
                   actual=reply.unit, evidence=reply.evidence)  # fmt: skip


@check("modbus.connections", needs=MODBUS)
async def connections(ctx: Context) -> None:
    """Several clients at once."""
    count = ctx.param("connections")
    answered = await ctx.modbus.connect_many(count)
    ctx.expect(answered == count, f"{count} connections at once are answered", expected=count, actual=answered)


@check("modbus.reply_time", needs=MODBUS)
async def reply_time(ctx: Context) -> None:
    """The slowest of several replies, in wall seconds."""
    limit, slowest = ctx.param("reply_s"), 0.0
    for _ in range(ctx.param("requests")):
        reply = await ctx.modbus.exchange(read(READ_INPUT, home(ctx), 1))
        if not reply.pdu:
            ctx.expect(False, "every request is answered", expected=f"within {limit:g} s", actual=answer(reply))
            return
        slowest = max(slowest, reply.wall_s)
    ctx.expect(slowest <= limit, "every reply comes in time", expected=f"within {limit:g} s", actual=f"{slowest:.3f} s")


@check("modbus.unknown_function", needs=MODBUS)
async def unknown_function(ctx: Context) -> None:
    """Exception 01."""
    function = ctx.param("function")
    reply = await ctx.modbus.exchange(bytes([function, 0, 0]))
    expect_exception(ctx, reply, function, ILLEGAL_FUNCTION, f"function {function} is answered with exception 01")


@check("modbus.bad_address", needs=MODBUS)
async def bad_address(ctx: Context) -> None:
    """Exception 02, for reads of all four tables."""
    address = ctx.param("address")
    for function in ctx.param("functions"):
        reply = await ctx.modbus.exchange(read(function, address, 1))
        expect_exception(ctx, reply, function, ILLEGAL_ADDRESS,
                         f"function {function}: address {address} is answered with exception 02")  # fmt: skip


@check("modbus.bad_quantity", needs=MODBUS)
async def bad_quantity(ctx: Context) -> None:
    """Exception 03 for none and for too many, for reads of all four tables."""
    for function, most in ctx.param("most"):
        for count in (0, most + 1):
            reply = await ctx.modbus.exchange(read(function, lowest(ctx, function), count))
            expect_exception(ctx, reply, function, ILLEGAL_VALUE,
                             f"function {function}: a quantity of {count} is answered with exception 03")  # fmt: skip
