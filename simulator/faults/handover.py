"""Faults of the hand-over."""

from __future__ import annotations

from simulator.faults.model import fault

fault(
    "handover.available_always",
    "Available reads 1 in every state",
    values={"handover.outfeed.available": lambda v, s: True},
)
fault(
    "handover.state_constant",
    "The state always reads 3",
    values={"handover.infeed.state": lambda v, s: 3 if v in (5, 6, 7, 8, 9) else v},
)
fault(
    "handover.wrong_echo",
    "The accepted item id has a letter too many",
    values={"handover.infeed.item_id": lambda v, s: f"{v}x" if v else v},
)
for _name, _title in {
    "frozen_heartbeat": "The heartbeat of the ports stands",
    "never_ready": "The infeed never becomes ready",
    "never_finishes": "A transfer never ends",
    "no_revoke": "Readiness is kept although the unit stops",
    "no_t2": "Timer T2 is not watched",
    "no_t5": "Timer T5 is not watched",
    "ignores_illegal": "Signals out of order are tolerated",
    "ignores_stale": "A standing heartbeat of the neighbour is not noticed",
    "any_writer": "A peer block may be written by anybody at any time",
}.items():
    fault(f"handover.{_name}", _title, behaviours=frozenset({f"handover.{_name}"}))
fault(
    "handover.receive_order_one",
    "Sender first is taken for a fault",
    behaviours=frozenset({"handover.receiver_first_only"}),
)
fault(
    "handover.receive_order_two",
    "Receiver first is taken for a fault",
    behaviours=frozenset({"handover.sender_first_only"}),
)
