"""What the runner needs of a connection to a target, whatever the protocol. A fake of sixty lines stands in tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from conformance.context import Outcome, Reading, Value
from profiles.model import Protocol as Wire


class Link(Protocol):
    """One connection. Every exchange goes into the transcript; a broken connection is mended once, then ``TargetLost``."""

    wire: Wire
    address: str

    async def connect(self) -> None:
        """Raises ``Unreachable`` with the reason and the mend."""

    async def close(self) -> None:
        """Close; never raises."""

    async def alive(self) -> bool:
        """Whether the target answers, after a fresh connection if need be."""

    def binds(self, signal: str) -> bool:
        """Whether the signal lives on this protocol."""

    async def read(self, signals: Sequence[str]) -> dict[str, Reading]:
        """Values by signal, in as few requests as possible. Bad values are readings with ``ok`` false."""

    async def write(self, values: Mapping[str, Value]) -> Outcome:
        """Write in the given order, as one step where the protocol allows; accepted only if every value was."""


class MethodLink(Link, Protocol):
    """A connection that also has methods (OPC UA)."""

    async def call(self, method: str, arguments: Sequence[Value]) -> Outcome:
        """Call a method of the profile by its id."""
