"""Deliberate wrongnesses of the Modbus wire, for the fault matrix. Each field is off by default."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass

from profiles.model import Table
from simulator.endpoints.modbus_pdu import DataModel, Exc, Limits, PduServer

_SHORTEST = {1: 5, 2: 5, 3: 5, 4: 5, 5: 5, 6: 5, 15: 6, 16: 6, 22: 7, 23: 10}
_LOW = {1: 1000, 2: 1000, 3: 100, 4: 100}


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
    torn_registers: bool = False  # the later half of a value's registers follows a little after the first
    swapped_words: bool = False  # 32- and 64-bit values come with their words swapped
    shifted_registers: bool = False  # input registers are one address off
    ignore_writes: bool = False  # writes are answered as done and nothing changes
    no_identification: bool = False  # FC43 is not supported
    wrong_identification: bool = False  # FC43 names another vendor
    partial_write_accepted: bool = False  # half of a 32-bit value may be written
    serves_unclaimed: bool = False  # options that the unit does not have are served all the same
    missing_registers: frozenset[str] = frozenset()  # the registers of these signals answer exception 02
    low_quantity_limit: bool = False  # more than 100 registers or 1000 bits are refused
    no_write_limit: bool = False  # the quantity of a write is not checked
    byte_count_ignored: bool = False  # the byte count of a write is not compared with its quantity
    address_before_quantity: bool = False  # the address is checked before the quantity
    reserved_writable: bool = False  # writes to reserved addresses are answered as done
    writes_before_check: bool = False  # of a write that is refused, what came before the bad address is written
    clips_out_of_range: bool = False  # values out of range are answered as done and not taken
    wrong_echo: bool = False  # the reply to a write repeats address + 1
    mask_inverted: bool = False  # function 22 computes (current AND and) OR or
    reads_before_write: bool = False  # function 23 reads first
    identification_endless: bool = False  # function 43 always says that more follows, from object 0
    silent_on_short_pdu: bool = False  # a PDU that is too short is not answered
    mixed_transaction_ids: bool = False  # of requests that arrive together each gets the id of the one before
    unit_zero_silent: bool = False  # unit id 0 is not answered
    connections_max: int = 0  # more connections are cut; 0 for the server's own limit
    late_every: int = 0  # only each so-and-so-many-th reply is late by slow_reply_s; 0 for all
    drops_partial_frames: bool = False  # a request that does not arrive in one piece is dropped


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
        if q.silent_on_short_pdu and len(pdu) < _SHORTEST.get(pdu[0], 1):
            return None
        if q.low_quantity_limit and len(pdu) == 5 and struct.unpack(">H", pdu[3:])[0] > _LOW.get(pdu[0], 65535):
            return bytes([pdu[0] | 0x80, Exc.ILLEGAL_VALUE])
        before = self._clean.answer(b"\x03" + pdu[1:5]) if q.reads_before_write and pdu[0] == 23 else b""
        reply = (self._loose if q.no_quantity_limit else self._clean).answer(self._loosened(q, pdu))
        if reply[0] & 0x80:
            return self._spoil_exception(q, reply)
        if q.dirty_padding and pdu[0] in (1, 2):
            return _dirty(reply, struct.unpack(">H", pdu[3:5])[0])
        if q.wrong_echo and pdu[0] in (5, 6, 15, 16):
            return reply[:2] + bytes([(reply[2] + 1) & 0xFF]) + reply[3:]
        if q.identification_endless and pdu[:2] == b"\x2b\x0e" and reply[2] != 4:
            return reply[:4] + b"\xff\x00" + reply[6:]
        return b"\x17" + before[1:] if before else reply

    def _loosened(self, q: ModbusQuirks, pdu: bytes) -> bytes:
        """The request as a careless server reads it."""
        if len(pdu) == 7 and pdu[0] == 22 and q.mask_inverted:
            address, and_mask, or_mask = struct.unpack(">HHH", pdu[1:])
            current = self._clean.answer(struct.pack(">BHH", 3, address, 1))
            value = (struct.unpack(">H", current[2:])[0] & and_mask) | or_mask
            written = self._clean.answer(struct.pack(">BHH", 6, address, value))
            return pdu[:3] + b"\xff\xff\x00\x00" if written[0] == 6 else pdu[:1]
        if pdu[0] in (15, 16) and len(pdu) > 6:
            address, count, size = struct.unpack(">HHB", pdu[1:6])
            data = pdu[6:]
            most = 1968 if pdu[0] == 15 else 123
            if q.no_write_limit if count > most else q.byte_count_ignored:
                count = min(count, most)
                size = (count + 7) // 8 if pdu[0] == 15 else 2 * count
                return struct.pack(">BHHB", pdu[0], address, count, size) + data[:size].ljust(size, b"\0")
        if q.address_before_quantity and pdu[0] in (1, 2, 3, 4) and len(pdu) == 5:
            alone = pdu[:3] + b"\x00\x01"
            return alone if self._clean.answer(alone)[1:] == bytes([Exc.ILLEGAL_ADDRESS]) else pdu
        return pdu

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


def shift(q: ModbusQuirks, table: Table, address: int) -> int:
    return address + 1 if q.shifted_registers and table is Table.INPUT else address


def _dirty(reply: bytes, count: int) -> bytes:
    unused = -count % 8
    return reply if not unused else reply[:-1] + bytes([reply[-1] | (0xFF << 8 - unused) & 0xFF])
