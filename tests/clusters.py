"""A Dask cluster on this machine, its workers in processes of their own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from distributed import LocalCluster


@contextmanager
def local_cluster(workers: int = 2) -> Iterator[Any]:
    """``scheduler_address`` is where it answers; a worker that dies is started again."""
    with LocalCluster(
        n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=":0", silence_logs=50
    ) as cluster:
        yield cluster
