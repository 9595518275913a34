"""The page holds everything that was found, runs nothing that it did not bring, and speaks both languages."""

import base64
import hashlib
import re
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from conformance.reports import render_html, texts_in, translated
from conformance.reports.values import clean, show

VOID = {"meta", "br", "input", "link", "img", "hr"}


class Page(HTMLParser):
    """Collects elements and text, and fails on tags that are not closed in order."""

    def __init__(self, source):
        super().__init__()
        self.elements, self.words, self._open, self.scripts = [], [], [], []
        self.feed(source)
        self.close()
        assert not self._open, f"never closed: {self._open}"

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)
        if self._open and self._open[-1] == "script":
            self.scripts.append(data)

    @property
    def text(self):
        return "".join(self.words)

    def all(self, tag, css=""):
        return [a for t, a in self.elements if t == tag and (not css or css in (a.get("class") or "").split())]


@pytest.mark.parametrize("lang", ["en", "ja"])
@pytest.mark.parametrize("name", ["faulty", "clean", "interrupted", "hostile"])
def test_every_finding_is_on_the_page_with_all_that_it_says(report_of, name, lang):
    report = translated(report_of(name), texts_in(lang))
    page = Page(render_html(report_of(name), lang))
    anchors = {a["id"] for a in page.all("article", "finding")}
    for result in report.results:
        requirement, finding = result.requirement, result.finding
        assert requirement.id in anchors
        told = [requirement.text.en, requirement.text.ja, finding.reason, finding.reproduce, *finding.notes]
        told += [f"{s.ref}, {s.clause}" if s.clause else s.ref for s in requirement.source]
        told += [text for e in finding.expectations for text in (e.what, show(e.expected), show(e.actual))]
        told += [show(value) for step in finding.transcript for value in (step.address, step.value, step.raw)]
        for text in told:
            assert clean(text) in page.text


def test_the_page_needs_nothing_from_a_network(report_of):
    page = Page(render_html(report_of("faulty")))
    for _, attributes in page.elements:
        assert not attributes.keys() & {"src", "srcset", "action"}
        assert attributes.get("href", "#").startswith("#")


def test_the_page_allows_its_own_script_and_no_other(report_of):
    page = Page(render_html(report_of("hostile")))
    (script,) = page.scripts
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    (policy,) = [a["content"] for a in page.all("meta") if a.get("http-equiv") == "Content-Security-Policy"]
    assert f"script-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy


def test_hostile_texts_become_neither_elements_nor_attributes(report_of):
    page = Page(render_html(report_of("hostile")))
    assert len(page.all("script")) == 1
    assert not page.all("img")
    assert not [a for _, a in page.elements if any(key.startswith("on") for key in a)]
    assert "49" not in page.text.split("{{")[0][-20:]
    assert "{{ 7*7 }}" in page.text


def test_no_control_character_and_no_turned_direction_reaches_the_page(report_of):
    harmful = "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
    assert not re.search(harmful, render_html(report_of("hostile")))


def test_the_page_can_be_written_as_utf8(report_of):
    render_html(report_of("hostile")).encode("utf-8")


def test_findings_that_need_action_come_first_and_open(report_of):
    page = Page(render_html(report_of("faulty")))
    verdicts = [a["data-verdict"] for a in page.all("article", "finding")]
    assert verdicts[:5] == ["fail", "fail", "inconclusive", "error", "fail"]
    assert set(verdicts[5:]).isdisjoint({"fail", "error", "inconclusive"})
    opened = ["open" in a for a in page.all("details", "card")]
    assert opened == [True] * 5 + [False] * 9


def test_the_page_says_in_words_how_it_came_out(report_of):
    assert "Not conformant" in render_html(report_of("faulty"), "en")
    assert '<p class="conclusion">不適合</p>' in render_html(report_of("faulty"), "ja")
    assert '<p class="conclusion">適合</p>' in render_html(report_of("clean"), "ja")
    assert "Interrupted" in render_html(report_of("interrupted"), "en")


@pytest.mark.parametrize(("lang", "words"), [("en", "no safety validation"), ("ja", "安全妥当性確認でもありません")])
def test_every_page_says_what_it_is_not(report_of, lang, words):
    for name in ("faulty", "clean", "interrupted", "hostile"):
        assert words in render_html(report_of(name), lang)


def test_unexercised_musts_restored_values_and_exclusions_are_listed(report_of):
    text = Page(render_html(report_of("faulty"))).text
    assert "MUST requirements that were not exercised (1)" in text
    assert "NOT RESTORED" in text
    assert "parameters.press_force" in text
    assert "A document cannot be examined over the network." in text


def test_headings_descend_without_a_gap(report_of):
    levels = [int(tag[1]) for tag, _ in Page(render_html(report_of("faulty"))).elements if re.fullmatch(r"h\d", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_ids_are_unique_even_with_one_finding_per_protocol(report_of):
    report = report_of("clean")
    doubled = type(report)(report.header, report.requirements, report.findings * 2, (), report.footer)
    ids = [a["id"] for _, a in Page(render_html(doubled)).elements if "id" in a]
    assert len(ids) == len(set(ids))


def test_links_to_evidence_lead_to_a_step_of_the_transcript(report_of):
    page = Page(render_html(report_of("faulty")))
    ids = {a["id"] for _, a in page.elements if "id" in a}
    links = [a["href"][1:] for a in page.all("a") if a.get("href", "").startswith("#BAS")]
    assert "BAS-HAND-003-t4" in links
    assert set(links) <= ids
