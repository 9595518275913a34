"""Shifts and operators: what their page says is what the program says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from command import setsubi

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "shifts-and-operators.md"
EXAMPLE = ROOT / "examples" / "shifts" / "filling_shift.yaml"
MISTAKES = [
    ('"18:00"', "18:00"),
    ('"18:00"', '"11:30"'),
    ("for: 8 h", "for: 24 h"),
    ("units: [filler]", "units: [fillr]"),
    ("count: 2", "count: 0"),
]


def test_the_page_shows_the_errors_that_come(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    printed = []
    for right, wrong in MISTAKES:
        text = EXAMPLE.read_text(encoding="utf-8")
        assert text.count(right) == 1
        Path("shift.yaml").write_text(text.replace(right, wrong), encoding="utf-8")
        said = setsubi("simulate", "shift.yaml")
        assert said.code == 4
        printed.append(said.err)
    (shown,) = re.findall(r"^```text\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert shown == "".join(printed)
