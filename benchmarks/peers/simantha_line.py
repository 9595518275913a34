"""simantha: machines and buffers. Its own degradation counts whole time units and loses items, so repairs prolong services."""

from __future__ import annotations

import random
from collections.abc import Callable

from simantha import Buffer, Machine, Sink, Source, System
from simantha.simulation import Distribution

from peers.lines import BenchLine, CanNot, samplers


class Service(Distribution):
    """Service times of a station, repairs included."""

    def __init__(self, draw: Callable[[], float]) -> None:
        self.sample = draw  # type: ignore[method-assign]


def run(line: BenchLine, horizon: float, seed: int) -> int:
    """Parts finished by ``horizon``."""
    if line.trays:
        raise CanNot("no trays")
    random.seed(seed)  # the order of simultaneous events
    machines = [Machine(f"M{i}") for i in range(len(line.stations))]
    for machine, draw in zip(machines, samplers(line, seed), strict=True):
        machine.cycle_time = Service(draw)
    source, sink = Source(), Sink()
    buffers = [Buffer(f"B{i}", capacity=c) for i, c in enumerate(line.buffers)]
    ends = [source, *buffers, sink]
    for i, machine in enumerate(machines):
        machine.define_routing(upstream=[ends[i]], downstream=[ends[i + 1]])
    source.define_routing(downstream=[machines[0]])
    for i, buffer in enumerate(buffers):
        buffer.define_routing(upstream=[machines[i]], downstream=[machines[i + 1]])
    sink.define_routing(upstream=[machines[-1]])
    System([source, *machines, *buffers, sink]).simulate(simulation_time=horizon, verbose=False, collect_data=False)
    return int(sink.level)
