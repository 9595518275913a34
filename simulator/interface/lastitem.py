"""The record of the item that left last, as its signals show it, and the values that were measured on it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime

from profiles.model import Signal
from profiles.pack import Profile
from simulator.interface.equipment import Value
from simulator.line.item import ItemRecord
from simulator.line.view import UnitView

GRADES = {"A": 1, "B": 2, "C": 3, "R": 9}
_REVISIONS = 64  # changes of the recipe that are remembered for items begun before them
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class LastItem:
    """The signals ``item.*`` and the profile's process values of one unit. ``to_utc`` turns model seconds into UTC."""

    def __init__(self, profile: Profile, unit: UnitView, to_utc: Callable[[float], datetime]) -> None:
        self._profile, self._unit, self._to_utc = profile, unit, to_utc
        self._revisions: deque[tuple[float, int]] = deque(maxlen=_REVISIONS)

    def values(self, now: float, revision: int) -> dict[str, Value]:
        """The record at model time ``now`` (s); ``revision`` is the one of the recipe that is active now."""
        if not self._revisions or self._revisions[-1][1] != revision:
            self._revisions.append((now, revision))
        # The number of the record, not of the look: whoever misses one sees the gap. 0 means that there is none yet.
        count = self._unit.recorded
        sequence = (count - 1) % 65535 + 1 if count else 0
        record = self._unit.last_item
        shown = {"item.seq_before": sequence, "item.seq_after": sequence, "item.values_sequence": sequence}
        return {**shown, **(self._nothing() if record is None else self._of(record))}

    def _of(self, record: ItemRecord) -> dict[str, Value]:
        has_recipes = bool(self._profile.recipes)
        return {
            **self._measured(record),
            "item.id": record.item_id,
            "item.quality": record.quality,
            "item.kind": record.kind,
            # A unit that measures nothing (a conveyor) grades nothing.
            "item.grade": GRADES.get(record.grade, 0) if self._profile.process_values else 0,
            "item.recipe": record.recipe if has_recipes else 0,
            "item.recipe_revision": self._revision_at(record.start) if has_recipes else 0,
            "item.lot": record.lot,
            "item.alarm": record.alarm if record.alarm in self._profile.alarms else 0,
            "item.energy": record.energy_wh,
            "item.started_at": to_millisecond(self._to_utc(record.start)),
            "item.finished_at": to_millisecond(self._to_utc(record.end)),
            "item.duration": record.end - record.start,
        }

    def _nothing(self) -> dict[str, Value]:
        zeros = ("quality", "kind", "grade", "recipe", "recipe_revision", "alarm")
        return {
            **{name: _lowest(self._profile.signals[name]) for name in self._profile.process_values},
            **dict.fromkeys((f"item.{z}" for z in zeros), 0),
            **dict.fromkeys(("item.energy", "item.duration"), 0.0),
            **dict.fromkeys(("item.id", "item.lot"), ""),
            **dict.fromkeys(("item.started_at", "item.finished_at"), _EPOCH),
        }

    def _revision_at(self, time: float) -> int:
        """The revision in force at a model time (s): recipes change at rest only, when nothing begins."""
        earlier = [revision for since, revision in self._revisions if since <= time]
        return earlier[-1] if earlier else self._revisions[0][1]

    def _measured(self, record: ItemRecord) -> dict[str, Value]:
        signals = self._profile.signals
        values = {**record.process_values, **derived(record)}
        return {name: fitted(signals[name], values[name]) for name in self._profile.process_values if name in values}


def derived(record: ItemRecord) -> dict[str, float]:
    """Process values that follow from others, or from the place where the item was."""
    values = record.process_values
    found: dict[str, float] = {}
    if "process.mass_before" in values and "process.electrolyte_mass" in values:  # weighed before and after, in g
        found["process.mass_after"] = values["process.mass_before"] + values["process.electrolyte_mass"]
    if "process.ocv1" in values and "process.voltage_drop" in values:  # V, and the drop in mV
        found["process.ocv2"] = values["process.ocv1"] - values["process.voltage_drop"] / 1000
    if record.tray:
        found |= {
            "process.tray_number": record.tray,
            "process.tray_position": record.position,
            "process.channel": record.channel,
        }
    return found


def fitted(signal: Signal, value: float) -> Value:
    """A measured value as its signal can carry it: within the range, whole where the type is whole."""
    if signal.range is not None:
        value = min(max(value, signal.range[0]), signal.range[1])
    return value if signal.type.startswith("float") else round(value)


def to_millisecond(moment: datetime) -> datetime:
    """A time as both protocols carry it."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def _lowest(signal: Signal) -> Value:
    low = max(signal.range[0], 0.0) if signal.range else 0.0
    return low if signal.type.startswith("float") else int(low)
