"""Replications: seeds, processes, warm-up, files; workers that fail, die or are interrupted."""

from __future__ import annotations

import csv
import json
import multiprocessing
import os
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from line_files import BUSY, SLOW_THEN_FAST, line_of, machine
from worker_jobs import dying, failing, refusing, squared

from simulator.experiments.run import bucket, run_experiment
from simulator.experiments.workers import Processes, WorkerDied
from simulator.line import Line
from simulator.line.log import MemoryLog


def test_the_result_does_not_depend_on_the_number_of_processes() -> None:
    shares: list[float] = []
    here = run_experiment(BUSY, hours=0.5, warmup_hours=0.1, seed=3, replications=3)
    there = run_experiment(
        BUSY, hours=0.5, warmup_hours=0.1, seed=3, replications=3, processes=2, progress=shares.append
    )
    assert here == there
    assert [r.seed for r in here.results] == [3, 4, 5]
    assert len({r.good for r in here.results}) > 1
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def test_the_warm_up_is_not_counted() -> None:
    (result,) = run_experiment(BUSY, hours=1, warmup_hours=0.5, replications=1).results
    line = Line(BUSY, 1)
    line.run(1800)
    before = line.result()
    line.run(5400)
    assert (result.start, result.end) == (1800, 5400)
    assert result.good == line.result().good - before.good


def test_departures_are_counted_from_the_end_of_the_warm_up() -> None:
    (result,) = run_experiment(line_of(*SLOW_THEN_FAST), hours=1, warmup_hours=0.51, replications=1).results
    assert result.bucket_s == 60
    assert sum(result.departures) == result.good
    assert set(result.departures[:-1]) == {1, 2}  # one every 36 s: a first bucket that was not full would hold 0


def test_buckets_are_round_and_few() -> None:
    assert [bucket(h) for h in (0.1, 1, 8, 24, 1000)] == [60, 60, 600, 1800, 86400]


def test_log_and_item_records_are_of_the_first_replication(tmp_path: Path) -> None:
    log, items = tmp_path / "log.csv", tmp_path / "items.parquet"
    run_experiment(BUSY, hours=0.2, seed=8, replications=2, log_path=log, records_path=items)
    memory = MemoryLog()
    Line(BUSY, 8, memory).run(720)
    with log.open(newline="", encoding="utf-8") as file:
        assert [float(row["t"]) for row in csv.DictReader(file)] == [row[0] for row in memory.rows]
    rows = pq.read_table(items).to_pylist()
    units = {row["unit"] for row in rows}
    assert units == {"A", "B", "BC", "C"}
    assert all(row["start"] <= row["end"] <= 720 and row["lot"] for row in rows)


def test_item_records_tell_every_step_of_an_item_in_both_formats(tmp_path: Path) -> None:
    values = {"mass": {"mean": 180, "sd": 1}}
    spec = line_of(machine("A", 2.0, process_values=values, energy_w={"execute": 3600}), machine("B", 3.0))
    for name in ("items.csv", "items.parquet"):
        run_experiment(spec, hours=0.01, replications=1, records_path=tmp_path / name)
    with (tmp_path / "items.csv").open(newline="", encoding="utf-8") as file:
        rows = [{**row, "process_values": json.loads(row["process_values"])} for row in csv.DictReader(file)]
    steps = [(r["unit"], float(r["start"]), float(r["end"])) for r in rows if r["item"] == "small-000000001"]
    assert steps == [("A", 0.0, 2.0), ("B", 2.0, 5.0)]
    assert rows[0]["lot"] == "small-L00001"
    assert (rows[0]["grade"], float(rows[0]["energy_wh"])) == ("A", 2.0)
    assert 170 < rows[0]["process_values"]["mass"] < 190
    kept = pq.read_table(tmp_path / "items.parquet").to_pylist()
    assert [(r["item"], r["unit"], dict(r["process_values"])) for r in kept] == [
        (r["item"], r["unit"], r["process_values"]) for r in rows
    ]


@pytest.mark.parametrize("processes", [1, 2])
def test_after_an_interrupt_too_the_files_that_were_there_stay_and_nothing_half_written(
    processes: int, tmp_path: Path
) -> None:
    files = {
        "log_path": tmp_path / "log.parquet",
        "records_path": tmp_path / "new" / "folder" / "items.csv",
        "ocel_path": tmp_path / "ocel.json",
    }
    kept = [files["log_path"], files["ocel_path"]]
    for path in kept:
        path.write_text("of yesterday", encoding="utf-8")
    begun: set[Path] = set()

    def interrupt(share: float) -> None:
        begun.update(p for file in files.values() for p in tmp_path.rglob(file.name) if p not in kept)
        if len(begun) == len(files):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_experiment(BUSY, hours=2, replications=2, processes=processes, progress=interrupt, **files)  # type: ignore[arg-type]
    assert sorted(tmp_path.rglob("*")) == sorted(kept)
    assert {path.read_text(encoding="utf-8") for path in kept} == {"of yesterday"}


def test_a_file_that_cannot_be_put_in_place_is_told_by_its_own_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def in_use(source: Path, target: Path) -> None:  # what Windows answers while another program has the target open
        raise PermissionError(13, "Permission denied", str(source), None, str(target))

    monkeypatch.setattr(os, "replace", in_use)
    with pytest.raises(PermissionError) as caught:
        run_experiment(BUSY, hours=0.01, replications=1, log_path=tmp_path / "x.csv")
    assert caught.value.filename == str(tmp_path / "x.csv")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("processes", [1, 2, 9])
def test_results_come_in_the_order_of_the_jobs(processes: int) -> None:
    with Processes(processes) as workers:
        assert workers.run(squared, [3, 1, 2], lambda share: None) == [9, 1, 4]


@pytest.mark.parametrize("processes", [1, 2])
def test_a_file_that_cannot_be_written_is_told_as_such_from_any_process(processes: int) -> None:
    with Processes(processes) as workers, pytest.raises(FileNotFoundError) as caught:
        workers.run(failing, [1, 2, 3], lambda share: None)
    assert caught.value.filename == "nowhere/log.csv"
    assert multiprocessing.active_children() == []


def test_other_errors_of_a_worker_keep_their_words() -> None:
    with Processes(2) as workers, pytest.raises(RuntimeError, match="LookupError: job"):
        workers.run(refusing, [1, 2], lambda share: None)


def test_a_worker_that_dies_is_an_error_and_not_a_wait_for_ever() -> None:
    with Processes(2) as workers, pytest.raises(WorkerDied, match="fewer processes"):
        workers.run(dying, [1, 2], lambda share: None)
    assert multiprocessing.active_children() == []


def test_processes_are_kept_from_one_run_to_the_next_until_the_end() -> None:
    with Processes(2) as workers:
        assert workers.run(squared, [1, 2], lambda share: None) == [1, 4]
        first = {child.pid for child in multiprocessing.active_children()}
        assert workers.run(squared, [3, 4, 5], lambda share: None) == [9, 16, 25]
        assert {child.pid for child in multiprocessing.active_children()} == first
        assert len(first) == 2
    assert multiprocessing.active_children() == []


def test_after_a_failure_the_next_run_starts_afresh() -> None:
    with Processes(2) as workers:
        with pytest.raises(FileNotFoundError):
            workers.run(failing, [1, 2, 3], lambda share: None)
        assert workers.run(squared, [1, 2], lambda share: None) == [1, 4]


def test_an_interrupt_leaves_no_worker_behind() -> None:
    def interrupt(share: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_experiment(BUSY, hours=1e6, replications=2, processes=2, progress=interrupt)
    assert multiprocessing.active_children() == []
