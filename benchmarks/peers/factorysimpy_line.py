"""factorysimpy: machines and buffers; repairs prolong services. It prints every step, which goes nowhere here."""

from __future__ import annotations

import os
from contextlib import redirect_stdout

import simpy
from factorysimpy.edges.buffer import Buffer
from factorysimpy.nodes.machine import Machine
from factorysimpy.nodes.sink import Sink
from factorysimpy.nodes.source import Source

from peers.lines import BenchLine, CanNot, samplers


def run(line: BenchLine, horizon: float, seed: int) -> int:
    """Parts finished by ``horizon``."""
    if line.trays:
        raise CanNot("no trays that come back")
    env = simpy.Environment()
    with open(os.devnull, "w", encoding="utf-8") as nowhere, redirect_stdout(nowhere):
        source, sink = Source(env, "source", inter_arrival_time=0, blocking=True), Sink(env, "sink")
        machines = [Machine(env, f"M{i}", processing_delay=draw) for i, draw in enumerate(samplers(line, seed))]
        nodes = [source, *machines, sink]
        for i, capacity in enumerate([1, *line.buffers, 1]):
            Buffer(env, f"B{i}", capacity=capacity).connect(nodes[i], nodes[i + 1])
        env.run(until=horizon)
    return int(sink.stats["num_item_received"])
