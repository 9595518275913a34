"""``setsubi effort``: what it prints and writes, and one clear line for what cannot be."""

from __future__ import annotations

import csv
import re
import shutil
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml
from command import refused, setsubi
from pages import Charts, loads

from conformance.reports import read_report, render_junit
from simulator.effort.load import bundled_parameters
from simulator.effort.texts import TEXTS

ROOT = Path(__file__).parents[2]
DOCUMENT, EXAMPLES = ROOT / "docs" / "integration-effort.md", ROOT / "examples" / "effort"
FAULTY = ROOT / "tests" / "data" / "streams" / "faulty.ndjson"
CERTAIN = (
    "units:\n  - {name: A, vendor: one, report: a.ndjson}\n  - {name: B, vendor: two}\n"
    "with: {conformance_run: 0, fixing: {safety: 1000, item-loss: 100, data: 10, cosmetic: 1}, reading: 0, implementation: 0, claim: 0}\n"
)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    shutil.copy(FAULTY, tmp_path / "a.ndjson")
    (tmp_path / "effort.yaml").write_text(CERTAIN, encoding="utf-8")
    return tmp_path


def row(text: str, name: str) -> list[str]:
    rows = ([cell.strip() for cell in line.split("│")[1:-1]] for line in text.splitlines() if line.startswith("│"))
    return next(cells for cells in rows if cells[0] == name)


def test_tables_report_and_csv_come_out(folder: Path) -> None:
    said = setsubi("effort", EXAMPLES / "a_to_d.yaml", "--out", "new/out")
    assert (said.code, said.err) == (0, "")
    _, mean, low, middle, high = row(said.out, "saved")
    assert float(low) < float(middle) < float(high)
    out = folder / "new" / "out"
    files = ["joints.csv", "lines.csv", "pictures", "report.html", "runs.csv", "tasks.csv", "totals.csv", "units.csv"]
    assert sorted(p.name for p in out.iterdir()) == files
    with (out / "runs.csv").open(encoding="utf-8-sig") as file:
        runs = list(csv.DictReader(file))
    assert len(runs) == 10_000
    assert sum(float(r["saved"]) for r in runs) / len(runs) == pytest.approx(float(mean), abs=1)
    page = (out / "report.html").read_text(encoding="utf-8")
    assert page.count('src="data:image/svg+xml') == 5
    assert "Every parameter is assumed" in page
    assert "without.glue_code" in page  # the assumptions are listed
    assert all(address.startswith("data:") for address in loads(page))
    pictures = {p.name: "".join(ElementTree.parse(p).getroot().itertext()) for p in (out / "pictures").iterdir()}
    assert sorted(pictures) == ["chain.svg", "distributions.svg", "lines.svg", "swings.svg", "vendors.svg"]
    assert TEXTS["en"]["highest"] in pictures["swings.svg"] and TEXTS["en"]["saved"] in pictures["distributions.svg"]


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_charts_hold_the_runs_the_lines_and_the_parameters(folder: Path, lang: str) -> None:
    assert setsubi("effort", EXAMPLES / "a_to_d.yaml", "--out", "o", "--quiet", "--lang", lang).code == 0
    charts = Charts((folder / "o" / "report.html").read_text(encoding="utf-8"))
    with (folder / "o" / "runs.csv").open(encoding="utf-8-sig") as file:
        saved = [float(run[2]) for run in list(csv.reader(file))[1:]]
    histograms = charts.sources("left", "right", "runs")
    assert [h["runs"].sum() for h in histograms] == [len(saved)] * 3
    last = histograms[-1]
    assert (last["left"][0], last["right"][-1]) == pytest.approx((min(saved), max(saved)), abs=0.1)
    with (folder / "o" / "lines.csv").open(encoding="utf-8-sig") as file:
        lines = list(csv.reader(file))[1:]
    (band, *_) = charts.sources("number", "p10", "p50", "p90")
    assert band["p50"] == pytest.approx([float(row[3]) for row in lines], abs=0.51)
    assert {TEXTS[lang][name] for name in ("without", "with", "saved", "lowest", "highest")} <= charts.texts()


@pytest.mark.parametrize("kind", ["ndjson", "xml"])
def test_the_open_findings_of_a_report_cost_hours(folder: Path, kind: str) -> None:
    """The stream leaves open what its requirements' severities say; each severity costs another power of ten."""
    if kind == "xml":
        (folder / "a.xml").write_text(render_junit(read_report(FAULTY)), encoding="utf-8")
        (folder / "effort.yaml").write_text(CERTAIN.replace("a.ndjson", "a.xml"), encoding="utf-8")
    said = setsubi("effort", "effort.yaml")
    price = {"safety": 1000, "item-loss": 100, "data": 10, "cosmetic": 1}
    report = read_report(FAULTY)
    open_ones = [r.requirement.severity for r in report.results if r.verdict in ("fail", "known-failure")]
    _, _, found, mean, low, _, high = row(said.out, "A")
    assert found.startswith(f"{len(open_ones)} (")
    assert float(mean) == float(low) == float(high) == sum(price[s] for s in open_ones)
    assert row(said.out, "B")[2] == "9 expected (assumed)"
    assert "The reports of A leave requirements undecided" in said.out


