"""The digest: equal for equal interfaces, on every computer and in every process; different for different ones."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from profile_files import child, pack, requirement, write

from profiles import Profile, load_profile


def _digest(folder: Path, body: str) -> str:
    return load_profile(child(folder, body)).digest


def test_it_is_sixteen_hex_digits_and_fits_its_signal() -> None:
    profile = load_profile("stacking")
    assert len(profile.digest) == 16 == profile.signals["profile.digest"].length
    assert int(profile.digest, 16) >= 0


@pytest.mark.parametrize("seed", ["0", "4711"])
def test_it_is_the_same_in_every_process(seed: str) -> None:
    code = "from profiles import load_profile; print(load_profile('formation_eol').digest)"
    environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)}
    told = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert told.stdout.strip() == load_profile("formation_eol").digest


def test_the_order_of_keys_and_the_style_of_the_file_do_not_matter(tmp_path: Path) -> None:
    one = _digest(tmp_path, "signals: {process.stack_thickness: {update_ms: 50, range: [0, 100]}}\n")
    two = _digest(
        tmp_path, "# a remark\nsignals:\n  process.stack_thickness:\n    range: [0.0, 100.0]\n    update_ms: 50\n"
    )
    assert one == two


@pytest.mark.parametrize(
    "body",
    [
        "version: 1.0.1\n",
        "word_order: little\n",
        "title: {ja: 別の積層機}\n",
        "signals: {process.stack_thickness: {update_ms: 250}}\n",
        "alarms: {40: {severity: 601}}\n",
        "safety: {guard: {reaction_time_s: 0.9}}\n",
        "devices: {main_switch: {functions: []}}\n",
        "recipes: {1: {values: {parameter.sheet_count: 61}}}\n",
        "handover: {clear_s: 6}\n",
        "options: {energy: {default: false}}\n",
    ],
)
def test_every_section_is_part_of_it(tmp_path: Path, body: str) -> None:
    assert _digest(tmp_path, body) != _digest(tmp_path, "")


def test_the_ledger_is_no_part_of_it(tmp_path: Path) -> None:
    """Requirements say how an interface is judged, not what it is."""
    folder = pack(tmp_path / "ours")
    write(folder, "ledger/ours.yaml", f"area: ours\nrequirements:\n  OUR-OWN-001: {requirement()}\n")
    ours: Profile = load_profile(f"{folder}:stacking")
    assert len(ours.ledger) == len(load_profile("stacking").ledger) + 1
    assert ours.digest == load_profile("stacking").digest
