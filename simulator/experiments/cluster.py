"""Jobs on other machines, by the workers of a Dask scheduler. The one module that knows Dask, which is an optional extra.

Jobs and results are those of ``workers``, so that it makes no difference who runs them. A worker that dies costs time only:
Dask gives its job to another one.
"""

from __future__ import annotations

import hashlib
import logging
import socket
import sys
import warnings
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import profiles
import simulator
from simulator.experiments.workers import Job, Result, Share, Work, WorkerDied, carried, in_this_process, shares_of

PATIENCE_S = 5
"""How long an answer of the scheduler is waited for, in s."""
_NOISY = ("distributed", "tornado", "asyncio")
_ALIKE = ("numpy", "scipy", "numba", "pydantic", "simpy")
_PACKAGES = (simulator, profiles)


class ClusterError(Exception):
    """The workers of a scheduler cannot be used: ``what``, and how to ``mend`` it."""

    def __init__(self, what: str, mend: str) -> None:
        super().__init__(f"{what}; {mend}")
        self.what, self.mend = what, mend


class SchedulerLost(ClusterError):
    """No scheduler answers at the address, or not any more."""


class Unwanted(Exception):
    """Nobody waits for the job any more."""


class Cluster:
    """The workers of the scheduler at ``address``, such as ``tcp://192.0.2.10:8786``, for as long as the context lasts.

    Entering raises ``ClusterError`` if Dask is not installed here, the address is none, there are no workers, or a worker
    has another version of something that figures depend on; ``SchedulerLost`` if nobody answers within some seconds.
    """

    def __init__(self, address: str) -> None:
        self._address = address
        self._client: Any = None

    def __enter__(self) -> Cluster:
        self._client = _connected(self._address)
        try:
            self._compare()
        except BaseException:
            self._client.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self._client.close()

    def run(self, work: Work[Job, Result], jobs: Sequence[Job], progress: Share, *, here: int = 0) -> list[Result]:
        """The results of ``work`` for every job, as ``Workers`` promises. A job that kills every worker that it is given to
        raises ``WorkerDied``. Progress is told when a job ends. Raises ``SchedulerLost``, ``ClusterError`` for a worker
        that came later and has another version."""
        from distributed import as_completed

        told = shares_of(len(jobs), progress)
        results: dict[int, Result] = {}
        waiting: dict[Any, int] = {}
        try:
            for index, job in enumerate(jobs[here:], here):
                waiting[self._client.submit(answer, work, job, versions(), pure=False)] = index
            for index, job in enumerate(jobs[:here]):
                results[index] = in_this_process(work, job, index, told)
            for future in as_completed(list(waiting), loop=self._client.loop):
                index = waiting[future]
                results[index] = self._result(future)
                told(index, 1.0)
        except BaseException:
            self._client.cancel(list(waiting), force=True)
            raise
        return [results[index] for index in range(len(jobs))]

    def _result(self, future: Any) -> Any:
        """What a job gave, or an error that says what happened to it."""
        from distributed import KilledWorker

        try:
            what, value = future.result()
        except KilledWorker:
            raise WorkerDied(
                "one job killed every worker that it was given to; the workers may be short of memory"
            ) from None
        except ImportError as error:
            raise _not_there("a worker", error) from None
        except Exception as error:
            if not future.cancelled() and self._client.status == "running":
                raise
            raise _lost(self._address, error) from None
        if what == "versions":
            worker, theirs = value
            raise _differs(worker, theirs)
        if what == "failed":
            raise value
        return value

    def _compare(self) -> None:
        """Refuse workers of which the figures would be other ones."""
        try:
            self._client.wait_for_workers(1, timeout=PATIENCE_S)
        except TimeoutError:
            mend = f"start one: dask worker {self._address} --nworkers auto --nthreads 1"
            raise ClusterError("the scheduler has no workers", mend) from None
        found = self._client.run(versions, on_error="return")
        for worker, theirs in found.items():
            if isinstance(theirs, Exception):
                raise _not_there(worker, theirs)
            if theirs != versions():
                raise _differs(worker, theirs)


@cache
def versions() -> Mapping[str, str]:
    """What the figures depend on, of the process that is asked."""
    found = {"setsubi": _version("setsubi"), "Python": f"{sys.version_info.major}.{sys.version_info.minor}"}
    found |= {name: _version(name) for name in _ALIKE}
    return found | {f"code of the {package.__name__}": _digest(Path(package.__path__[0])) for package in _PACKAGES}


def _digest(folder: Path) -> str:
    """Of all code and data of a package, whatever the ends of their lines."""
    digest = hashlib.sha256()
    files = (path for path in folder.rglob("*") if path.suffix in (".py", ".yaml"))
    for path in sorted(files, key=lambda path: path.relative_to(folder).parts):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0")
        digest.update(path.read_bytes().replace(b"\r\n", b"\n") + b"\0")
    return digest.hexdigest()[:12]


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "none"


def answer(work: Work[Any, Any], job: Any, wanted: Mapping[str, str]) -> tuple[str, Any]:
    """On a worker: what became of a job."""
    from distributed import get_worker

    worker = get_worker()
    if versions() != wanted:
        return "versions", (worker.address, versions())
    try:
        return "done", work(job, _while_wanted(worker))
    except Unwanted:
        raise
    except Exception as error:
        return "failed", carried(error)


def _while_wanted(worker: Any) -> Share:
    """Ends a job that was cancelled. Dask by itself would let it run to its end."""
    key = worker.get_current_task()

    def told(_: float) -> None:
        task = worker.state.tasks.get(key)
        if task is None or task.state != "executing":
            raise Unwanted

    return told


def _connected(address: str) -> Any:
    try:
        from distributed import Client
    except ImportError:
        raise ClusterError("Dask is not installed here", "pip install 'setsubi[cluster]'") from None
    for name in _NOISY:  # they log at length what one line of ours says
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        _knock(address)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of differing versions: what matters is compared here
            return Client(address, timeout=PATIENCE_S, set_as_default=False)
    except OSError as error:
        raise _lost(address, error) from None
    except (ValueError, TypeError):
        raise ClusterError("is no address of a scheduler", "give one such as tcp://192.0.2.10:8786") from None


def _knock(address: str) -> None:
    """A scheduler speaks first. Dask would wait for ever for the word of anybody else's server. Raises ``OSError``,
    ``ValueError`` for what is no address."""
    from distributed.comm import get_address_host_port, parse_address

    scheme, _ = parse_address(address)
    host, port = get_address_host_port(address, strict=True)
    with socket.create_connection((host, port), PATIENCE_S) as connection:
        if scheme == "tcp" and not connection.recv(1):
            raise ConnectionError("it hung up")


def _lost(address: str, error: Exception) -> SchedulerLost:
    why = f"no scheduler answers at {address} ({type(error).__name__})"
    return SchedulerLost(why, "start 'dask scheduler' there, and check the address, the network and the firewall")


def _not_there(worker: str, error: Exception) -> ClusterError:
    what = f"worker {worker} cannot run setsubi ({type(error).__name__}: {' '.join(str(error).split())})"
    return ClusterError(what, "install this version there: pip install 'setsubi[cluster]'")


def _differs(worker: str, theirs: Mapping[str, str]) -> ClusterError:
    ours = versions()
    each = [
        f"{name} {theirs.get(name, 'none')} instead of {value}"
        for name, value in ours.items()
        if theirs.get(name) != value
    ]
    return ClusterError(
        f"worker {worker} has {', '.join(each)}", "install the same there, so that the figures are the same"
    )
