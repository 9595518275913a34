"""The shifting bottleneck and the arrows, on traces made and worked out by hand."""

from __future__ import annotations

from io import StringIO
from math import hypot

import pytest
from line_files import line_of, machine
from rich.console import Console

from simulator.experiments.activity import activities
from simulator.experiments.arrows import Arrows, Joint, Waiting, arrows, arrows_of
from simulator.experiments.bottleneck import ActivePeriods, Stretch, shifting
from simulator.experiments.kpis import kpis
from simulator.experiments.run import run_experiment
from simulator.experiments.tables import print_bottleneck
from simulator.line.log import Kind, Row

EXECUTE, STARVED, BLOCKED, DOWN = 610, 511, 512, 1113


def test_sole_and_shifting_shares_of_three_machines_worked_out_by_hand() -> None:
    """0 to 8 M1 alone; M2's period is the next longest at 10 and has begun at 8; M1's second takes over at 18, begun at 12;
    M3's last takes over at 20, begun at 19."""
    found = shifting({"M1": [(0, 10), (12, 20)], "M2": [(8, 18)], "M3": [(2, 5), (19, 25)]}, 0, 25)
    assert found.sole == pytest.approx({"M1": 9 / 25, "M2": 2 / 25, "M3": 5 / 25})
    assert found.shifting == pytest.approx({"M1": 9 / 25, "M2": 8 / 25, "M3": 1 / 25})
    assert found.nobody == 0
    assert found.main == "M1"
    assert found.stretches == (
        Stretch("M1", 0, 8, True), Stretch("M1", 8, 10, False), Stretch("M2", 8, 10, False),
        Stretch("M2", 10, 12, True), Stretch("M2", 12, 18, False), Stretch("M1", 12, 18, False),
        Stretch("M1", 18, 19, True), Stretch("M1", 19, 20, False), Stretch("M3", 19, 20, False),
        Stretch("M3", 20, 25, True),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("en", "M1: sole bottleneck 36 %, shifting 36 %; M2: sole bottleneck 8 %, shifting 32 %"),
        ("ja", "M1：単独ボトルネック36％、移行中36％"),
    ],
)
def test_the_shares_are_told_in_one_line(lang: str, said: str) -> None:
    found = shifting({"M1": [(0, 10), (12, 20)], "M2": [(8, 18)], "M3": [(2, 5), (19, 25)], "M4": []}, 0, 25)
    console = Console(file=StringIO(), width=200)
    print_bottleneck(found, console, lang)
    told = console.file.getvalue()  # type: ignore[attr-defined]
    assert said in told and "M4" not in told


def test_a_period_counts_with_its_whole_length_and_only_within_the_window() -> None:
    found = shifting({"long": [(0, 14)], "late": [(9, 20)]}, 10, 20)
    assert found.stretches[0] == Stretch("long", 10, 14, False)
    assert found.sole == pytest.approx({"long": 0, "late": 0.6})


def test_time_in_which_everybody_waits_has_no_bottleneck() -> None:
    found = shifting({"A": [(0, 2), (6, 8)], "B": []}, 0, 10)
    assert found.nobody == pytest.approx(0.6)
    assert found.sole["A"] == pytest.approx(0.4)


def read(
    spec_units: tuple[dict[str, object], ...], rows: list[tuple[float, int, Kind, int, int]], end: float
) -> ActivePeriods:
    found = ActivePeriods(line_of(*spec_units), 0.0, end)
    for t, unit, kind, item, code in rows:
        row: Row = (t, unit, int(kind), item, code, 0.0)
        found.read(row)
    return found


def test_a_trace_of_states_worked_out_by_hand() -> None:
    """A works but from 10 to 12, its failure included; B from 4 to 18 and from 28 on."""
    states = [
        (0.0, 0, EXECUTE), (0.0, 1, EXECUTE), (0.0, 1, STARVED), (4.0, 1, EXECUTE), (10.0, 0, BLOCKED), (12.0, 0, EXECUTE),
        (18.0, 1, STARVED), (20.0, 0, DOWN), (26.0, 0, EXECUTE), (28.0, 1, EXECUTE),
    ]  # fmt: skip
    rows = [(t, unit, Kind.STATE, 0, code) for t, unit, code in states]
    found = read((machine("A"), machine("B")), rows, 30.0).found(30.0)
    assert found.sole == pytest.approx({"A": 16 / 30, "B": 2 / 30})
    assert found.shifting == pytest.approx({"A": 12 / 30, "B": 12 / 30})


