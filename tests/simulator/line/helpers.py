"""Line files as dictionaries, and small runs of them."""

from __future__ import annotations

from typing import Any

from simulator.line import Line, LineSpec
from simulator.line.log import MemoryLog, Row

Tree = dict[str, Any]


def exponential(mean: float) -> Tree:
    return {"distribution": "exponential", "mean": mean}


def machine(name: str, process_time: Any = 1.0, **more: Any) -> Tree:
    return {"name": name, "process_time": process_time, **more}


def conveyor(name: str, **more: Any) -> Tree:
    return {"kind": "conveyor", "name": name, "length_m": 4, "speed_m_s": 1, "spacing_m": 1} | more


def buffer(name: str, capacity: int, **more: Any) -> Tree:
    return {"kind": "buffer", "name": name, "capacity": capacity, **more}


def line_of(*units: Tree, **more: Any) -> LineSpec:
    return LineSpec.model_validate({"name": "test", "units": list(units), **more})


def logged(spec: LineSpec, until: float, seed: int = 1, **options: Any) -> tuple[Line, list[Row]]:
    log = MemoryLog()
    line = Line(spec, seed, log, **options)
    line.run(until)
    return line, log.rows


def times(rows: list[Row], unit: int, kind: int) -> list[float]:
    return [row[0] for row in rows if row[1] == unit and row[2] == kind]


def assert_conserved(line: Line) -> None:
    for unit in line.units.values():
        assert unit.counters.wip == len(unit.contents()), unit.name
    result = line.result()
    assert result.wip_start + result.entered == result.good + result.scrap + result.wip
    for part in result.units:
        assert part.wip_start + part.entered == part.good + part.scrap + part.wip, part.name
