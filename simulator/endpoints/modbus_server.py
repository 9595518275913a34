"""A strict Modbus TCP server: MBAP framing on ``asyncio.Protocol``.

Source: MODBUS Messaging on TCP/IP Implementation Guide V1.0b. Many requests may be in flight on one connection; each is
answered with its own transaction id, in order of arrival. A frame with a wrong protocol id or an impossible length
cannot be resynchronised: the connection is closed.
"""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Callable
from typing import Protocol

from profiles.addresses import authority
from simulator.endpoints.errors import PortTaken
from simulator.endpoints.modbus_quirks import ModbusQuirks

HEADER = 7
LENGTH_MIN, LENGTH_MAX = 2, 254
CONNECTIONS_MAX = 32


class Answerer(Protocol):
    """What stands behind the frames; ``peer`` is ``modbus:host:port``."""

    def answer(self, pdu: bytes, peer: str) -> bytes | None: ...

    def disconnected(self, peer: str) -> None: ...


class ModbusServer:
    """Listens on one port. ``unit_ids`` are answered, others stay silent (as behind a gateway without that device)."""

    def __init__(
        self,
        answerer: Answerer,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        idle_timeout_s: float = 60.0,
        unit_ids: frozenset[int] = frozenset({0, 1, 255}),
        quirks: Callable[[], ModbusQuirks] = ModbusQuirks,
    ) -> None:
        self.answerer, self.host, self.port = answerer, host, port
        self.idle_timeout_s, self.unit_ids, self.quirks = idle_timeout_s, unit_ids, quirks
        self.connections: set[_Connection] = set()
        self.replies = 0
        self._server: asyncio.Server | None = None

    @property
    def address(self) -> str:
        return f"modbus://{authority(self.host, self.port)}"

    async def start(self) -> None:
        """Listen. Raises ``PortTaken``."""
        loop = asyncio.get_running_loop()
        try:
            self._server = await loop.create_server(lambda: _Connection(self), self.host, self.port)
        except OSError as error:
            raise PortTaken("Modbus TCP", self.host, self.port, error) from None
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server is None:
            return
        self._server.close()
        self.drop_connections()
        await self._server.wait_closed()
        self._server = None

    def drop_connections(self) -> None:
        """Cut every connection, as when a cable is pulled."""
        for connection in list(self.connections):
            connection.abort()


class _Connection(asyncio.Protocol):
    def __init__(self, server: ModbusServer) -> None:
        self._server = server
        self._buffer = bytearray()
        self._transport: asyncio.Transport | None = None
        self._peer = ""
        self._idle: asyncio.TimerHandle | None = None
        self._deaf = False
        self._delayed: list[asyncio.TimerHandle] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        host, port = transport.get_extra_info("peername")[:2]
        self._peer = f"modbus:{host}:{port}"
        others, quirks = len(self._server.connections), self._server.quirks()
        if others >= (quirks.connections_max or CONNECTIONS_MAX) or (others and quirks.second_connection_refused):
            transport.abort()
            return
        self._server.connections.add(self)
        self._rearm()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._idle is not None:
            self._idle.cancel()
        for handle in self._delayed:
            handle.cancel()
        if self in self._server.connections:
            self._server.connections.discard(self)
            self._server.answerer.disconnected(self._peer)

    def abort(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def pause_writing(self) -> None:
        """A client that does not read its replies is not read either."""
        if self._transport is not None:
            self._transport.pause_reading()

    def resume_writing(self) -> None:
        if self._transport is not None:
            self._transport.resume_reading()

    def data_received(self, data: bytes) -> None:
        if self._deaf:
            return
        self._rearm()
        self._buffer += data
        quirks, answered, before = self._server.quirks(), 0, -1
        while len(self._buffer) >= HEADER:
            transaction, protocol, length, unit = struct.unpack(">HHHB", self._buffer[:HEADER])
            if not self._is_sound(protocol, length, quirks):
                self._refuse(quirks)
                return
            if len(self._buffer) < 6 + length:
                break
            pdu = bytes(self._buffer[HEADER : 6 + length])
            del self._buffer[: 6 + length]
            if not (quirks.only_first_pipelined and answered):
                named = before if quirks.mixed_transaction_ids and answered else transaction
                self._serve(named, protocol, unit, pdu, quirks)
            answered, before = answered + 1, transaction
        if quirks.drops_partial_frames:
            self._buffer.clear()

    def _is_sound(self, protocol: int, length: int, quirks: ModbusQuirks) -> bool:
        good_protocol = protocol == 0 or quirks.accept_bad_protocol_id
        return good_protocol and LENGTH_MIN <= length <= LENGTH_MAX

    def _refuse(self, quirks: ModbusQuirks) -> None:
        self._buffer.clear()
        if quirks.deaf_after_bad_header:
            self._deaf = True
        elif self._transport is not None:
            self._transport.close()

    def _serve(self, transaction: int, protocol: int, unit: int, pdu: bytes, quirks: ModbusQuirks) -> None:
        if unit not in self._server.unit_ids or (unit == 0 and quirks.unit_zero_silent):
            return
        reply = self._server.answerer.answer(pdu, self._peer)
        if reply is None or self._transport is None:
            return
        if quirks.wrong_transaction_id:
            transaction = (transaction + 1) & 0xFFFF
        if quirks.wrong_unit_id:
            unit = (unit + 1) & 0xFF
        frame = struct.pack(">HHHB", transaction, protocol, len(reply) + 1, unit) + reply
        self._server.replies += 1
        if quirks.slow_reply_s > 0 and self._server.replies % (quirks.late_every or 1) == 0:
            loop = asyncio.get_running_loop()
            self._delayed = [h for h in self._delayed if not h.cancelled() and h.when() > loop.time()]
            self._delayed.append(loop.call_later(quirks.slow_reply_s, self._transport.write, frame))
        else:
            self._transport.write(frame)

    def _rearm(self) -> None:
        """The idle timeout runs from the last byte received."""
        if self._idle is not None:
            self._idle.cancel()
        if self._server.idle_timeout_s > 0:
            self._idle = asyncio.get_running_loop().call_later(self._server.idle_timeout_s, self._time_out)

    def _time_out(self) -> None:
        if self._transport is not None:
            self._transport.close()
