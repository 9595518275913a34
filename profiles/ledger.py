"""The ledger of a pack: one file per area, laid over the ledger of the pack that it extends."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from profiles.errors import Place, ProfileError
from profiles.merge import lay_over
from profiles.model import Requirement
from profiles.naming import did_you_mean
from profiles.validation import validate
from profiles.yamlsource import Sourced, load_mapping, only_keys

_DECISIONS = ("check", "excluded")


def load_ledger(folder: Path, base: Iterable[Requirement], profiles: Iterable[str]) -> tuple[Requirement, ...]:
    """The requirements of ``folder/ledger`` over those of ``base``, by id.

    A row replaces what it names and inherits the rest; ``excluded`` takes the place of ``check`` and the other way round.
    Raises ``ProfileError``.
    """
    known = {r.id: r for r in base}
    own: dict[str, Place] = {}
    for file in sorted((folder / "ledger").glob("*.yaml")):
        sourced = load_mapping(file)
        only_keys(sourced, {"area", "requirements", "sources"})
        rows = sourced.data.get("requirements") or {}
        if not isinstance(rows, dict):
            place = sourced.place(("requirements",))
            raise ProfileError(place, "requirements: is not a mapping", "write 'AREA-TOPIC-001:' and its keys beneath")
        for rid, row in rows.items():
            at = ("requirements", rid)
            if rid in own:
                what = f"requirement {rid} stands twice (first at {own[rid]})"
                raise ProfileError(sourced.place(at), what, "give it a number of its own")
            own[rid] = sourced.place(at)
            known[rid] = _requirement(sourced, rid, row, known)
            _kinds_exist(sourced, known[rid], profiles)
    ledger = tuple(known[rid] for rid in sorted(known))
    _texts_differ(ledger, own)
    return ledger


def _requirement(sourced: Sourced, rid: Any, row: Any, known: Mapping[str, Requirement]) -> Requirement:
    at = ("requirements", rid)
    if not isinstance(row, dict):
        what = "removes a requirement" if row is None else "is not a mapping of keys"
        mend = "give 'excluded:' with the reason" if row is None else "write its keys beneath it"
        raise ProfileError(sourced.place(at), f"{rid}: {what}", mend)
    base = known.get(rid)
    if base is None and known and "text" not in row:
        mend = did_you_mean(rid, known, "give it a text, or correct the id")
        raise ProfileError(sourced.place(at), f"{rid}: the base has no such requirement to change", mend)
    data: dict[str, Any] = {}
    if base is not None:
        data = base.model_dump(by_alias=True, exclude_defaults=True, mode="json")
        for one, other in (_DECISIONS, _DECISIONS[::-1]):
            if one in row:
                data.pop(other, None)
    if "area" in sourced.data:
        data["area"] = sourced.data["area"]
    lay_over(data, row, sourced, at)
    data["id"] = rid
    places = {k[2:]: v for k, v in sourced.places.items() if k[:2] == at}
    return validate(Requirement, Sourced(data, places, sourced.path), fail=_named(rid))


def _named(rid: Any) -> Any:
    return lambda place, what, mend: ProfileError(place, f"{rid}: {what}", mend)


def _kinds_exist(sourced: Sourced, requirement: Requirement, profiles: Iterable[str]) -> None:
    names = sorted(profiles)
    for index, kind in enumerate(requirement.applies_to.kinds):
        if kind not in names:
            place = sourced.place(("requirements", requirement.id, "applies_to", "kinds", index))
            what = f"{requirement.id}: applies_to.kinds: there is no profile '{kind}'"
            raise ProfileError(place, what, f"name one of {', '.join(names)}")


def _texts_differ(ledger: Iterable[Requirement], places: Mapping[str, Place]) -> None:
    """Two requirements with one text are one requirement."""
    texts: dict[str, str] = {}
    for requirement in ledger:
        text = requirement.text.en.strip().lower()
        other = texts.setdefault(text, requirement.id)
        if other != requirement.id:
            one, two = (requirement.id, other) if requirement.id in places else (other, requirement.id)
            raise ProfileError(places.get(one, Place(one)), f"{one} says the same as {two}", "remove one of them")
