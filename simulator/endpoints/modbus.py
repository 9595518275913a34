"""A unit on Modbus TCP: the profile's signals projected to the four tables.

Every request sees one picture: pushes replace whole signals between requests, so no value is ever torn. Reserved
addresses inside a block read as 0; addresses outside every block are exception 02. A write must cover whole signals
(03 otherwise) and is one step: either every signal of the request is written, or none.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from profiles.codec import CodecError, decode, encode
from profiles.model import Access, Signal, SignalType, Table
from simulator.endpoints.modbus_pdu import Exc, ModbusError
from simulator.endpoints.modbus_quirks import ModbusQuirks, QuirkyPduServer, shift, spoil_words
from simulator.endpoints.modbus_server import ModbusServer
from simulator.interface.equipment import Changes, Equipment, RefusalKind, Refused

BLOCK_GAP = 64  # unused addresses between two signals of one block, at most
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

    def __init__(self, equipment: Equipment, quirks: Callable[[], ModbusQuirks]) -> None:
        self._equipment, self._quirks = equipment, quirks
        signals = [s for s in equipment.profile.signals.values() if s.modbus is not None]
        self._signals = {s.id: s for s in signals}
        self._at = {
            (s.modbus.table, s.modbus.address + offset): s for s in signals if s.modbus for offset in range(s.registers)
        }
        self._blocks = {table: blocks(signals, table) for table in Table}
        self._words: dict[tuple[Table, int], int] = {}
        self._before: dict[str, list[int]] = {}
        self._peer = ""
        self.update(equipment.values())

    def update(self, changes: Changes) -> None:
        """Take pushed values."""
        quirks = self._quirks()
        for name, value in changes.items():
            signal = self._signals.get(name)
            if signal is None or signal.modbus is None:
                continue
            try:
                words = encode(signal, value, word_order=self._equipment.profile.word_order)
            except CodecError:
                continue  # a value that its registers cannot hold keeps the last good one
            if len(words) > 1 and signal.type not in (SignalType.STRING, SignalType.LOCALIZED):
                shown = spoil_words(quirks, words, self._before.get(name))
                self._before[name] = words
                words = shown
            table, address = signal.modbus.table, signal.modbus.address
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
        return [self._words.get((table, a), 0) for a in range(address, address + count)]

    def write(self, table: Table, address: int, values: Sequence[int], function: int) -> None:
        changes: dict[str, Any] = {}
        position = address
        while position < address + len(values):
            signal = self._at.get((table, position))
            if signal is None or signal.modbus is None:
                raise ModbusError(Exc.ILLEGAL_ADDRESS)
            words = list(values[position - address : position - address + signal.registers])
            changes[signal.id] = self._decoded(signal, position, words, function)
            position += signal.registers
        if self._quirks().ignore_writes:
            return
        try:
            self._equipment.write(changes, self._peer)
        except Refused as refusal:
            raise ModbusError(_EXCEPTIONS[refusal.kind]) from None

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
        if self._quirks().wrong_identification:
            objects[0] = b"Nobody"
        return objects


class ModbusEndpoint:
    """Serves one equipment on Modbus TCP."""

    def __init__(
        self, equipment: Equipment, *, host: str = "127.0.0.1", port: int = 0, idle_timeout_s: float = 60.0
    ) -> None:
        self._equipment = equipment
        self.quirks = ModbusQuirks()
        self._image = RegisterImage(equipment, lambda: self.quirks)
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
        self._image.update(self._equipment.values())

    def answer(self, pdu: bytes, peer: str) -> bytes | None:
        self._image.answer_for(peer)
        return self._pdus.answer(pdu)

    def disconnected(self, peer: str) -> None:
        self._equipment.disconnected(peer)
