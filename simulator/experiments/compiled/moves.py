"""Kernel: joints, source and sink (semantics, section 1).

A move lets the sender refill from its own infeed, and so on upstream; ``settle`` walks that cascade up and down
again instead of calling itself.
"""

from __future__ import annotations

from typing import Any

from simulator.experiments.compiled.access import (
    bucket_at,
    item_at,
    joint_at,
    lead_time_at,
    level_at,
    slot_at,
    unit_at,
)
from simulator.experiments.compiled.agenda import draw, drop, put
from simulator.experiments.compiled.belts import belt_gives, belt_has_room, belt_takes, belt_wants_room
from simulator.experiments.compiled.jit import hot, part
from simulator.experiments.compiled.layout import BATCH, CONVEYOR
from simulator.experiments.compiled.machines import forget_item, machine_gives, machine_takes
from simulator.experiments.compiled.states import judge
from simulator.line.leadtimes import bucket_of

lead_bucket = part(bucket_of)


@hot
def new_item(k: Any) -> int:
    """An item enters the line; the plan says of which recipe."""
    k.number += 1
    k.born += k.now
    k.free_items -= 1
    index = slot_at(k, k.pool + k.free_items).x
    item = item_at(k, index)
    item.number, item.born, item.bad, item.recipe = k.number, k.now, 0, 1
    if k.planned:
        while k.plan_left == 0:
            k.plan_at = (k.plan_at + 1) % k.plans
            k.plan_left = slot_at(k, k.plan0 + BATCH * k.plan_at + 1).x
        k.plan_left -= 1
        item.recipe = slot_at(k, k.plan0 + BATCH * k.plan_at).x
    return int(index)


@hot
def source_gives(k: Any) -> int:
    """An item from outside."""
    if k.source_cell >= 0:
        k.source_waiting -= 1
        k.source_ready = 1 if k.source_waiting > 0 else 0
    return new_item(k)


@hot
def sink_takes(k: Any, index: int) -> None:
    """An item leaves the line at its end."""
    item = item_at(k, index)
    now = k.now
    k.gone += now
    if item.bad:
        k.sink_bad += 1
    else:
        k.sink_good += 1
        for batch in range(k.plans):
            if slot_at(k, k.plan0 + BATCH * batch).x == item.recipe:
                slot_at(k, k.plan0 + BATCH * batch + 2).x += 1
                break
        age = now - k.origin
        if not k.bucket_low <= age < k.bucket_high:
            k.bucket = int(age // k.bucket_s)
            k.bucket_low, k.bucket_high = k.bucket * k.bucket_s, (k.bucket + 1) * k.bucket_s
            if k.bucket_s != float(int(k.bucket_s)):  # the edges are rounded: ask every time
                k.bucket_high = k.bucket_low
        bucket_at(k, k.bucket).x += 1
    if item.born >= 0:
        lead = now - item.born
        k.leads += 1
        k.lead_sum += lead
        k.lead_squares += lead * lead
        lead_time_at(k, lead_bucket(lead)).x += 1
    forget_item(k, index)
    if k.sink_cell >= 0:
        k.sink_room = 0
        put(k, k.sink_cell, now + draw(k, k.sink_stream))


@hot
def give(k: Any, j: int) -> int:
    """The item that the sender of a joint offers."""
    if j == 0:
        return source_gives(k)
    if unit_at(k, j - 1).kind == CONVEYOR:
        return belt_gives(k, j - 1)
    return machine_gives(k, j - 1)


@hot
def take(k: Any, j: int, item: int) -> None:
    """The receiver of a joint takes an item."""
    if j == k.n_units:
        sink_takes(k, item)
    elif unit_at(k, j).kind == CONVEYOR:
        belt_takes(k, j, item)
    else:
        machine_takes(k, j, item)


@hot
def has_room(k: Any, j: int) -> int:
    """Whether the receiver of a joint takes an item now."""
    if j == k.n_units:
        return int(k.sink_room)
    if unit_at(k, j).kind == CONVEYOR:
        return belt_has_room(k, j)
    return int(unit_at(k, j).room)


@part
def want_room(k: Any, j: int) -> None:
    """A sender waits for the receiver of a joint; only a belt does not come by itself."""
    if j < k.n_units and unit_at(k, j).kind == CONVEYOR:
        belt_wants_room(k, j)


@part
def count_places(k: Any, j: int) -> None:
    """The number of items in a joint's places changes."""
    joint, now = joint_at(k, j), k.now
    level_at(k, joint.level0 + joint.items).x += now - joint.since
    joint.since = now


@hot
def start_transfer(k: Any, j: int) -> None:
    """Begin a hand-over that takes time, if both sides are open."""
    joint = joint_at(k, j)
    if joint.moving or not unit_at(k, j - 1).ready:
        return
    if has_room(k, j):
        joint.moving = 1
        put(k, joint.cell, k.now + joint.transfer)
        judge(k, j - 1)
    else:
        want_room(k, j)


SETTLED, MOVED, GAVE = 0, 1, 2


@hot
def move_one(k: Any, j: int) -> int:
    """Move one item at a joint: ``GAVE`` if the sender gave one, ``MOVED`` if one left the places."""
    joint = joint_at(k, j)
    if joint.transfer > 0:
        start_transfer(k, j)
        return SETTLED
    ready = k.source_ready if j == 0 else unit_at(k, j - 1).ready
    items = joint.items
    item, moved = -1, SETTLED
    if items > 0:
        if has_room(k, j):
            count_places(k, j)
            item = slot_at(k, joint.place0 + joint.head).x
            joint.head += 1
            if joint.head == joint.capacity:
                joint.head = 0
            joint.items -= 1
            moved = MOVED
    elif ready:
        if has_room(k, j):
            item = give(k, j)
            moved = GAVE
        elif joint.capacity == 0:
            want_room(k, j)
            return SETTLED
    if moved != SETTLED:
        take(k, j, item)
        return moved
    if ready and items < joint.capacity:
        count_places(k, j)
        place = joint.head + items
        if place >= joint.capacity:
            place -= joint.capacity
        slot_at(k, joint.place0 + place).x = give(k, j)
        joint.items += 1
        return GAVE
    if items > 0:
        want_room(k, j)
    return SETTLED


@part
def settle(k: Any, j: int) -> None:
    """Move whatever can be moved now at a joint, each sender refilling before the next move."""
    at = j
    while True:
        moved = move_one(k, at)
        if moved == GAVE and at > 0:
            at -= 1
        elif moved == SETTLED:
            if at == j:
                return
            judge(k, at)
            at += 1


@part
def revoke(k: Any, j: int) -> None:
    """A side has closed: a hand-over under way stops; its item stays with the sender."""
    joint = joint_at(k, j)
    if joint.moving:
        joint.moving = 0
        drop(k, joint.cell)
        judge(k, j - 1)
