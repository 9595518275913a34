"""JUnit XML for CI servers. The file is red exactly where the exit code is: what decides it is the level.

=====================================  =============================================
finding                                test case
=====================================  =============================================
fail of a MUST                         failure
error (ours), any level                error
inconclusive MUST                      error: it may not count as passed (exit code 6)
fail or inconclusive of SHOULD or MAY  skipped, with what was expected and seen
known failure, not exercised, not      skipped, with the reason
applicable, not reached
run without an end, or ended by        error of the test case "run completed", so that an
interrupt, usage, unreachable target,  empty file is never green; only there
a stale baseline
=====================================  =============================================

So the tests of a run that came to its end are its requirements, as many as every other report counts.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from conformance.reports.records import Verdict
from conformance.reports.stream import Report, Result
from conformance.reports.summary import exit_meaning
from conformance.reports.texts import Texts, texts_in
from conformance.reports.translation import translated
from conformance.reports.values import clean, one_line, show

_RUN = "run"
_VERDICT_CODES = (0, 1)  # exit codes by which a run says that it was completed
_INCOMPLETE = 6


def render_junit(report: Report, lang: str = "en") -> str:
    """The XML document as text, to be written as UTF-8."""
    texts = texts_in(lang)
    report = translated(report, texts)
    root = ET.Element("testsuites", name=f"setsubi {clean(report.header.profile.id)}")
    for area in report.areas:
        results = report.of(area=area)
        if results:
            _suite(root, area, [_case(r, texts) for r in results], report)
    ended_badly = _run_case(report, texts)
    if ended_badly is not None:
        _suite(root, _RUN, [ended_badly], report)
    for key in ("tests", "failures", "errors", "skipped"):
        root.set(key, str(sum(int(suite.get(key, "0")) for suite in root)))
    root.set("time", f"{report.footer.duration_s if report.footer else 0:.3f}")
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def is_red(result: Result) -> bool:
    """Whether the finding fails a build."""
    if result.verdict is Verdict.ERROR:
        return True
    return result.is_must and result.verdict in (Verdict.FAIL, Verdict.INCONCLUSIVE)


def _suite(root: ET.Element, area: str, cases: list[ET.Element], report: Report) -> None:
    time = sum(float(case.get("time", "0")) for case in cases)
    suite = ET.SubElement(root, "testsuite", name=f"setsubi.{clean(area)}", tests=str(len(cases)))
    for key, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(key, str(sum(case.find(tag) is not None for case in cases)))
    suite.set("time", f"{time:.3f}")
    stamp = re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", report.header.started)
    if stamp:
        suite.set("timestamp", stamp.group())
    suite.set("hostname", one_line(report.header.target.name, 100))
    properties = ET.SubElement(suite, "properties")
    for name, value in _properties(report).items():
        ET.SubElement(properties, "property", name=name, value=clean(value))
    suite.extend(cases)


def _properties(report: Report) -> dict[str, str]:
    header = report.header
    properties = {
        "tool": f"{header.tool} {header.version}",
        "profile": f"{header.profile.id} {header.profile.version}",
        "digest": header.profile.digest,
        "pack": header.profile.pack,
        "target": header.target.name,
        "opcua": show(header.target.opcua),
        "modbus": show(header.target.modbus),
        "impact": str(header.impact),
        "protocols": " ".join(header.protocols),
        "exit_code": str(report.exit_code),
        "statement": texts_in("en")("disclaimer"),
    }
    if header.selection:
        properties["selection"] = f"only={list(header.selection.only)} exclude={list(header.selection.exclude)}"
    return properties


def _case(result: Result, texts: Texts) -> ET.Element:
    requirement, finding = result.requirement, result.finding
    text = one_line(requirement.text.in_language(texts.lang), 200)
    case = ET.Element(
        "testcase",
        classname=f"setsubi.{clean(requirement.area)}",
        name=f"{clean(requirement.id)} {text}",
        time=f"{finding.duration_s:.3f}",
    )
    if result.verdict is Verdict.PASS:
        return case
    message = f"{texts.verdict(result.verdict)}: {_headline(result, texts)}"
    tag = "skipped"
    if is_red(result):
        tag = "failure" if result.verdict is Verdict.FAIL else "error"
    outcome = ET.SubElement(case, tag, message=message)
    if tag != "skipped":
        outcome.set("type", f"{requirement.level} {result.verdict}")
    outcome.text = details(result, texts)
    return case


def _headline(result: Result, texts: Texts) -> str:
    if not result.reached:
        return texts("not_reached")
    first = next(iter(result.finding.unmet), None)
    if result.finding.reason or first is None:
        return one_line(result.finding.reason or result.requirement.text.in_language(texts.lang))
    return (
        f"{one_line(first.what)} ({texts('expected')}: {one_line(first.expected)}, "
        f"{texts('actual')}: {one_line(first.actual)})"
    )


def details(result: Result, texts: Texts) -> str:
    """What a person needs to act on a finding, as plain lines."""
    requirement, finding = result.requirement, result.finding
    sources = "; ".join(f"{s.ref} {s.clause} ({texts('trust')} {s.trust})" for s in requirement.source)
    severity = texts(f"severity.{requirement.severity}")
    lines = [
        f"{requirement.id} ({texts(f'level.{requirement.level}')}, {severity}): "
        f"{requirement.text.in_language(texts.lang)}",
    ]
    if finding.reason:
        lines.append(f"{texts('reason')}: {finding.reason}")
    for e in finding.unmet:
        mark = texts("unclear" if e.met is None else "unmet")
        lines += [
            f"- {e.what} [{mark}] {e.via}",
            *([f"    {e.place}"] if e.place else []),
            f"    {texts('expected')}: {show(e.expected)}",
            f"    {texts('actual')}: {show(e.actual)}",
        ]
    if heading := finding.verdict.remedy:
        lines.append(f"{texts(heading)}: {requirement.remedy.in_language(texts.lang)}")
    lines += [f"{texts('notes')}: {note}" for note in finding.notes]
    lines.append(f"{texts('source')}: {sources}")
    if finding.reproduce:
        lines.append(f"{texts('reproduce')}: {finding.reproduce}")
    return "\n".join(clean(line) for line in lines)


def _run_case(report: Report, texts: Texts) -> ET.Element | None:
    """Red when the run did not come to its end, or its exit code has a reason that no finding shows; else there is none."""
    code = report.exit_code
    if (code in _VERDICT_CODES and not report.stale) or (
        code == _INCOMPLETE and any(is_red(r) for r in report.results)
    ):
        return None
    reason = report.footer.reason if report.footer else texts("no_footer")
    meaning = exit_meaning(report, texts)
    case = ET.Element("testcase", classname=f"setsubi.{_RUN}", name="run completed", time="0.000")
    error = ET.SubElement(case, "error", message=f"{texts('exit_code')} {code}: {meaning}", type=f"exit code {code}")
    error.text = clean(reason)
    return case
