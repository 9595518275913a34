"""Values into the address space, and the news of them to subscriptions.

A value is in place as soon as ``put`` returns, so that a Read after a Write sees it; notifying subscriptions awaits,
so it happens in one task, in the order of the changes. Value callbacks are never used: the library does not sample
variables that have one.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime

from asyncua import ua

from simulator.endpoints.addressspace import SharedAddressSpace
from simulator.endpoints.nodes import A
from simulator.endpoints.quirks import OpcuaQuirks

_log = logging.getLogger(__name__)


class Publisher:
    """Writes values of variables and tells the monitored items, in order."""

    def __init__(self, aspace: SharedAddressSpace, quirks: Callable[[], OpcuaQuirks]) -> None:
        self._aspace = aspace
        self._quirks = quirks
        self._told = 0
        self._news: deque[tuple[ua.NodeId, ua.DataValue]] = deque()
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to notify."""
        self._task = asyncio.create_task(self._notify_forever())

    async def stop(self) -> None:
        """End; news not yet told are dropped."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    def put(self, nodeid: ua.NodeId, value: ua.DataValue) -> None:
        """Set a variable's value now, and tell its monitored items soon."""
        attribute = self._aspace[nodeid].attributes[A.Value]
        attribute.value = value
        if attribute.datachange_callbacks:
            self._news.append((nodeid, value))
            self._wake.set()

    async def _notify_forever(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._news:
                nodeid, value = self._news.popleft()
                quirks = self._quirks()
                self._told += 1
                if quirks.subscription_never_notifies or (quirks.drops_changes and self._told % 2):
                    continue
                await self._notify(nodeid, value)

    async def _notify(self, nodeid: ua.NodeId, value: ua.DataValue) -> None:
        for handle, callback in list(self._aspace[nodeid].attributes[A.Value].datachange_callbacks.items()):
            try:
                await callback(handle, value)
            except Exception:  # one broken subscription must not silence the others
                _log.exception("a monitored item could not be notified")


def stamped(variant: ua.Variant | None, status: int = ua.StatusCodes.Good, at: datetime | None = None) -> ua.DataValue:
    """A data value whose source time is ``at`` (UTC; now, unless told) and whose server time is now."""
    now = datetime.now(UTC)
    return ua.DataValue(variant, StatusCode=ua.StatusCode(status), SourceTimestamp=at or now, ServerTimestamp=now)
