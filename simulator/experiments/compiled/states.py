"""Kernel: states, time accounting, ages (semantics, sections 4 and 7), and the judgement of a unit at rest."""

from __future__ import annotations

from typing import Any

from simulator.experiments.compiled.access import joint_at, second_at, server_at, unit_at, wear_at
from simulator.experiments.compiled.agenda import drop, note, put
from simulator.experiments.compiled.jit import hot, part
from simulator.experiments.compiled.layout import CAUSES, CELLS, CONVEYOR, MENDS, SERVES, STANDS, WILL_FAIL
from simulator.line.log import Kind
from simulator.line.packml import Cause, Mode, State

EXECUTE, SUSPENDED, HELD, HOLDING, UNHOLDING = (
    int(State.EXECUTE),
    int(State.SUSPENDED),
    int(State.HELD),
    int(State.HOLDING),
    int(State.UNHOLDING),
)
SUSPENDING, UNSUSPENDING = int(State.SUSPENDING), int(State.UNSUSPENDING)
STARVED, BLOCKED = int(Cause.STARVED), int(Cause.BLOCKED)
FAILURE, WAITING = int(Cause.EQUIPMENT_FAILURE), int(Cause.WAITING)
_STATE, _PRODUCTION = int(Kind.STATE), int(Mode.PRODUCTION)


@part
def set_state(k: Any, u: int, state: int, cause: int) -> None:
    """Enter a state with a cause; the time since the last change counts for what was."""
    unit, now = unit_at(k, u), k.now
    second_at(k, u * CELLS + unit.account).x += now - unit.since
    unit.since = now
    unit.account = state * CAUSES + cause
    unit.state, unit.cause = state, cause
    note(k, u, _STATE, 0, state * 100 + _PRODUCTION * 10 + cause, 0.0)


@part
def execute_begins(k: Any, u: int) -> None:
    """An age that counts Execute runs."""
    unit = unit_at(k, u)
    if unit.counts_execute:
        now = k.now
        unit.execute_since = now
        unit.aging = 1
        put(k, unit.age_cell, now + (unit.due - unit.age))


@part
def execute_ends(k: Any, u: int) -> None:
    """An age that counts Execute stands still."""
    unit = unit_at(k, u)
    if unit.aging:
        unit.age += k.now - unit.execute_since
        unit.aging = 0
        drop(k, unit.age_cell)


@hot
def run_service(k: Any, u: int, s: int) -> None:
    """Start or resume a service; whether the unit will fail within it is known now."""
    unit, server, now = unit_at(k, u), server_at(k, s), k.now
    server.ends = now + server.left
    server.running = SERVES
    if unit.place_modes and fails_here(k, u, s):
        server.running = WILL_FAIL
    elif unit.by_service and unit.age + server.left > unit.due:
        put(k, unit.age_cell, now + (unit.due - unit.age))
    else:
        put(k, server.cell, server.ends)


@part
def wear_of(k: Any, u: int, s: int) -> int:
    """Where the age of a server's place lies."""
    unit = unit_at(k, u)
    return int(unit.wear0 + (s - unit.first_server) * (1 + unit.modes))


@part
def due_here(k: Any, u: int, s: int) -> int:
    """The failure mode of a place that is due first; among equal ones the lowest."""
    first = wear_of(k, u, s) + 1
    mode = 0
    for m in range(1, unit_at(k, u).modes):
        if wear_at(k, first + m).x < wear_at(k, first + mode).x:
            mode = m
    return mode


@part
def fails_here(k: Any, u: int, s: int) -> bool:
    """Whether the place of a server fails within its service, and before the unit does: then that is what happens next."""
    unit, server = unit_at(k, u), server_at(k, s)
    at = wear_of(k, u, s)
    age, due = wear_at(k, at).x, wear_at(k, at + 1 + due_here(k, u, s)).x
    if age + server.left <= due:
        return False
    if unit.by_service and unit.age + server.left > unit.due and due - age >= unit.due - unit.age:
        return False
    put(k, server.cell, k.now + (due - age))
    return True


@part
def wears(k: Any, u: int, s: int, work: float) -> None:
    """So much work has been done by a server since it was last started or resumed."""
    unit = unit_at(k, u)
    if unit.by_service:
        unit.age += work
    if unit.place_modes:
        wear_at(k, wear_of(k, u, s)).x += work


@part
def count_mending(k: Any, u: int) -> None:
    """The seconds in Execute in which single places were under repair, up to now."""
    unit = unit_at(k, u)
    if unit.state == EXECUTE:
        unit.places_down_s += unit.mending * (k.now - unit.mending_since)
    unit.mending_since = k.now


@part
def freeze(k: Any, u: int) -> None:
    """Execute is left: each running service keeps what is left of it."""
    unit, now = unit_at(k, u), k.now
    count_mending(k, u)
    to_do = unit.busy
    s = unit.first_server
    while to_do > 0:
        server = server_at(k, s)
        if server.working:
            to_do -= 1
            if STANDS < server.running < MENDS:
                left = server.ends - now
                wears(k, u, s, server.left - left)
                if unit.by_service and unit.age_cell >= 0:
                    drop(k, unit.age_cell)
                server.left = left
                server.running = STANDS
                drop(k, server.cell)
        s += 1


@part
def thaw(k: Any, u: int) -> None:
    """Execute is entered: services in work go on, lowest server first."""
    unit = unit_at(k, u)
    unit.mending_since = k.now
    to_do = unit.busy
    s = unit.first_server
    while to_do > 0:
        server = server_at(k, s)
        if server.working:
            to_do -= 1
            if server.running == STANDS:
                run_service(k, u, s)
        s += 1


@part
def rest_cause(k: Any, u: int) -> int:
    """0 if there is work, else starved or blocked."""
    unit = unit_at(k, u)
    if unit.kind == CONVEYOR:
        if unit.items == 0:
            return STARVED
        if unit.waits and not joint_at(k, u + 1).moving and (unit.items >= unit.capacity or not unit.accumulating):
            return BLOCKED
        return 0
    if unit.busy:
        return 0
    if unit.out:
        return 0 if joint_at(k, u + 1).moving else BLOCKED
    return STARVED


@hot
def judge(k: Any, u: int) -> None:
    """Suspend when starved or blocked, go on when there is work again. The ports stay open in all these states."""
    unit = unit_at(k, u)
    if unit.state != EXECUTE or unit.busy == 0:
        judge_anew(k, u)


@part
def judge_anew(k: Any, u: int) -> None:
    """Judge a unit that is not simply at work."""
    unit = unit_at(k, u)
    while True:
        if unit.state == EXECUTE:
            cause = rest_cause(k, u)
            if cause == 0:
                return
            if unit.suspending > 0:
                freeze(k, u)
                execute_ends(k, u)
                set_state(k, u, SUSPENDING, cause)
                put(k, unit.transient_cell, k.now + unit.suspending)
                return
            execute_ends(k, u)
            set_state(k, u, SUSPENDED, cause)
        elif unit.state == SUSPENDED:
            cause = rest_cause(k, u)
            if cause == unit.cause:
                return
            if cause == 0:
                if unit.unsuspending > 0:
                    set_state(k, u, UNSUSPENDING, unit.cause)
                    put(k, unit.transient_cell, k.now + unit.unsuspending)
                    return
                set_state(k, u, EXECUTE, 0)
                execute_begins(k, u)
                thaw(k, u)
            else:
                set_state(k, u, SUSPENDED, cause)
        else:
            return
        if unit.instant:
            return
