"""``setsubi profile diff``: what changed between two versions of a profile, and whom it breaks.

*breaking*: something that a client or an equipment built to the old version relies on is gone, moved, weaker or
stricter. *additive*: there is more, or a promise is stronger, and what was built to the old version goes on working.
*cosmetic*: names of profiles, titles, sources, remedies.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from profiles.pack import Profile

Data = dict[str, Any]


class Kind(StrEnum):
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


class Compatibility(StrEnum):
    """Worst first."""

    BREAKING = "breaking"
    ADDITIVE = "additive"
    COSMETIC = "cosmetic"


BREAKING, ADDITIVE, COSMETIC = Compatibility.BREAKING, Compatibility.ADDITIVE, Compatibility.COSMETIC
Judge = Callable[[Any, Any, Data], Compatibility]


@dataclass(frozen=True)
class Change:
    """One difference. ``path`` as in the file (``signals.state.cause.range``); values as plain data, ``None`` for none."""

    path: str
    kind: Kind
    before: Any
    after: Any
    compatibility: Compatibility

    def __str__(self) -> str:
        if self.kind is Kind.CHANGED:
            return f"{self.compatibility}: {self.path}: {self.before} → {self.after}"
        return f"{self.compatibility}: {self.path} {self.kind}"


def diff(old: Profile, new: Profile) -> list[Change]:
    """All changes from ``old`` to ``new``, in the order of the profile; empty if they say the same."""
    before, after = _said(old), _said(new)
    return [change for section in before for change in _section(section, before[section], after[section])]


def bump(changes: Iterable[Change]) -> str | None:
    """The part of the semantic version that the changes raise: major, minor, patch; ``None`` without changes."""
    found = {change.compatibility for change in changes}
    for compatibility, part in ((BREAKING, "major"), (ADDITIVE, "minor"), (COSMETIC, "patch")):
        if compatibility in found:
            return part
    return None


def _said(profile: Profile) -> dict[str, Data]:
    """What a profile says, by section, each entry under its id; the version is left out, for it follows."""
    spec = profile.spec.model_dump(mode="json", by_alias=True)
    handover = spec["handover"]
    return {
        "profile": {
            k: spec[k]
            for k in ("profile", "title", "kind", "abstract", "word_order", "basis", "parameters", "process_values")
        },
        "namespaces": dict(profile.namespaces),
        **{
            section: spec[section]
            for section in ("options", "signals", "methods", "alarms", "safety", "devices", "recipes")
        },
        "handover": {k: v for k, v in handover.items() if k != "timers"},
        "handover.timers": handover["timers"],
        **{f"states.{name}": _table(t.spec.model_dump(mode="json", by_alias=True)) for name, t in _tables(profile)},
        "requirements": {r.id: r.model_dump(mode="json", by_alias=True) for r in profile.ledger},
    }


def _tables(profile: Profile) -> list[tuple[str, Any]]:
    return sorted(profile.state_tables.items())


def _table(spec: Data) -> Data:
    """States and transitions as entries of their own."""
    states = {f"state {s['number']}": s for s in spec["states"]}
    moves = {f"{t['from']} on {t['on']}": t["to"] for t in spec["transitions"]}
    ignored = {f"{state} tolerates {event}": True for state, event in spec["tolerated"]}
    return {
        "initial": spec["initial"],
        "illegal": spec["illegal"],
        "sources": spec["sources"],
        **states,
        **moves,
        **ignored,
    }


def _section(section: str, before: Data, after: Data) -> Iterator[Change]:
    for name in [*before, *(n for n in after if n not in before)]:
        path = f"{section}.{name}"
        if name not in after:
            yield Change(path, Kind.REMOVED, before[name], None, BREAKING)
        elif name not in before:
            yield Change(path, Kind.ADDED, None, after[name], ADDITIVE)
        elif isinstance(before[name], dict) and isinstance(after[name], dict) and section not in _WHOLE:
            yield from _fields(section, path, before[name], after[name])
        elif before[name] != after[name]:
            judge = _judge(section, name)
            yield Change(path, Kind.CHANGED, before[name], after[name], judge(before[name], after[name], before))


def _fields(section: str, path: str, before: Data, after: Data) -> Iterator[Change]:
    for name in [*before, *(n for n in after if n not in before)]:
        old, new = before.get(name), after.get(name)
        if old != new:
            judge = _judge(section, name)
            yield Change(f"{path}.{name}", Kind.CHANGED, old, new, judge(old, new, before))


def _judge(section: str, name: str) -> Judge:
    return _JUDGES.get(f"{section}.{name}") or _JUDGES.get(name) or _breaking


def _breaking(old: Any, new: Any, entry: Data) -> Compatibility:
    return BREAKING


def _cosmetic(old: Any, new: Any, entry: Data) -> Compatibility:
    return COSMETIC


def _additive(old: Any, new: Any, entry: Data) -> Compatibility:
    return ADDITIVE


def _grows(old: Any, new: Any, entry: Data) -> Compatibility:
    """A collection: more is additive, another order is cosmetic; anything lost or changed is breaking."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        return ADDITIVE if all(k in new and new[k] == v for k, v in old.items()) else BREAKING
    if set(old or ()) == set(new or ()):
        return COSMETIC
    return ADDITIVE if set(old or ()) < set(new or ()) else BREAKING


