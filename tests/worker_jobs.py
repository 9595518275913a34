"""Jobs for worker processes, in a module that a spawned process can import wherever the product is installed."""

from __future__ import annotations

import os
from collections.abc import Callable


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
