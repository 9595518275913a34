"""The warped loop: what waits is skipped, what works is waited for."""

from __future__ import annotations

import asyncio
import threading

import anyio.to_thread
import pytest
from warp import in_warped_time

LONG_S = 1e6


@pytest.mark.parametrize("library", ["asyncio", "anyio"])
def test_no_time_passes_while_a_thread_works(library: str) -> None:
    """A time-out that jumped would end the wait for a file that is being read."""
    done = threading.Event()

    @in_warped_time
    async def wait() -> float:
        threading.Timer(0.05, done.set).start()
        in_thread = anyio.to_thread.run_sync if library == "anyio" else asyncio.to_thread
        await asyncio.wait_for(in_thread(done.wait), LONG_S)
        return asyncio.get_running_loop().time()

    assert wait() == 0


@in_warped_time
async def test_a_wait_takes_its_time_on_the_clock_only() -> None:
    loop = asyncio.get_running_loop()
    before = loop.time()
    await asyncio.sleep(LONG_S)
    assert loop.time() - before >= LONG_S
