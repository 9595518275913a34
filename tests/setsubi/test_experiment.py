"""``setsubi experiment``: what it prints and writes, and one clear line for what cannot be."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from command import refused, setsubi

LINE = "name: x\nunits:\n  - {name: A, process_time: {distribution: exponential, mean: 10}}\n  - {name: B, process_time: 9}\n"
EXPERIMENT = (
    "line: line.yaml\nhours: 1\nwarmup: 6 min\nreplications: 3\nscenarios: {速い B: {units.B.process_time: 4}}\n"
)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "line.yaml").write_text(LINE, encoding="utf-8")
    (tmp_path / "try.yaml").write_text(EXPERIMENT, encoding="utf-8")
    return tmp_path


def test_the_table_the_words_and_the_files_come_out(folder: Path) -> None:
    said = setsubi("experiment", "try.yaml", "--out", "new/out")
    assert (said.code, said.err) == (0, "")
    assert "│ 速い B" in said.out
    assert "Better than base: 速い B (+" in said.out
    assert said.out.splitlines()[-1] == f"results: {Path('new/out/report.html')}"
    out = folder / "new" / "out"
    files = ["pictures", "replications.csv", "report.html", "scenarios.csv", "units.csv"]
    assert sorted(p.name for p in out.iterdir()) == files
    assert {"means.svg", "differences.svg", "ribbon.svg"} <= {p.name for p in (out / "pictures").iterdir()}
    assert (out / "scenarios.csv").read_bytes().startswith(b"\xef\xbb\xbfscenario,")
    assert "setsubi experiment try.yaml" in (out / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(("columns", "left_out"), [(60, 2), (75, 1), (120, 0)])
@pytest.mark.parametrize("lang", ["en", "ja"])
def test_in_a_narrow_window_scenario_and_bottleneck_stay_and_other_figures_go(
    columns: int, left_out: int, lang: str
) -> None:
    said = setsubi("experiment", "try.yaml", "--lang", lang, env={"COLUMNS": str(columns)})
    rows = [[cell.strip() for cell in line.split("│")[1:-1]] for line in said.out.splitlines() if line.startswith("│")]
    assert [row[0] for row in rows] == ["base" if lang == "en" else "基準", "速い B"]
    assert [row[-1] for row in rows] == ["A", "A"]
    assert {len(row) for row in rows} == {6 - left_out}
    assert all(" ± " in cell for cell in rows[1][1:-1]), "a column is shown whole"
    heads = said.out[: said.out.index("│")]
    assert ("OEE" in heads) == (not left_out), "line OEE is the first to go"


def test_japanese_is_japanese(folder: Path) -> None:
    said = setsubi("experiment", "try.yaml", "--lang", "ja", "--out", ".")
    assert "基準より良い: 速い B" in said.out
    assert said.out.splitlines()[-1] == "結果: report.html"
    assert '<html lang="ja">' in (folder / "report.html").read_text(encoding="utf-8")


def test_quiet_prints_where_the_results_are_and_no_more() -> None:
    assert setsubi("experiment", "try.yaml", "-q", "--out", "o").out == f"results: {Path('o/report.html')}\n"


def test_a_precision_not_reached_gives_the_results_and_the_exit_code_of_what_is_incomplete(folder: Path) -> None:
    text = EXPERIMENT.replace("replications: 3", "replications: {precision: 0.01 %, most: 3}")
    (folder / "try.yaml").write_text(text, encoding="utf-8")
    said = setsubi("experiment", "try.yaml", "--out", "o")
    assert said.code == 6
    assert "try.yaml:4:1: precision ± 0.01 % of Throughput not reached: best was ± " in said.out
    assert "after 3 replications" in said.out
    assert (folder / "o" / "report.html").exists()


@pytest.mark.parametrize(
    ("old", "new", "parts"),
    [
        ("units.B", "units.Q", ("try.yaml:5:20: units.Q.process_time: units has no 'Q' (there are A, B)",)),
        ("hours: 1", "hours: 0", ("try.yaml:2:1: hours: ", "greater than 0")),
        ("scenarios: {速い B: {units.B.process_time: 4}}", "", ("try.yaml:1:1: nothing to try",)),
        ("line.yaml", "none.yaml", ("try.yaml:1:1: line: there is no file none.yaml",)),
    ],
)
def test_a_bad_experiment_is_one_line_with_its_place(folder: Path, old: str, new: str, parts: tuple[str, ...]) -> None:
    (folder / "try.yaml").write_text(EXPERIMENT.replace(old, new), encoding="utf-8")
    said = setsubi("experiment", "try.yaml", "--out", "o")
    refused(said, 4, *parts)
    assert said.out == ""


def test_an_experiment_that_is_not_there_or_cannot_be_kept_is_one_line(folder: Path) -> None:
    refused(setsubi("experiment", "none.yaml"), 4, "none.yaml: cannot be read")
    refused(setsubi("experiment", "try.yaml", "--out", "try.yaml"), 4, "--out try.yaml: is a file, not a folder")


def test_the_compiled_engine_is_not_promised_for_what_it_does_not_cover(folder: Path) -> None:
    (folder / "line.yaml").write_text(LINE + "events: [{at: 1, unit: A, command: 4}]\n", encoding="utf-8")
    refused(setsubi("experiment", "try.yaml", "--engine", "compiled"), 4, "--engine compiled", "scheduled events")


def test_a_sensitivity_needs_no_experiment_file(folder: Path) -> None:
    arguments = ["--hours", "1", "--replications", "2", "--percent", "10", "--out", "o"]
    said = setsubi("sensitivity", "line.yaml", *arguments)
    assert (said.code, said.err) == (0, "")
    first = next(line for line in said.out.splitlines() if "+10 %" in line)
    assert [cell.strip() for cell in first.split("│")[1:3]] == ["A", "speed"]
    assert (folder / "o" / "sensitivity.csv").exists()
    page = (folder / "o" / "report.html").read_text(encoding="utf-8")
    assert "setsubi sensitivity line.yaml --percent 10 --hours 1 --seed 1 --replications 2" in page


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--percent", "0", "--percent: Input should be greater than 0"),
        ("--percent", "51", "--percent: Input should be less than or equal to 50"),
        ("--hours", "-1", "--hours: Input should be greater than 0"),
        ("--hours", "nan", "--hours: "),
        ("--warmup", "-1", "--warmup: must be 0 or more"),
        ("--replications", "1", "--replications: Input should be greater than or equal to 2"),
    ],
)
def test_a_value_of_a_sensitivity_that_cannot_be_is_one_line_that_names_the_option(
    option: str, value: str, said: str
) -> None:
    refused(setsubi("sensitivity", "line.yaml", option, value), 4, said)


def test_a_sensitivity_of_a_line_that_is_not_there_is_one_line() -> None:
    refused(setsubi("sensitivity", "none.yaml"), 4, "none.yaml: there is no such file")


DOCUMENT = Path(__file__).parents[2] / "docs" / "experiments.md"
EXAMPLES = Path(__file__).parents[2] / "examples" / "experiments"


WHAT_IF = DOCUMENT.with_name("what-if.md")


def shown(language: str, document: Path = DOCUMENT) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", document.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("block", shown("yaml") + shown("yaml", WHAT_IF), ids=lambda block: block.splitlines()[0])
def test_the_document_shows_the_examples_as_they_are(block: str) -> None:
    example = EXAMPLES / block.splitlines()[0].removeprefix("# ")
    assert yaml.safe_load(block) == yaml.safe_load(example.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("document", "name", "old", "new"),
    [
        (DOCUMENT, "buffer_or_repair.yaml", "capacity", "capasity"),
        (DOCUMENT, "buffer_or_repair.yaml", "pump fault", "pump falt"),
        (WHAT_IF, "emergency_stop.yaml", "by: S1", "by: S9"),
        (WHAT_IF, "quality_hold.yaml", "found_after: 1 h", "found_after: 30 min"),
        (WHAT_IF, "campaigns.yaml", "plan.1.count: 250", "plan.2.count: 250"),
    ],
)
def test_the_document_shows_the_errors_that_come(folder: Path, document: Path, name: str, old: str, new: str) -> None:
    for example in EXAMPLES.iterdir():
        text = example.read_text(encoding="utf-8")
        changed = text.replace(old, new) if example.name == name else text
        (folder / example.name).write_text(changed, encoding="utf-8")
    said = setsubi("experiment", name)
    assert said.code == 4
    assert said.err in document.read_text(encoding="utf-8")


def test_the_document_shows_a_program_that_runs(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "try.yaml").rename("buffer_or_repair.yaml")
    (program,) = shown("python")
    exec(compile(program, "program", "exec"), {})
    name, mean, half_width, verdict = capsys.readouterr().out.rsplit(maxsplit=3)
    assert (name, verdict) == ("速い B", "better")
    assert float(mean) > float(half_width) > 0
