"""A port in the role of the receiver: it starts each offer at most once, and has the item from ``stop`` on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from profiles.handover import RECEIVER_LEVELS, SENDER_LEVELS
from simulator.interface.handing import (
    AVAILABLE,
    BOTH,
    CLOSING,
    COMPLETE,
    EMPTY_RECEIVER,
    EMPTY_SENDER,
    FREE,
    INCOMPLETE,
    NOT_STARTED,
    NOTHING,
    READY,
    UNDER_WAY,
)
from simulator.interface.ports import NetworkPort
from simulator.line.errors import CommandRefused


class ReceivingPort(NetworkPort):
    """The infeed of a unit."""

    role = "receiver"
    own_levels, peer_levels = RECEIVER_LEVELS, SENDER_LEVELS
    own_data, peer_data = EMPTY_RECEIVER, EMPTY_SENDER
    _moves = False  # the sender has begun

    def _act(self, now: float) -> None:
        state, own, peer = self.machine.state, self.own, self.peer_inputs()
        if state in (FREE, AVAILABLE) and not any(own.values()):
            own["ready"] = self._is_willing()
        elif state in (READY, BOTH):
            if not self._is_willing() and not self.is_wrong("receiver.no_revoke"):
                own["ready"] = False
            elif state == BOTH and peer["safe"]:
                self._start(now, peer)
        elif state in UNDER_WAY:
            self._take(now, peer)
        elif state == CLOSING:
            self._close(peer)

    def _is_willing(self) -> bool:
        return self.remote.can_accept and self.unit.is_safe() and not self.is_wrong("never_ready")

    def _start(self, now: float, peer: Mapping[str, Any]) -> None:
        sequence, torn = peer["seq_before"], peer["seq_before"] != peer["seq_after"]
        if torn and not self.is_wrong("starts_on_torn_data"):
            return  # being written: look again at the next write
        if not peer["item_id"]:
            self.wrong_item(now)
            return
        if (peer["item_id"], sequence) == (self.data["item_id"], self.data["seq"]) or self.is_wrong("never_starts"):
            return  # an old offer: the sender makes a new one when it has seen how the last one ended
        quality = 1 if self.is_wrong("drops_quality") else int(peer["item_quality"])
        try:
            self.remote.begin(str(peer["item_id"]), int(peer["item_kind"]), quality)
        except CommandRefused:
            return
        self.data.update(item_id=peer["item_id"], seq=sequence, result=NOTHING)
        self._moves = False
        self.own["start"] = True

    def _take(self, now: float, peer: Mapping[str, Any]) -> None:
        if self.own["stop"]:
            return
        self._moves = self._moves or bool(peer["busy"])
        if (peer["item_id"], peer["seq_before"]) != (self.data["item_id"], self.data["seq"]):
            self.wrong_item(now)
        elif self.arrives is None and peer["busy"]:
            self.arrives = now + self.transport_s
        elif self.arrives is not None and now >= self.arrives and not self.is_wrong("never_stops"):
            self.arrives = None
            self.data["result"] = COMPLETE
            self.own["stop"] = True
            self.remote.abort(INCOMPLETE if self.is_wrong("loses_item") else COMPLETE)

    def _close(self, peer: Mapping[str, Any]) -> None:
        if self.own["start"] or self.own["ready"]:
            self.own.update(start=False, ready=False)
        elif not (peer["available"] or peer["busy"] or peer["finished"]):
            self.own["stop"] = False

    def _settle(self, before: int) -> None:
        """Who has not shown ``stop`` has not got the item, and says so."""
        if self.remote.moving is not None:
            moved = self._moves or self.machine.levels["busy"]
            self.data["result"] = INCOMPLETE if moved else NOT_STARTED
            self.remote.abort(self.data["result"])
        elif before in UNDER_WAY and self.is_wrong("denies_taken_item"):
            self.data["result"] = INCOMPLETE
