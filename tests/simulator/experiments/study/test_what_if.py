"""Quality holds and campaigns of several recipes as scenarios of an experiment."""

from __future__ import annotations

import csv
import re
from html import unescape
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console
from study_files import LINE

from simulator.experiments.compiled import choice
from simulator.experiments.kpis import kpis
from simulator.experiments.report import print_tables, render_report
from simulator.experiments.run import run_experiment
from simulator.experiments.study.compare import Verdict, compare
from simulator.experiments.study.errors import ExperimentError
from simulator.experiments.study.plan import load_plan
from simulator.experiments.study.recipes import rate
from simulator.experiments.study.report import render_study
from simulator.experiments.study.result import Study
from simulator.experiments.study.running import run_study
from simulator.experiments.study.tables import csv_files, print_study
from simulator.experiments.study.texts import TEXTS as STUDY_TEXTS
from simulator.experiments.texts import TEXTS
from simulator.line import load_line
from simulator.line.packml import State

HEAD = "line: line.yaml\nhours: 1\nwarmup: 5 min\nreplications: 6\n"
HOLD = (
    "scenarios:\n  late: {units.A.quality_holds: [{from: 10 min, for: 5 min, found_after: 30 min}]}\n"
    "  some: {units.A.quality_holds: [{from: 10 min, for: 5 min, found_after: 30 min, scrap: 20 %}]}\n"
)
PLAN = "plan: [{recipe: 1, count: 30}, {recipe: 2, count: 10}]\n"
SETUP = LINE.replace("{name: C, process_time: 2.8}", "{name: C, process_time: 2.8, recipes: [1, 2], changeover: 1 min}")


def studied(folder: Path, text: str, line: str = LINE) -> Study:
    (folder / "line.yaml").write_text(line, encoding="utf-8")
    (folder / "try.yaml").write_text(text, encoding="utf-8")
    return run_study(load_plan(folder / "try.yaml"), engine="simpy")


def printed(study: Study, lang: str = "en") -> str:
    console = Console(width=140, record=True, file=StringIO())
    print_study(study, console, lang)
    return console.export_text()


def test_a_hold_costs_what_was_made_in_its_time(tmp_path: Path) -> None:
    study = studied(tmp_path, HEAD + HOLD)
    late, some = (o for o in study.outcomes if o is not study.base)
    lost = {d.scenario: d for d in compare(study, "throughput")}
    held, recalled = late.figure("held cells"), late.figure("recalled cells")
    assert 50 < held.mean < 110, "about one in 4 s"
    assert recalled.values == held.values, "all have left after 30 min"
    assert lost["late"].mean == -held.mean, "in the one hour counted"
    assert lost["late"].verdict == Verdict.WORSE
    assert 0.1 < some.figure("recalled cells").mean / some.figure("held cells").mean < 0.35
    assert some.figure("scrap").mean < late.figure("scrap").mean
    told = printed(study)
    assert "Held" in told
    assert "Recalled" in told
    assert "回収セル数" in printed(study, "ja")
    assert "Recalled cells" in render_study(study)


