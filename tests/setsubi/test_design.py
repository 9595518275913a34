"""``setsubi design``: what it prints and writes, one clear line for what cannot be, and its document."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from command import refused, setsubi

LINE = (
    "name: x\nunits:\n  - {name: A, process_time: {distribution: exponential, mean: 10}}\n"
    "  - {kind: buffer, name: X, capacity: 1}\n  - {name: B, process_time: {distribution: exponential, mean: 8}}\n"
    "  - {name: oven, slots: 40, tray: 4, process_time: 100}\n"
)
DESIGN = (
    "line: line.yaml\nhours: 2\nwarmup: 30 min\nreplications: 4\ntarget: {throughput: 270}\n"
    "choose:\n  units.X.capacity: {low: 0, high: 8, step: 2, cost: 3}\n"
)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "line.yaml").write_text(LINE, encoding="utf-8")
    (tmp_path / "size.yaml").write_text(DESIGN, encoding="utf-8")
    return tmp_path


def test_the_table_the_words_and_the_files_come_out(folder: Path) -> None:
    said = setsubi("design", "size.yaml", "--out", "new/out")
    assert (said.code, said.err) == (0, "")
    assert "│ X.capacity" in said.out
    wanted = r"Throughput [\d.]+ ± [\d.]+ cells/h in \d+ fresh replications: at least ([\d.]+) with 97.5 % certainty; the target is 270\."
    found = re.search(wanted, said.out)
    assert found is not None
    assert float(found[1]) >= 270
    chosen = re.search(r"^Chosen: X\.capacity (\d) \(in the file 1\); cost (\d+)\.$", said.out, re.MULTILINE)
    assert chosen is not None
    assert int(chosen[2]) == 3 * int(chosen[1])
    assert re.search(
        r"^Throughput of the line as its file says: [\d.]+ ± [\d.]+ cells/h, on the random", said.out, re.MULTILINE
    )
    assert said.out.splitlines()[-1] == f"results: {Path('new/out/report.html')}"
    out = folder / "new" / "out"
    assert sorted(p.name for p in out.iterdir()) == ["checks.csv", "designs.csv", "pictures", "report.html"]
    assert sorted(p.name for p in (out / "pictures").iterdir()) == ["path.svg", "tried.svg"]
    assert (out / "designs.csv").read_bytes().startswith(b"\xef\xbb\xbfunits.X.capacity,cost,")
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "setsubi design size.yaml" in page
    assert f"<li>{chosen[0]}</li>" in page
    assert "<h2>Throughput against cost</h2>" in page


def test_a_narrow_window_cuts_no_place() -> None:
    assert "│ X.capacity │" in setsubi("design", "size.yaml", env={"COLUMNS": "60"}).out


def test_a_design_file_without_choices_is_a_design_file(folder: Path) -> None:
    (folder / "size.yaml").write_text(DESIGN.partition("choose:")[0], encoding="utf-8")
    refused(setsubi("design", "size.yaml"), 4, "size.yaml:1:1: choose: is missing (add 'choose:' here)")


def test_japanese_is_japanese(folder: Path) -> None:
    said = setsubi("design", "size.yaml", "--lang", "ja", "--out", ".")
    assert "（目標：270）" in said.out
    assert '<html lang="ja">' in (folder / "report.html").read_text(encoding="utf-8")


def test_quiet_prints_where_the_results_are_and_no_more() -> None:
    assert setsubi("design", "size.yaml", "-q", "--out", "o").out == f"results: {Path('o/report.html')}\n"


def test_a_target_not_reached_gives_the_results_and_the_exit_code_of_what_is_incomplete(folder: Path) -> None:
    (folder / "size.yaml").write_text(DESIGN.replace("270", "355"), encoding="utf-8")
    said = setsubi("design", "size.yaml", "--out", "o")
    assert said.code == 6
    assert "size.yaml:5:1: target Throughput 355 cells/h not reached: best was " in said.out
    assert "(X.capacity=8; cost 24)" in said.out
    assert (folder / "o" / "report.html").exists()


def test_a_figure_that_no_design_tells_is_said_with_its_unit(folder: Path) -> None:
    (folder / "line.yaml").write_text(LINE.replace("process_time: 100", "process_time: 9 d"), encoding="utf-8")
    (folder / "size.yaml").write_text(DESIGN.replace("{throughput: 270}", "{lead time: 1}"), encoding="utf-8")
    said = setsubi("design", "size.yaml")
    assert said.code == 6
    assert "size.yaml:5:1: target Lead time 1 h not reached: best was ∞ (" in said.out
    assert "inf" not in said.out


def test_the_engine_and_the_rules_of_the_model_are_told(folder: Path) -> None:
    failing = LINE.replace("mean: 8}}", "mean: 8}, failures: [{mtbf: {value: 20 min, assumed: true}, mttr: 20 s}]}")
    (folder / "line.yaml").write_text(failing, encoding="utf-8")
    choice = "units.B.failures.0.mttr: {values: [20 s, 10 s], costs: [0, 1]}"
    text = DESIGN.replace("units.X.capacity: {low: 0, high: 8, step: 2, cost: 3}", choice)
    front = text.replace("target: {throughput: 270}", "pareto: {maximise: throughput, minimise: cost}")
    (folder / "size.yaml").write_text(front, encoding="utf-8")
    said = setsubi("design", "size.yaml", "--engine", "simpy", "--out", "o")
    assert said.code == 0, said.text
    assert said.out.startswith("engine: SimPy (as asked)\n")
    for line in ("Failure clocks: operation. ", "Blocking after service: ", "Assumed figures: 1. "):
        assert f"\n{line}" in said.out
    page = (folder / "o" / "report.html").read_text(encoding="utf-8")
    assert '<th class="text">differs in</th>' in page
    assert re.search(r"<td>B</td>.*mttr=[12]0 s</td></tr>", page)


def test_a_front_is_printed_with_both_figures(folder: Path) -> None:
    text = DESIGN.replace("target: {throughput: 270}", "pareto: {maximise: throughput, minimise: wip}")
    (folder / "size.yaml").write_text(text, encoding="utf-8")
    said = setsubi("design", "size.yaml")
    assert said.code == 0
    assert "Throughput ┃ Work in progress" in said.out
    assert "designs that no other one beats in both figures" in said.out


@pytest.mark.parametrize(
    ("old", "new", "parts"),
    [
        ("units.X", "units.Q", ("size.yaml:7:3: units.Q.capacity: units has no 'Q' (there are A, X, B, oven)",)),
        ("units.X.capacity", "units.X.capasity", ("size.yaml:7:3: units.X.capasity: unknown key capasity", "'capacity'?")),
        ("hours: 2", "hours: 0", ("size.yaml:2:1: hours: ", "greater than 0")),
        ("line.yaml", "none.yaml", ("size.yaml:1:1: line: there is no file none.yaml",)),
        ("{throughput: 270}", "{througput: 270}", ("size.yaml:5:1: target: there is no figure througput (figures are ",)),
        ("{throughput: 270}", "{throughput: -1}", ("size.yaml:5:1: target: throughput must be greater than 0, not -1",)),
        ("{throughput: 270}", "{throughput: .nan}", ("size.yaml:5:1: target: throughput must be greater than 0, not nan",)),
        ("{throughput: 270}", "{throughput: 270/h}", ("size.yaml:5:1: target: throughput must be a number, not '270/h' (write it without",)),
        ("{throughput: 270}", "{throughput: 1, scrap: 2}", ("size.yaml:5:1: target: a target is one figure",)),
        ("{throughput: 270}", "{capacity: 1}", (
            "size.yaml:5:1: target: capacity is not known from this line file (give 'cell: {energy_wh: 225}' in the line file)",
        )),
        ("{throughput: 270}", "{energy: 5}", ("size.yaml:5:1: target: energy is not known", "give 'units: [{energy_w: ")),
        ("{throughput: 270}", "{takt attainment: 95}", ("size.yaml:5:1: target: takt attainment is not", "give 'takt: 5 s'")),
        ("{throughput: 270}", "{operators: 50}", ("size.yaml:5:1: target: operators is not", "give 'operators: {count: 2")),
        ("target: {throughput: 270}", "pareto: {maximise: hours on takt, minimise: cost}", (
            "size.yaml:5:10: pareto.maximise: hours on takt is not known", "give 'takt: 5 s'",
        )),
        ("target: {throughput: 270}", "pareto: {maximise: throughput, minimise: energy}", (
            "size.yaml:5:32: pareto.minimise: energy is not known", "give 'units: [{energy_w: ",
        )),
        ("{throughput: 270}", "{throughput: 370}", (
            "size.yaml:5:1: target: throughput cannot be more than 360: A, the slowest unit, makes no more without any stop (give",
        )),
        ("{throughput: 270}", "{rolled throughput yield: 101}", ("size.yaml:5:1: target: rolled throughput yield cannot be more than 100",)),
        ("choose:", "chose:", ("size.yaml:6:1: chose: unknown key chose (did you mean 'choose'?)",)),
        ("choose:", "factors: {units.X.capacity: [1, 2]}\nchoose:", ("size.yaml:6:1: factors: unknown key factors (remove it)",)),
        ("{throughput: 270}", "{line OEE: 101}", ("size.yaml:5:1: target: line OEE cannot be more than 100 (give",)),
        ("target: {throughput: 270}", "", ("size.yaml:1:1: give either 'target:'", "or 'pareto:'")),
        ("target:", "pareto: {maximise: throughput, minimise: wip}\ntarget:", (
            "size.yaml:6:1: target: pareto is given already, and only one of them can be (keep 'target:'",
        )),
        ("target: {throughput: 270}", "pareto: {maximise: scrap, minimise: wip}", ("size.yaml:5:", "maximise: must be one of")),
        ("target:", "tragets: 1\ntarget:", ("size.yaml:5:1: tragets: unknown key tragets", "did you mean 'target'?")),
        ("replications: 4", "replications: {precision: 1 %, of: scrap}", ("size.yaml:4:1: replications: 'of'",)),
        ("{low: 0, high: 8, step: 2, cost: 3}", "{low: 8, high: 0}", ("size.yaml:7:3: units.X.capacity: high must not be below low",)),
        ("{low: 0, high: 8, step: 2, cost: 3}", "{low: 0, high: 8, step: 0}", ("size.yaml:7:3: units.X.capacity: step must be above 0",)),
        ("{low: 0, high: 8, step: 2, cost: 3}", "{low: 0}", ("size.yaml:7:3: ", "low together mean nothing")),
        ("{low: 0, high: 8, step: 2, cost: 3}", "{low: 0, high: }", ("size.yaml:7:3: ", "None is neither a number")),
        ("{low: 0, high: 8, step: 2, cost: 3}", "[]", ("size.yaml:7:3: ", "there is no value to choose")),
        ("{low: 0, high: 8, step: 2, cost: 3}", "[4, 2]", ("size.yaml:7:3: ", "from the cheapest to the dearest")),
        ("{low: 0, high: 8, step: 2, cost: 3}", "{values: [1, 2], costs: [1]}", ("there are 2 values and 1 costs",)),
        ("{low: 0, high: 8, step: 2, cost: 3}", "{low: -2, high: 8}", ("X.capacity = -2 is refused by the line", "or equal to 0")),
        ("{low: 0, high: 8, step: 2, cost: 3}", "4", ("size.yaml:7:3: ", "a choice is a list")),
        ("units.X.capacity", "units.A.process_time.mean", ("size.yaml:7:3: ", "= 0 is refused by the line")),
        ("  units.X.capacity: {low: 0, high: 8, step: 2, cost: 3}", "  {}", ("choose: there is nothing to choose",)),
        (
            "units.X.capacity: {low: 0, high: 8, step: 2, cost: 3}", "units.oven.slots: {low: 4, high: 40, step: 3}",
            ("size.yaml:7:3: units.oven.slots = 7 is refused by the line", "multiple of tray"),
        ),
        ("{low: 0, high: 8, step: 2, cost: 3}", "[1 min, 2 min]", ("size.yaml:7:3: ", "times need 'costs'")),
        ("{low: 0, high: 8, step: 2, cost: 3}", "{low: 0, high: 900}\n  units.oven.slots: {low: 4, high: 4000, step: 4}",
         ("size.yaml:6:1: choose: these are more than 250000 designs",)),
    ],
)  # fmt: skip
def test_a_bad_design_is_one_line_with_its_place(folder: Path, old: str, new: str, parts: tuple[str, ...]) -> None:
    assert old in DESIGN
    (folder / "size.yaml").write_text(DESIGN.replace(old, new, 1), encoding="utf-8")
    said = setsubi("design", "size.yaml", "--out", "o")
    refused(said, 4, *parts)
    assert said.out == ""


def test_a_target_for_which_all_designs_would_have_to_be_tried_must_have_few_of_them(folder: Path) -> None:
    text = DESIGN.replace("{throughput: 270}", "{lead time: 1}").replace("high: 8, step: 2", "high: 300")
    (folder / "size.yaml").write_text(text, encoding="utf-8")
    refused(
        setsubi("design", "size.yaml"), 4, "size.yaml:5:1: target: lead time does not always grow", "all 301 designs"
    )


def test_the_compiled_engine_is_not_promised_for_what_it_does_not_cover(folder: Path) -> None:
    (folder / "line.yaml").write_text(LINE + "events: [{at: 1, unit: A, command: 4}]\n", encoding="utf-8")
    refused(setsubi("design", "size.yaml", "--engine", "compiled"), 4, "--engine compiled", "scheduled events")


DOCUMENT = Path(__file__).parents[2] / "docs" / "design.md"
EXAMPLES = Path(__file__).parents[2] / "examples" / "design"


def shown(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("block", shown("yaml"), ids=lambda block: block.splitlines()[0])
def test_the_document_shows_the_examples_as_they_are(block: str) -> None:
    example = EXAMPLES / block.splitlines()[0].removeprefix("# ")
    assert yaml.safe_load(block) == yaml.safe_load(example.read_text(encoding="utf-8"))


def test_the_document_shows_a_program_that_runs(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "size.yaml").rename("buffer_for_650.yaml")
    (program,) = shown("python")
    exec(compile(program, "program", "exec"), {})
    values, cost, bound = capsys.readouterr().out.strip().rsplit(maxsplit=2)
    assert values in ("('4',)", "('2',)", "('6',)")
    assert float(cost) in (6, 12, 18)
    assert float(bound) >= 270


@pytest.mark.parametrize(
    ("old", "new"), [("before.capacity", "before.capasity"), ("throughput:", "througput:"), ("650}", "900}")]
)
def test_the_document_shows_the_errors_that_come(folder: Path, old: str, new: str) -> None:
    line = EXAMPLES.parent / "experiments" / "filling_section.yaml"
    text = (
        (EXAMPLES / "buffer_for_650.yaml").read_text(encoding="utf-8").replace(f"../experiments/{line.name}", line.name)
    )
    (folder / line.name).write_text(line.read_text(encoding="utf-8"), encoding="utf-8")
    assert old in text
    (folder / "buffer_for_650.yaml").write_text(text.replace(old, new), encoding="utf-8")
    said = setsubi("design", "buffer_for_650.yaml")
    assert said.code == 4
    assert said.err in DOCUMENT.read_text(encoding="utf-8")
