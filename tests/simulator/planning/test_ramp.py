"""The ramp-up, month by month."""

from __future__ import annotations

from math import exp, log2
from typing import Any

import pytest

from simulator.planning.ramp import Ramp, ramp_up
from simulator.planning.sizing import size
from simulator.planning.spec import PlanSpec


def ramp(oee: dict[str, Any], quality: dict[str, Any], **keys: Any) -> Ramp:
    """One line for 12 000 good cells of 1 Wh per year; its own yield is 0.9 and its OEE 0.72."""
    lines = keys.pop("lines", 1)
    spec = PlanSpec.model_validate({
        "gwh": 12_000e-9, "cell": {"energy_wh": 1, "mass_kg": 2}, "lines": lines,
        "steps": [{"name": "A", "time": 1, "availability": 0.8, "yield": 0.9}],
        "ramp": {"oee": oee, "yield": quality} | keys,
    })  # fmt: skip
    assert spec.ramp is not None
    return ramp_up(size(spec), spec.ramp)


def test_a_plant_that_has_nothing_to_learn_makes_its_target_from_the_first_month() -> None:
    found = ramp({"start": 0.72, "months": 1}, {"start": 0.9, "months": 1}, months=12)
    assert [m.good for m in found.months] == pytest.approx([1000] * 12)
    assert found.months[-1].total_gwh == pytest.approx(12_000e-9)
    assert found.reached == 1
    assert found.months[0].scrap == pytest.approx(1000 / 0.9 - 1000)
    assert found.months[0].scrap_t == pytest.approx((1000 / 0.9 - 1000) * 2 / 1000)


def test_exponential_learning_is_the_integral_of_its_law() -> None:
    """With the yield at rest, good cells are 1000 per month less what the gap of the OEE costs."""
    found = ramp({"start": 0.36, "months": 5}, {"start": 0.9, "months": 1}, months=24, reached=0.9)
    gap = [500 * 5 * (exp(-m / 5) - exp(-(m + 1) / 5)) for m in range(24)]
    assert [m.good for m in found.months] == pytest.approx([1000 - g for g in gap], rel=1e-5)
    assert found.reached == next(m for m, g in enumerate(gap, 1) if g <= 100)
    assert [m.oee for m in found.months] == pytest.approx([0.72 * (1 - g / 1000) for g in gap], rel=1e-5)


def test_wrights_law_leaves_the_progress_of_the_gap_whenever_all_output_has_doubled() -> None:
    """The OEE's time part at rest: cells are begun at a known pace, and the yield's gap falls with their number."""
    found = ramp({"start": 0.8 * 0.6, "months": 1}, {"start": 0.6, "law": "wright", "progress": 0.7}, months=36)
    pace = 0.8  # of design speed
    begun = 1000 / 0.72 * pace

    def gap(t: float) -> float:  # 0.7 ** log2(1 + n), n in months of design speed
        return 0.3 * 0.7 ** (log2(1 + pace * t))

    assert [m.begun for m in found.months] == pytest.approx([begun] * 36)
    fine = [sum(0.9 - gap(m + (k + 0.5) / 1000) for k in range(1000)) / 1000 for m in range(36)]
    assert [m.quality for m in found.months] == pytest.approx(fine, rel=1e-4)


def test_lines_that_start_later_learn_later() -> None:
    one = ramp({"start": 0.4, "months": 6}, {"start": 0.7, "months": 6}, months=20)
    two = ramp({"start": 0.4, "months": 6}, {"start": 0.7, "months": 6}, months=20, lines=2, months_between_lines=3)
    assert [m.lines for m in two.months[:4]] == [1, 1, 1, 2]
    later = [0.0] * 3 + [m.good for m in one.months]
    assert [m.good for m in two.months] == pytest.approx(
        [(a.good + b) / 2 for a, b in zip(one.months, later, strict=False)]
    )


def test_a_target_that_is_not_reached_is_not_reached() -> None:
    assert ramp({"start": 0.2, "months": 100}, {"start": 0.9, "months": 1}, months=12).reached is None
    together = ramp(
        {"start": 0.72, "months": 1}, {"start": 0.9, "months": 1}, months=6, lines=3, months_between_lines=3
    )
    assert together.reached is None  # the third line would start in month 7
    again = ramp({"start": 0.72, "months": 1}, {"start": 0.9, "months": 1}, months=7, lines=3, months_between_lines=3)
    assert again.reached == 7
