"""What a conveyor reports of its belt: the figures as built, and what is on it now."""

from __future__ import annotations

from typing import Any

from simulator.interface.equipment import Value
from simulator.line.packml import State
from simulator.line.view import UnitView


def belt_values(unit: UnitView) -> dict[str, Value]:
    """Length and spacing in m, speed in m/s (0 unless in Execute), capacity and occupancy in items; empty for a machine."""
    spec: Any = getattr(unit, "spec", None)
    if unit.kind != "conveyor" or spec is None:
        return {}
    return {
        "process.belt_speed": float(spec.speed_m_s) if unit.state == State.EXECUTE else 0.0,
        "process.belt_length": float(spec.length_m),
        "process.item_spacing": float(spec.spacing_m),
        "process.capacity": int(spec.places),
        "process.occupancy": int(unit.counters.wip),
        "process.accumulating": bool(spec.accumulating),
    }
