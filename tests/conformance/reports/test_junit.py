"""JUnit XML: well-formed, counted rightly, and red exactly where the exit code is."""

from xml.etree import ElementTree as ET

import pytest

from conformance.reports import build_report, render_junit

HEADER = {"event": "header", "schema": 1, "profile": {"id": "p"}, "target": {"name": "t"}}


def root_of(report, lang="en"):
    return ET.fromstring(render_junit(report, lang))


def case(root, identifier):
    return next(c for c in root.iter("testcase") if c.get("name").startswith(identifier))


def one_finding(verdict, level, exit_code):
    requirement = {"event": "requirement", "id": "A-B-001", "area": "x", "level": level, "severity": "data"}
    finding = {"event": "finding", "id": "A-B-001", "verdict": verdict}
    return build_report([HEADER, requirement, finding, {"event": "footer", "exit_code": exit_code}])


@pytest.mark.parametrize("name", ["faulty", "clean", "interrupted", "hostile"])
@pytest.mark.parametrize("lang", ["en", "ja"])
def test_totals_agree_with_the_cases(report_of, name, lang):
    root = root_of(report_of(name), lang)
    for node in (root, *root):
        assert int(node.get("tests")) == len(list(node.iter("testcase")))
        for key, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert int(node.get(key)) == len(list(node.iter(tag)))


def test_a_failure_says_what_was_expected_what_came_and_how_to_mend_it(report_of):
    failure = case(root_of(report_of("faulty")), "BAS-HAND-003").find("failure")
    assert "off at 1.48 s" in failure.get("message")
    for words in ("Ready stays on", "on until Finished at 2.70 s", "Latch Ready", "IPC-HERMES-9852", "--only BAS-HAND"):
        assert words in failure.text


def test_skipped_cases_say_why(report_of):
    skipped = case(root_of(report_of("faulty")), "BAS-SAFE-002").find("skipped")
    assert "needs impact operator" in skipped.get("message")


@pytest.mark.parametrize(
    ("verdict", "level", "exit_code", "tag"),
    [
        ("pass", "MUST", 0, None),
        ("fail", "MUST", 1, "failure"),
        ("fail", "SHOULD", 0, "skipped"),
        ("inconclusive", "MUST", 6, "error"),
        ("inconclusive", "MAY", 0, "skipped"),
        ("error", "MAY", 3, "error"),
        ("known-failure", "MUST", 0, "skipped"),
        ("not-applicable", "MUST", 0, "skipped"),
        ("not-exercised", "MUST", 0, "skipped"),
    ],
)
def test_the_file_is_red_exactly_when_the_exit_code_is_not_zero(verdict, level, exit_code, tag):
    root = root_of(one_finding(verdict, level, exit_code))
    outcomes = [child.tag for child in case(root, "A-B-001")]
    assert outcomes == ([tag] if tag else [])
    assert (int(root.get("failures")) + int(root.get("errors")) > 0) == (exit_code != 0)


@pytest.mark.parametrize("exit_code", [2, 3, 4, 5, 6, 7])
def test_a_run_that_came_to_nothing_is_not_green(exit_code):
    report = build_report([HEADER, {"event": "footer", "exit_code": exit_code, "reason": "no answer"}])
    assert case(root_of(report), "run completed").find("error").text == "no answer"


def test_a_run_without_an_end_is_not_green(report_of):
    assert case(root_of(report_of("interrupted")), "run completed").find("error") is not None


@pytest.mark.parametrize("name", ["faulty", "clean"])
def test_the_tests_of_a_run_that_came_to_its_end_are_its_requirements(report_of, name):
    report = report_of(name)
    root = root_of(report)
    assert int(root.get("tests")) == len(report.results) == sum(report.counts.values())
    assert "setsubi.run" not in [suite.get("name") for suite in root]


def test_each_suite_names_profile_digest_and_target(report_of):
    for suite in root_of(report_of("faulty")):
        properties = {p.get("name"): p.get("value") for p in suite.find("properties")}
        assert properties["profile"] == "stacking 1.0.0"
        assert properties["digest"].startswith("sha256:")
        assert properties["target"] == "Stacker 3, line 2"


def test_control_characters_are_made_visible(report_of):
    text = render_junit(report_of("hostile"))
    assert "\x1b" not in text
    assert "\\x1b]0;owned\\x07" in text
    text.encode("utf-8")
