"""Where a unit's time goes: the accounts of SEMI E10 (our reading), with standby split by its cause, unscheduled down by
whether somebody is there to repair, and setup apart from other scheduled downtime. No state tells setup: it lies in Execute, and is counted
apart (``UnitResult.setup_s``)."""

from __future__ import annotations

from simulator.interface.projection import e10_account
from simulator.line.packml import Cause

ACCOUNTS = (
    "productive", "setup", "starved", "blocked", "standby", "engineering", "non_scheduled", "scheduled_down", "waiting_operator",
    "unscheduled_down",
)  # fmt: skip
UNPLANNED = ("non_scheduled", "scheduled_down")
"""What is no part of the planned busy time (ISO 22400-2, our reading), on which availability and OEE rest."""
SEEN = 0.0005  # share of the time from which on an account is shown
COLOURS = {
    "productive": "#2e7d5b",
    "setup": "#7fb59a",
    "starved": "#f2c14e",
    "blocked": "#e07a3f",
    "standby": "#b9b9b9",
    "engineering": "#4a7fb5",
    "non_scheduled": "#dfe3e8",
    "scheduled_down": "#7b5ea7",
    "waiting_operator": "#e58f8a",
    "unscheduled_down": "#b3262e",
}
"""The colour of each account in pictures and legends."""


def account(state: int, mode: int, cause: int) -> str:
    """The account of a PackML state, mode and cause. Starved and blocked are standby in E10, waiting is down."""
    e10 = e10_account(state, mode, cause)
    if e10 == "standby":
        return {Cause.STARVED: "starved", Cause.BLOCKED: "blocked"}.get(Cause(cause), e10)
    return "waiting_operator" if e10 == "unscheduled_down" and cause == Cause.WAITING else e10
