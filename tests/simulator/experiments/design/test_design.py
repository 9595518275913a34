"""Designs of lines whose answer is known: exactly, by Little's law, by brute force; and what cannot be reached."""

from __future__ import annotations

import csv
import re
from io import StringIO
from itertools import product
from pathlib import Path
from xml.etree import ElementTree

import pytest
from design_files import FORMATION, THREE, TWO, design_in, exact_rate
from pages import Charts, loads

from simulator.experiments.charts.texts import TEXTS as CHART_TEXTS
from simulator.experiments.design.errors import DesignError
from simulator.experiments.design.findings import choice_rows, sentences, told_apart, trial_rows, verdict, warnings
from simulator.experiments.design.report import draw, render_design
from simulator.experiments.design.result import Design, Phase, Verdict
from simulator.experiments.design.running import run_design
from simulator.experiments.design.tables import csv_files
from simulator.experiments.design.texts import TEXTS
from simulator.experiments.design.trials import figure_of
from simulator.experiments.run import Job, run_experiment, run_job
from simulator.experiments.texts import FIGURES

EXACT = "line: line.yaml\nhours: 40\nwarmup: 30 min\n"
SMALL = (
    "line: line.yaml\nhours: 1\nwarmup: 6 min\nreplications: 4\n"
    "choose:\n  units.X.capacity: {low: 0, high: 12, step: 3}\n  units.Y.capacity: {low: 0, high: 12, step: 3, cost: 2}\n"
    "  units.B.slots: {low: 3, high: 5, cost: 4}\n"
)


@pytest.mark.parametrize(("smallest", "one_by_one"), [(2, True), (5, True), (4, False), (8, False)])
def test_the_smallest_buffer_of_two_exponential_machines_is_the_exact_one(
    tmp_path: Path, smallest: int, one_by_one: bool
) -> None:
    """The target lies between what the exact solution says of this buffer and of one place less."""
    target = (exact_rate(smallest - 1) + exact_rate(smallest)) / 2
    high = 12 if one_by_one else 100
    text = EXACT + f"target: {{throughput: {target}}}\nchoose: {{units.X.capacity: {{low: 0, high: {high}}}}}\n"
    plan = design_in(tmp_path, text + "replications: {precision: 0.2 %, most: 200}\n")
    assert plan.one_by_one == one_by_one
    design = run_design(plan)
    assert design.chosen is not None
    assert plan.texts(design.chosen.at) == (str(smallest),)
    figure = design.chosen.outcome.figure("throughput")
    assert figure.half_width is not None
    assert abs(figure.mean - exact_rate(smallest)) < 2 * figure.half_width
    assert design.chosen.bound is not None
    assert target <= design.chosen.bound < figure.mean
    assert design.left == 0
    assert re.match("Every (other )?cheaper design .*falls short", sentences(design, "en")[1])


def test_the_number_of_formation_channels_and_ageing_places_is_that_of_littles_law(tmp_path: Path) -> None:
    """Without chance: places = rate × time, rounded up; 600 an hour for 10 min are 100, for 20 min 200."""
    text = (
        "line: line.yaml\nhours: 4\nwarmup: auto\nreplications: 2\ntarget: {throughput: 600}\nchoose:\n"
        "  units.formation.slots: {low: 90, high: 120}\n  units.ageing.slots: {low: 180, high: 240}\n"
    )
    design = run_design(design_in(tmp_path, text, FORMATION))
    assert design.chosen is not None
    assert design.plan.texts(design.chosen.at) == ("100", "200")
    assert design.warmup.hours >= 0.5  # not before the first cell could have left
    assert {t.phase for t in design.trials} >= {Phase.ENDS, Phase.LEAST}


def test_the_search_finds_what_brute_force_finds_on_the_same_random_numbers(tmp_path: Path) -> None:
    plan = design_in(tmp_path, SMALL + "target: {throughput: 960}\n", THREE)
    design = run_design(plan, engine="compiled")
    assert not plan.one_by_one
    reaching = []
    for at in product(*(range(len(c.values)) for c in plan.choices)):
        spec = plan.scenario(at).spec
        jobs = [Job(spec, 1, 0.1, seed, plan.lines.transitions, "compiled") for seed in (1, 2, 3, 4)]
        if sum(run_job(job, lambda done: None)[0].good for job in jobs) / 4 >= 960:
            reaching.append(plan.cost(at))
    assert 0 < len(reaching) < plan.designs
    assert design.checks[0].cost == min(reaching)
    assert len(design.trials) < plan.designs / 2


