"""Deliberate wrongnesses of the Modbus wire, for the fault matrix. Each field is off by default."""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from profiles.model import Table
from simulator.endpoints.modbus_pdu import DataModel, Exc, Limits, PduServer


@dataclass(frozen=True)
class ModbusQuirks:
    """What may be wrong. Frames: ``*_only_first_pipelined`` … ``slow_reply_s``; PDUs and data: the others."""

    only_first_pipelined: bool = False  # of requests that arrive together only the first is answered
    wrong_transaction_id: bool = False  # replies carry transaction id + 1
    wrong_unit_id: bool = False  # replies carry unit id + 1
    accept_bad_protocol_id: bool = False  # a frame with protocol id ≠ 0 is answered
    deaf_after_bad_header: bool = False  # after a bad header the connection stays open and silent for good
    second_connection_refused: bool = False  # only one client at a time
    slow_reply_s: float = 0.0  # wall seconds before each reply
    accept_bad_fc5: bool = False  # FC5 takes any value but 0 as ON
    no_quantity_limit: bool = False  # 126 registers or 2001 bits are answered
    wrong_function_exception: bool = False  # an unknown function is answered with exception 04
    wrong_address_exception: bool = False  # a bad address is answered with exception 03
    wrong_value_exception: bool = False  # a bad quantity is answered with exception 02
    exception_without_high_bit: bool = False  # exceptions come without bit 7 of the function code
    silent_on_unknown_function: bool = False  # an unknown function is not answered
    dirty_padding: bool = False  # unused bits of the last byte of a bit read are 1
    torn_registers: bool = False  # the low word of a 32-bit value comes from the look before
    swapped_words: bool = False  # 32- and 64-bit values come with their words swapped
    shifted_registers: bool = False  # input registers are one address off
    ignore_writes: bool = False  # writes are answered as done and nothing changes
    no_identification: bool = False  # FC43 is not supported
    wrong_identification: bool = False  # FC43 names another vendor
    partial_write_accepted: bool = False  # half of a 32-bit value may be written


class QuirkyPduServer:
    """A PDU server that may misbehave; clean when no quirk is on."""

    def __init__(self, model: DataModel, quirks: Callable[[], ModbusQuirks]) -> None:
        self._quirks = quirks
        self._clean = PduServer(model)
        self._loose = PduServer(model, Limits(read_bits=2040, read_registers=127))

    def answer(self, pdu: bytes) -> bytes | None:
        """The response, or ``None`` for none at all."""
        q = self._quirks()
        if q.accept_bad_fc5 and len(pdu) == 5 and pdu[0] == 5 and pdu[3:] not in (b"\x00\x00", b"\xff\x00"):
            return self._clean.answer(pdu[:3] + b"\xff\x00")[:3] + pdu[3:]
        if q.no_identification and pdu[0] == 43:
            return bytes([0xAB, Exc.ILLEGAL_FUNCTION])
        reply = (self._loose if q.no_quantity_limit else self._clean).answer(pdu)
        if reply[0] & 0x80:
            return self._spoil_exception(q, reply)
        if q.dirty_padding and pdu[0] in (1, 2):
            return _dirty(reply, struct.unpack(">H", pdu[3:5])[0])
        return reply

    def _spoil_exception(self, q: ModbusQuirks, reply: bytes) -> bytes | None:
        code = reply[1]
        if code == Exc.ILLEGAL_FUNCTION and q.silent_on_unknown_function:
            return None
        wrong = {
            Exc.ILLEGAL_FUNCTION: Exc.DEVICE_FAILURE if q.wrong_function_exception else None,
            Exc.ILLEGAL_ADDRESS: Exc.ILLEGAL_VALUE if q.wrong_address_exception else None,
            Exc.ILLEGAL_VALUE: Exc.ILLEGAL_ADDRESS if q.wrong_value_exception else None,
        }.get(Exc(code))
        if wrong is not None:
            reply = bytes([reply[0], wrong])
        return bytes([reply[0] & 0x7F]) + reply[1:] if q.exception_without_high_bit else reply


def spoil_words(q: ModbusQuirks, words: Sequence[int], before: Sequence[int] | None) -> list[int]:
    """The registers of one multi-register number as a wrong server shows them."""
    out = list(words)
    if q.torn_registers and before is not None:
        out[-1] = before[-1]
    return out[::-1] if q.swapped_words else out


def shift(q: ModbusQuirks, table: Table, address: int) -> int:
    return address + 1 if q.shifted_registers and table is Table.INPUT else address


def _dirty(reply: bytes, count: int) -> bytes:
    unused = -count % 8
    return reply if not unused else reply[:-1] + bytes([reply[-1] | (0xFF << 8 - unused) & 0xFF])
