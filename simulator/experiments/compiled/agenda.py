"""Kernel: what happens next. Every event that can be pending has a cell; a tournament tree finds the first one.

Cells lie in the order in which simultaneous events are processed. Only cells of the same order (servers of one unit,
its two failure clocks) need the order of scheduling, ``seq``.
"""

from __future__ import annotations

from typing import Any

from simulator.experiments.compiled.access import cell_at, leaf_at, node_at, row_at, stream_at, value_at
from simulator.experiments.compiled.jit import hot, part
from simulator.experiments.compiled.layout import NEVER


@part
def precedes(k: Any, a: int, b: int) -> bool:
    """Whether the event of a cell comes before that of another at the same time."""
    one, other = cell_at(k, a), cell_at(k, b)
    if one.order == other.order:
        return bool(one.seq < other.seq)
    return a < b


@hot
def sift(k: Any, cell: int) -> None:
    """Play the matches of a cell again, as far as they may end otherwise.

    ``when`` and ``winner`` stay in registers on the way up; who wins is chosen without a jump that nobody could foresee.
    """
    at = cell + k.tree
    when, winner = node_at(k, at).when, cell
    while at > 1:
        rival = node_at(k, at ^ 1)
        better = rival.when < when
        if rival.when == when and when != NEVER:
            better = precedes(k, rival.cell, winner)
        when = rival.when if better else when
        winner = rival.cell if better else winner
        at >>= 1
        node = node_at(k, at)
        if winner != cell and node.cell == winner:
            return
        node.when, node.cell = when, winner


@hot
def sift_whole(k: Any, cell: int) -> None:
    """Play all matches of a cell again: some above may have been played while its time was changing."""
    at = cell + k.tree
    when, winner = node_at(k, at).when, cell
    while at > 1:
        rival = node_at(k, at ^ 1)
        better = rival.when < when
        if rival.when == when and when != NEVER:
            better = precedes(k, rival.cell, winner)
        when = rival.when if better else when
        winner = rival.cell if better else winner
        at >>= 1
        node = node_at(k, at)
        node.when, node.cell = when, winner


@part
def put(k: Any, cell: int, when: float) -> None:
    """Let the event of a cell happen at ``when``."""
    leaf_at(k, cell).when = when
    k.seq += 1
    cell_at(k, cell).seq = k.seq
    if cell != k.current:  # the current event's cell is played at the end of the event
        sift(k, cell)


@part
def drop(k: Any, cell: int) -> None:
    """The event of a cell will not happen."""
    leaf = leaf_at(k, cell)
    if leaf.when != NEVER:
        leaf.when = NEVER
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
