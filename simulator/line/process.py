"""What is recorded about an item: process values, energy, lot, grade, the place where it was.

Only for lines that somebody looks at or whose records are written. A record is made when the service ends and shown when
the item leaves, so that the items of a tray show theirs one after the other, as they are counted.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.line.item import BAD, CELL, Item, ItemRecord
from simulator.line.packml import State
from simulator.line.spec import STATE_NAMES, ProcessValue
from simulator.line.streams import PROCESS, generator

if TYPE_CHECKING:
    from simulator.line.unit import Unit

_EXECUTE = {number: name for name, number in STATE_NAMES.items()}[State.EXECUTE]


@dataclass(frozen=True)
class Work:
    """What was done to some items together: from when (s), how long in Execute (s), by which recipe, in which tray.

    ``first_channel`` is the number of channels before those of the tray; ``tray`` 0 means that there is none.
    """

    began: float
    executed: float
    recipe: int
    tray: int = 0
    first_channel: int = 0


def record_items(unit: Unit, items: Iterable[Item], work: Work, places: int) -> None:
    """Add one record per item.

    The energy is the power in Execute times the seconds in Execute, shared by the ``places`` that the unit has: what an
    empty place takes is nobody's, so that the items together never have more than the unit took.
    """
    energy = unit.spec.energy_w.get(_EXECUTE, 0.0) * work.executed / 3600 / max(places, 1)
    alarm = unit.alarms.first_raised(work.began, unit.clock.time)
    for item in items:
        record = ItemRecord(
            item_id=item.id,
            unit=unit.name,
            start=work.began,
            end=unit.clock.time,
            recipe=work.recipe,
            lot=f"{unit.context.line}-L{(item.number - 1) // unit.context.lot_size + 1:05d}",
            process_values=_draw_values(unit, item),
            energy_wh=energy,
            grade="R" if item.quality == BAD else "A",
            quality=item.quality,
            kind=item.kind or CELL,
            alarm=alarm,
            tray=work.tray,
            position=item.place if work.tray else 0,
            channel=work.first_channel + item.place if work.tray else 0,
        )
        if item.records is None:
            item.records = []
        item.records.append(record)
        if unit.context.record is not None:
            unit.context.record(record)


def show_record(unit: Unit, item: Item) -> None:
    """The item leaves: its record becomes the unit's ``last_item``."""
    if item.records:
        unit.last_item = item.records[-1]
        unit.recorded += 1


def _draw_values(unit: Unit, item: Item) -> dict[str, float]:
    """One normal value per process value, around the setting of the parameter of the same name if there is one."""
    specs = unit.spec.process_values
    if not specs:
        return {}
    normals = generator(unit.context.seed, unit.name, PROCESS, item.number).standard_normal(len(specs)).tolist()
    return {
        name: _spread(spec, _setting(unit, name), z) for (name, spec), z in zip(specs.items(), normals, strict=True)
    }


def _setting(unit: Unit, name: str) -> float | None:
    """What the recipe asks for: the parameter of the same name, ``parameter.soak_time`` for ``process.soak_time``."""
    known = unit.parameters
    return known.get(name, known.get(f"parameter.{name.removeprefix('process.')}"))


def _spread(spec: ProcessValue, setting: float | None, normal: float) -> float:
    """A setting moves the mean and keeps the relative spread."""
    if setting is None:
        return spec.mean + spec.sd * normal
    return setting + spec.sd * (abs(setting / spec.mean) if spec.mean else 1.0) * normal
