"""The two short forms: a comment on a pull request, and a badge."""

from xml.etree import ElementTree as ET

import pytest

from conformance.reports import build_report, render_badge, render_markdown


def test_a_comment_names_the_conclusion_and_each_urgent_finding(report_of):
    text = render_markdown(report_of("faulty"))
    assert text.startswith("### 🔴 Stacker 3, line 2: Not conformant")
    for words in ("BAS-SAFE-005", "`off at 1.48 s, 0.58 s after Start`", "Latch Ready", "no safety validation"):
        assert words in text


def test_a_long_comment_is_cut_and_says_so(report_of):
    text = render_markdown(report_of("faulty"), most=2)
    assert "- … +3" in text
    assert "BAS-ALRM-001" not in text


def test_foreign_text_is_no_markup_no_link_and_calls_nobody(report_of):
    text = render_markdown(report_of("hostile"))
    assert "<script>" not in text
    assert "](http://" not in text
    assert "@everyone" not in text


@pytest.mark.parametrize("lang", ["en", "ja"])
@pytest.mark.parametrize("name", ["faulty", "clean", "interrupted", "hostile"])
def test_the_badge_is_well_formed_and_says_the_conclusion(report_of, name, lang):
    svg = ET.fromstring(render_badge(report_of(name), lang))
    assert svg.tag.endswith("svg")
    assert float(svg.get("width")) > 60


def test_the_badge_counts_what_passed_of_what_applies(report_of):
    assert "Not conformant 6/13" in render_badge(report_of("faulty"))
    assert "適合 5/5" in render_badge(report_of("clean"), "ja")


def test_conformance_is_claimed_with_reserve_when_a_must_was_not_exercised():
    report = build_report(
        [
            {"event": "header", "schema": 1, "profile": {"id": "p"}, "target": {"name": "t"}},
            {"event": "requirement", "id": "A", "area": "x", "level": "MUST", "severity": "data"},
            {"event": "finding", "id": "A", "verdict": "not-exercised"},
            {"event": "footer", "exit_code": 0},
        ]
    )
    assert "Conformant in what was exercised" in render_badge(report)
    assert "🟡" in render_markdown(report)
