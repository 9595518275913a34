"""Modbus names and frames that both the sane and the raw side need (Modbus Application Protocol V1.1b3)."""

from __future__ import annotations

import struct
from typing import Any

EXCEPTIONS = {
    1: "illegal function",
    2: "illegal data address",
    3: "illegal data value",
    4: "server device failure",
    5: "acknowledge",
    6: "server device busy",
    8: "memory parity error",
    10: "gateway path unavailable",
    11: "gateway target failed to respond",
}
WRITING = {5, 6, 15, 16, 21, 22, 23}
_ON_REGISTERS = {6, 16, 22, 23}


def exception_text(code: int) -> str:
    """``exception 02 illegal data address``."""
    return f"exception {code:02d} {EXCEPTIONS.get(code, 'unknown')}"


def status_of(reply: Any) -> str:
    """``OK`` or the exception of a reply of the client library."""
    return exception_text(int(reply.exception_code)) if reply.isError() else "OK"


def mbap(transaction: int, unit: int, pdu: bytes) -> bytes:
    """A correct frame: transaction, protocol 0, length, unit, PDU."""
    return struct.pack(">HHHB", transaction & 0xFFFF, 0, len(pdu) + 1, unit) + pdu


def written_by(pdu: bytes) -> tuple[bool, int, int] | None:
    """(is bits, address, count) of what a PDU would write; ``None`` if it writes nothing that can be told.

    Read tolerantly: a malformed request may still be obeyed by a poor server.
    """
    if len(pdu) < 3 or pdu[0] not in WRITING:
        return None
    function, body = pdu[0], pdu[1:]
    offset = 4 if function == 23 else 0
    if len(body) < offset + 2:
        return None
    address = int(struct.unpack_from(">H", body, offset)[0])
    count = 1
    if function in (15, 16, 23) and len(body) >= offset + 4:
        count = int(struct.unpack_from(">H", body, offset + 2)[0])
    return function not in _ON_REGISTERS, address, max(1, count)


def pdus_in(stream: bytes) -> list[bytes]:
    """The PDUs of whole or cut MBAP frames in a byte string, as a lenient server would find them."""
    found = []
    while len(stream) >= 8:
        length = struct.unpack_from(">H", stream, 4)[0]
        end = 6 + length if 2 <= length <= 254 else len(stream)
        found.append(stream[7:end])
        stream = stream[end:]
    return found
