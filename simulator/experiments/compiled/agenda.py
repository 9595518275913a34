"""Kernel: what happens next. Every event that can be pending has a cell; a tournament tree finds the first one.

Simultaneous events are processed by ``rank``: that is the order of their cells and, in cells of the same order (servers
of one unit, its two failure clocks), the order of scheduling.
"""

from __future__ import annotations

from typing import Any

from simulator.experiments.compiled.access import cell_at, choose, node_at, precedes, row_at, stream_at, value_at
from simulator.experiments.compiled.jit import hot, part
from simulator.experiments.compiled.layout import NEVER


@hot
def play(k: Any, cell: int) -> None:
    """Play the matches of a cell again. Who wins is chosen without a jump: nobody could foresee it."""
    one = cell_at(k, cell)
    winner, when, rank = cell, one.bits, one.rank
    at = cell + k.tree
    while at > 1:
        rival = node_at(k, at ^ 1).x
        other = cell_at(k, rival)
        other_when, other_rank = other.bits, other.rank
        better = precedes(other_when, other_rank, when, rank)
        winner = choose(better, rival, winner)
        when = choose(better, other_when, when)
        rank = choose(better, other_rank, rank)
        at >>= 1
        node_at(k, at).x = winner


@part
def put(k: Any, cell: int, when: float) -> None:
    """Let the event of a cell happen at ``when``."""
    one = cell_at(k, cell)
    k.seq += 1
    one.when, one.rank = when, one.order + k.seq
    if cell != k.current:  # the current event's cell is played at the end of the event
        play(k, cell)


@part
def drop(k: Any, cell: int) -> None:
    """The event of a cell will not happen."""
    one = cell_at(k, cell)
    if one.when != NEVER:
        one.when = NEVER
        if cell != k.current:
            play(k, cell)


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
