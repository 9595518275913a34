"""The records of the event stream (schema 1) as they are read back: validated at the border, frozen inside.

Reading is tolerant towards time: unknown keys are ignored, a missing or null key takes its default, so that files of
older and slightly newer versions stay readable. What a report cannot do without (ids, verdicts, levels) is required.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator

from conformance.events import NOT_REACHED
from profiles.model import Impact, Level, Severity, Trust

SCHEMA = 1


class Verdict(StrEnum):
    """The seven ways in which a requirement can come out, those that need a person first."""

    FAIL = "fail"
    ERROR = "error"
    INCONCLUSIVE = "inconclusive"
    KNOWN_FAILURE = "known-failure"
    NOT_EXERCISED = "not-exercised"
    PASS = "pass"
    NOT_APPLICABLE = "not-applicable"

    @property
    def needs_action(self) -> bool:
        return self in (Verdict.FAIL, Verdict.ERROR, Verdict.INCONCLUSIVE)

    @property
    def remedy(self) -> str:
        """The text above how to mend the equipment; empty where that is not worth saying: an error of ours is nothing to mend."""
        if self is Verdict.INCONCLUSIVE:
            return "remedy.open"
        return "remedy" if self in (Verdict.FAIL, Verdict.KNOWN_FAILURE) else ""


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    @model_validator(mode="before")
    @classmethod
    def _null_means_default(cls, data: Any) -> Any:
        return {key: value for key, value in data.items() if value is not None} if isinstance(data, dict) else data


class Bilingual(_Record):
    """One text in both languages; a stream may lack one of them, then the other stands in."""

    en: str = ""
    ja: str = ""

    def in_language(self, lang: str) -> str:
        return (self.ja or self.en) if lang.startswith("ja") else (self.en or self.ja)


class ProfileRef(_Record):
    id: str
    version: str = ""
    digest: str = ""
    title: Bilingual = Bilingual()
    pack: str = ""
    statement: Bilingual = Bilingual()


class TargetRef(_Record):
    name: str
    kind: str = ""
    opcua: Any = None
    modbus: Any = None
    time_scale: float = 1.0


class Selection(_Record):
    only: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.only or self.exclude)


class Header(_Record):
    tool: str = "setsubi"
    version: str = ""
    started: str = ""
    profile: ProfileRef
    target: TargetRef
    impact: Impact = Impact.OBSERVE
    selection: Selection = Selection()
    protocols: tuple[str, ...] = ()
    claims: dict[str, Any] = {}
    options: dict[str, Bilingual] = {}

    def option(self, key: str, lang: str) -> str:
        """The title of an option; its key where the stream has no title."""
        return (self.options[key].in_language(lang) if key in self.options else "") or key


class SourceRef(_Record):
    ref: str
    clause: str = ""
    trust: Trust = Trust.K


class RequirementRecord(_Record):
    id: str
    area: str
    level: Level
    severity: Severity
    impact: Impact = Impact.OBSERVE
    since: str = ""
    text: Bilingual = Bilingual()
    remedy: Bilingual = Bilingual()
    source: tuple[SourceRef, ...] = ()
    parameters: dict[str, Any] = {}
    check: str = ""
    excluded: Bilingual | None = None

    @property
    def rank(self) -> tuple[int, int, str]:
        """Severity orders the report, then the level (decision 13)."""
        return list(Severity).index(self.severity), list(Level).index(self.level), self.id


class Expectation(_Record):
    """``met`` is None where the measurement could not tell."""

    what: str
    met: bool | None = None
    expected: Any = None
    actual: Any = None
    via: str = ""
    evidence: tuple[int, ...] = ()
    signal: str = ""
    address: str = ""

    @property
    def place(self) -> str:
        """The signal that it was stated of and where that was read, as far as the stream knows."""
        return " · ".join(filter(None, (self.signal, self.address)))


class Exchange(_Record):
    """One step of the transcript; ``t`` in machine seconds from the start of the check."""

    i: int = 0
    t: float = 0.0
    utc: str = ""
    protocol: str = ""
    op: str = ""
    address: Any = None
    value: Any = None
    status: Any = None
    raw: Any = None


class Lane(_Record):
    """One signal over time: points of (seconds, value), each value holding until the next point."""

    name: str
    points: tuple[tuple[float, Any], ...] = ()


class Diagram(_Record):
    lanes: tuple[Lane, ...] = ()


class Finding(_Record):
    id: str
    verdict: Verdict
    via: tuple[str, ...] = ()
    duration_s: float = 0.0
    reason: str = ""
    expectations: tuple[Expectation, ...] = ()
    transcript: tuple[Exchange, ...] = ()
    diagram: Diagram | None = None
    notes: tuple[str, ...] = ()
    reproduce: str = ""

    @property
    def not_reached(self) -> bool:
        """Whether the run ended before its check."""
        return self.verdict is Verdict.INCONCLUSIVE and self.reason.startswith(NOT_REACHED)

    @property
    def unmet(self) -> tuple[Expectation, ...]:
        """What failed or could not be told, in the order in which it was stated."""
        return tuple(e for e in self.expectations if e.met is not True)


class Restore(_Record):
    id: str = ""
    signal: str
    via: str = ""
    old: Any = None
    ok: bool
    status: Any = None


class Footer(_Record):
    finished: str = ""
    exit_code: int
    reason: str = ""
    duration_s: float = 0.0
    stale: bool = False
    baselined: list[str] = []


Record = Header | RequirementRecord | Finding | Restore | Footer
RECORDS: dict[str, type[_Record]] = {
    "header": Header,
    "requirement": RequirementRecord,
    "finding": Finding,
    "restore": Restore,
    "footer": Footer,
}
