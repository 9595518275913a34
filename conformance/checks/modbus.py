"""Modbus on the wire, by raw frames: what no well-behaved client would send, and what every server must answer."""

from __future__ import annotations

import struct

from conformance.context import Context, WireReply
from conformance.registry import check
from profiles.model import Protocol

MODBUS = (Protocol.MODBUS,)
READ_INPUT = 4
UNIT, TRANSACTION = 255, 0x5342


def read_input(address: int, count: int) -> bytes:
    """The PDU of a read of input registers."""
    return struct.pack(">BHH", READ_INPUT, address, count)


def _answer(reply: WireReply) -> str:
    if reply.pdu:
        return f"exception {reply.exception:02d}" if reply.exception is not None else reply.pdu.hex(" ")
    return "connection closed" if reply.closed else "no reply"


def _expect_exception(ctx: Context, reply: WireReply, function: int, code: int, what: str) -> None:
    good = reply.pdu == bytes([function | 0x80, code])
    wanted = f"{function | 0x80:02x} {code:02x}"
    ctx.expect(good, what, expected=wanted, actual=reply.pdu.hex(" ") or _answer(reply), evidence=reply.evidence)


@check("modbus.header", needs=MODBUS)
async def header(ctx: Context) -> None:
    """Transaction id, protocol id and unit id of a reply."""
    pdu = read_input(0, 1)
    frame = struct.pack(">HHHB", TRANSACTION, 0, len(pdu) + 1, UNIT) + pdu
    replies = await ctx.modbus.send_raw(frame)
    if not replies or not replies[0].pdu:
        ctx.expect(False, "a plain read is answered", expected="a reply", actual="none")
        return
    reply = replies[0]
    ctx.expect(
        reply.transaction == TRANSACTION, "the transaction id is echoed", expected=TRANSACTION, actual=reply.transaction
    )
    ctx.expect(reply.unit == UNIT, "the unit id is echoed", expected=UNIT, actual=reply.unit)
    ctx.expect(reply.protocol == 0, "the protocol id is 0", expected=0, actual=reply.protocol)


@check("modbus.protocol_id", needs=MODBUS)
async def protocol_id(ctx: Context) -> None:
    """A frame of another protocol."""
    pdu = read_input(0, 1)
    replies = await ctx.modbus.send_raw(
        struct.pack(">HHHB", 1, 1, len(pdu) + 1, UNIT) + pdu, timeout=ctx.param("reply_s")
    )
    answered = [r for r in replies if r.pdu]
    ctx.expect(not answered, "protocol id 1 is not answered", expected="silence or a closed connection",
               actual=_answer(answered[0]) if answered else "none")  # fmt: skip


@check("modbus.survives_bad_length", needs=MODBUS)
async def survives_bad_length(ctx: Context) -> None:
    """A bad length closes the connection or is skipped; it never leaves it open and deaf."""
    bad = struct.pack(">HHHB", 1, 0, 0, UNIT)
    pdu = read_input(0, 1)
    good = struct.pack(">HHHB", 2, 0, len(pdu) + 1, UNIT) + pdu
    replies = await ctx.modbus.send_raw(bad + good, timeout=ctx.param("reply_s"))
    open_and_deaf = bool(replies) and not replies[-1].pdu and not replies[-1].closed
    ctx.expect(not open_and_deaf, "the connection is closed, or goes on", expected="closed or answered", actual="open and silent"
               if open_and_deaf else "closed or answered")  # fmt: skip
    ctx.expect(await ctx.modbus.is_alive(), "a new connection is answered", expected="a reply", actual="none")


@check("modbus.pipelining", needs=MODBUS)
async def pipelining(ctx: Context) -> None:
    """Several requests at once."""
    count = ctx.param("requests")
    replies = await ctx.modbus.pipeline([read_input(0, 1)] * count)
    answered = [r for r in replies if r.pdu and r.exception is None]
    ctx.expect(len(answered) == count, "every request is answered", expected=count, actual=len(answered))
    ids = {r.transaction for r in answered}
    ctx.expect(
        len(ids) == len(answered),
        "every reply has a transaction id of its own",
        expected=len(answered),
        actual=len(ids),
    )


@check("modbus.unknown_function", needs=MODBUS)
async def unknown_function(ctx: Context) -> None:
    """Exception 01."""
    function = ctx.param("function")
    reply = await ctx.modbus.exchange(bytes([function, 0, 0]))
    _expect_exception(ctx, reply, function, 1, f"function {function} is answered with exception 01")