def test_what_is_assumed_is_counted(folder: Path) -> None:
    assert "16 of 24 parameters are assumed" in setsubi("effort", "effort.yaml").out
    assert "Every parameter is assumed" in setsubi("effort", EXAMPLES / "a_to_d.yaml").out
    tree = yaml.safe_load(
        re.sub(r"assumed: true", "source: our records", (EXAMPLES / "a_to_d.yaml").read_text("utf-8"))
    )
    tree["units"] = [{"name": u["name"], "vendor": u["vendor"]} for u in tree["units"]]
    (folder / "effort.yaml").write_text(yaml.safe_dump(tree), encoding="utf-8")
    assert "No parameter is marked as assumed" in setsubi("effort", "effort.yaml").out


def test_the_example_gives_the_bundled_parameters() -> None:
    tree = yaml.safe_load((EXAMPLES / "a_to_d.yaml").read_text(encoding="utf-8"))
    assert {key: tree[key] for key in ("without", "with")} == bundled_parameters()


def test_japanese_is_japanese(folder: Path) -> None:
    said = setsubi("effort", "effort.yaml", "--lang", "ja", "--out", ".")
    assert "共通インターフェースなし" in said.out
    assert '<html lang="ja">' in (folder / "report.html").read_text(encoding="utf-8")


def test_both_languages_have_all_words() -> None:
    assert TEXTS["en"].keys() == TEXTS["ja"].keys()


def test_what_is_certain_is_drawn_too(folder: Path) -> None:
    """No parameter varies: pictures of a distribution of one value, and no tornado."""
    tree = {key: dict.fromkeys(part, 1) for key, part in bundled_parameters().items()}
    tree["with"] |= {"findings": dict.fromkeys(bundled_parameters()["with"]["findings"], 0)}
    tree["with"] |= {"fixing": dict.fromkeys(bundled_parameters()["with"]["fixing"], 1)}
    tree |= {"units": [{"name": "A", "vendor": "x"}, {"name": "B", "vendor": "x"}]}
    (folder / "effort.yaml").write_text(yaml.safe_dump(tree), encoding="utf-8")
    said = setsubi("effort", "effort.yaml", "--out", "o")
    assert (said.code, said.err) == (0, "")
    assert (folder / "o" / "report.html").read_text(encoding="utf-8").count('src="data:image/svg+xml') == 4


@pytest.mark.parametrize(
    ("content", "parts"),
    [
        ("no report\n", ("a.ndjson:1: is not a line of JSON",)),
        ("", ("a.ndjson: holds no events",)),
        (
            '{"event": "header"}\n',
            ("a.ndjson:1: is no header of a check: it has no 'schema'", "that 'setsubi check' has written"),
        ),
    ],
)
def test_a_report_that_is_none_is_one_line(folder: Path, content: str, parts: tuple[str, ...]) -> None:
    (folder / "a.ndjson").write_text(content, encoding="utf-8")
    said = setsubi("effort", "effort.yaml", "--out", "o")
    refused(said, 4, *parts)
    assert said.out == ""
    assert not (folder / "o").exists()


def test_what_cannot_be_is_one_line(folder: Path) -> None:
    refused(setsubi("effort", "none.yaml"), 4, "none.yaml: cannot be read")
    refused(setsubi("effort", "effort.yaml", "--out", "effort.yaml"), 4, "--out effort.yaml: is a file")


def shown(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize(("old", "new"), [("conveyor}", "conveyer}"), ("d.xml", "e.xml")])
def test_the_document_shows_the_errors_that_come(folder: Path, old: str, new: str) -> None:
    for example in EXAMPLES.iterdir():
        shutil.copy(example, folder)
    path = folder / "a_to_d.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    said = setsubi("effort", "a_to_d.yaml")
    assert said.code == 4
    assert said.err in DOCUMENT.read_text(encoding="utf-8")


def test_the_document_shows_a_program_that_runs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(EXAMPLES)
    (program,) = shown("python")
    exec(compile(program, "program", "exec"), {})
    low, middle, high = map(float, capsys.readouterr().out.split())
    assert low < middle < high


def test_the_tables_say_of_how_many_lines_they_are_and_fold_no_short_heading() -> None:
    said = setsubi("effort", EXAMPLES / "a_to_d.yaml", env={"COLUMNS": "80"}).out
    assert "Man-hours, lines built: 5" in said
    assert "┃ lines built ┃ mean ┃  P10 ┃  P50 ┃  P90 ┃ runs saving % ┃" in said
    assert "…" not in said
