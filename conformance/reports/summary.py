"""What a run comes to, in words: shared by all formats, so that they cannot disagree."""

from __future__ import annotations

from dataclasses import dataclass

from conformance.exitcodes import ExitCode
from conformance.reports.records import Verdict
from conformance.reports.stream import Report
from conformance.reports.texts import Texts
from profiles.model import Level

_UNDECIDED = (Verdict.INCONCLUSIVE, Verdict.ERROR)
_SAID = ("must_failed", "known")
"""Counts that one sentence tells where there is a baseline."""


@dataclass(frozen=True)
class Summary:
    """``meaning`` is that of the exit code, ``tone`` is good, warn or bad, for colours; ``facts`` are the sentences that a
    reader must not miss."""

    conclusion: str
    meaning: str
    tone: str
    facts: tuple[str, ...]
    warnings: tuple[str, ...]


def summarise(report: Report, texts: Texts) -> Summary:
    counts = _counts(report)
    passed, total = report.counts.get(Verdict.PASS, 0), len(report.results)
    facts = [texts("sum.passed", n=passed, total=total)]
    if counts["known"]:
        facts.append(_known(counts, texts))
    idle = report.counts.get(Verdict.NOT_EXERCISED, 0)
    said = _SAID if counts["known"] else ()
    facts += [texts(f"sum.{name}", n=n, total=idle) for name, n in counts.items() if n and name not in said]
    if report.footer is not None and report.interrupted and not counts["restore_failed"]:
        facts.append(
            texts("sum.put_back", n=len(report.restores)) if report.restores else texts("sum.nothing_to_put_back")
        )
    return Summary(
        _conclusion(report, counts, texts),
        exit_meaning(report, texts),
        _tone(report, counts),
        tuple(facts),
        _warnings(report, texts),
    )


def exit_meaning(report: Report, texts: Texts) -> str:
    """What the exit code of this run means."""
    if report.stale:
        return texts("code.1.stale")
    if report.exit_code == ExitCode.NONCONFORMITY and not report.of(Verdict.FAIL, level=Level.MUST):
        return texts("code.1.should")
    if report.exit_code == 0 and report.counts.get(Verdict.KNOWN_FAILURE):
        return texts("code.0.known")
    return texts.of_code("code", report.exit_code)


def _known(counts: dict[str, int], texts: Texts) -> str:
    """Failures that are known and those that are not, told apart."""
    known = texts("sum.known" if counts["known"] == 1 else "sum.knowns", n=counts["known"])
    return f"{texts('sum.beyond', n=counts['must_failed'])}; {known}"


def _counts(report: Report) -> dict[str, int]:
    return {
        "must_failed": len(report.of(Verdict.FAIL, level=Level.MUST)),
        "must_undecided": len(report.of(*_UNDECIDED, level=Level.MUST)),
        "should_failed": len(report.of(Verdict.FAIL, level=Level.SHOULD)),
        "must_not_exercised": len(report.of(Verdict.NOT_EXERCISED, level=Level.MUST)),
        "known": report.counts.get(Verdict.KNOWN_FAILURE, 0),
        "restore_failed": sum(not restore.ok for restore in report.restores),
    }


def _conclusion(report: Report, counts: dict[str, int], texts: Texts) -> str:
    """Conformance without a reserve is only claimed when everything that applies was examined."""
    if report.stale:
        return texts("conclusion.1.stale")
    if report.exit_code == 0 and counts["known"]:
        return texts("conclusion.0.known")
    if report.exit_code == 0 and (report.header.selection or counts["must_not_exercised"]):
        return texts("conclusion.0.partial")
    return texts.of_code("conclusion", report.exit_code)


def _tone(report: Report, counts: dict[str, int]) -> str:
    if (report.exit_code == 1 and not report.stale) or counts["must_failed"] or counts["restore_failed"]:
        return "bad"
    if report.exit_code != 0 or any(counts.values()) or report.header.selection:
        return "warn"
    return "good"


def _warnings(report: Report, texts: Texts) -> tuple[str, ...]:
    warnings = []
    if report.footer is None:
        warnings.append(texts("no_footer"))
    if report.header.selection:
        warnings.append(texts("selected_only"))
    if any(not restore.ok for restore in report.restores):
        warnings.append(texts("restore_warning"))
    return tuple(warnings)
