"""Two mocks with servers of their own, joined by a gateway over real sockets in warped time, pass items without loss."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from gateway import Gateway
from warp import in_warped_time

from profiles import load_profile
from profiles.model import Protocol
from setsubi.hosting import host_mock
from simulator.endpoints.host import HostOptions, LineHost, UnitHost
from simulator.interface.equipment import Refused
from simulator.line.packml import State

SPEED = 5.0
PATIENCE_S = 200.0  # warped seconds after which the items are stuck
ITEMS = [("X0", 1), ("X1", 2), ("X2", 1), ("X3", 2)]  # id, quality


class Side:
    """One served mock, with people who feed it, empty it and look after its alarms as its values change."""

    def __init__(self, host: LineHost) -> None:
        self._host = host
        (self.served,) = host.units.values()
        self.unit = host.line.units[self.served.name]
        self._reactions: list[Callable[[Any], None]] = []
        self.served.equipment.subscribe(self._changed)

    def whenever(self, react: Callable[[Any], None]) -> None:
        """Have ``react`` called, outside the model's own doing, with all values after each change of one."""
        self._reactions.append(react)
        self._changed({})

    def _changed(self, _: Any) -> None:
        for react in self._reactions:
            asyncio.get_running_loop().call_soon(self._react, react)

    def _react(self, react: Callable[[Any], None]) -> None:
        try:
            react(self.served.equipment.values())
        except Refused:
            return  # the next change is another chance

    def do(self, action: Callable[[], Any]) -> None:
        self._host.pacer.inject(action)

    def keep_running(self, values: Any) -> None:
        """The operator: start, acknowledge, go on."""
        state = values["state.unit_state"]
        if values["alarm.unacked_count"]:
            for number in self.served.equipment.alarms.unacked():
                self.served.equipment.write({"alarm.acknowledge": number}, "operator")
        elif state in (State.STOPPED, State.IDLE, State.HELD):
            method = {State.STOPPED: "reset", State.IDLE: "start", State.HELD: "unhold"}[state]
            self.served.equipment.call(method, [], "operator")


@asynccontextmanager
async def two_mocks(profile: str) -> AsyncIterator[tuple[Side, Side]]:
    loaded, options = load_profile(profile), HostOptions(with_panel=False)
    async with (
        host_mock(loaded, "U", seed=1, speed=SPEED, options=options) as up,
        host_mock(loaded, "V", seed=2, speed=SPEED, options=options) as down,
    ):
        yield Side(up), Side(down)


class Journey:
    """Items put into the first unit by hand, taken out of the second by hand; ``done`` when all have arrived."""

    def __init__(self, up: Side, down: Side) -> None:
        self._up, self._down = up, down
        self._left = list(ITEMS)
        self.arrived: list[tuple[str, int]] = []
        self.done = asyncio.Event()
        for side in (up, down):
            side.whenever(side.keep_running)
        up.whenever(self._put_in)
        down.whenever(self._take_out)

    def _put_in(self, _: Any) -> None:
        infeed = self._up.unit.infeed
        if self._left and infeed.can_accept:
            item_id, quality = self._left.pop(0)
            self._up.do(lambda: (infeed.begin(item_id, 1, quality), infeed.complete()))

    def _take_out(self, _: Any) -> None:
        outfeed = self._down.unit.outfeed
        item = outfeed.offered
        if item is not None:
            self._down.do(lambda: (outfeed.begin(), outfeed.complete()))
            self.arrived.append((item.id, item.quality))
        if len(self.arrived) == len(ITEMS):
            self.done.set()


@asynccontextmanager
async def joined(up: UnitHost, down: UnitHost, forward: Protocol, back: Protocol) -> AsyncIterator[Gateway]:
    gateway = Gateway(up, down, forward, back)
    task = asyncio.create_task(gateway.run())
    try:
        yield gateway
        if task.done():
            task.result()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.mark.parametrize(
    ("profile", "forward", "back"),
    [("conveyor", Protocol.OPCUA, Protocol.MODBUS), ("tab_welding", Protocol.MODBUS, Protocol.OPCUA)],
)
@in_warped_time
async def test_items_pass_from_one_mock_to_the_other_with_id_and_quality(
    profile: str, forward: Protocol, back: Protocol
) -> None:
    async with two_mocks(profile) as (up, down), joined(up.served, down.served, forward, back):
        journey = Journey(up, down)
        await asyncio.wait_for(journey.done.wait(), PATIENCE_S)
    assert journey.arrived == ITEMS
    assert (up.unit.counters.entered, up.unit.counters.wip) == (len(ITEMS), 0)
    assert (down.unit.counters.entered, down.unit.counters.wip) == (len(ITEMS), 0)


@pytest.mark.parametrize(
    ("level", "forward", "back"),
    [("start", Protocol.OPCUA, Protocol.MODBUS), ("stop", Protocol.MODBUS, Protocol.OPCUA)],
)
@in_warped_time
async def test_a_gateway_that_loses_its_connections_on_the_way_loses_no_item(
    level: str, forward: Protocol, back: Protocol
) -> None:
    """Cut while the receiver has just started, or has just got an item of which the sender does not know it."""
    async with (
        two_mocks("conveyor") as (up, down),
        joined(up.served, down.served, forward, back) as gateway,
    ):
        cuts: set[asyncio.Task[None]] = set()

        def cut(values: Any) -> None:
            if values[f"handover.infeed.{level}"] and gateway.cuts + len(cuts) < 2:
                cuts.add(asyncio.get_running_loop().create_task(gateway.cut()))

        down.whenever(cut)
        journey = Journey(up, down)
        await asyncio.wait_for(journey.done.wait(), PATIENCE_S)
        await asyncio.gather(*cuts)
    assert gateway.cuts
    assert journey.arrived == ITEMS
    assert up.unit.counters.good + up.unit.counters.scrap == down.unit.counters.entered == len(ITEMS)
