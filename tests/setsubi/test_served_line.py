"""A served run without commands gives the same event log as the batch run of the same seed.

Time is warped, so that the line keeps its pace on a busy computer too: one that lags has ever more to catch up with.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from asyncua import Client
from pymodbus.client import AsyncModbusTcpClient
from warp import in_warped_time

import setsubi
from setsubi.hosting import build_line, host_line
from simulator.endpoints.host import HostOptions, LineHost
from simulator.interface.fitted import fitted_line
from simulator.line.log import Kind, MemoryLog

EXAMPLE = Path(setsubi.__file__).parent / "examples" / "cell_line.yaml"
SEED = 7
MODEL_S = 4 * 3600.0
SPEED = 20_000.0
LOOK_S = 0.01  # warped seconds between two looks


class Watch:
    """Sees the model pass a time; a pacer's ``Projected`` that projects nothing."""

    def __init__(self, host: LineHost, until: float) -> None:
        self._host, self._until = host, until
        self.reached = asyncio.Event()
        host.pacer.add(self)

    def tick(self) -> None:
        if self._host.pacer.model_now() >= self._until:
            self.reached.set()

    def next_wake(self, now: float) -> float | None:
        return self._until if now < self._until else None


async def look_at_it(host: LineHost, done: asyncio.Event) -> int:
    """What a SCADA does: read over both protocols, subscribe, never write. Returns how often it looked."""
    unit = host.units["B"]
    address, _, port = unit.addresses.modbus.removeprefix("modbus://").rpartition(":")
    looks = 0
    async with Client(unit.addresses.opcua) as client:
        modbus = AsyncModbusTcpClient(address, port=int(port))
        await modbus.connect()
        while looks == 0 or not done.is_set():
            answer = await modbus.read_input_registers(0, count=8)
            assert not answer.isError()
            await client.nodes.server.get_children()
            looks += 1
            await asyncio.sleep(LOOK_S)
        modbus.close()
    return looks


@in_warped_time
async def test_a_served_line_that_is_only_read_logs_what_the_batch_run_of_the_same_seed_logs() -> None:
    spec, profiles = fitted_line(EXAMPLE)
    served, batch = MemoryLog(), MemoryLog()
    host = host_line(spec, profiles, seed=SEED, speed=SPEED, log=served, options=HostOptions())
    watch = Watch(host, MODEL_S)
    async with host:
        assert len(host.units) == 7
        looking = asyncio.create_task(look_at_it(host, watch.reached))
        await watch.reached.wait()
        assert await looking >= 1
    until = host.line.now
    assert until >= MODEL_S

    line = build_line(spec, profiles, SEED, batch, live=False)
    line.run(until)
    kinds = {row[2] for row in batch.rows}
    assert {Kind.ENTER, Kind.START, Kind.LEAVE, Kind.SCRAP, Kind.STATE, Kind.FAIL, Kind.REPAIR, Kind.ALARM} <= kinds
    assert len(served.rows) == len(batch.rows)
    assert served.rows == batch.rows
    assert host.line.result() == line.result()


@in_warped_time
async def test_a_command_over_the_network_is_in_the_log_and_parts_the_two_runs() -> None:
    """The counter-test: were the logs compared without effect, this one would pass as equal too."""
    spec, profiles = fitted_line(EXAMPLE)
    served, batch = MemoryLog(), MemoryLog()
    host = host_line(spec, profiles, seed=SEED, speed=50.0, log=served, options=HostOptions(with_panel=False))
    async with host:
        host.units["B"].equipment.call("stop", [], "test")
    line = build_line(spec, profiles, SEED, batch, live=False)
    line.run(host.line.now)
    assert [row[4] for row in served.rows if row[2] == Kind.COMMAND] == [3]
    assert served.rows != batch.rows
