"""A mock served in a thread of its own, in real time, for commands that have an event loop of theirs."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import Future

from profiles import Profile, load_profile
from setsubi.hosting import host_mock
from simulator.endpoints.host import HostOptions, LineHost

PATIENCE_S = 180.0
"""Wall seconds until a wait counts as failed; nothing is decided by how long it takes."""


class ServedMock:
    """One mock on real sockets, in a thread with an event loop of its own, so that nobody waits for anybody."""

    def __init__(self, profile: str, options: HostOptions | None = None, speed: float = 1.0) -> None:
        self.profile: Profile = load_profile(profile)
        self._options, self._speed = options or HostOptions(), speed
        self._ready: Future[LineHost] = Future()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name=f"mock-{profile}", daemon=True)

    def __enter__(self) -> ServedMock:
        self._thread.start()
        self.host = self._ready.result(PATIENCE_S)
        (self.unit,) = self.host.units.values()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._done.set)
        self._thread.join(PATIENCE_S)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())

    async def _serve(self) -> None:
        self._done = asyncio.Event()
        host = host_mock(self.profile, "M1", seed=1, speed=self._speed, options=self._options)
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

        asyncio.run_coroutine_threadsafe(act(), self._loop).result(PATIENCE_S)
