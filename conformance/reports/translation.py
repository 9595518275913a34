"""A report in its reader's language: the records of the stream with every sentence in them translated.

What was measured is evidence: values of the transcript and of timing diagrams, ids and addresses stay as they are.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar, cast

from conformance.reports.records import (
    Exchange,
    Expectation,
    Finding,
    Footer,
    Record,
    RequirementRecord,
    Restore,
    SourceRef,
)
from conformance.reports.sentences import said
from conformance.reports.stream import Report
from conformance.reports.texts import Texts

R = TypeVar("R", bound=Record | Expectation | Exchange | SourceRef)
Say = Callable[[Any], Any]
_COUNTED = {"TranslateBrowsePaths", "Publish", "ActivateSession"}
"""Operations whose value in the transcript is in the tester's words: how many were found, as whom it came."""


def translated(report: Report, texts: Texts) -> Report:
    """The report in the language of ``texts``; in English it is itself."""
    if texts.lang == "en":
        return report
    return replace(
        report,
        requirements=tuple(translate(r, texts) for r in report.requirements),
        findings=tuple(translate(f, texts) for f in report.findings),
        restores=tuple(translate(r, texts) for r in report.restores),
        footer=report.footer and translate(report.footer, texts),
    )


def translate(record: R, texts: Texts) -> R:
    """One record in the language of ``texts``."""
    make = _CHANGES.get(type(record))
    if texts.lang == "en" or make is None:
        return record
    return _changed(record, make(record, lambda value: said(texts, value)))


def _changed(record: R, update: dict[str, Any]) -> R:
    """The record itself where nothing is new: a transcript has tens of thousands, and most have no word in them."""
    same = all(getattr(record, name) == value for name, value in update.items())
    return record if same else cast(R, record.model_copy(update=update))


def _finding(finding: Finding, say: Say) -> dict[str, Any]:
    return {
        "reason": say(finding.reason),
        "reproduce": command_in(finding.reproduce, "ja"),
        "notes": tuple(map(say, finding.notes)),
        "expectations": tuple(_changed(e, _expectation(e, say)) for e in finding.expectations),
        "transcript": tuple(_changed(x, _exchange(x, say)) for x in finding.transcript),
    }


def command_in(command: str, lang: str) -> str:
    """A command of ours that answers in the language of the report; empty if there is none."""
    return f"{command} --lang {lang}" if command and lang != "en" else command


def _expectation(stated: Expectation, say: Say) -> dict[str, Any]:
    return {"what": say(stated.what), "expected": say(stated.expected), "actual": say(stated.actual)}


def _exchange(exchange: Exchange, say: Say) -> dict[str, Any]:
    ours = say(exchange.value) if exchange.op in _COUNTED else exchange.value
    return {"op": say(exchange.op), "status": say(exchange.status), "address": say(exchange.address), "value": ours}


def _requirement(requirement: RequirementRecord, say: Say) -> dict[str, Any]:
    return {"source": tuple(_changed(s, _source(s, say)) for s in requirement.source)}


def _source(source: SourceRef, say: Say) -> dict[str, Any]:
    return {"ref": say(source.ref), "clause": say(source.clause)}


_CHANGES: dict[type[Any], Callable[[Any, Say], dict[str, Any]]] = {
    Finding: _finding,
    RequirementRecord: _requirement,
    Restore: lambda restore, say: {"status": say(restore.status)},
    Footer: lambda footer, say: {"reason": say(footer.reason)},
}
