"""A report in Japanese is Japanese: every sentence of the suite has its template, and real findings are translated."""

import io
import json
import re
from pathlib import Path

import pytest
from sentences_in_code import JAPANESE, sentences, sentences_of
from warpbench import Mock

from conformance.reports import (
    ConsolePrinter,
    build_report,
    make_console,
    render_html,
    render_junit,
    render_markdown,
    texts_in,
    translated,
)
from conformance.reports.sentences import END, PLACEHOLDER, Catalogue, japanese, read_sections
from profiles import load_pack
from simulator.faults import FAULTS

SECTIONS = read_sections()
TEMPLATES = [(en, ja) for section in SECTIONS.values() for en, ja in section.items()]
TWO_WORDS = re.compile("(?![0-9a-f]{2} )[A-Za-z][a-z]+(?:'s)? [a-z]{2,}")  # bytes in hex are none
COVERED = {PLACEHOLDER.sub("{}", en) for en, _ in TEMPLATES}


PUT_TOGETHER = {
    "a URI",
    "{value} (OPC UA)",
    "the unit could not be brought to {state:word}: {reason}",
    "baseline {name} updated",
    "product name",
}
"""Templates of sentences that stand nowhere as they are: a text in capitals, a sentence with its reason, names with spaces."""

TITLES = {"Modbus Messaging on TCP/IP Implementation Guide V1.0b", "OPC 10000-9 (Alarms and Conditions)"}


def uncovered(text):
    return [part for part in text.split(END) if re.search("[a-z]", part) and part not in COVERED]


def test_every_sentence_of_the_suite_has_a_japanese_one():
    missing = [f"{said.place}: {part}" for said in sentences() for part in uncovered(said.text)]
    assert missing == [], "add these to conformance/reports/sentences.ja.yaml:\n" + "\n".join(missing)


def test_every_template_is_of_a_sentence_that_the_suite_says():
    """Those that are put together of parts, or made of names, are listed; what is listed is none that is found."""
    said = {part for sentence in sentences() for part in sentence.text.split(END)}
    ours = [en for section, templates in SECTIONS.items() if section != "sources" for en in templates]
    unsaid = {en for en in ours if " " in en.strip() and PLACEHOLDER.sub("{}", en) not in said}
    assert unsaid == PUT_TOGETHER


def test_the_suite_says_hundreds_of_sentences():
    assert len({said.text for said in sentences()}) > 600


@pytest.mark.parametrize(
    "code",
    [
        'ctx.expect(met, f"the lid of {name} is shut")',
        'ctx.expect(met, "lid", expected="shut" if met else None)',
        'def helper(ctx, what="the lid is shut"): ...',
        'raise TargetLost(f"{address}: the lid is open")',
        'WORDS = {1: "the lid is shut"}',
    ],
)
def test_a_new_sentence_is_found_with_its_place(code):
    found = list(sentences_of("\n" + code, Path("checks/lid.py")))
    assert [said.place for said in found] == ["checks/lid.py:2"] * len(found)
    assert any(uncovered(said.text) for said in found)


@pytest.mark.parametrize(
    "code",
    [
        '"""The lid is shut."""',
        'raise HarnessError("no such lid")',
        'if kind == "the lid": ...',
        'WORDS = ("the lid", "蓋")',
    ],
)
def test_what_no_report_shows_is_no_sentence(code):
    assert list(sentences_of(code, Path("lid.py"))) == []


def test_a_template_has_the_placeholders_of_its_english_and_is_japanese():
    names = {en: [sorted(name for name, _ in PLACEHOLDER.findall(text)) for text in (en, ja)] for en, ja in TEMPLATES}
    assert {en: both for en, both in names.items() if both[0] != both[1]} == {}
    assert {en for en, ja in TEMPLATES if not JAPANESE.search(ja)} - set(SECTIONS["joints"]) == {"a URI"}


