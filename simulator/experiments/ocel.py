"""The event log as an object-centric one: OCEL 2.0 in its JSON format (ocel-standard.org, our reading).

Objects are cells, units, trays and lots. What happens to them are events; the states of a unit are values of its attributes that
hold from a time on. A run has no date: its time 0 is 1970-01-01T00:00:00Z. All values are written as texts, which is what the
strictest reading of the format asks for; ``objectTypes`` and ``eventTypes`` say what they are. ``docs/event-log.md`` lists everything.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from simulator.line import LineSpec
from simulator.line.item import BAD
from simulator.line.log import Kind, Row, state_of
from simulator.line.packml import Cause, Command, State
from simulator.line.safety import NUMBERS
from simulator.line.spec import BufferSpec, MachineSpec, UnitSpec

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_QUALITY = {1: "good", 2: "bad"}
_SAFETY = {number: status for status, number in NUMBERS.items()}

EVENT_TYPES: dict[str, dict[str, str]] = {  # attributes and their types
    "enter": {},
    "start": {"duration_s": "float"},
    "end": {},
    "reach end": {},
    "leave": {"quality": "string"},
    "scrap": {},
    "fail": {"mode": "string"},
    "repair": {"mode": "string", "repair_s": "float"},
    "alarm": {"number": "integer", "active": "boolean"},
    "command": {"command": "string"},
    "safety": {"function": "string", "state": "string"},
}
OBJECT_TYPES: dict[str, dict[str, str]] = {
    "cell": {"quality": "string"},
    "unit": {"kind": "string", "profile": "string", "state": "string", "cause": "string"},
    "tray": {},
    "lot": {},
}
Pair = tuple[str, str]


class OcelLog:
    """An event log that writes OCEL 2.0. Events go to the file as they come, objects follow when it is closed."""

    def __init__(self, path: str | Path, spec: LineSpec) -> None:
        self._spec = spec
        self._units: list[UnitSpec] = [u for u in spec.units if not isinstance(u, BufferSpec)]
        self._cells = 0
        self._bad: dict[int, float] = {}
        self._states: list[list[tuple[float, int]]] = [[] for _ in self._units]
        self._loading: list[list[int]] = [[] for _ in self._units]
        self._working: list[dict[int, str]] = [{} for _ in self._units]  # first cell of a tray in work: the tray
        self._trays: dict[str, tuple[int, list[int]]] = {}  # unit and cells
        self._prefill()
        self._events = 0
        self._file = Path(path).open("w", encoding="utf-8", newline="\n")  # noqa: SIM115 - closed by close()
        self._file.write(f'{{"objectTypes": {_types(OBJECT_TYPES)},\n"eventTypes": {_types(EVENT_TYPES)},\n"events": [')
        self.write: Callable[[Row], None] = self._write

    def _prefill(self) -> None:
        """Cells that are there before the run have the first numbers, from downstream to upstream (line semantics, 5.3)."""
        index = len(self._units)
        for part in reversed(self._spec.units):
            index -= not isinstance(part, BufferSpec)
            first, self._cells = self._cells + 1, self._cells + part.prefill
            if isinstance(part, MachineSpec) and part.tray > 1:
                for start in range(first, self._cells + 1, part.tray):
                    self._load(index, list(range(start, start + part.tray)))

    def _load(self, unit: int, cells: list[int]) -> str:
        tray = f"tray:{self._units[unit].name}:{len(self._trays) + 1:06d}"
        self._trays[tray] = (unit, cells)
        self._working[unit][cells[0]] = tray
        return tray

    def _write(self, row: Row) -> None:
        t, unit, kind, item, a, b = row
        if kind == Kind.STATE:
            self._states[unit].append((t, a))
            return
        self._cells = max(self._cells, item)
        name, values = self._told(unit, kind, item, a, b)
        if kind in (Kind.LEAVE, Kind.SCRAP) and (kind == Kind.SCRAP or a == BAD):
            self._bad.setdefault(item, t)
        related = [(self._unit(unit), "unit"), *self._involved(unit, kind, item)]
        attributes = [{"name": n, "value": v} for n, v in values.items()]
        event = {"id": f"e{self._events + 1}", "type": name, "time": _time(t), "attributes": attributes}
        self._put(event | {"relationships": _relationships(related)}, self._events)
        self._events += 1

    def _told(self, unit: int, kind: int, item: int, a: int, b: float) -> tuple[str, dict[str, str]]:
        """The type of an event and its attributes."""
        spec = self._units[unit]
        match kind:
            case Kind.START:
                return "start", {"duration_s": repr(b)}
            case Kind.END:
                return "end" if isinstance(spec, MachineSpec) else "reach end", {}
            case Kind.LEAVE:
                return "leave", {"quality": _QUALITY[a]}
            case Kind.FAIL:
                return "fail", {"mode": spec.failures[a].name}
            case Kind.REPAIR:
                return "repair", {"mode": spec.failures[a].name, "repair_s": repr(b)}
            case Kind.ALARM:
                return "alarm", {"number": str(abs(a)), "active": "true" if a > 0 else "false"}
            case Kind.COMMAND:
                return "command", {"command": Command(a).name.lower()}
            case Kind.SAFETY:
                return "safety", {"function": spec.safety[a].id, "state": _SAFETY[b]}
            case _:
                return Kind(kind).name.lower(), {}

    def _involved(self, unit: int, kind: int, item: int) -> Iterator[Pair]:
        """The cells that an event is about, the tray that they are in, and the lot of a cell that enters the line."""
        if not item:
            return
        tray, cells = self._tray(unit, kind, item)
        if tray:
            yield tray, "tray"
        for cell in cells:
            yield self._cell(cell), "cell"
        if kind == Kind.ENTER and unit == 0:
            yield self._lot(item), "lot"

    def _tray(self, unit: int, kind: int, item: int) -> tuple[str, list[int]]:
        spec = self._units[unit]
        if not isinstance(spec, MachineSpec) or spec.tray == 1:
            return "", [item]
        if kind == Kind.ENTER:
            self._loading[unit].append(item)
        if kind == Kind.START:
            tray = self._load(unit, self._loading[unit])
            self._loading[unit] = []
            return tray, self._trays[tray][1]
        if kind == Kind.END:
            tray = self._working[unit].pop(item)
            return tray, self._trays[tray][1]
        if kind in (Kind.FAIL, Kind.REPAIR):  # of the place in which the tray is
            tray = self._working[unit][item]
            return tray, self._trays[tray][1]
        return "", [item]

    def _unit(self, index: int) -> str:
        return f"unit:{self._units[index].name}"

    def _cell(self, number: int) -> str:
        return f"{self._spec.name}-{number:09d}"

    def _lot(self, number: int) -> str:
        return f"{self._spec.name}-L{(number - 1) // self._spec.lot_size + 1:05d}"

    def _put(self, what: dict[str, Any], before: int) -> None:
        self._file.write((",\n" if before else "\n") + json.dumps(what, ensure_ascii=False))

    def close(self) -> None:
        """Write the objects and complete the file."""
        self._file.write('\n],\n"objects": [')
        for n, thing in enumerate(self._objects()):
            self._put(thing, n)
        self._file.write("\n]}\n")
        self._file.close()

    def _objects(self) -> Iterator[dict[str, Any]]:
        for index, unit in enumerate(self._units):
            values = [("kind", unit.kind, 0.0), ("profile", unit.profile, 0.0)]
            cause = -1
            for t, code in self._states[index]:
                state, _, now = state_of(code)
                values.append(("state", State(state).name.lower(), t))
                if now != cause:
                    cause = now
                    values.append(("cause", Cause(cause).name.lower(), t))
            yield _object(self._unit(index), "unit", values)
        for lot in range(1, self._cells + 1, self._spec.lot_size):
            yield _object(self._lot(lot), "lot")
        for tray, (at, cells) in self._trays.items():
            yield _object(tray, "tray", (), [(self._unit(at), "of"), *((self._cell(c), "holds") for c in cells)])
        for cell in range(1, self._cells + 1):
            bad = [("quality", "bad", self._bad[cell])] if cell in self._bad else []
            yield _object(self._cell(cell), "cell", [("quality", "good", 0.0), *bad], [(self._lot(cell), "made from")])


def _object(
    name: str, kind: str, values: Iterable[tuple[str, str, float]] = (), related: Iterable[Pair] = ()
) -> dict[str, Any]:
    attributes = [{"name": n, "time": _time(t), "value": v} for n, v, t in values]
    return {"id": name, "type": kind, "attributes": attributes, "relationships": _relationships(related)}


def _relationships(related: Iterable[Pair]) -> list[dict[str, str]]:
    return [{"objectId": name, "qualifier": qualifier} for name, qualifier in related]


def _types(types: dict[str, dict[str, str]]) -> str:
    return json.dumps(
        [{"name": n, "attributes": [{"name": a, "type": t} for a, t in v.items()]} for n, v in types.items()]
    )


def _time(seconds: float) -> str:
    """A time of the run as ISO 8601, to the microsecond."""
    return (_EPOCH + timedelta(seconds=seconds)).isoformat(timespec="microseconds").replace("+00:00", "Z")
