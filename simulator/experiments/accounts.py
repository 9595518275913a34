"""Where a unit's time goes: the accounts of SEMI E10 (our reading), with standby split by its cause."""

from __future__ import annotations

from simulator.interface.projection import e10_account
from simulator.line.packml import Cause

ACCOUNTS = ("productive", "starved", "blocked", "standby", "engineering", "scheduled_down", "unscheduled_down")
COLOURS = {
    "productive": "#2e7d5b",
    "starved": "#f2c14e",
    "blocked": "#e07a3f",
    "standby": "#b9b9b9",
    "engineering": "#4a7fb5",
    "scheduled_down": "#7b5ea7",
    "unscheduled_down": "#b3262e",
}
"""The colour of each account in pictures and legends."""


def account(state: int, mode: int, cause: int) -> str:
    """The account of a PackML state, mode and cause. Starved and blocked are standby in E10."""
    e10 = e10_account(state, mode, cause)
    if e10 == "standby":
        return {Cause.STARVED: "starved", Cause.BLOCKED: "blocked"}.get(Cause(cause), e10)
    return e10