def test_no_template_stands_twice():
    assert len({en for en, _ in TEMPLATES}) == len(TEMPLATES)


def test_every_source_of_the_bundled_pack_is_said_in_japanese():
    texts = {text for r in load_pack().ledger for s in r.source for text in (s.ref, s.clause or "")}
    said = {text: japanese().say(text) for text in texts}
    assert {text: ja for text, ja in said.items() if TWO_WORDS.search(ja) and ja not in TITLES} == {}


@pytest.mark.parametrize(
    ("english", "ja"),
    [
        ("alarm 7 becomes active, in time", "アラーム7が発生中になること（制限時間内）"),
        ("opcua: Hold ends in Held; modbus: no reply", "opcua：Hold指令がHeldに至ること；modbus：応答なし"),
        ("modbus: comm.clock reads back", "modbus：comm.clockを読み返せること"),
        ("state.unit_mode: no reply", "state.unit_mode：応答なし"),
        ("mode 3 (Manual) is shown", "モード3 (Manual)を示すこと"),
        ("Held or Aborted", "Held または Aborted"),
        ("Clear is refused while the emergency stop is actuated", "非常停止の作動中のClear指令を拒否すること"),
        ("STA-A-001, STA-B-001 and 7 more", "STA-A-001, STA-B-001 ほか7件"),
        (
            "state.cause cannot be read: exception 02 illegal data address",
            "state.causeを読み出せない：例外02 不正なデータアドレス",
        ),
    ],
)
def test_a_sentence_is_said_in_japanese_with_what_it_holds(english, ja):
    assert japanese().say(english) == ja


@pytest.mark.parametrize("text", ["Stacker No. 3; east", "Good", "urn:maker: press", "", "4 of 5", "Front to back"])
def test_what_is_no_sentence_of_ours_stays_as_it_is(text):
    assert japanese().say(text) == text


def test_the_most_literal_template_wins_whatever_their_order():
    templates = {"{a} is {b}": "{a}＝{b}", "the lid is {b}": "蓋＝{b}", "the lid is {n:number} mm": "蓋{n}ミリ"}
    for order in (templates, dict(reversed(templates.items()))):
        catalogue = Catalogue(order, {})
        assert [catalogue.say(f"the {x}") for x in ("pot is red", "lid is red", "lid is 3 mm")] == [
            "the pot＝red", "蓋＝red", "蓋3ミリ"
        ]  # fmt: skip


def test_a_placeholder_that_wants_a_sentence_takes_no_other_text():
    catalogue = Catalogue({"{a} stays {when:sentence}": "{when}も{a}", "at rest": "静止中"}, {})
    assert (catalogue.say("it stays at rest"), catalogue.say("it stays at home")) == ("静止中もit", "it stays at home")


def events(fault):
    """Of a run on a mock with a fault: the checks that name it."""
    ids = [r.id for r in load_pack().ledger if fault in r.faults]
    with Mock("stacking") as mock:
        mock.switch(fault, True)
        return mock.do(mock.events(only=ids))


def left_in_english(report):
    """Texts of a report with two English words in a row, but for those that came from the target or are the profile's."""
    shown = json.dumps([x.model_dump() for f in report.findings for x in f.transcript], ensure_ascii=False)
    said = [f.reason for f in report.findings] + [note for f in report.findings for note in f.notes]
    stated = [e for f in report.findings for e in f.expectations]
    said += [e.what for e in stated] + [r.status for r in report.restores] + [report.footer.reason]
    said += [
        v for e in stated for v in (e.expected, e.actual) if isinstance(v, str) and v.partition(" (")[0] not in shown
    ]
    said += [text for f in report.findings for x in f.transcript for text in (x.op, x.status)]
    return sorted({text for text in said if TWO_WORDS.search(text)})


SAMPLE = sorted(f for f in FAULTS if any(f in r.faults for r in load_pack().ledger))[3::29]


