"""What a report leaves open, by severity, from the stream and from the JUnit file alike."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from conformance.reports import StreamError, open_findings, read_report, render_junit
from profiles.model import Severity

Stream = Callable[[str], Path]


def test_failures_and_known_failures_are_open_by_severity(stream: Stream) -> None:
    found = open_findings(stream("faulty"))
    assert sum(found.by_severity.values()) == 4  # three fail, one is known
    assert found.undecided == 3  # an error, an inconclusive one, one not exercised
    assert open_findings(stream("clean")).by_severity == {}


@pytest.mark.parametrize("lang", ["en", "ja"])
@pytest.mark.parametrize("name", ["clean", "faulty", "hostile", "interrupted"])
def test_the_junit_file_says_the_same_as_the_stream(stream: Stream, tmp_path: Path, name: str, lang: str) -> None:
    path = tmp_path / "junit.xml"
    path.write_text(render_junit(read_report(stream(name)), lang), encoding="utf-8")
    assert open_findings(path) == open_findings(stream(name))


def test_severities_are_those_of_the_requirements(stream: Stream) -> None:
    report = read_report(stream("faulty"))
    severe = {r.requirement.severity for r in report.results if r.verdict in ("fail", "known-failure")}
    assert set(open_findings(stream("faulty")).by_severity) == severe <= set(Severity)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("<testsuites", "junit.xml:1: is not XML; give the NDJSON or JUnit file"),
        ("<testsuites name='pytest'/>", "junit.xml: is no JUnit file of setsubi"),
        (
            "<testsuites name='setsubi x'><testsuite><testcase name='A-1 x'><failure message='fail: x'>?</failure></testcase></testsuite></testsuites>",
            "junit.xml: says no severity of 'A-1 x'",
        ),
    ],
)
def test_a_file_that_is_no_report_is_told(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "junit.xml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(StreamError) as error:
        open_findings(path)
    assert said in str(error.value)
    with pytest.raises(StreamError, match="cannot be read"):
        open_findings(tmp_path / "none.xml")
