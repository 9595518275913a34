"""The hours of joining units, with and without a common interface."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from profiles.model import Severity
from simulator.effort.load import bundled_parameters
from simulator.effort.model import Estimate, Findings, by_vendors, estimate, spread
from simulator.effort.spec import EffortSpec
from simulator.effort.tables import sentences

WITHOUT = {
    "specification": 100, "glue_code": 10, "joint_test": 7, "pairing": 1000, "coordination": 3, "repeat": 0.5,
    "in_house": 0.2, "next_line": 0.1,
}  # fmt: skip
GUIDED = {
    "introduction": 500, "reading": 40, "implementation": 60, "reuse": 0.25, "claim": 2, "conformance_run": 5, "joint_test": 4,
    "next_line": 0.5, "findings": {"safety": 0, "item-loss": 0, "data": 0, "cosmetic": 0},
    "fixing": {"safety": 30, "item-loss": 20, "data": 8, "cosmetic": 1},
}  # fmt: skip
TRIANGULAR = {"distribution": "triangular", "low": 10, "mode": 20, "high": 60}


def spec_of(
    vendors: str, without: dict[str, Any] | None = None, guided: dict[str, Any] | None = None, **keys: Any
) -> EffortSpec:
    """A unit for each letter, made by the vendor of that letter; all parameters certain unless given."""
    units = [{"name": f"U{i}", "vendor": vendor} for i, vendor in enumerate(vendors)]
    asked = {"units": units, "runs": 100, "without": WITHOUT | (without or {}), "with": GUIDED | (guided or {})}
    return EffortSpec.model_validate(asked | keys)


def made(vendors: str, findings: Findings | None = None, **keys: Any) -> Estimate:
    return estimate(spec_of(vendors, **keys), findings)


def test_every_joint_between_two_vendors_is_specified_programmed_and_tested() -> None:
    found = made("AxBxx")
    assert [h[0] for h in found.without.joints] == [
        100 + 10 + 7 + 1000,  # A – x, who meet for the first time
        100 + 10 + 7 + 1000,  # x – B
        0.5 * 110 + 7,  # B – x once more
        0.2 * 110 + 7,  # both of x
    ]
    assert found.without.line[0] == 3 * 3  # A, x, B are three pairs
    assert not np.any(found.without.units)


def test_with_a_common_interface_every_unit_meets_it_and_joints_are_only_tested() -> None:
    found = made("AxBx")
    alone, again = 40 + 60 + 2 + 5, 0.25 * 60 + 2 + 5
    assert [h[0] for h in found.guided.units] == [alone, alone, alone, again]
    assert [h[0] for h in found.guided.joints] == [4, 4, 4]
    assert found.guided.line[0] == 500


def test_the_parts_make_the_whole() -> None:
    spec = EffortSpec.model_validate(bundled_parameters() | {
        "units": [{"name": n, "vendor": n[-1]} for n in ("A", "AB", "B", "BB")], "lines": 4, "runs": 500,
    })  # fmt: skip
    found = estimate(spec, {"B": {Severity.DATA: 3}})
    for side in (found.without, found.guided):
        assert sum(side.joints) + sum(side.units) + side.line == pytest.approx(side.total)
    assert found.saved == pytest.approx(found.without.total - found.guided.total)


def test_open_findings_cost_their_hours_by_severity_and_a_second_conformance_run() -> None:
    clean = made("AB", {"U0": {}, "U1": {}})
    found = made("AB", {"U0": {Severity.SAFETY: 2, Severity.COSMETIC: 3}, "U1": {}})
    more = found.guided.units[0][0] - clean.guided.units[0][0]
    assert more == 2 * 30 + 3 * 1 + 5
    assert found.guided.units[1][0] == clean.guided.units[1][0]
    assert found.without.total[0] == clean.without.total[0]


def test_a_unit_without_a_report_has_the_expected_findings() -> None:
    findings = {"safety": 0, "item-loss": 0, "data": 6, "cosmetic": 0}
    found = made("AB", {"U1": {}}, guided={"findings": findings, "conformance_run": 0}, runs=20_000)
    fixing = found.guided.units[0] - found.guided.units[1]
    assert fixing.mean() == pytest.approx(6 * 8, rel=0.01)
    assert (fixing / 8).var() == pytest.approx(6, rel=0.05)  # Poisson


def test_further_lines_bear_no_more_what_is_done_once() -> None:
    one, three = made("AB"), made("AB", lines=3)
    without = (0.1 * 110 + 7) + 3  # no pairing; coordination as before
    guided = 2 * (0.5 * 60 + 2 + 5) + 4  # no introduction, no reading
    assert three.without.total[0] - one.without.total[0] == pytest.approx(2 * without)
    assert three.guided.total[0] - one.guided.total[0] == pytest.approx(2 * guided)
    assert one.saved_by(3)[0] == pytest.approx(three.saved[0])


def test_it_says_from_which_line_it_pays() -> None:
    """With 300 h of introduction instead of pairing, 11 + 7 h of further joints and 16 of coordination against 2 × 3 + 4."""
    cheap = {"introduction": 300, "implementation": 0, "reading": 0, "claim": 1, "conformance_run": 2}
    found = made("AB", without={"pairing": 0, "coordination": 16}, guided=cheap)
    assert (found.first[0], found.later[0]) == (133 - 310, 34 - 10)
    assert found.pays == (9, 10)  # 177 / 24 = 7.4 further lines
    assert "from line 9 on" in sentences(found, {}, "en")[1]
    never = made("AB", without={"pairing": 0, "coordination": 0}, guided=cheap)
    assert never.pays is None
    assert "within 10 lines" in sentences(never, {}, "en")[1]


def test_where_further_lines_lose_it_says_up_to_which_line_it_pays() -> None:
    """The first line saves 183 h, of which each further one, 11 + 7 h of joints against 2 × 20 + 4, loses 26."""
    dear = {"introduction": 500, "implementation": 0, "reading": 0, "claim": 0, "conformance_run": 20}
    found = made("AB", without={"pairing": 610, "coordination": 0}, guided=dear)
    assert (found.first[0], found.later[0]) == (727 - 544, 18 - 44)
    assert found.pays == (1, 8)
    assert "from line 1 to line 8 only" in sentences(found, {}, "en")[1]
    assert "1ライン目から8ライン目まで" in sentences(found, {}, "ja")[1]
    assert made("AB", without={"pairing": 610, "coordination": 0}, guided=dear, lines=12).pays == (1, 8)


def test_it_pays_from_the_line_from_which_all_further_ones_save() -> None:
    """Of three runs one saves at the first line only, one always, one from the fourth line on."""
    found = replace(made("AB"), first=np.array([1.0, 1.0, -2.5]), later=np.array([-1.0, 2.0, 1.0]))
    assert [(found.saved_by(n) > 0).mean() > 0.5 for n in (1, 2, 3, 4)] == [True, False, False, True]
    assert found.pays == (4, 10)


def test_hours_without_grow_with_the_vendors_faster_than_with() -> None:
    swept = by_vendors(spec_of("AxBxCxD"))
    without, guided = [a.p50 for _, a, _ in swept], [b.p50 for _, _, b in swept]
    assert [count for count, _, _ in swept] == [1, 2, 3, 4, 5, 6, 7]
    assert without == sorted(without) and guided == sorted(guided)
    assert without[-1] - without[0] > 6 * (guided[-1] - guided[0])


def test_quantiles_are_those_of_the_distribution() -> None:
    """One uncertain figure: its inverse distribution function is known."""
    nothing = dict.fromkeys(WITHOUT, 0)
    found = made("AB", without=nothing | {"specification": TRIANGULAR}, runs=200_000)
    s = spread(found.without.total)
    area = (60 - 10) * (20 - 10)
    low, high = 10 + np.sqrt(0.1 * area), 60 - np.sqrt(0.1 * (60 - 10) * (60 - 20))
    assert (s.mean, s.p10, s.p90) == pytest.approx((30, low, high), rel=0.01)
    log = {"distribution": "lognormal", "mean": 50, "sd": 25}
    s = spread(made("AB", without=nothing | {"specification": log}, runs=200_000).without.total)
    sigma = np.sqrt(np.log1p(0.25))
    assert (s.mean, s.p50) == pytest.approx((50, 50 * np.exp(-(sigma**2) / 2)), rel=0.01)


def test_common_draws_spread_wider_than_separate_ones_and_have_the_same_mean() -> None:
    uncertain = {"specification": TRIANGULAR, "repeat": 1, "in_house": 1}
    common = made("ABABABABAB", without=uncertain, runs=20_000).without.total
    separate = made("ABABABABAB", without=uncertain, runs=20_000, draws="separate").without.total
    assert common.mean() == pytest.approx(separate.mean(), rel=0.01)
    assert common.std() == pytest.approx(3 * separate.std(), rel=0.03)  # nine joints


def test_a_change_of_one_parameter_leaves_the_draws_of_the_others_as_they_are() -> None:
    first = made("AB", without={"specification": TRIANGULAR, "glue_code": TRIANGULAR})
    second = made("AB", without={"specification": TRIANGULAR, "glue_code": 5})
    assert np.array_equal(first.without.tasks["specification"], second.without.tasks["specification"])
    other = made("AB", without={"specification": TRIANGULAR}, seed=2)
    assert not np.array_equal(first.without.tasks["specification"], other.without.tasks["specification"])


def test_the_parameter_that_matters_most_is_named_first() -> None:
    wide = {"distribution": "uniform", "low": 0, "high": 400}
    found = made("AB", without={"specification": wide}, guided={"claim": TRIANGULAR}, runs=10_000)
    first, second = found.swings
    assert (first.parameter, second.parameter) == ("without.specification", "with.claim")
    assert first.high - first.low == pytest.approx(360, rel=0.02)  # between the means of the outer tenths
    assert second.high < second.low  # what the guideline costs is not saved
