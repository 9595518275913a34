"""What if a unit stops, or its emergency stop is pressed: a line worked out by hand, and what counts as being back."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from line_files import line_of, machine
from rich.console import Console
from study_files import LINE, plan_in

from simulator.experiments.study.errors import ExperimentError
from simulator.experiments.study.plan import Plan, load_plan
from simulator.experiments.study.report import render_study
from simulator.experiments.study.running import run_study
from simulator.experiments.study.stops import (
    StopJob,
    Stopped,
    Time,
    first_return,
    neighbours,
    run_stop,
    stopped_units,
    time_of,
    waits_of,
)
from simulator.experiments.study.stoptexts import lost, stop_asked, stop_rows
from simulator.experiments.study.tables import csv_files, print_study
from simulator.experiments.study.texts import TEXTS
from simulator.line import LineSpec
from simulator.line.shifts import OperatorsSpec

TEXT = "line: line.yaml\nhours: 1\nwarmup: 5 min\nreplications: 3\nstop: {unit: M1.5, at: 10 min, for: 5 min}\n"


def test_a_line_without_chance_does_what_can_be_worked_out() -> None:
    """A makes an item every 10 s, B takes 8 s, C 5 s; five places between A and B. B stops at 1000 s, just when it has begun an
    item, for 100 s.

    A fills the five places and is blocked with its sixth item at 1060; C works until 1003 at what B let go at 998. B ends
    the item at 1108, A's sixth takes the place; then B takes one away every 8 s and A brings one every 10 s: the places are
    empty after the 21st of B, when 16 of A have come, at 1276. A stood from 1060 to 1108, which costs it 5 items of 10 s less 2 s.
    """
    buffer = {"kind": "buffer", "name": "X", "capacity": 5}
    spec = line_of(machine("A", 10.0), buffer, machine("B", 8.0), machine("C", 5.0))
    found = run_stop(StopJob(spec, 1, None, "simpy", "B", 1000.0, 1100.0, 3600.0), lambda done: None)
    assert found.waits == {"A": ("blocked", 60.0), "C": ("starved", 3.0)}
    assert found.back == {"X": 176.0}
    assert found.recovered == 176.0
    assert set(found.behind.values()) == {5}
    assert found.curves["C"][0] == 0
    assert max(found.curves["C"]) == 10


def test_an_equal_pace_never_makes_up_for_a_stop() -> None:
    buffer = {"kind": "buffer", "name": "X", "capacity": 5}
    spec = line_of(machine("A", 10.0), buffer, machine("B", 10.0))
    found = run_stop(StopJob(spec, 1, None, "simpy", "B", 1000.0, 1100.0, 3600.0), lambda done: None)
    assert found.back == {"X": None}
    assert found.recovered is None
    assert found.behind["B"] == 10


TRIPPED = line_of(
    machine("A", 10.0), {"kind": "buffer", "name": "X", "capacity": 5}, machine("B", 8.0, zone="wet"), machine("C", 5.0)
)


@pytest.mark.parametrize(
    ("spec", "end"),
    [
        (TRIPPED, 1100.0),
        (TRIPPED.model_copy(update={"operators": OperatorsSpec(response=100.0)}), None),
    ],
)
def test_a_trip_in_a_zone_of_one_unit_does_what_a_stop_of_it_does(spec: LineSpec, end: float | None) -> None:
    """As worked out above; whether it is over after a given time, or when the operator is there."""
    stopped = run_stop(StopJob(spec, 1, None, "simpy", "B", 1000.0, 1100.0, 3600.0), lambda done: None)
    found = run_stop(StopJob(spec, 1, None, "simpy", "B", 1000.0, end, 3600.0, "S1"), lambda done: None)
    assert found == stopped
    assert found.lasted == 100.0
    assert found.waits == {"A": ("blocked", 60.0), "C": ("starved", 3.0)}


def test_a_trip_stops_the_zone_and_costs_what_all_of_it_would_have_made() -> None:
    """Nobody waits for anybody meanwhile; A, the slowest, lacks 100 s: ten items, and the line is as it would have been."""
    spec = line_of(machine("A", 10.0), machine("B", 8.0), machine("C", 5.0))
    found = run_stop(StopJob(spec, 1, None, "simpy", "B", 1000.0, 1100.0, 3600.0, "S1"), lambda done: None)
    assert found.waits == {}
    assert set(found.behind.values()) == {10}
    assert stopped_units(spec, "B", "S1") == ["A", "B", "C"]
    assert stopped_units(TRIPPED, "B", "S1") == ["B"]
    assert stopped_units(TRIPPED, "A", "S1") == ["A", "C"]
    assert stopped_units(spec, "B", "S2") == ["B"], "S2 does not carry to the zone"


def test_a_zone_that_nobody_restarts_by_the_end_has_not_recovered() -> None:
    spec = TRIPPED.model_copy(update={"operators": OperatorsSpec(response=3000.0)})
    found = run_stop(StopJob(spec, 1, None, "simpy", "B", 1000.0, None, 3600.0, "S1"), lambda done: None)
    assert (found.lasted, found.recovered) == (2600.0, None)


def test_being_back_is_the_first_equality_or_change_of_sign_after_the_end_of_the_stop() -> None:
    moves = np.array([(1, 1), (2, 1), (4, -1), (6, -1), (6, 1), (7, -2), (9, 1)], dtype=float)  # 1 2 1 (1) -1 0
    assert first_return(moves, 3) == 7  # what happens at once counts as one
    assert first_return(moves, 6.5) == 7
    assert first_return(moves[:3], 3) == np.inf
    assert first_return(moves[:0], 3) is None
    assert first_return(moves, 10) is None


def test_neighbours_are_machines() -> None:
    belt = {"kind": "conveyor", "name": "AB", "length_m": 4, "speed_m_s": 1, "spacing_m": 1, "profile": ""}
    buffer = {"kind": "buffer", "name": "X", "capacity": 5}
    spec = line_of(machine("A"), belt, machine("B"), buffer, machine("C"), machine("D"))
    assert neighbours(spec, ["B"]) == ("A", "C")
    assert neighbours(spec, ["A"]) == (None, "B")
    assert neighbours(spec, ["AB"]) == ("A", "B")
    assert neighbours(spec, ["AB", "B"]) == ("A", "C")


def test_times_are_means_over_the_replications_that_had_one() -> None:
    runs = [Stopped({"A": ("blocked", t)}, {}, {}, {}, 1.0) for t in (60.0, 180.0)] + [
        Stopped({"A": ("starved", 1.0)}, {}, {}, {}, 1.0)
    ]
    found = waits_of(runs)
    assert (found["A", "blocked"].mean, found["A", "blocked"].count) == (120, 2)
    assert found["A", "blocked"].text() == "2.0 ± 12.7 min (2/3)"  # 60 s · √2 / √2 · t(0.975, 1)
    assert found["A", "starved"].text() == "1.0 s (1/3)"
    assert time_of([None, None]).text() == "–"
    assert Time(7300.0, 360.0, 3, 3).text() == "2.0 ± 0.1 h"


def test_the_stop_is_in_the_report_and_in_a_file_of_its_own(tmp_path: Path) -> None:
    study = run_study(plan_in(tmp_path, TEXT), engine="simpy")
    (runs,) = study.stops
    assert len(runs) == 3
    assert all(run.waits["A"][0] == "blocked" for run in runs)
    assert np.mean([run.waits["A"][1] for run in runs]) < 60
    page = render_study(study, lang="en")
    assert "<h2>What if M1.5 stops</h2>" in page
    assert "M1.5 stops 10 min after the warm-up, for 5 min" in page
    assert f"<span>cells behind at the end, base</span><b>{lost(runs)}</b>" in page
    assert "A blocked after" in page
    assert "C starved after" in page
    assert "シナリオ" in render_study(study, lang="ja")
    rows = csv_files(study)["stops.csv"].splitlines()
    assert rows[0] == "scenario,replication,what,of,value"
    assert f"base,1,items behind at the end,C,{runs[0].behind['C']}" in rows


ZONES = TEXT.replace("stop: {unit: M1.5,", "stop: {unit: M1.5, by: S1,").replace(
    "stop:", "scenarios: {own zone: {units.M1.5.zone: wet}}\nstop:"
)


def test_zones_are_compared_by_what_a_trip_stops(tmp_path: Path) -> None:
    study = run_study(plan_in(tmp_path, ZONES), engine="simpy")
    heads, rows = stop_rows(study, "en")
    assert heads == [
        "scenario", "stops", "upstream blocked after", "downstream starved after", "recovered after restart", "cells behind at the end",
    ]  # fmt: skip
    assert [row[:2] for row in rows] == [["base", "all units"], ["own zone", "M1.5"]]
    assert rows[0][2:4] == ["–", "–"]
    assert [cell.split("\n")[0] for cell in rows[1][2:4]] == ["A", "C"]
    page = render_study(study, lang="en")
    assert "<h2>What if S1 of M1.5 trips</h2>" in page
    assert "S1 of M1.5 trips 10 min after the warm-up; restart 5 min later" in page
    assert "ウォームアップ後10 minにM1.5のS1が作動、再開は5 min後" in render_study(study, lang="ja")
    assert "base,1,stop lasted [s],M1.5,300.0" in csv_files(study)["stops.csv"]


@pytest.mark.parametrize(("lang", "without"), [("en", "out the stop"), ("ja", "停止なし")])
def test_what_the_stop_does_comes_first_and_the_rest_is_said_to_be_without_it(
    tmp_path: Path, lang: str, without: str
) -> None:
    text = ZONES.replace("{own zone:", "{slow: {units.C.process_time: 6}, own zone:")
    study = run_study(plan_in(tmp_path, text), engine="simpy")
    console = Console(width=140, record=True, file=StringIO())
    print_study(study, console, lang)
    told, words = console.export_text(), TEXTS[lang]
    first, title = told.index(stop_asked(study, lang)), told.index(words["without_title"])
    assert (
        first < title < told.index(words["worse_than"].format(base=words["base"]) + words["without_stop"] + ": slow (-")
    )
    assert words["equal_to"].format(base=words["base"]) + words["without_stop"] + ": own zone (+0 ± 0" in told
    assert without in words["without_stop"]
    page = render_study(study, lang=lang)
    assert page.index(stop_asked(study, lang)) < page.index(f"<h2>{words['findings']}</h2>")
    assert f"<h2>{words['results']}{words['without_stop']}</h2>" in page


def test_in_a_narrow_window_the_table_of_a_stop_leaves_out_what_stops_and_shows_the_rest_whole(tmp_path: Path) -> None:
    study = run_study(plan_in(tmp_path, ZONES), engine="simpy")
    heads, rows = stop_rows(study, "en")
    told = {}
    for width in (75, 120):
        console = Console(width=width, record=True, file=StringIO())
        print_study(study, console)
        told[width] = console.export_text()
    assert "all units" in told[120]
    assert "all units" not in told[75]
    for cell in (c for row in rows for i, c in enumerate(row) if heads[i] != "stops"):
        assert all(line in told[75] for line in cell.split("\n")), cell


def test_operators_restart_what_tripped_in_their_own_time(tmp_path: Path) -> None:
    text = TEXT.replace("stop: {unit: M1.5,", "stop: {unit: M1.5, by: S1,").replace(", for: 5 min", "")
    (tmp_path / "line.yaml").write_text(LINE + "operators: {response: 4 min}\n", encoding="utf-8")
    (tmp_path / "try.yaml").write_text(text, encoding="utf-8")
    study = run_study(load_plan(tmp_path / "try.yaml"), engine="simpy")
    heads, rows = stop_rows(study, "en")
    assert heads[:3] == ["scenario", "stops", "for"]
    assert rows[0][2].endswith("min")
    assert all(run.lasted >= 240 for run in study.stops[0])
    assert "restart by the operators" in render_study(study)


def test_without_scenarios_nothing_is_compared(tmp_path: Path) -> None:
    page = render_study(run_study(plan_in(tmp_path, TEXT), engine="simpy"))
    assert "Findings" not in page
    assert "Differences" not in page


@pytest.mark.parametrize(
    ("old", "new", "place", "what"),
    [
        ("M1.5", "M2", (5, 8), "there is no unit 'M2' that could stop in scenario 'base' (units are A, M1.5, BC, C)"),
        ("M1.5", "X", (5, 8), "there is no unit 'X' that could stop"),
        ("10 min", "10", (5, 20), "give the unit too"),
        ("5 min}", "0 s}", (5, 32), "greater than 0"),
        ("5 min}", "51 min}", (5, 1), "it ends after the hours counted"),
        (", for: 5 min", "", (5, 1), "for: how long?"),
        (
            "M1.5,",
            "M1.5, by: S9,",
            (5, 20),
            "stop.by: M1.5 has no safety function 'S9' (those that stop it are S1, S2)",
        ),
        (
            "M1.5,",
            "M1.5, by: S3,",
            (5, 20),
            "stop.by: S3 of M1.5 stops nothing when it trips (those that stop it are S1",
        ),
        ("at: 10 min, for: 5 min", "at: 10 min, by: S1", (5, 1), "in scenario 'base' nobody restarts what S1 stops"),
        (
            "stop: {unit: M1.5,",
            "scenarios: {people: {operators: {response: 60}}}\nstop: {by: S1, unit: M1.5,",
            (6, 40),
            "stop.for: in scenario 'people' the operators restart what S1 stops when they are there (leave 'for:' out",
        ),
    ],
)
def test_a_stop_that_cannot_be_is_named_with_its_place(
    plan_of: Callable[[str], Plan], old: str, new: str, place: tuple[int, int], what: str
) -> None:
    with pytest.raises(ExperimentError) as caught:
        plan_of(TEXT.replace(old, new))
    assert what in str(caught.value)
    assert (caught.value.line, caught.value.column) == place, str(caught.value)
