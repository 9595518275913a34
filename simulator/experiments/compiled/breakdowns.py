"""Kernel: failures and repairs (semantics, section 4), and the states that they lead through."""

from __future__ import annotations

from typing import Any

from simulator.experiments.compiled.access import item_at, mode_at, server_at, slot_at, unit_at, wear_at
from simulator.experiments.compiled.agenda import draw, drop, note, put
from simulator.experiments.compiled.belts import belt_gates
from simulator.experiments.compiled.jit import part
from simulator.experiments.compiled.layout import CONVEYOR, MENDS, NEVER, STANDS, WILL_FAIL
from simulator.experiments.compiled.moves import revoke, settle
from simulator.experiments.compiled.staff import call, done, passed, send
from simulator.experiments.compiled.states import (
    EXECUTE,
    FAILURE,
    HELD,
    HOLDING,
    SUSPENDED,
    SUSPENDING,
    UNHOLDING,
    WAITING,
    count_mending,
    due_here,
    execute_begins,
    execute_ends,
    freeze,
    judge,
    run_service,
    set_state,
    thaw,
    wear_of,
)
from simulator.line.log import Kind
from simulator.line.packml import Command

HOLD, UNHOLD, FINISH, NOTHING = int(Command.HOLD), int(Command.UNHOLD), 0, -1
_FAIL, _REPAIR, _ALARM = int(Kind.FAIL), int(Kind.REPAIR), int(Kind.ALARM)


@part
def gate(k: Any, u: int) -> None:
    """Open or close the ports as the state demands."""
    unit = unit_at(k, u)
    down = HELD - 1 <= unit.state <= HELD + 1
    may = 1 if not down or (unit.hands_over and unit.cause in (FAILURE, WAITING)) else 0
    if unit.planned:
        may = 0
    if may == unit.open:
        return
    unit.open = may
    if unit.kind == CONVEYOR:
        belt_gates(k, u)
    else:
        unit.ready = 1 if may and unit.out > 0 else 0
        unit.room = 1 if may and (unit.loading >= 0 or unit.free > 0) else 0
    for j in range(u + 1, u - 1, -1):
        if may:
            settle(k, j)
        else:
            revoke(k, j)


@part
def reason(k: Any, u: int) -> int:
    """The cause for which a unit must be Held now, 0 if it need not. A planned stop goes before a failure."""
    unit = unit_at(k, u)
    if unit.planned:
        return int(unit.planned)
    if unit.failed >= 0:
        return WAITING if unit.waiting else FAILURE
    return FAILURE if unit.owed else 0


@part
def enter(k: Any, u: int, state: int, cause: int) -> int:
    """Enter a state; returns what follows from it at once."""
    unit = unit_at(k, u)
    if unit.state == EXECUTE and state != EXECUTE:
        freeze(k, u)
        execute_ends(k, u)
    set_state(k, u, state, cause)
    if state == EXECUTE:
        execute_begins(k, u)
        thaw(k, u)
    gate(k, u)
    if state == EXECUTE and unit.failed < 0:
        unit.owed = 0
    if (state == EXECUTE and (unit.failed >= 0 or unit.planned)) or (state == SUSPENDED and unit.planned):
        return HOLD
    if state == HELD:
        return changed(k, u)
    judge(k, u)
    return NOTHING


@part
def changed(k: Any, u: int) -> int:
    """What holds a unit has changed: what follows at once, if it is held."""
    unit, cause = unit_at(k, u), reason(k, u)
    if unit.state not in (HOLDING, HELD):
        return NOTHING
    if cause == 0:
        return UNHOLD if unit.state == HELD else NOTHING
    if cause != unit.cause:
        set_state(k, u, unit.state, cause)
        gate(k, u)
    return NOTHING


@part
def follow(k: Any, u: int, trigger: int) -> None:
    """Go where a trigger leads, and on, as long as one state follows from another at once."""
    unit = unit_at(k, u)
    while trigger != NOTHING:
        state, cause, delay = unit.state, unit.cause, 0.0
        if trigger == HOLD:
            if not (unit.holds >> state) & 1:
                return
            cause, delay, target = reason(k, u), unit.holding, HELD
            acting = HOLDING
        elif trigger == UNHOLD:
            delay, target, acting = unit.unholding, EXECUTE, UNHOLDING
        else:
            target = HELD if state == HOLDING else SUSPENDED if state == SUSPENDING else EXECUTE
            acting = target
        if unit.transient_cell >= 0:
            drop(k, unit.transient_cell)
        if delay > 0:
            enter(k, u, acting, cause)
            put(k, unit.transient_cell, k.now + delay)
            return
        trigger = enter(k, u, target, 0 if target == EXECUTE else cause)


