"""Kernel: what happens next. Every event that can be pending has a cell; a tournament tree finds the first one.

Cells lie in the order in which simultaneous events are processed. Only cells of the same order (servers of one unit,
its two failure clocks) need the order of scheduling, ``seq``.
"""

from __future__ import annotations

from typing import Any

from simulator.experiments.compiled.access import cell_at, node_at, row_at, stream_at, value_at
from simulator.experiments.compiled.jit import part
from simulator.experiments.compiled.layout import NEVER


@part
def first_of(k: Any, a: int, b: int) -> int:
    """The cell of two that comes first; ``a`` is the lower one."""
    left, right = cell_at(k, a), cell_at(k, b)
    if right.when < left.when:
        return b
    if right.when == left.when and right.order == left.order and right.seq < left.seq:
        return b
    return a


@part
def sift(k: Any, cell: int) -> None:
    """Play the matches of a cell again, as far as they may end otherwise."""
    node = (cell + k.tree) >> 1
    while node >= 1:
        winner = first_of(k, node_at(k, 2 * node).x, node_at(k, 2 * node + 1).x)
        if winner != cell and node_at(k, node).x == winner:
            return
        node_at(k, node).x = winner
        node >>= 1


@part
def sift_whole(k: Any, cell: int) -> None:
    """Play all matches of a cell again: some above may have been played while its time was changing."""
    node = (cell + k.tree) >> 1
    while node >= 1:
        node_at(k, node).x = first_of(k, node_at(k, 2 * node).x, node_at(k, 2 * node + 1).x)
        node >>= 1


@part
def put(k: Any, cell: int, when: float) -> None:
    """Let the event of a cell happen at ``when``."""
    c = cell_at(k, cell)
    c.when = when
    k.seq += 1
    c.seq = k.seq
    if cell != k.current:  # the current event's cell is played at the end of the event
        sift(k, cell)


@part
def drop(k: Any, cell: int) -> None:
    """The event of a cell will not happen."""
    c = cell_at(k, cell)
    if c.when != NEVER:
        c.when = NEVER
        if cell != k.current:
            sift(k, cell)


@part
def draw(k: Any, stream: int) -> float:
    """The next value of a stream. ``low`` asks for new values before the next event."""
    s = stream_at(k, stream)
    value = value_at(k, s.at).x
    s.at += s.step
    if s.at >= s.limit:
        k.low = 1
        if s.at > s.end:
            k.broken = 1
    return float(value)


@part
def note(k: Any, unit: int, kind: int, item: int, a: int, b: float) -> None:
    """Write a row of the event log (``simulator/line/log.py``)."""
    if k.logging:
        if k.log_n < k.log_rows:
            row = row_at(k, k.log_n)
            row.t, row.unit, row.kind, row.item, row.a, row.b = k.now, unit, kind, item, a, b
        else:
            k.broken = 1
        k.log_n += 1
