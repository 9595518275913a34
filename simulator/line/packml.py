"""PackML numbers of OPC 30050 (source: OPC 30050 nodeset 1.01) and the default transition table.

The table is data: the composition root passes the pack's own as ``Line(..., transitions=...)``. A key is
(state, trigger), the trigger being a command number or ``DONE``, which ends an acting state.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from typing import Literal


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
    """Why a unit is not in Execute (names after Weihenstephan's sub-states where they exist)."""

    NONE = 0
    STARVED = 1
    BLOCKED = 2
    EQUIPMENT_FAILURE = 3
    EXTERNAL_FAILURE = 4
    SAFETY = 5
    OPERATOR = 6


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


def _default_transitions() -> dict[tuple[int, Trigger], int]:
    s, c = State, Command
    table: dict[tuple[int, Trigger], int] = {
        (s.CLEARING, DONE): s.STOPPED,
        (s.STARTING, DONE): s.EXECUTE,
        (s.STOPPING, DONE): s.STOPPED,
        (s.ABORTING, DONE): s.ABORTED,
        (s.HOLDING, DONE): s.HELD,
        (s.UNHOLDING, DONE): s.EXECUTE,
        (s.SUSPENDING, DONE): s.SUSPENDED,
        (s.UNSUSPENDING, DONE): s.EXECUTE,
        (s.RESETTING, DONE): s.IDLE,
        (s.COMPLETING, DONE): s.COMPLETE,
        (s.STOPPED, c.RESET): s.RESETTING,
        (s.COMPLETE, c.RESET): s.RESETTING,
        (s.IDLE, c.START): s.STARTING,
        (s.EXECUTE, c.HOLD): s.HOLDING,
        (s.SUSPENDED, c.HOLD): s.HOLDING,
        (s.SUSPENDING, c.HOLD): s.HOLDING,
        (s.UNSUSPENDING, c.HOLD): s.HOLDING,
        (s.HELD, c.UNHOLD): s.UNHOLDING,
        (s.EXECUTE, c.SUSPEND): s.SUSPENDING,
        (s.SUSPENDED, c.UNSUSPEND): s.UNSUSPENDING,
        (s.ABORTED, c.CLEAR): s.CLEARING,
    }
    stopped = {s.STOPPING, s.STOPPED, s.ABORTING, s.ABORTED, s.CLEARING}
    table |= {(state, c.STOP): s.STOPPING for state in s if state not in stopped}
    table |= {(state, c.ABORT): s.ABORTING for state in s if state not in {s.ABORTING, s.ABORTED}}
    table |= {(state, c.COMPLETE): s.COMPLETING for state in (s.EXECUTE, s.HELD, s.SUSPENDED)}
    return table


DEFAULT_TRANSITIONS: Transitions = _default_transitions()


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
