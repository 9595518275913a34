"""MSER-5 against values worked out by hand, and the end of the warm-up of lines whose beginning is known."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from simulator.experiments.study.plan import Plan
from simulator.experiments.study.running import run_study
from simulator.experiments.warmup import mser


def batches(*means: float) -> list[float]:
    """Five values around each mean, none of them equal to it."""
    return [m + d for m in means for d in (-2, -1, -0.5, 1.5, 2)]


def test_mser_5_of_a_series_worked_out_by_hand() -> None:
    """Batch means 0, 4, 10, 10, 12, 8. Squares about the mean over the squared number of batches kept:

    none dropped: mean 22/3, 304/3 over 36; one: mean 8.8, 36.8 over 25; two: mean 10, 8 over 16; three: 8 over 9.
    """
    found = mser(batches(0, 4, 10, 10, 12, 8))
    assert found.statistic == pytest.approx((76 / 27, 1.472, 0.5, 8 / 9))
    assert (found.cut, found.settled) == (10, True)


def test_a_series_that_still_climbs_has_not_settled() -> None:
    found = mser(batches(0, 1, 2, 3, 4, 5, 6, 7))
    assert (found.cut, found.settled) == (20, False)


def test_what_does_not_vary_needs_no_warm_up() -> None:
    assert mser([0.1] * 500).cut == 0


def test_an_incomplete_last_batch_counts_for_nothing() -> None:
    assert mser([*batches(0, 4, 10, 10, 12, 8), 1e6]) == mser(batches(0, 4, 10, 10, 12, 8))


def test_too_few_values_are_an_error() -> None:
    with pytest.raises(ValueError, match="at least 10"):
        mser([1.0] * 9)


def test_a_line_that_takes_an_hour_to_let_out_its_first_item_warms_up_for_an_hour(
    plan_of: Callable[[str], Plan],
) -> None:
    text = "line: line.yaml\nhours: 6\nreplications: 2\nscenarios: {long belt: {units.BC.length_m: 3600, units.X.prefill: 0}}\n"
    study = run_study(plan_of(text), engine="simpy")
    short, long = study.warmup.pilots
    assert short.hours < 0.3
    assert 1.0 <= long.hours < 1.2
    assert study.warmup.hours == long.hours
    assert study.warmup.settled
    for outcome in study.outcomes:
        assert outcome.experiment.warmup_hours == long.hours


def test_what_the_line_held_at_the_start_is_not_counted(plan_of: Callable[[str], Plan]) -> None:
    """Two hours' worth of work in the oven, which comes out as evenly as what follows it: MSER alone sees no beginning."""
    oven = "{name: M1.5, slots: 2000, process_time: 6000, prefill: 2000}"
    text = f"line: line.yaml\nhours: 2\nreplications: 2\nscenarios: {{oven: {{units.'M1.5': {oven}}}}}\n".replace(
        "'", ""
    )
    study = run_study(plan_of(text), engine="simpy")
    oven_pilot = study.warmup.pilots[1]
    assert oven_pilot.mser_hours < 1
    assert oven_pilot.flushed_hours == pytest.approx(6000 / 3600, rel=0.05)
    assert study.warmup.hours == oven_pilot.flushed_hours


def test_a_line_that_never_lets_anything_out_has_no_end_of_warm_up(plan_of: Callable[[str], Plan]) -> None:
    text = "line: line.yaml\nhours: 0.02\nreplications: 2\nscenarios: {stuck: {units.C.process_time: 9 d}}\n"
    study = run_study(plan_of(text), engine="simpy")
    assert [p.settled for p in study.warmup.pilots] == [True, False]
    assert not study.warmup.settled
