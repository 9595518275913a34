"""What one more percent brings: the lines that it makes, and what is known of lines without chance."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from pages import Charts, boxes
from rich.console import Console
from study_files import plan_in

from simulator.experiments.study.compare import Verdict
from simulator.experiments.study.findings import sentences, shown_name, signed
from simulator.experiments.study.plan import Plan, load_plan
from simulator.experiments.study.report import render_study
from simulator.experiments.study.running import run_study
from simulator.experiments.study.sensitivity import gains, scaled
from simulator.experiments.study.tables import csv_files, print_study
from simulator.experiments.study.texts import words
from simulator.line.distributions import Distribution, mean, sample

TEXT = "line: line.yaml\nhours: 1\nwarmup: 5 min\nreplications: 2\nsensitivity: {percent: 10}\n"
CERTAIN = """\
name: certain
units:
  - {name: A, process_time: 9}
  - {kind: buffer, name: X, capacity: 20}
  - {name: B, process_time: 10, failures: [{mtbf: {distribution: deterministic, mean: 100}, mttr: {distribution: deterministic, mean: 25}}]}
  - {kind: conveyor, name: BC, length_m: 4, speed_m_s: 1, spacing_m: 1, capacity: 3, profile: ""}
  - {name: C, process_time: 5}
"""


def test_every_unit_gets_each_of_its_steps_and_nothing_else_changes(plan_of: Callable[[str], Plan]) -> None:
    plan = plan_of(TEXT)
    assert [s.name for s in plan.scenarios] == [
        "base", "A: mtbf +10 %", "A: mttr -10 %", "A: speed +10 %", "X: places +1 (+25 %)", "M1.5: mtbf +10 %",
        "M1.5: mttr -10 %", "M1.5: speed +10 %", "BC: speed +10 %", "BC: places +1 (+25 %)", "C: speed +10 %",
    ]  # fmt: skip
    base, by_name = plan.scenarios[0].spec, {s.name: s.spec for s in plan.scenarios}
    assert mean(by_name["A: mtbf +10 %"].units[0].failures[0].mtbf) == pytest.approx(330)  # type: ignore[union-attr]
    assert mean(by_name["A: mttr -10 %"].units[0].failures[0].mttr) == pytest.approx(27)  # type: ignore[union-attr]
    assert mean(by_name["A: speed +10 %"].units[0].process_time) == pytest.approx(3 / 1.1)  # type: ignore[union-attr]
    belt = by_name["BC: places +1 (+25 %)"].units[3]
    assert (belt.length_m, belt.places) == (5, 5)  # type: ignore[union-attr]
    for scenario in plan.scenarios[1:]:
        assert sum(a != b for a, b in zip(base.units, scenario.spec.units, strict=True)) == 1


def test_a_belt_whose_length_has_room_gets_a_place_without_a_longer_way(tmp_path: Path) -> None:
    (tmp_path / "line.yaml").write_text(CERTAIN, encoding="utf-8")
    (tmp_path / "try.yaml").write_text(TEXT, encoding="utf-8")
    belt = {s.name: s for s in load_plan(tmp_path / "try.yaml").scenarios}["BC: places +1 (+33.3 %)"].spec.units[3]
    assert (belt.length_m, belt.places) == (4, 4)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "times",
    [
        {"distribution": "exponential", "mean": 3}, {"distribution": "erlang", "mean": 3, "k": 2},
        {"distribution": "uniform", "low": 1, "high": 3}, {"distribution": "triangular", "low": 1, "mode": 2, "high": 4},
        {"distribution": "lognormal", "mean": 3, "sd": 1}, {"distribution": "normal", "mean": 3, "sd": 1, "low": 2, "high": 5},
        {"distribution": "weibull", "scale": 3, "shape": 2}, {"distribution": "gamma", "mean": 3, "shape": 2},
        {"distribution": "empirical", "values": [1, 2, 5]}, 7,
    ],
)  # fmt: skip
def test_scaled_times_are_the_same_random_numbers_times_a_factor(times: object) -> None:
    given = Distribution.model_validate(times)
    one, other = (sample(d, np.random.default_rng(3), 500) for d in (given, scaled(given, 0.5)))
    assert other == pytest.approx(one * 0.5)
    assert mean(scaled(given, 0.5)) == pytest.approx(mean(given) * 0.5)


def test_in_a_line_without_chance_only_its_slowest_machine_counts(tmp_path: Path) -> None:
    """B makes ten items in 100 s of work and 25 s of repair: 288 an hour. 10 % more MTBF: 11 in 135; shorter MTTR: 10 in 122.5;
    faster: 11 in the time."""
    (tmp_path / "line.yaml").write_text(CERTAIN, encoding="utf-8")
    (tmp_path / "try.yaml").write_text(TEXT.replace("hours: 1", "hours: 20"), encoding="utf-8")
    study = run_study(load_plan(tmp_path / "try.yaml"), engine="simpy")
    found = {g.step.name: g for g in gains(study)}
    assert [g.step.name for g in gains(study)][:3] == ["B: speed +10 %", "B: mttr -10 %", "B: mtbf +10 %"]
    assert found["B: speed +10 %"].per_percent == pytest.approx(1, abs=0.05)
    assert found["B: mtbf +10 %"].mean == pytest.approx(3600 * 11 / 135 - 288, abs=0.5)
    assert found["B: mttr -10 %"].mean == pytest.approx(36000 / 122.5 - 288, abs=0.5)
    assert found["B: mttr -10 %"].verdict == Verdict.BETTER
    for name in ("A: speed +10 %", "C: speed +10 %", "X: places +2 (+10 %)"):
        assert abs(found[name].mean) < 0.5


def test_the_ranking_is_in_the_report_and_in_a_file_of_its_own(tmp_path: Path) -> None:
    study = run_study(plan_in(tmp_path, TEXT), engine="simpy")
    page = render_study(study, lang="ja")
    assert "M1.5: 速度 +10 %" in page
    assert boxes(page) == [shown_name(study, g.step.name, "ja") for g in gains(study)]
    assert Charts(page).filtered() == [list(range(len(gains(study))))]
    assert "<h2>結果</h2>" not in page
    assert "<title>ラインの感度: small</title>" in page
    lines = csv_files(study)["sensitivity.csv"].splitlines()
    assert lines[0].startswith("unit,what,change [%],places,gain in throughput,")
    assert len(lines) == 11


def test_of_each_verdict_the_three_that_bring_most_are_named_in_words(tmp_path: Path) -> None:
    study = run_study(plan_in(tmp_path, TEXT), engine="simpy")
    found = [g for g in gains(study) if g.verdict == Verdict.SAME]
    best = sorted(found, key=lambda g: -abs(g.per_percent))[:3]
    same = next(s for s in sentences(study, "en") if s.startswith("Not distinguishable from"))
    assert len(found) > 3
    places = [
        same.index(
            f"{g.step.unit}: {words('en')[g.step.what]} {g.step.change} ({signed(g.mean, g.half_width)} cells/h)"
        )
        for g in best
    ]
    assert places == sorted(places)
    assert same.count(" ± ") == 3 and same.endswith(f"and {len(found) - 3} more (see the table)")


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_in_a_narrow_window_no_cell_of_the_ranking_is_cut(tmp_path: Path, lang: str) -> None:
    study, buffer = run_study(plan_in(tmp_path, TEXT), engine="simpy"), StringIO()
    print_study(study, Console(file=buffer, width=80), lang)
    shown = buffer.getvalue()
    assert "…" not in shown
    verdicts = {words(lang)[g.verdict] for g in gains(study)}
    assert verdicts and all(verdict in shown for verdict in verdicts)