def test_two_places_wait_when_either_does_but_not_for_the_hand_over_itself() -> None:
    """Service 10 s, hand-over 1 s. Item 3 could leave at 22 and leaves at 25; a place is free at 26 and filled at 29."""
    enters = [(0, 1), (0, 2), (11, 3), (12, 4), (25, 5), (29, 6), (36, 7)]
    ends, leaves = (
        [(10, 1), (10.5, 2), (21, 3), (22, 4), (35, 5), (39, 6)],
        [(11, 1), (12, 2), (25, 3), (26, 4), (36, 5), (40, 6)],
    )
    rows = [(float(t), 0, kind, item, 0) for t, item in enters for kind in (Kind.ENTER, Kind.START)]
    rows += [(float(t), 0, Kind.END, item, 0) for t, item in ends]
    rows += [(float(t), 0, Kind.LEAVE, item, 0) for t, item in leaves]
    rows.sort(key=lambda row: (row[0], row[2] in (Kind.ENTER, Kind.START)))
    found = read((machine("M", 10, slots=2, transfer_s=1),), rows, 40.0).found(40.0)
    assert [(s.start, s.end) for s in found.stretches] == [(0, 22), (25, 26), (29, 40)]


def test_a_conveyor_waits_when_its_entry_is_free_longer_than_the_hand_over_takes() -> None:
    """A pitch of 2 s and a hand-over of 1 s: an item may come every 3 s. The one at the end should go after 1 s."""
    units = (machine("A", transfer_s=1), {"kind": "conveyor", "name": "AB", "length_m": 4, "speed_m_s": 1, "spacing_m": 2,
             "transfer_s": 1, "profile": ""}, machine("B"))  # fmt: skip
    enters, ends, leaves = [0, 3, 6, 12], [(4, 1), (7, 2), (12, 3)], [(5, 1), (8, 2), (15, 3)]
    rows = [(float(t), 1, Kind.ENTER, i, 0) for i, t in enumerate(enters, 1)]
    rows += [(float(t), 1, Kind.END, i, 0) for t, i in ends] + [(float(t), 1, Kind.LEAVE, i, 0) for t, i in leaves]
    rows.sort(key=lambda row: (row[0], row[2]))
    belt = activities(line_of(*units), 0.0)["AB"]
    for t, unit, kind, item, code in rows:
        belt.read((t, unit, int(kind), item, code, 0.0))
    assert belt.active(15.0) == [(0, 9), (12, 13)]


def test_the_slowest_machine_is_the_bottleneck_of_a_line_without_chance() -> None:
    spec = line_of(
        machine("A", 5.0), {"kind": "buffer", "name": "X", "capacity": 3}, machine("B", 8.0), machine("C", 6.0)
    )
    experiment = run_experiment(spec, hours=1, warmup_hours=0.5, replications=1, engine="simpy")
    assert experiment.trace is not None
    assert experiment.trace.bottleneck.sole == pytest.approx({"A": 0, "B": 1, "C": 0})


def test_the_bottleneck_shifts_between_equal_machines_that_fail() -> None:
    failing = {"failures": [{"mtbf": 300, "mttr": 60}]}
    buffer = {"kind": "buffer", "name": "X", "capacity": 2}
    spec = line_of(machine("A", 5.0, **failing), buffer, machine("B", 5.0, **failing))
    found = run_experiment(spec, hours=24, warmup_hours=0.5, replications=1, engine="simpy").trace
    assert found is not None
    sole, shared = found.bottleneck.sole, found.bottleneck.shifting
    assert sole["A"] == pytest.approx(sole["B"], abs=0.1)
    assert sum(sole.values()) + sum(shared.values()) / 2 + found.bottleneck.nobody == pytest.approx(1)
    assert min(*sole.values(), *shared.values()) > 0.1


@pytest.mark.parametrize("slots", [1, 3])
def test_a_tray_machine_behind_a_slow_one_is_none(slots: int) -> None:
    oven = machine("oven", 100.0, slots=4 * slots, tray=4, scrap=0.3)
    spec = line_of(machine("A", 50.0), oven, machine("C", 1.0))
    found = run_experiment(spec, hours=4, warmup_hours=1, replications=1, engine="simpy").trace
    assert found is not None
    assert found.bottleneck.main == "A"
    assert found.bottleneck.sole["oven"] < 0.2


def joint(upstream: str, blocked: float, starved: float, downstream: str, half_width: float = 0.01) -> Joint:
    return Joint(upstream, downstream, blocked, starved, half_width)


def test_arrows_point_to_where_units_wait_for_and_end_at_the_bottleneck() -> None:
    """A is blocked for longer than B is starved, D starved for longer than C is blocked: towards B and C, which B is for C, too."""
    found = Arrows((joint("A", 0.3, 0.1, "B"), joint("B", 0.1, 0.4, "C"), joint("C", 0.05, 0.5, "D")))
    assert [j.arrow for j in found.joints] == ["→", "←", "←"]
    assert found.bottlenecks == (("B",),)
    assert found.said == "B"


def test_of_two_units_at_which_arrows_end_the_one_with_the_clearest_comes_first() -> None:
    """As in the paper: severity is the sum of the differences at both joints, here 0.2 for A and 0.1 + 0.3 for C."""
    found = Arrows((joint("A", 0.1, 0.3, "B"), joint("B", 0.3, 0.2, "C"), joint("C", 0.1, 0.4, "D")))
    assert found.bottlenecks == (("C",), ("A",))


