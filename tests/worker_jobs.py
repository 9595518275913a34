"""Jobs for worker processes, in a module that a spawned process can import wherever the product is installed."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any


def squared(job: int, told: Callable[[float], None]) -> int:
    told(0.5)
    return job * job


def failing(job: int, told: Callable[[float], None]) -> int:
    if job == 2:
        raise FileNotFoundError(2, "No such file or directory", "nowhere/log.csv")
    return squared(job, told)


def refusing(job: int, told: Callable[[float], None]) -> int:
    raise LookupError(f"job {job}")


def dying(job: int, told: Callable[[float], None]) -> int:
    os._exit(9)


def deadly_once(job: Path, told: Callable[[float], None]) -> str:
    """Kills the process that runs it, the first time."""
    if not job.exists():
        job.touch()
        os._exit(9)
    return "lived"


def endless(job: Path, told: Callable[[float], None]) -> None:
    """Says that it runs, then goes on until somebody ends it."""
    job.touch()
    while True:
        told(0.5)
        time.sleep(0.01)


def ends_or_not(job: Path | None, told: Callable[[float], None]) -> None:
    if job is not None:
        endless(job, told)


def whose(job: int, told: Callable[[float], None]) -> int:
    return os.getpid()


def busy(dask_worker: Any) -> int:
    """How many threads of a worker are at a job."""
    return len(dask_worker.active_threads)
