"""Wrongnesses of production data (ledger area ``production``): counters, ids, records, process values, energy."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from simulator.faults.model import Scene, Tamper, fault

STOPPED, EXECUTE, HOLDING, HELD, RESETTING = 2, 6, 10, 11, 15
STATE = "state.unit_state"
UNDERFLOW = 2**32 - 1  # what a uint32 shows for -1


def _stands(value: Any, scene: Scene) -> Any:
    return scene.memory.setdefault("first", value)


def _late(seconds: float) -> Tamper:
    """What was true some seconds ago."""

    def show(value: Any, scene: Scene) -> Any:
        past = scene.memory.setdefault("past", [])
        past.append((scene.now, value))
        while len(past) > 1 and past[1][0] <= scene.now - seconds:
            past.pop(0)
        return past[0][1]

    return show


def _enters(scene: Scene, state: int) -> bool:
    """Whether the unit has just come to a state."""
    before = scene.memory.get("state")
    scene.memory["state"] = now = scene.values[STATE]
    return bool(now == state != before)


def _leaves(scene: Scene, state: int) -> bool:
    before = scene.memory.get("state")
    scene.memory["state"] = now = scene.values[STATE]
    return bool(before == state != now)


def _anew(when: Callable[[Scene], bool]) -> Tamper:
    """A total that starts again from 0 at some moments."""

    def show(value: Any, scene: Scene) -> Any:
        if when(scene):
            scene.memory["base"] = value
        return value - scene.memory.get("base", 0)

    return show


def _since_reset(value: Any, scene: Scene) -> Any:
    if _enters(scene, RESETTING):
        scene.memory["reset"] = scene.now
    return value + timedelta(seconds=scene.memory.get("reset", 0.0))


def _runs_on(value: Any, scene: Scene) -> Any:
    """5 Wh a second more whenever the unit does not work."""
    last = scene.memory.get("at", scene.now)
    standing = 0.0 if scene.values[STATE] == EXECUTE else scene.now - last
    scene.memory["at"] = scene.now
    scene.memory["more"] = more = scene.memory.get("more", 0.0) + 5 * standing
    return value + more


def _keeps_last(value: Any, scene: Scene) -> Any:
    scene.memory["last"] = value or scene.memory.get("last", 0)
    return scene.memory["last"]


def _when_stopped(value: Any, scene: Scene) -> Any:
    if scene.values[STATE] == STOPPED:
        scene.memory["shown"] = value
    return scene.memory.setdefault("shown", value)


def _lost_when_stopped(value: Any, scene: Scene) -> Any:
    first = _stands(value, scene)
    return first if scene.values[STATE] == STOPPED else value


def _unscaled(value: Any, scene: Scene) -> Any:
    return 1e6 * (value + 1) if isinstance(value, float) else value


# --- counters ---------------------------------------------------------------------------------------------------------
fault(
    "production.wip_underflows",
    "No item in the unit shows as the largest number",
    values={"production.wip": lambda v, s: v or UNDERFLOW},
)
fault("production.wip_late", "Items in the unit are counted three seconds late", values={"production.wip": _late(3.0)})
fault(
    "production.entered_doubled",
    "Each item counts twice as entered and stays in the unit once",
    values={
        "production.entered": lambda v, s: 2 * v,
        "production.wip": lambda v, s: v + s.values["production.entered"],
    },
)
fault("production.good_not_counted", "Good items are not counted any more", values={"production.good": _stands})
fault(
    "production.scrap_counts_down",
    "Scrap shows what remains of an allowance that runs out by itself",
    values={"production.scrap": lambda v, s: v + 1_000_000 - int(2 * s.now)},
)
fault(
    "production.scrap_counted_as_good",
    "Scrapped items count as good",
    values={
        "production.good": lambda v, s: v + s.values["production.scrap"],
        "production.scrap": lambda v, s: 0,
        "production.quality_ratio": lambda v, s: 100.0,
    },
)
fault(
    "production.bad_offered_as_good",
    "Bad items are offered as good",
    values={"handover.outfeed.item_quality": lambda v, s: 1 if v == 2 else v},
)
fault(
    "production.reset_clears_counters",
    "Reset clears the counters",
    values={f"production.{n}": _anew(lambda s: _enters(s, RESETTING)) for n in ("entered", "good", "scrap")},
)
fault(
    "production.since_moves", "Reset moves the time since which is counted", values={"production.since": _since_reset}
)
fault(
    "production.counters_lost_in_stopped",
    "Good items that were made since it came do not count in Stopped",
    values={"production.good": _lost_when_stopped},
)
fault(
    "production.modbus_misses_one",
    "Modbus misses the next good item",
    values_modbus={"production.good": lambda v, s: v if v == _stands(v, s) else v - 1},
)
fault("production.modbus_other_id", "Modbus cuts item ids", values_modbus={"item.id": lambda v, s: v[:8]})
fault(
    "production.ratio_as_fraction",
    "The quality ratio is a fraction instead of per cent",
    values={"production.quality_ratio": lambda v, s: v / 100},
)
fault("production.cycle_time_zero", "The cycle time is 0", values={"production.cycle_time": lambda v, s: 0.0})
fault(
    "production.cycle_time_in_milliseconds",
    "The cycle time is in milliseconds",
    values={"production.cycle_time": lambda v, s: 1000 * v},
)

# --- ids and records --------------------------------------------------------------------------------------------------
fault("production.id_cut", "The record cuts ids to 16 characters", values={"item.id": lambda v, s: v[:16]})
fault(
    "production.id_renumbered",
    "Items are offered under a number of the unit's own",
    values={"handover.outfeed.item_id": lambda v, s: f"CELL{v[-8:]}" if v else v},
)
fault("production.id_of_first_item", "The record keeps the first id", values={"item.id": _stands})
fault("production.sequence_stands", "The sequence numbers of the record stand", values={"item.seq_*": _stands})
fault(
    "production.sequence_by_twos",
    "The sequence numbers count by two",
    values={"item.seq_*": lambda v, s: 2 * v % 65536, "item.values_sequence": lambda v, s: 2 * v % 65536},
)
fault(
    "production.sequence_late",
    "The sequence numbers follow the record only when the unit has stopped",
    values={"item.seq_*": _when_stopped},
)
fault(
    "production.sequence_after_missing",
    "The sequence number after the record is not written",
    values={"item.seq_after": lambda v, s: 0},
)
fault(
    "production.local_time",
    "Times of the record are Japanese time, nine hours ahead",
    values={f"item.{n}": lambda v, s: v + timedelta(hours=9) for n in ("started_at", "finished_at")},
)
fault(
    "production.times_swapped",
    "Start and end of the record are swapped",
    values={
        "item.started_at": lambda v, s: s.values["item.finished_at"],
        "item.finished_at": lambda v, s: s.values["item.started_at"],
    },
)
fault("production.duration_zero", "The duration of the record is 0", values={"item.duration": lambda v, s: 0.0})
fault(
    "production.recipe_of_now",
    "The record shows the recipe that is active now",
    values={
        "item.recipe": lambda v, s: s.values["recipe.active"],
        "item.recipe_revision": lambda v, s: s.values["recipe.revision"],
    },
)
fault("production.no_recipe_revision", "The record has no revision", values={"item.recipe_revision": lambda v, s: 0})
fault("production.grade_undefined", "The grade is a number that is not defined", values={"item.grade": lambda v, s: 7})
fault("production.quality_unknown", "The record leaves the quality open", values={"item.quality": lambda v, s: 0})
fault(
    "production.rejected_graded_a",
    "Rejected items are graded A",
    values={"item.grade": lambda v, s: 1 if v == 9 else v},
)
fault("production.no_lot", "The record names no lot", values={"item.lot": lambda v, s: ""})
fault(
    "production.record_lost_in_held",
    "The record loses its id in Held",
    values={"item.id": lambda v, s: "" if s.values[STATE] in (HOLDING, HELD) else v},
)
fault("production.alarm_not_recorded", "The record names no alarm", values={"item.alarm": lambda v, s: 0})
fault("production.alarm_sticks", "An alarm stays in all later records", values={"item.alarm": _keeps_last})

# --- process values ---------------------------------------------------------------------------------------------------
fault("production.values_unscaled", "Process values are raw values", values={"process.*": _unscaled})
fault("production.values_frozen", "Process values are measured once and for all", values={"process.*": _stands})
fault(
    "production.values_of_the_item_before",
    "Process values carry the number of the record before",
    values={"item.values_sequence": lambda v, s: max(v - 1, 0)},
)
fault(
    "production.values_unrelated",
    "Values that follow from others do not",
    values={"process.mass_after": lambda v, s: v + 25.0, "process.ocv2": lambda v, s: v + 0.025},
)

# --- energy -----------------------------------------------------------------------------------------------------------
fault("production.energy_frozen", "The energy of the unit stands", values={"production.energy": _stands})
fault(
    "production.energy_restarts",
    "The energy of the unit starts anew when an item is finished",
    values={"production.energy": _anew(lambda s: _leaves(s, EXECUTE))},
)
fault("production.energy_runs_on", "A standing unit takes 18 kW more", values={"production.energy": _runs_on})
fault("production.item_energy_zero", "Items take no energy", values={"item.energy": lambda v, s: 0.0})
fault(
    "production.item_energy_in_joules",
    "The energy of items is in joules",
    values={"item.energy": lambda v, s: 3600 * v},
)
