"""The arrays of a lowered line: one record per unit, joint, server, failure mode, planned stop, operator, stream
and possible event.

Everything that the kernel changes lies in these arrays, so a run can stop and go on at any event. Truth values are
kept as 0 and 1, times in s, indices as int64, -1 meaning none. Joint ``i`` lies before unit ``i``; the last one lies
before the sink.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from simulator.line.packml import Cause

CAUSES = len(Cause)
CELLS = 18 * CAUSES  # state * CAUSES + cause; the mode is always production
MACHINE, CONVEYOR = 0, 1
NEVER = np.inf

# What the kernel says when it comes back.
DONE, LOW, LOG_FULL, BROKEN = 0, 1, 2, 3

# Kinds of events; the order among simultaneous ones is that of the indices of the cells (semantics, section 8).
E_REPAIRED, E_TRANSIENT, E_HANDED_OVER, E_SERVED, E_HEAD, E_AGED, E_TIMED = range(7)
E_REOPENED, E_ENTRY, E_SOURCE, E_FLUSHED, E_PLANNED = range(7, 12)


def _record(*groups: str) -> np.dtype[np.void]:
    """Groups of floats and of integers by turns."""
    fields = [(name, np.int64 if n % 2 else np.float64) for n, group in enumerate(groups) for name in group.split()]
    return np.dtype(fields, align=True)


LINE = _record(
    "now origin born gone lead_sum lead_squares bucket_s bucket_low bucket_high response walking",
    "at_units at_joints at_servers at_modes at_stops at_operators at_streams at_values at_cells at_tree at_queue at_arrivals at_wear at_items "
    "at_seconds at_levels at_departures at_lead_times at_log "
    "started n_units tree current seq low broken logging log_n log_limit log_rows number planned plan0 plans plan_at plan_left "
    "pool free_items source_ready source_waiting source_cell source_stream sink_room sink_good sink_bad sink_cell "
    "sink_stream leads bucket first_stop stops planned_cell away n_operators calls0 calls_head calls",
)
UNIT = _record(
    # what every service of a machine touches lies together
    "since age due",
    "kind state cause account open ready room entered good scrap busy loading free0 free out0 out_head out "
    "servers tray by_service place_modes service unlucky flush_cell",
    "repair_length execute_since setup_s places_down_s mending_since scrap_share flush_s suspending unsuspending holding unholding "
    "travel pitch stood stands_since next_entry level_since at_m failed_at waited gone",
    "rejected binned failed failures mending first_mode modes wear0 counts_execute aging timed hands_over auto_unhold instant holds "
    "planned owed waiting operator first_stop stops planned_cell "
    "repair_cell transient_cell age_cell timed_cell head_cell entry_cell first_server changeover bad_goes_on "
    "capacity belt0 head items stands waits accumulating level0",
)
JOINT = _record("transfer since", "capacity moving cell place0 head items level0")
SERVER = _record("left ends", "running working recipe cell item0 head items")
MODE = _record("due", "timed of_places between repair alarm needs_operator")
STOP = _record("begin length every edge", "n on cause")
OPERATOR = _record("at since seconds", "busy")
STREAM = _record("", "at step limit end")
# What ``running`` of a server says: nothing, a service to its end, one until the place fails, from ``MENDS`` on a repair of
# the unit's mode ``running - MENDS``, whose length lies in ``ends`` meanwhile.
STANDS, SERVES, WILL_FAIL, MENDS = range(4)
# ``bits`` are those of ``when``: read as whole numbers, times from 0 on sort alike. ``rank`` is ``order`` plus the number
# of the scheduling, which takes the lower bits.
SCHEDULINGS = 1 << 44
CELL = np.dtype(
    {
        "names": ["when", "bits", "rank", "order", "kind", "owner", "server"],
        "formats": [np.float64] + [np.int64] * 6,
        "offsets": [0, 0, 8, 16, 24, 32, 40],
    }
)
ITEM = _record("born", "number recipe bad")
BATCH = (
    3  # places in the queue of a batch of the plan: recipe, count, good items that left (at the recipe's first batch)
)
FLOAT, WHOLE = _record("x", ""), _record("", "x")
ROW = np.dtype(
    [
        ("t", np.float64),
        ("unit", np.int64),
        ("kind", np.int64),
        ("item", np.int64),
        ("a", np.int64),
        ("b", np.float64),
    ],
    align=True,
)

Records = np.recarray[Any, np.dtype[np.void]]
Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


class Arrays(NamedTuple):
    """What the kernel works on. ``queue`` holds every list of whole numbers: places, belts, trays, free servers.

    The kernel gets ``line`` alone, whose ``at_…`` are the addresses of the others: so a call inside the kernel passes one
    pointer, where sixteen arrays would cost more than the work itself. ``point`` must follow each exchange of an array.
    """

    line: Records
    units: Records
    joints: Records
    servers: Records
    modes: Records
    stops: Records
    operators: Records
    streams: Records
    values: Floats
    cells: Records
    tree: Integers
    queue: Integers
    arrivals: Floats
    wear: Floats
    items: Records
    seconds: Floats
    levels: Floats
    departures: Integers
    lead_times: Integers
    log: Records

    def point(self) -> None:
        """Tell the kernel where the arrays are."""
        line = self.line[0]
        for name in self._fields[1:]:
            line[f"at_{name}"] = getattr(self, name).ctypes.data
