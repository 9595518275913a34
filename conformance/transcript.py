"""The transcript: every exchange with the target, in order; the indices of its entries are the evidence of findings.

Checks that only observe run side by side. Each runs in a *scope* of its own, which its tasks inherit, so that every entry
is known to belong to the check that caused it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import count
from typing import Any

from conformance.clock import MachineClock, utc_now
from conformance.events import Entry, plain

FIRST, LAST = 60, 240
MAX_RAW = 1024  # hex digits kept of one exchange
MAX_TEXT = 2000  # characters kept of one value


_SCOPE: ContextVar[int] = ContextVar("scope of the transcript", default=0)


class Transcript:
    """Grows over the whole run; a finding takes the part that belongs to its check."""

    def __init__(self, clock: MachineClock) -> None:
        self._clock = clock
        self._scopes: dict[int, list[Entry]] = {}
        self._numbers = count(1)
        self.length = 0

    @contextmanager
    def scope(self) -> Iterator[int]:
        """Entries made inside, by this task and by those that it starts, belong together; yields the scope's number."""
        number = next(self._numbers)
        token = _SCOPE.set(number)
        try:
            yield number
        finally:
            _SCOPE.reset(token)

    def add(
        self, protocol: str, op: str, address: str, value: Any = None, status: str = "", raw: str | None = None
    ) -> int:
        """Record one exchange; returns its index."""
        index, self.length = self.length, self.length + 1
        raw = raw if raw is None or len(raw) <= MAX_RAW else raw[:MAX_RAW] + "…"
        self._scopes.setdefault(_SCOPE.get(), []).append(
            Entry(
                index, round(self._clock.wall(), 4), utc_now(), protocol, op, address, _short(plain(value)), status, raw
            )
        )
        return index

    def take(self, scope: int, cited: Iterable[int] = ()) -> list[Entry]:
        """The entries of a scope, which then are forgotten. Of a long one, beginning, end and what is cited remain."""
        entries = self._scopes.pop(scope, [])
        if len(entries) <= FIRST + LAST:
            return entries
        kept = {*cited, *(e.i for e in (*entries[:FIRST], *entries[-LAST:]))}
        return [e for e in entries if e.i in kept]


def _short(value: Any) -> Any:
    text = value if isinstance(value, str) else None
    return text[:MAX_TEXT] + "…" if text is not None and len(text) > MAX_TEXT else value
