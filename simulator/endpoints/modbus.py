"""A unit on Modbus TCP: the profile's signals projected to the four tables.

Every request sees one picture: pushes replace whole signals between requests, so no value is ever torn. Reserved
addresses inside a block read as 0; addresses outside every block are exception 02. A write must cover whole signals
(03 otherwise) and is one step: either every signal of the request is written, or none.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from profiles.codec import CodecError, decode, encode
from profiles.model import Access, Signal, SignalType, Table
from profiles.timescale import MODBUS_OBJECT, said
from simulator.endpoints.modbus_pdu import Exc, ModbusError
from simulator.endpoints.modbus_quirks import ModbusQuirks, QuirkyPduServer, shift
from simulator.endpoints.modbus_server import ModbusServer
from simulator.interface.equipment import Changes, Equipment, RefusalKind, Refused

BLOCK_GAP = 64  # unused addresses between two signals of one block, at most
LAG_S = 0.03  # wall seconds for which a torn value shows
_EXCEPTIONS = {
    RefusalKind.OUT_OF_RANGE: Exc.ILLEGAL_VALUE,
    RefusalKind.NOT_WRITABLE: Exc.ILLEGAL_ADDRESS,
    RefusalKind.BAD_TYPE: Exc.ILLEGAL_VALUE,
    RefusalKind.BAD_STATE: Exc.DEVICE_FAILURE,
    RefusalKind.NOT_OWNER: Exc.DEVICE_FAILURE,
    RefusalKind.UNKNOWN: Exc.ILLEGAL_ADDRESS,
    RefusalKind.BUSY: Exc.DEVICE_BUSY,
}
_IDENTIFICATION = {
    0x00: "identity.manufacturer",
    0x01: "identity.product_code",
    0x02: "identity.software_revision",
    0x04: "identity.model",
    0x05: "identity.serial_number",
}


def blocks(signals: Sequence[Signal], table: Table) -> list[tuple[int, int]]:
    """The [start, end) address blocks of a table: runs of signals with gaps of at most ``BLOCK_GAP``."""
    spans = sorted(
        (s.modbus.address, s.modbus.address + s.registers) for s in signals if s.modbus and s.modbus.table is table
    )
    out: list[tuple[int, int]] = []
    for start, end in spans:
        if out and start - out[-1][1] <= BLOCK_GAP:
            out[-1] = (out[-1][0], max(end, out[-1][1]))
        else:
            out.append((start, end))
    return out


class RegisterImage:
    """The four tables of one equipment, kept up to date by pushes."""

    def __init__(
        self,
        equipment: Equipment,
        quirks: Callable[[], ModbusQuirks],
        without: frozenset[str] = frozenset(),
        time_scale: float | None = None,
    ) -> None:
        self._equipment, self._quirks, self._without, self._time_scale = equipment, quirks, without, time_scale
        signals = [s for s in equipment.profile.signals.values() if s.modbus is not None]
        self._signals = {s.id: s for s in signals}
        self._at = {
            (s.modbus.table, s.modbus.address + offset): s for s in signals if s.modbus for offset in range(s.registers)
        }
        self._blocks = {table: blocks(signals, table) for table in Table}
        self._words: dict[tuple[Table, int], int] = {}
        self._lag = Lag()
        self._peer = ""
        self.update(equipment.values())

    def update(self, changes: Changes) -> None:
        """Take pushed values."""
        quirks = self._quirks()
        for name, value in changes.items():
            signal = self._signals.get(name)
            if signal is None or signal.modbus is None or self._is_absent(signal):
                continue
            try:
                words = encode(signal, value, word_order=self._equipment.profile.word_order)
            except CodecError:
                continue  # a value that its registers cannot hold keeps the last good one
            if quirks.swapped_words and signal.type not in (SignalType.STRING, SignalType.LOCALIZED):
                words = words[::-1]
            table, address = signal.modbus.table, signal.modbus.address
            if quirks.torn_registers:
                self._lag.note(table, address, words, self._words)
            for offset, word in enumerate(words):
                self._words[table, address + offset] = word

    def answer_for(self, peer: str) -> RegisterImage:
        """The same image, acting for ``peer``."""
        self._peer = peer
        return self

    def read(self, table: Table, address: int, count: int) -> list[int]:
        address = shift(self._quirks(), table, address)
        if not any(start <= address and address + count <= end for start, end in self._blocks[table]):
            raise ModbusError(Exc.ILLEGAL_ADDRESS)
        missing = self._quirks().missing_registers
        places = [(table, a) for a in range(address, address + count)]
        if missing and any(at in self._at and self._at[at].id in missing for at in places):
            raise ModbusError(Exc.ILLEGAL_ADDRESS)
        return [self._lag.word(at, self._words.get(at, 0)) for at in places]

    def write(self, table: Table, address: int, values: Sequence[int], function: int) -> None:
        changes: dict[str, Any] = {}
        position, quirks = address, self._quirks()
        while position < address + len(values):
            signal = self._at.get((table, position))
            if signal is None or signal.modbus is None or self._is_absent(signal):
                if quirks.reserved_writable:
                    position += 1
                    continue
                if quirks.writes_before_check and changes:
                    self._equipment.write(changes, self._peer)
                raise ModbusError(Exc.ILLEGAL_ADDRESS)
            words = list(values[position - address : position - address + signal.registers])
            changes[signal.id] = self._decoded(signal, position, words, function)
            position += signal.registers
        if quirks.ignore_writes:
            return
        try:
            self._equipment.write(changes, self._peer)
        except Refused as refusal:
            if quirks.clips_out_of_range and refusal.kind is RefusalKind.OUT_OF_RANGE:
                return
            raise ModbusError(_EXCEPTIONS[refusal.kind]) from None

    def _is_absent(self, signal: Signal) -> bool:
        """Whether a signal belongs to an option that the unit lacks: its registers are reserved."""
        return signal.option in self._without and not self._quirks().serves_unclaimed

    def rebuild(self) -> None:
        """Take all values anew, after quirks were switched. None of them has changed, so none is torn."""
        self._words.clear()
        self.update(self._equipment.values())
        self._lag = Lag()

    def _decoded(self, signal: Signal, position: int, words: list[int], function: int) -> Any:
        binding = signal.modbus
        assert binding is not None
        if signal.access is not Access.READ_WRITE:
            raise ModbusError(Exc.ILLEGAL_ADDRESS)
        if binding.write_functions is not None and function not in binding.write_functions:
            raise ModbusError(Exc.ILLEGAL_FUNCTION)
        if position != binding.address or len(words) != signal.registers:
            if not self._quirks().partial_write_accepted:
                raise ModbusError(Exc.ILLEGAL_VALUE)
            present = [self._words.get((binding.table, binding.address + i), 0) for i in range(signal.registers)]
            offset = position - binding.address
            words = [*present[:offset], *words, *present[offset + len(words) :]][: signal.registers]
        try:
            return decode(signal, words, word_order=self._equipment.profile.word_order)
        except CodecError:
            raise ModbusError(Exc.ILLEGAL_VALUE) from None

    def identification(self) -> dict[int, bytes]:
        values = self._equipment.values()
        objects = {n: str(values[s]).encode("utf-8")[:240] for n, s in _IDENTIFICATION.items() if s in values}
        if self._time_scale is not None:
            objects[MODBUS_OBJECT] = said(self._time_scale).encode()
        if self._quirks().wrong_identification:
            objects[0] = b"Nobody"
        return objects


class Lag:
    """Torn values: the later half of a changed value's registers follows ``LAG_S`` after the first (a quirk)."""

    def __init__(self) -> None:
        self._old: dict[tuple[Table, int], tuple[int, float]] = {}

    def note(self, table: Table, address: int, words: Sequence[int], shown: Mapping[tuple[Table, int], int]) -> None:
        until = time.monotonic() + LAG_S
        for offset in range((len(words) + 1) // 2, len(words)):
            at = (table, address + offset)
            if shown.get(at, 0) != words[offset]:
                self._old[at] = (shown.get(at, 0), until)

    def word(self, at: tuple[Table, int], present: int) -> int:
        old, until = self._old.get(at, (present, 0.0))
        return old if time.monotonic() < until else present


class ModbusEndpoint:
    """Serves one equipment on Modbus TCP; ``without`` are options that the equipment lacks, ``time_scale`` is told in
    the device identification."""

    def __init__(
        self,
        equipment: Equipment,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        idle_timeout_s: float = 60.0,
        without: frozenset[str] = frozenset(),
        time_scale: float | None = None,
    ) -> None:
        self._equipment = equipment
        self.quirks = ModbusQuirks()
        self._image = RegisterImage(equipment, lambda: self.quirks, without, time_scale)
        self._pdus = QuirkyPduServer(self._image, lambda: self.quirks)
        self._server = ModbusServer(
            self, host=host, port=port, idle_timeout_s=idle_timeout_s, quirks=lambda: self.quirks
        )
        self._unsubscribe: Callable[[], None] | None = None

    @property
    def address(self) -> str:
        return self._server.address

    async def start(self) -> None:
        """Listen. Raises ``PortTaken``."""
        await self._server.start()
        self._unsubscribe = self._equipment.subscribe(self._image.update)
        self._image.update(self._equipment.values())

    async def stop(self) -> None:
        if self._unsubscribe is not None:
            self._unsubscribe()
            self._unsubscribe = None
        await self._server.stop()

    def drop_connections(self) -> None:
        self._server.drop_connections()

    def set_quirks(self, **fields: Any) -> None:
        """Switch quirks; every field not named is off."""
        self.quirks = ModbusQuirks(**fields)
        self._image.rebuild()

    def answer(self, pdu: bytes, peer: str) -> bytes | None:
        self._image.answer_for(peer)
        return self._pdus.answer(pdu)

    def disconnected(self, peer: str) -> None:
        self._equipment.disconnected(peer)
