"""What the checks of the Modbus wire share: request PDUs, what a reply amounts to, places of the map.

Source of the layouts: Modbus Application Protocol V1.1b3, clause 6.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

from conformance.context import Context, WireReply
from profiles.model import ModbusBinding, Protocol, Signal, Table

LOOKS, STEADY_S = 5, 1.0
MODBUS = (Protocol.MODBUS,)
READ_COILS, READ_DISCRETE, READ_HOLDING, READ_INPUT = 1, 2, 3, 4
WRITE_COIL, WRITE_REGISTER, WRITE_COILS, WRITE_REGISTERS, MASK_WRITE, READ_WRITE = 5, 6, 15, 16, 22, 23
READ_OF = {Table.COIL: 1, Table.DISCRETE: 2, Table.HOLDING: 3, Table.INPUT: 4}
ILLEGAL_FUNCTION, ILLEGAL_ADDRESS, ILLEGAL_VALUE = 1, 2, 3


def read(function: int, address: int, count: int) -> bytes:
    """Functions 1 to 4, and of the same layout 5 and 6."""
    return struct.pack(">BHH", function, address, count)


def write_registers(address: int, words: Sequence[int], *, count: int | None = None, size: int | None = None) -> bytes:
    """Function 16; ``count`` and ``size`` (bytes) are those of the words unless given."""
    head = (
        WRITE_REGISTERS,
        address,
        len(words) if count is None else count,
        (2 * len(words) if size is None else size) & 0xFF,
    )
    return struct.pack(">BHHB", *head) + struct.pack(f">{len(words)}H", *words)


def write_coils(address: int, data: bytes, count: int, *, size: int | None = None) -> bytes:
    """Function 15."""
    return struct.pack(">BHHB", WRITE_COILS, address, count, len(data) if size is None else size) + data


def read_write(
    read_at: int, read_count: int, write_at: int, words: Sequence[int], *, count: int | None = None
) -> bytes:
    """Function 23."""
    size = (2 * len(words)) & 0xFF
    head = struct.pack(">BHHHHB", READ_WRITE, read_at, read_count, write_at, count or len(words), size)
    return head + struct.pack(f">{len(words)}H", *words)


def mask_write(address: int, and_mask: int, or_mask: int) -> bytes:
    """Function 22."""
    return struct.pack(">BHHH", MASK_WRITE, address, and_mask, or_mask)


def frame(transaction: int, unit: int, pdu: bytes) -> bytes:
    """A correct MBAP frame."""
    return struct.pack(">HHHB", transaction, 0, len(pdu) + 1, unit) + pdu


def answer(reply: WireReply) -> str:
    """A reply in words."""
    if reply.pdu:
        return f"exception {reply.exception:02d}" if reply.exception is not None else reply.pdu.hex(" ")
    return "connection closed" if reply.closed else "no reply"


def words_of(reply: WireReply) -> list[int] | None:
    """The registers of a normal reply to a read; ``None`` for anything else."""
    pdu = reply.pdu
    if len(pdu) < 2 or pdu[0] & 0x80 or len(pdu) != 2 + pdu[1] or pdu[1] % 2:
        return None
    return list(struct.unpack(f">{pdu[1] // 2}H", pdu[2:]))


def expect_exception(ctx: Context, reply: WireReply, function: int, codes: int | Sequence[int], what: str) -> bool:
    """Expect one of these exception codes, with bit 7 of the function set."""
    wanted = [codes] if isinstance(codes, int) else list(codes)
    good = len(reply.pdu) == 2 and reply.pdu[0] == function | 0x80 and reply.pdu[1] in wanted
    expected = " or ".join(f"{function | 0x80:02x} {code:02x}" for code in wanted)
    return ctx.expect(
        good, what, expected=expected, actual=reply.pdu.hex(" ") or answer(reply), evidence=reply.evidence
    )


def supports(ctx: Context, reply: WireReply, function: int) -> None:
    """Ends the check as not applicable where an optional function is answered with exception 01."""
    if reply.pdu == bytes([function | 0x80, ILLEGAL_FUNCTION]):
        ctx.not_applicable(f"function {function} is not supported, which it need not be")


def place(ctx: Context, signal: str) -> tuple[Signal, ModbusBinding]:
    """A signal and where it is on Modbus; not applicable where it is not."""
    known = ctx.profile.signals.get(signal)
    if known is None or known.modbus is None:
        ctx.not_applicable(f"{signal} is not bound to Modbus")
        raise AssertionError("unreachable")
    return known, known.modbus


def home(ctx: Context) -> int:
    """The address of the map's identifier, an input register that every equipment has."""
    return place(ctx, "map.magic")[1].address


def lowest(ctx: Context, function: int) -> int:
    """The lowest address that a function (1 to 4) can read; 0 where the profile has nothing in its table."""
    table = next(t for t, number in READ_OF.items() if number == function)
    bound = [s.modbus.address for s in ctx.profile.signals.values() if s.modbus is not None and s.modbus.table is table]
    return min(bound, default=0)


async def registers(ctx: Context, signal: str) -> list[int]:
    """The present registers of a signal; inconclusive if they cannot be read."""
    known, binding = place(ctx, signal)
    reply = await ctx.modbus.exchange(read(READ_OF[binding.table], binding.address, known.registers))
    words = words_of(reply)
    if words is None:
        ctx.inconclusive(f"{signal} cannot be read: {answer(reply)}")
    return words or []


async def steady_registers(ctx: Context, signal: str) -> list[int]:
    """The registers of a signal once it has stood still: what an earlier check put back may still be under way."""
    for _ in range(LOOKS):
        timeline = await ctx.record([signal], STEADY_S, via=Protocol.MODBUS)
        if len(timeline.values(signal)) == 1:
            return await registers(ctx, signal)
    ctx.inconclusive(f"{signal} does not stand still, or cannot be read")
    raise AssertionError("unreachable")


def reserved_after(ctx: Context, signal: str) -> int:
    """The first address after a signal that belongs to no signal of its table."""
    known, binding = place(ctx, signal)
    taken = {
        s.modbus.address + offset
        for s in ctx.profile.signals.values()
        if s.modbus is not None and s.modbus.table is binding.table
        for offset in range(s.registers)
    }
    address = binding.address + known.registers
    while address in taken:
        address += 1
    return address