@check("modbus.bad_address", needs=MODBUS)
async def bad_address(ctx: Context) -> None:
    """Exception 02."""
    reply = await ctx.modbus.exchange(read_input(ctx.param("address"), 1))
    _expect_exception(ctx, reply, READ_INPUT, 2, f"address {ctx.param('address')} is answered with exception 02")


@check("modbus.bad_quantity", needs=MODBUS)
async def bad_quantity(ctx: Context) -> None:
    """Exception 03 for none and for too many."""
    for count in (0, ctx.param("too_many")):
        reply = await ctx.modbus.exchange(read_input(0, count))
        _expect_exception(ctx, reply, READ_INPUT, 3, f"{count} registers are answered with exception 03")


@check("modbus.word_order", needs=MODBUS)
async def word_order(ctx: Context) -> None:
    """The constant 0x01020304, raw."""
    signal = ctx.profile.signals["map.word_order"]
    reading = await ctx.read("map.word_order", via=Protocol.MODBUS)
    big = struct.unpack(">HH", struct.pack(">I", signal.value))
    wanted = big if str(ctx.profile.word_order) == "big" else big[::-1]
    ctx.expect(reading.raw == wanted, "the registers come in the declared order", expected=list(wanted),
               actual=list(reading.raw or ()), evidence=reading.evidence)  # fmt: skip


@check("modbus.half_a_value", needs=MODBUS, writes=("command.speed",))
async def half_a_value(ctx: Context) -> None:
    """Function 6 to the first register of a 32-bit value, with what stands there."""
    binding = ctx.profile.signals["command.speed"].modbus
    reading = await ctx.read("command.speed", via=Protocol.MODBUS)
    if binding is None or not reading.raw:
        ctx.inconclusive("command.speed cannot be read over Modbus")
        return
    reply = await ctx.modbus.exchange(struct.pack(">BHH", 6, binding.address, reading.raw[0]))
    ctx.expect(reply.exception is not None, "half of a value is refused", expected="an exception", actual=_answer(reply),
               evidence=reply.evidence)  # fmt: skip


@check("modbus.identification", needs=MODBUS)
async def identification(ctx: Context) -> None:
    """Read device identification, basic."""
    reply = await ctx.modbus.exchange(bytes([43, 14, 1, 0]))
    objects = _objects(reply.pdu)
    for number, name in ((0, "vendor name"), (1, "product code"), (2, "revision")):
        ctx.expect(
            number in objects,
            f"the {name} is given",
            expected="present",
            actual=_answer(reply) if not objects else sorted(objects),
        )
    maker = (await ctx.read("identity.manufacturer", via=Protocol.MODBUS)).value
    if 0 in objects:
        ctx.expect(objects[0] == maker, "the vendor name is the manufacturer", expected=maker, actual=objects[0])


def _objects(pdu: bytes) -> dict[int, str]:
    """Identification objects of a 43/14 response."""
    found: dict[int, str] = {}
    if len(pdu) < 7 or pdu[:2] != bytes([43, 14]):
        return found
    at = 7
    for _ in range(pdu[6]):
        if at + 2 > len(pdu):
            break
        number, size = pdu[at], pdu[at + 1]
        found[number] = pdu[at + 2 : at + 2 + size].decode("utf-8", "replace")
        at += 2 + size
    return found


@check("modbus.reserved", needs=MODBUS)
async def reserved(ctx: Context) -> None:
    """A block read over a reserved register: the map's head, whose identifier and gap are known."""
    address = ctx.param("address")
    reply = await ctx.modbus.exchange(read_input(0, address + 1))
    if reply.exception is not None or len(reply.pdu) != 2 + 2 * (address + 1):
        ctx.expect(
            False,
            "the block is read",
            expected=f"{address + 1} registers",
            actual=_answer(reply),
            evidence=reply.evidence,
        )
        return
    words = struct.unpack(f">{address + 1}H", reply.pdu[2:])
    magic = ctx.profile.signals["map.magic"].value
    ctx.expect(words[0] == magic, "the block begins with the identifier", expected=magic, actual=words[0])
    ctx.expect(words[address] == 0, f"reserved register {address} reads 0", expected=0, actual=words[address])
