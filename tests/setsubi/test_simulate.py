"""``setsubi simulate``: files, languages, and one clear error for every value that cannot be."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from setsubi.app import app

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
    files = [out / "log.parquet", out / "items.csv", out / "report.html"]
    code, stdout, stderr = run(
        line, "--hours", 1, "--replications", 2, "--log", files[0], "--items", files[1], "--report", files[2]
    )
    assert (code, stderr) == (0, "")
    assert "Throughput" in stdout
    assert "360.0 ± 0.0" in stdout
    assert all(file.stat().st_size > 100 for file in files)
    page = files[2].read_text(encoding="utf-8")
    assert "setsubi simulate line.yaml --hours 1 --warmup 0.1 --seed 1 --replications 2" in page


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
        ("--hours", "two", "valid number"),
        ("--warmup", "-1", "must be 0 or more"),
        ("--seed", "-1", "greater than or equal to 0"),
        ("--replications", "0", "greater than or equal to 1"),
        ("--replications", "10001", "must be 1 to 10000"),
        ("--processes", "-2", "greater than or equal to 0"),
        ("--lang", "fr", "not one of 'en', 'ja'"),
        ("--log", "log.xlsx", "must end in .csv or .parquet"),
        ("--items", "items", "must end in .csv or .parquet"),
        ("--report", ".", "is a folder"),
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


def test_a_line_file_that_is_not_there_or_wrong_is_one_line(tmp_path: Path) -> None:
    code, _, stderr = run(tmp_path / "none.yaml")
    assert code == 4
    assert "cannot be read" in stderr
    bad = tmp_path / "bad.yaml"
    bad.write_text(LINE.replace("process_time: 9", "proces_time: 9"), encoding="utf-8")
    code, _, stderr = run(bad)
    assert code == 4
    assert "bad.yaml:4:15: units.1.proces_time: unknown key proces_time (did you mean 'process_time'?)" in stderr
    assert stderr.count("\n") == 1
