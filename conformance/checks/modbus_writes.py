"""Modbus writes: what is refused changes nothing, what is answered was done, and values change whole.

Registers that a test may write without harm are parameters of the requirement; what stood there is restored.
"""

from __future__ import annotations

import struct
from typing import Any

from conformance.checks.modbus_helpers import (
    ILLEGAL_ADDRESS,
    ILLEGAL_VALUE,
    MODBUS,
    READ_OF,
    READ_WRITE,
    WRITE_COIL,
    WRITE_COILS,
    WRITE_REGISTER,
    WRITE_REGISTERS,
    answer,
    expect_exception,
    mask_write,
    place,
    read,
    read_write,
    registers,
    reserved_after,
    steady_registers,
    supports,
    words_of,
    write_coils,
    write_registers,
)
from conformance.context import Context
from conformance.registry import check
from profiles.codec import encode
from profiles.model import Protocol

OFF, NEITHER = 0x0000, 0x1234


async def _unchanged(ctx: Context, signal: str, before: list[int], what: str) -> None:
    after = await registers(ctx, signal)
    ctx.expect(after == before, what, expected=before, actual=after)


@check("modbus.half_a_value", needs=MODBUS, writes=("command.speed",))
async def half_a_value(ctx: Context) -> None:
    """Function 6 to the first register of a 32-bit value, with what stands there."""
    name = ctx.param("signal")
    before = await steady_registers(ctx, name)
    reply = await ctx.modbus.exchange(read(WRITE_REGISTER, place(ctx, name)[1].address, before[0]))
    ctx.expect(reply.exception is not None, "half of a value is refused", expected="an exception", actual=answer(reply),
               evidence=reply.evidence)  # fmt: skip


@check("modbus.coil_value", needs=MODBUS, writes=("a coil of the infeed's peer block",))
async def coil_value(ctx: Context) -> None:
    """Function 5 takes 0000 and FF00, and nothing between."""
    name = ctx.param("signal")
    address = place(ctx, name)[1].address
    reply = await ctx.modbus.exchange(read(WRITE_COIL, address, NEITHER))
    expect_exception(ctx, reply, WRITE_COIL, ILLEGAL_VALUE, f"the value {NEITHER:04x} is answered with exception 03")
    off = await ctx.modbus.exchange(read(WRITE_COIL, address, OFF))
    refused = off.exception == ILLEGAL_VALUE
    ctx.expect(
        not refused, "the value 0000 is lawful", expected="no exception 03", actual=answer(off), evidence=off.evidence
    )


