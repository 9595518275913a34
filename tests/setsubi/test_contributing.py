"""Who follows CONTRIBUTING's recipe to the letter, in a copy of the project, has its tests pass."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PARTS = ("profiles", "conformance", "simulator", "setsubi", "tests", "benchmarks")
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
SECTION = re.compile(r"^(\w+:)\n((?:  .*\n)+)", re.MULTILINE)
WHERE = (
    "profiles/packs/basc_cell_line/ledger/communication.yaml",
    "conformance/checks/communication.py",
    "conformance/reports/sentences.ja.yaml",
    "simulator/faults/wire.py",
)
TESTS = ("tests/test_matrix.py", "tests/conformance/reports/test_sentences.py")
"""Where the tests of the recipe's last step are."""


def followed(folder: Path) -> list[str]:
    """The recipe done in a copy of the project; the arguments of the ``pytest`` that it ends with."""
    recipe = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").partition("## Add something else")[0]
    blocks = [text for _, text in BLOCK.findall(recipe)]
    assert [path for path in WHERE if f"`{path}`" not in recipe] == []
    for part in PARTS:
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    row, check, sentence, fault, prove = blocks
    of_rate = "    faults: [communication.heartbeat_races,"
    _edit(folder / WHERE[0], of_rate, f"{of_rate} communication.heartbeat_backwards,")
    _append(folder / WHERE[0], row)
    imported, _, function = check.partition("\n")
    _edit(
        folder / WHERE[1], "from datetime import UTC, datetime\n", f"from datetime import UTC, datetime\n{imported}\n"
    )
    _append(folder / WHERE[1], function)
    for section, said in SECTION.findall(sentence):
        _edit(folder / WHERE[2], f"\n{section}\n", f"\n{section}\n{said}")
    _append(folder / WHERE[3], fault)
    return shlex.split(next(line for line in prove.splitlines() if line.startswith("pytest ")))[2:]


def _append(file: Path, text: str) -> None:
    file.write_text(f"{file.read_text(encoding='utf-8')}\n{text}", encoding="utf-8")


def _edit(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{file.name}: {old}"
    file.write_text(text.replace(old, new), encoding="utf-8")


@pytest.mark.timeout(600)
def test_the_recipe_of_a_requirement_passes_the_tests_that_it_names(tmp_path: Path) -> None:
    chosen = followed(tmp_path)
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-v", *TESTS, *chosen],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert run.returncode == 0, run.stdout[-4000:]
    passed = [line for line in run.stdout.splitlines() if " PASSED" in line]
    named = [re.findall(r"\w+_\w+|stacking", names) for names in chosen[1].split(" or ")]
    assert len(named) == 5
    assert [names for names in named if not any(all(name in line for name in names) for line in passed)] == []
