"""Jobs on several processes, started afresh on every system (``spawn``), ended at once by an interrupt.

Not ``concurrent.futures``: its pool waits for running jobs when it is interrupted, and tells no progress within a job.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import Any, Protocol, TypeVar, cast

Job = TypeVar("Job")
Result = TypeVar("Result")
Share = Callable[[float], None]
"""Told the done share of a job, 0 to 1."""
Work = Callable[[Job, Share], Result]


class WorkerDied(RuntimeError):
    """A worker process ended without an answer (killed, or out of memory)."""


class Workers(Protocol):
    """Who runs jobs."""

    def run(self, work: Work[Job, Result], jobs: Sequence[Job], progress: Share, *, here: int = 0) -> list[Result]:
        """The results of ``work`` for every job, in order, whoever did it. The first ``here`` jobs write files: they run on
        this machine.

        ``work`` must be a function of a module, jobs and results must be picklable. Raises what ``work`` raised: an
        ``OSError`` as it was, others as ``RuntimeError``; ``WorkerDied``. However it ends, no job is left running.
        """


class Processes:
    """Processes of this machine, with one the present one; more are started when first needed and kept until the end of
    the context."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._workers: list[tuple[SpawnProcess, Connection]] = []

    def __enter__(self) -> Processes:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def run(self, work: Work[Job, Result], jobs: Sequence[Job], progress: Share, *, here: int = 0) -> list[Result]:
        """The results of ``work`` for every job, as ``Workers`` promises."""
        told = shares_of(len(jobs), progress)
        wanted = min(self._count, len(jobs))
        if wanted <= 1:
            return [in_this_process(work, job, index, told) for index, job in enumerate(jobs)]
        try:
            with _not_interruptible():
                while len(self._workers) < wanted:
                    self._workers.append(_start())
            return _share_out(work, jobs, [connection for _, connection in self._workers[:wanted]], told)
        except BaseException:  # what the others are at is of no use to anybody
            self._end()
            raise

    def _end(self) -> None:
        for process, connection in self._workers:
            process.terminate()
            process.join()
            connection.close()
        self._workers.clear()


def shares_of(jobs: int, progress: Share) -> Callable[[int, float], None]:
    """Takes the done share of a job by its index, and tells ``progress`` that of all together."""
    shares = [0.0] * jobs

    def told(index: int, share: float) -> None:
        shares[index] = share
        progress(sum(shares) / len(shares))

    return told


def in_this_process(work: Work[Job, Result], job: Job, index: int, told: Callable[[int, float], None]) -> Result:
    """The result of one job, here and now."""
    return work(job, lambda share: told(index, share))


@contextmanager
def _not_interruptible() -> Iterator[None]:
    """Workers start deaf to Ctrl-C where that is inherited (POSIX): otherwise it would end them amid their imports."""
    if threading.current_thread() is not threading.main_thread():  # only the main thread may set handlers
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before if before is not None else signal.SIG_DFL)


def _start() -> tuple[SpawnProcess, Connection]:
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs,), daemon=True)
    process.start()
    theirs.close()  # so that we see the end of a worker that dies
    return process, ours


def _share_out(
    work: Work[Any, Any], jobs: Sequence[Any], workers: list[Connection], told: Callable[[int, float], None]
) -> list[Any]:
    results: dict[int, Any] = {}
    waiting = iter((work, index, job) for index, job in enumerate(jobs))
    for worker in workers:
        worker.send(next(waiting))
    while len(results) < len(jobs):
        for worker in cast("list[Connection]", wait(workers)):
            try:
                what, index, value = worker.recv()
            except (EOFError, ConnectionError):
                raise WorkerDied(
                    "a worker process died; try fewer processes, it may have been short of memory"
                ) from None
            if what == "share":
                told(index, value)
            elif what == "failed":
                raise value
            else:
                results[index] = value
                told(index, 1.0)
                task = next(waiting, None)
                if task is not None:
                    worker.send(task)
    return [results[index] for index in range(len(jobs))]


def _serve(connection: Connection) -> None:
    """A worker: answers until it is ended. Ctrl-C is the parent's business, who ends the workers."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(EOFError, ConnectionError):  # the parent is gone
        while True:
            work, index, job = connection.recv()
            connection.send(_answer(connection, index, work, job))


def _answer(connection: Connection, index: int, work: Work[Any, Any], job: Any) -> tuple[str, int, Any]:
    try:
        return "done", index, work(job, lambda share: connection.send(("share", index, share)))
    except ConnectionError:
        raise
    except Exception as error:
        return "failed", index, carried(error)


def carried(error: Exception) -> Exception:
    """An error as it leaves a worker: one that any process can make again."""
    return error if isinstance(error, OSError) else RuntimeError(f"{type(error).__name__}: {error}")
