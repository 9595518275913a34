"""Consent at the machine (decision 18): above ``write``, a real machine is touched only under its local test permit."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from conformance.context import Reading
from conformance.errors import ConsentLost
from profiles.model import Impact

PERMIT, MODE = "test.permit", "state.unit_mode"
CHECK_EVERY_S = 0.5  # wall seconds between two looks while a check runs

ReadMany = Callable[[Sequence[str]], Awaitable[dict[str, Reading]]]


class Consent:
    """Asks the machine. ``needed`` says for which impacts; a mock is its own consent."""

    def __init__(self, kind: str, agreed_modes: Sequence[int], read: ReadMany) -> None:
        self._real = kind == "real"
        self._modes = tuple(agreed_modes)
        self._read = read

    def needed(self, impact: Impact) -> bool:
        return self._real and impact.rank > Impact.WRITE.rank

    async def demand(self) -> None:
        """Raises ``ConsentLost`` with what is missing."""
        readings = await self._read((PERMIT, MODE))
        permit, mode = readings[PERMIT], readings[MODE]
        if not permit.ok or permit.value is not True:
            shown = permit.value if permit.ok else permit.status
            raise ConsentLost(
                f"the local test permit ({PERMIT}) is not given (it reads {shown}); give it at the machine"
            )
        if not mode.ok or mode.value not in self._modes:
            agreed = ", ".join(str(m) for m in self._modes)
            shown = mode.value if mode.ok else mode.status
            raise ConsentLost(f"the unit's mode is {shown}, agreed are {agreed}; choose one at the machine")
