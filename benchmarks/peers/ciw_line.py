"""ciw: a closed network. More pallets go round than the stations and buffers behind the first can hold, so that it never starves."""

from __future__ import annotations

from collections.abc import Callable

import ciw

from peers.lines import BenchLine, CanNot, samplers


class Service(ciw.dists.Distribution):
    """Service times of a station, repairs included; counts the services that began."""

    def __init__(self, draw: Callable[[], float]) -> None:
        self.draw, self.begun = draw, 0

    def sample(self, t: float | None = None, ind: object = None) -> float:
        self.begun += 1
        return self.draw()


def run(line: BenchLine, horizon: float, seed: int) -> int:
    """Parts finished by ``horizon``."""
    if line.trays:
        raise CanNot("no trays")
    ciw.seed(seed)
    count = len(line.stations)
    services = [Service(draw) for draw in samplers(line, seed)]
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Sequential([0.0, float("inf")]), *[None] * (count - 1)],
        batching_distributions=[
            ciw.dists.Deterministic(sum(line.buffers) + count + 5),
            *[ciw.dists.Deterministic(1)] * (count - 1),
        ],
        service_distributions=services,
        number_of_servers=[1] * count,
        queue_capacities=[float("inf"), *line.buffers],
        routing=[[float(j == (i + 1) % count) for j in range(count)] for i in range(count)],
    )
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_time(horizon)
    last = simulation.transitive_nodes[-1]
    (service,) = simulation.service_times[last.id_number].values()  # ciw works on copies
    return int(service.begun - last.number_in_service)
