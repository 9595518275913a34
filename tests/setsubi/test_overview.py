"""The page of the demo tells apart what was not exercised and what does not apply."""

from __future__ import annotations

import html
import re
import shlex
from pathlib import Path

import pytest
import typer
from command import setsubi

from conformance.reports import texts_in
from setsubi.demo import SERVING, conclude
from setsubi.overview import TEXTS, Entry, render_overview

COUNTS = {"pass": 180, "fail": 1, "inconclusive": 2, "error": 1, "not-exercised": 36, "not-applicable": 7}


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_the_page_says_what_every_report_says_of_itself(lang: str) -> None:
    page = render_overview([], [], fault="x", serving=SERVING, bottleneck="A", version="1", lang=lang)
    assert texts_in(lang)("disclaimer") in html.unescape(page[: page.index("<h2>")])
    assert ("no safety validation" in page) == (lang == "en")


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_every_figure_has_a_column_of_its_own(lang: str) -> None:
    entry = Entry("mock", "M", "mock-m", 0, 0, COUNTS, 12.0)
    page = render_overview([entry], [], fault="x", serving=SERVING, bottleneck="A", version="1", lang=lang)
    table = page[page.index(TEXTS[lang]["mock"]) :]
    heads = re.findall(r'<th class="number">([^<]+)', table)[:6]
    figures = re.findall(r'<td class="number">([^<]+)', table)[:6]
    row = dict(zip(heads, (f.strip() for f in figures), strict=True))
    not_exercised, not_applicable = TEXTS[lang]["columns"][3:]
    assert (row[not_exercised], row[not_applicable]) == ("36", "7")
    assert [row[name] for name in TEXTS[lang]["columns"][:3]] == ["180", "1", "3"]


GOOD = Entry("mock", "Stacking", "a", 0, 0, COUNTS, 1.0)
CAUGHT = Entry("faulty", "Stacking", "b", 1, 1, COUNTS, 1.0, undecided=("STA-CLEAR-001",))
LATE = Entry("mock", "Conveyor", "c", 6, 0, COUNTS, 1.0, undecided=("STA-CLEAR-001",))
WRONG = Entry("mock", "Formation", "d", 1, 0, COUNTS, 1.0)


@pytest.mark.parametrize(
    ("entries", "code", "said"),
    [
        ([GOOD, LATE], 6, ["undecided: Conveyor (STA-CLEAR-001); this computer was too busy"]),
        ([GOOD, WRONG], 3, ["not as expected: Formation; please report it"]),
        ([LATE, WRONG], 3, ["undecided: Conveyor", "not as expected: Formation; please"]),
    ],
)
def test_a_busy_computer_is_no_error_of_the_demo(
    entries: list[Entry], code: int, said: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(typer.Exit) as end:
        conclude(entries, TEXTS["en"])
    assert end.value.exit_code == code
    told = capsys.readouterr().err.splitlines()
    assert len(told) == len(said)
    assert all(text in line for text, line in zip(said, told, strict=True))


def test_a_demo_as_it_should_be_ends_well(capsys: pytest.CaptureFixture[str]) -> None:
    conclude([GOOD, CAUGHT], TEXTS["en"])
    assert capsys.readouterr().err == ""


def test_what_a_busy_computer_left_undecided_is_named_on_the_page() -> None:
    page = render_overview([LATE, CAUGHT], [], fault="x", serving=SERVING, bottleneck="A", version="1", lang="en")
    assert page.count("undecided: STA-CLEAR-001") == 1


@pytest.mark.parametrize(("group", "unit"), [("faulty", "M1"), ("mock", "M1"), ("line", "A")])
def test_what_the_page_says_serves_a_target_file_that_the_commands_of_findings_name(
    group: str, unit: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = shlex.split(SERVING[group].replace("\\", "/").replace("PROFILE", "conveyor"))
    monkeypatch.chdir(tmp_path)
    assert setsubi(*words[1:], "--base-port", "0", "--for", "0.1").code == 0
    assert (tmp_path / f"{unit}.yaml").is_file()
