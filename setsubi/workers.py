"""Who runs the replications: processes of this machine, or workers of a Dask scheduler."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from conformance.errors import Unreachable, UsageError
from simulator.experiments.cluster import Cluster, ClusterError, SchedulerLost
from simulator.experiments.workers import Processes, Workers


@contextmanager
def workers_for(processes: int, scheduler: str | None) -> Iterator[Workers]:
    """So many processes (0: one per core), or the workers of the scheduler at an address. Raises ``Unreachable`` if nobody
    answers there, ``UsageError`` if its workers cannot be used."""
    if scheduler is None:
        with Processes(processes or os.cpu_count() or 1) as own:
            yield own
        return
    if processes != 1:
        raise UsageError("--processes and --scheduler exclude each other; leave one of them out")
    try:
        with Cluster(scheduler) as cluster:
            yield cluster
    except SchedulerLost as error:
        raise Unreachable(f"--scheduler {scheduler}", error.what, error.mend) from None
    except ClusterError as error:
        raise UsageError(f"--scheduler {scheduler}: {error}") from None
