"""The charts of the page: they hold the run's numbers, in both languages, and load nothing."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from line_files import BUSY, line_of, machine
from pages import Charts, boxes, loads

from simulator.experiments import series
from simulator.experiments.accounts import ACCOUNTS
from simulator.experiments.charts.texts import CAUSES, TEXTS
from simulator.experiments.kpis import Kpis, kpis
from simulator.experiments.report import render_report
from simulator.experiments.run import Experiment, run_experiment
from simulator.experiments.texts import ACCOUNT_NAMES
from simulator.experiments.texts import TEXTS as RUN_TEXTS
from simulator.experiments.trace import BINS, LevelTrace, StateStretch, Trace
from simulator.line.packml import Cause, State

MOST = 6_000_000  # bytes of a page


@pytest.fixture(scope="module")
def busy() -> tuple[Experiment, Kpis]:
    experiment = run_experiment(BUSY, hours=1, warmup_hours=0.25, replications=3)
    return experiment, kpis(experiment)


@pytest.fixture(scope="module")
def page(busy: tuple[Experiment, Kpis]) -> str:
    return render_report(*busy)


@pytest.fixture(scope="module")
def charts(page: str) -> Charts:
    return Charts(page)


def charts_of(experiment: Experiment, figures: Kpis, lang: str = "en") -> Charts:
    return Charts(render_report(experiment, figures, lang=lang))


def test_the_page_loads_nothing(page: str) -> None:
    assert "root.Bokeh.embed.embed_items(docs_json" in page
    assert all(address.startswith("data:") for address in loads(page))
    assert len(page.encode()) < MOST


def test_the_charts_hold_the_numbers_of_the_run(busy: tuple[Experiment, Kpis], charts: Charts) -> None:
    experiment, figures = busy
    rates = series.rates(experiment)
    (shown,) = charts.sources("half", "low", "high", "mean")
    assert shown["mean"] == pytest.approx(rates.means, rel=1e-5)
    assert shown["half"] == pytest.approx(rates.half_widths, rel=1e-5)
    assert shown["high"] - shown["mean"] == pytest.approx(rates.half_widths, rel=1e-3)
    (lines,) = charts.sources("xs", "ys")
    assert [ys[::2] for ys in lines["ys"]] == [pytest.approx(s) for s in rates.series]

    at = {name: i for i, name in enumerate(u.name for u in figures.units)}
    shares = [s for s in charts.sources("unit", "share") if len(s["unit"]) == len(at) and max(s["right"]) > 3]
    total = sum(s["share"] for s in shares)
    assert total == pytest.approx(100, abs=0.5)  # of each unit, over all accounts
    productive = [100 * u.shares["productive"] for u in figures.units]
    assert any(s["share"] == pytest.approx(productive, rel=1e-5) for s in shares)


def test_leads_and_levels_are_those_of_all_replications(busy: tuple[Experiment, Kpis], charts: Charts) -> None:
    experiment, figures = busy
    leads = series.lead_times(experiment.results)
    assert any(
        s["share"] == pytest.approx(leads.shares, rel=1e-5) and s["left"] == pytest.approx(leads.edges[:-1], rel=1e-5)
        for s in charts.sources("left", "right", "share")
        if len(s["share"]) == len(leads.shares)
    )
    histograms = charts.sources("first", "last", "share")
    assert len(histograms) == len(figures.buffers) == 2
    for shown, known in zip(histograms, figures.buffers, strict=True):
        assert len(shown["share"]) == known.capacity + 1
        assert shown["share"][0] == pytest.approx(100 * known.empty, rel=1e-4)
        assert shown["share"][-1] == pytest.approx(100 * known.full, rel=1e-4)
        assert sum(n * s for n, s in enumerate(shown["share"])) / 100 == pytest.approx(known.mean, rel=1e-4)
    assert experiment.trace is not None
    for shown, level in zip(charts.sources("least", "most"), experiment.trace.levels, strict=True):
        assert shown["mean"] == pytest.approx(level.mean, rel=1e-5, abs=1e-6)
        assert shown["least"].tolist() == list(level.low)


def test_the_timeline_adds_up_to_the_time_of_each_unit_and_tells_state_and_cause(
    busy: tuple[Experiment, Kpis], charts: Charts
) -> None:
    experiment, _ = busy
    assert experiment.trace is not None
    found = series.timeline(experiment.trace)
    for row, (unit, shares) in enumerate(experiment.trace.shares.items()):
        for account in ACCOUNTS:
            cells = found.cells[account]
            hours = sum(
                (right - left) * (high - low)
                for of, left, right, low, high in zip(
                    cells.unit, cells.left, cells.right, cells.low, cells.high, strict=True
                )
                if of == row
            )
            kept = sum((s.end - s.start) / 3600 for r, s in found.stretches if r == row and s.account == account)
            assert hours + kept == pytest.approx(sum(shares[account]) / BINS, abs=2e-3), (unit, account)
    told = {
        (s, c) for data in charts.sources("state", "cause") for s, c in zip(data["state"], data["cause"], strict=True)
    }
    assert told == {(State(s.state).name.capitalize(), CAUSES["en"][Cause(s.cause).name]) for _, s in found.stretches}
    assert ("Aborted", "own failure") in told or ("Held", "own failure") in told
    assert sum(len(d["unit"]) for d in charts.sources("state")) == len(found.stretches)


def test_the_ribbon_adds_up_to_the_bottleneck_shares(busy: tuple[Experiment, Kpis], charts: Charts) -> None:
    experiment, _ = busy
    assert experiment.trace is not None
    (shown,) = charts.sources("sole", "shifting")
    for row, (unit, share) in enumerate(experiment.trace.bottleneck.sole.items()):
        mine = shown["unit"] == row
        hours = ((shown["right"] - shown["left"]) * shown["sole"] / 100)[mine].sum()
        assert hours == pytest.approx(share * experiment.hours, abs=2e-3), unit


def test_the_band_is_shown_whole_and_the_takt_is_in_the_key() -> None:
    """Two replications that differ: their interval reaches far beyond both."""
    failing = machine("A", 3.0, failures=[{"mtbf": "20 min", "mttr": "10 min"}])
    experiment = run_experiment(line_of(failing, takt=2), hours=2, replications=2, engine="simpy")
    charts = charts_of(experiment, kpis(experiment))
    (shown,) = charts.sources("half", "low", "high", "mean")
    assert max(shown["high"]) > 3600 / 2 and max(shown["high"]) > max(max(s) for s in series.rates(experiment).series)
    (top,) = {float(t) for t in shown["top"]}
    assert top > max(shown["high"])
    (wanted,) = charts.sources("hours", "wanted")
    assert wanted["wanted"].tolist() == [1800, 1800]
    assert RUN_TEXTS["en"]["takt"] in charts.texts()


def test_levels_over_time_say_what_they_count(charts: Charts) -> None:
    axes = [m["attributes"].get("axis_label") for m in charts.models.values() if m["name"] == "LinearAxis"]
    assert axes.count(TEXTS["en"]["items"]) == 2 + 2  # over time, and below the histograms


def test_charts_over_time_zoom_together(busy: tuple[Experiment, Kpis], charts: Charts) -> None:
    plots = [m["attributes"] for m in charts.models.values() if m["name"] == "Figure"]
    ranges = [p["x_range"]["id"] for p in plots]
    shared = max(set(ranges), key=ranges.count)
    assert ranges.count(shared) == 3 + 2  # throughput, timeline, ribbon, two levels
    assert charts.models[shared]["attributes"].get("end", 1) == busy[0].hours == 1


def test_a_long_run_is_not_squeezed_into_the_day_that_is_traced() -> None:
    experiment = run_experiment(line_of(machine("A", 60.0), machine("B", 30.0)), hours=50, replications=2)
    charts = charts_of(experiment, kpis(experiment))
    ends = {
        m["attributes"]["end"] for m in charts.models.values() if m["name"] == "Range1d" and "end" in m["attributes"]
    }
    assert {24.0, 50.0} <= ends


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_the_filter_lists_all_units_and_the_words_are_those_of_the_language(
    busy: tuple[Experiment, Kpis], lang: str
) -> None:
    page = render_report(*busy, lang=lang)
    assert boxes(page) == [u.name for u in busy[1].units]
    charts = Charts(page)
    assert charts.filtered() == [list(range(len(busy[1].units)))] * 3  # shares, timeline, ribbon
    assert [m["attributes"]["name"] for m in charts.models.values() if m["name"] == "CustomJS"] == ["filter"]
    words = charts.words()
    for key in ("replications", "interval", "sole", "reset", "from"):
        assert TEXTS[lang][key] in words
    assert ACCOUNT_NAMES[lang]["unscheduled_down"] in words
    assert TEXTS[lang]["how"] in page and TEXTS[lang]["together"] in page


def test_both_languages_have_the_same_words() -> None:
    assert set(TEXTS["en"]) == set(TEXTS["ja"])
    assert set(CAUSES["en"]) == set(CAUSES["ja"]) == {c.name for c in Cause}


def test_the_same_run_gives_the_same_page_but_for_running_numbers(busy: tuple[Experiment, Kpis]) -> None:
    pages = [re.sub(r"\bp\d{4,}\b", "p", render_report(*busy)) for _ in range(2)]
    assert pages[0] == pages[1]


def test_no_text_is_taken_for_a_formula_for_which_a_library_would_be_loaded() -> None:
    experiment = run_experiment(
        line_of(machine("A"), takt=2, title=r"$$x$$ \(y\) </script>"), hours=0.2, replications=1
    )
    page = render_report(experiment, kpis(experiment))
    assert "$$" not in Charts(page).words()


@pytest.mark.slow
def test_a_big_line_stays_a_small_page() -> None:
    """Forty machines whose states change in every column of the trace: as many cells as there can be."""
    units: list[dict[str, Any]] = []
    for i in range(40):
        units.append(machine(f"M{i}", {"distribution": "exponential", "mean": 3}))
        units.append({"kind": "buffer", "name": f"B{i}", "capacity": 3})
    experiment = run_experiment(line_of(*units[:-1]), hours=0.6, replications=3)
    assert experiment.trace is not None
    assert sum(len(c.unit) for c in series.timeline(experiment.trace).cells.values()) <= series.MOST_CELLS
    assert len(render_report(experiment, kpis(experiment)).encode()) < MOST


def test_a_stretch_longer_than_a_column_is_told_to_the_second_wherever_it_begins() -> None:
    """10 columns of 10 s; down from 13 s to 38 s: three columns in part or whole, and the rest productive."""
    down = [0, 0.7, 1, 0.8, 0, 0, 0, 0, 0, 0]
    shares = {a: tuple([0.0] * 10) for a in ACCOUNTS}
    shares |= {"unscheduled_down": tuple(down), "productive": tuple(1 - d for d in down)}
    kept = (StateStretch(13, 38, State.HELD, Cause.EQUIPMENT_FAILURE, "unscheduled_down"),)
    level = LevelTrace("X", "buffer", 1, (0.0,) * 10, (0,) * 10, (0,) * 10)
    found = series.timeline(Trace(0, 100, {"A": shares}, {"A": kept}, (level,), None, {}))  # type: ignore[arg-type]
    assert found.stretches == [(0, kept[0])]
    assert found.cells["unscheduled_down"].unit == []
    productive = found.cells["productive"]
    edges = [
        (round(left * 3600, 6), round(right * 3600, 6))
        for left, right in zip(productive.left, productive.right, strict=True)
    ]
    assert edges == [(0, 10), (10, 13), (38, 40), (40, 50), (50, 60), (60, 70), (70, 80), (80, 90), (90, 100)]
    assert set(productive.low) == {0.0}
    assert productive.high == pytest.approx([1.0] * 9)


def test_a_run_too_short_for_a_single_interval_has_a_page() -> None:
    units = [machine("A", 3.0), {"kind": "buffer", "name": "X", "capacity": 1000}, machine("B", 2.0)]
    experiment = run_experiment(line_of(*units), hours=0.01, replications=2)
    charts = charts_of(experiment, kpis(experiment))
    (shown,) = charts.sources("half", "low", "high", "mean")
    assert len(shown["mean"]) == 0
    (levels,) = charts.sources("first", "last", "share")
    assert len(levels["share"]) <= series.LEVELS
    assert levels["share"].sum() == pytest.approx(100, rel=1e-4)
    assert (levels["first"][0], levels["last"][-1]) == (0, 1000)


def test_traces_of_many_levels_are_merged_without_losing_means_and_extremes(busy: tuple[Experiment, Kpis]) -> None:
    trace = busy[0].trace
    assert trace is not None
    (level, *_) = trace.levels
    merged = series.coarser(2, BINS // 2)(level)
    assert len(merged.mean) == BINS // 4
    assert np.mean(merged.mean) == pytest.approx(np.mean(level.mean))
    assert (min(merged.low), max(merged.high)) == (min(level.low), max(level.high))
    assert merged.high[0] == max(level.high[:4])
    assert series.coarser(2, 2 * BINS)(level) is level