def test_tries_that_are_used_up_are_said_with_what_is_not_known(tmp_path: Path) -> None:
    cut = SMALL + "tries: 6\n"
    design = run_design(design_in(tmp_path, cut + "target: {throughput: 960}\n", THREE), engine="simpy")
    assert len(design.trials) == 6
    assert design.left > 0
    assert f"{design.left} cheaper designs were not tried" in sentences(design, "en")[1]
    front = run_design(
        design_in(tmp_path, cut + "pareto: {maximise: throughput, minimise: cost}\n", THREE), engine="simpy"
    )
    assert len(front.trials) == 6
    assert "The tries were used up before the front was complete" in sentences(front, "en")[1]


def test_the_result_depends_neither_on_the_processes_nor_on_the_engine(tmp_path: Path) -> None:
    text = (
        EXACT.replace("40", "1") + "replications: 3\ntarget: {throughput: 310}\nchoose: {units.X.capacity: [1, 3, 9]}\n"
    )
    plan = design_in(tmp_path, text)
    one = run_design(plan, engine="simpy")
    two = run_design(plan, processes=2, engine="compiled")
    assert csv_files(one) == csv_files(two)
    assert [t.outcome.experiment.results for t in one.trials] == [t.outcome.experiment.results for t in two.trials]


def test_a_target_within_what_a_faster_machine_would_make_is_not_refused(tmp_path: Path) -> None:
    text = (
        EXACT + "target: {throughput: 450}\nchoose:\n  units.A.process_time: {values: [10, 8, 5], costs: [0, 1, 2]}\n"
    )
    assert design_in(tmp_path, text).spec.target is not None  # 450 is what B makes
    with pytest.raises(DesignError, match=r"cannot be more than 450: B, the slowest unit"):
        design_in(tmp_path, text.replace("450", "451"))


@pytest.fixture(scope="module")
def missed(tmp_path_factory: pytest.TempPathFactory) -> Design:
    text = EXACT + "replications: 3\ntarget: {throughput: 359}\nchoose: {units.X.capacity: [0, 2]}\n"
    return run_design(design_in(tmp_path_factory.mktemp("missed"), text), engine="simpy")


def test_a_target_that_cannot_be_reached_is_said_with_its_place_and_the_best(missed: Design) -> None:
    assert missed.chosen is None
    assert not missed.reached
    said = verdict(missed, "en")
    assert "size.yaml:5:1: target Throughput 359 cells/h not reached: best was " in said
    assert "(X.capacity=2; cost 2)" in said
    (row,) = choice_rows(missed, "en")
    assert row[:5] == ("X.capacity", "1", "2", "0, 2", "2")


def test_less_is_better_where_it_is_and_all_designs_are_gone_through(tmp_path: Path) -> None:
    """Lead time grows with the buffer and falls with a faster machine: nothing may be taken for granted."""
    text = EXACT.replace("40", "10") + (
        "replications: 6\ntarget: {lead time: 0.006}\nchoose:\n  units.X.capacity: [1, 4]\n"
        "  units.B.process_time: {values: [8, 4], costs: [0, 10]}\n"
    )
    design = run_design(design_in(tmp_path, text), engine="simpy")
    assert design.chosen is not None
    assert design.plan.texts(design.chosen.at) == ("1", "4")
    assert design.chosen.bound is not None
    assert design.chosen.outcome.figure("lead time").mean < design.chosen.bound <= 0.006
    assert "at most" in verdict(design, "en")


def test_more_that_is_worse_is_noticed(tmp_path: Path) -> None:
    text = EXACT.replace("40", "5") + (
        "replications: 5\ntarget: {throughput: 250}\nchoose:\n  units.X.capacity: {low: 0, high: 50}\n"
        "  units.A.process_time: {values: [10, 20], costs: [0, 5]}\n"
    )
    design = run_design(design_in(tmp_path, text), engine="simpy")
    assert design.upside_down is not None
    assert design.chosen is not None
    assert design.chosen.at == (0, 0)
    assert any("although it costs more" in warning for warning in warnings(design, "en"))


