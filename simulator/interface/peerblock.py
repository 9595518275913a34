"""The peer block of a port as it was written: whose it is, and whether its heartbeat lives (decision 17).

The first writer owns the block while its heartbeat lives. Whatever ends that (good-bye, a cut connection, a heartbeat that
stands still) empties the block: nothing that was written before comes into force again by a heartbeat alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

HEARTBEAT = "heartbeat"
GOOD_BYE = 0


class PeerBlock:
    """``empty`` is what the block reads while nobody writes it; ``loss_s`` how long a heartbeat may stand, in s."""

    def __init__(self, empty: Mapping[str, Any], loss_s: float) -> None:
        self.empty: Mapping[str, Any] = dict(empty)
        self.values: dict[str, Any] = dict(empty)
        self.owner: str | None = None
        self._loss_s = loss_s
        self._beat: Any = None
        self._beat_at: float | None = None

    def is_alive(self, now: float) -> bool:
        return self._beat_at is not None and now - self._beat_at <= self._loss_s

    def is_taken(self, peer: str, now: float) -> bool:
        """Whether another writer owns the block."""
        return self.owner not in (None, peer) and self.is_alive(now)

    def take(self, values: Mapping[str, Any], peer: str, now: float) -> bool:
        """Write as ``peer``; false if that was a good-bye. A new owner finds an empty block."""
        if peer != self.owner:
            self.release()
            self.owner = peer
        beat = values.get(HEARTBEAT)
        if beat is not None and beat != self._beat:
            self._beat, self._beat_at = beat, now
        self.values.update(values)
        return beat != GOOD_BYE

    def forget(self) -> None:
        """The heartbeat stands: what was written is void, until its owner writes it anew with a heartbeat that counts on."""
        self.values = dict(self.empty)
        self._beat_at = None

    def release(self, *, keep_owner: bool = False) -> None:
        """Nobody owns the block any more."""
        self.forget()
        self._beat = None
        if not keep_owner:
            self.owner = None

    def stale_at(self) -> float | None:
        """When the heartbeat will have stood for too long, if it does not count on."""
        return None if self._beat_at is None else self._beat_at + self._loss_s
