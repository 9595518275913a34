"""Modbus reads: limits, padding, order of the server's checks, word order, reserved registers."""

from __future__ import annotations

import struct

from conformance.checks.modbus_helpers import (
    ILLEGAL_ADDRESS,
    ILLEGAL_VALUE,
    MODBUS,
    READ_INPUT,
    answer,
    expect_exception,
    home,
    lowest,
    read,
    words_of,
)
from conformance.context import Context, WireReply
from conformance.registry import check
from profiles.model import Protocol


@check("modbus.full_quantity", needs=MODBUS)
async def full_quantity(ctx: Context) -> None:
    """The largest lawful quantities: a whole answer or, where the map is shorter, exception 02."""
    for function, most in ctx.param("most"):
        reply = await ctx.modbus.exchange(read(function, lowest(ctx, function), most))
        size = 2 * most if function > 2 else (most + 7) // 8
        whole = reply.pdu[:2] == bytes([function, size]) and len(reply.pdu) == 2 + size
        short = reply.pdu == bytes([function | 0x80, ILLEGAL_ADDRESS])
        ctx.expect(whole or short, f"function {function}: a quantity of {most} is lawful",
                   expected="a whole reply, or exception 02", actual=_shown(reply), evidence=reply.evidence)  # fmt: skip


def _shown(reply: WireReply) -> str:
    return answer(reply) if reply.exception is not None or not reply.pdu else f"{len(reply.pdu)} bytes"


@check("modbus.bit_padding", needs=MODBUS)
async def bit_padding(ctx: Context) -> None:
    """The unused bits of the last byte of coils and discrete inputs."""
    count = ctx.param("bits")
    for function in (1, 2):
        reply = await ctx.modbus.exchange(read(function, lowest(ctx, function), count))
        if reply.exception is not None or len(reply.pdu) != 2 + (count + 7) // 8:
            ctx.expect(False, f"function {function}: {count} bits are read", expected=f"{(count + 7) // 8} bytes of bits",
                       actual=answer(reply), evidence=reply.evidence)  # fmt: skip
            continue
        rest = reply.pdu[-1] >> (count % 8 or 8)
        ctx.expect(rest == 0, f"function {function}: unused bits are 0", expected=0, actual=f"{rest:b}",
                   evidence=reply.evidence)  # fmt: skip


@check("modbus.order_of_checks", needs=MODBUS)
async def order_of_checks(ctx: Context) -> None:
    """What is wrong in two ways is answered for what is checked first: the quantity, then the address."""
    address = ctx.param("address")
    for function, most in ctx.param("most"):
        for count in (0, most + 1):
            reply = await ctx.modbus.exchange(read(function, address, count))
            expect_exception(ctx, reply, function, ILLEGAL_VALUE,
                             f"function {function}: a bad quantity at a bad address is answered with exception 03")  # fmt: skip


@check("modbus.short_request", needs=MODBUS)
async def short_request(ctx: Context) -> None:
    """A PDU that ends too early: exception 03 or a closed connection, never silence on an open one."""
    for function in ctx.param("functions"):
        reply = await ctx.modbus.exchange(bytes([function, 0]), timeout=ctx.param("reply_s"))
        good = reply.closed or reply.pdu == bytes([function | 0x80, ILLEGAL_VALUE])
        ctx.expect(good, f"function {function}: a request that is too short is refused",
                   expected="exception 03, or a closed connection", actual=answer(reply), evidence=reply.evidence)  # fmt: skip
    ctx.expect(await ctx.modbus.is_alive(), "a new connection is answered", expected="a reply", actual="none")


@check("modbus.word_order", needs=MODBUS)
async def word_order(ctx: Context) -> None:
    """The constant 0x01020304, raw."""
    signal = ctx.profile.signals["map.word_order"]
    reading = await ctx.read("map.word_order", via=Protocol.MODBUS)
    big = struct.unpack(">HH", struct.pack(">I", signal.value))
    wanted = big if str(ctx.profile.word_order) == "big" else big[::-1]
    ctx.expect(reading.raw == wanted, "the registers come in the declared order", expected=list(wanted),
               actual=list(reading.raw or ()), evidence=reading.evidence)  # fmt: skip


@check("modbus.reserved", needs=MODBUS)
async def reserved(ctx: Context) -> None:
    """A block read over a reserved register: the map's head, whose identifier and gap are known."""
    gap, count = ctx.param("offset"), ctx.param("offset") + 1
    reply = await ctx.modbus.exchange(read(READ_INPUT, home(ctx), count))
    words = words_of(reply)
    if words is None or len(words) != count:
        ctx.expect(
            False, "the block is read", expected=f"{count} registers", actual=answer(reply), evidence=reply.evidence
        )
        return
    magic = ctx.profile.signals["map.magic"].value
    ctx.expect(words[0] == magic, "the block begins with the identifier", expected=magic, actual=words[0])
    ctx.expect(words[gap] == 0, f"reserved register {gap} reads 0", expected=0, actual=words[gap])