def _enumeration(old: Any, new: Any, entry: Data) -> Compatibility:
    if old is None or new is None:
        return BREAKING
    return _grows(old, new, entry)


def _limits(old: Any, new: Any, entry: Data) -> Compatibility:
    """A writable value: a wider range takes all that was taken. A reported one: a narrower range promises more."""
    if old is None or new is None:
        widened = new is None
    elif new[0] <= old[0] and old[1] <= new[1]:
        widened = True
    elif old[0] <= new[0] and new[1] <= old[1]:
        widened = False
    else:
        return BREAKING
    return ADDITIVE if widened == (entry["access"] == "rw") else BREAKING


def _less_promises_more(old: Any, new: Any, entry: Data) -> Compatibility:
    """Times and tolerances: smaller is stricter for the equipment and better for its clients; none is exact."""
    return ADDITIVE if (new or 0) < (old or 0) else BREAKING


def _bound(old: Any, new: Any, entry: Data) -> Compatibility:
    """A binding that was not there before adds a way; any other change moves the value."""
    return ADDITIVE if old is None else BREAKING


def _option(old: Any, new: Any, entry: Data) -> Compatibility:
    return ADDITIVE if new is None else BREAKING


def _constant(old: Any, new: Any, entry: Data) -> Compatibility:
    return ADDITIVE if new else BREAKING


def _access(old: Any, new: Any, entry: Data) -> Compatibility:
    return ADDITIVE if (old, new) == ("r", "rw") else BREAKING


def _sentence(old: Any, new: Any, entry: Data) -> Compatibility:
    """A requirement's English text is what is promised; its translation follows."""
    return COSMETIC if old["en"] == new["en"] else BREAKING


_WHOLE = ("profile", "namespaces", "handover")
"""Sections whose entries are values, not records."""

_JUDGES: dict[str, Judge] = {
    "title": _cosmetic, "source": _cosmetic, "sources": _cosmetic, "remedy": _cosmetic, "alarms.text": _cosmetic,
    "profile.profile": _cosmetic, "profile.title": _cosmetic, "profile.basis": _cosmetic, "profile.parameters": _grows, "profile.process_values": _grows,
    "handover.source": _cosmetic, "handover.item_kinds": _grows, "handover.item_qualities": _grows,
    "signals.enum": _enumeration, "signals.range": _limits, "signals.update_ms": _less_promises_more,
    "signals.tolerance": _less_promises_more, "signals.option": _option, "signals.constant": _constant,
    "signals.access": _access, "signals.opcua": _bound, "signals.modbus": _bound, "methods.option": _option,
    "safety.reaction_time_s": _less_promises_more, "devices.functions": _grows,
    "recipes.version": _cosmetic, "recipes.values": _additive,
    "requirements.text": _sentence, "requirements.severity": _cosmetic, "requirements.since": _cosmetic,
    "requirements.check": _cosmetic, "requirements.faults": _cosmetic, "requirements.area": _cosmetic,
}  # fmt: skip
"""How a changed field is judged: by section and field, else by field, else breaking."""
