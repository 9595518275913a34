"""Compiled code is kept for the next start, in the user's cache folder and nowhere else."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import simulator
from simulator.experiments.compiled import jit

ROOT = Path(simulator.__file__).parent.parent
SCRIPT = """
from time import process_time
from simulator.line import LineSpec
began = process_time()
from simulator.experiments.compiled import CompiledLine
from simulator.experiments.compiled.events import run
line = CompiledLine(LineSpec.model_validate({"units": [{"name": "A", "process_time": 2}]}))
line.run(100)
assert line.result().good == 50
print(sum(run.stats.cache_hits.values()), sum(run.stats.cache_misses.values()), process_time() - began)
"""


@pytest.fixture(autouse=True)
def _forget_the_folder() -> Iterator[None]:
    jit.cache_folder.cache_clear()
    yield
    jit.cache_folder.cache_clear()


def start() -> tuple[list[int], float]:
    """Cache hits and misses of a new process, and the seconds of the processor from the engine's import to the end of a run."""
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], env=environment, capture_output=True, text=True, check=True, timeout=280
    )
    *counts, seconds = done.stdout.split()
    return [int(n) for n in counts], float(seconds)


def test_the_second_start_compiles_nothing_and_costs_less_than_two_seconds() -> None:
    assert sum(start()[0]) == 1
    counts, seconds = start()
    assert counts == [1, 0]
    assert seconds < 2
    folder = jit.cache_folder()
    assert folder is not None and list(folder.rglob("*.nbc")) and jit.compiled_before()
    assert not list(ROOT.joinpath("simulator").rglob("*.nbi")), "nothing is written beside the program"


def test_other_code_has_another_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    one = jit.cache_folder()
    monkeypatch.setattr(jit, "version", lambda name: "other")
    jit.cache_folder.cache_clear()
    other = jit.cache_folder()
    assert one is not None and other is not None and one != other
    assert one.is_relative_to(tmp_path) and other.is_relative_to(tmp_path)
    assert not jit.compiled_before()


@pytest.mark.parametrize(
    ("system", "variable", "below"),
    [("win32", "LOCALAPPDATA", "setsubi"), ("linux", "XDG_CACHE_HOME", "setsubi")],
)
def test_the_folder_is_the_one_that_the_system_gives_the_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, system: str, variable: str, below: str
) -> None:
    monkeypatch.delenv("NUMBA_CACHE_DIR")
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setenv(variable, str(tmp_path))
    folder = jit.cache_folder()
    assert folder is not None and folder.parent == tmp_path / below


def test_without_a_place_to_write_it_still_compiles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "file"
    file.write_text("no folder")
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(file))
    assert jit.cache_folder() is None
    assert not jit.compiled_before()

    def twice(x: int) -> int:
        return 2 * x

    assert jit.entry(twice)(21) == 42
