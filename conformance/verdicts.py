"""From expectations to a verdict, and from verdicts to an exit code. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from conformance.events import Expectation
from conformance.exitcodes import ExitCode
from profiles.model import Level


class Verdict(StrEnum):
    PASS = "pass"
    FAIL = "fail"
    KNOWN_FAILURE = "known-failure"  # it stands in the baseline and does not decide
    INCONCLUSIVE = "inconclusive"
    NOT_APPLICABLE = "not-applicable"
    NOT_EXERCISED = "not-exercised"  # needs more impact than the user permitted
    ERROR = "error"  # our own failure


def derive(expectations: Sequence[Expectation]) -> Verdict:
    """Fail if any expectation is false; inconclusive if none was evaluated or any is undecided; else pass."""
    if any(x.met is False for x in expectations):
        return Verdict.FAIL
    if not expectations or any(x.met is None for x in expectations):
        return Verdict.INCONCLUSIVE
    return Verdict.PASS


_MERGE_ORDER = (Verdict.FAIL, Verdict.ERROR, Verdict.INCONCLUSIVE, Verdict.PASS, Verdict.NOT_EXERCISED)


def merge(verdicts: Iterable[Verdict]) -> Verdict:
    """One verdict of a check that ran once per protocol: the gravest; not applicable only if it was nowhere."""
    given = set(verdicts)
    return next((v for v in _MERGE_ORDER if v in given), Verdict.NOT_APPLICABLE)


def why(verdict: Verdict, expectations: Sequence[Expectation]) -> str:
    """A sentence for a verdict that its expectations explain."""
    if verdict is Verdict.FAIL:
        return "; ".join(f"not met: {x.what}" for x in expectations if x.met is False)
    if verdict is Verdict.INCONCLUSIVE and not expectations:
        return "no expectation could be evaluated"
    if verdict is Verdict.INCONCLUSIVE:
        open_ = [x for x in expectations if x.met is None]
        return "; ".join(f"undecided: {x.what}: {x.actual} reaches over the limit ({x.expected})" for x in open_)
    return ""


@dataclass(frozen=True)
class Result:
    """What the exit code needs of one finding."""

    id: str
    level: Level
    verdict: Verdict


@dataclass(frozen=True)
class Stop:
    """Why a run ended before its last check."""

    code: ExitCode
    reason: str


@dataclass(frozen=True)
class Conclusion:
    """``stale``: a stale baseline made it a nonconformity, and no failure; what else is open, the counts say."""

    code: ExitCode
    reason: str
    stale: bool = False


@dataclass(frozen=True)
class Tally:
    """The counts of the footer."""

    counts: dict[str, int]
    must_failed: int
    should_failed: int
    must_undecided: int
    not_exercised: int
    must_not_exercised: int


def tally(results: Sequence[Result]) -> Tally:
    """Count verdicts; every verdict has its key, so that a zero is visible."""

    def count(level: Level, *verdicts: Verdict) -> int:
        return sum(r.level is level and r.verdict in verdicts for r in results)

    return Tally(
        counts={v.value: sum(r.verdict is v for r in results) for v in Verdict},
        must_failed=count(Level.MUST, Verdict.FAIL),
        should_failed=count(Level.SHOULD, Verdict.FAIL),
        must_undecided=count(Level.MUST, Verdict.INCONCLUSIVE, Verdict.ERROR),
        not_exercised=sum(r.verdict is Verdict.NOT_EXERCISED for r in results),
        must_not_exercised=count(Level.MUST, Verdict.NOT_EXERCISED),
    )


def conclude(
    results: Sequence[Result], *, stop: Stop | None = None, strict: bool = False, stale: Sequence[str] = ()
) -> Conclusion:
    """The exit code and its reason. A stopped run says why it stopped; a found failure outweighs what stayed open."""
    if stop is not None:
        return Conclusion(stop.code, stop.reason)
    deciding = (Level.MUST, Level.SHOULD) if strict else (Level.MUST,)
    failed = [r.id for r in results if r.verdict is Verdict.FAIL and r.level in deciding]
    if failed:
        return Conclusion(ExitCode.NONCONFORMITY, f"{len(failed)} failed: {_some(failed)}")
    if stale:
        reason = f"the baseline is stale: {_some(stale)} no longer fail; remove them with --update-baseline"
        if len(stale) == 1:
            reason = f"the baseline is stale: {stale[0]} no longer fails; remove it with --update-baseline"
        return Conclusion(ExitCode.NONCONFORMITY, reason, stale=True)
    errors = [r.id for r in results if r.verdict is Verdict.ERROR]
    if errors:
        reason = f"the suite itself failed in {_some(errors)}; please report it"
        return Conclusion(ExitCode.INTERNAL_ERROR, reason)
    open_ = [r.id for r in results if r.verdict is Verdict.INCONCLUSIVE and r.level is Level.MUST]
    if open_:
        return Conclusion(ExitCode.INCOMPLETE, f"{len(open_)} MUST not decided: {_some(open_)}")
    if not any(r.verdict in (Verdict.PASS, Verdict.FAIL, Verdict.KNOWN_FAILURE) for r in results):
        return Conclusion(ExitCode.NOTHING_CHECKED, "nothing was checked; widen the selection or the impact")
    known = any(r.verdict is Verdict.KNOWN_FAILURE for r in results)
    return Conclusion(ExitCode.CONFORMANT, "no MUST failed beyond the baseline" if known else "no MUST failed")


def _some(ids: Sequence[str], most: int = 5) -> str:
    named = ", ".join(ids[:most])
    return f"{named} and {len(ids) - most} more" if len(ids) > most else named
