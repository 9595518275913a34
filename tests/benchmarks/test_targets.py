"""What the comparison with other programs asks for, and that what is missed is said."""

from __future__ import annotations

import peers_speed
import pytest
from peers.lines import FOUR
from peers.measuring import Row
from peers.programs import COMPILED, INTERRUPTS, MODEL, STORE, Program
from peers.programs import PROGRAMS as ALL
from peers.sameness import Sameness
from targets import Measured


def row(name: str, ratio: float | None, *, same: bool = True) -> Row:
    program = next(p for p in ALL if p.name == name)
    return Row(program, FOUR, ratio=ratio, sameness=Sameness(same=same, off=0.25, within=0.01))


def test_every_program_but_ours_has_a_target() -> None:
    assert {p.name for p in ALL if p.least is None} == {COMPILED, MODEL}
    assert {p.least for p in ALL} == {None, 0.3, 2.0, 50.0}


def test_the_model_is_compared_with_the_textbook_by_way_of_the_compiled_engine() -> None:
    found = peers_speed.targets([row(COMPILED, 1.0), row(MODEL, 40.0), row(STORE, 60.0), row(INTERRUPTS, 30.0)])
    over = {m.what.partition(": ")[2]: (m.value, m.met) for m in found}
    assert over == {
        f"compiled over {STORE}": (60.0, True),
        f"SimPy model over {STORE}": (1.5, True),
        f"compiled over {INTERRUPTS}": (30.0, False),
        f"SimPy model over {INTERRUPTS}": (0.75, False),
    }


def test_a_program_without_figures_has_no_target_and_one_of_another_line_says_so() -> None:
    found = peers_speed.targets([row("ciw", None), row("prodsys", 900.0, same=False)])
    assert [m.note for m in found] == ["SOMETHING ELSE: +25.0 ± 1.0 %"]


def test_a_package_that_fails_to_import_is_said_with_the_reason() -> None:
    said = peers_speed._loaded(Program("x", "no_such_program", "x", 50.0, where="wheels for the moon"))
    assert isinstance(said, str)
    assert "No module named 'peers.no_such_program' (wheels for the moon)" in said


@pytest.mark.parametrize(("at_least", "met"), [(True, False), (False, True)])
def test_a_limit_is_a_least_or_a_most(*, at_least: bool, met: bool) -> None:
    assert Measured("x", 1.0, 2.0, "s", at_least=at_least).met is met