def test_units_between_which_no_arrow_decides_are_told_together_or_not_at_all() -> None:
    open_, left = joint("A", 0.10, 0.12, "B", 0.03), joint("B", 0.1, 0.4, "C")
    assert (open_.arrow, open_.points_to) == ("–", None)
    assert Arrows((open_, left)).said == "A – B"
    assert Arrows((open_, joint("B", 0.4, 0.1, "C"))).said == "C"
    assert Arrows((open_,)).said == ""
    assert joint("A", 0.0, 0.0, "B", 0.0).points_to is None


def test_the_waits_of_a_joint_worked_out_by_hand() -> None:
    """Of 40 s, in parts of 2 s: A is blocked from 10 to 12 and from 31 on; B starved to 4 s, without a hand-over of 1 s before."""
    states = [
        (0.0, 0, EXECUTE), (0.0, 1, STARVED), (4.0, 1, EXECUTE), (10.0, 0, BLOCKED), (12.0, 0, EXECUTE), (31.0, 0, BLOCKED),
    ]  # fmt: skip
    rows = [(t, unit, Kind.STATE, 0, code) for t, unit, code in states]
    waits = read((machine("A", transfer_s=1), machine("B")), rows, 40.0).waits(40.0)
    assert waits["A"].blocked == pytest.approx([0] * 5 + [1] + [0] * 9 + [0.5] + [1] * 4)
    assert waits["B"].starved == pytest.approx([0.5, 1] + [0] * 18)
    assert set(waits["A"].starved + waits["B"].blocked) == {0.0}


def test_arrows_of_replications_are_paired_and_of_unlike_sources_are_not() -> None:
    """A's less B's: 0.2, 0.1, 0.3, so 0.2 ± 4.303 · 0.1 / √3. C's is of parts of one run: hypot of both half-widths."""
    a = Waiting((0.0, 0.0, 0.0), (0.5, 0.3, 0.6))
    b = Waiting((0.3, 0.2, 0.3), (0.2, 0.1, 0.3))
    c = Waiting((0.6, 0.6, 0.8, 0.8), (0.0,) * 4, traced=True)
    first, second = arrows({"A": a, "B": b, "C": c}).joints
    assert (first.blocked, first.starved) == (pytest.approx(1.4 / 3), pytest.approx(0.8 / 3))
    assert first.half_width == pytest.approx(4.303 * 0.1 / 3**0.5, rel=1e-3)
    assert second.half_width == pytest.approx(hypot(4.303 * 0.1 / 3**0.5, 3.182 * (0.04 / 3) ** 0.5 / 2), rel=1e-3)


@pytest.mark.parametrize("replications", [1, 2])
def test_hand_overs_are_no_waits_of_the_slowest_machine(replications: int) -> None:
    """A cycle of B takes 12 s: 1 to take, 10 to work, 1 to give. A gives and works for 6 of them, C takes and works for 6."""
    spec = line_of(machine("A", 5.0, transfer_s=1), machine("B", 10.0, transfer_s=1), machine("C", 5.0))
    experiment = run_experiment(spec, hours=1, warmup_hours=0.5, replications=replications, engine="simpy")
    found = arrows_of(experiment)
    assert found is not None
    assert [(j.upstream, j.arrow, j.downstream) for j in found.joints] == [("A", "→", "B"), ("B", "←", "C")]
    assert [x for j in found.joints for x in (j.blocked, j.starved)] == pytest.approx([0.5, 0, 0, 0.5], abs=2e-3)
    assert kpis(experiment).units[1].shares["starved"] == pytest.approx(
        1 / 12, abs=1e-3
    )  # the state counts the hand-over
    assert found.said == "B"


@pytest.mark.parametrize(("pace", "said"), [(36.0, "A"), (20.0, "oven")])
def test_arrows_see_through_a_machine_of_several_places_that_never_rests(pace: float, said: str) -> None:
    """The oven takes 25 s an item at best; it is in Execute all the time, however slow the others are."""
    oven = machine("oven", 100.0, slots=4)
    spec = line_of(machine("A", pace), {"kind": "conveyor", "name": "belt", "length_m": 4, "speed_m_s": 1, "spacing_m": 1, "profile": ""}, oven,
                   machine("C", 4.0))  # fmt: skip
    experiment = run_experiment(spec, hours=4, warmup_hours=1, replications=2, engine="simpy")
    found = arrows_of(experiment)
    assert found is not None
    assert kpis(experiment).units[2].shares["productive"] == pytest.approx(1, abs=1e-3)
    assert found.said == said


def test_a_line_of_one_unit_has_no_arrows() -> None:
    assert arrows_of(run_experiment(line_of(machine("A")), hours=0.1, replications=1)) is None
