"""simprocesd: processors and buffers; repairs prolong cycles. A batcher is the tray being loaded, another one that being unloaded."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from simprocesd.model import System
from simprocesd.model.factory_floor import Buffer, PartBatcher, PartProcessor, Sink, Source

from peers.lines import BenchLine, samplers


def run(line: BenchLine, horizon: float, seed: int) -> int:
    """Parts finished by ``horizon``."""
    random.seed(seed)
    system = System()
    upstream: list[Any] = [Source()]
    for i, (station, draw) in enumerate(zip(line.stations, samplers(line, seed), strict=True)):
        if station.slots == 1:
            upstream = [_processor(f"M{i}", upstream, draw)]
        else:
            loading = [PartBatcher(f"L{i}", upstream, output_batch_size=station.tray)]
            trays = [_processor(f"T{i}.{j}", loading, draw) for j in range(station.servers - 1)]
            upstream = [PartBatcher(f"U{i}", trays)]
        upstream = [Buffer(f"B{i}", upstream, capacity=c) for c in line.buffers[i : i + 1]] or upstream
    sink = Sink(upstream=upstream)
    system.simulate(horizon, print_summary=False)
    return int(sink.received_parts_count)


def _processor(name: str, upstream: list[Any], draw: Callable[[], float]) -> PartProcessor:
    def begin(processor: PartProcessor, part: object) -> None:
        processor.cycle_time = draw()

    processor = PartProcessor(name, upstream)
    processor.add_receive_part_callback(begin)
    return processor
