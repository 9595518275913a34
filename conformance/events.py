"""The event stream: one header, then requirement, finding and restore records, one footer. Schema 1.

Each record is a frozen dataclass whose field names are the JSON names. Reports are pure functions of these records,
and of old files of them; a field is therefore never renamed within a schema.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import datetime
from typing import Any, ClassVar

from conformance.errors import UsageError
from conformance.named import Named

SCHEMA = 1
Bilingual = dict[str, str]  # {"en": …, "ja": …}
NOT_REACHED = "not reached: "
"""The reason of a finding begins so where the run ended before its check."""
NEWLY_KNOWN = "known failure: new in the baseline"
"""The note on a failure that the baseline has taken in at the end of the run."""


@dataclass(frozen=True)
class Header:
    """What was run against what; never contains a credential."""

    event: ClassVar[str] = "header"
    tool: str
    version: str
    started: str  # UTC, ISO 8601
    profile: dict[str, Any]  # id, version, digest, title, pack, statement
    target: dict[str, Any]  # name, kind, opcua, modbus, time_scale
    impact: str
    selection: dict[str, Any]
    protocols: list[str]
    claims: dict[str, bool]
    options: dict[str, Bilingual] = field(default_factory=dict)  # titles of what is claimed
    schema: int = SCHEMA


@dataclass(frozen=True)
class RequirementRecord:
    """One selected requirement of the ledger, so that a report needs no pack."""

    event: ClassVar[str] = "requirement"
    id: str
    area: str
    level: str
    severity: str
    impact: str
    since: str
    text: Bilingual
    remedy: Bilingual
    source: list[dict[str, Any]]  # ref, clause, trust
    parameters: dict[str, Any]
    check: str | None
    excluded: Bilingual | None = None


@dataclass(frozen=True)
class Expectation:
    """One statement of a check and how it came out; ``met`` is None where it could not be decided."""

    what: str
    met: bool | None
    expected: Any = None
    actual: Any = None
    via: str | None = None
    evidence: list[int] = field(default_factory=list)  # ``i`` of transcript entries
    signal: str | None = None  # whose reading it was stated of
    address: str | None = None  # where that signal was read: a browse path or node id, or a register


@dataclass(frozen=True)
class Entry:
    """One exchange with the target: ``t`` in wall seconds since the start of the run, on the tester's monotonic clock."""

    i: int
    t: float
    utc: str
    protocol: str
    op: str
    address: str
    value: Any = None
    status: str = ""
    raw: str | None = None


@dataclass(frozen=True)
class Lane:
    """One signal of a timing diagram: (machine seconds, value) at each change."""

    name: str
    points: list[list[Any]]


@dataclass(frozen=True)
class Diagram:
    lanes: list[Lane]


@dataclass(frozen=True)
class Finding:
    """One verdict with its evidence."""

    event: ClassVar[str] = "finding"
    id: str
    verdict: str
    via: list[str]
    duration_s: float
    reason: str
    expectations: list[Expectation]
    transcript: list[Entry]
    diagram: Diagram | None
    notes: list[str]
    reproduce: str


@dataclass(frozen=True)
class Restore:
    """One written thing put back, or not (``ok``)."""

    event: ClassVar[str] = "restore"
    id: str
    signal: str
    via: str
    old: Any
    ok: bool
    status: str


@dataclass(frozen=True)
class Footer:
    event: ClassVar[str] = "footer"
    finished: str
    exit_code: int
    reason: str
    counts: dict[str, int]
    must_failed: int
    should_failed: int
    must_undecided: int
    not_exercised: int
    must_not_exercised: int
    duration_s: float
    stale: bool = False  # no MUST (--strict: no SHOULD) failed, but the baseline holds what no longer fails
    baselined: list[str] = field(default_factory=list)  # found to fail, and saved as known when the run had ended


Event = Header | RequirementRecord | Finding | Restore | Footer
_TYPES: dict[str, type[Any]] = {t.event: t for t in (Header, RequirementRecord, Finding, Restore, Footer)}


def to_json(event: Event) -> dict[str, Any]:
    """The record as plain JSON data, its kind first."""
    return {"event": event.event, **_of_fields(event)}


def to_line(event: Event) -> str:
    """The record as one NDJSON line without its line end."""
    return json.dumps(to_json(event), ensure_ascii=False, allow_nan=False)


def from_json(data: dict[str, Any]) -> Event:
    """The record of JSON data; unknown keys of a later minor version are ignored. ``UsageError`` if it is no record."""
    kind = _TYPES.get(str(data.get("event")))
    if kind is None:
        raise UsageError(f"'{data.get('event')}' is no record of an event stream; is it a file of setsubi check?")
    if kind is Header and data.get("schema") != SCHEMA:
        raise UsageError(f"event schema {data.get('schema')} is not {SCHEMA}; use the setsubi that wrote the file")
    known = {f.name for f in fields(kind)}
    values = {k: v for k, v in data.items() if k in known}
    try:
        if kind is Finding:
            values["expectations"] = [Expectation(**x) for x in values["expectations"]]
            values["transcript"] = [Entry(**x) for x in values["transcript"]]
            lanes = values["diagram"] and [Lane(**x) for x in values["diagram"]["lanes"]]
            values["diagram"] = Diagram(lanes) if lanes else None
        event: Event = kind(**values)
    except (TypeError, KeyError) as error:
        raise UsageError(f"the {data['event']} record is damaged: {error}") from None
    return event


def read_events(lines: Iterable[str]) -> Iterator[Event]:
    """The records of NDJSON lines; empty lines are skipped. ``UsageError`` names the line that is none."""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            data = json.loads(line)
        except ValueError:
            raise UsageError(f"line {number} is no JSON; is it a file of setsubi check, complete?") from None
        if not isinstance(data, dict):
            raise UsageError(f"line {number} is no record of an event stream")
        yield from_json(data)


def plain(value: Any, other: Callable[[Any], Any] = str) -> Any:
    """Anything as JSON data: numbers of enumerations with their names, times as ISO 8601, bytes as hex, not-a-number as text, sets sorted, the rest as ``other``
    makes it."""
    kind = type(value)
    if value is None or kind is str or kind is int or kind is bool:  # most values, and a run has a million
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, Named):
        return str(value)
    if isinstance(value, (bool, int)):
        return value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, dict):
        return {str(k): plain(v, other) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(v, other) for v in value]
    if isinstance(value, (set, frozenset)):
        return sorted((plain(v, other) for v in value), key=str)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, (bytes, bytearray)):
        return bytes(value).hex()
    return other(value)


def _of_fields(value: Any) -> Any:
    """A record, and records within it, as mappings; what is no record, as text."""
    if not is_dataclass(value):
        return str(value)
    return {f.name: plain(getattr(value, f.name), _of_fields) for f in fields(value)}
