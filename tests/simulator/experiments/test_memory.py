"""Memory does not grow with the hours: ten times as many take as much."""

from __future__ import annotations

import gc
import tracemalloc
from dataclasses import replace
from importlib.util import find_spec

import pytest
from line_files import BUSY

from simulator.experiments.run import Job, run_job

LEAST = 5
"""Bytes for each item more: whatever kept anything of items would take more, be it one number of each."""


def peak(job: Job) -> tuple[int, int]:
    """The most bytes that Python and NumPy held at once in a run, and the items that it made.

    How long garbage waits depends on how much else there is, of tests before this one: that is put aside.
    """
    gc.collect()
    gc.freeze()
    gc.collect()
    tracemalloc.start()
    try:
        result, _ = run_job(job, lambda done: None)
        return tracemalloc.get_traced_memory()[1], result.good
    finally:
        tracemalloc.stop()
        gc.unfreeze()


@pytest.mark.parametrize(
    "job",
    [
        pytest.param(Job(BUSY, 4.0, 0.0, 1, None, "simpy"), id="simpy"),
        pytest.param(
            Job(BUSY, 40.0, 0.0, 1, None, "compiled"), id="compiled",
            marks=pytest.mark.skipif(find_spec("numba") is None, reason="the compiled engine needs numba"),
        ),
    ],
)  # fmt: skip
def test_memory_is_constant_in_the_hours(job: Job) -> None:
    run_job(
        replace(job, hours=0.1), lambda done: None
    )  # what is imported or compiled for the first time is not a run's
    (once, few), (ten_times, many) = peak(job), peak(replace(job, hours=10 * job.hours))
    assert many > 9 * few > 9000
    assert ten_times - once < LEAST * (many - few)