@check("modbus.write_limits", needs=MODBUS, writes=("addresses outside the map",))
async def write_limits(ctx: Context) -> None:
    """The largest lawful quantities, and one more. All go where no map is, so that nothing is written."""
    address, most, coils = ctx.param("address"), ctx.param("registers"), ctx.param("coils")
    lawful = await ctx.modbus.exchange(write_registers(address, [0] * most))
    expect_exception(ctx, lawful, WRITE_REGISTERS, ILLEGAL_ADDRESS, f"{most} registers are a lawful quantity")
    for count in (0, most + 1):
        words = [0] * min(count, most)  # one more does not fit a frame
        reply = await ctx.modbus.exchange(write_registers(address, words, count=count, size=2 * count))
        expect_exception(
            ctx, reply, WRITE_REGISTERS, ILLEGAL_VALUE, f"{count} registers are answered with exception 03"
        )
    for count, code in ((coils, ILLEGAL_ADDRESS), (0, ILLEGAL_VALUE), (coils + 1, ILLEGAL_VALUE)):
        reply = await ctx.modbus.exchange(write_coils(address, bytes((count + 7) // 8), count))
        expect_exception(ctx, reply, WRITE_COILS, code, f"{count} coils are answered with exception {code:02d}")


@check("modbus.byte_count", needs=MODBUS, writes=("identity.location", "the infeed's peer block"))
async def byte_count(ctx: Context) -> None:
    """A byte count that does not fit the quantity: exception 03, and nothing is written."""
    name = ctx.param("signal")
    before, address = await steady_registers(ctx, name), place(ctx, name)[1].address
    for wrong in (2 * len(before) - 1, 2 * len(before) + 1):
        reply = await ctx.modbus.exchange(write_registers(address, _other(before), size=wrong))
        expect_exception(ctx, reply, WRITE_REGISTERS, ILLEGAL_VALUE,
                         f"{wrong} bytes for {len(before)} registers are answered with exception 03")  # fmt: skip
        await _unchanged(ctx, name, before, "the registers are unchanged")
    coil = place(ctx, ctx.param("coil"))[1].address
    reply = await ctx.modbus.exchange(write_coils(coil, bytes(1), 1, size=2))
    expect_exception(ctx, reply, WRITE_COILS, ILLEGAL_VALUE, "2 bytes for 1 coil are answered with exception 03")


def _other(words: list[int]) -> list[int]:
    """Other registers that are a text all the same."""
    return [0x5858 if word != 0x5858 else 0x5959 for word in words]  # XX, YY


@check("modbus.whole_request", needs=MODBUS, writes=("identity.asset_id",))
async def whole_request(ctx: Context) -> None:
    """A write that runs from a good signal onto a reserved address: refused as a whole."""
    name = ctx.param("signal")
    before, address = await steady_registers(ctx, name), place(ctx, name)[1].address
    gap = reserved_after(ctx, name)
    if gap != address + len(before):
        ctx.inconclusive(f"after {name} there is no reserved address")
    reply = await ctx.modbus.exchange(write_registers(address, [*_other(before), 0]))
    expect_exception(ctx, reply, WRITE_REGISTERS, ILLEGAL_ADDRESS,
                     "a write that ends on a reserved address is answered with exception 02")  # fmt: skip
    await _unchanged(ctx, name, before, "what lies before the reserved address is unchanged")


@check("modbus.reserved_write", needs=MODBUS, writes=("reserved addresses", "addresses outside the map"))
async def reserved_write(ctx: Context) -> None:
    """Functions 6 and 16 to reserved addresses of the holding table, and to one outside the map."""
    places = [reserved_after(ctx, name) for name in ctx.param("after")]
    for address in [*places, ctx.param("outside")]:
        for function, pdu in ((6, read(WRITE_REGISTER, address, 0)), (16, write_registers(address, [0]))):
            reply = await ctx.modbus.exchange(pdu)
            ctx.expect(reply.exception is not None, f"function {function} to address {address}, of no signal, is refused",
                       expected="an exception", actual=answer(reply), evidence=reply.evidence)  # fmt: skip
            if reply.exception not in (None, ILLEGAL_ADDRESS):
                ctx.note(f"function {function} to address {address}: {answer(reply)}; exception 02 says why")


@check("modbus.range", needs=MODBUS, writes=("alarm.acknowledge",))
async def value_range(ctx: Context) -> None:
    """A value outside the signal's range: exception 03, and nothing is written."""
    name, value = ctx.param("signal"), ctx.param("value")
    before, address = await steady_registers(ctx, name), place(ctx, name)[1].address
    for function, pdu in ((6, read(WRITE_REGISTER, address, value)), (16, write_registers(address, [value]))):
        reply = await ctx.modbus.exchange(pdu)
        expect_exception(ctx, reply, function, ILLEGAL_VALUE,
                         f"function {function}: {name} = {value}, out of range, is answered with exception 03")  # fmt: skip
        await _unchanged(ctx, name, before, f"{name} is unchanged")


@check("modbus.echo", needs=MODBUS, writes=("alarm.acknowledge", "identity.location"))
async def echo(ctx: Context) -> None:
    """The reply to function 6 repeats the request, that to function 16 address and quantity."""
    single, several = ctx.param("single"), ctx.param("several")
    request = read(WRITE_REGISTER, place(ctx, single)[1].address, ctx.param("value"))
    reply = await ctx.modbus.exchange(request)
    ctx.expect(reply.pdu == request, "function 6 is answered by its own request", expected=request.hex(" "),
               actual=answer(reply), evidence=reply.evidence)  # fmt: skip
    words, address = await steady_registers(ctx, several), place(ctx, several)[1].address
    reply = await ctx.modbus.exchange(write_registers(address, words))
    wanted = struct.pack(">BHH", WRITE_REGISTERS, address, len(words))
    ctx.expect(reply.pdu == wanted, "function 16 is answered by address and quantity", expected=wanted.hex(" "),
               actual=answer(reply), evidence=reply.evidence)  # fmt: skip


@check("modbus.mask_write", needs=MODBUS, writes=("alarm.acknowledge",))
async def mask(ctx: Context) -> None:
    """Function 22, with masks that leave the register as it is: (current AND and) OR (or AND NOT and).

    It starts from a value that is always lawful: the number of an alarm that was acknowledged is not, a second time.
    """
    name = ctx.param("signal")
    await ctx.modbus.exchange(read(WRITE_REGISTER, place(ctx, name)[1].address, ctx.param("value")))
    before, address = await steady_registers(ctx, name), place(ctx, name)[1].address
    for and_mask, or_mask in ((0xFFFF, 0x0000), (0xFFFF, 0xFFFF), (0x0000, before[0])):
        pdu = mask_write(address, and_mask, or_mask)
        reply = await ctx.modbus.exchange(pdu)
        supports(ctx, reply, pdu[0])
        ctx.expect(reply.pdu == pdu, f"masks {and_mask:04x} and {or_mask:04x} are obeyed", expected=pdu.hex(" "),
                   actual=answer(reply), evidence=reply.evidence)  # fmt: skip
        await _unchanged(ctx, name, before, f"masks {and_mask:04x} and {or_mask:04x} keep {before[0]}")


@check("modbus.read_write", needs=MODBUS, writes=("identity.location",))
async def write_then_read(ctx: Context) -> None:
    """Function 23 writes before it reads, and knows its limits."""
    name = ctx.param("signal")
    before, address = await steady_registers(ctx, name), place(ctx, name)[1].address
    wanted = _other(before)
    reply = await ctx.modbus.exchange(read_write(address, len(wanted), address, wanted))
    supports(ctx, reply, READ_WRITE)
    words = words_of(reply)
    ctx.expect(words == wanted, "the reply shows what was written", expected=wanted, actual=words or answer(reply),
               evidence=reply.evidence)  # fmt: skip
    outside, most_read, most_written = ctx.param("outside"), ctx.param("most_read"), ctx.param("most_written")
    for what, pdu, code in (
        (f"{most_read} registers read and {most_written} written are lawful",
         read_write(outside, most_read, outside, [0] * most_written), ILLEGAL_ADDRESS),
        (f"{most_read + 1} registers read are answered with exception 03",
         read_write(outside, most_read + 1, outside, [0]), ILLEGAL_VALUE),
        (f"{most_written + 1} registers written are answered with exception 03",
         read_write(outside, 1, outside, [0] * most_written, count=most_written + 1), ILLEGAL_VALUE),
    ):  # fmt: skip
        expect_exception(ctx, await ctx.modbus.exchange(pdu), READ_WRITE, code, what)


@check("modbus.whole_values", needs=MODBUS, writes=("identity.location", "command.speed"))
async def whole_values(ctx: Context) -> None:
    """Right after a write, over another connection: the old value or the new one, never some registers of each."""
    for name, values in await _alternatives(ctx):
        signal, binding = place(ctx, name)
        allowed = [encode(signal, v, word_order=ctx.profile.word_order) for v in values]
        look = read(READ_OF[binding.table], binding.address, signal.registers)
        if not await _settled(ctx, name, values[-1]):
            continue
        for turn in range(ctx.param("rounds")):
            await ctx.write(name, values[turn % 2], via=Protocol.MODBUS)
            for _ in range(ctx.param("looks")):
                reply = await ctx.modbus.exchange(look)
                words = words_of(reply)
                if not ctx.expect(words in allowed, f"{name} reads whole while it changes", expected=" or ".join(map(str, values)),
                                  actual=words or answer(reply), evidence=reply.evidence):  # fmt: skip
                    return


async def _settled(ctx: Context, name: str, value: Any) -> bool:
    """Write a value and wait for it, so that afterwards only known values may show; false with a note where refused."""
    answered = await ctx.write(name, value, via=Protocol.MODBUS)
    seen = await ctx.until(name, lambda v: v == value or _near(v, value), ctx.param("settle_s"), via=Protocol.MODBUS)
    if not (answered.accepted and seen.met):
        ctx.note(f"{name} is left out: writing {value} was answered {answered.status}")
    return answered.accepted and seen.met


def _near(one: Any, other: Any) -> bool:
    """Equal but for the rounding of a 32-bit float."""
    return all(isinstance(v, float) for v in (one, other)) and abs(one - other) <= 1e-6 * abs(other)


async def _alternatives(ctx: Context) -> list[tuple[str, tuple[Any, Any]]]:
    """Signals of several registers, each with two values that differ in every one of them."""
    text, number = ctx.param("text"), ctx.param("number")
    known = place(ctx, text)[0]
    size = min(known.length or 255, 2 * known.registers)
    found: list[tuple[str, tuple[Any, Any]]] = [(text, ("A" * size, "B" * size))]
    signal = ctx.profile.signals.get(number)
    if signal is not None and signal.modbus is not None and ctx.claims.get(signal.option or "", True):
        present = (await ctx.read(number, via=Protocol.MODBUS)).value
        if isinstance(present, (int, float)) and present:
            low, high = ctx.param("factors")
            found.append((number, (present * low, present * high)))
    return found
