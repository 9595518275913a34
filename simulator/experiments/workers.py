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
from typing import Any, TypeVar, cast

Job = TypeVar("Job")
Result = TypeVar("Result")
Share = Callable[[float], None]
"""Told the done share of a job, 0 to 1."""
Work = Callable[[Job, Share], Result]


class WorkerDied(RuntimeError):
    """A worker process ended without an answer (killed, or out of memory)."""


def run_jobs(work: Work[Job, Result], jobs: Sequence[Job], processes: int, progress: Share) -> list[Result]:
    """The results of ``work`` for every job, in order; on one process here, on more in workers.

    ``work`` must be a function of a module, jobs and results must be picklable. Raises what ``work`` raised: an
    ``OSError`` as it was, others as ``RuntimeError``; ``WorkerDied``. However it ends, no worker is left behind.
    """
    shares = [0.0] * len(jobs)

    def told(index: int, share: float) -> None:
        shares[index] = share
        progress(sum(shares) / len(shares))

    if min(processes, len(jobs)) <= 1:
        return [work(job, lambda share, index=index: told(index, share)) for index, job in enumerate(jobs)]  # type: ignore[misc]
    workers: list[tuple[SpawnProcess, Connection]] = []
    try:
        with _not_interruptible():
            for _ in range(min(processes, len(jobs))):
                workers.append(_start(work))
        return _share_out(jobs, [connection for _, connection in workers], told)
    finally:
        for process, connection in workers:
            process.terminate()
            process.join()
            connection.close()


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


def _start(work: Work[Any, Any]) -> tuple[SpawnProcess, Connection]:
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, work), daemon=True)
    process.start()
    theirs.close()  # so that we see the end of a worker that dies
    return process, ours


def _share_out(jobs: Sequence[Any], workers: list[Connection], told: Callable[[int, float], None]) -> list[Any]:
    results: dict[int, Any] = {}
    waiting = iter(enumerate(jobs))
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


def _serve(connection: Connection, work: Work[Any, Any]) -> None:
    """A worker: answers until it is ended. Ctrl-C is the parent's business, who ends the workers."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(EOFError, ConnectionError):  # the parent is gone
        while True:
            index, job = connection.recv()
            connection.send(_answer(connection, index, work, job))


def _answer(connection: Connection, index: int, work: Work[Any, Any], job: Any) -> tuple[str, int, Any]:
    try:
        return "done", index, work(job, lambda share: connection.send(("share", index, share)))
    except ConnectionError:
        raise
    except OSError as error:
        return "failed", index, error
    except Exception as error:
        return "failed", index, RuntimeError(f"{type(error).__name__}: {error}")
