"""The journal: every written thing with its old value, noted before it is written, put back in reverse order.

Before anything is put back, the target is looked at: a value that is the old one already (a refused write, a block that
fell back to 0 with its heartbeat) is left alone, for writing it again would be a new act at the machine. The block of a
hand-over peer is given back as a whole: heartbeat 0 is the good-bye, after which the block reads as 0 (decision 17).

With a file the journal survives even the death of the tester: what was written and not restored stands in it.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conformance.context import Outcome, Reading, Value
from conformance.errors import TargetError
from conformance.events import Restore, plain
from profiles.model import Protocol as Wire

# A written command is an act, not a state: writing its old value back would command the machine again.
MOMENTARY = frozenset({"command.cntrl_cmd", "alarm.acknowledge"})
PEER, HEARTBEAT, GOOD_BYE = ".peer.", ".heartbeat", 0
AS_IT_WAS = "as it was"

Read = Callable[[Wire, Sequence[str]], Awaitable[Mapping[str, Reading]]]
Write = Callable[[Wire, str, Value], Awaitable[Outcome]]


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
        return [s for s in signals if not _is_momentary(s) and (s, via) not in self._notes]

    def note(self, readings: Iterable[Reading]) -> None:
        """Note old values, before the write goes out."""
        for reading in readings:
            if _is_momentary(reading.signal):
                continue
            written = _before(reading)
            if self._notes.setdefault((reading.signal, reading.via), written) is written:
                self._append({"written": reading.signal, "via": str(reading.via), "old": plain(reading.value)})

    def refused(self, signal: str, via: Wire) -> None:
        """A write was refused: where not even an old value could be read, there is nothing to put back."""
        written = self._notes.get((signal, via))
        if written is not None and not written.known:
            del self._notes[signal, via]

    async def restore(self, requirement: str, read: Read, write: Write) -> list[Restore]:
        """Write old values back, latest first. What fails is kept out of the way and reported; never raises for it."""
        records = []
        present = await self._present(read)
        while self._notes:
            key = next(reversed(self._notes))
            written = self._notes.pop(key)
            if written.known and present.get(key) == written.old:
                ok, status = True, AS_IT_WAS
            else:
                ok, status = await _put_back(written, read, write)
            if ok:
                self._append({"restored": written.signal, "via": str(written.via)})
            records.append(Restore(requirement, written.signal, str(written.via), plain(written.old), ok, status))
        return records

    async def _present(self, read: Read) -> dict[tuple[str, Wire], Value]:
        """What the noted signals read now, in one request per protocol; a lost target reads as nothing."""
        found: dict[tuple[str, Wire], Value] = {}
        for via in dict.fromkeys(via for _, via in self._notes):
            try:
                readings = await read(via, [signal for signal, wire in self._notes if wire is via])
            except TargetError:
                continue
            found |= {(r.signal, via): r.value for r in readings.values() if r.ok}
        return found

    def _append(self, record: dict[str, Any]) -> None:
        if self._file is not None:
            with self._file.open("a", encoding="utf-8") as file:
                file.write(json.dumps(record, ensure_ascii=False) + "\n")


def _is_momentary(signal: str) -> bool:
    return signal in MOMENTARY or (PEER in signal and not signal.endswith(HEARTBEAT))


def _before(reading: Reading) -> Written:
    if PEER in reading.signal:
        return Written(reading.signal, reading.via, GOOD_BYE, True)
    return Written(reading.signal, reading.via, reading.value, reading.ok and reading.value is not None)


async def _put_back(written: Written, read: Read, write: Write) -> tuple[bool, str]:
    if not written.known:
        return False, "its old value could not be read"
    try:
        outcome = await write(written.via, written.signal, written.old)
        if outcome.accepted:
            return True, outcome.status
        # What was put back before it may have brought this one back as well.
        reading = (await read(written.via, [written.signal]))[written.signal]
    except TargetError as error:
        return False, str(error)
    return (True, AS_IT_WAS) if reading.ok and reading.value == written.old else (False, outcome.status)