def test_a_design_that_fresh_random_numbers_do_not_bear_out_is_dropped_for_a_larger_one(tmp_path: Path) -> None:
    """The target is what the search's own few replications give for 3 places, on seeds that flatter: so 3 seem enough."""
    few = EXACT.replace("40", "1") + "replications: 2\nchoose: {units.X.capacity: {low: 0, high: 12}}\n"
    spec = design_in(tmp_path, few + "target: {throughput: 1}\n").scenario((3,)).spec

    def own(seed: int) -> float:
        ran = run_experiment(spec, hours=1, warmup_hours=0.5, replications=2, seed=seed, engine="simpy")
        return sum(r.good for r in ran.results) / 2

    seed = next(seed for seed in range(100) if exact_rate(3) <= own(seed) < exact_rate(8))
    target = own(seed)
    design = run_design(design_in(tmp_path, few + f"seed: {seed}\ntarget: {{throughput: {target}}}\n"), engine="simpy")
    assert len(design.checks) >= 2
    assert all(check.verdict != Verdict.CONFIRMED for check in design.checks[:-1])
    assert design.checks[0].at <= (3,)
    assert design.chosen is not None
    assert exact_rate(int(design.plan.texts(design.chosen.at)[0])) > target
    confidences = [check.confidence for check in design.checks]
    assert confidences == sorted(set(confidences))  # every look is stricter than the one before it
    said = sentences(design, "en")
    assert said[1].startswith("Every other cheaper design")
    assert said[2].startswith("Proposed by the search, but not certain on fresh random numbers: X.capacity=")
    less = design.chosen.at[0] - 1
    if any(check.at == (less,) for check in design.checks):
        assert choice_rows(design, "en")[0][-1].endswith("(not certain)")


@pytest.fixture(scope="module")
def pareto(tmp_path_factory: pytest.TempPathFactory) -> Design:
    text = EXACT.replace("40", "4") + (
        "replications: 5\npareto: {maximise: throughput, minimise: wip}\nchoose: {units.X.capacity: [0, 2, 8, 30]}\n"
    )
    return run_design(design_in(tmp_path_factory.mktemp("pareto"), text), engine="simpy")


def test_a_front_is_what_no_design_beats_on_fresh_random_numbers(pareto: Design) -> None:
    pairs = [(c.outcome.figure("throughput").mean, c.outcome.figure("work in progress").mean) for c in pareto.checks]
    assert len(pareto.trials) == 4
    assert len(pairs) >= 2
    assert pairs == sorted(pairs)
    assert [wip for _, wip in pairs] == sorted(wip for _, wip in pairs)
    assert {c.outcome.experiment.seed for c in pareto.checks}.isdisjoint(
        t.outcome.experiment.seed for t in pareto.trials
    )
    assert pareto.reached


def test_neighbours_on_the_front_that_chance_may_have_put_there_are_named(tmp_path: Path) -> None:
    head = (
        "line: line.yaml\nhours: 2\nwarmup: 30 min\nreplications: 5\npareto: {maximise: throughput, minimise: cost}\n"
    )
    alike = run_design(design_in(tmp_path, head + "choose: {units.X.capacity: [0, 16, 20]}\n"), engine="simpy")
    assert [c.at for c in alike.checks] == [(0,), (1,), (2,)]
    assert told_apart(alike, "en") == [
        TEXTS["en"]["not_apart"].format(pairs="X.capacity=16 and X.capacity=20 (Throughput)")
    ]
    apart = run_design(design_in(tmp_path, head + "choose: {units.X.capacity: [0, 16]}\n"), engine="simpy")
    assert told_apart(apart, "ja") == [TEXTS["ja"]["apart"]]
    assert TEXTS["ja"]["apart"] in render_design(apart, lang="ja")
    one = run_design(design_in(tmp_path, head + "choose: {units.X.capacity: [4]}\n"), engine="simpy")
    assert told_apart(one, "en") == []


