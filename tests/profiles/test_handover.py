"""The hand-over machine: levels in, states and expiries out. Traces are written by hand from IPC-HERMES-9852."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from profiles import load_profile
from profiles.handover import LEVELS, RESET, UNSAFE, WRONG_ITEM, HandoverMachine

STACKING = load_profile("stacking")
TABLE, TIMERS = STACKING.state_tables["handover"], list(STACKING.handover.timers.values())
NONE = dict.fromkeys(LEVELS, False)


def machine(side: str | None = None) -> HandoverMachine:
    return HandoverMachine(TABLE, TIMERS, side)


def play(hand_over: HandoverMachine, *steps: str, at: float = 0.0, pace: float = 0.1) -> list[int]:
    """Raise (``+name``) and drop (``-name``) levels one after the other; the state after each."""
    states = []
    for number, step in enumerate(steps, 1):
        hand_over.update(at + number * pace, {step[1:]: step[0] == "+"})
        states.append(hand_over.state)
    return states


OPENING = ("+available", "+ready", "+start", "+busy")
CLOSING = ("-start", "-ready", "-stop", "-available", "-busy", "-finished")


def test_it_begins_with_nobody_willing() -> None:
    assert (machine().state, machine().levels) == (3, NONE)


@pytest.mark.parametrize(
    ("finish", "states"),
    [(("+finished", "+stop"), [9, 11]), (("+stop", "+finished"), [8, 11])],
    ids=["sender", "receiver"],
)
def test_either_side_may_finish_first(finish: tuple[str, str], states: list[int]) -> None:
    hand_over = machine()
    assert play(hand_over, *OPENING) == [4, 6, 7, 7]
    assert play(hand_over, *finish, at=1) == states
    assert play(hand_over, *CLOSING, at=2) == [11, 11, 11, 11, 11, 3]
    assert hand_over.levels == NONE
    assert hand_over.next_expiry() is None


def test_either_side_may_be_willing_first_and_take_it_back() -> None:
    assert play(machine(), "+ready", "-ready", "+available", "-available") == [5, 3, 4, 3]
    assert play(machine(), "+ready", "+available", "-available", "+available", "-ready") == [5, 6, 5, 6, 4]


def test_the_receiver_may_be_ready_again_before_the_sender_has_looked_at_the_end() -> None:
    """Stop falls and ready rises between two looks: no fault, and no closing that never ends."""
    hand_over = machine()
    play(hand_over, *OPENING, "+finished", "+stop", *(step for step in CLOSING if step != "-stop"))
    steps = hand_over.update(5, {"stop": False, "ready": True})
    assert not any(step.illegal for step in steps)
    assert hand_over.state == 5


def test_revoking_while_transporting_is_a_tolerated_race() -> None:
    assert play(machine(), *OPENING, "-available", "+finished", "+stop") == [4, 6, 7, 7, 7, 9, 11]


@pytest.mark.parametrize(
    "steps",
    [
        ("+start",), ("+busy",), ("+finished",), ("+stop",), ("+available", "+start"), ("+ready", "+busy"),
        (*OPENING, "-start"), (*OPENING, "-ready"), (*OPENING, "-busy"), (*OPENING, "+stop", "-stop"),
        (*OPENING, "+finished", "+stop", "+start", "-start", "+start"),
    ],
)  # fmt: skip
def test_a_signal_out_of_order_is_a_fault(steps: tuple[str, ...]) -> None:
    hand_over = machine()
    play(hand_over, *steps)
    assert hand_over.state == 12


def test_the_step_tells_what_was_illegal() -> None:
    (step,) = machine().update(1.5, {"start": True})
    assert (step.at, step.event, step.before, step.after, step.illegal) == (1.5, "start_on", 3, 12, True)


def test_a_fault_lasts_until_reset_whatever_the_levels_do() -> None:
    hand_over = machine()
    play(hand_over, "+start", "-start", "+available", "+ready", "-ready", "-available")
    assert hand_over.state == 12
    assert not any(step.illegal for step in hand_over.update(5, {"available": True}))
    hand_over.update(5.5, {"available": False})
    assert hand_over.apply(6, RESET).after == 3


@pytest.mark.parametrize("event", [UNSAFE, WRONG_ITEM])
def test_an_unsafe_side_or_a_wrong_item_breaks_a_running_transfer(event: str) -> None:
    hand_over = machine()
    play(hand_over, *OPENING)
    assert hand_over.apply(2, event).after == 12


def test_an_unsafe_side_breaks_nothing_while_nothing_moves() -> None:
    for steps in ((), ("+available",), ("+ready",), ("+available", "+ready")):
        hand_over = machine()
        play(hand_over, *steps)
        before = hand_over.state
        assert hand_over.apply(2, UNSAFE).after == before


def test_a_slow_look_that_sees_several_edges_at_once_takes_them_in_order() -> None:
    hand_over = machine()
    steps = hand_over.update(1, dict.fromkeys(("busy", "available", "start", "ready"), True))
    assert [s.event for s in steps] == ["available_on", "ready_on", "start_on", "busy_on"]
    assert hand_over.state == 7
    hand_over.update(2, {"finished": True, "stop": True})
    steps = hand_over.update(3, NONE)
    assert steps[-1].event == "all_clear"
    assert hand_over.state == 3


def test_a_level_that_stays_is_no_event_and_strange_names_are_ignored() -> None:
    hand_over = machine()
    hand_over.update(0, {"available": True})
    assert hand_over.update(1, {"available": True, "nonsense": True}) == []


RELEASED = ("-ready", "-available", "-busy", "-finished", "-stop")
# timer, steps before it starts, the step that starts it, the steps of which the last one stops it, seconds
WATCHES = [
    ("t1", ("+available",), "+ready", ("+start",), 2), ("t2", ("+available", "+ready"), "+start", ("+busy",), 2),
    ("t3", ("+available", "+ready", "+start"), "+busy", ("+finished", "+stop"), 25),
    ("t4", (*OPENING, "+finished"), "+stop", ("-start", *RELEASED), 2),
    ("t5", (*OPENING, "+finished", "+stop"), "-start", RELEASED, 2),
]  # fmt: skip


@pytest.mark.parametrize(("timer", "before", "starts", "stops", "seconds"), WATCHES, ids=[w[0] for w in WATCHES])
def test_each_timer_runs_from_its_event_to_its_event(
    timer: str, before: tuple[str, ...], starts: str, stops: tuple[str, ...], seconds: float
) -> None:
    hand_over = machine()
    play(hand_over, *before, pace=0.001)
    play(hand_over, starts, at=10, pace=0)
    assert timer not in {e.timer.id for e in hand_over.expired(10 + seconds - 0.01)}
    expired = hand_over.expired(10 + seconds)
    assert [(e.timer.id, e.at) for e in expired] == [(timer, 10 + seconds)]
    assert hand_over.expired(100) == [], "each expiry is told once"
    in_time, short = machine(), machine()
    play(in_time, *before, starts, *stops, pace=0.001)
    assert timer not in {e.timer.id for e in in_time.expired(1000)}
    play(short, *before, starts, *stops[:-1], pace=0.001)
    assert timer in {e.timer.id for e in short.expired(1000)}, "it is the last of the steps that stops it"


def test_the_transfer_timer_stops_when_both_have_finished() -> None:
    hand_over = machine()
    play(hand_over, *OPENING, "+finished")
    assert hand_over.next_expiry() is not None
    play(hand_over, "+stop", at=1)
    assert {e.timer.id for e in hand_over.expired(1000)} == {"t4"}


@pytest.mark.parametrize("revoked", ["-available", "-ready"])
def test_nobody_waits_for_a_side_that_has_revoked(revoked: str) -> None:
    """T1 runs while both are willing; it ends when one of them is no more."""
    hand_over = machine()
    play(hand_over, "+available", "+ready", revoked)
    assert hand_over.next_expiry() is None
    play(hand_over, revoked.replace("-", "+"), at=5)
    assert hand_over.next_expiry() == pytest.approx(7.1)


def test_a_fault_stops_all_timers() -> None:
    hand_over = machine()
    play(hand_over, *OPENING, "-start")
    assert hand_over.next_expiry() is None


def test_each_side_watches_its_own_timers() -> None:
    watched = {side: {t.id for t in TIMERS if t.watched_by in (side, "both")} for side in ("sender", "receiver")}
    assert watched == {"sender": {"t1", "t3", "t4"}, "receiver": {"t2", "t3", "t5"}}
    for side, ids in watched.items():
        hand_over = machine(side)
        play(hand_over, "+available", "+ready", pace=0)
        assert bool(hand_over.expired(100)) is ("t1" in ids)


@given(
    st.lists(
        st.tuples(st.sampled_from(LEVELS), st.booleans()) | st.sampled_from([UNSAFE, WRONG_ITEM, RESET]), max_size=40
    )
)
def test_whatever_happens_it_is_in_a_state_of_the_table_and_a_reset_brings_it_back(moves: list[object]) -> None:
    hand_over = machine()
    for now, move in enumerate(moves):
        if isinstance(move, tuple):
            hand_over.update(now, {move[0]: move[1]})
        else:
            hand_over.apply(now, str(move))
        assert hand_over.state in TABLE.numbers
    if hand_over.state == 12:
        assert hand_over.next_expiry() is None
        hand_over.update(1000, NONE)
        assert hand_over.apply(1001, RESET).after == 3
