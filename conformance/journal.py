"""The journal: every written thing with its old value, noted before it is written, put back in reverse order.

With a file the journal survives even the death of the tester: what was written and not restored stands in it.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conformance.context import Outcome, Reading, Value
from conformance.errors import TargetError
from conformance.events import Restore, plain
from profiles.model import Protocol as Wire

# A written command is an act, not a state: writing its old value back would command the machine again.
MOMENTARY = frozenset({"command.cntrl_cmd", "alarm.acknowledge"})


@dataclass(frozen=True)
class Written:
    """The value that a signal had before it was first written; ``known`` is false if it could not be read."""

    signal: str
    via: Wire
    old: Value
    known: bool


class Journal:
    """Notes of one check at a time; the oldest value of a signal is the one that counts."""

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self._notes: dict[tuple[str, Wire], Written] = {}

    def __len__(self) -> int:
        return len(self._notes)

    def unknown(self, signals: Iterable[str], via: Wire) -> list[str]:
        """Those whose old value must be read before they are written."""
        return [s for s in signals if s not in MOMENTARY and (s, via) not in self._notes]

    def note(self, readings: Iterable[Reading]) -> None:
        """Note old values, before the write goes out."""
        for reading in readings:
            written = Written(reading.signal, reading.via, reading.value, reading.ok and reading.value is not None)
            if self._notes.setdefault((reading.signal, reading.via), written) is written:
                self._append({"written": reading.signal, "via": str(reading.via), "old": plain(reading.value)})

    async def restore(self, requirement: str, write: Callable[[Wire, str, Value], Awaitable[Outcome]]) -> list[Restore]:
        """Write old values back, latest first. What fails is kept out of the way and reported; never raises for it."""
        records = []
        while self._notes:
            key = next(reversed(self._notes))
            written = self._notes.pop(key)
            ok, status = await _put_back(written, write)
            if ok:
                self._append({"restored": written.signal, "via": str(written.via)})
            records.append(Restore(requirement, written.signal, str(written.via), plain(written.old), ok, status))
        return records

    def _append(self, record: dict[str, Any]) -> None:
        if self._file is not None:
            with self._file.open("a", encoding="utf-8") as file:
                file.write(json.dumps(record, ensure_ascii=False) + "\n")


async def _put_back(written: Written, write: Callable[[Wire, str, Value], Awaitable[Outcome]]) -> tuple[bool, str]:
    if not written.known:
        return False, "its old value could not be read"
    try:
        outcome = await write(written.via, written.signal, written.old)
    except TargetError as error:
        return False, str(error)
    return outcome.accepted, outcome.status
