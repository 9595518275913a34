"""Kernel: conveyors (semantics, section 6)."""

from __future__ import annotations

from typing import Any

from simulator.experiments.compiled.access import arrival_at, cell_at, item_at, level_at, slot_at, unit_at
from simulator.experiments.compiled.agenda import drop, note, put
from simulator.experiments.compiled.jit import hot, part
from simulator.experiments.compiled.layout import NEVER
from simulator.experiments.compiled.machines import count_leaving
from simulator.experiments.compiled.states import judge
from simulator.line.log import Kind

_ENTER, _END = int(Kind.ENTER), int(Kind.END)


@part
def belt_has_room(k: Any, u: int) -> int:
    """Whether the belt takes an item now."""
    unit = unit_at(k, u)
    if unit.stands or unit.items >= unit.capacity:
        return 0
    return 1 if k.now >= unit.next_entry + unit.stood else 0


@part
def belt_wants_room(k: Any, u: int) -> None:
    """A sender waits: come again when the distance to the last item is wide enough."""
    unit = unit_at(k, u)
    due = unit.next_entry + unit.stood
    if cell_at(k, unit.entry_cell).when == NEVER and not unit.stands and k.now < due:
        put(k, unit.entry_cell, due)


@part
def belt_time(k: Any, u: int) -> float:
    """Now, as the belt counts: without the times it stood."""
    unit = unit_at(k, u)
    if unit.stands:
        return float(unit.stands_since - unit.stood)
    return float(k.now - unit.stood)


@part
def count_level(k: Any, u: int) -> None:
    """The number of items on the belt changes."""
    unit, now = unit_at(k, u), k.now
    level_at(k, unit.level0 + unit.items).x += now - unit.level_since
    unit.level_since = now


@hot
def belt_takes(k: Any, u: int, item: int) -> None:
    """An item has come onto the belt."""
    unit = unit_at(k, u)
    unit.entered += 1
    note(k, u, _ENTER, item_at(k, item).number, 0, 0.0)
    count_level(k, u)
    belt_now = belt_time(k, u)
    place = unit.head + unit.items
    if place >= unit.capacity:
        place -= unit.capacity
    slot_at(k, unit.belt0 + place).x = item
    arrival_at(k, unit.belt0 + place).x = belt_now + unit.travel
    unit.items += 1
    unit.next_entry = belt_now + unit.pitch
    if unit.items == 1:
        await_head(k, u)
    judge(k, u)


@part
def await_head(k: Any, u: int) -> None:
    """See whether the first item is at the end, or when it will be."""
    unit = unit_at(k, u)
    drop(k, unit.head_cell)
    unit.waits = 0
    if unit.items > 0 and not unit.stands:
        due = arrival_at(k, unit.belt0 + unit.head).x + unit.stood
        if k.now >= due:
            head_arrives(k, u)
        else:
            put(k, unit.head_cell, due)


@part
def head_arrives(k: Any, u: int) -> None:
    """The first item is at the end of the belt."""
    unit = unit_at(k, u)
    drop(k, unit.head_cell)
    unit.waits = 1
    unit.ready = unit.open
    note(k, u, _END, item_at(k, slot_at(k, unit.belt0 + unit.head).x).number, 0, 0.0)
    if not unit.accumulating:
        stand(k, u)


@hot
def belt_gives(k: Any, u: int) -> int:
    """Let the first item go; its follower keeps its distance."""
    unit = unit_at(k, u)
    count_level(k, u)
    item = slot_at(k, unit.belt0 + unit.head).x
    unit.head += 1
    if unit.head == unit.capacity:
        unit.head = 0
    unit.items -= 1
    unit.ready = 0
    unit.waits = 0
    if not unit.accumulating:
        run_belt(k, u)
    belt_now = belt_time(k, u)
    if unit.items > 0:
        at = unit.belt0 + unit.head
        arrival_at(k, at).x = max(arrival_at(k, at).x, belt_now + unit.pitch)
    if not unit.stands:
        await_head(k, u)
    count_leaving(k, u, item)
    return int(item)


@part
def belt_gates(k: Any, u: int) -> None:
    """The ports have opened or closed."""
    unit = unit_at(k, u)
    if unit.open:
        run_belt(k, u)
        unit.ready = unit.waits
        if not unit.waits:
            await_head(k, u)
    else:
        stand(k, u)
        unit.ready = 0


@part
def stand(k: Any, u: int) -> None:
    """The belt stands still."""
    unit = unit_at(k, u)
    if not unit.stands:
        unit.stands = 1
        unit.stands_since = k.now
        drop(k, unit.head_cell)
        drop(k, unit.entry_cell)


@part
def run_belt(k: Any, u: int) -> None:
    """Let the belt run if it may; the caller sees to the first item."""
    unit = unit_at(k, u)
    if unit.stands and unit.open and (unit.accumulating or not unit.waits):
        unit.stood += k.now - unit.stands_since
        unit.stands = 0
