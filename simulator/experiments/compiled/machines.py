"""Kernel: machines with servers and trays (semantics, sections 3 and 5)."""

from __future__ import annotations

from typing import Any

from simulator.experiments.compiled.access import item_at, server_at, slot_at, unit_at
from simulator.experiments.compiled.agenda import draw, drop, note, put
from simulator.experiments.compiled.jit import hot, part
from simulator.experiments.compiled.states import EXECUTE, judge, run_service
from simulator.line.log import Kind

_ENTER, _START, _LEAVE, _SCRAP = int(Kind.ENTER), int(Kind.START), int(Kind.LEAVE), int(Kind.SCRAP)


@hot
def take_free(k: Any, u: int) -> int:
    """The free server of the lowest index (a binary heap in ``queue``)."""
    unit = unit_at(k, u)
    base, n = unit.free0, unit.free - 1
    unit.free = n
    lowest, last = slot_at(k, base).x, slot_at(k, base + n).x
    at = 0
    while 2 * at + 1 < n:
        child = 2 * at + 1
        if child + 1 < n and slot_at(k, base + child + 1).x < slot_at(k, base + child).x:
            child += 1
        if last <= slot_at(k, base + child).x:
            break
        slot_at(k, base + at).x = slot_at(k, base + child).x
        at = child
    slot_at(k, base + at).x = last
    return int(lowest)


@hot
def release(k: Any, u: int, s: int) -> None:
    """A server has become free."""
    unit = unit_at(k, u)
    base, at = unit.free0, unit.free
    unit.free += 1
    while at > 0 and slot_at(k, base + ((at - 1) >> 1)).x > s:
        slot_at(k, base + at).x = slot_at(k, base + ((at - 1) >> 1)).x
        at = (at - 1) >> 1
    slot_at(k, base + at).x = s
    unit.room = unit.open


@hot
def machine_takes(k: Any, u: int, item: int) -> None:
    """An item has arrived through the infeed."""
    unit = unit_at(k, u)
    unit.entered += 1
    note(k, u, _ENTER, item_at(k, item).number, 0, 0.0)
    s = unit.loading
    if s < 0:
        s = take_free(k, u)
    server = server_at(k, s)
    slot_at(k, server.item0 + server.items).x = item
    server.items += 1
    if server.items >= unit.tray:
        begin(k, u, s)
        return
    if unit.loading < 0:
        unit.loading = s
        if unit.flush_cell >= 0:
            put(k, unit.flush_cell, k.now + unit.flush_s)
    unit.room = unit.open


@hot
def begin(k: Any, u: int, s: int) -> None:
    """A tray is loaded: its service begins."""
    unit, server = unit_at(k, u), server_at(k, s)
    unit.loading = -1
    if unit.flush_cell >= 0:
        drop(k, unit.flush_cell)
    unit.room = 1 if unit.open and unit.free > 0 else 0
    length = draw(k, unit.service)
    if k.planned:
        recipe = item_at(k, slot_at(k, server.item0).x).recipe
        if unit.changeover >= 0 and server.recipe > 0 and server.recipe != recipe:
            setup = draw(k, unit.changeover)
            unit.setup_s += setup
            length = setup + length
        server.recipe = recipe
    server.left = length
    server.working = 1
    unit.busy += 1
    note(k, u, _START, item_at(k, slot_at(k, server.item0).x).number, 0, length)
    if unit.state == EXECUTE:
        run_service(k, u, s)
    else:
        judge(k, u)


@part
def inspect(k: Any, u: int, s: int) -> None:
    """Draw which items of a tray are bad; those for the bin go at once."""
    unit, server = unit_at(k, u), server_at(k, s)
    kept = 0
    for i in range(server.items):
        item = slot_at(k, server.item0 + i).x
        if draw(k, unit.unlucky) < unit.scrap_share:
            unit.rejected += 1 - item_at(k, item).bad
            item_at(k, item).bad = 1
            if not unit.bad_goes_on:
                unit.scrap += 1
                unit.binned += 1
                unit.gone += k.now
                note(k, u, _SCRAP, item_at(k, item).number, 0, 0.0)
                forget_item(k, item)
                continue
        slot_at(k, server.item0 + kept).x = item
        kept += 1
    server.items = kept


@hot
def machine_gives(k: Any, u: int) -> int:
    """Let the item on offer go: the first of the tray that finished first."""
    unit = unit_at(k, u)
    s = slot_at(k, unit.out0 + unit.out_head).x
    server = server_at(k, s)
    item = slot_at(k, server.item0 + server.head).x
    server.head += 1
    server.items -= 1
    if server.items == 0:
        server.head = 0
        unit.out_head += 1
        if unit.out_head == unit.servers:
            unit.out_head = 0
        unit.out -= 1
        release(k, u, s)
    unit.ready = 1 if unit.open and unit.out > 0 else 0
    count_leaving(k, u, item)
    return int(item)


@hot
def count_leaving(k: Any, u: int, item: int) -> None:
    """Count an item that leaves through the outfeed."""
    unit, bad = unit_at(k, u), item_at(k, item).bad
    unit.scrap += bad
    unit.good += 1 - bad
    note(k, u, _LEAVE, item_at(k, item).number, 1 + bad, 0.0)


@part
def forget_item(k: Any, item: int) -> None:
    """An item has left the line: its record may be used again."""
    slot_at(k, k.pool + k.free_items).x = item
    k.free_items += 1
