"""Experiment files: the scenarios that they make, and every fault with its place and its mend."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from simulator.experiments.study.errors import ExperimentError
from simulator.experiments.study.plan import Plan, load_plan, make_plan
from simulator.experiments.study.spec import ExperimentSpec
from simulator.line import LineError
from simulator.line.distributions import mean

Load = Callable[[str], Plan]
HEAD = "line: line.yaml\nhours: 8\n"
ONE = HEAD + "scenarios:\n  more:\n    units.X.capacity: 9\n"


def test_a_full_factorial_tries_every_value_with_every_other_and_the_line_as_it_stands_once(plan_of: Load) -> None:
    plan = plan_of(
        HEAD + "factors:\n  units.X.capacity: [4, 8]\n  units.A.failures.minor stop.mttr: [30 s, 1 min, 2 min]\n"
    )
    assert [s.name for s in plan.scenarios][:2] == ["base", "X.capacity=4, A.minor stop.mttr=1 min"]
    assert len(plan.scenarios) == 6
    assert plan.scenarios[0].at == (0, 0)
    last = plan.scenarios[-1].spec
    assert last.units[1].capacity == 8  # type: ignore[union-attr]
    assert mean(last.units[0].failures[0].mttr) == 120  # type: ignore[union-attr]
    assert plan.factors[1].numbers == (30, 60, 120)


def test_a_line_outside_the_design_is_run_beside_it(plan_of: Load) -> None:
    plan = plan_of(HEAD + "factors: {units.X.capacity: [5, 6]}\n")
    assert [(s.name, s.levels, s.at) for s in plan.scenarios] == [
        ("base", ("4",), None), ("X.capacity=5", ("5",), (0,)), ("X.capacity=6", ("6",), (1,)),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("levels", "expected"),
    [
        ("{from: 2, to: 10, step: 4}", ["2", "6", "10"]),
        ("{from: 2, to: 9, step: 4}", ["2", "6"]),
        ("{from: 0.1, to: 0.3, step: 0.1}", ["0.1", "0.2", "0.3"]),
        ("{from: 1 min, to: 2 min, count: 3}", ["1 min", "1.5 min", "2 min"]),
        ("{from: 1 min, to: 120 s, step: 30 s}", ["1 min", "1.5 min", "2 min"]),
    ],
)
def test_a_range_gives_its_values(plan_of: Load, levels: str, expected: list[str]) -> None:
    plan = plan_of(HEAD + f"factors: {{units.C.process_time: {levels}}}\n")
    assert list(plan.factors[0].levels) == expected


def test_shares_may_be_percent_in_levels_too(plan_of: Load) -> None:
    (factor,) = plan_of(HEAD + "factors: {units.C.scrap: {from: 1 %, to: 3 %, step: 1 %}}\n").factors
    assert factor.levels == ("1 %", "2 %", "3 %")
    assert factor.numbers == (0.01, 0.02, 0.03)
    assert plan_of(HEAD + "factors: {units.C.scrap: [0.5 %, 0.02]}\n").factors[0].numbers == (0.005, 0.02)


def test_a_latin_hypercube_has_one_value_in_each_part_of_every_range(plan_of: Load) -> None:
    text = (
        HEAD + "factors:\n  units.X.capacity: {low: 2, high: 41}\n  units.C.process_time: {low: 2 s, high: 3 s}\n"
        "  units.M1.5.slots: [2, 3]\ndesign: {latin_hypercube: 20}\n"
    )
    points = [s for s in plan_of(text).scenarios if s.at is not None]
    assert len(points) == 20
    capacities = [s.spec.units[1].capacity for s in points]  # type: ignore[union-attr]
    assert sorted((c - 2) // 2 for c in capacities) == list(range(20))
    times = np.array([mean(s.spec.units[4].process_time) for s in points])  # type: ignore[union-attr]
    parts = (np.sort(times) - 2) * 20 - np.arange(20)
    assert (parts > -0.02).all() and (parts < 1.02).all()  # four digits are kept
    assert [s.spec.units[2].slots for s in points].count(2) == 10  # type: ignore[union-attr]
    assert [s.name for s in plan_of(text).scenarios] == [s.name for s in plan_of(text).scenarios]


def test_names_may_hold_dots_and_entries_may_be_counted(plan_of: Load) -> None:
    plan = plan_of(HEAD + "scenarios: {a: {units.M1.5.failures.failure.mttr: 40}, b: {units.2.failures.0.mttr: 40}}\n")
    by_name, by_index = plan.scenarios[1].spec, plan.scenarios[2].spec
    assert by_name == by_index
    assert mean(by_name.units[2].failures[0].mttr) == 40  # type: ignore[union-attr]


def test_a_key_that_the_line_file_leaves_out_may_be_set(plan_of: Load) -> None:
    plan = plan_of(HEAD + "factors: {units.C.scrap: [0, 0.1]}\n")
    assert [s.levels for s in plan.scenarios] == [("0",), ("0.1",)]


def test_a_changed_figure_is_assumed_no_longer_and_the_others_stay_so(plan_of: Load) -> None:
    plan = plan_of(HEAD + "scenarios: {a: {units.A.failures.minor stop.mttr: 40}}\n")
    marked = "units.A.failures.minor stop.mttr"
    assert set(plan.scenarios[0].spec.figures) == {marked, "units.A.process_time"}
    assert set(plan.scenarios[1].spec.figures) == {"units.A.process_time"}


@pytest.mark.parametrize(
    ("text", "place", "what"),
    [
        ("", (0, 0), "is empty"),
        ("- 1\n", (1, 1), "no mapping"),
        (HEAD, (1, 1), "nothing to try"),
        ("hours: 8\nscenarios: {a: {units.X.capacity: 9}}\n", (1, 1), "line: is missing (add 'line:' here)"),
        (ONE + "warmpu: auto\n", (6, 1), "unknown key warmpu (did you mean 'warmup'?)"),
        (ONE + "hours: 9\n", (6, 1), "given twice"),
        (ONE.replace("8", "0"), (2, 1), "greater than 0"),
        (ONE.replace("8", "8 hours"), (2, 1), "a time is"),
        (ONE + "warmup: soon\n", (6, 1), "a time is"),
        (ONE + "warmup: -1\n", (6, 1), "0 or more"),
        (ONE + "seed: no\n", (6, 1), "true or false"),
        (ONE.replace("8", ".inf"), (2, 1), "less than or equal to 10000000, not inf"),
        (ONE.replace("8", "1.0e+12"), (2, 1), "less than or equal to 10000000"),
        (ONE + "warmup: 1.0e+12\n", (6, 1), "at most 10000000 hours"),
        (ONE + "replications: many\n", (6, 1), "replications is a number, or {precision: 2 %"),
        (HEAD + "target: {throughput: 640}\n", (1, 1), "is a design file, not an experiment file (give it to 'setsubi design')"),
        (HEAD + "factors: {units.X.capacity: [5, 6]}\ntarget: {throughput: 640}\n", (4, 1), "unknown key target"),
        (HEAD + "stop: {unit: C, at: 1 min, duration: 1 min}\n", (3, 28), "unknown key duration (known here are at, by, for, unit)"),
        (HEAD + "stop: {unit: C, at: 1 min, fro: 1 min}\n", (3, 28), "unknown key fro (did you mean 'for'?)"),
        (HEAD + "factors: {units.X.capacity: {low: 1, high: 9}}\ndesign: {latin: 9}\n", (4, 10), "design.latin: unknown key latin (known here are latin_hypercube)"),
        (ONE + "hgih: 3\n", (6, 1), "unknown key hgih (remove it)"),
        (HEAD + "scenarios: {a: {units: []}}\n", (3, 17), "units = [] is refused by the line: has 0 entries, too few"),
        (HEAD + "scenarios: {a: {units.X: null}}\n", (3, 17), "units.1 = nothing is refused by the line: must be a mapping, not nothing"),
        (ONE + "replications: 1\n", (6, 1), "greater than or equal to 2"),
        (ONE + "replications: {precision: 2 %, count: 3}\n", (6, 1), "replications is a number, or"),
        (ONE + "replications: {precision: 200 %}\n", (6, 16), "less than 1"),
        (ONE + "replications: {precision: fine}\n", (6, 16), "is no share (give one such as 2 %"),
        (ONE + "replications: {precision: 2 %, of: thruput}\n", (6, 32), "there is no figure thruput"),
        (ONE + "replications: {precision: 2 %, presicion: 1}\n", (6, 32), "did you mean 'precision'?"),
        (ONE + "compare: less\n", (6, 1), "there is no scenario 'less' (give one of: base, more)"),
        (ONE.replace("more", "base"), (4, 3), "the name of the line as its file says"),
        (HEAD + "scenarios: {a: {}}\n", (3, 13), "scenario 'a' changes nothing"),
        (ONE.replace("line.yaml", "lin.yaml"), (1, 1), "there is no file lin.yaml"),
        (ONE.replace("units.X", "unit.X"), (5, 5), "the line file has no 'unit' (did you mean 'units'?)"),
        (ONE.replace("units.X", "units.Z"), (5, 5), "units has no 'Z' (there are A, X, M1.5, BC, C)"),
        (ONE.replace("capacity", "capasity"), (5, 5), "unknown key capasity (did you mean 'capacity'?)"),
        (ONE.replace("X.capacity", "A.failures.minor stp.mttr"), (5, 5), "has no 'minor stp' (did you mean 'minor stop'?)"),
        (ONE.replace("X.capacity", "C.process_time.mean"), (5, 5), "units.C.process_time is one value in the line file (2.8)"),
        (ONE.replace("X.capacity", "C.energy_w.execute"), (5, 5), "units.C has no 'energy_w'"),
        (ONE.replace("units.X.capacity", "'units.'"), (5, 5), "names no place"),
        (ONE.replace(": 9", ": -1"), (5, 5), "units.X.capacity = -1 is refused by the line: Input should be greater"),
        (ONE.replace(": 9", ": 1"), (5, 5), "prefill (2) is more than the capacity (1)"),
        (ONE + "    units.M1.5.tray: 4\n", (6, 5), "units.M1.5.tray = 4 is refused by the line: slots (2) must be a multiple"),
        (ONE + "    units.X: {kind: buffer, name: X, capacity: 1}\n", (5, 5), "units.X changes it already"),
        (ONE.replace("X.capacity: 9", "C.profile: formation_eol_x"), (5, 5), "is no profile"),
        (ONE.replace("X.capacity: 9", "C.profile: conveyor"), (5, 5), "C is a machine, and the profile conveyor"),
        (HEAD + "factors: {units.X.capacity: []}\n", (3, 11), "without a value"),
        (HEAD + "factors: {units.X.capacity: 5}\n", (3, 11), "values are a list"),
        (HEAD + "factors: {units.X.capacity: [5, 5]}\n", (3, 11), "a value is given twice"),
        (HEAD + "factors:\n  units.X.capacity:\n    - 5\n    - many\n", (6, 7), "units.X.capacity = many is refused"),
        (HEAD + "factors: {units.X.capacity: {from: 1, to: 5}}\n", (3, 11), "from, to together mean nothing"),
        (HEAD + "factors: {units.X.capacity: {from: 1, to: 5, step: 1, count: 3}}\n", (3, 11), "together mean nothing"),
        (HEAD + "factors: {units.X.capacity: {from: 5, to: 1, step: 1}}\n", (3, 11), "'to' not below 'from'"),
        (HEAD + "factors: {units.X.capacity: {from: 1, to: 2, stop: 1}}\n", (3, 46), "did you mean 'step'?"),
        (HEAD + "factors: {units.X.capacity: {from: 1, to: 2 min, step: 1}}\n", (3, 11), "all as times"),
        (HEAD + "factors: {units.X.capacity: {low: 1, high: 5}}\n", (3, 11), "need a design"),
        (HEAD + "factors: {units.X.capacity: {low: 5, high: 5}}\ndesign: {latin_hypercube: 9}\n", (3, 11), "above low"),
        (HEAD + "factors: {units.X.capacity: [5, 6]}\ndesign: {latin_hypercube: 9}\n", (4, 1), "low and high"),
        (ONE + "design: {latin_hypercube: 9}\n", (6, 1), "no factors to combine"),
        (HEAD + "factors: {units.X.capacity: {from: 1, to: 900, step: 1}, units.C.scrap: [0, 0.1]}\n", (3, 1), "more than 1000"),
        (HEAD + "factors: {units.X.capacity: [1, 2], units.X.capacity.x: [1]}\n", (3, 37), "one value in the line file"),
    ],
)  # fmt: skip
def test_a_fault_in_the_file_is_named_with_place_and_mend(
    plan_of: Load, text: str, place: tuple[int, int], what: str
) -> None:
    with pytest.raises(ExperimentError) as caught:
        plan_of(text)
    said = str(caught.value)
    assert what in said
    assert (caught.value.line, caught.value.column) == place, said
    assert "()" not in said and "correct the value" not in said
    assert "\n" not in said


def test_a_figure_that_the_line_cannot_have_is_refused(plan_of: Load, tmp_path: Path) -> None:
    text = ONE + "replications: {precision: 2 %, of: capacity}\n"
    assert plan_of(text).spec.replications.of == "capacity"
    bare = (tmp_path / "line.yaml").read_text(encoding="utf-8").replace("cell: {energy_wh: 225}\n", "")
    (tmp_path / "line.yaml").write_text(bare, encoding="utf-8")
    with pytest.raises(
        ExperimentError, match=r"try\.yaml:6:32: replications\.of: capacity is not known from this line file"
    ):
        load_plan(tmp_path / "try.yaml")


def test_the_scenario_is_named_when_two_values_together_are_refused(plan_of: Load) -> None:
    text = HEAD + "factors:\n  units.M1.5.slots: [2, 4]\n  units.M1.5.tray: [1, 4]\n"
    with pytest.raises(ExperimentError, match=re.escape("scenario 'M1.5.slots=2, M1.5.tray=4'")):
        plan_of(text)


def test_a_fault_in_the_line_file_is_told_with_its_own_place(plan_of: Load, tmp_path: Path) -> None:
    plan_of(ONE)
    (tmp_path / "line.yaml").write_text("name: x\nunits:\n  - {name: A, proces_time: 3}\n", encoding="utf-8")
    with pytest.raises(LineError, match=r"line\.yaml:3:15: .*did you mean 'process_time'"):
        make_plan(
            ExperimentSpec.model_validate({"line": "line.yaml", "hours": 1, "scenarios": {"a": {"x": 1}}}), tmp_path
        )


def test_a_program_makes_the_same_plan_and_is_told_the_same_faults(plan_of: Load, tmp_path: Path) -> None:
    wanted = plan_of(ONE).scenarios
    given = {"line": "line.yaml", "hours": 8, "scenarios": {"more": {"units.X.capacity": 9}}}
    assert make_plan(ExperimentSpec.model_validate(given), tmp_path).scenarios == wanted
    given["scenarios"] = {"more": {"units.Y.capacity": 9}}
    with pytest.raises(ExperimentError, match=r"experiment: units\.Y\.capacity: units has no 'Y'"):
        make_plan(ExperimentSpec.model_validate(given), tmp_path)
