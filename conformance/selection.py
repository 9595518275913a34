"""Which requirements a run decides: the ledger, what applies, what the user selected, what the impact permits. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase

from conformance.errors import NothingSelected, UsageError
from conformance.registry import Check
from profiles.model import Impact, Level, Requirement
from profiles.model import Protocol as Wire
from profiles.naming import did_you_mean
from profiles.pack import Profile


class Disposition(StrEnum):
    RUN = "run"
    NOT_APPLICABLE = "not-applicable"
    NOT_EXERCISED = "not-exercised"
    EXCLUDED = "excluded"  # the ledger says why no check exists
    UNKNOWN_CHECK = "unknown-check"  # the ledger names a check that we do not have: ours to mend


@dataclass(frozen=True)
class Selection:
    """What the user asked for. Patterns are ids, beginnings or globs of ids, areas or levels; ``exclude`` wins."""

    impact: Impact = Impact.OBSERVE
    only: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, list[str]]:
        return {"only": list(self.only), "exclude": list(self.exclude)}


@dataclass(frozen=True)
class Selected:
    """One requirement and what becomes of it. ``wires`` are the protocols over which its check runs."""

    requirement: Requirement
    disposition: Disposition
    reason: str = ""
    check: Check | None = None
    wires: tuple[Wire, ...] = ()


@dataclass(frozen=True)
class Planned:
    """One line of a dry run."""

    requirement: str
    impact: Impact
    check: str
    writes: tuple[str, ...] = field(default=())


def select(
    profile: Profile,
    selection: Selection,
    wires: Sequence[Wire],
    claims: Mapping[str, bool],
    checks: Mapping[str, Check],
) -> list[Selected]:
    """Every selected requirement, mildest impact first, so that a stop costs least; of one impact, the areas that the
    pack puts first. ``UsageError`` for a pattern that matches nothing, ``NothingSelected`` if nothing is left to check."""
    _refuse_strangers(profile.ledger, selection)
    chosen = [r for r in profile.ledger if _chosen(r, selection)]
    if not chosen and (selection.only or selection.exclude):
        raise NothingSelected("--only and --exclude leave no requirement to check; widen the selection")
    first = {area: position for position, area in enumerate(profile.pack.first_areas)}
    chosen.sort(key=lambda r: (r.impact.rank, first.get(r.area, len(first)), r.id))
    return [_dispose(r, profile, selection, tuple(wires), claims, checks) for r in chosen]


def _refuse_strangers(ledger: Sequence[Requirement], selection: Selection) -> None:
    """A misspelt pattern would silently check less than was meant."""
    for pattern in (*selection.only, *selection.exclude):
        if pattern.upper() in Level.__members__ or any(matches(r, pattern) for r in ledger):
            continue
        known = [*(r.id for r in ledger), *dict.fromkeys(r.area for r in ledger)]
        mend = did_you_mean(pattern, known, "see setsubi check --list", most=3)
        raise UsageError(f"'{pattern}' matches no requirement, area or level; {mend}")


def dry_run(selected: Sequence[Selected]) -> list[Planned]:
    """What would run and what it would write."""
    return [
        Planned(s.requirement.id, s.requirement.impact, s.check.name, s.check.writes)
        for s in selected
        if s.disposition is Disposition.RUN and s.check is not None
    ]


def beyond(selected: Sequence[Selected]) -> dict[Impact, list[str]]:
    """What was selected and needs more impact than is permitted: ids by the impact that they need."""
    found: dict[Impact, list[str]] = {}
    for s in selected:
        if s.disposition is Disposition.NOT_EXERCISED:
            found.setdefault(s.requirement.impact, []).append(s.requirement.id)
    return found


def matches(requirement: Requirement, pattern: str) -> bool:
    """Whether a pattern means this requirement: its id, the beginning of it (``HO-TIMER``) or a glob, its area, or its level."""
    upper = pattern.upper()
    if upper in Level.__members__:
        return requirement.level.value == upper
    begins = requirement.id.startswith(f"{upper}-")
    return begins or fnmatchcase(requirement.id, upper) or requirement.area == pattern.lower()


def _chosen(requirement: Requirement, selection: Selection) -> bool:
    if any(matches(requirement, p) for p in selection.exclude):
        return False
    return not selection.only or any(matches(requirement, p) for p in selection.only)


def _dispose(
    requirement: Requirement,
    profile: Profile,
    selection: Selection,
    wires: tuple[Wire, ...],
    claims: Mapping[str, bool],
    checks: Mapping[str, Check],
) -> Selected:
    why_not = applies_not(requirement, profile, wires, claims)
    if why_not:
        return Selected(requirement, Disposition.NOT_APPLICABLE, why_not)
    if requirement.check is None:
        return Selected(requirement, Disposition.EXCLUDED)
    check = checks.get(requirement.check)
    if check is None:
        return Selected(requirement, Disposition.UNKNOWN_CHECK, f"there is no check '{requirement.check}'")
    lacking = [w for w in check.needs if w not in wires]
    if lacking:
        return Selected(requirement, Disposition.NOT_APPLICABLE, f"the target has no {lacking[0]} endpoint", check)
    if requirement.impact.rank > selection.impact.rank:
        reason = f"needs --impact {requirement.impact}, the run has {selection.impact}"
        return Selected(requirement, Disposition.NOT_EXERCISED, reason, check)
    return Selected(requirement, Disposition.RUN, "", check, _over(requirement, check, wires))


def _over(requirement: Requirement, check: Check, wires: tuple[Wire, ...]) -> tuple[Wire, ...]:
    """A check per protocol runs over those that the requirement and the check name, or over all."""
    named = [w for w in wires if w in check.needs or w in requirement.applies_to.protocols]
    return tuple(named) if check.per_protocol and named else wires


def applies_not(requirement: Requirement, profile: Profile, wires: Sequence[Wire], claims: Mapping[str, bool]) -> str:
    """Why a requirement does not concern this equipment; empty if it does."""
    applies = requirement.applies_to
    kinds = {*profile.ancestors, profile.spec.kind}
    if applies.kinds and not kinds & set(applies.kinds):
        return f"concerns {', '.join(applies.kinds)}, not {profile.id}"
    for wire in applies.protocols:
        if wire not in wires:
            return f"the target has no {wire} endpoint"
    for option in applies.options:
        if not claims.get(option, False):
            return f"option '{option}' is not claimed"
    for signal_id in applies.signals:
        signal = profile.signals.get(signal_id)
        if signal is None:
            return f"the profile has no signal {signal_id}"
        if signal.option is not None and not claims.get(signal.option, False):
            return f"option '{signal.option}' is not claimed"
    return ""
