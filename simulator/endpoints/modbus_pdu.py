"""Modbus PDUs: requests parsed, checked in the order of the specification, and answered. Pure; no sockets.

Source: MODBUS Application Protocol Specification V1.1b3. The order of checks is that of its state diagrams: function
supported (exception 01) → quantity and byte count (03) → address range (02) → execution (04, 06).
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Protocol

from profiles.model import Table

READ_BITS_MAX, READ_REGISTERS_MAX = 2000, 125
WRITE_BITS_MAX, WRITE_REGISTERS_MAX, READ_WRITE_MAX = 1968, 123, 121
PDU_MAX = 253
FIRST_PRIVATE = 0x80  # identification objects from here on are the maker's own


class Exc(IntEnum):
    """Exception codes (V1.1b3, 7)."""

    ILLEGAL_FUNCTION = 1
    ILLEGAL_ADDRESS = 2
    ILLEGAL_VALUE = 3
    DEVICE_FAILURE = 4
    DEVICE_BUSY = 6


class ModbusError(Exception):
    """A request that is answered with an exception."""

    def __init__(self, code: Exc) -> None:
        super().__init__(f"exception {code:02d}")
        self.code = code


class DataModel(Protocol):
    """What requests act on. Every method raises ``ModbusError``; a write that raises has changed nothing."""

    def read(self, table: Table, address: int, count: int) -> Sequence[int]: ...

    def write(self, table: Table, address: int, values: Sequence[int], function: int) -> None: ...

    def identification(self) -> dict[int, bytes]:
        """Device identification objects by id (V1.1b3, 6.21)."""


@dataclass(frozen=True)
class Limits:
    """Largest quantities; a field of its own because one deliberate fault of ours is a server that ignores them."""

    read_bits: int = READ_BITS_MAX
    read_registers: int = READ_REGISTERS_MAX


class PduServer:
    """Answers request PDUs from one data model."""

    def __init__(self, model: DataModel, limits: Limits | None = None) -> None:
        self._model = model
        self.limits = limits or Limits()
        self._functions: dict[int, Callable[[bytes], bytes]] = {
            1: lambda p: self._read_bits(Table.COIL, p),
            2: lambda p: self._read_bits(Table.DISCRETE, p),
            3: lambda p: self._read_registers(Table.HOLDING, p),
            4: lambda p: self._read_registers(Table.INPUT, p),
            5: self._write_coil,
            6: self._write_register,
            15: self._write_coils,
            16: self._write_registers,
            22: self._mask_write,
            23: self._read_write,
            43: self._identify,
        }

    def answer(self, pdu: bytes) -> bytes:
        """The response PDU; an exception response for whatever is wrong with the request."""
        function = pdu[0]
        handler = self._functions.get(function)
        try:
            if handler is None:
                raise ModbusError(Exc.ILLEGAL_FUNCTION)
            return bytes([function]) + handler(pdu[1:])
        except ModbusError as error:
            return bytes([function | 0x80, error.code])

    def _read_bits(self, table: Table, data: bytes) -> bytes:
        address, count = _range(data, self.limits.read_bits)
        return _counted(_pack_bits(self._read(table, address, count)))

    def _read_registers(self, table: Table, data: bytes) -> bytes:
        address, count = _range(data, self.limits.read_registers)
        values = self._read(table, address, count)
        body = struct.pack(f">{count}H", *values)
        return bytes([len(body) & 0xFF]) + body

    def _read(self, table: Table, address: int, count: int) -> Sequence[int]:
        _inside(address, count)
        return self._model.read(table, address, count)

    def _write_coil(self, data: bytes) -> bytes:
        address, value = _two(data)
        if value not in (0x0000, 0xFF00):
            raise ModbusError(Exc.ILLEGAL_VALUE)
        self._model.write(Table.COIL, address, [value >> 15], 5)
        return data

    def _write_register(self, data: bytes) -> bytes:
        address, value = _two(data)
        self._model.write(Table.HOLDING, address, [value], 6)
        return data

    def _write_coils(self, data: bytes) -> bytes:
        address, count, body = _counted_body(data, WRITE_BITS_MAX, lambda n: (n + 7) // 8)
        bits = [body[i // 8] >> i % 8 & 1 for i in range(count)]
        _inside(address, count)
        self._model.write(Table.COIL, address, bits, 15)
        return data[:4]

    def _write_registers(self, data: bytes) -> bytes:
        address, count, body = _counted_body(data, WRITE_REGISTERS_MAX, lambda n: 2 * n)
        _inside(address, count)
        self._model.write(Table.HOLDING, address, struct.unpack(f">{count}H", body), 16)
        return data[:4]

    def _mask_write(self, data: bytes) -> bytes:
        if len(data) != 6:
            raise ModbusError(Exc.ILLEGAL_VALUE)
        address, and_mask, or_mask = struct.unpack(">HHH", data)
        (current,) = self._read(Table.HOLDING, address, 1)
        value = (current & and_mask) | (or_mask & ~and_mask & 0xFFFF)
        self._model.write(Table.HOLDING, address, [value], 22)
        return data

    def _read_write(self, data: bytes) -> bytes:
        """Function 23: the write comes before the read."""
        if len(data) < 9:
            raise ModbusError(Exc.ILLEGAL_VALUE)
        read_at, read_count, write_at, write_count, size = struct.unpack(">HHHHB", data[:9])
        good = 1 <= read_count <= READ_REGISTERS_MAX and 1 <= write_count <= READ_WRITE_MAX
        if not good or size != 2 * write_count or len(data) != 9 + size:
            raise ModbusError(Exc.ILLEGAL_VALUE)
        _inside(write_at, write_count)
        self._read(Table.HOLDING, read_at, read_count)  # an unreadable range must not leave a write behind
        self._model.write(Table.HOLDING, write_at, struct.unpack(f">{write_count}H", data[9:]), 23)
        return _counted(struct.pack(f">{read_count}H", *self._read(Table.HOLDING, read_at, read_count)))

    def _identify(self, data: bytes) -> bytes:
        """Read device identification (43/14): basic, regular and individual access."""
        if len(data) < 1 or data[0] != 14:
            raise ModbusError(Exc.ILLEGAL_FUNCTION)
        if len(data) != 3 or data[1] not in (1, 2, 3, 4):
            raise ModbusError(Exc.ILLEGAL_VALUE)
        code, first = data[1], data[2]
        objects = self._model.identification()
        if not objects:
            raise ModbusError(Exc.ILLEGAL_FUNCTION)
        if code == 4:
            if first not in objects:
                raise ModbusError(Exc.ILLEGAL_ADDRESS)
            return bytes([14, 4, _conformity(objects), 0, 0, 1]) + _object(first, objects[first])
        last = {1: 0x02, 2: 0x7F, 3: 0xFF}[code]
        wanted = [i for i in sorted(objects) if i <= last]
        start = first if first in wanted else 0
        return self._identification_page(code, [i for i in wanted if i >= start], objects)

    def _identification_page(self, code: int, ids: list[int], objects: dict[int, bytes]) -> bytes:
        body, taken = b"", 0
        for number in ids:
            entry = _object(number, objects[number])
            if 7 + len(body) + len(entry) > PDU_MAX:
                break
            body += entry
            taken += 1
        more = taken < len(ids)
        head = [14, code, _conformity(objects), 0xFF if more else 0, ids[taken] if more else 0, taken]
        return bytes(head) + body


def _conformity(objects: Iterable[int]) -> int:
    """Streams and single objects of the regular identification, or of the extended one where private objects are."""
    return 0x83 if max(objects) >= FIRST_PRIVATE else 0x82


def _object(number: int, value: bytes) -> bytes:
    return bytes([number, len(value)]) + value


def _two(data: bytes) -> tuple[int, int]:
    if len(data) != 4:
        raise ModbusError(Exc.ILLEGAL_VALUE)
    first, second = struct.unpack(">HH", data)
    return first, second


def _range(data: bytes, most: int) -> tuple[int, int]:
    address, count = _two(data)
    if not 1 <= count <= most:
        raise ModbusError(Exc.ILLEGAL_VALUE)
    return address, count


def _inside(address: int, count: int) -> None:
    if address + count > 65536:
        raise ModbusError(Exc.ILLEGAL_ADDRESS)


def _counted(body: bytes) -> bytes:
    return bytes([len(body)]) + body


def _counted_body(data: bytes, most: int, size_of: Callable[[int], int]) -> tuple[int, int, bytes]:
    if len(data) < 5:
        raise ModbusError(Exc.ILLEGAL_VALUE)
    address, count, size = struct.unpack(">HHB", data[:5])
    body = data[5:]
    if not 1 <= count <= most or size != size_of(count) or len(body) != size:
        raise ModbusError(Exc.ILLEGAL_VALUE)
    return address, count, body


def _pack_bits(bits: Sequence[int]) -> bytes:
    out = bytearray((len(bits) + 7) // 8)
    for index, bit in enumerate(bits):
        out[index // 8] |= bool(bit) << index % 8
    return bytes(out)