def test_each_engine_is_told_with_the_scenarios_that_it_ran(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("numba", reason="the compiled engine needs numba")
    monkeypatch.setattr(choice, "SHORT_VISITS", 0)
    text = HEAD + HOLD + "  longer: {units.X.capacity: 8}\nstop: {unit: A, at: 10 min, for: 5 min}\n"
    (tmp_path / "line.yaml").write_text(LINE, encoding="utf-8")
    (tmp_path / "try.yaml").write_text(text, encoding="utf-8")
    study = run_study(load_plan(tmp_path / "try.yaml"))
    assert [o.experiment.engine.engine for o in study.outcomes] == ["compiled", "simpy", "simpy", "compiled"]
    found = [o.experiment.engine.agreement for o in study.outcomes[::3]]
    assert all(agreement is not None and agreement.rows >= 5000 for agreement in found), "20 000 for four lines"
    until, rows = min(a.until for a in found if a), min(a.rows for a in found if a)
    said = [
        f"engine of base; longer: compiled (covers everything in this line); of each line at least the first {until:.0f} s, "
        f"{rows} events, equal the SimPy model's exactly",
        "engine of late; some: SimPy (not covered: A.quality_holds)",
        STUDY_TEXTS["en"]["stop_engine"],
    ]
    told, page = " ".join(printed(study).split()), unescape(render_study(study))
    assert all(line in told and f"<li>{line}</li>" in page for line in said)
    assert "計算エンジン（late; some）：SimPy（対象外：A.quality_holds）" in "".join(printed(study, "ja").split("\n"))


def test_the_rules_under_which_the_figures_hold_are_told(tmp_path: Path) -> None:
    clocked = "clocked: {units.A.failures.minor stop.clock: time}"
    text = HEAD.replace("6\n", "2\n") + f"scenarios: {{{clocked}, slow: {{units.A.failures.minor stop.mttr: 90 s}}}}\n"
    study = studied(tmp_path, text)
    told = " ".join(printed(study).split())
    assert "Failure clocks: operation, time. operation: the clock runs only in Execute" in told
    assert "Blocking after service: a finished item stays" in told
    assert "Assumed figures: 2." in told
    page = render_study(study)
    assert '<th class="text">differs in</th>' in page
    (differs,) = re.findall(
        r"<tr><td>A</td><td class=\"text\">minor stop</td>.*<td class=\"text\">(.*?)</td></tr>", page
    )
    assert differs == "clocked; slow"
    plain = render_study(studied(tmp_path, HEAD + "scenarios: {longer: {units.X.capacity: 8}}\n"))
    assert "minor stop" in plain and "differs in" not in plain


def test_a_hold_that_begins_in_the_warm_up_is_counted_as_early(tmp_path: Path) -> None:
    early = HOLD.replace("from: 10 min", "from: 4 min", 1)
    study = studied(tmp_path, HEAD + early)
    assert [o.figures.flow.early for o in study.outcomes] == [0, 1, 0]


def test_an_experiment_without_holds_says_nothing_of_them(tmp_path: Path) -> None:
    study = studied(tmp_path, HEAD + "scenarios: {slow: {units.C.process_time: 5}}\n")
    assert "Held" not in printed(study)
    assert "recipe" not in printed(study)
    assert "recipes.csv" not in csv_files(study)


def test_longer_campaigns_make_more_of_both_recipes(tmp_path: Path) -> None:
    study = studied(tmp_path, HEAD + "scenarios: {long: {plan.0.count: 300, plan.1.count: 100}}\n", SETUP + PLAN)
    rows = list(csv.DictReader(csv_files(study)["recipes.csv"].splitlines()))
    good = {name: [sum(int(r["good cells"]) for r in rows if (r["scenario"], r["recipe"]) == (name, recipe))
                   for recipe in ("1", "2")] for name in ("base", "long")}  # fmt: skip
    assert all(long > short for long, short in zip(good["long"], good["base"], strict=True))
    assert good["base"][0] / good["base"][1] == pytest.approx(3, rel=0.1)
    assert sum(good["base"]) == sum(r.good for r in study.base.experiment.results)
    told = printed(study)
    assert "Good cells by recipe" in told
    assert f"{good['base'][1] / 6:.1f} ±" in told
    assert "レシピ別の良品" in printed(study, "ja")
    page = render_study(study)
    assert "<h2>Good cells by recipe</h2>" in page and "recipe 2 cells/h" in page
    for outcome in study.outcomes:
        assert all(f"<td>{figure.text()}</td>" in page for n in (1, 2) if (figure := rate(outcome, n)))


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_a_simulation_tells_the_mix_and_the_changeovers(tmp_path: Path, lang: str) -> None:
    """Three of recipe 1 for one of recipe 2, and a minute whenever the recipe changes: two in forty cells."""
    (tmp_path / "line.yaml").write_text(SETUP + PLAN, encoding="utf-8")
    experiment = run_experiment(
        load_line(tmp_path / "line.yaml"), hours=1, warmup_hours=0.1, replications=3, engine="simpy"
    )
    found, console = kpis(experiment), Console(width=140, record=True, file=StringIO())
    first, second = found.recipes
    good = [sum(dict(r.recipes)[n] for r in experiment.results) for n in (1, 2)]
    assert (first.rate.mean, second.rate.mean) == pytest.approx((good[0] / 3, good[1] / 3))
    assert (first.share, second.share) == pytest.approx((good[0] / sum(good), good[1] / sum(good)))
    changed = sum(r.unit("C").setup_s for r in experiment.results) / 3
    assert changed / 60 == pytest.approx(2 * sum(good) / 3 / 40, rel=0.2)
    print_tables(found, console, lang)
    for told in (console.export_text(), render_report(experiment, found, lang=lang)):
        assert TEXTS[lang]["by_recipe"] in told
        assert first.rate.text() in told and second.rate.text() in told and f"{100 * second.share:.1f}" in told
        assert f"C {changed / 3600:.2f} h" in told


def test_the_unit_that_changes_over_the_most_is_the_bottleneck(tmp_path: Path) -> None:
    study = studied(tmp_path, HEAD + "scenarios: {without: {units.C.changeover: 0 s}}\n", SETUP + PLAN)
    (without,) = (o for o in study.outcomes if o is not study.base)
    unit = study.base.figures.units[-1]
    results = [r.unit("C") for r in study.base.experiment.results]
    assert unit.setup == unit.shares["setup"] == pytest.approx(sum(r.setup_s for r in results) / 6 / 3600)
    executed = sum(r.share(State.EXECUTE) for r in results) / len(results)
    assert unit.shares["productive"] == unit.availability == pytest.approx(executed - unit.setup)
    assert unit.effectiveness == pytest.approx(1.0, abs=0.01)  # what a changeover costs is no loss of speed
    assert sum(unit.shares.values()) == pytest.approx(1.0)
    assert unit.utilisation == pytest.approx(unit.availability * unit.effectiveness + unit.setup)
    assert (study.base.figures.bottleneck, without.figures.bottleneck) == ("C", "A")


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("found_after: 30 min}]}", "found_after: 2 min}]}", "found_after: 2 min} is refused by the line: 120 s is less than the 300 s of 'for'"),
        ("from: 10 min, for: 5 min, found_after: 30 min}]}", "from: 10 min, for: 5 min}]}", "found_after"),
        ("units.A.quality_holds: [{from: 10 min, for: 5 min, found_after: 30 min}]",
         "units.X.quality_holds: [{from: 10 min, for: 5 min, found_after: 30 min}]", "unknown key quality_holds"),
        ("30 min, scrap: 20 %", "30 min, scrap: 0", "greater than 0"),
    ],
)  # fmt: skip
def test_a_hold_that_cannot_be_is_named_with_its_place(tmp_path: Path, old: str, new: str, what: str) -> None:
    assert old in HOLD
    with pytest.raises(ExperimentError) as caught:
        studied(tmp_path, HEAD + HOLD.replace(old, new, 1))
    assert what in str(caught.value)
    assert caught.value.line in (6, 7)