@part
def schedule_timed(k: Any, u: int) -> None:
    """Look for the next failure by the calendar."""
    unit = unit_at(k, u)
    if unit.timed:
        due = NEVER
        for m in range(unit.first_mode, unit.first_mode + unit.modes):
            if mode_at(k, m).timed and mode_at(k, m).due < due:
                due = mode_at(k, m).due
        put(k, unit.timed_cell, max(due, k.now))


@part
def fail(k: Any, u: int, timed: int) -> None:
    """The mode fails that is due first by its clock; among equal ones the lowest."""
    unit = unit_at(k, u)
    mode, due = -1, NEVER
    for m in range(unit.first_mode, unit.first_mode + unit.modes):
        if mode_at(k, m).timed == timed and (mode < 0 or mode_at(k, m).due < due):
            mode, due = m, mode_at(k, m).due
    if unit.timed:
        drop(k, unit.timed_cell)
    unit.failed = mode
    unit.failures += 1
    unit.repair_length = draw(k, mode_at(k, mode).repair)
    unit.failed_at, unit.waited = k.now, 0.0
    if mode_at(k, mode).needs_operator:
        unit.waiting = 1
        call(k, u)
    else:
        put(k, unit.repair_cell, k.now + unit.repair_length)
    unit.owed = 0 if unit.auto_unhold else 1
    note(k, u, _FAIL, 0, mode - unit.first_mode, 0.0)
    note(k, u, _ALARM, 0, mode_at(k, mode).alarm, 0.0)
    follow(k, u, HOLD)


@part
def repaired(k: Any, u: int) -> None:
    """The repair is done: the mode gets its next due, the clocks of the calendar go on. Or an operator has come."""
    unit, now = unit_at(k, u), k.now
    if unit.waiting:
        unit.waiting = 0
        unit.waited = now - unit.failed_at
        put(k, unit.repair_cell, now + unit.repair_length)
        changed(k, u)
        return
    mode, length = unit.failed, unit.repair_length
    for m in range(unit.first_mode, unit.first_mode + unit.modes):
        if mode_at(k, m).timed:
            mode_at(k, m).due += unit.waited + length
    start = now if mode_at(k, mode).timed else unit.age
    mode_at(k, mode).due = start + draw(k, mode_at(k, mode).between)
    unit.due = NEVER
    for m in range(unit.first_mode, unit.first_mode + unit.modes):
        if not mode_at(k, m).timed and mode_at(k, m).due < unit.due:
            unit.due = mode_at(k, m).due
    unit.failed = -1
    schedule_timed(k, u)
    note(k, u, _REPAIR, 0, mode - unit.first_mode, length)
    note(k, u, _ALARM, 0, -mode_at(k, mode).alarm, 0.0)
    follow(k, u, changed(k, u))
    if unit.operator >= 0:
        done(k, unit.operator)
        unit.operator = -1


@part
def turn_here(k: Any, u: int, s: int) -> None:
    """The place of a server fails, or its repair ends; the other places work on (semantics, section 4.7)."""
    unit, server = unit_at(k, u), server_at(k, s)
    at, item = wear_of(k, u, s), item_at(k, slot_at(k, server.item0).x).number
    if server.running == WILL_FAIL:
        mode = due_here(k, u, s)
        age, due = wear_at(k, at).x, wear_at(k, at + 1 + mode).x
        server.left -= due - age
        if unit.by_service:
            unit.age += due - age
        wear_at(k, at).x = due
        server.running = MENDS + mode
        server.ends = draw(k, mode_at(k, unit.first_mode + mode).repair)
        unit.failures += 1
        count_mending(k, u)
        unit.mending += 1
        put(k, server.cell, k.now + server.ends)
        note(k, u, _FAIL, item, mode, 0.0)
        return
    count_mending(k, u)
    unit.mending -= 1
    mode = server.running - MENDS
    wear_at(k, at + 1 + mode).x = wear_at(k, at).x + draw(k, mode_at(k, unit.first_mode + mode).between)
    note(k, u, _REPAIR, item, mode, server.ends)
    server.running = STANDS
    if unit.state == EXECUTE:
        run_service(k, u, s)


@part
def turn(k: Any, u: int) -> None:
    """A planned stop of a unit begins or ends; ``n_units`` stands for the operators."""
    if u == k.n_units:
        k.away = 1 if passed(k, k.first_stop, k.stops, k.planned_cell) else 0
        send(k)
        return
    unit = unit_at(k, u)
    planned = passed(k, unit.first_stop, unit.stops, unit.planned_cell)
    if planned == unit.planned:
        return
    unit.planned = planned
    if unit.state in (HOLDING, HELD):
        follow(k, u, changed(k, u))
    elif planned:
        follow(k, u, HOLD)
    gate(k, u)
