"""Hand-written SimPy, second style: as the first, but a breakdown process per station interrupts the work (the textbook).

The breakdown process ages by the clock, as in SimPy's own machine-shop example. A failure that meets an idle, blocked or starved
station lasts as long, and the item that comes meanwhile waits.
"""

from __future__ import annotations

import random
from collections.abc import Generator

import simpy

from peers.lines import BenchLine, CanNot, samplers, without_failures

Process = Generator[simpy.Event, object, None]


def run(line: BenchLine, horizon: float, seed: int) -> int:
    """Parts finished by ``horizon``."""
    if line.trays:
        raise CanNot("no failures to interrupt")
    env = simpy.Environment()
    ends = [None, *(simpy.Store(env, c) for c in line.buffers), None]
    finished = [0]
    services = samplers(without_failures(line), seed)
    for i, station in enumerate(line.stations):
        assert station.mtbf is not None and station.mttr is not None
        _Machine(
            env,
            ends[i],
            ends[i + 1],
            services[i],
            (station.mtbf, station.mttr),
            random.Random(1_000 * seed + 500 + i),
            finished,
        )
    env.run(until=horizon)
    return finished[0]


class _Machine:
    def __init__(self, env, before, after, service, times, rng, finished) -> None:  # type: ignore[no-untyped-def]
        self.env, self.before, self.after, self.service = env, before, after, service
        self.finished = finished
        self.repaired: simpy.Event | None = None  # while down
        self.at_work = False
        self.working = env.process(self.work())
        env.process(self.break_down(*times, rng))

    def work(self) -> Process:
        env = self.env
        while True:
            if self.before is not None:
                yield self.before.get()
            left = self.service()
            while left > 0:
                if self.repaired is not None:
                    yield self.repaired
                began = env.now
                self.at_work = True
                try:
                    yield env.timeout(left)
                    left = 0
                except simpy.Interrupt:
                    left -= env.now - began
                self.at_work = False
            if self.after is not None:
                yield self.after.put(None)
            else:
                self.finished[0] += 1

    def break_down(self, mtbf: float, mttr: float, rng: random.Random) -> Process:
        while True:
            yield self.env.timeout(rng.expovariate(1 / mtbf))
            self.repaired = self.env.event()
            if self.at_work:
                self.working.interrupt()
            yield self.env.timeout(rng.expovariate(1 / mttr))
            self.repaired.succeed()
            self.repaired = None
