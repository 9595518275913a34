"""What is in the arrays of a lowered line before the run."""

from __future__ import annotations

import numpy as np

from simulator.experiments.compiled import layout as at
from simulator.experiments.compiled.draws import Streams
from simulator.line.spec import BufferSpec, ConveyorSpec, LineSpec, MachineSpec


class Start:
    """What is there before the run: free servers, first dues, items put in beforehand."""

    def __init__(self, spec: LineSpec, arrays: at.Arrays, streams: Streams) -> None:
        self._spec, self._k, self._next = spec, arrays, streams.next

    def fill(self) -> None:
        """Put all of it into the arrays, whose streams are allocated."""
        k, spec = self._k, self._spec
        g = k.line[0]
        k.queue[g.pool : g.pool + g.free_items] = np.arange(g.free_items)
        for i, batch in enumerate(spec.plan):
            k.queue[g.plan0 + at.BATCH * i :][: at.BATCH] = batch.recipe, batch.count, 0
        for u in range(g.n_units):
            unit = k.units[u]
            k.queue[unit.free0 : unit.free0 + unit.servers] = unit.first_server + np.arange(unit.servers)
            unit.free = unit.servers
            self._dues(unit)
        for owner in (*k.units, g):
            if owner.stops:
                edges = k.stops.edge[owner.first_stop : owner.first_stop + owner.stops]
                self._put(owner.planned_cell, edges.min())
        if g.source_cell >= 0:
            self._put(g.source_cell, self._next(g.source_stream))
        joint = int(g.n_units)
        for part in reversed(spec.units):
            if isinstance(part, BufferSpec):
                self._fill_places(k.joints[joint], part.prefill)
                continue
            joint -= 1
            if isinstance(part, ConveyorSpec):
                self._fill_belt(k.units[joint], part.prefill)
            else:
                self._fill_machine(k.units[joint], part)

    def _put(self, cell: int, when: float) -> None:
        g = self._k.line[0]
        g.seq += 1
        one = self._k.cells[cell]
        one.when, one.rank = when, one.order + g.seq

    def _dues(self, unit: np.record) -> None:
        modes = self._k.modes[unit.first_mode : unit.first_mode + unit.modes]
        for i in range(len(modes)):
            modes[i].due = np.inf if modes[i].of_places else self._next(modes[i].between)
        if unit.place_modes:
            wear = self._k.wear[unit.wear0 :][: unit.servers * (1 + unit.modes)].reshape(unit.servers, 1 + unit.modes)
            for place in wear:
                place[1:] = [self._next(m.between) if m.of_places else np.inf for m in modes]
        unit.due = min((m.due for m in modes if not m.timed), default=np.inf)
        if unit.timed:
            self._put(unit.timed_cell, min(m.due for m in modes if m.timed))

    def _new_items(self, n: int) -> at.Integers:
        """Indices of items that enter now, numbered in this order; the plan says of which recipes."""
        g, k = self._k.line[0], self._k
        top = int(g.pool + g.free_items)
        indices = k.queue[top - n : top][::-1].copy()
        k.items.number[indices] = int(g.number) + 1 + np.arange(n)
        k.items.born[indices], k.items.recipe[indices] = -1.0, 1
        g.number += n
        g.free_items -= n
        done = 0
        while g.planned and done < n:
            while g.plan_left == 0:
                g.plan_at = (g.plan_at + 1) % g.plans
                g.plan_left = k.queue[g.plan0 + at.BATCH * g.plan_at + 1]
            batch = min(n - done, int(g.plan_left))
            k.items.recipe[indices[done : done + batch]] = k.queue[g.plan0 + at.BATCH * g.plan_at]
            g.plan_left -= batch
            done += batch
        return indices

    def _fill_places(self, joint: np.record, n: int) -> None:
        self._k.queue[joint.place0 : joint.place0 + n] = self._new_items(n)
        joint.items = n

    def _fill_belt(self, unit: np.record, n: int) -> None:
        belt = slice(int(unit.belt0), int(unit.belt0) + n)
        self._k.queue[belt] = self._new_items(n)
        self._k.arrivals[belt] = np.arange(n) * float(unit.pitch)
        unit.items = unit.entered = n
        unit.next_entry = max(0.0, n * unit.pitch - unit.travel) if n else 0.0

    def _fill_machine(self, unit: np.record, spec: MachineSpec) -> None:
        k, tray, trays = self._k, spec.tray, spec.prefill // spec.tray
        first = int(unit.first_server)
        loaded = k.servers[first : first + trays]
        places = loaded["item0"][:, None] + np.arange(tray)
        k.queue[places] = self._new_items(trays * tray).reshape(trays, tray)
        loaded["items"], loaded["recipe"], loaded["working"] = tray, spec.recipes[0], 1
        loaded["left"] = [self._next(unit.service) * (j + 1) / trays for j in range(trays)]
        left = unit.servers - trays
        k.queue[unit.free0 : unit.free0 + left] = first + trays + np.arange(left)
        unit.free, unit.busy = left, trays
        unit.entered = trays * tray
