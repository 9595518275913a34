"""Known failures: reported, but not deciding, until they pass; then the baseline is stale and says so loudly."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from conformance.errors import TargetFileError, UsageError
from conformance.verdicts import Result, Verdict
from profiles.errors import Place
from profiles.validation import validate
from profiles.yamlsource import load_yaml


class _BaselineFile(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    profile: str
    known_failures: dict[str, str | None] = {}  # requirement id → why it is known


@dataclass(frozen=True)
class Baseline:
    """The known failures of one target."""

    path: Path
    profile: str
    known: dict[str, str]

    def why(self, requirement: str) -> str | None:
        """Why a failure is known; ``None`` if it is not."""
        return self.known[requirement] or "no reason given yet" if requirement in self.known else None

    def stale(self, results: Iterable[Result]) -> list[str]:
        """Entries that were checked and pass now; one that was not decided stays."""
        passed = {r.id for r in results if r.verdict in (Verdict.PASS, Verdict.NOT_APPLICABLE)}
        return sorted(set(self.known) & passed)

    def updated(self, results: Sequence[Result]) -> Baseline:
        """What failed is known, with the reasons already given; what passed is not any more."""
        stale = set(self.stale(results))
        failed = [r.id for r in results if r.verdict in (Verdict.FAIL, Verdict.KNOWN_FAILURE)]
        known = {k: v for k, v in self.known.items() if k not in stale}
        known.update({f: known.get(f, "") for f in failed})
        return Baseline(self.path, self.profile, dict(sorted(known.items())))

    def save(self) -> None:
        """Write the file. ``UsageError`` if it cannot be written."""
        lines = [
            "# Known failures: they are reported but do not decide. Give each its reason.",
            f"profile: {self.profile}",
        ]
        lines += ["known_failures:" if self.known else "known_failures: {}"]
        for requirement, why in self.known.items():
            quoted = why.replace("\\", "\\\\").replace('"', '\\"')
            lines.append(f'  {requirement}: "{quoted}"')
        try:
            self.path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        except OSError as error:
            raise UsageError(f"{self.path} cannot be written ({error.strerror}); check the folder") from None


def load_baseline(path: Path, profile: str, *, create: bool = False) -> Baseline:
    """The baseline of a file. Every entry has a reason. With ``create`` (it is rewritten after the run) there may be no file
    yet, and no reason. ``TargetFileError`` names the place."""
    if not path.exists():
        if create:
            return Baseline(path, profile, {})
        raise TargetFileError(Place(str(path)), "no such file", "check its name, or let --update-baseline begin it")
    sourced = load_yaml(path, TargetFileError)
    file = validate(_BaselineFile, sourced, fail=TargetFileError)
    if file.profile != profile:
        place = sourced.place(("profile",))
        raise TargetFileError(place, f"is a baseline of '{file.profile}', not of '{profile}'", "name the right file")
    known = {requirement: (why or "").strip() for requirement, why in file.known_failures.items()}
    nameless = next((requirement for requirement, why in known.items() if not why), None)
    if nameless is not None and not create:
        place = sourced.place(("known_failures", nameless))
        raise TargetFileError(place, f"known_failures.{nameless}: has no reason", "say why it is known and until when")
    return Baseline(path, profile, known)
