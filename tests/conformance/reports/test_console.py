"""The console says the same to a terminal and to a log."""

import io
import json
import re

import pytest
from rich.cells import cell_len
from rich.console import Console

from conformance.reports import (
    ConsolePrinter,
    build_report,
    make_console,
    print_stream,
    render_html,
    render_junit,
)
from conformance.reports.stream import read_lines
from conformance.verdicts import Result, Verdict, conclude
from profiles.model import Level


def events(path):
    return [event for _, event in read_lines(path.read_text(encoding="utf-8"))]


def plain(path, lang="en", **options):
    out = io.StringIO()
    print_stream(events(path), make_console(out), lang, **options)
    return out.getvalue()


def terminal(path):
    out = io.StringIO()
    print_stream(events(path), Console(file=out, force_terminal=True, width=90, highlight=False))
    return out.getvalue()


def test_a_log_holds_whole_lines_without_colours(stream):
    text = plain(stream("faulty"))
    assert "\x1b" not in text
    assert "BAS-HAND-003 [MUST] Ready stays on until the sender has reported Finished, or the receiver has " in text


@pytest.mark.parametrize(
    "words",
    [
        "Expected: on until Finished at 2.70 s",
        "Actual: off at 1.48 s",
        "Latch Ready",
        "--only BAS-HAND-003",
        "NOT RESTORED: parameters.press_force",
        "Exit code 1: at least one MUST is violated",
        "no safety validation",
    ],
)
def test_a_failed_run_says_what_to_do_about_it(stream, words):
    assert words in plain(stream("faulty"))


def test_our_own_error_says_nothing_about_mending_the_target(stream):
    assert "Count each item once" not in plain(stream("faulty"))


def test_the_japanese_console_is_japanese(stream):
    text = plain(stream("clean"), "ja")
    assert "積層機3号機（第2ライン）" in text
    assert "\n適合\n" in text
    assert "終了コード 0" in text


def test_quiet_leaves_out_what_needs_nobody(stream):
    text = plain(stream("faulty"), quiet=True)
    assert "BAS-MBUS-004" not in text
    assert "BAS-SAFE-005" in text


def told(findings, code=0, level="MUST", notes=(), **options):
    """The console's words for a run with these verdicts and reasons, all of requirements of this level, with these notes."""
    header = {"event": "header", "schema": 1, "profile": {"id": "p"}, "target": {"name": "t"}}
    rows = [
        {"event": "requirement", "id": f"BC-TEST-{n:03d}", "area": "states", "level": level, "severity": "data"}
        for n in range(1, len(findings) + 1)
    ]
    found = [
        {"event": "finding", "id": row["id"], "verdict": verdict, "reason": reason, "notes": notes}
        for row, (verdict, reason) in zip(rows, findings, strict=True)
    ]
    out = io.StringIO()
    footer = {"event": "footer", "exit_code": code, "reason": ""}
    print_stream([header, *rows, *found, footer], make_console(out), **options)
    return out.getvalue()


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_lines_that_go_on_stand_below_their_text_on_a_narrow_terminal(stream, lang):
    out = io.StringIO()
    console = Console(file=out, force_terminal=True, width=80, color_system=None)
    print_stream(events(stream("faulty")), console, lang)
    shown = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", out.getvalue().replace("\r", "\n"))
    lines = [line.rstrip() for line in shown.splitlines() if "/14" not in line]  # without the progress
    assert max(cell_len(line) for line in lines) <= 80
    assert sum(line.startswith(" " * 16) for line in lines) > 5  # under the ids, where sentences begin
    whole = plain(stream("faulty"), lang).splitlines()
    for line in lines:  # what stands at the left edge begins a line of the log too
        assert line[:1] in ("", " ") or any(w.startswith(line) for w in whole), line
    sentence = next(n for n, line in enumerate(lines) if "BAS-HAND-003 [" in line)
    assert lines[sentence].index("BAS-HAND-003") <= 16
    assert lines[sentence + 1].startswith(" " * 16)


