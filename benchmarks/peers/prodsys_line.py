"""prodsys: resources with queues, breakdown states, and a worker that carries in no time. Breakdowns age by the clock.

A resource puts its item into a queue of its own behind it; this and the queue in front of the next are the buffer between them.
"""

from __future__ import annotations

import os
from contextlib import redirect_stderr

import prodsys.express as psx
from prodsys.simulation.runner import Runner

from peers.lines import BenchLine, CanNot, Exponential, Station


def run(line: BenchLine, horizon: float, seed: int) -> int:
    """Parts finished by ``horizon``."""
    if line.trays:
        raise CanNot("its lots are no trays")
    data = _system(line).to_model()
    data.seed = seed
    runner = Runner(production_system_data=data)
    with open(os.devnull, "w", encoding="utf-8") as nowhere, redirect_stderr(nowhere):  # its progress bar
        runner.initialize_simulation()
        runner.run(int(horizon))
    return sum(event["Activity"] == "finished product" for event in runner.event_logger.event_data)


def _system(line: BenchLine) -> psx.ProductionSystem:
    at_once = psx.FunctionTimeModel("constant", 0.0, ID="at once")
    carry = psx.TransportProcess(at_once, ID="carry")
    processes = [
        psx.ProductionProcess(_times(s.process, f"service {i}"), ID=f"work {i}") for i, s in enumerate(line.stations)
    ]
    machines = []  # not "resources": pydantic would take this for the module of that name
    for i, station in enumerate(line.stations):
        place = [float(i), 0.0]
        resource = psx.Resource([processes[i]], location=place, states=_breakdowns(station, i), ID=f"M{i}")
        room = line.buffers[i - 1] - 1 if i > 0 else 1
        resource.ports = [
            psx.Queue(ID=f"in {i}", capacity=room, location=place, interface_type="input"),
            psx.Queue(ID=f"out {i}", capacity=1, location=place, interface_type="output"),
        ]
        machines.append(resource)
    worker = psx.Resource([carry], location=[0.0, 0.0], capacity=100, ID="worker")
    part = psx.Product(process=processes, transport_process=carry, ID="part")
    often = psx.FunctionTimeModel("constant", line.stations[0].process.mean / 2, ID="often")
    source = psx.Source(part, often, location=[-1.0, 0.0], ID="source")
    source.ports = [psx.Queue(ID="supply", capacity=2, location=[-1.0, 0.0], interface_type="output")]
    sink = psx.Sink(part, location=[float(len(line.stations)), 0.0], ID="sink")
    return psx.ProductionSystem([*machines, worker], [source], [sink])


def _times(process: object, name: str) -> psx.FunctionTimeModel:
    if not isinstance(process, Exponential):
        raise CanNot("written for exponential times")
    return psx.FunctionTimeModel("exponential", process.mean, ID=name)


def _breakdowns(station: Station, i: int) -> list[psx.BreakDownState]:
    if station.mtbf is None or station.mttr is None:
        return []
    due = psx.FunctionTimeModel("exponential", station.mtbf, ID=f"failure {i}")
    repair = psx.FunctionTimeModel("exponential", station.mttr, ID=f"repair {i}")
    return [psx.BreakDownState(time_model=due, repair_time_model=repair, ID=f"breakdown {i}")]
