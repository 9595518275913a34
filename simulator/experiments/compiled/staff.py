"""Kernel: planned stops and operators (semantics, sections 12 and 13)."""

from __future__ import annotations

from typing import Any

from simulator.experiments.compiled.access import operator_at, slot_at, stop_at, unit_at
from simulator.experiments.compiled.agenda import put
from simulator.experiments.compiled.jit import part
from simulator.experiments.compiled.layout import NEVER


@part
def passed(k: Any, first: int, n: int, cell: int) -> int:
    """Let the stops among ``n`` begin and end that do so now; the cause of those that are on, 0 for none."""
    cause, due = 0, NEVER
    for s in range(first, first + n):
        stop = stop_at(k, s)
        while stop.edge <= k.now:
            if stop.on:
                stop.n += 1
                stop.edge = stop.begin + stop.n * stop.every
            else:
                stop.edge = (stop.begin + stop.n * stop.every) + stop.length
            stop.on = 1 - stop.on
        if stop.on:
            cause = max(cause, stop.cause)
        due = min(due, stop.edge)
    put(k, cell, due)
    return int(cause)


@part
def call(k: Any, u: int) -> None:
    """A unit needs an operator."""
    place = k.calls_head + k.calls
    if place >= k.n_units:
        place -= k.n_units
    slot_at(k, k.calls0 + place).x = u
    k.calls += 1
    send(k)


@part
def done(k: Any, number: int) -> None:
    """An operator has finished; he stays where he is until the next call."""
    operator = operator_at(k, number)
    operator.busy = 0
    operator.seconds += k.now - operator.since
    send(k)


@part
def send(k: Any) -> None:
    """Send free operators to who called first: of those nearest the first."""
    while k.calls > 0 and not k.away:
        u = slot_at(k, k.calls0 + k.calls_head).x
        unit = unit_at(k, u)
        number, way = -1, NEVER
        for o in range(k.n_operators):
            if not operator_at(k, o).busy and abs(operator_at(k, o).at - unit.at_m) < way:
                number, way = o, abs(operator_at(k, o).at - unit.at_m)
        if number < 0:
            return
        k.calls_head += 1
        if k.calls_head == k.n_units:
            k.calls_head = 0
        k.calls -= 1
        operator = operator_at(k, number)
        operator.busy, operator.since, operator.at = 1, k.now, unit.at_m
        unit.operator = number
        put(k, unit.repair_cell, k.now + (k.response + way / k.walking))
