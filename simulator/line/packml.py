"""PackML numbers of OPC 30050 (source: OPC 30050 nodeset 1.01, trust A) and the transition table of a pack.

The table is data of the pack: ``Line(..., transitions=...)`` takes it, the bundled pack's if none is given. A key
is (state, trigger), the trigger being a command number or ``DONE``, which ends an acting state.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from functools import cache
from typing import Literal

from profiles import load_pack
from profiles.statetable import StateTable


class State(IntEnum):
    CLEARING = 1
    STOPPED = 2
    STARTING = 3
    IDLE = 4
    SUSPENDED = 5
    EXECUTE = 6
    STOPPING = 7
    ABORTING = 8
    ABORTED = 9
    HOLDING = 10
    HELD = 11
    UNHOLDING = 12
    SUSPENDING = 13
    UNSUSPENDING = 14
    RESETTING = 15
    COMPLETING = 16
    COMPLETE = 17


class Mode(IntEnum):
    PRODUCTION = 1
    MAINTENANCE = 2
    MANUAL = 3


class Cause(IntEnum):
    """Why a unit is not in Execute (names after Weihenstephan's sub-states where they exist).

    The last three are known inside the model and in its event log; at the interface a planned stop is the operator's, and
    a unit that waits for an operator has a failure of its own.
    """

    NONE = 0
    STARVED = 1
    BLOCKED = 2
    EQUIPMENT_FAILURE = 3
    EXTERNAL_FAILURE = 4
    SAFETY = 5
    OPERATOR = 6
    BREAK = 7
    MAINTENANCE = 8
    WAITING = 9  # failed, and no operator is there yet


class Command(IntEnum):
    RESET = 1
    START = 2
    STOP = 3
    HOLD = 4
    UNHOLD = 5
    SUSPEND = 6
    UNSUSPEND = 7
    ABORT = 8
    CLEAR = 9
    COMPLETE = 10


DONE: Literal["done"] = "done"
Trigger = int | Literal["done"]
Transitions = Mapping[tuple[int, Trigger], int]

ACTING = frozenset({1, 3, 7, 8, 10, 12, 13, 14, 15, 16})
SUSPENDED_FAMILY = frozenset({5, 13, 14})
HELD_FAMILY = frozenset({10, 11, 12})
AT_REST = frozenset({2, 4, 9, 17})


def transitions(table: StateTable) -> Transitions:
    """A pack's PackML table in the form that the line model takes."""
    commands: dict[str, int] = {c.name.lower(): int(c) for c in Command if c is not Command.COMPLETE}
    commands["to_complete"] = int(Command.COMPLETE)
    return {(t.source, DONE if t.on == DONE else commands[t.on]): t.target for t in table.spec.transitions}


@cache
def default_transitions() -> Transitions:
    """The table of the bundled pack, for lines whose units name no profile."""
    return transitions(load_pack().state_tables["packml"])


def suspends_straight(table: Transitions) -> bool:
    """Whether the table leads from Execute to Suspended and back through the usual acting states only."""
    usual: dict[tuple[int, Trigger], int] = {
        (State.EXECUTE, Command.SUSPEND): State.SUSPENDING,
        (State.SUSPENDING, DONE): State.SUSPENDED,
        (State.SUSPENDED, Command.UNSUSPEND): State.UNSUSPENDING,
        (State.UNSUSPENDING, DONE): State.EXECUTE,
    }
    return all(table.get(key) == target for key, target in usual.items())


def check_table(table: Transitions) -> None:
    """Raise ``ValueError`` if the table leads into an acting state without a way out."""
    stuck = sorted({target for target in table.values() if target in ACTING and (target, DONE) not in table})
    if stuck:
        raise ValueError(f"the transition table has no end ('{DONE}') for the acting states {stuck}")