def test_an_area_is_headed_once_and_what_does_more_than_look_by_its_impact():
    rows = [
        ("states", "observe"),
        ("alarms", "observe"),
        ("states", "write"),
        ("alarms", "write"),
        ("states", "actuate"),
    ]
    header = {"event": "header", "schema": 1, "profile": {"id": "p"}, "target": {"name": "t"}}
    ids = [f"BC-TEST-{n:03d}" for n in range(len(rows))]
    requirements = [
        {"event": "requirement", "id": i, "area": area, "level": "MUST", "severity": "data", "impact": impact}
        for i, (area, impact) in zip(ids, rows, strict=True)
    ]
    found = [{"event": "finding", "id": i, "verdict": "pass"} for i in ids]
    out = io.StringIO()
    print_stream([header, *requirements, *found, {"event": "footer", "exit_code": 0}], make_console(out))
    body = [line.split()[-1] if line.startswith("  ") else line for line in out.getvalue().splitlines() if line]
    wanted = ["states and modes", "alarms", "Impact: write", "Impact: actuate"]
    assert [line for line in body if line in wanted] == wanted


def test_known_failures_are_told_from_new_ones():
    text = told([("known-failure", "pump"), ("pass", "")])
    assert "  known failure BC-TEST-001" in text
    assert "0 MUST violated beyond the baseline; 1 known failure" in text
    assert "Exit code 0: no nonconformity beyond the baseline was found" in text
    assert "Conformant in what was exercised, but for known failures" in text
    text = told([("known-failure", "pump"), ("known-failure", "pump"), ("fail", "door")], code=1)
    assert "1 MUST violated beyond the baseline; 2 known failures" in text
    assert "Exit code 1: at least one MUST is violated" in text
    assert "beyond" not in told([("fail", "door")], code=1)


@pytest.mark.parametrize("quiet", [True, False])
def test_a_known_failure_says_why_it_is_known(quiet):
    notes = ["known failure: PLC update 3.2, until March", "the tester was late"]
    text = told([("known-failure", "pump")], notes=notes, quiet=quiet)
    assert "      known failure: PLC update 3.2, until March\n" in text
    assert "the tester was late" not in text
    japanese = told([("known-failure", "pump")], notes=notes, lang="ja")
    assert "既知の不適合：PLC update 3.2, until March" in japanese


def test_what_was_not_exercised_is_counted_alike_in_every_line():
    findings = [("pass", ""), ("not-exercised", "key switch"), ("not-exercised", "key switch")]
    text = told(findings)
    assert "\n2 not exercised, 2 of them MUST (key switch): BC-TEST-002, BC-TEST-003\n" in text
    assert "1 of 3 requirements passed · 2 not exercised, 2 of them MUST\n" in text
    japanese = told(findings, lang="ja")
    assert "\n2 未実施（うち必須要件 2 件） (key switch)" in japanese
    assert "要件 3 件中 1 件適合 · 未実施 2 件（うち必須要件 2 件）\n" in japanese
    assert "\n2 not exercised (key switch): BC" in told(findings, level="SHOULD")


def test_where_only_a_should_fails_no_must_is_said_to_be_violated():
    """With ``--strict`` the exit code is 1 all the same."""
    text = told([("fail", "door")], code=1, level="SHOULD")
    assert "Exit code 1: at least one SHOULD is not met, and --strict counts it" in text
    assert "MUST is violated" not in text


def test_beside_a_stale_baseline_a_should_may_fail_and_a_must_be_open():
    rows = [("A-B-001", "SHOULD", "fail"), ("A-B-002", "MUST", "inconclusive"), ("A-B-003", "MUST", "error")]
    results = [Result(i, Level(level), Verdict(verdict)) for i, level, verdict in rows]
    end = conclude(results, stale=["A-B-004"])
    assert (end.code, end.stale) == (1, True)
    stream = [{"event": "header", "schema": 1, "profile": {"id": "p"}, "target": {"name": "t"}}]
    for identifier, level, verdict in rows:
        stream += [
            {"event": "requirement", "id": identifier, "area": "states", "level": level, "severity": "data"},
            {"event": "finding", "id": identifier, "verdict": verdict},
        ]
    stream.append({"event": "footer", "exit_code": int(end.code), "reason": end.reason, "stale": end.stale})
    for lang, said in (
        ("en", ("No MUST is newly found violated, but", "1 SHOULD not met", "2 MUST undecided")),
        ("ja", ("必須要件に新たな不適合はないが", "推奨要件の不適合 1 件", "判定できない必須要件 2 件")),
    ):
        out = io.StringIO()
        print_stream(stream, make_console(out), lang)
        assert [text for text in said if text not in out.getvalue()] == []
        assert "Nothing new" not in out.getvalue()


