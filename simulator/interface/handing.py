"""Words of the hand-over that both roles of a port share: state numbers, results, alarms, what a port needs of its unit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from simulator.interface.equipment import Value

NOTHING, NOT_STARTED, INCOMPLETE, COMPLETE = 0, 1, 2, 3
"""Transfer results of IPC-HERMES-9852; 0: none yet."""
FREE, AVAILABLE, READY, BOTH, TRANSPORTING, STOPPED, FINISHED, CLOSING, FAULTED = 3, 4, 5, 6, 7, 8, 9, 11, 12
UNDER_WAY = (TRANSPORTING, STOPPED, FINISHED)
TRANSPORT_S = 1.0  # from busy to finished or stop [S]
ILLEGAL, WRONG, INTERRUPTED, PEER_LOST = "handover_illegal", "handover_wrong_item", "handover_interrupted", "peer_lost"
EMPTY_SENDER: dict[str, Value] = {"seq_before": 0, "item_id": "", "item_kind": 0, "item_quality": 0, "seq_after": 0}
EMPTY_RECEIVER: dict[str, Value] = {"item_id": "", "result": NOTHING, "seq": 0}


@dataclass(frozen=True)
class Surroundings:
    """What a port needs of its unit: safety, alarms by slug or number, and whether one is still unacknowledged."""

    is_safe: Callable[[], bool]
    alarm: Callable[[int, bool], None]
    number_of: Callable[[str], int]
    is_unacked: Callable[[int], bool]
