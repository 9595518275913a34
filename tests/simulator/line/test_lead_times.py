"""The histogram of lead times: where a time belongs, and what quantiles it gives."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.line import Line, LineSpec
from simulator.line.leadtimes import BUCKETS, PARTS, bucket_of, edge, quantile


@given(st.floats(1 / 16, 2**30, exclude_max=True))
def test_a_time_lies_in_its_bucket_and_a_bucket_is_narrow(seconds: float) -> None:
    low, high = edge(bucket_of(seconds)), edge(bucket_of(seconds) + 1)
    assert low <= seconds < high or low == 0.0
    assert high - low <= seconds / PARTS + 1e-12 or low == 0.0


def test_times_beyond_the_ends_go_into_the_last_buckets_and_edges_are_in_order() -> None:
    assert [bucket_of(t) for t in (0.0, 1e-300, 0.06)] == [0, 0, 0]
    assert bucket_of(1e300) == BUCKETS - 1
    edges = [edge(b) for b in range(BUCKETS)]
    assert edges == sorted(set(edges))


def test_quantiles_are_those_of_the_times_up_to_the_width_of_a_bucket() -> None:
    times = np.random.default_rng(1).gamma(3.0, 700.0, 50_000)
    counts: dict[int, int] = {}
    for t in times.tolist():
        counts[bucket_of(t)] = counts.get(bucket_of(t), 0) + 1
    for share in (0.05, 0.5, 0.95, 0.999):
        assert quantile(counts, share) == pytest.approx(np.quantile(times, share), rel=1 / PARTS)
    assert quantile({}, 0.5) == 0.0


def test_every_item_that_entered_and_left_is_in_the_histogram_of_its_run() -> None:
    line = Line(
        LineSpec.model_validate({"units": [{"name": "A", "process_time": 36}, {"name": "B", "process_time": 18}]})
    )
    line.run(3600)
    assert line.result().lead_times == ((bucket_of(54.0), 99),)
    line.reset_statistics()
    assert line.result().lead_times == ()


def test_who_becomes_bad_and_who_leaves_into_the_bin_are_counted_where_it_happens() -> None:
    units = [
        {"name": "A", "process_time": 1, "scrap": 0.5, "scrap_to": "downstream"},
        {"name": "B", "process_time": 1, "scrap": 0.5},
        {"name": "C", "process_time": 1},
    ]
    line = Line(LineSpec.model_validate({"units": units}), 3)
    line.run(20_000)
    result = line.result()
    a, b, c = result.units
    assert (a.binned, c.rejected, c.binned) == (0, 0, 0)
    assert a.rejected == a.scrap == pytest.approx(10_000, rel=0.05)
    assert b.rejected == pytest.approx(5000, rel=0.05)  # half of the good ones; the bad ones were counted at A
    assert b.binned == pytest.approx(10_000, rel=0.05)  # half of all
    assert result.scrap - b.binned == c.scrap == pytest.approx(5000, rel=0.05)
