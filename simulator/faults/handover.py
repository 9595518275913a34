"""Wrongnesses of the hand-over (ledger area ``handover``), by who is wrong: the unit as receiver, as sender, or either."""

from __future__ import annotations

from typing import Any

from simulator.faults.model import Scene, fault

STATE = "state.unit_state"
STOPPED = 2
TRANSFERRING = (5, 6, 7, 8, 9)
PULSE_S = 5.0


def _pulse(value: Any, scene: Scene) -> Any:
    """A level that falls by itself, as if nobody had to answer it."""
    if not value:
        scene.memory.pop("since", None)
        return value
    return scene.now - scene.memory.setdefault("since", scene.now) < PULSE_S


# -- reported wrongly -------------------------------------------------------------------------------------------------------
fault(
    "handover.available_in_stopped",
    "Available reads 1 in a stopped unit",
    values={"handover.outfeed.available": lambda v, s: v or s.values[STATE] == STOPPED},
)
fault(
    "handover.infeed_state_constant",
    "The infeed's state reads 3 throughout an exchange",
    values={"handover.infeed.state": lambda v, s: 3 if v in TRANSFERRING else v},
)
fault(
    "handover.outfeed_state_constant",
    "The outfeed's state reads 3 throughout an exchange",
    values={"handover.outfeed.state": lambda v, s: 3 if v in TRANSFERRING else v},
)
fault(
    "handover.wrong_echo",
    "The accepted item id has a letter too many",
    values={"handover.infeed.item_id": lambda v, s: f"{v}x" if v else v},
)
fault(
    "handover.wrong_seq_echo",
    "The accepted offer is reported with another sequence number",
    values={"handover.infeed.seq": lambda v, s: v + 1 if v else v},
)
fault(
    "handover.item_without_kind",
    "The offered item has no kind",
    values={"handover.outfeed.item_kind": lambda v, s: 0},
)
fault(
    "handover.torn_item_data",
    "The second sequence number of the offered item stays behind",
    values={"handover.outfeed.seq_after": lambda v, s: max(0, v - 1)},
)
fault(
    "handover.changes_item_data",
    "The item data change while the item is transported",
    values={"handover.outfeed.item_kind": lambda v, s: 3 - v if s.values["handover.outfeed.busy"] else v},
)
fault(
    "handover.pulses_stop",
    "Stop falls after five seconds, answered or not",
    values={"handover.infeed.stop": _pulse},
)
fault(
    "handover.pulses_finished",
    "Finished falls after five seconds, answered or not",
    values={"handover.outfeed.finished": _pulse},
)
fault(
    "handover.hides_complete",
    "A complete transfer has no result",
    values={"handover.infeed.result": lambda v, s: 0 if v == 3 else v},
)
fault(
    "handover.claims_complete",
    "Every transfer that ended is reported as complete",
    values={"handover.infeed.result": lambda v, s: 3 if v in (1, 2) else v},
)
fault(
    "handover.not_started_as_incomplete",
    "A transfer that never began is reported as incomplete",
    values={"handover.infeed.result": lambda v, s: 2 if v == 1 else v},
)
fault(
    "handover.incomplete_as_not_started",
    "A transfer that was broken off is reported as not started",
    values={"handover.infeed.result": lambda v, s: 1 if v == 2 else v},
)

# -- done wrongly -----------------------------------------------------------------------------------------------------------
for _name, _title in {
    # either role
    "frozen_heartbeat": "The heartbeat of the ports stands",
    "any_writer": "A peer block may be written by anybody at any time",
    "owner_for_ever": "A good-bye does not give the peer block back",
    "ignores_stale": "A standing heartbeat of the neighbour is not noticed",
    "loss_untold": "The loss of the neighbour's heartbeat raises no alarm",
    "ignores_illegal": "Signals out of order are passed over while nothing is transported",
    "no_fault_alarm": "A failed exchange raises no alarm",
    "keeps_outputs_on_fault": "Outputs stay as they were when an exchange fails",
    "stuck_fault": "The faulted state is never left",
    "no_t3": "Timer T3 is not watched",
    "early_t3": "Timer T3 runs out after half of its time",
    "timer_alarm_wrong": "Whichever timer runs out, the alarm is that of an interrupted hand-over",
    # the unit as receiver
    "never_ready": "The infeed never becomes ready",
    "never_starts": "The infeed never starts a transfer",
    "never_stops": "The infeed never shows that the item has arrived",
    "no_t2": "Timer T2 is not watched",
    "no_t5": "Timer T5 is not watched",
    "starts_on_torn_data": "A transfer is started although the item data are still being written",
    "drops_quality": "Every item that is taken over counts as good",
    "loses_item": "An item that was taken over is not counted",
    "denies_taken_item": "An item that was taken over is reported as incomplete when the sender is lost",
    # the unit as sender
    "never_available": "The outfeed never offers an item",
    "never_busy": "The outfeed never shows that it transports",
    "no_t1": "Timer T1 is not watched",
    "no_t4": "Timer T4 is not watched",
    "impatient": "An offer that nobody answers becomes a fault",
    "sequence_stands": "Every offer has the same sequence number",
    "renames_items": "Items are offered under another id than they came with",
    "ignores_wrong_item": "The id that the receiver accepts is not compared",
    "ignores_wrong_seq": "The sequence number that the receiver accepts is not compared",
    "keeps_given_item": "An item that was handed over stays in the unit and is offered again",
    "assumes_gone": "An item whose transfer was broken off counts as handed over",
    "forgets_result": "The receiver's result of a transfer that was broken off is not asked for",
}.items():
    fault(f"handover.{_name}", _title, behaviours=frozenset({f"handover.{_name}"}))

for _name, _title, _behaviour in (
    ("keeps_ready", "Readiness is kept although the unit stops", "receiver.no_revoke"),
    ("keeps_available", "The offer is kept although the unit stops", "sender.no_revoke"),
    ("receive_order_one", "As receiver: that the sender finishes first is a fault", "receiver.receiver_first_only"),
    ("receive_order_two", "As receiver: that the receiver finishes first is a fault", "receiver.sender_first_only"),
    ("send_order_one", "As sender: that the sender finishes first is a fault", "sender.receiver_first_only"),
    ("send_order_two", "As sender: that the receiver finishes first is a fault", "sender.sender_first_only"),
    ("offer_not_revocable", "An offer that is withdrawn before the start is a fault", "receiver.no_revocation"),
    ("readiness_not_revocable", "Readiness that is withdrawn before the start is a fault", "sender.no_revocation"),
    ("receiver_ignores_safe", "A sender that is not safe does not stop a transfer", "receiver.ignores_peer_safe"),
    ("sender_ignores_safe", "A receiver that is not safe does not stop a transfer", "sender.ignores_peer_safe"),
):
    fault(f"handover.{_name}", _title, behaviours=frozenset({f"handover.{_behaviour}"}))
