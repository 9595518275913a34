"""``setsubi plan``: what it prints and writes, and one clear line for what cannot be."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml
from command import refused, setsubi
from pages import Charts, boxes, loads

from simulator.planning.load import formats
from simulator.planning.texts import TEXTS

ROOT = Path(__file__).parents[2]
DOCUMENT, EXAMPLES = ROOT / "docs" / "planning.md", ROOT / "examples" / "planning"
PLAN = "gwh: 10\ncell: prismatic_60ah\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "plan.yaml").write_text(PLAN, encoding="utf-8")
    return tmp_path


def row(text: str, name: str) -> list[str]:
    line = next(line for line in text.splitlines() if line.startswith(f"│ {name}"))
    return [cell.strip() for cell in line.split("│")[1:-1]]


def test_tables_report_and_csv_come_out(folder: Path) -> None:
    said = setsubi("plan", "plan.yaml", "--out", "new/out")
    assert (said.code, said.err) == (0, "")
    assert row(said.out, "Lines")[1] == "8"
    assert row(said.out, "stacking")[5:] == ["12", "", "89.0"]
    assert "formation × 280, 143360 places" in said.out
    assert "95% of the target is reached in month 18" in said.out
    out = folder / "new" / "out"
    assert sorted(p.name for p in out.iterdir()) == ["pictures", "plan.csv", "ramp.csv", "report.html", "steps.csv"]
    with (out / "ramp.csv").open(encoding="utf-8-sig") as file:
        months = list(csv.DictReader(file))
    assert len(months) == 36
    assert float(months[-1]["GWh in total"]) == pytest.approx(sum(float(m["GWh"]) for m in months), abs=0.01)
    page = (out / "report.html").read_text(encoding="utf-8")
    assert page.count('src="data:image/svg+xml') == 3
    assert "steps.stacking.failures.minor stop.mtbf" in page  # what is assumed is listed
    assert "setsubi plan plan.yaml" in page


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_pictures_are_files_with_a_key_and_charts_hold_the_same_numbers(folder: Path, lang: str) -> None:
    assert setsubi("plan", "plan.yaml", "--out", "out", "--quiet", "--lang", lang).code == 0
    words = TEXTS[lang]
    said = {p.name: "".join(ElementTree.parse(p).getroot().itertext()) for p in (folder / "out" / "pictures").iterdir()}
    assert sorted(said) == ["learning.svg", "loads.svg", "output.svg"]
    assert all(words[name] in said["loads.svg"] for name in ("works", "down", "waits"))
    assert all(words[name] in said["output.svg"] for name in ("output", "total_gwh", "target_line", "reached_line"))
    page = (folder / "out" / "report.html").read_text(encoding="utf-8")
    assert all(address.startswith("data:") for address in loads(page))
    charts = Charts(page)
    assert boxes(page) == ["stacking", "welding", "filling", "soaking", "formation", "ageing", "end-of-line"]
    assert charts.filtered() == [list(range(7))]
    with (folder / "out" / "ramp.csv").open(encoding="utf-8-sig") as file:
        months = list(csv.reader(file))[1:]
    (output,) = charts.sources("month", "gwh", "total")
    assert output["gwh"] == pytest.approx([float(row[5]) for row in months], abs=1e-4)
    assert output["total"] == pytest.approx([float(row[6]) for row in months], abs=1e-3)
    shares = charts.sources("unit", "left", "right", "share")
    assert sum(s["share"] for s in shares) == pytest.approx([100] * len(shares[0]["unit"]), rel=1e-5)
    assert {words[name] for name in ("works", "target_line", "month_yield", "month_oee")} <= charts.texts()


def test_a_cell_needs_no_file_and_its_plan_can_be_written_and_edited(folder: Path) -> None:
    first = setsubi("plan", "--gwh", "10", "--cell", "prismatic_60ah", "--write", "mine.yaml")
    again = setsubi("plan", "mine.yaml")
    assert (first.code, again.code) == (0, 0)
    assert first.out == again.out + "plan file: mine.yaml\n"
    fixed = setsubi("plan", "--gwh", "10", "--lines", "5", "--cell", "prismatic_60ah", "--write", "five.yaml", "-q")
    assert fixed.out == "plan file: five.yaml\n"
    assert row(setsubi("plan", "five.yaml").out, "Lines")[1] == "5"


@pytest.mark.parametrize("cell", formats())
def test_what_is_written_of_a_cell_is_what_is_computed(cell: str) -> None:
    assert setsubi("plan", "--cell", cell, "--gwh", "2.5", "--write", "p.yaml", "-q").code == 0
    assert setsubi("plan", "p.yaml").out == setsubi("plan", "--cell", cell, "--gwh", "2.5").out


def test_options_take_the_place_of_what_the_file_says() -> None:
    said = setsubi("plan", "plan.yaml", "--gwh", "20", "--lines", "10")
    assert row(said.out, "Lines")[1] == "10"
    assert row(said.out, "Good cells per year")[1] == "88.89"


def test_the_formats_are_listed() -> None:
    said = setsubi("plan", "--cell", "list")
    assert "Net rate cells/min ┃ Gross rate cells/min" in said.out
    assert row(said.out, "prismatic_60ah")[1:] == ["225", "4.44", "8.5", "11.7", "12177", "256 k"]


def test_a_line_file_is_written_that_simulate_takes(folder: Path) -> None:
    said = setsubi("plan", "plan.yaml", "-q", "--line", "line.yaml")
    assert said.out.splitlines()[0] == "line file: line.yaml"
    assert "setsubi simulate line.yaml --warmup 46 --hours 48 (expect 634 to 705 good cells/h)" in said.out
    ran = setsubi(
        "simulate", "line.yaml", "--hours", "0.5", "--warmup", "0", "--replications", "1", "--engine", "simpy"
    )
    assert ran.code == 0, ran.text


def test_japanese_is_japanese(folder: Path) -> None:
    said = setsubi("plan", "plan.yaml", "--lang", "ja", "--out", ".")
    assert row(said.out, "ライン数")[1] == "8"
    assert "目標の95%に達するのは18か月目" in said.out
    assert '<html lang="ja">' in (folder / "report.html").read_text(encoding="utf-8")


def test_both_languages_have_all_words() -> None:
    assert TEXTS["en"].keys() == TEXTS["ja"].keys()


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        ([], ("neither a plan file nor --cell is given", "--cell prismatic_60ah")),
        (["plan.yaml", "--cell", "lfp_280ah"], ("exclude one another",)),
        (["--cell", "prismatic_6ah"], ("--cell prismatic_6ah: ", "did you mean 'prismatic_60ah'")),
        (["--cell", "lfp_280ah", "--gwh", "0"], ("--gwh 0: must be above 0",)),
        (["--cell", "lfp_280ah", "--gwh", "nan"], ("--gwh nan: must be above 0",)),
        (["--cell", "lfp_280ah", "--gwh", "1e300"], ("--gwh 1e+300: must be at most 100000",)),
        (["--cell", "lfp_280ah", "--lines", "0"], ("plan: invalid value for '--lines'",)),
        (["plan.yaml", "--write", "x.yaml"], ("--write x.yaml: ", "give --cell")),
        (["plan.yaml", "--line", "x.txt"], ("--line x.txt: must end in .yaml",)),
        (["plan.yaml", "--out", "plan.yaml"], ("--out plan.yaml: is a file",)),
        (["none.yaml"], ("none.yaml: cannot be read",)),
    ],
)
def test_what_cannot_be_is_one_line(folder: Path, arguments: list[str], parts: tuple[str, ...]) -> None:
    said = setsubi("plan", *arguments)
    refused(said, 4, *parts)
    assert said.out == ""
    assert [p.name for p in folder.iterdir()] == ["plan.yaml"]


def test_a_bad_file_writes_nothing(folder: Path) -> None:
    (folder / "plan.yaml").write_text(PLAN + "shortest_takt: 4 sec\n", encoding="utf-8")
    said = setsubi("plan", "plan.yaml", "--out", "o", "--line", "l.yaml")
    refused(said, 4, "plan.yaml:3:1: shortest_takt: there is no unit 'sec' (a time is a number of seconds")
    assert not (folder / "l.yaml").exists()


def test_a_line_that_is_too_large_is_refused_before_anything_is_written(folder: Path) -> None:
    said = setsubi(
        "plan", "--cell", "cylindrical_21700", "--gwh", "100", "--lines", "1", "-q", "--line", "l.yaml", "--out", "o"
    )
    refused(said, 4, "cylindrical_21700: a line would have", "places for soaking", "plan more lines")
    assert not (folder / "l.yaml").exists()


def shown(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("block", shown("yaml"), ids=lambda block: block.splitlines()[0])
def test_the_document_shows_the_examples_as_they_are(block: str) -> None:
    example = EXAMPLES / block.splitlines()[0].removeprefix("# ")
    assert yaml.safe_load(block) == yaml.safe_load(example.read_text(encoding="utf-8"))


def test_the_line_of_the_example_is_what_the_plan_writes(folder: Path) -> None:
    assert setsubi("plan", EXAMPLES / "ten_gwh.yaml", "-q", "--line", "line.yaml").code == 0
    assert (folder / "line.yaml").read_text("utf-8") == (EXAMPLES / "ten_gwh_line.yaml").read_text("utf-8")


@pytest.mark.parametrize(("old", "new"), [("days_per_year", "days_per_yaer"), ("value: 0.7", "value: 0.97")])
def test_the_document_shows_the_errors_that_come(folder: Path, old: str, new: str) -> None:
    text = (EXAMPLES / "ten_gwh.yaml").read_text(encoding="utf-8")
    (folder / "ten_gwh.yaml").write_text(text.replace(old, new), encoding="utf-8")
    said = setsubi("plan", "ten_gwh.yaml")
    assert said.code == 4
    assert said.err in DOCUMENT.read_text(encoding="utf-8")


def test_the_document_shows_a_program_that_runs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(EXAMPLES)
    (program,) = shown("python")
    exec(compile(program, "program", "exec"), {})
    printed = capsys.readouterr().out.splitlines()
    assert printed[0].startswith("8 4.12")
    assert printed[1] == "27"


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_in_a_narrow_window_no_figure_of_the_plan_is_cut(lang: str) -> None:
    said = setsubi("plan", EXAMPLES / "ten_gwh.yaml", "--lang", lang, env={"COLUMNS": "80"})
    assert said.code == 0
    assert "…" not in said.out
    assert "437809 │ 394.0 │" in said.out
