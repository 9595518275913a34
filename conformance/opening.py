"""How a stream begins: the header, and a record of every selected requirement."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

from conformance.clock import utc_now
from conformance.context_impl import Bench
from conformance.events import Header, RequirementRecord, plain
from conformance.selection import Selected, Selection
from conformance.targetfile import Target
from profiles.model import Text
from profiles.pack import Profile


def header(target: Target, profile: Profile, bench: Bench, selection: Selection) -> Header:
    """What is run against what."""
    return Header(
        tool="setsubi",
        version=_tool_version(),
        started=utc_now(),
        profile={
            "id": profile.id,
            "version": profile.version,
            "digest": profile.digest,
            "title": _text(profile.title),
            "pack": f"{profile.pack.id} {profile.pack.version}",
            "statement": _text(profile.basis.statement),
        },
        target=target.public(),
        impact=str(selection.impact),
        selection=selection.as_dict(),
        protocols=[str(w) for w in bench.wires],
        claims=dict(bench.fitted.claims),
        options={option.id: _text(option.title) for option in profile.options.values()},
    )


def requirement_record(selected: Selected, bench: Bench) -> RequirementRecord:
    """A requirement with the parameters that this run gives it."""
    requirement = selected.requirement
    own = bench.fitted.parameters.get(requirement.id, {})
    return RequirementRecord(
        id=requirement.id,
        area=requirement.area,
        level=requirement.level.value,
        severity=requirement.severity.value,
        impact=requirement.impact.value,
        since=requirement.since,
        text=_text(requirement.text),
        remedy=_text(requirement.remedy),
        source=[s.model_dump(mode="json") for s in requirement.source],
        parameters=plain({**requirement.parameters, **own}),
        check=requirement.check,
        excluded=None if requirement.excluded is None else _text(requirement.excluded),
    )


def _text(text: Text) -> dict[str, str]:
    return {"en": text.en, "ja": text.ja}


def _tool_version() -> str:
    """The version of the installed distribution."""
    try:
        return version("setsubi")
    except PackageNotFoundError:
        return "0+unknown"
