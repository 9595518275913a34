"""The transcript: every exchange with the target, in order; the indices of its entries are the evidence of findings."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from conformance.clock import MachineClock, utc_now
from conformance.events import Entry, plain

FIRST, LAST = 60, 240
MAX_RAW = 1024  # hex digits kept of one exchange
MAX_TEXT = 2000  # characters kept of one value


class Transcript:
    """Grows over the whole run; a finding takes the part that belongs to its check."""

    def __init__(self, clock: MachineClock) -> None:
        self._clock = clock
        self._entries: list[Entry] = []
        self._base = 0

    def add(
        self, protocol: str, op: str, address: str, value: Any = None, status: str = "", raw: str | None = None
    ) -> int:
        """Record one exchange; returns its index."""
        index = self._base + len(self._entries)
        raw = raw if raw is None or len(raw) <= MAX_RAW else raw[:MAX_RAW] + "…"
        self._entries.append(
            Entry(
                index, round(self._clock.wall(), 4), utc_now(), protocol, op, address, _short(plain(value)), status, raw
            )
        )
        return index

    def mark(self) -> int:
        """The index that the next entry will have."""
        return self._base + len(self._entries)

    def since(self, mark: int, cited: Iterable[int] = ()) -> list[Entry]:
        """Entries from ``mark`` on, and the cited ones. Of a long part, its beginning, its end and what is cited remain."""
        wanted = set(cited)
        entries = [e for e in self._entries if e.i >= mark or e.i in wanted]
        if len(entries) <= FIRST + LAST:
            return entries
        edges = {e.i for e in (*entries[:FIRST], *entries[-LAST:])}
        return [e for e in entries if e.i in edges or e.i in wanted]

    def forget(self, before: int) -> None:
        """Drop entries that no finding will ask for any more, so that a long run does not grow without bound."""
        cut = max(0, min(before - self._base, len(self._entries)))
        del self._entries[:cut]
        self._base += cut


def _short(value: Any) -> Any:
    text = value if isinstance(value, str) else None
    return text[:MAX_TEXT] + "…" if text is not None and len(text) > MAX_TEXT else value
