"""The model departs at the very times of the departure-time recursion, as another engine must."""

from __future__ import annotations

from math import inf
from typing import Any

import pytest
from helpers import buffer, exponential, line_of, logged, machine, times
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.line import Line, LineSpec
from simulator.line.log import Kind, MemoryLog
from simulator.line.spec import BufferSpec, MachineSpec
from simulator.line.streams import FAILURE, REPAIR, SERVICE, stream


def recursion(spec: LineSpec, seed: int, items: int) -> list[list[float]]:
    """Departures by unit: D[i,n] = max(D[i,n-1], D[i-1,n]) + service and repairs, not before D[i+1,n-b-1]."""
    machines = [u for u in spec.units if isinstance(u, MachineSpec)]
    places = [0] * (len(machines) - 1)
    seen = -1
    for unit in spec.units:
        if isinstance(unit, BufferSpec):
            places[seen] = unit.capacity
        else:
            seen += 1
    stations = [_Station(m, seed) for m in machines]
    departures: list[list[float]] = [[] for _ in machines]
    for n in range(items):
        arrival = 0.0
        for i, station in enumerate(stations):
            start = max(departures[i][n - 1] if n else 0.0, arrival)
            done = station.serve(start)
            released = n - places[i] - 1 if i < len(places) else -1
            if released >= 0:
                done = max(done, departures[i + 1][released])
            departures[i].append(done)
            arrival = done
    return departures


class _Station:
    def __init__(self, spec: MachineSpec, seed: int) -> None:
        self.draw = stream(seed, spec.name, SERVICE, spec.process_time)
        self.timed = bool(spec.failures) and spec.failures[0].clock == "time"
        self.age, self.due = 0.0, inf
        if spec.failures:
            self.between = stream(seed, spec.name, FAILURE, spec.failures[0].mtbf)
            self.repair = stream(seed, spec.name, REPAIR, spec.failures[0].mttr)
            self.due = self.between()

    def serve(self, start: float) -> float:
        left = self.draw()
        if self.timed:
            return self._serve_on_calendar(start, left)
        now = start
        while self.age + left > self.due:
            part = self.due - self.age
            now, left, self.age = now + part + self.repair(), left - part, self.due
            self.due = self.age + self.between()
        self.age += left
        return now + left

    def _serve_on_calendar(self, now: float, left: float) -> float:
        while True:
            end = now + left
            if self.due >= end:
                return end
            failed = self.due
            repaired = failed + self.repair()
            self.due = repaired + self.between()
            if failed > now:  # a repair that ended before the item came is only a step of the calendar
                left = end - failed
                now = repaired
            else:
                now = max(now, repaired)


SERVICES: list[Any] = [1.0, exponential(1.0), {"distribution": "gamma", "mean": 1.0, "shape": 3}]
FAILURES: list[Any] = [
    [],
    [{"clock": "operation", "mtbf": 7, "mttr": 3}],
    [{"clock": "time", "mtbf": 9, "mttr": 2}],
]


@settings(max_examples=60)
@given(
    st.lists(st.tuples(st.sampled_from(SERVICES), st.sampled_from(FAILURES)), min_size=1, max_size=5),
    st.lists(st.integers(0, 3), min_size=4, max_size=4),
    st.integers(0, 10_000),
)
def test_departures_equal_the_recursion_bit_for_bit(stations: Any, places: list[int], seed: int) -> None:
    units = []
    for i, (service, failures) in enumerate(stations):
        units += [machine(f"M{i}", service, failures=failures), buffer(f"B{i}", places[i % 4])]
    spec = line_of(*units[:-1])
    _, rows = logged(spec, 300, seed)
    expected = recursion(spec, seed, 400)
    for i in range(len(stations)):
        left = times(rows, i, Kind.LEAVE)
        assert left == expected[i][: len(left)]
        assert len(left) == sum(t <= 300 for t in expected[i])


FAILING = {"failures": [{"mtbf": 9, "mttr": 1}, {"clock": "time", "mtbf": 30, "mttr": 2}]}
CHANGES: list[Any] = [{"scrap": 0.3}, FAILING, {"process_time": exponential(2)}, {"slots": 3}, {"speed": 1.5}]


@pytest.mark.parametrize("extra", [machine("Z", 0.5), machine("Z", 0.5, **FAILING)])
def test_another_unit_reshuffles_nobody(extra: Any) -> None:
    alone = line_of(machine("A", exponential(1)))
    joined = line_of(machine("A", exponential(1)), buffer("B", 1000), extra)
    first, second = logged(alone, 200)[1], logged(joined, 200)[1]
    assert times(first, 0, Kind.END) == times(second, 0, Kind.END)


@pytest.mark.parametrize("change", CHANGES, ids=lambda c: next(iter(c)))
def test_a_change_in_one_unit_leaves_every_value_that_another_draws(change: Any) -> None:
    """Service n, time to failure n, repair n and scrap n of the neighbours are the same numbers, whenever they come."""

    def drawn(change: Any) -> dict[int, list[float]]:
        before, after = (machine(n, exponential(1), scrap=0.2, **FAILING) for n in "AC")
        changed = machine("B", **({"process_time": exponential(1)} | {k: v for k, v in change.items() if k != "speed"}))
        line = Line(line_of(before, buffer("X", 3), changed, buffer("Y", 3), after), 5, log := MemoryLog())
        line.units["B"].set_speed(change.get("speed", 1.0))
        line.run(500)
        lengths = {i: [r[5] for r in log.rows if r[1] == i and r[2] == Kind.START] for i in (0, 2)}
        repairs = {10 + i: [r[5] for r in log.rows if r[1] == i and r[2] == Kind.REPAIR and r[4] == 0] for i in (0, 2)}
        return lengths | repairs

    plain, other = drawn({}), drawn(change)
    for key, values in plain.items():
        shared = min(len(values), len(other[key]))
        assert shared > 5
        assert values[:shared] == other[key][:shared]