def test_a_stale_baseline_is_called_so_and_no_violation():
    for lang, ends, meaning in (
        ("en", "No MUST is newly found violated, but the baseline is stale", "Exit code 1: the baseline is stale"),
        ("ja", "必須要件に新たな不適合はないが、ベースラインが古い", "終了コード 1: ベースラインが古い"),
    ):
        stream = [
            {"event": "header", "schema": 1, "profile": {"id": "p"}, "target": {"name": "t"}},
            {
                "event": "footer",
                "exit_code": 1,
                "reason": "the baseline is stale: A-B-001 no longer fails",
                "stale": True,
            },
        ]
        out = io.StringIO()
        print_stream(stream, make_console(out), lang)
        page, junit = render_html(build_report(stream), lang), render_junit(build_report(stream), lang)
        assert ends in out.getvalue()
        assert meaning in out.getvalue()
        assert ends in page
        assert meaning.partition(": ")[2] in page
        assert meaning in junit
        assert "at least one MUST" not in out.getvalue() + page + junit


def test_an_interrupt_says_what_became_of_the_values_written():
    header = {"event": "header", "schema": 1, "profile": {"id": "p"}, "target": {"name": "t"}}
    end = {"event": "footer", "exit_code": 2, "reason": "interrupted"}
    back, not_back = ({"event": "restore", "signal": "a.b", "ok": ok} for ok in (True, False))
    for restores, en, ja in (
        ([], "there was no value to put back", "復元が必要な値なし"),
        ([back], "all values written were put back (1)", "書き込んだ値はすべて復元済み（1 件）"),
        ([back, not_back], "values NOT restored: 1", "復元できなかった値 1 件"),
    ):
        for lang, words in (("en", en), ("ja", ja)):
            out = io.StringIO()
            print_stream([header, *restores, end], make_console(out), lang)
            assert words in out.getvalue()
            assert ("put back" in out.getvalue()) == ("put back" in words)


@pytest.mark.parametrize("quiet", [True, False])
def test_what_was_not_reached_is_one_line(quiet):
    text = told([("pass", "")] + [("inconclusive", "not reached: interrupted")] * 180, code=2, quiet=quiet)
    assert "\nnot reached: 180 requirements\n" in text
    assert "BC-TEST-002" not in text
    assert "BC-TEST-001" in told([("inconclusive", "it said nothing")], code=6)


def test_a_terminal_shows_trees_and_progress(stream):
    text = terminal(stream("faulty"))
    assert "├──" in text
    assert "14/14" in text


def test_no_color_is_honoured_on_a_terminal(stream, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[31m" not in terminal(stream("faulty"))
    assert "31m" not in terminal(stream("faulty"))


def test_foreign_text_is_neither_markup_nor_escape(stream):
    for text in (plain(stream("hostile")), terminal(stream("hostile"))):
        assert "[red]markup[/red]" in text
        assert "\x1b]0;owned" not in text
        assert "\u202e" not in text


def test_an_interrupted_run_still_gets_its_summary(stream):
    all_events = events(stream("faulty"))
    out = io.StringIO()

    def interrupted():
        yield from all_events[:20]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        print_stream(interrupted(), make_console(out))
    assert "the run was interrupted" in out.getvalue()


def test_a_code_page_without_a_character_does_not_stop_the_run(stream):
    raw = io.BytesIO()
    out = io.TextIOWrapper(raw, encoding="ascii")
    print_stream(events(stream("clean")), make_console(out), "ja")
    out.flush()
    assert b"BAS-IDENT-001" in raw.getvalue()


def test_events_are_taken_as_they_come(stream):
    out = io.StringIO()
    with ConsolePrinter(make_console(out)) as printer:
        printer.handle(json.loads(stream("clean").read_text(encoding="utf-8").splitlines()[0]))
        assert "stacking 1.0.0" in out.getvalue()