@pytest.mark.parametrize("fault", SAMPLE)
def test_what_a_faulty_machine_is_told_is_japanese(fault):
    report = build_report(events(fault))
    assert report.findings
    assert left_in_english(translated(report, texts_in("ja"))) == []


FAULTY = {
    "what": "Stop is accepted while running", "met": False, "expected": "accepted", "actual": "exception 04 server device failure",
}  # fmt: skip
SAID = {"what": "運転中のStop指令を受け付けること", "expected": "受付", "actual": "例外04 サーバ装置の故障"}


@pytest.fixture
def stream(report_of):
    """A run with one failure, in the words of the suite."""
    made = report_of("faulty")
    requirement = made.requirements[0].model_dump(mode="json")
    finding = {
        "event": "finding",
        "id": requirement["id"],
        "verdict": "fail",
        "reason": FAULTY["what"],
        "expectations": [FAULTY],
    }
    header = {"event": "header", "schema": 1, **made.header.model_dump(mode="json")}
    return [
        header,
        {"event": "requirement", **requirement},
        finding,
        {"event": "footer", "exit_code": 1, "reason": "1 failed: X-1"},
    ]


def on_console(events, lang):
    out = io.StringIO()
    with ConsolePrinter(make_console(out), lang) as printer:
        for event in events:
            printer.handle(event)
    return out.getvalue()


FORMATS = pytest.mark.parametrize(
    "render",
    [
        lambda events, lang: render_html(build_report(events), lang),
        lambda events, lang: render_junit(build_report(events), lang),
        lambda events, lang: render_markdown(build_report(events), lang),
        on_console,
    ],
    ids=["html", "junit", "markdown", "console"],
)


@FORMATS
def test_the_command_that_reproduces_a_finding_is_in_the_language_of_the_report(stream, render):
    stream[2]["reproduce"] = "setsubi check m.yaml --only X-1"
    assert "setsubi check m.yaml --only X-1 --lang ja" in render(stream, "ja")
    assert "--lang" not in render(stream, "en").partition("setsubi check m.yaml --only X-1")[2][:40]


def test_options_are_claimed_by_their_titles(stream):
    stream[0] |= {
        "claims": {"energy": True, "shelving": False},
        "options": {"energy": {"en": "Meter", "ja": "電力量計"}},
    }
    page = render_html(build_report(stream), "ja")
    assert "電力量計: 実装あり" in page
    assert "shelving: 実装なし" in page  # an older stream has no titles
    assert "Meter: claimed" in render_html(build_report(stream), "en")


@FORMATS
def test_every_format_says_it_in_japanese(stream, render):
    said, english = render(stream, "ja"), render(stream, "en")
    for key, text in SAID.items():
        assert text in said
        assert FAULTY[key] in english
    assert FAULTY["what"] not in said
    assert FAULTY["actual"] not in said


def test_the_reason_for_the_end_is_said_in_japanese(stream):
    assert "不適合 1 件：X-1" in render_html(build_report(stream), "ja")
    assert "不適合 1 件：X-1" in on_console(stream, "ja")


def test_what_the_target_said_stays_as_it_said_it(stream):
    stream[2]["transcript"] = [
        {"op": "read holding", "value": "none", "status": "exception 02 illegal data address"},
        {"op": "TranslateBrowsePaths", "address": "7 paths", "value": "5 found", "status": "Good"},
    ]
    one, other = translated(build_report(stream), texts_in("ja")).findings[0].transcript
    assert (one.op, one.value, one.status) == ("保持レジスタ 読出し", "none", "例外02 不正なデータアドレス")
    assert (other.op, other.address, other.value) == ("TranslateBrowsePaths", "7 パス", "5 件あり")


def test_the_stream_stays_as_it_was(stream):
    report = build_report(stream)
    render_html(report, "ja")
    assert report.findings[0].reason == FAULTY["what"]
    assert translated(report, texts_in("en")) is report
