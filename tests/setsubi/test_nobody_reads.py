"""Files are there although nobody reads what is printed: ``setsubi … | head`` ends the program at its first lines."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

EFFORT = Path(__file__).parents[2] / "examples" / "effort"
FILES = {
    "line.yaml": "units: [{name: A, process_time: 2}, {name: X, kind: buffer, capacity: 2}, {name: B, process_time: 3}]\n",
    "try.yaml": "line: line.yaml\nhours: 1\nwarmup: 0\nreplications: 2\nfactors: {units.X.capacity: [2, 4]}\n",
    "choose.yaml": "line: line.yaml\nhours: 1\nwarmup: 0\nreplications: 2\ntarget: {throughput: 1000}\n"
    "choose: {units.X.capacity: [1, 2]}\n",
}


@pytest.mark.parametrize(
    ("words", "files"),
    [
        ("simulate line.yaml --hours 1 --replications 2 --report report.html", ["report.html"]),
        ("experiment try.yaml --out results", ["results/report.html", "results/scenarios.csv"]),
        ("sensitivity line.yaml --hours 1 --warmup 0 --replications 2 --out results", ["results/report.html"]),
        ("design choose.yaml --out results", ["results/report.html", "results/designs.csv"]),
        (
            "plan --gwh 1 --cell prismatic_60ah --out results --line of_plan.yaml --write plan.yaml",
            ["results/report.html", "results/plan.csv", "of_plan.yaml", "plan.yaml"],
        ),
        ("effort effort/a_to_d.yaml --out results", ["results/report.html"]),
    ],
    ids=lambda value: value.split()[0] if isinstance(value, str) else "",
)
def test_the_files_are_there_although_nobody_reads_the_tables(words: str, files: list[str], tmp_path: Path) -> None:
    shutil.copytree(EFFORT, tmp_path / "effort")
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "setsubi", *words.split()]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as started:
        assert started.stdout is not None and started.stderr is not None
        started.stdout.close()
        said = started.stderr.read().decode()
        started.wait(120)
    assert [name for name in files if not (tmp_path / name).is_file()] == []
    assert "Traceback" not in said
