"""A time limit around calls of the protocol libraries that loses no cancellation."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


@asynccontextmanager
async def within(seconds: float) -> AsyncIterator[None]:
    """Like ``asyncio.timeout``: ``TimeoutError`` after so many wall seconds.

    A library may swallow the cancellation of the task that calls it: ``asyncio.wait_for`` of Python 3.11 does when the
    awaited result has come in the same moment, and so does whoever cancels a helper task and awaits its end. Such a
    cancellation is raised at the end of the block, whatever the block's outcome; else its sender would wait for ever.
    """
    task = asyncio.current_task()
    assert task is not None
    before = task.cancelling()
    try:
        async with asyncio.timeout(seconds):
            yield
    finally:
        if task.cancelling() > before:
            raise asyncio.CancelledError
