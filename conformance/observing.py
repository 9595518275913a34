"""Checks that only look run side by side: each mostly waits for the equipment, and none disturbs another.

Their findings keep the order of the selection. Checks that send raw Modbus frames open connections of their own, which a
small PLC has few of: among themselves they go one at a time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from contextlib import AsyncExitStack
from dataclasses import dataclass

from conformance.events import Entry, Restore
from conformance.execution import Part
from conformance.selection import Disposition, Selected
from profiles.model import Impact
from profiles.model import Protocol as Wire


@dataclass(frozen=True)
class Done:
    """A check that has run: its parts, what was put back, its part of the transcript, wall seconds."""

    parts: tuple[Part, ...]
    restored: tuple[Restore, ...]
    transcript: tuple[Entry, ...]
    took: float


class Observers:
    """The observing checks of a run. ``halted`` says that no further one shall begin."""

    def __init__(
        self, execute: Callable[[Selected], Awaitable[Done]], halted: Callable[[], bool], parallel: int
    ) -> None:
        self._execute, self._halted, self._places = execute, halted, asyncio.Semaphore(parallel)
        self._raw = asyncio.Lock()
        self._tasks: dict[str, asyncio.Task[Done | None]] = {}

    def start(self, selected: Iterable[Selected]) -> None:
        """Begin with those that only look; returns at once."""
        for one in selected:
            if one.disposition is Disposition.RUN and one.requirement.impact is Impact.OBSERVE:
                self._tasks[one.requirement.id] = asyncio.create_task(self._run(one), name=one.requirement.id)

    async def _run(self, selected: Selected) -> Done | None:
        raw = selected.check is not None and Wire.MODBUS in selected.check.needs
        async with AsyncExitStack() as stack:
            if raw:
                await stack.enter_async_context(self._raw)
            await stack.enter_async_context(self._places)
            return None if self._halted() else await self._execute(selected)

    async def result_of(self, selected: Selected, interrupted: Callable[[], None]) -> Done | None:
        """What came of a check; ``None`` if it is none of ours or was not begun. A cancellation is an interrupt."""
        task = self._tasks.pop(selected.requirement.id, None)
        while task is not None and not task.done():
            try:
                await asyncio.wait({task})
            except asyncio.CancelledError:
                interrupted()
        return None if task is None else task.result()

    async def close(self) -> None:
        """End what still runs; only when nobody listens any more."""
        left = list(self._tasks.values())
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
