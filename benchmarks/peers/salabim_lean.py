"""salabim made lean: buffers are counters, components sleep and are woken, monitors are off."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator

import salabim

from peers.lines import BenchLine, samplers

salabim.yieldless(False)
Process = Generator[object, object, None]


class Buffer:
    """A count of items, and who sleeps because of it."""

    __slots__ = ("capacity", "getter", "items", "putter")

    def __init__(self, capacity: int) -> None:
        self.capacity, self.items = capacity, 0
        self.getter: salabim.Component | None = None
        self.putter: salabim.Component | None = None

    def take(self) -> None:
        self.items -= 1
        if self.putter is not None:
            self.putter.activate()
            self.putter = None

    def give(self) -> None:
        self.items += 1
        if self.getter is not None:
            self.getter.activate()
            self.getter = None


class Gate:
    """Lets one in at a time, first come, first served."""

    def __init__(self) -> None:
        self.taken = False
        self.queue: deque[salabim.Component] = deque()

    def leave(self) -> None:
        if self.queue:
            self.queue.popleft().activate()
        else:
            self.taken = False


class One(salabim.Component):
    """A station of one slot."""

    def setup(self, before: Buffer | None, after: Buffer | None, service: Callable[[], float]) -> None:
        self.before, self.after, self.service = before, after, service
        self.done = 0

    def process(self) -> Process:
        before, after, service = self.before, self.after, self.service
        while True:
            if before is not None:
                while not before.items:
                    before.getter = self
                    yield self.passivate()
                before.take()
            yield self.hold(service())
            if after is not None:
                while after.items == after.capacity:
                    after.putter = self
                    yield self.passivate()
                after.give()
            self.done += 1


class Tray(salabim.Component):
    """One of the trays of a station with slots."""

    def setup(self, before: Buffer, after: Buffer, service: Callable[[], float], size: int, gates: list[Gate]) -> None:
        self.before, self.after, self.service, self.size, self.gates = before, after, service, size, gates

    def process(self) -> Process:
        before, after, service = self.before, self.after, self.service
        loading, unloading = self.gates
        while True:
            if loading.taken:
                loading.queue.append(self)
                yield self.passivate()
            loading.taken = True
            for _ in range(self.size):
                while not before.items:
                    before.getter = self
                    yield self.passivate()
                before.take()
            loading.leave()
            yield self.hold(service())
            if unloading.taken:
                unloading.queue.append(self)
                yield self.passivate()
            unloading.taken = True
            for _ in range(self.size):
                while after.items == after.capacity:
                    after.putter = self
                    yield self.passivate()
                after.give()
            unloading.leave()


def run(line: BenchLine, horizon: float, seed: int) -> int:
    """Parts finished by ``horizon``."""
    env = salabim.Environment(trace=False, random_seed=seed)
    ends = [None, *map(Buffer, line.buffers), None]
    components: list[salabim.Component] = []
    for i, (station, service) in enumerate(zip(line.stations, samplers(line, seed), strict=True)):
        before, after = ends[i], ends[i + 1]
        if station.slots == 1:
            components.append(One(f"M{i}", before=before, after=after, service=service))
            continue
        gates = [Gate(), Gate()]
        for j in range(station.servers):
            components.append(
                Tray(f"T{i}.{j}", before=before, after=after, service=service, size=station.tray, gates=gates)
            )
    for component in components:
        component.mode.monitor(False)
        component.status.monitor(False)
    env.run(till=horizon)
    return components[-1].done  # the last station
