"""``--scheduler``: the same output as without, one clear line for what cannot be, and its document."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from clusters import local_cluster
from command import refused, setsubi

from setsubi.workers import workers_for
from simulator.experiments.cluster import SchedulerLost

ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "docs" / "cluster.md").read_text(encoding="utf-8")
LINE = (
    "name: x\nunits:\n  - {name: A, process_time: {distribution: exponential, mean: 10}}\n"
    "  - {kind: buffer, name: X, capacity: 1}\n  - {name: B, process_time: {distribution: exponential, mean: 8}}\n"
)
EXPERIMENT = "line: line.yaml\nhours: 1\nwarmup: 6 min\nreplications: 3\nscenarios: {fast: {units.B.process_time: 4}}\n"
DESIGN = "line: line.yaml\nhours: 1\nreplications: 3\npareto: {maximise: throughput, minimise: wip}\nchoose: {units.X.capacity: [0, 4]}\n"


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with local_cluster() as cluster:
        yield str(cluster.scheduler_address)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, text in (("line.yaml", LINE), ("try.yaml", EXPERIMENT), ("size.yaml", DESIGN)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "tables"),
    [
        (("simulate", "line.yaml", "--hours", "1", "--log", "log.csv"), ["log.csv"]),
        (("experiment", "try.yaml", "--out", "."), ["replications.csv", "units.csv"]),
        (("sensitivity", "line.yaml", "--hours", "1", "--replications", "2", "--warmup", "0", "--out", "."), ["sensitivity.csv"]),
        (("design", "size.yaml", "--out", "."), ["designs.csv", "checks.csv"]),
    ],
    ids=lambda value: value[0],
)  # fmt: skip
def test_a_command_prints_and_writes_the_same_as_without(
    folder: Path, address: str, arguments: tuple[str, ...], tables: list[str]
) -> None:
    alone = setsubi(*arguments)
    written = [(folder / name).read_bytes() for name in tables]
    for name in tables:
        (folder / name).unlink()
    together = setsubi(*arguments, "--scheduler", address)
    assert (alone.code, alone.err) == (0, "")
    assert together == alone
    assert [(folder / name).read_bytes() for name in tables] == written


def test_processes_and_a_scheduler_exclude_each_other() -> None:
    said = setsubi("simulate", "line.yaml", "--processes", "2", "--scheduler", "tcp://127.0.0.1:9")
    refused(said, 4, "--processes and --scheduler exclude each other")


@pytest.mark.parametrize("command", [("simulate", "line.yaml"), ("experiment", "try.yaml"), ("sensitivity", "line.yaml"), ("design", "size.yaml")])  # fmt: skip
def test_nobody_at_the_address_is_one_line_and_the_code_of_what_is_unreachable(command: tuple[str, str]) -> None:
    said = setsubi(*command, "--scheduler", "tcp://127.0.0.1:9")
    refused(
        said, 7, "--scheduler tcp://127.0.0.1:9: no scheduler answers at tcp://127.0.0.1:9", "start 'dask scheduler'"
    )
    assert said.err in DOCUMENT
    assert said.out == ""


def test_what_is_no_address_is_one_line() -> None:
    said = setsubi("simulate", "line.yaml", "--scheduler", "here")
    refused(said, 4, "--scheduler here: is no address of a scheduler")
    assert said.err in DOCUMENT


def test_without_dask_the_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    said = setsubi("simulate", "line.yaml", "--scheduler", "tcp://127.0.0.1:9")
    refused(said, 4, "Dask is not installed here; pip install 'setsubi[cluster]'")


def test_a_scheduler_lost_during_the_run_is_what_is_unreachable(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def lost(*_: object, **__: object) -> None:
        raise SchedulerLost("no scheduler answers at x (CancelledError)", "start it")

    monkeypatch.setattr("simulator.experiments.cluster.Cluster.run", lost)
    refused(setsubi("simulate", "line.yaml", "--scheduler", address), 7, "no scheduler answers at x")


def test_without_a_scheduler_the_work_stays_here() -> None:
    with workers_for(1, None) as workers:
        assert workers.run(doubled, [1, 2], lambda share: None) == [2, 4]


def doubled(job: int, told: object) -> int:
    return 2 * job


def test_the_document_shows_what_is_printed(folder: Path, address: str) -> None:
    shutil.copytree(ROOT / "examples", folder / "examples")
    (block,) = re.findall(r"^```console\n(.*?)^```", DOCUMENT, re.MULTILINE | re.DOTALL)
    command, *shown = block.splitlines()
    words = command.removeprefix("$ setsubi ").replace("tcp://192.0.2.10:8786", address).split()
    said = setsubi(*words, env={"COLUMNS": "100"})
    assert said.code == 0, said.text
    printed = said.out.splitlines()
    for line in shown:
        assert line == "…" or line in printed, f"not printed: {line}\n{said.out}"
    assert len(shown) >= 4


def test_the_document_shows_a_program_that_runs(folder: Path, address: str, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "try.yaml").rename("buffer_or_repair.yaml")
    (program,) = re.findall(r"^```python\n(.*?)^```", DOCUMENT, re.MULTILINE | re.DOTALL)
    exec(compile(program.replace("tcp://192.0.2.10:8786", address), "program", "exec"), {})
    assert capsys.readouterr().out == "2\n"


def test_the_document_starts_workers_as_the_error_says() -> None:
    with local_cluster(workers=0) as cluster:
        line = refused(setsubi("simulate", "line.yaml", "--scheduler", cluster.scheduler_address), 4, "has no workers")
    start = line.split("start one: ")[1].replace(cluster.scheduler_address, "tcp://192.0.2.10:8786")
    assert start in DOCUMENT
