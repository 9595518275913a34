"""The page of the key figures says what the program says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from simulator.experiments.texts import FIGURES, TEXTS

PAGE = (Path(__file__).parents[2] / "docs" / "kpis.md").read_text(encoding="utf-8")


def test_the_page_of_the_key_figures_has_a_row_for_each() -> None:
    rows = set(re.findall(r"^\| ([^|]+?) \|", PAGE, re.MULTILINE))
    assert {name.partition(",")[0] for name, _ in FIGURES["en"].values()} <= rows


@pytest.mark.parametrize("row", ["Line OEE", "A availability", "used + down"])
def test_the_page_of_the_key_figures_says_what_rests_on_the_planned_time(row: str) -> None:
    (said,) = re.findall(rf"^\| {re.escape(row)} \|.*", PAGE, re.MULTILINE)
    assert "planned time" in said


def test_oee_over_all_time_is_told_from_that_over_the_planned_time() -> None:
    (said,) = re.findall(r"^\| OEE of E79 \|.*", PAGE, re.MULTILINE)
    assert "all of the time counted" in said and "SEMI E79" in said
    assert "SEMI E79" in TEXTS["en"]["units_caption"] and "SEMI E79" in TEXTS["ja"]["units_caption"]


def test_where_changeovers_are_is_said_beside_what_the_standards_do_with_them() -> None:
    for row in ("E effectiveness", "shares of time"):
        (said,) = re.findall(rf"^\| {row} \|.*", PAGE, re.MULTILINE)
        assert "changeover" in said and "setup" in said
    assert "Changeovers" in TEXTS["en"]["shares_caption"] and "段取り替え" in TEXTS["ja"]["shares_caption"]
