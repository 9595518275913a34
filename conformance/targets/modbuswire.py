"""Raw Modbus TCP: frames that no well-behaved client would send, and exactly what came back."""

from __future__ import annotations

import asyncio
import itertools
import struct
from collections.abc import Sequence

from conformance.clock import MachineClock
from conformance.context import WireReply
from conformance.targetfile import ModbusEndpoint, Timeouts
from conformance.targets.frames import exception_text, mbap
from conformance.transcript import Transcript

_HEADER = 7
_BETWEEN_PIECES_S = 0.05
_HANG_UP_S = 0.2
_NEGATIVE_TIMEOUT_S = 1.5  # several stacks delay exceptions by half a second; a slow reply is not silence


class RawModbus:
    """``ModbusWire`` on sockets. Time-outs are given in machine seconds and never shorter than 1.5 wall seconds."""

    def __init__(
        self, endpoint: ModbusEndpoint, clock: MachineClock, transcript: Transcript, timeouts: Timeouts
    ) -> None:
        self._endpoint, self._clock, self._transcript, self._timeouts = endpoint, clock, transcript, timeouts
        self._transactions = itertools.count(1)

    @property
    def unit(self) -> int:
        return self._endpoint.unit

    async def exchange(self, pdu: bytes, *, unit: int | None = None, timeout: float | None = None) -> WireReply:
        frame = mbap(next(self._transactions), self._endpoint.unit if unit is None else unit, pdu)
        replies = await self.send_raw(frame, timeout=timeout)
        return replies[0]

    async def send_raw(self, frame: bytes, *, replies: int = 1, timeout: float | None = None) -> list[WireReply]:
        """At least one reply record: where nothing came, it says whether the target closed or stayed silent."""
        wall = max(_NEGATIVE_TIMEOUT_S, self._timeouts.request_s if timeout is None else self._clock.to_wall(timeout))
        return await self._talk([frame], replies, wall)

    async def send_pieces(self, pieces: Sequence[bytes]) -> WireReply:
        return (await self._talk(pieces, 1, max(_NEGATIVE_TIMEOUT_S, self._timeouts.request_s)))[0]

    async def _talk(self, pieces: Sequence[bytes], replies: int, wall: float) -> list[WireReply]:
        frame, sent = b"".join(pieces), self._clock.now()
        try:
            async with asyncio.timeout(self._timeouts.connect_s):
                reader, writer = await asyncio.open_connection(self._endpoint.host, self._endpoint.port)
        except (OSError, TimeoutError):
            return [self._nothing(frame, sent, closed=True, why="no connection")]
        try:
            sent = self._clock.now()
            for number, piece in enumerate(pieces):
                if number:
                    await asyncio.sleep(_BETWEEN_PIECES_S)  # or the system would join them again
                writer.write(piece)
                await writer.drain()
            return await self._receive(reader, frame, replies, sent, wall)
        except OSError:
            return [self._nothing(frame, sent, closed=True, why="connection reset")]
        finally:
            await _hang_up(reader, writer)

    async def pipeline(self, pdus: Sequence[bytes]) -> list[WireReply]:
        frames = b"".join(mbap(next(self._transactions), self._endpoint.unit, pdu) for pdu in pdus)
        return await self.send_raw(frames, replies=len(pdus))

    async def is_alive(self) -> bool:
        reply = await self.exchange(struct.pack(">BHH", 4, 0, 1))
        return len(reply.pdu) >= 2 and reply.pdu[0] in (4, 0x84)

    async def connect_many(self, count: int) -> int:
        """Each connection stays open until all have been tried."""
        gate = asyncio.Event()
        answered = 0
        tried = 0

        async def one() -> None:
            nonlocal answered, tried
            writer = None
            try:
                async with asyncio.timeout(self._timeouts.connect_s):
                    reader, writer = await asyncio.open_connection(self._endpoint.host, self._endpoint.port)
                    writer.write(mbap(next(self._transactions), self._endpoint.unit, struct.pack(">BHH", 4, 0, 1)))
                    await reader.readexactly(_HEADER + 2)
                    answered += 1
            except (OSError, TimeoutError, asyncio.IncompleteReadError):
                pass
            tried += 1
            if tried == count:
                gate.set()
            await gate.wait()
            if writer is not None:
                writer.close()

        await asyncio.gather(*(one() for _ in range(count)))
        self._transcript.add("modbus", "connect", f"{self._endpoint.address} ×{count}", answered, "OK")
        return answered

    async def _receive(
        self, reader: asyncio.StreamReader, frame: bytes, replies: int, sent: float, wall: float
    ) -> list[WireReply]:
        found: list[WireReply] = []
        while len(found) < replies:
            reply = await self._one(reader, frame, sent, wall)
            if reply.pdu or not found:
                found.append(reply)
            if not reply.pdu:
                break
        return found

    async def _one(self, reader: asyncio.StreamReader, frame: bytes, sent: float, wall: float) -> WireReply:
        try:
            async with asyncio.timeout(wall):
                header = await reader.readexactly(_HEADER)
                transaction, protocol, length, unit = struct.unpack(">HHHB", header)
                pdu = await reader.readexactly(length - 1) if length > 1 else b""
        except TimeoutError:
            return self._nothing(frame, sent, closed=False, why="silence")
        except (asyncio.IncompleteReadError, OSError) as error:
            partial = error.partial if isinstance(error, asyncio.IncompleteReadError) else b""
            return self._nothing(
                frame, sent, closed=True, why="closed" if not partial else f"closed after {partial.hex()}"
            )
        status = exception_text(pdu[1]) if len(pdu) >= 2 and pdu[0] & 0x80 else "OK"
        evidence = self._log(frame, pdu, status, (header + pdu).hex())
        took = self._clock.now() - sent
        return WireReply(pdu, False, False, transaction, protocol, unit, took, evidence, self._clock.to_wall(took))

    def _nothing(self, frame: bytes, sent: float, *, closed: bool, why: str) -> WireReply:
        took = self._clock.now() - sent
        evidence = self._log(frame, b"", why, "")
        return WireReply(b"", closed, not closed, None, None, None, took, evidence, self._clock.to_wall(took))

    def _log(self, frame: bytes, pdu: bytes, status: str, received: str) -> int:
        return self._transcript.add(
            "modbus", "raw", self._endpoint.address, pdu, status, f"{frame[:256].hex()} > {received}"
        )


async def _hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Close, and let the server close too, so that its place is free for the next connection: some have few."""
    try:
        async with asyncio.timeout(_HANG_UP_S):
            writer.write_eof()
            while await reader.read(1024):
                pass
    except (OSError, TimeoutError):
        pass
    writer.close()
