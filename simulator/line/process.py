"""What is recorded about an item: process values, energy, lot, grade.

Only for lines that somebody looks at or whose records are written.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from simulator.line.item import BAD, Item, ItemRecord
from simulator.line.packml import State
from simulator.line.spec import STATE_NAMES
from simulator.line.streams import PROCESS, generator

if TYPE_CHECKING:
    from simulator.line.unit import Unit

_EXECUTE = {number: name for name, number in STATE_NAMES.items()}[State.EXECUTE]


def record_items(unit: Unit, items: Iterable[Item], began: float, length: float) -> None:
    """Add one record per item and show the last one as the unit's ``last_item``.

    The energy is the power in Execute times the service time, shared by the items worked on together.
    """
    batch = tuple(items)
    slots = getattr(unit.spec, "slots", 1)
    energy = unit.spec.energy_w.get(_EXECUTE, 0.0) * length / 3600 / max(slots, 1)
    for item in batch:
        bad = item.quality == BAD
        record = ItemRecord(
            item_id=item.id,
            unit=unit.name,
            start=began,
            end=unit.clock.time,
            recipe=unit.recipe,
            lot=f"{unit.context.line}-L{(item.number - 1) // unit.context.lot_size + 1:05d}",
            process_values=_draw_values(unit, item),
            energy_wh=energy,
            grade="R" if bad else "A",
            quality=item.quality,
        )
        if item.records is None:
            item.records = []
        item.records.append(record)
        unit.last_item = record
        if unit.context.record is not None:
            unit.context.record(record)


def _draw_values(unit: Unit, item: Item) -> dict[str, float]:
    """One normal value per process value. A parameter of the same name moves the mean to its setting."""
    specs = unit.spec.process_values
    if not specs:
        return {}
    normals = generator(unit.context.seed, unit.name, PROCESS, item.number).standard_normal(len(specs)).tolist()
    return {
        name: unit.parameters.get(name, spec.mean) + spec.sd * z
        for (name, spec), z in zip(specs.items(), normals, strict=True)
    }
