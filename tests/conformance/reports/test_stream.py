"""Streams are read back whole, or refused with the place and the mend."""

import json

import pytest

from conformance.reports import StreamError, build_report, read_report
from conformance.reports.records import Verdict
from profiles.model import Level, Severity


def test_a_report_joins_each_finding_with_its_requirement(report_of):
    report = report_of("faulty")
    assert len(report.results) == 14
    assert all(result.requirement.id == result.finding.id for result in report.results)


def test_results_come_by_severity_and_then_by_level(report_of):
    ranks = [(r.requirement.severity, r.requirement.level) for r in report_of("faulty").results]
    assert ranks == sorted(ranks, key=lambda rank: (list(Severity).index(rank[0]), list(Level).index(rank[1])))
    assert ranks[0] == (Severity.SAFETY, Level.MUST)


def test_an_excluded_requirement_is_no_result_but_is_told(report_of):
    report = report_of("faulty")
    assert [r.id for r in report.excluded] == ["BAS-SAFE-011"]
    assert "BAS-SAFE-011" not in {r.requirement.id for r in report.results}


def test_a_stream_without_footer_is_an_interrupted_run(report_of):
    report = report_of("interrupted")
    assert report.footer is None
    assert report.interrupted
    assert report.exit_code == 2
    assert len(report.findings) == 4


def test_requirements_that_were_not_reached_count_as_not_exercised(report_of):
    unreached = [r for r in report_of("interrupted").results if not r.reached]
    assert [r.requirement.id for r in unreached] == ["BAS-SAFE-002", "BAS-HAND-007"]
    assert {r.verdict for r in unreached} == {Verdict.NOT_EXERCISED}


def test_events_of_a_later_version_are_passed_over(report_of):
    assert report_of("hostile").exit_code == 1


def test_a_finding_without_requirement_is_kept_as_the_gravest_kind(events):
    report = build_report([events[0], {"event": "finding", "id": "XX-NEW-001", "verdict": "fail"}])
    assert report.results[0].requirement.severity is Severity.SAFETY


@pytest.fixture
def events(stream):
    return [json.loads(line) for line in stream("clean").read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "holds no events"),
        (b"hello\nworld\n", ":1: is not a line of JSON"),
        (b"\xff\xfe\x00binary", "is not UTF-8 text"),
        (b"[1, 2]\n", ":1: is no event"),
        (b'{"event":"finding","id":"A","verdict":"pass"}\n', ":1: comes before the header"),
        (b'{"event":"header","schema":2}\n', ":1: has schema 2, this version reads 1"),
        (b'{"event":"header","schema":1,"profile":{"id":"p"}}\n', ":1: the header event is wrong at 'target'"),
    ],
)
def test_what_is_no_stream_is_refused_with_one_clear_line(tmp_path, content, says):
    path = tmp_path / "some.ndjson"
    path.write_bytes(content)
    with pytest.raises(StreamError) as caught:
        read_report(path)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(StreamError, match="cannot be read"):
        read_report(tmp_path / "none.ndjson")


def test_a_broken_line_in_the_middle_is_named_by_its_number(stream, tmp_path):
    lines = stream("clean").read_text(encoding="utf-8").splitlines()
    lines[3] = lines[3][:20]
    path = tmp_path / "broken.ndjson"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with pytest.raises(StreamError, match=r":4: is not a line of JSON"):
        read_report(path)


def test_a_verdict_that_does_not_exist_is_refused_by_line(events):
    events[6]["verdict"] = "maybe"
    with pytest.raises(StreamError, match=r"stream:7: the finding event is wrong at 'verdict'"):
        build_report(events)


def test_two_runs_in_one_file_are_refused(events):
    with pytest.raises(StreamError, match="second header"):
        build_report(events + events)


def test_null_stands_for_a_value_that_is_not_given(events):
    events[6].update(reason=None, expectations=None, reproduce=None)
    assert build_report(events).findings[0].expectations == ()
