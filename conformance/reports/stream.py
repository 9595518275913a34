"""From an event stream, live or of an old file, to one frozen ``Report`` that every format is a function of."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, cast

from pydantic import ValidationError

from conformance.events import NEWLY_KNOWN
from conformance.reports.errors import StreamError
from conformance.reports.records import (
    RECORDS,
    SCHEMA,
    Finding,
    Footer,
    Header,
    Record,
    RequirementRecord,
    Restore,
    Verdict,
)
from profiles.model import Level, Severity

_MEND = "give the NDJSON file that 'setsubi check' has written"
INTERRUPTED = 2


@dataclass(frozen=True)
class Result:
    """A requirement together with its finding. ``reached`` is False where the stream holds no finding for it."""

    requirement: RequirementRecord
    finding: Finding
    reached: bool = True

    @property
    def verdict(self) -> Verdict:
        return self.finding.verdict

    @property
    def is_must(self) -> bool:
        return self.requirement.level is Level.MUST


@dataclass(frozen=True)
class Report:
    """A run as the reports see it. Counts come from the findings, never from the footer, so they always agree."""

    header: Header
    requirements: tuple[RequirementRecord, ...]
    findings: tuple[Finding, ...]
    restores: tuple[Restore, ...]
    footer: Footer | None

    @property
    def interrupted(self) -> bool:
        return self.footer is None or self.footer.exit_code == INTERRUPTED

    @property
    def exit_code(self) -> int:
        """What the run ended with; a stream without a footer was interrupted."""
        return self.footer.exit_code if self.footer else INTERRUPTED

    @property
    def stale(self) -> bool:
        """Whether the exit code is 1 for a stale baseline, and for no failure. A SHOULD may fail, a MUST be undecided."""
        return self.footer is not None and self.footer.stale

    @cached_property
    def results(self) -> tuple[Result, ...]:
        """Every requirement that is not excluded, most severe first; one entry for each of its findings."""
        known = {r.id: r for r in self.requirements}
        found = [Result(known.get(f.id) or unknown_requirement(f.id), f) for f in self.findings]
        seen = {f.id for f in self.findings}
        missing = [
            Result(r, Finding(id=r.id, verdict=Verdict.NOT_EXERCISED), reached=False)
            for r in self.requirements
            if r.excluded is None and r.id not in seen
        ]
        return tuple(sorted(found + missing, key=lambda result: result.requirement.rank))

    @cached_property
    def excluded(self) -> tuple[RequirementRecord, ...]:
        return tuple(r for r in self.requirements if r.excluded is not None)

    @cached_property
    def counts(self) -> Mapping[Verdict, int]:
        return Counter(result.verdict for result in self.results)

    @cached_property
    def areas(self) -> tuple[str, ...]:
        """Areas in order of their first requirement in the ledger."""
        ledger = [r.area for r in self.requirements] + [r.requirement.area for r in self.results]
        return tuple(dict.fromkeys(ledger))

    def of(self, *verdicts: Verdict, level: Level | None = None, area: str | None = None) -> tuple[Result, ...]:
        """Results with one of these verdicts (any, if none is given)."""
        return tuple(
            r
            for r in self.results
            if (not verdicts or r.verdict in verdicts)
            and (level is None or r.requirement.level is level)
            and (area is None or r.requirement.area == area)
        )


def unknown_requirement(identifier: str) -> RequirementRecord:
    """A finding whose requirement is not in the stream is shown as the gravest kind rather than dropped."""
    return RequirementRecord(id=identifier, area="unknown", level=Level.MUST, severity=Severity.SAFETY)


def parse_event(event: Any, name: str = "stream", line: int = 0) -> Record | None:
    """One event as a record; None for event kinds that a newer version may have added."""
    if not isinstance(event, dict) or not isinstance(event.get("event"), str):
        raise StreamError(name, line, "is no event of a check", _MEND)
    if event["event"] == "header" and "schema" not in event:
        raise StreamError(name, line, "is no header of a check: it has no 'schema'", _MEND)
    if event["event"] == "header" and event["schema"] != SCHEMA:
        raise StreamError(
            name,
            line,
            f"has schema {event['schema']!r}, this version reads {SCHEMA}",
            "read it with the version of setsubi that wrote it",
        )
    kind = RECORDS.get(event["event"])
    if kind is None:
        return None
    try:
        return cast(Record, kind.model_validate(event))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        what = f"the {event['event']} event is wrong at '{place}': {first['msg']}"
        raise StreamError(name, line, what, _MEND) from None


def build_report(events: Iterable[Any], name: str = "stream") -> Report:
    """A report of events in memory, as dicts. Raises ``StreamError``; the line is the number of the event."""
    return _assemble(_parsed(enumerate(events, 1), name), name)


def report_of(records: Iterable[Record | None], name: str = "stream") -> Report:
    """A report of events that are parsed already. Raises ``StreamError``."""
    return _assemble(enumerate(records, 1), name)


def read_report(path: str | Path) -> Report:
    """A report of an NDJSON file. Raises ``StreamError`` with the line for anything that is no event stream."""
    name = str(path)
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise StreamError(name, 0, "is not UTF-8 text", _MEND) from None
    except OSError as error:
        raise StreamError(name, 0, f"cannot be read ({error.strerror})", "check the path and its permissions") from None
    return _assemble(_parsed(read_lines(text, name), name), name)


def read_lines(text: str, name: str = "stream") -> Iterator[tuple[int, Any]]:
    """Line numbers and decoded events. A last line that breaks off is the mark of a killed run, not an error."""
    lines = text.split("\n")  # not splitlines(): U+2028 may stand inside a JSON string
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            event = json.loads(line)
        except (ValueError, RecursionError):  # no JSON, a number beyond all bounds, or nested beyond all bounds
            if number == len(lines) and number > 1:
                return
            raise StreamError(name, number, "is not a line of JSON", _MEND) from None
        yield number, event


def _parsed(numbered: Iterable[tuple[int, Any]], name: str) -> Iterator[tuple[int, Record | None]]:
    return ((line, parse_event(event, name, line)) for line, event in numbered)


def _assemble(numbered: Iterable[tuple[int, Record | None]], name: str) -> Report:
    header: Header | None = None
    footer: Footer | None = None
    rest: list[Record] = []
    for line, record in numbered:
        if isinstance(record, Header):
            if header is not None:
                raise StreamError(name, line, "holds a second header", "give one run per file")
            header = record
        elif header is None:
            raise StreamError(name, line, "comes before the header", _MEND)
        elif isinstance(record, Footer):
            footer = record
        elif record is not None:
            rest.append(record)
    if header is None:
        raise StreamError(name, 0, "holds no events", _MEND)
    return Report(
        header=header,
        requirements=tuple(r for r in rest if isinstance(r, RequirementRecord)),
        findings=tuple(_as_known(r, footer) for r in rest if isinstance(r, Finding)),
        restores=tuple(r for r in rest if isinstance(r, Restore)),
        footer=footer,
    )


def _as_known(finding: Finding, footer: Footer | None) -> Finding:
    """A failure is new in the baseline only once that is saved, which the footer tells."""
    if footer is None or finding.id not in footer.baselined:
        return finding
    return finding.model_copy(update={"verdict": Verdict.KNOWN_FAILURE, "notes": [*finding.notes, NEWLY_KNOWN]})
