"""Quality holds (docs/line-semantics.md, section 5.5), worked out by hand on lines without chance."""

from __future__ import annotations

from typing import Any

import pytest
from helpers import Tree, assert_conserved, buffer, conveyor, exponential, line_of, machine

from simulator.experiments.compiled import why_not
from simulator.line import Line, LineSpec
from simulator.line.result import HoldResult


def held(found_after: float, **more: Any) -> list[Tree]:
    return [{"from": 100, "for": 50, "found_after": found_after, **more}]


def line(found_after: float, behind: Tree, *, to: str = "bin", **more: Any) -> LineSpec:
    """A makes an item every 10 s: five from 100 s on for 50 s, at 100, 110, 120, 130, 140."""
    holds = held(found_after, **more)
    return line_of(machine("A", 10.0, quality_holds=holds), behind, machine("B", 8.0, scrap_to=to))


def ran(spec: LineSpec, until: float, seed: int = 1) -> Line:
    found = Line(spec, seed)
    found.run(until)
    assert_conserved(found)
    return found


BELT = conveyor("AB", length_m=100, spacing_m=1, profile="")
"""100 s from A to B, so that an item leaves the line 108 s after A has made it."""


@pytest.mark.parametrize(("to", "binned"), [("bin", 5), ("downstream", 0)])
def test_what_is_found_in_the_line_is_scrap_of_the_next_machine(to: str, binned: int) -> None:
    result = ran(line(60, BELT, to=to), 300).result()
    assert result.holds == (HoldResult("A", 5, 5, 0),)
    assert (result.scrap, result.unit("B").binned, result.unit("B").rejected) == (5, binned, 5)
    assert result.good == 14  # made at 10 to 90 and at 150 to 190


def test_what_has_left_when_it_is_found_is_recalled_and_was_not_good() -> None:
    """The items leave at 208, 218, …, 248; it is found at 230, when three have left."""
    running = ran(line(130, BELT), 229)
    assert (running.result().good, running.result().holds[0].recalled) == (12, 0)
    running.run(300)
    result = running.result()
    assert result.holds == (HoldResult("A", 5, 5, 3),)
    assert (result.good, result.scrap, result.unit("B").binned) == (14, 5, 2)
    assert sum(result.departures) == result.good
    assert_conserved(running)


def test_an_item_that_leaves_at_the_moment_when_it_is_found_is_not_recalled() -> None:
    result = ran(line(108, BELT), 300).result()  # found at 208
    assert (result.holds[0].recalled, result.scrap) == (0, 5)


def test_only_what_left_in_the_time_counted_is_taken_back_from_it() -> None:
    running = ran(line(130, BELT), 220)  # two of the five have left
    running.reset_statistics()
    running.run(300)
    result = running.result()
    assert result.holds[0].recalled == 1
    assert (result.good, result.scrap) == (5, 3)
    assert_conserved(running)


def test_a_share_of_them_is_bad_by_a_stream_of_its_own() -> None:
    def result(share: float, **more: Any) -> Any:
        hold = {"from": 0, "for": 20_000, "found_after": 20_000, "scrap": share}
        return ran(line_of(machine("A", exponential(10), scrap=0.1, quality_holds=[hold]), **more), 20_000).result()

    some, all_ = result(0.3), result(1.0)
    assert some.holds[0].held == all_.holds[0].held == all_.holds[0].bad
    assert some.holds[0].bad / some.holds[0].held == pytest.approx(0.3, abs=0.04)
    assert some.good + some.scrap == all_.good + all_.scrap
    assert some.holds[0].recalled == some.holds[0].bad


def test_an_item_in_two_holds_is_scrapped_once_by_the_one_found_first() -> None:
    first, later = held(400), held(200)
    spec = line_of(machine("A", 10.0, quality_holds=first + later), BELT, machine("B", 8.0))
    result = ran(spec, 600).result()
    assert [(h.held, h.bad, h.recalled) for h in result.holds] == [(5, 5, 0), (5, 5, 5)]
    assert result.scrap == 5


def test_a_hold_that_is_not_found_in_the_run_changes_nothing() -> None:
    hold = {"from": 0, "for": 100, "found_after": 5000}
    rest = [buffer("X", 3), machine("B", exponential(9), scrap=0.1)]
    plain = line_of(machine("A", exponential(10)), *rest)
    doubtful = line_of(machine("A", exponential(10), quality_holds=[hold]), *rest)
    one, other = (ran(spec, 3000).result() for spec in (plain, doubtful))
    assert other.holds[0].held > 5
    assert (one.good, one.scrap, one.units[0].seconds) == (other.good, other.scrap, other.units[0].seconds)


def test_the_compiled_engine_says_that_it_does_not_cover_it() -> None:
    assert str(why_not(line(60, BELT))) == "not covered: A.quality_holds"
