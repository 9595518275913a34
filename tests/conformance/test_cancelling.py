"""A cancelled exchange is cancelled, whatever the libraries beneath make of it, and leaves nothing for the next one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from conformance_servers import opcua_server
from warp import in_warped_time

from conformance.bench import build_bench
from conformance.targetfile import Target, TargetFile
from conformance.targets.modbus import ModbusLink
from conformance.targets.within import within
from profiles import load_profile
from profiles.model import Protocol as Wire
from simulator.endpoints.modbus_quirks import ModbusQuirks
from simulator.endpoints.modbus_server import ModbusServer

REPLY_S = 0.5
PROFILE = load_profile("stacking")
MODE, STATE = "state.unit_mode", "state.unit_state"


class EachItsAddress:
    """Answers each read with the number of its first register."""

    def answer(self, pdu: bytes, peer: str) -> bytes:
        count = int.from_bytes(pdu[3:5])
        return bytes([pdu[0], 2 * count]) + pdu[1:3] * count

    def disconnected(self, peer: str) -> None:
        self.lost = peer


@asynccontextmanager
async def slow_link() -> AsyncIterator[ModbusLink]:
    server = ModbusServer(EachItsAddress(), quirks=lambda: ModbusQuirks(slow_reply_s=REPLY_S))
    await server.start()
    file = TargetFile.model_validate({"kind": "mock", "modbus": {"host": server.host, "port": server.port}})
    link = build_bench(Target(file=file, ref="t.yaml"), PROFILE).links[Wire.MODBUS]
    assert isinstance(link, ModbusLink)
    await link.connect()
    try:
        yield link
    finally:
        await link.close()
        await server.stop()


def address(signal: str) -> int:
    binding = PROFILE.signals[signal].modbus
    assert binding is not None
    return binding.address


@in_warped_time
async def test_a_reply_that_comes_with_the_cancellation_does_not_undo_it(monkeypatch: pytest.MonkeyPatch) -> None:
    async with slow_link() as link:
        task = asyncio.create_task(link.read([STATE]))
        heard = link._trace

        def hear(sending: bool, packet: bytes) -> bytes:
            if not sending:
                asyncio.get_running_loop().call_soon(task.cancel)
            return heard(sending, packet)

        assert link._client is not None
        monkeypatch.setattr(link._client.ctx, "trace_packet", hear)
        await asyncio.wait({task})
        assert task.cancelled()


@in_warped_time
async def test_the_reply_to_a_cancelled_request_is_not_taken_for_that_of_the_next() -> None:
    async with slow_link() as link:
        task = asyncio.create_task(link.read([MODE]))
        await asyncio.sleep(REPLY_S / 2)
        task.cancel()
        reading = (await link.read([STATE]))[STATE]
        assert task.cancelled()
        assert (reading.value, reading.ok) == (address(STATE), True)


@in_warped_time
async def test_hanging_up_does_not_undo_a_cancellation() -> None:
    """The OPC UA library swallows one that comes while it ends its own tasks."""
    async with opcua_server(PROFILE, {}) as (url, _):
        file = TargetFile.model_validate({"kind": "mock", "opcua": {"url": url}})
        link = build_bench(Target(file=file, ref="t.yaml"), PROFILE).links[Wire.OPCUA]
        await link.connect()
        task = asyncio.create_task(link.close())
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait({task})
        assert task.cancelled()


@in_warped_time
async def test_a_cancellation_that_a_library_swallows_is_raised_at_the_end_of_its_time_limit() -> None:
    async def swallow(outcome: type[Exception] | None) -> None:
        async with within(5.0):
            try:
                await asyncio.sleep(10.0)
            except asyncio.CancelledError:
                if outcome is not None:
                    raise outcome from None

    for outcome in (None, OSError):
        task = asyncio.create_task(swallow(outcome))
        await asyncio.sleep(1.0)
        task.cancel()
        await asyncio.wait({task})
        assert task.cancelled()
    with pytest.raises(TimeoutError):
        async with within(5.0):
            await asyncio.sleep(10.0)
