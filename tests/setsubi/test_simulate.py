"""``setsubi simulate``: files, languages, and one clear error for every value that cannot be."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner

from setsubi.app import app
from simulator.experiments.compiled import EngineError, choice

LINE = "name: x\nunits:\n  - {name: A, process_time: 10}\n  - {name: B, process_time: 9}\n"


@pytest.fixture
def line(tmp_path: Path) -> Path:
    path = tmp_path / "line.yaml"
    path.write_text(LINE, encoding="utf-8")
    return path


def run(*arguments: object) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["simulate", *map(str, arguments)], env={"COLUMNS": "200"})
    return result.exit_code, result.stdout, result.stderr


def test_tables_files_and_report_come_out(line: Path, tmp_path: Path) -> None:
    out = tmp_path / "new" / "folder"
    files = [out / "log.parquet", out / "items.csv", out / "report.html", out / "ocel.json"]
    code, stdout, stderr = run(
        line,
        "--hours",
        1,
        "--replications",
        2,
        "--log",
        files[0],
        "--items",
        files[1],
        "--report",
        files[2],
        "--ocel",
        files[3],
    )
    assert (code, stderr) == (0, "")
    assert "Throughput" in stdout
    assert "360.0 ± 0.0" in stdout
    assert "By the arrows: A" in stdout
    assert all(file.stat().st_size > 100 for file in files)
    page = files[2].read_text(encoding="utf-8")
    assert "setsubi simulate line.yaml --hours 1 --warmup 0.01 --seed 1 --replications 2" in page


def test_pictures_come_out_as_files_that_need_no_report(line: Path, tmp_path: Path) -> None:
    folder = tmp_path / "new" / "pictures"
    code, stdout, stderr = run(line, "--hours", 1, "--replications", 2, "--pictures", folder, "--quiet")
    assert (code, stdout.replace("\n", ""), stderr) == (0, f"pictures: {folder}", "")
    assert {"overtime.svg", "shares.svg", "timeline.svg", "ribbon.svg", "arrows.svg"} <= {
        p.name for p in folder.iterdir()
    }
    assert all(ElementTree.parse(p).getroot().tag.endswith("svg") for p in folder.iterdir())


def test_japanese_is_japanese_in_terminal_and_report(line: Path, tmp_path: Path) -> None:
    code, stdout, _ = run(line, "--hours", 1, "--replications", 1, "--lang", "ja", "--report", tmp_path / "r.html")
    assert code == 0
    assert "スループット" in stdout
    assert '<html lang="ja">' in (tmp_path / "r.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--hours", "0", "must be above 0"),
        ("--hours", "-3", "must be above 0"),
        ("--hours", "nan", "must be above 0"),
        ("--hours", "inf", "must be above 0"),
        ("--hours", "two", "is no time; give hours"),
        ("--warmup", "-1", "must be 0 or more"),
        ("--seed", "-1", "greater than or equal to 0"),
        ("--replications", "0", "greater than or equal to 1"),
        ("--replications", "10001", "must be 1 to 10000"),
        ("--processes", "-2", "greater than or equal to 0"),
        ("--lang", "fr", "not one of 'en', 'ja'"),
        ("--log", "log.xlsx", "must end in .csv or .parquet"),
        ("--items", "items", "must end in .csv or .parquet"),
        ("--ocel", "log.xml", "must end in .json"),
        ("--report", ".", "is a folder"),
        ("--pictures", __file__, "is a file, not a folder"),
    ],
)
def test_a_value_that_cannot_be_is_one_error_that_names_the_option_and_exit_code_4(
    line: Path, option: str, value: str, said: str
) -> None:
    code, stdout, stderr = run(line, option, value)
    assert (code, stdout) == (4, "")
    assert option in stderr
    assert said in stderr
    assert "Traceback" not in stderr


def test_a_file_that_another_program_has_open_is_told_before_the_run(
    line: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log, opened = tmp_path / "log.csv", Path.open
    log.write_text("of yesterday", encoding="utf-8")

    def in_use(path: Path, mode: str = "r", *arguments: Any, **keywords: Any) -> Any:  # as on Windows
        if path == log:
            raise PermissionError(13, "Permission denied", str(path))
        return opened(path, mode, *arguments, **keywords)

    monkeypatch.setattr(Path, "open", in_use)
    code, stdout, stderr = run(line, "--log", log)
    assert (code, stdout) == (4, "")
    assert f"--log {log}: the file that is there can not be replaced (Permission denied); close" in stderr


def test_nothing_is_left_of_a_run_that_does_not_begin(line: Path, tmp_path: Path) -> None:
    line.write_text("nonsense", encoding="utf-8")
    code, _, _ = run(line, "--log", tmp_path / "new" / "log.csv", "--pictures", tmp_path / "new" / "pictures")
    assert code == 4
    assert list(tmp_path.iterdir()) == [line]


def test_a_line_file_that_is_not_there_or_wrong_is_one_line(tmp_path: Path) -> None:
    code, _, stderr = run(tmp_path / "none.yaml")
    assert code == 4
    assert "cannot be read" in stderr
    bad = tmp_path / "bad.yaml"
    bad.write_text(LINE.replace("process_time: 9", "proces_time: 9"), encoding="utf-8")
    code, _, stderr = run(bad)
    assert code == 4
    assert "bad.yaml:4:15: units.B.proces_time: unknown key proces_time (did you mean 'process_time'?)" in stderr
    assert stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("en", "engine: compiled (as asked); its first 3600 s, "),
        ("ja", "計算エンジン：コンパイル済み（指定による）。最初の3600秒（イベント"),
    ],
)
def test_terminal_and_report_say_which_engine_ran_and_that_both_agree(
    line: Path, tmp_path: Path, lang: str, said: str
) -> None:
    page = tmp_path / "r.html"
    code, stdout, stderr = run(
        line, "--hours", 1, "--replications", 2, "--engine", "compiled", "--lang", lang, "--report", page
    )
    assert (code, stderr) == (0, "")
    assert stdout.startswith(said)
    assert said in page.read_text(encoding="utf-8")


def test_both_engines_print_the_same_figures_and_write_the_same_log(line: Path, tmp_path: Path) -> None:
    printed = {}
    for engine in ("simpy", "compiled"):
        _, stdout, _ = run(line, "--hours", 1, "--engine", engine, "--log", tmp_path / f"{engine}.csv")
        printed[engine] = stdout.split("\n", 1)[1]
    assert printed["simpy"] == printed["compiled"] and "Throughput" in printed["simpy"]
    assert (tmp_path / "simpy.csv").read_bytes() == (tmp_path / "compiled.csv").read_bytes()


def test_a_short_run_says_that_it_is_one(line: Path) -> None:
    _, stdout, _ = run(line, "--hours", 1, "--replications", 1)
    assert stdout.startswith("engine: SimPy (a short run)")


def test_a_line_that_the_compiled_engine_does_not_cover_runs_in_simpy_and_says_why(tmp_path: Path) -> None:
    path = tmp_path / "line.yaml"
    path.write_text(LINE + "events: [{at: 5, unit: A, command: 3}]\n", encoding="utf-8")
    code, stdout, _ = run(path, "--hours", 1, "--replications", 1)
    assert code == 0
    assert stdout.startswith("engine: SimPy (not covered: scheduled events (safety devices and commands))")
    code, stdout, stderr = run(path, "--hours", 1, "--engine", "compiled")
    assert (code, stdout) == (4, "")
    assert "--engine compiled: the compiled engine can not run this line: not covered: scheduled events" in stderr
    assert "give --engine simpy" in stderr and stderr.count("\n") == 1


def test_engines_that_disagree_are_one_error_and_the_result_is_simpys(
    line: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def disagree(*_: object) -> None:
        raise EngineError("the two engines disagree at B, t = 3.0 s: 1 and 2. This is a defect of setsubi")

    monkeypatch.setattr(choice, "check_prefix", disagree)
    page = tmp_path / "r.html"
    code, stdout, stderr = run(line, "--hours", 1, "--engine", "compiled", "--report", page)
    assert code == 0
    assert stderr.count("\n") == 1 and "disagree at B" in stderr and "those of the SimPy model" in stderr
    assert stdout.startswith("engine: SimPy (the compiled engine disagrees with the SimPy model")
    assert "360.0 ± 0.0" in stdout
    assert "By the arrows: A" in stdout
    assert "disagree at B" in page.read_text(encoding="utf-8")


FILLED = LINE + "  - {name: F, slots: 2000, process_time: 5 h, prefill: 1600}\n"


def test_the_warm_up_lasts_until_what_the_line_held_has_left_unless_it_is_given(tmp_path: Path) -> None:
    path = tmp_path / "filled.yaml"
    path.write_text(FILLED, encoding="utf-8")
    code, stdout, _ = run(path, "--hours", 2, "--replications", 2)
    assert code == 0
    found = re.search(r"warm-up: (.*) h, found on pilot runs", stdout)
    assert found is not None and 5 <= float(found[1]) < 5.5
    assert "what left the line was there" not in stdout
    assert "359.0" in stdout or "360.0" in stdout  # what A makes
    code, stdout, _ = run(path, "--hours", 2, "--replications", 2, "--warmup", 0)
    assert code == 0
    assert "warm-up:" not in stdout
    assert "In 2.0 of the 2 h counted, what left the line was there at the start" in stdout


def test_a_line_without_an_end_of_the_warm_up_says_so(tmp_path: Path) -> None:
    path = tmp_path / "stuck.yaml"
    path.write_text(LINE.replace("process_time: 9", "process_time: 9 d"), encoding="utf-8")
    code, stdout, _ = run(path, "--hours", 0.1, "--replications", 1)
    assert code == 0
    assert "warm-up: no end of it was found in pilot runs of 3 h" in stdout


def test_hours_may_be_given_with_their_unit(line: Path) -> None:
    plain = run(line, "--hours", 2, "--warmup", 0.5, "--replications", 2)
    assert run(line, "--hours", "2h", "--warmup", "30 min", "--replications", 2) == plain
    code, _, stderr = run(line, "--hours", "5 weeks")
    assert code == 4
    assert "invalid value for '--hours': '5 weeks' is no time; give hours, or a text such as 90min or 7d" in stderr
