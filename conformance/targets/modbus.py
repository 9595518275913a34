"""Modbus TCP for sane traffic: signals of one table are read together, at most 125 registers or 2000 bits a request."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pymodbus.client import AsyncModbusTcpClient
from pymodbus.exceptions import ModbusException

from conformance.clock import MachineClock
from conformance.context import Outcome, Reading, Value
from conformance.errors import HarnessError, TargetLost, Unreachable
from conformance.fitting import Fitted
from conformance.named import named
from conformance.targetfile import ModbusEndpoint, Timeouts
from conformance.targets.frames import status_of
from conformance.targets.within import within
from conformance.transcript import Transcript
from profiles.codec import CodecError, decode, encode
from profiles.model import ModbusBinding, Signal, Table
from profiles.model import Protocol as Wire

MAX_REGISTERS, MAX_BITS, MAX_WRITTEN, MAX_BITS_WRITTEN = 125, 2000, 123, 1968
HEADER = 7  # bytes of an MBAP header
GAP = 16  # registers between two signals that are still read together; reserved ones read 0


@dataclass(frozen=True)
class Block:
    """Neighbouring signals of one table that one request reads."""

    table: Table
    address: int
    count: int
    signals: tuple[Signal, ...]


def plan(signals: Sequence[Signal], gap: int = GAP) -> list[Block]:
    """Requests that read the signals; those of one ``group`` stay in one request, so that they are of one moment."""
    blocks: list[Block] = []
    for cluster in sorted(_clusters(signals), key=_start):
        binding = _binding(cluster[0])
        start, end = binding.address, max(_binding(s).address + s.registers for s in cluster)
        last = blocks[-1] if blocks else None
        most = MAX_BITS if binding.table.is_bits else MAX_REGISTERS
        if last is not None and last.table is binding.table and start - (last.address + last.count) <= gap:
            count = max(end, last.address + last.count) - last.address
            if count <= most:
                blocks[-1] = Block(last.table, last.address, count, (*last.signals, *cluster))
                continue
        blocks.append(Block(binding.table, start, end - start, tuple(cluster)))
    return blocks


def _clusters(signals: Sequence[Signal]) -> list[list[Signal]]:
    groups: dict[tuple[Table, str], list[Signal]] = {}
    for signal in sorted(signals, key=lambda s: _binding(s).address):
        binding = _binding(signal)
        groups.setdefault((binding.table, binding.group or signal.id), []).append(signal)
    out: list[list[Signal]] = []
    for (table, _), cluster in groups.items():
        span = max(_binding(s).address + s.registers for s in cluster) - _binding(cluster[0]).address
        out += [cluster] if span <= (MAX_BITS if table.is_bits else MAX_REGISTERS) else [[s] for s in cluster]
    return out


def _start(cluster: list[Signal]) -> tuple[str, int]:
    return _binding(cluster[0]).table.value, _binding(cluster[0]).address


def _binding(signal: Signal) -> ModbusBinding:
    if signal.modbus is None:
        raise HarnessError(f"{signal.id} has no binding on modbus")
    return signal.modbus


class ModbusLink:
    """One connection to one Modbus unit; requests go one at a time."""

    wire = Wire.MODBUS

    def __init__(
        self, endpoint: ModbusEndpoint, fitted: Fitted, clock: MachineClock, transcript: Transcript, timeouts: Timeouts,
        scan_s: float = 0.0,
    ) -> None:  # fmt: skip
        self.address = endpoint.address
        self.unit = endpoint.unit
        self._endpoint, self._profile, self._timeouts = endpoint, fitted.profile, timeouts
        self._clock, self._transcript, self._scan = clock, transcript, scan_s
        self._lock, self._mending = asyncio.Lock(), asyncio.Lock()
        self._client: AsyncModbusTcpClient | None = None
        self._sent = self._received = b""

    async def connect(self) -> None:
        await self.close()
        client = AsyncModbusTcpClient(
            self._endpoint.host,
            port=self._endpoint.port,
            timeout=self._timeouts.request_s,
            retries=0,
            reconnect_delay=0,
            trace_packet=self._trace,
        )
        try:
            async with within(self._timeouts.connect_s):
                connected = await client.connect()
        except (TimeoutError, OSError, ModbusException):
            connected = False
        except asyncio.CancelledError:
            client.close()
            raise
        if not connected:
            client.close()
            raise Unreachable(f"modbus://{self.address}", "no Modbus TCP server answers")
        self._client = client

    async def close(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None

    async def alive(self) -> bool:
        try:
            await self._ensure()
            await self._request(lambda c: c.read_input_registers(0, count=1, device_id=self.unit), "read input", "0")
        except (TargetLost, Unreachable):
            return False
        return True

    def binds(self, signal: str) -> bool:
        known = self._profile.signals.get(signal)
        return known is not None and known.modbus is not None

    async def read(self, signals: Sequence[str]) -> dict[str, Reading]:
        found: dict[str, Reading] = {}
        for block in plan([self._profile.signals[s] for s in signals]):
            found.update(await self._read_block(block))
        return {s: found[s] for s in signals}

    async def _read_block(self, block: Block) -> dict[str, Reading]:
        sent = self._clock.now()
        data, status, evidence = await self._fetch(block)
        at = self._clock.now()
        if data is None and len(block.signals) > 1:
            # A strict map refuses reserved registers, and one bad signal must not spoil its neighbours.
            apart: dict[str, Reading] = {}
            parts = plan(block.signals, gap=0)
            for part in parts if len(parts) > 1 else [b for s in block.signals for b in plan([s])]:
                apart.update(await self._read_block(part))
            return apart
        doubt = (at - sent) / 2 + self._scan
        return {s.id: self._reading(s, block, data, status, at, doubt, evidence) for s in block.signals}

    def _reading(
        self, signal: Signal, block: Block, data: list[int] | None, status: str, at: float, doubt: float, evidence: int
    ) -> Reading:
        if data is None:
            return Reading(signal.id, self.wire, None, False, status, at, doubt, evidence=evidence)
        start = _binding(signal).address - block.address
        raw = tuple(data[start : start + signal.registers])
        try:
            value = named(signal, decode(signal, raw, word_order=self._profile.word_order))
        except CodecError as error:
            return Reading(signal.id, self.wire, None, False, str(error), at, doubt, raw=raw, evidence=evidence)
        return Reading(signal.id, self.wire, value, True, "OK", at, doubt, raw=raw, evidence=evidence)

    async def _fetch(self, block: Block) -> tuple[list[int] | None, str, int]:
        def send(client: AsyncModbusTcpClient) -> Awaitable[Any]:
            read = {
                Table.COIL: client.read_coils,
                Table.DISCRETE: client.read_discrete_inputs,
                Table.INPUT: client.read_input_registers,
                Table.HOLDING: client.read_holding_registers,
            }[block.table]
            return read(block.address, count=block.count, device_id=self.unit)

        await self._ensure()
        where = f"{block.table}:{block.address}+{block.count}"
        try:
            reply, raw = await self._request(send, f"read {block.table}", where)
        except TargetLost:  # a read has no effect: once more on a fresh connection
            await self._ensure()
            reply, raw = await self._request(send, f"read {block.table}", where)
        status = status_of(reply)
        data: list[int] | None = None
        if status == "OK":
            got = [int(b) for b in reply.bits[: block.count]] if block.table.is_bits else list(reply.registers)
            data, status = (got, "OK") if len(got) >= block.count else (None, f"{len(got)} values of {block.count}")
        return data, status, self._transcript.add("modbus", f"read {block.table}", where, data, status, raw)

    async def write(self, values: Mapping[str, Value]) -> Outcome:
        evidence, status = -1, "OK"
        for name in values:
            table = _binding(self._profile.signals[name]).table
            if not table.is_writable:
                status = f"no function code writes to table {table}"
                return Outcome(False, status, self._clock.now(), evidence=self._transcript.add(
                    "modbus", "write", name, values[name], status))  # fmt: skip
        for table, address, data, function, names in self._runs(values):
            await self._ensure()
            what = f"write {table}"
            where = f"{table}:{address}+{len(data)}"
            reply, raw = await self._request(self._writer(address, data, function), what, where)
            status = status_of(reply)
            shown = {n: values[n] for n in names}
            evidence = self._transcript.add("modbus", what, where, shown, status, raw)
            if status != "OK":
                break
        return Outcome(status == "OK", status, self._clock.now(), evidence=evidence)

    def _runs(self, values: Mapping[str, Value]) -> Iterator[tuple[Table, int, list[int], int, list[str]]]:
        """(table, address, data, function, signals) of each request: neighbours in the given order go together."""
        runs: list[tuple[Table, int, list[int], list[str]]] = []
        for name, value in values.items():
            signal = self._profile.signals[name]
            binding = _binding(signal)
            try:
                data = encode(signal, value, word_order=self._profile.word_order)
            except CodecError as error:
                raise HarnessError(f"{name} cannot be written: {error}") from None
            if runs and runs[-1][0] is binding.table and runs[-1][1] + len(runs[-1][2]) == binding.address:
                most = MAX_BITS_WRITTEN if binding.table.is_bits else MAX_WRITTEN
                if len(runs[-1][2]) + len(data) <= most and self._may_join(runs[-1][3][-1], name):
                    runs[-1][2].extend(data)
                    runs[-1][3].append(name)
                    continue
            runs.append((binding.table, binding.address, data, [name]))
        for table, address, data, names in runs:
            yield table, address, data, self._function(table, data, names[0]), names

    def _may_join(self, *names: str) -> bool:
        return all(
            allowed is None or 16 in allowed or 15 in allowed
            for allowed in (_binding(self._profile.signals[n]).write_functions for n in names)
        )

    def _function(self, table: Table, data: list[int], name: str) -> int:
        single, multiple = (5, 15) if table.is_bits else (6, 16)
        allowed = _binding(self._profile.signals[name]).write_functions
        if len(data) > 1 or (allowed is not None and single not in allowed):
            return multiple
        return single

    def _writer(self, address: int, data: list[int], function: int) -> Callable[[AsyncModbusTcpClient], Awaitable[Any]]:
        if function == 5:
            return lambda c: c.write_coil(address, bool(data[0]), device_id=self.unit)
        if function == 15:
            return lambda c: c.write_coils(address, [bool(b) for b in data], device_id=self.unit)
        if function == 6:
            return lambda c: c.write_register(address, data[0], device_id=self.unit)
        return lambda c: c.write_registers(address, data, device_id=self.unit)

    async def _request(
        self, send: Callable[[AsyncModbusTcpClient], Awaitable[Any]], op: str, where: str
    ) -> tuple[Any, str]:
        async with self._lock:
            client = self._client
            if client is None:
                raise TargetLost(f"modbus://{self.address}: not connected")
            self._sent = self._received = b""
            try:
                reply = await self._answer(send(client))
            except (ModbusException, OSError, TimeoutError) as error:
                self._transcript.add("modbus", op, where, None, f"no answer: {type(error).__name__}", self._raw())
                await self.close()
                raise TargetLost(f"modbus://{self.address}: no answer to {op.partition(' ')[0]} {where}") from None
            return reply, self._raw()

    async def _answer(self, request: Awaitable[Any]) -> Any:
        """The reply. Whoever is cancelled waits for it nevertheless, or the next request would take it for its own."""
        job, limit = asyncio.ensure_future(request), self._timeouts.request_s * 2
        try:
            async with asyncio.timeout(limit):
                return await asyncio.shield(job)
        except asyncio.CancelledError:
            await asyncio.wait({job}, timeout=limit)
            raise
        finally:
            if not job.done():
                job.cancel()
                await self.close()

    async def _ensure(self) -> None:
        """Reconnect if the connection is gone, within ``connect_s``; checks that run side by side do it once."""
        async with self._mending:
            deadline = self._clock.wall() + self._timeouts.connect_s
            while self._client is None or not self._client.connected:
                try:
                    await self.connect()
                except Unreachable as error:
                    if self._clock.wall() >= deadline:
                        raise TargetLost(str(error)) from None
                    await asyncio.sleep(0.1)
                else:
                    self._transcript.add("modbus", "connect", self.address, None, "OK")

    def _raw(self) -> str:
        return f"{self._sent.hex()} > {self._received.hex()}"

    def _trace(self, sending: bool, packet: bytes) -> bytes:
        if sending:
            self._sent, self._received = packet, b""
            return packet
        if packet not in self._received:
            self._received = packet if packet.startswith(self._received) else self._received + packet
        if min(len(packet), len(self._sent)) < HEADER:
            return packet
        # A reply under a wrong id is taken all the same, for one request is in flight at a time: the checks of the wire
        # say what is wrong with it, and what else the equipment does can still be tested.
        return self._sent[:2] + packet[2 : HEADER - 1] + self._sent[HEADER - 1 : HEADER] + packet[HEADER:]
