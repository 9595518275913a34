"""Kernel: the loop over events (semantics, section 8), and the start of a line."""

from __future__ import annotations

from typing import Any

from simulator.experiments.compiled.access import (
    cell_at,
    item_at,
    joint_at,
    node_at,
    server_at,
    slot_at,
    unit_at,
    wear_at,
)
from simulator.experiments.compiled.agenda import draw, note, play, put
from simulator.experiments.compiled.belts import belt_gates, head_arrives
from simulator.experiments.compiled.breakdowns import FINISH, fail, follow, repaired, turn, turn_here
from simulator.experiments.compiled.jit import entry, hot, part
from simulator.experiments.compiled.layout import (
    BROKEN,
    CONVEYOR,
    DONE,
    E_AGED,
    E_ENTRY,
    E_FLUSHED,
    E_HANDED_OVER,
    E_HEAD,
    E_PLANNED,
    E_REOPENED,
    E_REPAIRED,
    E_SERVED,
    E_SOURCE,
    E_TIMED,
    E_TRANSIENT,
    LOG_FULL,
    LOW,
    NEVER,
    SERVES,
    STANDS,
)
from simulator.experiments.compiled.machines import begin, inspect, release
from simulator.experiments.compiled.moves import give, settle, take
from simulator.experiments.compiled.states import EXECUTE, execute_begins, judge, set_state, thaw, wears
from simulator.line.log import Kind

_END = int(Kind.END)


@part
def start(k: Any) -> None:
    """As if Reset and Start had been given: downstream first (semantics, section 7.3)."""
    k.started = 1
    for cell in range(k.tree):
        play(k, cell)
    for u in range(k.n_units - 1, -1, -1):
        unit = unit_at(k, u)
        set_state(k, u, EXECUTE, 0)
        unit.open = 1
        if unit.kind == CONVEYOR:
            belt_gates(k, u)
        else:
            unit.ready = 1 if unit.out > 0 else 0
            unit.room = 1 if unit.free > 0 else 0
        execute_begins(k, u)
        thaw(k, u)
    for j in range(k.n_units, -1, -1):
        settle(k, j)
    for u in range(k.n_units - 1, -1, -1):
        judge(k, u)


@hot
def served(k: Any, u: int, s: int) -> int:
    """A service has ended; returns the joint to settle."""
    unit, server = unit_at(k, u), server_at(k, s)
    server.running = STANDS
    server.working = 0
    unit.busy -= 1
    wears(k, u, s, server.left)
    note(k, u, _END, item_at(k, slot_at(k, server.item0).x).number, 0, 0.0)
    if unit.unlucky >= 0:
        inspect(k, u, s)
    if server.items == 0:
        release(k, u, s)
        return u
    place = unit.out_head + unit.out
    if place >= unit.servers:
        place -= unit.servers
    slot_at(k, unit.out0 + place).x = s
    unit.out += 1
    unit.ready = unit.open
    return u + 1


@part
def aged(k: Any, u: int) -> None:
    """The age has reached the due age: in Execute, or within the only service."""
    unit = unit_at(k, u)
    if unit.counts_execute:
        unit.aging = 0
    else:
        server = server_at(k, unit.first_server)
        server.running = STANDS
        server.left -= unit.due - unit.age
        if unit.place_modes:
            wear_at(k, unit.wear0).x += unit.due - unit.age
    unit.age = unit.due
    fail(k, u, 0)


@part
def seldom(k: Any, kind: int, owner: int) -> None:
    """Failures, repairs, states with a duration and planned stops."""
    if kind == E_REPAIRED:
        repaired(k, owner)
    elif kind == E_TRANSIENT:
        follow(k, owner, FINISH)
    elif kind == E_AGED:
        aged(k, owner)
    elif kind == E_TIMED:
        fail(k, owner, 1)
    elif kind == E_PLANNED:
        turn(k, owner)


@hot
def happen(k: Any, kind: int, owner: int, server: int) -> None:
    """Process an event: what changes at its owner, then the joints to settle, then the judgement of the owner.

    A hand-over that has ended settles the sender's infeed, judges the sender and settles its own joint.
    """
    first, last, judged = -1, -1, -1
    if kind == E_SERVED:
        if server_at(k, server).running != SERVES:
            turn_here(k, owner, server)
            return
        first, judged = served(k, owner, server), owner
    elif kind == E_HANDED_OVER:
        joint_at(k, owner).moving = 0
        take(k, owner, give(k, owner))
        first, judged, last = owner - 1, owner - 1, owner
    elif kind == E_HEAD:
        head_arrives(k, owner)
        first, judged = owner + 1, owner
    elif kind == E_REOPENED:
        k.sink_room = 1
        first = owner
    elif kind == E_ENTRY:
        first = owner
    elif kind == E_SOURCE:
        k.source_waiting += 1
        k.source_ready = 1
        put(k, k.source_cell, k.now + draw(k, k.source_stream))
        first = 0
    elif kind == E_FLUSHED:
        if joint_at(k, owner).moving:  # its place in the tray is promised
            put(k, unit_at(k, owner).flush_cell, k.now + unit_at(k, owner).flush_s)
        else:
            begin(k, owner, unit_at(k, owner).loading)
            first = owner
    else:
        seldom(k, kind, owner)
        return
    while first >= 0:
        settle(k, first)
        if judged >= 0:
            judge(k, judged)
        first, last, judged = last, -1, -1


@entry
def run(line: Any, until: float) -> int:
    """Process every event at or before ``until``. Comes back before that for new random values or to empty the log."""
    k = line[0]
    if k.low:
        return LOW
    if not k.started:
        start(k)
    while True:
        if k.low or k.broken or k.log_n > k.log_limit:
            return BROKEN if k.broken else LOW if k.low else LOG_FULL
        cell = node_at(k, 1).x
        first = cell_at(k, cell)
        if not first.when <= until:
            break
        k.now = first.when
        k.current = cell
        first.when = NEVER
        happen(k, first.kind, first.owner, first.server)
        k.current = -1
        play(k, cell)
    k.now = max(k.now, until)
    return DONE
