"""Hand-written SimPy, first style: a process per station, a ``Store`` per buffer, a repair is a longer timeout."""

from __future__ import annotations

from collections.abc import Callable, Generator

import simpy

from peers.lines import BenchLine, Station, samplers

Process = Generator[simpy.Event, object, None]


def run(line: BenchLine, horizon: float, seed: int) -> int:
    """Parts finished by ``horizon``."""
    env = simpy.Environment()
    stores = [simpy.Store(env, c) for c in line.buffers]
    done = 0

    def one(before: simpy.Store | None, after: simpy.Store | None, service: Callable[[], float]) -> Process:
        nonlocal done
        while True:
            if before is not None:
                yield before.get()
            yield env.timeout(service())
            if after is not None:
                yield after.put(None)
            else:
                done += 1

    def tray(
        before: simpy.Store, after: simpy.Store, service: Callable[[], float], size: int, gates: list[simpy.Resource]
    ) -> Process:
        loading, unloading = gates
        while True:
            with loading.request() as turn:
                yield turn
                for _ in range(size):
                    yield before.get()
            yield env.timeout(service())
            with unloading.request() as turn:
                yield turn
                for _ in range(size):
                    yield after.put(None)

    def start(
        station: Station, before: simpy.Store | None, after: simpy.Store | None, service: Callable[[], float]
    ) -> None:
        if station.slots == 1:
            env.process(one(before, after, service))
            return
        assert before is not None and after is not None, "formation stands between two stations"
        gates = [simpy.Resource(env), simpy.Resource(env)]
        for _ in range(station.servers):
            env.process(tray(before, after, service, station.tray, gates))

    ends = [None, *stores, None]
    for i, (station, service) in enumerate(zip(line.stations, samplers(line, seed), strict=True)):
        start(station, ends[i], ends[i + 1], service)
    env.run(until=horizon)
    return done
