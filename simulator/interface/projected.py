"""The signals of a port whose neighbour stands in the same line: what a networked neighbour would have written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from profiles.model import HandoverRules
from simulator.interface.equipment import Value
from simulator.interface.handing import EMPTY_SENDER, NOTHING, UNDER_WAY


class JoinedPort(Protocol):
    """A port of the line model inside a line (``PortView``)."""

    side: str

    @property
    def handover(self) -> int: ...

    @property
    def available(self) -> bool: ...

    @property
    def can_accept(self) -> bool: ...

    @property
    def offered(self) -> Any: ...


@dataclass
class ProjectedPort:
    """A port joined inside a line, as a networked neighbour would see and write it. Read-only."""

    role: str
    joint: JoinedPort
    rules: HandoverRules
    is_safe: Callable[[], bool]
    now: Callable[[], float]
    _sequence: int = 0  # of the last offer

    def outputs(self) -> Mapping[str, Value]:
        mine = self._sender() if self.role == "sender" else self._receiver()
        return {**mine, "safe": self.is_safe(), "state": self.joint.handover, "heartbeat": self._beats()}

    def peer_inputs(self) -> Mapping[str, Value]:
        theirs = self._receiver() if self.role == "sender" else self._sender()
        return {**theirs, "safe": True, "heartbeat": self._beats()}

    def _beats(self) -> int:
        return int(self.now() / self.rules.heartbeat_s) % 65536

    def _number(self, item: Any) -> int:
        """The sequence number of the offer of ``item``: from the item's own, so that both neighbours show the same."""
        self._sequence = item.number % 65535 + 1
        return self._sequence

    def _sender(self) -> dict[str, Value]:
        item, moving = self.joint.offered, self.joint.handover in UNDER_WAY
        if item is None or not (self.joint.available or moving):
            levels = {"available": False, "busy": False, "finished": False}
            return {**EMPTY_SENDER, **levels, "seq_before": self._sequence, "seq_after": self._sequence}
        sequence = self._number(item)
        return {
            "available": True,
            "busy": moving,
            "finished": False,
            "seq_before": sequence,
            "item_id": item.id,
            "item_kind": item.kind or 1,
            "item_quality": item.quality,
            "seq_after": sequence,
        }

    def _receiver(self) -> dict[str, Value]:
        item, moving = self.joint.offered, self.joint.handover in UNDER_WAY
        levels = {"ready": self.joint.can_accept or moving, "start": moving, "stop": False}
        if not moving or item is None:
            return {**levels, "item_id": "", "result": NOTHING, "seq": 0}
        return {**levels, "item_id": item.id, "result": NOTHING, "seq": self._number(item)}
