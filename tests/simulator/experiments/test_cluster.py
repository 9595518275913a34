"""Jobs on the workers of a Dask scheduler: the same results, also when a worker is killed, and one clear error otherwise."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from clusters import local_cluster
from distributed import Client
from line_files import BUSY
from worker_jobs import busy, deadly_once, dying, ends_or_not, failing, refusing, squared, whose

from simulator.experiments import cluster as module
from simulator.experiments.cluster import Cluster, ClusterError, SchedulerLost
from simulator.experiments.run import run_experiment
from simulator.experiments.workers import WorkerDied

PATIENCE_S = 60.0
"""Wall seconds until a wait counts as failed; nothing is decided by how long it takes."""


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    with local_cluster() as found:
        yield found


@pytest.fixture
def address(cluster: Any) -> str:
    """Where it answers. The workers that a test before this one killed are there again."""
    cluster.wait_for_workers(2, timeout=PATIENCE_S)
    return str(cluster.scheduler_address)


def until(seen: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + PATIENCE_S
    while not seen():
        assert time.monotonic() < end, what
        time.sleep(0.05)


def silent(_: float) -> None:
    pass


def test_the_results_are_those_of_this_machine(address: str, tmp_path: Path) -> None:
    shares: list[float] = []
    here = run_experiment(BUSY, hours=0.5, warmup_hours=0.1, seed=3, replications=5, log_path=tmp_path / "here.csv")
    with Cluster(address) as cluster:
        there = run_experiment(
            BUSY, hours=0.5, warmup_hours=0.1, seed=3, replications=5, workers=cluster, progress=shares.append,
            log_path=tmp_path / "there.csv",
        )  # fmt: skip
    assert here == there
    assert (tmp_path / "here.csv").read_bytes() == (tmp_path / "there.csv").read_bytes()
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert len(set(shares)) > 5  # also within the replication that runs here


def test_jobs_run_in_other_processes_but_those_that_write_files(address: str) -> None:
    with Cluster(address) as cluster:
        found = cluster.run(whose, [0, 1, 2, 3], silent, here=1)
    assert found[0] == os.getpid()
    assert os.getpid() not in found[1:]


def test_a_worker_killed_in_the_middle_costs_nothing_but_time(address: str) -> None:
    """As by a power cut: the process is gone, with the replications that it was at."""
    killed: list[int] = []
    with Client(address, set_as_default=False) as client, Cluster(address) as cluster:

        def kill(share: float) -> None:
            if not killed:
                killed.append(next(iter(client.run(os.getpid).values())))
                os.kill(killed[0], signal.SIGTERM if os.name == "nt" else signal.SIGKILL)

        there = run_experiment(BUSY, hours=2, replications=12, workers=cluster, progress=kill, engine="simpy", seed=5)
        assert killed
        assert killed[0] not in client.run(os.getpid).values()
    assert there == run_experiment(BUSY, hours=2, replications=12, engine="simpy", seed=5)


def test_a_job_whose_worker_died_is_done_by_another(address: str, tmp_path: Path) -> None:
    with Cluster(address) as cluster:
        assert cluster.run(deadly_once, [tmp_path / "a", tmp_path / "b"], silent) == ["lived", "lived"]


def test_a_job_that_kills_every_worker_is_an_error_and_not_a_wait_for_ever() -> None:
    with (
        local_cluster() as own,
        Cluster(own.scheduler_address) as cluster,
        pytest.raises(WorkerDied, match="killed every worker"),
    ):
        cluster.run(dying, [1], silent)


def test_errors_keep_their_kind_and_words(address: str) -> None:
    with Cluster(address) as cluster:
        with pytest.raises(FileNotFoundError) as caught:
            cluster.run(failing, [1, 2, 3], silent)
        assert caught.value.filename == "nowhere/log.csv"
        with pytest.raises(RuntimeError, match="LookupError: job"):
            cluster.run(refusing, [1, 2], silent)
        assert cluster.run(squared, [3, 1], silent) == [9, 1]  # and the workers go on


def test_an_interrupt_ends_what_the_workers_are_at(address: str, tmp_path: Path) -> None:
    """One job ends, which is told, and that is interrupted; the other one would never end by itself."""

    def interrupt(share: float) -> None:
        until((tmp_path / "begun").exists, "the endless job has begun")
        raise KeyboardInterrupt

    with Client(address, set_as_default=False) as client:
        with pytest.raises(KeyboardInterrupt), Cluster(address) as cluster:
            cluster.run(ends_or_not, [tmp_path / "begun", None], interrupt)
        until(lambda: not any(client.run(busy).values()), "the workers are idle again")


def test_workers_with_another_version_are_refused_before_anything_runs(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = dict(module.versions())
    monkeypatch.setattr(module, "versions", versions_of(ours | {"setsubi": "9.9", "Python": "3.99"}))
    with pytest.raises(
        ClusterError, match=r"worker tcp://.* has setsubi .* instead of 9\.9, Python 3\.\d+ instead of 3\.99; install"
    ):
        Cluster(address).__enter__()


def versions_of(found: dict[str, str]) -> Callable[[], dict[str, str]]:
    """In place of ``versions`` here; what is sent to the workers is the true one, which is found by its name."""

    def versions() -> dict[str, str]:
        return found

    versions.__module__, versions.__qualname__ = module.__name__, "versions"
    return versions


def test_a_worker_that_comes_later_with_another_version_is_refused_too(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Cluster(address) as cluster:
        monkeypatch.setattr(module, "versions", lambda: {"setsubi": "9.9"})
        with pytest.raises(ClusterError, match=r"has setsubi .* instead of 9\.9"):
            cluster.run(squared, [1, 2], silent)


def test_the_version_is_also_that_of_the_code(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """And of the profiles, whose state tables the lines follow."""
    before = module.versions()
    assert set(before) >= {"setsubi", "Python", "numpy", "numba", "simpy", "code of the simulator"}
    for package, file in (
        (module.simulator, "line.py"),
        (module.profiles, "pack.py"),
        (module.profiles, "packs/a.yaml"),
    ):
        source = tmp_path / package.__name__ / file
        source.parent.mkdir(parents=True, exist_ok=True)
        monkeypatch.setattr(package, "__path__", [str(tmp_path / package.__name__)])
        found = []
        for text in (b"x: 1\n", b"x: 1\r\n", b"x: 2\n"):  # the second as Git may write it on Windows
            source.write_bytes(text)
            found.append(module.versions.__wrapped__())
        assert found[0] == found[1] != found[2]


def test_a_scheduler_without_workers_says_how_to_start_one() -> None:
    with (
        local_cluster(workers=0) as cluster,
        pytest.raises(ClusterError, match=r"no workers; start one: dask worker tcp://"),
    ):
        Cluster(cluster.scheduler_address).__enter__()


def test_nobody_at_the_address_is_said_and_not_waited_for() -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))  # taken, and nobody listens
        address = f"tcp://127.0.0.1:{held.getsockname()[1]}"
        with pytest.raises(SchedulerLost, match=f"no scheduler answers at {address}"):
            Cluster(address).__enter__()


def test_somebody_else_at_the_address_is_no_scheduler() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, pytest.raises(SchedulerLost, match="no scheduler answers"):
        Cluster(f"tcp://127.0.0.1:{server.getsockname()[1]}").__enter__()


@pytest.mark.parametrize("address", ["nonsense://x:1", "tcp://127.0.0.1:notaport"])
def test_what_is_no_address_is_said(address: str) -> None:
    with pytest.raises(ClusterError, match=r"is no address of a scheduler; give one such as tcp://"):
        Cluster(address).__enter__()


def test_a_scheduler_that_goes_away_is_said(tmp_path: Path) -> None:
    with local_cluster() as cluster, Cluster(cluster.scheduler_address) as jobs:

        def close(share: float) -> None:
            cluster.close()

        with pytest.raises(SchedulerLost, match="no scheduler answers"):
            jobs.run(ends_or_not, [None, tmp_path / "begun"], close)
