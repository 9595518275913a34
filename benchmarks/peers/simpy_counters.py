"""Hand-written SimPy, third style: buffers are counters, and an event is made only when somebody has to wait."""

from __future__ import annotations

from collections.abc import Callable, Generator

import simpy

from peers.lines import BenchLine, samplers

Process = Generator[simpy.Event, object, None]


class _Buffer:
    """A count of items, and whom to wake. ``get`` and ``put`` do it, or say what to wait for and then try again."""

    __slots__ = ("capacity", "env", "getter", "items", "putter")

    def __init__(self, env: simpy.Environment, capacity: int) -> None:
        self.env, self.capacity, self.items = env, capacity, 0
        self.getter: simpy.Event | None = None
        self.putter: simpy.Event | None = None

    def get(self) -> simpy.Event | None:
        if not self.items:
            self.getter = simpy.Event(self.env)
            return self.getter
        self.items -= 1
        if self.putter is not None:
            self.putter.succeed()
            self.putter = None
        return None

    def put(self) -> simpy.Event | None:
        if self.items == self.capacity:
            self.putter = simpy.Event(self.env)
            return self.putter
        self.items += 1
        if self.getter is not None:
            self.getter.succeed()
            self.getter = None
        return None


def run(line: BenchLine, horizon: float, seed: int) -> int:
    """Parts finished by ``horizon``."""
    env = simpy.Environment()
    done = 0

    def one(before: _Buffer | None, after: _Buffer | None, service: Callable[[], float]) -> Process:
        nonlocal done
        while True:
            if before is not None:
                while (wait := before.get()) is not None:
                    yield wait
            yield env.timeout(service())
            if after is None:
                done += 1
                continue
            while (wait := after.put()) is not None:
                yield wait

    def tray(
        before: _Buffer, after: _Buffer, service: Callable[[], float], size: int, gates: list[simpy.Resource]
    ) -> Process:
        loading, unloading = gates
        while True:
            with loading.request() as turn:
                yield turn
                for _ in range(size):
                    while (wait := before.get()) is not None:
                        yield wait
            yield env.timeout(service())
            with unloading.request() as turn:
                yield turn
                for _ in range(size):
                    while (wait := after.put()) is not None:
                        yield wait

    ends = [None, *(_Buffer(env, c) for c in line.buffers), None]
    for i, (station, service) in enumerate(zip(line.stations, samplers(line, seed), strict=True)):
        before, after = ends[i], ends[i + 1]
        if station.slots == 1:
            env.process(one(before, after, service))
            continue
        assert before is not None and after is not None, "formation stands between two stations"
        gates = [simpy.Resource(env), simpy.Resource(env)]
        for _ in range(station.servers):
            env.process(tray(before, after, service, station.tray, gates))
    env.run(until=horizon)
    return done
