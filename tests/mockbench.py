"""A mock served in a thread of its own, and runs of the suite against it: what the fault matrix is made of."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterable
from concurrent.futures import Future
from typing import Any

from conformance.events import Finding, Footer
from conformance.runner import Options, Session
from conformance.selection import Selection
from conformance.targetfile import Target, TargetFile
from profiles import Profile, load_profile
from profiles.model import Impact
from setsubi.hosting import host_mock
from simulator.endpoints.host import HostOptions, LineHost

TIME_SCALE = 5.0
"""Machine seconds per wall second: fast, and slow enough for two busy cores."""


class ServedMock:
    """One mock on real sockets, in a thread with an event loop of its own, so that nobody waits for anybody."""

    def __init__(self, profile: str, speed: float = TIME_SCALE, options: HostOptions | None = None) -> None:
        self.profile: Profile = load_profile(profile)
        self.speed, self.options = speed, options or HostOptions()
        self._ready: Future[LineHost] = Future()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name=f"mock-{profile}", daemon=True)

    def __enter__(self) -> ServedMock:
        self._thread.start()
        self.host = self._ready.result(60)
        (self.unit,) = self.host.units.values()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._done.set)
        self._thread.join(30)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())

    async def _serve(self) -> None:
        self._done = asyncio.Event()
        host = host_mock(self.profile, "M1", seed=1, speed=self.speed, options=self.options)
        try:
            async with host:
                self._ready.set_result(host)
                await self._done.wait()
        except BaseException as error:
            if not self._ready.done():
                self._ready.set_exception(error)
            raise

    def switch(self, fault: str, on: bool) -> None:
        """Switch a fault in the mock's own thread and let everybody look."""

        async def act() -> None:
            self.unit.faults.switch(fault, on)
            self.unit.equipment.act_now()

        asyncio.run_coroutine_threadsafe(act(), self._loop).result(10)

    def target(self, **changes: Any) -> Target:
        at = self.unit.addresses
        host, _, port = at.modbus.removeprefix("modbus://").rpartition(":")
        file = {
            "kind": "mock",
            "name": "M1",
            "opcua": {"url": at.opcua},
            "modbus": {"host": host, "port": int(port)},
            "panel": at.panel,
            "time_scale": self.speed,
            **changes,
        }
        return Target(file=TargetFile.model_validate(file), ref="mock.yaml")


async def findings(
    mock: ServedMock, *, only: Iterable[str] = (), impact: Impact = Impact.OPERATOR, **changes: Any
) -> tuple[dict[str, Finding], Footer]:
    """Run the suite; findings by requirement id, and the footer."""
    options = Options(selection=Selection(impact=impact, only=tuple(only)))
    session = Session(mock.target(**changes), mock.profile, options)
    found: dict[str, Finding] = {}
    footer: Footer | None = None
    async for event in session.events():
        if isinstance(event, Finding):
            found[event.id] = event
        elif isinstance(event, Footer):
            footer = event
    assert footer is not None
    return found, footer
