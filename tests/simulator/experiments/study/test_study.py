"""Running experiments: common random numbers, precision, what is said of the scenarios, coverage of the intervals."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from pages import Charts, boxes, loads
from study_files import plan_in

from simulator.experiments.charts.kit import FONT
from simulator.experiments.charts.texts import TEXTS as CHART_TEXTS
from simulator.experiments.run import run_experiment
from simulator.experiments.study.compare import Verdict, compare, judge, paired
from simulator.experiments.study.effects import effects
from simulator.experiments.study.findings import precision, sentences, signed, warnings
from simulator.experiments.study.plan import Plan, load_plan
from simulator.experiments.study.report import draw, render_study
from simulator.experiments.study.result import Study
from simulator.experiments.study.running import next_count, run_study
from simulator.experiments.study.tables import csv_files
from simulator.experiments.study.texts import TEXTS
from simulator.experiments.texts import TEXTS as RUN_TEXTS

Load = Callable[[str], Plan]
HEAD = "line: line.yaml\nhours: 1\nwarmup: 10 min\n"
FACTORS = HEAD + (
    "replications: 6\nfactors:\n  units.C.process_time: [2.8, 5.6]\n  units.X.capacity: [4, 5]\n"
    "scenarios:\n  slow first: {units.A.process_time: 9}\n"
)


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return run_study(plan_in(tmp_path_factory.mktemp("study"), FACTORS), engine="simpy")


def test_every_scenario_runs_on_the_same_random_numbers_as_a_single_simulation_of_that_line(study: Study) -> None:
    for outcome in study.outcomes:
        alone = run_experiment(outcome.scenario.spec, hours=1, warmup_hours=1 / 6, replications=6, engine="simpy")
        assert outcome.experiment.results == alone.results


def test_common_random_numbers_make_the_differences_less_variable(study: Study) -> None:
    """One more place in the buffer: on the same seeds against the base on seeds of its own."""
    more = next(o for o in study.outcomes if o.scenario.name == "C.process_time=2.8, X.capacity=5")
    mine = np.array(more.figure("throughput").values)
    same = np.array(study.base.figure("throughput").values)
    own = run_experiment(
        study.base.scenario.spec, hours=1, warmup_hours=1 / 6, replications=6, seed=100, engine="simpy"
    )
    others = np.array([float(r.good) for r in own.results])
    assert np.var(mine - same) < 0.1 * np.var(mine - others)
    (difference,) = (d for d in compare(study, "throughput") if d.scenario == more.scenario.name)
    assert difference.gain > 3


def test_the_verdicts_say_what_is_known_of_these_lines(study: Study) -> None:
    verdicts = {d.scenario: d.verdict for d in compare(study, "throughput")}
    assert verdicts["slow first"] == Verdict.WORSE
    assert verdicts["C.process_time=5.6, X.capacity=4"] == Verdict.WORSE
    better = {d.scenario: d.verdict for d in compare(study, "work in progress")}
    assert better["slow first"] == Verdict.BETTER  # less of it is better


def test_intervals_of_differences_hold_together(study: Study) -> None:
    """Bonferroni: four comparisons, so each interval is one of 98.75 %, by hand from the values."""
    (found,) = (d for d in compare(study, "throughput") if d.scenario == "slow first")
    slow = next(o for o in study.outcomes if o.scenario.name == "slow first")
    gaps = np.array(slow.figure("throughput").values) - np.array(study.base.figure("throughput").values)
    assert found.mean == pytest.approx(gaps.mean())
    assert found.half_width == pytest.approx(3.8100 * gaps.std(ddof=1) / np.sqrt(6), rel=1e-4)  # t(0.99375, 5)


def test_the_main_effect_of_a_value_is_the_mean_of_the_scenarios_with_it(study: Study) -> None:
    first, second = effects(study, "throughput")
    assert (first.factor.label, second.factor.label) == ("C.process_time", "X.capacity")
    points = [o for o in study.outcomes if o.scenario.at is not None]
    for level, time in zip(first.levels, ("2.8", "5.6"), strict=True):
        mine = [o.figure("throughput").mean for o in points if o.scenario.levels[0] == time]
        assert level.mean == pytest.approx(sum(mine) / len(mine))
    assert (first.low_text, first.high_text) == ("5.6", "2.8")
    assert first.size > 10 * second.size > 0


def test_a_latin_hypercube_gives_slopes(plan_of: Load) -> None:
    """The slowest machine sets the pace: per second of its process time the line loses what 3600 / t loses."""
    text = HEAD + (
        "replications: 2\nfactors:\n  units.C.process_time: {low: 10.0, high: 10.5}\n  units.X.capacity: {low: 4, high: 8}\n"
        "design: {latin_hypercube: 6}\n"
    )
    effect, other = effects(run_study(plan_of(text), engine="simpy"), "throughput")
    assert effect.explained is not None
    assert effect.explained > 0.9
    assert effect.half_width < abs(effect.size)
    assert effect.factor.label == "C.process_time"
    low, high = min(effect.factor.numbers or ()), max(effect.factor.numbers or ())
    assert effect.size == pytest.approx(3600 / high - 3600 / low, rel=0.15)
    assert abs(other.size) < 2


def test_a_bend_does_not_pass_for_certainty(tmp_path: Path) -> None:
    """Without chance one replication tells as much as many; but C sets the pace only from the 4 s on that B takes."""
    line = "units:\n  - {name: B, process_time: 4}\n  - {name: C, process_time: 4}\n"
    (tmp_path / "line.yaml").write_text(line, encoding="utf-8")
    text = (
        HEAD + "replications: 2\nfactors: {units.C.process_time: {low: 1.0, high: 8.0}}\ndesign: {latin_hypercube: 8}\n"
    )
    (tmp_path / "try.yaml").write_text(text, encoding="utf-8")
    (effect,) = effects(run_study(load_plan(tmp_path / "try.yaml"), engine="simpy"), "throughput")
    assert effect.size < -300
    assert effect.half_width > 100
    assert effect.explained is not None
    assert 0.5 < effect.explained < 0.95


def test_the_result_does_not_depend_on_the_number_of_processes(plan_of: Load) -> None:
    text = HEAD.replace("hours: 1", "hours: 0.1") + "replications: 3\nscenarios: {slow: {units.C.process_time: 9}}\n"
    one, two = (run_study(plan_of(text), processes=n, engine="simpy") for n in (1, 2))
    assert [o.experiment.results for o in one.outcomes] == [o.experiment.results for o in two.outcomes]


def test_replications_are_added_until_every_scenario_is_known_well_enough(plan_of: Load) -> None:
    text = HEAD + "replications: {precision: 1.8 %, most: 100}\nscenarios: {slow: {units.C.process_time: 5}}\n"
    study = run_study(plan_of(text), engine="simpy")
    assert study.precision is not None
    assert study.precision.reached
    assert 20 < study.replications < 100
    assert study.precision.looks[0].replications == 20
    for outcome in study.outcomes:
        figure = outcome.figure("throughput")
        assert figure.half_width is not None
        assert figure.half_width <= 0.018 * figure.mean
    assert "reached in every scenario after" in precision(study, "en")


def test_a_precision_that_is_not_reached_is_said_with_its_place_and_the_best(plan_of: Load) -> None:
    text = (
        HEAD
        + "scenarios: {slow: {units.C.process_time: 5}}\nreplications: {precision: 0.1 %, of: work in progress, most: 12}\n"
    )
    study = run_study(plan_of(text), engine="simpy")
    said = precision(study, "en")
    assert study.replications == 12
    assert "try.yaml:5:1: precision ± 0.1 % of Work in progress not reached: best was ± " in said
    assert "after 12 replications" in said


@pytest.mark.parametrize(
    ("count", "worst", "expected"),
    [(10, 0.04, 20), (10, 0.022, 13), (10, 0.0201, 12), (10, float("inf"), 20), (150, 0.1, 200)],
)
def test_the_next_look_is_where_the_spread_says_but_not_more_than_twice_as_far(
    count: int, worst: float, expected: int
) -> None:
    assert next_count(count, worst, 0.02, 200) == expected


def test_a_difference_is_written_with_the_digits_that_it_deserves() -> None:
    assert signed(12.345, 1.234) == "+12.3 ± 1.2"
    assert signed(-1234.5, 56.7) == "-1234 ± 57"
    assert signed(0.001234, 0.000456) == "+0.0012 ± 0.0005"
    assert signed(0, 0) == "+0 ± 0"


def test_a_difference_is_judged_by_its_side_of_0() -> None:
    assert judge(3, 2) == judge(-3, 2, lower_is_better=True) == Verdict.BETTER
    assert judge(-3, 2) == Verdict.WORSE
    assert judge(1, 2) == judge(0, 2) == Verdict.SAME
    assert judge(0, 0) == Verdict.EQUAL  # more replications would tell nothing


def test_paired_intervals_cover_the_true_difference_as_often_as_they_say() -> None:
    """Two scenarios that share most of their noise, true difference 1; four of them for the joint intervals."""
    rng = np.random.default_rng(7)
    repetitions, n = 1000, 10
    single = joint = 0
    for _ in range(repetitions):
        shared = rng.exponential(5.0, n)
        others = [1 + shared + rng.normal(0, 1, n) for _ in range(4)]
        base = shared + rng.normal(0, 0.5, n)
        mean, half_width = paired(base.tolist(), others[0].tolist())
        single += abs(mean - 1) <= half_width
        intervals = [paired(base.tolist(), other.tolist(), comparisons=4) for other in others]
        joint += all(abs(m - 1) <= h for m, h in intervals)
    assert 0.93 <= single / repetitions <= 0.97
    assert joint / repetitions >= 0.94  # at least 95 %, less three standard errors


def test_a_single_replication_gives_no_paired_interval() -> None:
    with pytest.raises(ValueError, match="two replications"):
        paired([1.0], [2.0])


def test_a_line_that_empties_is_said_to(plan_of: Load) -> None:
    oven = "{name: M1.5, slots: 4000, process_time: 24000, prefill: 4000}"
    text = HEAD + f"replications: 2\nscenarios: {{full oven: {{units.M1.5: {oven}, units.A.process_time: 30}}}}\n"
    borrowed, said = warnings(run_study(plan_of(text), engine="simpy"), "en")
    assert "there at the start" in borrowed and borrowed.endswith(
        ": full oven. Leave warmup out, or give a longer one."
    )
    assert said == "Not in steady state (enters and leaves differ by more than 2 %): full oven."


def test_the_csv_files_hold_every_figure_of_every_replication(study: Study) -> None:
    files = {name: list(csv.DictReader(StringIO(text))) for name, text in csv_files(study).items()}
    assert len(files["scenarios.csv"]) == 5
    assert len(files["replications.csv"]) == 5 * 6
    assert len(files["units.csv"]) == 5 * 6 * 4
    row = next(r for r in files["replications.csv"] if r["scenario"] == "slow first" and r["replication"] == "3")
    slow = next(o for o in study.outcomes if o.scenario.name == "slow first")
    assert float(row["throughput [cells/h]"]) == slow.experiment.results[2].good
    assert row["seed"] == "3"
    verdicts = {r["scenario"]: r["verdict on throughput"] for r in files["scenarios.csv"]}
    assert verdicts["slow first"] == "worse"
    assert verdicts["base"] == ""


def test_the_csv_of_units_tells_where_cells_become_bad_and_where_they_leave(plan_of: Load) -> None:
    marked = "{units.A.scrap: 10 %, units.A.scrap_to: downstream}"
    study = run_study(plan_of(HEAD + f"replications: 2\nscenarios: {{marked: {marked}}}\n"), engine="simpy")
    rows = [r for r in csv.DictReader(StringIO(csv_files(study)["units.csv"])) if r["scenario"] == "marked"]
    bad, left = (
        {u: sum(int(r[what]) for r in rows if r["unit"] == u) for u in ("A", "C")}
        for what in ("became bad", "left as scrap")
    )
    assert (bad["C"], left["A"]) == (0, 0)
    assert left["C"] == sum(r.scrap for r in study.outcomes[1].experiment.results) > 50
    assert bad["A"] == pytest.approx(left["C"], rel=0.1)


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_the_report_says_everything_in_one_file(study: Study, lang: str) -> None:
    page = render_study(study, lang=lang, version="1.2", command="setsubi experiment try.yaml")
    text = TEXTS[lang]
    for heading in ("findings", "results", "main_effects", "tornado", "asked", "definitions"):
        assert f"<h2>{text[heading]}</h2>" in page
    assert page.count('src="data:image/svg+xml;base64,') == 6
    assert f"<h3>{RUN_TEXTS[lang]['arrows']}</h3>" in page
    assert all(address.startswith("data:") for address in loads(page))
    assert all(sentence.split(": ")[0] in page for sentence in sentences(study, lang))
    assert "setsubi experiment try.yaml" in page
    assert "units.A.process_time = 9" in page
    assert "&lt;" not in re.sub("<script.*?</script>", "", page, flags=re.DOTALL)


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_the_charts_hold_the_figures_of_the_experiment(study: Study, lang: str) -> None:
    page = render_study(study, lang=lang)
    shown = Charts(page)
    means = {
        name: value
        for s in shown.sources("name", "mean", "half")
        if "text" not in s
        for name, value in zip(s["name"], s["mean"], strict=True)
    }
    assert sorted(means.values()) == pytest.approx(sorted(o.figure("throughput").mean for o in study.outcomes))
    differences = {d.mean: (d.half_width, d.verdict) for d in compare(study, "throughput")}
    by_verdict = [s for s in shown.sources("name", "mean", "half", "text") if "low" in s]
    assert sum(len(s["mean"]) for s in by_verdict) == len(differences)
    assert len(by_verdict) == len({verdict for _, verdict in differences.values()})
    for s in by_verdict:
        for mean, half, text in zip(s["mean"].tolist(), s["half"].tolist(), s["text"], strict=True):
            known = min(differences, key=lambda m: abs(m - mean))
            assert (mean, half) == pytest.approx((known, differences[known][0]), rel=1e-5)
            assert text == signed(known, differences[known][0])
    (bars,) = shown.sources("low_text", "high_text")
    found = effects(study, "throughput")
    assert bars["name"] == [e.factor.label for e in found]
    assert (bars["high"] - bars["low"]) == pytest.approx([e.size for e in found], rel=1e-3)
    levels = shown.sources("level", "mean")
    assert [s["level"] for s in levels] == [[v.text for v in e.levels] for e in found]
    assert [s["mean"].tolist() for s in levels] == [pytest.approx([v.mean for v in e.levels]) for e in found]
    assert TEXTS[lang]["differences"].split("{")[0] in page
    assert CHART_TEXTS[lang]["reset"] in shown.words()


def test_the_report_says_which_scenario_the_others_are_compared_with(tmp_path: Path) -> None:
    """Not the base: the legend called it so, and the ribbon of bottlenecks named none."""
    text = "line: line.yaml\nhours: 1\nwarmup: 0\nreplications: 2\ncompare: more\nscenarios: {more: {units.X.capacity: 9}}\n"
    page = render_study(run_study(plan_in(tmp_path, text), engine="simpy"))
    assert {"scenario", "compared with"} <= Charts(page).texts()
    assert "<h2>Bottleneck by active periods</h2>\n<p>Scenario more</p>" in page


def test_the_charts_with_a_row_per_scenario_have_the_scenarios_to_tick(study: Study) -> None:
    page = render_study(study)
    names = boxes(page)
    assert len(names) == len(study.outcomes) and names[0] == "base"
    means, differences = Charts(page).filtered()
    assert means == list(range(len(names)))
    assert differences == [i for i in means if study.outcomes[i] is not study.base]
    assert all("unit" in data and "row" in data for data in Charts(page).sources("name", "half"))
    assert CHART_TEXTS["en"]["together"] not in page  # no two charts over the same hours


def test_long_names_are_folded_in_charts_and_pictures_and_not_cut(tmp_path: Path) -> None:
    """Levels of four factors, of which the last one tells two scenarios apart."""
    levels = {
        "units.A.failures.minor stop.mtbf": "6 min",
        "units.A.failures.minor stop.mttr": "40 s",
        "units.M1.5.process_time": 4.5,
    }
    factors = "".join(f"  {path}: [{value}]\n" for path, value in levels.items()) + "  units.X.capacity: [4, 5]\n"
    study = run_study(plan_in(tmp_path, HEAD + "replications: 2\nfactors:\n" + factors), engine="simpy")
    names = [f"{i}: {o.scenario.name}" for i, o in enumerate(study.outcomes) if o is not study.base]
    assert len(names) == 2 and all(len(name) > 60 for name in names)
    shown = {text.replace("\n", " ") for text in Charts(render_study(study)).texts() if "\n" in text}
    (picture,) = (svg for name, svg in draw(study).items() if name == "means")
    assert set(names) <= shown
    assert all(
        name in " ".join(ElementTree.fromstring(picture).itertext()) for name in (n.split(", ")[-1] for n in names)
    )


def test_charts_are_drawn_without_a_word_on_the_error_stream(study: Study, caplog: pytest.LogCaptureFixture) -> None:
    fonts = [m["attributes"]["text_font"] for m in Charts(render_study(study)).models.values() if m["name"] == "Text"]
    assert [r.getMessage() for r in caplog.records if r.name.startswith("bokeh")] == []
    assert len(fonts) >= 2
    assert all(font["value"] == FONT for font in fonts)


def test_names_that_look_like_formulas_or_tags_stay_names(tmp_path: Path) -> None:
    plan = plan_in(
        tmp_path, HEAD + 'replications: 2\nscenarios:\n  "odd $$x$$ </script><b>": {units.A.process_time: 9}\n'
    )
    page = render_study(run_study(plan, engine="simpy"))
    assert "</script><b>" not in page
    assert "$$" not in Charts(page).words()
    assert "odd $\u200b$x$\u200b$ </script><b>" in Charts(page).words()


def test_english_and_japanese_have_the_same_words() -> None:
    assert TEXTS["en"].keys() == TEXTS["ja"].keys()
    fields = {
        lang: {k: sorted(part.split("}")[0] for part in v.split("{")[1:]) for k, v in TEXTS[lang].items()}
        for lang in TEXTS
    }
    assert fields["en"] == fields["ja"]
