"""A line PLC in small: a client that carries the hand-over between two units, as ``docs/handover.md`` asks it to (rule 2).

It copies the outputs of one port into the peer block of the other, cycle after cycle, and counts a heartbeat of its own
while the unit's counts.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

from conformance.bench import build_bench
from conformance.errors import TargetError
from conformance.targetfile import Target, TargetFile
from conformance.targets.base import Link
from profiles.model import Protocol
from simulator.endpoints.host import UnitHost

LEVELS = {"outfeed": ("available", "busy", "finished", "safe"), "infeed": ("ready", "start", "stop", "safe")}
CYCLE_S = 0.05  # between two cycles, as a PLC rests between its scans
DATA = {
    "outfeed": ("seq_before", "item_id", "item_kind", "item_quality", "seq_after"),
    "infeed": ("item_id", "result", "seq"),
}


def link_to(unit: UnitHost, wire: Protocol) -> Link:
    """A connection of the gateway to one unit over one protocol; open it with ``connect``."""
    host, _, port = unit.addresses.modbus.removeprefix("modbus://").rpartition(":")
    endpoints = {"opcua": {"url": unit.addresses.opcua}, "modbus": {"host": host, "port": int(port)}}
    file = TargetFile.model_validate({"kind": "mock", **endpoints})
    return build_bench(Target(file=file, ref=unit.name), unit.profile).links[wire]


class Lane:
    """One direction: from a port's outputs to the peer block of the port on the other side, over one protocol."""

    def __init__(self, source: UnitHost, port: str, goal: UnitHost, at: str, wire: Protocol) -> None:
        self._from, self._to = f"handover.{port}.", f"handover.{at}.peer."
        self._levels, self._data = LEVELS[port], DATA[port]
        self.source, self.goal = link_to(source, wire), link_to(goal, wire)
        self._heard: Any = None
        self._beat = 0

    async def carry(self) -> None:
        """One cycle. Levels are read before data, and data are written before levels."""
        levels = await self._read((*self._levels, "heartbeat"))
        data = await self._read(self._data)
        heard = levels.pop("heartbeat")
        if heard != self._heard:
            self._heard = heard
            self._beat = self._beat % 65535 + 1
        await self._write({"heartbeat": self._beat})
        await self._write(data)
        await self._write(levels)

    async def _read(self, names: tuple[str, ...]) -> dict[str, Any]:
        readings = await self.source.read([self._from + name for name in names])
        return {name: readings[self._from + name].value for name in names}

    async def _write(self, values: dict[str, Any]) -> None:
        await self.goal.write({self._to + name: value for name, value in values.items()})

    async def close(self) -> None:
        await self.source.close()
        await self.goal.close()


class Gateway:
    """Joins the outfeed of ``up`` to the infeed of ``down``; ``run`` until cancelled, ``cut`` loses all connections once."""

    def __init__(self, up: UnitHost, down: UnitHost, forward: Protocol, back: Protocol) -> None:
        self._lanes = (Lane(up, "outfeed", down, "infeed", forward), Lane(down, "infeed", up, "outfeed", back))
        self.cuts = 0

    async def run(self) -> None:
        async with asyncio.TaskGroup() as lanes:
            for lane in self._lanes:
                lanes.create_task(self._drive(lane))

    async def _drive(self, lane: Lane) -> None:
        await lane.source.connect()
        await lane.goal.connect()
        try:
            while True:
                with suppress(TargetError):  # a lost connection is made anew by the next request
                    await lane.carry()
                await asyncio.sleep(CYCLE_S)
        finally:
            await lane.close()

    async def cut(self) -> None:
        """The connections are lost."""
        self.cuts += 1
        for lane in self._lanes:
            await lane.close()
