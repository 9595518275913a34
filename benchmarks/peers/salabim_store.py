"""salabim as its manual teaches it: a component per station, a ``Store`` per buffer, the default monitors."""

from __future__ import annotations

from collections.abc import Callable, Generator

import salabim

from peers.lines import BenchLine, samplers

salabim.yieldless(False)  # generators, the faster of its two ways
Process = Generator[object, object, None]


class One(salabim.Component):
    """A station of one slot."""

    def setup(self, before: salabim.Store | None, after: salabim.Store | None, service: Callable[[], float]) -> None:
        self.before, self.after, self.service = before, after, service
        self.done = 0

    def process(self) -> Process:
        while True:
            if self.before is not None:
                yield self.from_store(self.before)
            yield self.hold(self.service())
            if self.after is not None:
                yield self.to_store(self.after, salabim.Component("part"))
            self.done += 1


class Tray(salabim.Component):
    """One of the trays of a station with slots."""

    def setup(
        self,
        before: salabim.Store,
        after: salabim.Store,
        service: Callable[[], float],
        size: int,
        gates: list[salabim.Resource],
    ) -> None:
        self.before, self.after, self.service, self.size = before, after, service, size
        self.loading, self.unloading = gates

    def process(self) -> Process:
        while True:
            yield self.request(self.loading)
            for _ in range(self.size):
                yield self.from_store(self.before)
            self.release(self.loading)
            yield self.hold(self.service())
            yield self.request(self.unloading)
            for _ in range(self.size):
                yield self.to_store(self.after, salabim.Component("part"))
            self.release(self.unloading)


def run(line: BenchLine, horizon: float, seed: int) -> int:
    """Parts finished by ``horizon``."""
    env = salabim.Environment(trace=False, random_seed=seed)
    ends = [None, *(salabim.Store(f"B{i}", capacity=c) for i, c in enumerate(line.buffers)), None]
    last: One | None = None
    for i, (station, service) in enumerate(zip(line.stations, samplers(line, seed), strict=True)):
        before, after = ends[i], ends[i + 1]
        if station.slots == 1:
            last = One(f"M{i}", before=before, after=after, service=service)
            continue
        gates = [salabim.Resource(f"G{i}"), salabim.Resource(f"H{i}")]
        for j in range(station.servers):
            Tray(f"T{i}.{j}", before=before, after=after, service=service, size=station.tray, gates=gates)
    env.run(till=horizon)
    assert last is not None
    return last.done
