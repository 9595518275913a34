"""Time that passes only when everybody waits: real sockets, real asyncio, and no dependence on how fast the machine is.

A ``WarpLoop`` is an event loop whose clock stands still while anybody has something to do, and jumps to the next timer
when nobody has. Inside ``warped(loop)`` the clocks of mock and tester follow it (``time.monotonic``, ``datetime.now``), so
that both agree. A minute of waiting takes as long as its computing, and a busy machine changes no verdict.
"""

from __future__ import annotations

import asyncio
import datetime
import selectors
import sys
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from functools import partial, wraps
from typing import Any, ParamSpec, TypeVar
from unittest.mock import patch

import anyio.to_thread

P = ParamSpec("P")
T = TypeVar("T")

FOLLOWERS = ("simulator", "conformance", "asyncua")
"""Packages whose calendar follows a warped loop."""
GRACE_S = 0.0 if sys.platform == "linux" else 0.001
"""How long a sent byte may take to the other end of a loopback connection; on Linux it is there when ``send`` returns."""
_monotonic = time.monotonic
_Calendar = datetime.datetime


class _Selector(selectors.DefaultSelector):  # type: ignore[misc, valid-type]
    """Waits for sockets and threads only; a time-out that nothing would interrupt is skipped and counted instead."""

    def __init__(self) -> None:
        super().__init__()
        self.skipped_s = 0.0
        self.threads = 0  # jobs of the executor, whose end comes from outside

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if ready or timeout == 0:
            return ready
        if timeout is None or self.threads:
            return super().select(timeout)
        ready = super().select(GRACE_S) if GRACE_S else ready
        if not ready:
            self.skipped_s += timeout
        return ready


class WarpLoop(asyncio.SelectorEventLoop):
    """See the module's docstring. ``time()`` is seconds since the loop was made."""

    def __init__(self) -> None:
        self._clock = _Selector()
        self._began = _Calendar.now(datetime.UTC)
        super().__init__(self._clock)

    def time(self) -> float:
        return self._clock.skipped_s

    def now(self) -> datetime.datetime:
        """UTC, as far as this loop has come."""
        return self._began + datetime.timedelta(seconds=self.time())

    def run_in_executor(self, *arguments: Any) -> Any:
        job = super().run_in_executor(*arguments)
        self._clock.threads += 1
        job.add_done_callback(self._back)
        return job

    def _back(self, _: object) -> None:
        self._clock.threads -= 1


@contextmanager
def warped(loop: WarpLoop) -> Iterator[None]:
    """Let the clocks of mock and tester follow the loop."""

    class Calendar(_Calendar, metaclass=_LikeTheReal):
        """``datetime`` with the loop's now; what it makes is a plain ``datetime``."""

        def __new__(cls, *arguments: Any, **named: Any) -> Any:
            return _Calendar(*arguments, **named)

        @classmethod
        def now(cls, tz: datetime.tzinfo | None = None) -> Any:
            return loop.now().astimezone(tz)

    followers = [
        module
        for name, module in list(sys.modules.items())
        if name.partition(".")[0] in FOLLOWERS and vars(module).get("datetime") is _Calendar
    ]
    time.monotonic = loop.time
    for module in followers:
        module.datetime = Calendar  # type: ignore[attr-defined]
    try:
        with patch.object(anyio.to_thread, "run_sync", _in_executor):
            yield
    finally:
        time.monotonic = _monotonic
        for module in followers:
            module.datetime = _Calendar  # type: ignore[attr-defined]


async def _in_executor(work: Callable[..., T], *arguments: Any, **_: Any) -> T:
    """What reads and writes files for the OPC UA library, in threads that the loop knows of."""
    return await asyncio.get_running_loop().run_in_executor(None, partial(work, *arguments))


class _LikeTheReal(type):
    def __instancecheck__(cls, thing: object) -> bool:
        return isinstance(thing, _Calendar)


def in_warped_time(work: Callable[P, Coroutine[Any, Any, T]]) -> Callable[P, T]:
    """A coroutine function as one that runs it in a warped loop of its own; use it as a decorator of tests."""

    @wraps(work)
    def run(*arguments: P.args, **named: P.kwargs) -> T:
        loop = WarpLoop()
        with warped(loop), asyncio.Runner(loop_factory=lambda: loop) as runner:
            return runner.run(work(*arguments, **named))

    return run
