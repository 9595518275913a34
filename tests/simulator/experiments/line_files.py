"""Small lines whose figures can be worked out by hand."""

from __future__ import annotations

from typing import Any

from simulator.line import LineSpec


def machine(name: str, process_time: Any = 1.0, **more: Any) -> dict[str, Any]:
    return {"name": name, "process_time": process_time, **more}


def exponential(mean: float) -> dict[str, Any]:
    return {"distribution": "exponential", "mean": mean}


def line_of(*units: dict[str, Any], **more: Any) -> LineSpec:
    return LineSpec.model_validate({"name": "small", "units": list(units), **more})


SLOW_THEN_FAST = (machine("A", 36.0, energy_w={"execute": 1000, "idle": 100}), machine("B", 18.0))
"""A makes 100 items an hour; B works half of the time and starves the other half."""

BUSY = line_of(
    machine("A", exponential(3), failures=[{"name": "stop", "mtbf": "5 min", "mttr": 30, "alarm": 10}], scrap=0.05),
    {"kind": "buffer", "name": "X", "capacity": 4, "prefill": 2},
    machine("B", exponential(2.5), failures=[{"clock": "time", "mtbf": "10 min", "mttr": 20}]),
    {"kind": "conveyor", "name": "BC", "length_m": 4, "speed_m_s": 1, "spacing_m": 1, "profile": ""},
    machine("C", {"value": 3.0, "assumed": True, "note": "a guess"}),
    cell={"energy_wh": {"value": 225, "source": "60 Ah at 3.75 V"}},
)
