"""How many findings a report leaves open, by severity: what is to be mended before an equipment meets its profile.

Open are requirements of any level that fail, known failures among them. What was not decided or not exercised is not
counted, as nobody knows yet.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

from conformance.reports.errors import StreamError
from conformance.reports.records import Verdict
from conformance.reports.stream import read_report
from conformance.reports.texts import texts_in
from profiles.model import Severity

OPEN = (Verdict.FAIL, Verdict.KNOWN_FAILURE)
_LANGUAGES = ("en", "ja")
_SEVERITIES = {texts_in(lang)(f"severity.{s}"): s for lang in _LANGUAGES for s in Severity}
_OPEN = tuple(f"{texts_in(lang).verdict(v)}: " for lang in _LANGUAGES for v in OPEN)
_NOT_APPLICABLE = tuple(f"{texts_in(lang).verdict(Verdict.NOT_APPLICABLE)}: " for lang in _LANGUAGES)
_FIRST_LINE = re.compile(r"\S+ \([^,()]+, ([^()]+)\): ")
_MEND = "give the NDJSON or JUnit file that 'setsubi check' has written"


@dataclass(frozen=True)
class OpenFindings:
    """Open findings by severity, and how many requirements that apply were left undecided."""

    by_severity: dict[Severity, int]
    undecided: int


def open_findings(path: str | Path) -> OpenFindings:
    """Of an event stream (``.ndjson``), or of a JUnit file (``.xml``) in either language. Raises ``StreamError``."""
    if Path(path).suffix.lower() == ".xml":
        return _of_junit(path)
    report = read_report(path)
    undecided = report.of(Verdict.ERROR, Verdict.INCONCLUSIVE, Verdict.NOT_EXERCISED)
    return OpenFindings(dict(Counter(r.requirement.severity for r in report.of(*OPEN))), len(undecided))


def _of_junit(path: str | Path) -> OpenFindings:
    try:
        root = ET.fromstring(Path(path).read_bytes())
    except ET.ParseError as error:
        raise StreamError(str(path), error.position[0], "is not XML", _MEND) from None
    except (OSError, LookupError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise StreamError(str(path), 0, f"cannot be read ({why})", _MEND) from None
    if root.tag != "testsuites" or not root.get("name", "").startswith("setsubi "):
        raise StreamError(str(path), 0, "is no JUnit file of setsubi", _MEND)
    found, undecided = Counter[Severity](), 0
    for case, outcome in _outcomes(root):
        if not outcome.get("message", "").startswith(_OPEN):
            undecided += not outcome.get("message", "").startswith(_NOT_APPLICABLE)
            continue
        first = _FIRST_LINE.match(outcome.text or "")
        severity = _SEVERITIES.get(first[1]) if first else None
        if severity is None:
            raise StreamError(str(path), 0, f"says no severity of '{case.get('name')}'", _MEND)
        found[severity] += 1
    return OpenFindings(dict(found), undecided)


def _outcomes(root: ET.Element) -> Iterator[tuple[ET.Element, ET.Element]]:
    """The test cases of requirements that did not pass, with what they came to."""
    for case in root.iter("testcase"):
        if case.get("classname") == "setsubi.run":
            continue
        for tag in ("failure", "error", "skipped"):
            if (outcome := case.find(tag)) is not None:
                yield case, outcome
