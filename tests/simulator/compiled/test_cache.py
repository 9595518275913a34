"""Compiled code is kept for the next start, in the user's cache folder and nowhere else."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import simulator
from simulator.experiments.compiled import jit

ROOT = Path(simulator.__file__).parent.parent
SCRIPT = """
import time
began = time.process_time()
from simulator.line import LineSpec
from simulator.experiments.compiled import CompiledLine
from simulator.experiments.compiled.events import run
line = CompiledLine(LineSpec.model_validate({"units": [{"name": "A", "process_time": 2}]}))
line.run(100)
assert line.result().good == 50
spent = time.process_time() - began
print(sum(run.stats.cache_hits.values()), sum(run.stats.cache_misses.values()), spent)
"""


def start(cache: Path) -> tuple[int, int, float]:
    environment = os.environ | {"NUMBA_CACHE_DIR": str(cache), "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run([sys.executable, "-c", SCRIPT], env=environment, capture_output=True, text=True, check=True)
    hits, misses, spent = done.stdout.split()
    return int(hits), int(misses), float(spent)


def test_the_second_start_compiles_nothing(tmp_path: Path) -> None:
    first, second = start(tmp_path), start(tmp_path)
    print(f"CPU time of the first start {first[2]:.2f} s, of the second {second[2]:.2f} s")
    assert first[:2] == (0, 1)
    assert second[:2] == (1, 0)
    assert second[2] < first[2] / 2
    assert list(tmp_path.rglob("*.nbi"))
    assert not list(ROOT.joinpath("simulator").rglob("*.nbi")), "nothing is written beside the program"


def test_other_code_has_another_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    jit.cache_folder.cache_clear()
    one = jit.cache_folder()
    monkeypatch.setattr(jit, "version", lambda name: "other")
    jit.cache_folder.cache_clear()
    assert one is not None and one.is_relative_to(tmp_path) and jit.cache_folder() != one
    jit.cache_folder.cache_clear()


def test_without_a_place_to_write_it_still_compiles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "file"
    file.write_text("no folder")
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(file))
    jit.cache_folder.cache_clear()
    assert jit.cache_folder() is None

    def twice(x: int) -> int:
        return 2 * x

    assert jit.entry(twice)(21) == 42
    jit.cache_folder.cache_clear()
