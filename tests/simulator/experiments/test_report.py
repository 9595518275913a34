"""The report: self-contained, in both languages, with everything that a reader needs to judge it."""

from __future__ import annotations

import re
import string
from base64 import b64decode
from html.parser import HTMLParser
from io import StringIO
from xml.etree import ElementTree

import pytest
from line_files import BUSY, line_of, machine
from rich.cells import cell_len
from rich.console import Console

from simulator.experiments.accounts import ACCOUNTS
from simulator.experiments.arrows import arrows_of
from simulator.experiments.charts.texts import TEXTS as CHART_TEXTS
from simulator.experiments.kpis import Kpis, kpis
from simulator.experiments.report import draw, print_tables, render_report
from simulator.experiments.run import Experiment, run_experiment
from simulator.experiments.tables import SIGNS, print_arrows
from simulator.experiments.texts import ACCOUNT_NAMES, FIGURES, TEXTS, warmup


@pytest.fixture(scope="module")
def busy() -> tuple[Experiment, Kpis]:
    experiment = run_experiment(BUSY, hours=1, warmup_hours=0.25, replications=3)
    return experiment, kpis(experiment)


class Page(HTMLParser):
    """Sources of pictures, text outside of styles and scripts, and tags left open."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.sources: list[str] = []
        self.text = ""
        self.open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.sources += [str(values[k]) for k in ("src", "href") if k in values]
        if tag not in ("meta", "img", "br", "input"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not {"style", "script"} & set(self.open):
            self.text += data


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_the_report_is_one_file_with_all_parts(busy: tuple[Experiment, Kpis], lang: str) -> None:
    experiment, found = busy
    page = Page(render_report(experiment, found, lang=lang, version="1.2", command="setsubi simulate x.yaml"))
    assert page.open == []
    assert len(page.sources) == 8
    assert TEXTS[lang]["two_rules"] in page.text and TEXTS[lang]["lead_caption"].split("{n}")[0] in page.text
    for source in page.sources:
        assert source.startswith("data:image/svg+xml;base64,")
        root = ElementTree.fromstring(b64decode(source.partition(",")[2]))
        assert root.tag.endswith("svg")
    words, throughput = TEXTS[lang], found.line[0]
    for wanted in (
        words["blocking"], words["clocks_caption"], words["units_caption"], words["assumed_caption"], throughput.text(),
        FIGURES[lang]["line OEE"][1], "units.C.process_time", "a guess", "60 Ah at 3.75 V", "10 min, exponential",
        "setsubi simulate x.yaml", found.bottleneck, words["buffer"], words["conveyor"],
    ):  # fmt: skip
        assert wanted in page.text, wanted


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_the_arrows_are_in_page_picture_and_terminal(busy: tuple[Experiment, Kpis], lang: str) -> None:
    found, words = arrows_of(busy[0]), TEXTS[lang]
    assert found is not None
    picture = "".join(ElementTree.fromstring(draw(*busy, lang)["arrows"]).itertext())
    page = Page(render_report(*busy, lang=lang)).text
    out = StringIO()
    print_arrows(found, Console(file=out, width=100), lang)
    for joint in found.joints:
        row = f"{joint.upstream} {joint.arrow} {joint.downstream}"
        assert row in page and row in out.getvalue()
        for share in (joint.blocked, joint.starved):
            assert f"{100 * share:.1f} %" in picture
            assert f"{100 * share:.1f}" in page and f"{100 * share:.1f}" in out.getvalue()
    said = words["told"].format(name=words["arrows_line"], said=found.said or words["arrows_untold"])
    assert said in page and said in out.getvalue()
    assert words["arrows_caption"] in page
    assert words["blocked_before"] in picture and words["starved_after"] in picture


def test_pictures_carry_their_words_as_text_and_their_names(busy: tuple[Experiment, Kpis]) -> None:
    page = Page(render_report(*busy, lang="ja"))
    pictures = ["".join(ElementTree.fromstring(b64decode(s.partition(",")[2])).itertext()) for s in page.sources]
    axes = [TEXTS["ja"][key] for key in ("hours", "share_axis", "lead_axis", "level_axis", "blocked_before")]
    assert all(any(axis in p for axis in axes) for p in pictures)
    assert TEXTS["ja"]["median"] in pictures[1]
    assert all(name in pictures[2] for name in ("A", "BC"))


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_each_picture_has_a_key_of_its_colours_and_a_name_on_its_axis(busy: tuple[Experiment, Kpis], lang: str) -> None:
    said = {n: set(ElementTree.fromstring(svg).itertext()) for n, svg in draw(*busy, lang).items()}
    accounts = {ACCOUNT_NAMES[lang][a] for a in ACCOUNTS if any(u.shares[a] > 0.0005 for u in busy[1].units)}
    others = set(ACCOUNT_NAMES[lang].values()) - accounts
    words = CHART_TEXTS[lang]
    assert len(accounts) > 3 and accounts <= said["shares"] and accounts <= said["timeline"]
    assert not others & (said["shares"] | said["timeline"])
    assert {words["sole"], words["shifting"]} <= said["ribbon"]
    assert {words["replications"], words["mean"], words["interval"]} <= said["overtime"]
    assert TEXTS[lang]["level_axis"] in said["levels"]


def test_a_sentence_of_japanese_ends_with_a_japanese_stop(busy: tuple[Experiment, Kpis]) -> None:
    """After CJK characters neither a full stop nor a colon of Latin text."""
    told = printed(busy[1], "ja")
    assert "故障の時計：時間, 稼働。稼働：運転" in told and "仮定した数値：1。公開された" in told
    assert re.findall(r"[\u3040-\u30ff\u4e00-\u9fff][.:](?:\s|$)", told) == []


def test_names_from_the_line_file_are_escaped() -> None:
    spec = line_of(machine("A"), title="<script>alert(1)</script>")
    experiment = run_experiment(spec, hours=0.1, replications=1)
    page = render_report(experiment, kpis(experiment), command="a <b> & c")
    assert "<script>alert" not in page
    assert "a &lt;b&gt; &amp; c" in page


def test_one_run_has_no_intervals_and_says_so() -> None:
    experiment = run_experiment(line_of(machine("A", 2.0)), hours=0.1, replications=1)
    text = Page(render_report(experiment, kpis(experiment))).text
    assert "no confidence intervals" in text
    assert "±" not in text


def test_a_line_that_is_not_steady_carries_a_warning_in_page_and_terminal() -> None:
    spec = line_of(machine("A", 3600.0), machine("F", "8 h", slots=100, prefill=100))
    experiment = run_experiment(spec, hours=4, replications=1)
    found = kpis(experiment)
    assert "--warmup" in Page(render_report(experiment, found, lang="ja")).text
    assert "Not in steady state" in printed(found)


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_the_terminal_shows_the_same_figures(busy: tuple[Experiment, Kpis], lang: str) -> None:
    text = printed(busy[1], lang)
    for figure in busy[1].line:
        assert figure.text() in text
    for unit in busy[1].units:
        assert f"{100 * unit.shares['productive']:.1f}" in text
    assert text.count("█") > 40
    assert TEXTS[lang]["blocking"] in text.replace("\n", "") or lang == "en"


@pytest.mark.parametrize("lang", ["en", "ja"])
@pytest.mark.parametrize("width", [80, 100, 120])
def test_in_a_narrow_window_nothing_is_cut(busy: tuple[Experiment, Kpis], width: int, lang: str) -> None:
    lines = printed(busy[1], lang, width).splitlines()
    assert all(cell_len(line) <= width for line in lines)
    text = "".join(lines)
    assert "…" not in text
    assert all(figure.text() in text for figure in busy[1].line)
    rows = {line.split("│")[1].strip(): line.split("│")[2].strip() for line in lines if "█" in line and "│" in line}
    assert len({rows[u.name] for u in busy[1].units}) > 1  # the bars can be told from one another
    assert (FIGURES[lang]["capacity"][1] in text) == (width >= 120)


def test_the_report_holds_yields_materials_and_the_takt() -> None:
    units = [machine("A", 1.0, scrap=0.5, adds_g={"oxide": 300, "foil": 50}), machine("B", 1.0, adds_g={"salt": 100})]
    cell = {"energy_wh": 225, "black_mass": ["oxide"]}
    experiment = run_experiment(line_of(*units, cell=cell, takt=2), hours=1, replications=2)
    found = kpis(experiment)
    page = Page(render_report(experiment, found))
    (lost, none) = found.steps
    for wanted in (
        "oxide",
        "foil",
        "salt kg/h",
        TEXTS["en"]["steps"],
        TEXTS["en"]["overtime_takt"],
        f"{lost.lost['foil']:.2f}",
    ):
        assert wanted in page.text
    picture = b64decode(page.sources[0].partition(",")[2]).decode()
    assert TEXTS["en"]["takt"] in "".join(ElementTree.fromstring(picture).itertext())
    assert none.lost == {"oxide": 0, "foil": 0, "salt": 0}


def test_how_the_warm_up_was_found_is_told_in_page_and_words() -> None:
    spec = line_of(machine("A", 36.0), machine("F", "2 h", slots=400, prefill=200))
    experiment = run_experiment(spec, hours=1, warmup_hours=None, replications=1)
    said = warmup(experiment, "en")
    assert said.startswith(f"warm-up: {experiment.warmup_hours:.1f} h, found on pilot runs")
    assert said in Page(render_report(experiment, kpis(experiment))).text
    assert warmup(run_experiment(spec, hours=1, replications=1), "en") == ""


def printed(found: Kpis, lang: str = "en", width: int = 240) -> str:
    buffer = StringIO()
    print_tables(found, Console(file=buffer, width=width), lang)
    return buffer.getvalue()


def test_wide_tables_scroll_with_a_hint_on_the_screen_and_shrink_on_paper(busy: tuple[Experiment, Kpis]) -> None:
    html = render_report(*busy)
    assert html.count("<table") == html.count('<div class="scroll"><table') > 5
    style = html.partition("<style>")[2].partition("</style>")[0]
    screen, _, paper = style.rpartition("@media print")
    assert re.search(r"\.scroll\{overflow-x:auto;background:linear-gradient\(", screen)
    assert re.search(r"\.scroll\{overflow:visible;background:none\}\.scroll table\{font-size:8pt\}", paper)


def test_signs_of_the_bar_keep_their_legend_when_shares_are_left_out(busy: tuple[Experiment, Kpis]) -> None:
    found = busy[1]
    wide, narrow = printed(found), " ".join(printed(found, width=56).split())
    assert "Signs of the bar" not in wide
    seen = [a for a in ACCOUNTS if any(u.shares[a] > 0.0005 for u in found.units)]
    assert len(seen) > 2
    names = ACCOUNT_NAMES["en"]
    assert f"Signs of the bar: {', '.join(f'{SIGNS[a]} {names[a]}' for a in seen)}. All shares in a wider" in narrow
    assert "█ productive %" in narrow
    assert "▒ starved (standby) %" not in narrow


def test_both_languages_have_the_same_words_and_placeholders() -> None:
    for table in (TEXTS, ACCOUNT_NAMES, FIGURES):
        assert set(table["en"]) == set(table["ja"])
    for key, text in TEXTS["en"].items():
        assert fields(text) == fields(TEXTS["ja"][key]), key
    japanese = re.compile(r"[぀-ヿ一-鿿]")
    same = {k for k, v in TEXTS["ja"].items() if not japanese.search(v)}
    assert same <= {"mtbf", "mttr", "rate", "energy_unit", "told", "told_more", "of_unit"}


def fields(text: str) -> set[str | None]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_the_rules_of_planned_stops_and_operators_are_told_where_they_apply(
    busy: tuple[Experiment, Kpis], lang: str
) -> None:
    failing = machine("A", 1.0, failures=[{"mtbf": 60, "mttr": 10}])
    calendar = {"stops": [{"name": "lunch", "from": "10 min", "for": "10 min"}]}
    spec = line_of(failing, machine("B", 1.0), calendar=calendar, operators={"response": 5})
    experiment = run_experiment(spec, hours=1, replications=2)
    told = Page(render_report(experiment, kpis(experiment), lang=lang)).text
    plain = Page(render_report(*busy, lang=lang)).text
    shares, without = draw(experiment, kpis(experiment), lang)["shares"], draw(*busy, lang)["shares"]
    for key in ("stops_rule", "operators_rule"):
        assert TEXTS[lang][key] in told
        assert TEXTS[lang][key] not in plain
    for account in ("non_scheduled", "waiting_operator"):
        assert ACCOUNT_NAMES[lang][account] in shares
        assert ACCOUNT_NAMES[lang][account] not in without
    assert FIGURES[lang]["operators"][1] in told
    out = StringIO()
    print_tables(kpis(experiment), Console(file=out, width=200), lang)
    assert TEXTS[lang]["stops_rule"][:30] in out.getvalue()


def test_the_energy_of_units_is_left_out_where_no_power_is_known() -> None:
    for units, shown in (([machine("A", 36.0)], False), ([machine("A", 36.0, energy_w={"execute": 1000})], True)):
        experiment = run_experiment(line_of(*units), hours=1, replications=1)
        found = kpis(experiment)
        assert (TEXTS["en"]["energy_unit"] in Page(render_report(experiment, found)).text) is shown
        assert ("kWh" in printed(found)) is shown
