"""A port in the role of the sender: it offers the unit's items one by one, and has each until the receiver has it."""

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
    INTERRUPTED,
    NOT_STARTED,
    NOTHING,
    READY,
    STOPPED,
    UNDER_WAY,
)
from simulator.interface.ports import NetworkPort
from simulator.line.errors import CommandRefused
from simulator.line.item import Item

IMPATIENT_S = 8.0  # after which a deliberate fault gives up an offer that nobody answers


class SendingPort(NetworkPort):
    """The outfeed of a unit."""

    role = "sender"
    own_levels, peer_levels = SENDER_LEVELS, RECEIVER_LEVELS
    own_data, peer_data = EMPTY_SENDER, EMPTY_RECEIVER
    _asks = False  # the receiver's result must tell who has the item
    _quiet_since: float | None = None
    _item: Item | None = None  # on offer
    _offered_at = 0.0

    def _act(self, now: float) -> None:
        state, own, peer = self.machine.state, self.own, self.peer_inputs()
        if state in (FREE, READY) and not any(own.values()):
            if self._is_willing():
                self._offer(now)
        elif state in (AVAILABLE, BOTH):
            gone = self.remote.offered is not self._item  # taken away by hand
            unwilling = (gone or not self._is_willing()) and not self.is_wrong("sender.no_revoke")
            if unwilling or self._has_failed_there(peer):
                own["available"] = False  # the next offer has a number of its own
            elif self.is_wrong("impatient") and state == AVAILABLE and now - self._offered_at > IMPATIENT_S:
                self.machine.apply(now, "given up")
                self.fail(INTERRUPTED, state)
        elif state in UNDER_WAY:
            self._transport(now, peer)
        elif state == CLOSING:
            self._close(peer)

    def _is_willing(self) -> bool:
        return self.remote.offered is not None and self.unit.is_safe() and not self.is_wrong("never_available")

    def _offer(self, now: float) -> None:
        item = self.remote.offered
        step = 0 if self.is_wrong("sequence_stands") else 1
        sequence = max(1, (int(self.data["seq_before"]) % 65535) + step)  # type: ignore[arg-type]
        self.data.update(
            seq_before=sequence,
            item_id=f"R-{item.id}" if self.is_wrong("renames_items") else item.id,
            item_kind=item.kind or 1,
            item_quality=item.quality,
            seq_after=sequence,
        )
        self.own["available"] = True
        self._item, self._offered_at = item, now

    def _has_failed_there(self, peer: Mapping[str, Any]) -> bool:
        """The receiver has given this very offer up, and we have not seen that it ever started."""
        given_up = peer["result"] in (NOT_STARTED, INCOMPLETE) and not (peer["start"] or peer["stop"])
        return given_up and self._speaks_of_this(peer)

    def _speaks_of_this(self, peer: Mapping[str, Any]) -> bool:
        """Whether the receiver's result is about the present offer."""
        return bool(peer["item_id"] == self.data["item_id"] and peer["seq"] == self.data["seq_before"])

    def _transport(self, now: float, peer: Mapping[str, Any]) -> None:
        own = self.own
        if self.remote.moving is None:
            other = peer["item_id"] != self.data["item_id"] and not self.is_wrong("ignores_wrong_item")
            earlier = peer["seq"] != self.data["seq_before"] and not self.is_wrong("ignores_wrong_seq")
            if other or earlier:
                self.wrong_item(now)
                return
            try:
                self.remote.begin()
            except CommandRefused:  # revoked in the same moment
                state = self.machine.state
                self.machine.apply(now, "refused")
                self.fail(INTERRUPTED, state)
                return
            own["busy"] = not self.is_wrong("never_busy")
            self.arrives = now + self.transport_s
        elif self.arrives is not None and now >= self.arrives:
            self.arrives = None
            own["finished"] = True

    def _close(self, peer: Mapping[str, Any]) -> None:
        if self.remote.moving is not None:  # both have finished: the item is gone
            self.remote.abort(INCOMPLETE if self.is_wrong("keeps_given_item") else COMPLETE)
        if not peer["start"]:
            self.own = dict.fromkeys(self.own, False)

    # -- who has the item ------------------------------------------------------------------------------------------------

    def _settle(self, before: int) -> None:
        if self.remote.moving is None:
            return
        if before in (STOPPED, CLOSING):
            self.remote.complete()
            return
        self._asks, self._quiet_since = True, None

    def _knows_item(self, now: float) -> bool:
        """The receiver tells by its result, once it is back. One that has nothing to say of this offer has not got it."""
        if not self._asks:
            return True
        peer = self.peer_inputs()
        if self.is_wrong("assumes_gone") or self.is_wrong("forgets_result"):
            self._know(COMPLETE if self.is_wrong("assumes_gone") else INCOMPLETE)
        elif not self._connected or peer["start"] or peer["stop"]:
            self._quiet_since = None
        elif self._speaks_of_this(peer):
            self._quiet_since = None
            if peer["result"] != NOTHING:
                self._know(COMPLETE if peer["result"] == COMPLETE else INCOMPLETE)
        elif self._quiet_since is None:
            self._quiet_since = now
        elif now >= self._quiet_since + self.rules.clear_s:
            self._know(INCOMPLETE)
        return not self._asks

    def _know(self, result: int) -> None:
        self._asks, self._quiet_since = False, None
        self.remote.abort(result)

    def _decides_at(self) -> float | None:
        return None if self._quiet_since is None else self._quiet_since + self.rules.clear_s