def test_a_front_against_cost_of_many_designs_runs_few_of_them(tmp_path: Path) -> None:
    text = SMALL + "pareto: {maximise: throughput, minimise: cost}\ntries: 40\n"
    design = run_design(design_in(tmp_path, text, THREE), engine="simpy")
    costs = [c.cost for c in design.checks]
    assert costs == sorted(costs)
    assert 3 <= len(costs) <= len(design.trials) <= 40 < design.plan.designs
    assert design.checks[0].at == (0, 0, 0)  # nothing is cheaper


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_the_report_says_everything_in_one_file(missed: Design, pareto: Design, lang: str) -> None:
    text = TEXTS[lang]
    for design, headings, pictures in ((missed, ("result", "path"), 2), (pareto, ("front", "path"), 1)):
        page = render_design(design, lang=lang, version="1.2", command="setsubi design size.yaml")
        for heading in headings:
            assert f"<h2>{text[heading]}</h2>" in page
        assert page.count('src="data:image/svg+xml;base64,') == pictures
        assert all(address.startswith("data:") for address in loads(page))
        (tried,) = Charts(page).sources("name", "gain", "price")[:1]
        assert tried["name"] == [design.plan.name_of(t.at) for t in design.trials]
        assert tried["gain"] == pytest.approx(
            [figure_of(t.outcome, design.plan.spec.figure).mean for t in design.trials]
        )
        assert len(page) < 6e6
        assert all(cell in page for row in trial_rows(design, lang) for cell in row)
        assert "setsubi design size.yaml" in page
        assert "units.X.capacity" in page
    assert verdict(missed, lang) in render_design(missed, lang=lang)


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_figures_have_units_and_the_target_a_place_in_the_key(missed: Design, pareto: Design, lang: str) -> None:
    wip, throughput = (FIGURES[lang][name][0] for name in ("work in progress", "throughput"))
    page, words = render_design(pareto, lang=lang), {**TEXTS[lang], **CHART_TEXTS[lang]}
    for axis in (f"{wip} cells", f"{throughput} cells/h"):
        assert page.count(f"<th>{axis}</th>") == 2  # of the front, and of the path
        assert axis in Charts(page).texts()
        assert axis in ElementTree.fromstring(draw(pareto, lang)["tried"]).itertext()
    page = render_design(missed, lang=lang)
    said = list(ElementTree.fromstring(draw(missed, lang)["tried"]).itertext())
    assert words["target"] in Charts(page).texts() and words["target"] in said and words["front"] in said
    assert {words["reached"], words["missed"]} <= set(ElementTree.fromstring(draw(missed, lang)["path"]).itertext())
    (row,) = re.findall(r"<tr>(<td>1</td>.*?)</tr>", page)
    assert (
        row.endswith(f'</td><td class="text">{words[missed.trials[0].phase]}</td>') and row.count('class="text"') == 2
    )


def test_the_csv_files_hold_every_design(missed: Design) -> None:
    tried, checks = (list(csv.DictReader(StringIO(text))) for text in csv_files(missed).values())
    assert [row["units.X.capacity"] for row in tried] == ["0", "2"]
    assert [row["reaches the target"] for row in tried] == ["False", "False"]
    assert float(tried[1]["throughput mean [cells/h]"]) == missed.trials[1].outcome.figure("throughput").mean
    assert checks == []


def test_english_and_japanese_have_the_same_words() -> None:
    assert TEXTS["en"].keys() == TEXTS["ja"].keys()
    fields = {
        lang: {k: sorted(part.split("}")[0] for part in v.split("{")[1:]) for k, v in TEXTS[lang].items()}
        for lang in TEXTS
    }
    assert fields["en"] == fields["ja"]


def test_the_line_of_the_exact_solution_is_the_one_that_runs(tmp_path: Path) -> None:
    assert design_in(tmp_path, EXACT + "target: {throughput: 1}\nchoose: {units.X.capacity: [0]}\n", TWO).designs == 1
    assert exact_rate(2, 10.0, 10.0) == pytest.approx(360 * 0.8)
    assert exact_rate(2, 12.0, 10.0) == pytest.approx(300 * 0.86562, rel=1e-5)  # published as exp2_unbal_1.0_1.2_b2
