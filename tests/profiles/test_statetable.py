"""State tables: the interpreter, the PackML table against hand-written transitions, tables that cannot be meant."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from profile_files import pack, refusal, write

from profiles import load_pack
from profiles.statetable import StateTable

PACKML = load_pack().state_tables["packml"]
COMMANDS = ["reset", "start", "stop", "hold", "unhold", "suspend", "unsuspend", "abort", "clear", "to_complete"]

# By hand from ISA-TR88.00.02 and the numbers of OPC 30050: per command, the states that obey it and where it leads.
OBEYED = {
    "reset": ("Stopped Complete", "Resetting"),
    "start": ("Idle", "Starting"),
    "stop": ("Starting Idle Suspended Execute Holding Held Unholding Suspending Unsuspending Resetting Completing Complete",
             "Stopping"),
    "hold": ("Execute Suspended", "Holding"),
    "unhold": ("Held", "Unholding"),
    "suspend": ("Execute", "Suspending"),
    "unsuspend": ("Suspended", "Unsuspending"),
    "abort": ("Clearing Stopped Starting Idle Suspended Execute Stopping Holding Held Unholding Suspending Unsuspending "
              "Resetting Completing Complete", "Aborting"),
    "clear": ("Aborted", "Clearing"),
    "to_complete": ("Execute Suspended", "Completing"),
}  # fmt: skip
NUMBERS = {
    "Clearing": 1, "Stopped": 2, "Starting": 3, "Idle": 4, "Suspended": 5, "Execute": 6, "Stopping": 7, "Aborting": 8,
    "Aborted": 9, "Holding": 10, "Held": 11, "Unholding": 12, "Suspending": 13, "Unsuspending": 14, "Resetting": 15,
    "Completing": 16, "Complete": 17,
}  # fmt: skip
DONE = {
    "Resetting": "Idle", "Starting": "Execute", "Stopping": "Stopped", "Holding": "Held", "Unholding": "Execute",
    "Suspending": "Suspended", "Unsuspending": "Execute", "Aborting": "Aborted", "Clearing": "Stopped",
    "Completing": "Complete",
}  # fmt: skip


def test_states_have_the_numbers_of_opc_30050() -> None:
    assert {PACKML.name(n): n for n in PACKML.numbers} == NUMBERS
    assert PACKML.name(0) == "undefined 0"
    assert all(PACKML.number(name) == number for name, number in NUMBERS.items())
    with pytest.raises(KeyError):
        PACKML.number("Running")


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_is_obeyed_in_its_states_and_in_no_other(command: str) -> None:
    sources, target = OBEYED[command]
    for name, number in NUMBERS.items():
        wanted = NUMBERS[target] if name in sources.split() else None
        assert PACKML.next(number, command) == wanted, f"{command} in {name}"
        assert PACKML.allows(number, command) is (wanted is not None)


def test_acting_states_end_by_themselves_and_waiting_ones_do_not() -> None:
    for name, number in NUMBERS.items():
        wanted = NUMBERS[DONE[name]] if name in DONE else None
        assert PACKML.next(number, "done") == wanted, name
        assert PACKML.is_acting(number) is (name in DONE or name == "Execute"), name


def test_every_event_of_the_table_is_a_command_or_done() -> None:
    assert {e for n in NUMBERS.values() for e in PACKML.events_from(n)} == {*COMMANDS, "done"}


@pytest.mark.parametrize(
    ("start", "goal", "path"),
    [
        ("Stopped", "Stopped", []),
        ("Stopped", "Execute", ["reset", "done", "start", "done"]),
        ("Aborted", "Idle", ["clear", "done", "reset", "done"]),
        ("Held", "Execute", ["unhold", "done"]),
        ("Execute", "Complete", ["to_complete", "done"]),
        ("Complete", "Execute", ["reset", "done", "start", "done"]),
        ("Suspended", "Held", ["hold", "done"]),
        ("Execute", "Aborted", ["abort", "done"]),
    ],
)
def test_paths_are_the_shortest(start: str, goal: str, path: list[str]) -> None:
    assert PACKML.path(NUMBERS[start], NUMBERS[goal]) == path


def test_a_path_uses_only_the_events_that_are_allowed() -> None:
    assert PACKML.path(2, 6, {"reset", "start"}) is None
    assert PACKML.path(6, 2, {"stop", "done"}) == ["stop", "done"]
    assert PACKML.path(2, 99) is None


@given(st.sampled_from(sorted(NUMBERS.values())), st.sampled_from(sorted(NUMBERS.values())))
def test_every_state_is_reached_from_every_other_by_the_path_given(start: int, goal: int) -> None:
    path = PACKML.path(start, goal)
    assert path is not None
    state = start
    for event in path:
        following = PACKML.next(state, event)
        assert following is not None
        state = following
    assert state == goal


def test_a_tolerated_event_changes_nothing_and_is_no_transition(tmp_path: Path) -> None:
    table = _table(tmp_path, "tolerated: [[1, noise]]\n")
    assert table.next(1, "noise") == 1
    assert not table.allows(1, "noise")
    assert table.next(1, "other") is None


HEAD = """\
id: tiny
initial: 1
states:
  - {number: 1, name: A, title: {en: A, ja: 甲}}
  - {number: 2, name: B, title: {en: B, ja: 乙}}
transitions:
  - {from: 1, on: go, to: 2}
sources: []
"""


def _table(folder: Path, tail: str = "", head: str = HEAD) -> StateTable:
    pack(folder)
    write(folder, "states/tiny.yaml", head + tail)
    return load_pack(folder).state_tables["tiny"]


@pytest.mark.parametrize(
    ("old", "new", "line", "column", "what", "mend"),
    [
        ("initial: 1", "initial: 7", 2, 1, "initial: state 7 does not exist", "declare it under states"),
        ("to: 2", "to: 3", 7, 23, "transitions.0.to: state 3 does not exist", "correct the number"),
        ("from: 1", "from: 9", 7, 6, "transitions.0.from: state 9 does not exist", "correct the number"),
        ("number: 2", "number: 1", 5, 5, "state 1 B stands twice", "a number and a name of its own"),
        ("name: B", "name: A", 5, 5, "state 2 A stands twice", "a number and a name of its own"),
        ("sources", "  - {from: 1, on: go, to: 1}\nsources", 8, 5, "state 1 answers 'go' twice", "keep one"),
        ("sources", "illegal: 12\nsources", 8, 1, "illegal: state 12 does not exist", "declare it"),
        ("sources", "tolerated: [[1, a], [4, b]]\nsources", 8, 22, "state 4 does not exist", "declare it"),
        ("name: B", "nmae: B", 5, 17, "nmae: unknown key", "did you mean 'name'?"),
    ],
)
def test_a_table_that_cannot_be_meant(
    tmp_path: Path, old: str, new: str, line: int, column: int, what: str, mend: str
) -> None:
    text = HEAD.replace(old, new, 1)
    refusal(lambda: _table(tmp_path, head=text), tmp_path / "states/tiny.yaml", line, column, what, mend)
