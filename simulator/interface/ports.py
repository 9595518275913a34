"""The network side of a unit's port: hand-over by level signals, on the pack's state table and timers.

``NetworkPort`` serves a port whose neighbour writes the peer block (a tester, a PLC, a second mock); ``ProjectedPort`` shows
what neighbours joined inside a line would have written. Who keeps the item when an exchange is interrupted: the sender,
unless the receiver has shown ``stop`` or, when both come back, ``result`` = complete with the item's id.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from profiles.handover import RECEIVER_LEVELS, RESET, SENDER_LEVELS, UNSAFE, WRONG_ITEM, HandoverMachine
from profiles.model import HandoverRules
from profiles.statetable import StateTable
from simulator.faults import FaultSet
from simulator.interface.equipment import RefusalKind, Refused, Value
from simulator.line.errors import CommandRefused

NOTHING, NOT_STARTED, INCOMPLETE, COMPLETE = 0, 1, 2, 3
FREE, AVAILABLE, READY, BOTH, TRANSPORTING, STOPPED, FINISHED, CLOSING, FAULTED = 3, 4, 5, 6, 7, 8, 9, 11, 12
UNDER_WAY = (TRANSPORTING, STOPPED, FINISHED)
TRANSPORT_S = 0.5  # from busy to finished or stop [S]
ILLEGAL, WRONG, INTERRUPTED, PEER_LOST = "handover_illegal", "handover_wrong_item", "handover_interrupted", "peer_lost"


@dataclass(frozen=True)
class Surroundings:
    """What a port needs of its unit: safety, alarms by slug or number, and whether one is still unacknowledged."""

    is_safe: Callable[[], bool]
    alarm: Callable[[int, bool], None]
    number_of: Callable[[str], int]
    is_unacked: Callable[[int], bool]


@dataclass
class _Block:
    """The peer block as written, and whose it is."""

    values: dict[str, Any]
    owner: str | None = None
    beat_at: float | None = None


@dataclass
class NetworkPort:
    """One free port. ``role`` is ``sender`` (outfeed) or ``receiver`` (infeed); times in model seconds."""

    role: str
    rules: HandoverRules
    table: StateTable
    remote: Any  # RemoteOutfeed or RemoteInfeed of the line model
    faults: FaultSet
    unit: Surroundings
    transport_s: float = TRANSPORT_S
    machine: HandoverMachine = field(init=False)

    def __post_init__(self) -> None:
        self._own_names, self._peer_names = (
            (SENDER_LEVELS, RECEIVER_LEVELS) if self.role == "sender" else (RECEIVER_LEVELS, SENDER_LEVELS)
        )
        timers = self.rules.timers
        self.machine = HandoverMachine(self.table, timers, self.role)
        self._own = dict.fromkeys(self._own_names, False)
        self._data: dict[str, Value] = dict(_EMPTY_SENDER if self.role == "sender" else _EMPTY_RECEIVER)
        self._block = _Block(self._nothing())
        self._beats = 0
        self._connected = False
        self._arrives: float | None = None
        self._alarm: int | None = None
        self._unresolved = False

    # -- what endpoints and the projection see -------------------------------------------------------------------------

    def outputs(self) -> Mapping[str, Value]:
        return {**self._own, **self._data, "safe": self._safe(), "state": self.machine.state, "heartbeat": self._beats}

    def peer_inputs(self) -> Mapping[str, Value]:
        """The peer block in force: everything is 0 while its heartbeat is stale."""
        return self._peer if self._connected else self._nothing()

    def write(self, values: Mapping[str, Value], peer: str, now: float) -> None:
        """Take a write of the peer block. The first writer owns it while its heartbeat lives; 0 gives it back."""
        owner = self._block.owner
        if owner not in (None, peer) and self._is_alive(now) and not self.faults.has("handover.any_writer"):
            raise Refused(RefusalKind.NOT_OWNER, f"the block is written by {owner}, whose heartbeat lives")
        self._block.owner = peer
        beat = values.get("heartbeat")
        if beat is not None and beat != self._block.values["heartbeat"]:
            self._block.beat_at = now
        self._block.values.update(values)
        if beat == 0:  # an orderly good-bye is no loss
            self._block.owner, self._block.beat_at = None, None
            self._connected = False
            self.unit.alarm(self.unit.number_of(PEER_LOST), False)
        self.advance(now)

    def disconnected(self, peer: str) -> None:
        """The owner's connection is gone: its block is stale at once."""
        if self._block.owner == peer:
            self._block.owner, self._block.beat_at = None, None
            if self.machine.state not in UNDER_WAY:  # who leaves between two exchanges leaves nothing behind
                self._connected = False
                self.unit.alarm(self.unit.number_of(PEER_LOST), False)

    def reset(self, now: float) -> None:
        """Try to leave the faulted state (it also does so by itself as soon as it may)."""
        self.advance(now)

    def next_wake(self, now: float) -> float | None:
        """When something happens by itself, in model seconds."""
        times = [self.machine.next_expiry(), self._arrives]
        if self._block.beat_at is not None:
            times.append(self._block.beat_at + self.rules.heartbeat_loss_s)
        return min((t for t in times if t is not None and t > now), default=None)

    # -- the exchange ----------------------------------------------------------------------------------------------------

    def advance(self, now: float) -> None:
        """Bring the port up to ``now``: heartbeat, peer, timers, then act until nothing changes any more."""
        if not self.faults.has("handover.frozen_heartbeat"):
            self._beats = int(now / self.rules.heartbeat_s) % 65536
        self._watch_peer(now)
        for _ in range(16):  # an exchange has fewer steps than this; each round takes at least one
            before = (self.machine.state, dict(self._own))
            self._feed(now)
            self._expire(now)
            if self.machine.state == FAULTED:
                self._try_reset(now)
            else:
                self._act(now)
            if (self.machine.state, self._own) == before:
                return

    def _watch_peer(self, now: float) -> None:
        alive = self._is_alive(now) or (self._connected and self.faults.has("handover.ignores_stale"))
        if alive != self._connected:
            self._connected = alive
            self.unit.alarm(self.unit.number_of(PEER_LOST), not alive)

    def _is_alive(self, now: float) -> bool:
        beat = self._block.beat_at
        return beat is not None and now - beat <= self.rules.heartbeat_loss_s

    def _feed(self, now: float) -> None:
        """Let the machine see all levels; what it has no transition for is a fault."""
        peer = self.peer_inputs()
        levels = {**self._own, **{name: bool(peer[name]) for name in self._peer_names}}
        state = self.machine.state
        for step in self.machine.update(now, levels):
            if step.illegal:
                if self._is_tolerated(step.event):
                    self.machine.state = step.before
                    continue
                interrupted = step.before in UNDER_WAY and step.event.endswith("_off")
                self._fault(now, INTERRUPTED if interrupted else ILLEGAL, step.before)
                return
            if self._is_wrongly_refused(step.event, step.after):
                self.machine.apply(now, "refused")
                self._fault(now, ILLEGAL, step.before)
                return
        unsafe = not self._safe() or (self._connected and not peer["safe"])
        if self.machine.state in UNDER_WAY and unsafe:
            state = self.machine.state
            self.machine.apply(now, UNSAFE)
            self._fault(now, INTERRUPTED, state)

    def _is_tolerated(self, event: str) -> bool:
        return self.faults.has("handover.ignores_illegal") and event.endswith("_on")

    def _is_wrongly_refused(self, event: str, after: int) -> bool:
        """Legal steps that a deliberate fault takes for illegal: one finishing order, a revocation."""
        revoked = event in ("available_off", "ready_off") and after in (FREE, AVAILABLE, READY)
        theirs = event.partition("_")[0] in self._peer_names
        return (
            (after == STOPPED and self.faults.has("handover.sender_first_only"))
            or (after == FINISHED and self.faults.has("handover.receiver_first_only"))
            or (revoked and theirs and self.faults.has("handover.no_revocation"))
        )

    def _expire(self, now: float) -> None:
        for expiry in self.machine.expired(now, 0.5 if self.faults.has("handover.early_t3") else 1.0):
            if self.faults.has(f"handover.no_{expiry.timer.id}"):
                continue
            before = self.machine.state
            self.machine.apply(now, f"timeout:{expiry.timer.id}")
            self._fault(now, expiry.timer.alarm, before)
            return

    def _act(self, now: float) -> None:
        if self.role == "sender":
            self._send(now)
        else:
            self._receive(now)

    def _send(self, now: float) -> None:
        state, own, peer = self.machine.state, self._own, self.peer_inputs()
        if state in (FREE, READY) and not any(own.values()):
            if self._willing(self.remote.offered is not None):
                self._show_item()
                own["available"] = True
        elif state in (AVAILABLE, BOTH):
            if not self._willing(self.remote.offered is not None) and not self.faults.has("handover.no_revoke"):
                own["available"] = False
            elif self.faults.has("handover.changes_item_data"):
                self._data["item_id"] = f"{self.remote.offered.id if self.remote.offered else ''}*{self._beats % 10}"
        elif state in UNDER_WAY:
            self._send_item(now, peer)
        elif state == CLOSING:
            if self.remote.moving is not None:  # both have finished: the item is gone
                self.remote.complete()
            if not peer["start"] and not self.faults.has("handover.holds_levels"):
                own.update(available=False, busy=False, finished=False)

    def _send_item(self, now: float, peer: Mapping[str, Any]) -> None:
        own = self._own
        if self.remote.moving is None:
            if peer["item_id"] != self._data["item_id"] and not self.faults.has("handover.ignores_wrong_item"):
                self._wrong_item(now)
                return
            try:
                self.remote.begin()
            except CommandRefused:
                self.machine.apply(now, "refused")
                self._fault(now, INTERRUPTED, self.machine.state)
                return
            own["busy"] = not self.faults.has("handover.skips_busy")
            self._arrives = now + self.transport_s
        elif self._arrives is not None and now >= self._arrives and not self.faults.has("handover.never_finishes"):
            self._arrives = None
            own["finished"] = True

    def _receive(self, now: float) -> None:
        state, own, peer = self.machine.state, self._own, self.peer_inputs()
        if state in (FREE, AVAILABLE) and not any(own.values()):
            if self._willing(self.remote.can_accept):
                own["ready"] = True
        elif state in (READY, BOTH):
            if not self._willing(self.remote.can_accept) and not self.faults.has("handover.no_revoke"):
                own["ready"] = False
            elif state == BOTH and peer["safe"]:
                self._start(now, peer)
        elif state in UNDER_WAY:
            self._take_item(now, peer)
        elif state == CLOSING:
            self._close_receiver(peer)

    def _start(self, now: float, peer: Mapping[str, Any]) -> None:
        if peer["seq_before"] != peer["seq_after"]:
            return  # being written: look again at the next write
        if not peer["item_id"]:
            self._wrong_item(now)
            return
        quality = 1 if self.faults.has("handover.drops_quality") else int(peer["item_quality"])
        try:
            self.remote.begin(str(peer["item_id"]), int(peer["item_kind"]), quality)
        except CommandRefused:
            return
        self._data["item_id"] = "" if self.faults.has("handover.no_echo") else peer["item_id"]
        self._data["result"] = NOTHING
        self._own["start"] = True

    def _take_item(self, now: float, peer: Mapping[str, Any]) -> None:
        if self._own["stop"]:
            return
        changed = peer["item_id"] != self._data["item_id"]
        if changed and not self.faults.has("handover.ignores_wrong_item") and not self.faults.has("handover.no_echo"):
            self._wrong_item(now)
        elif self._arrives is None and peer["busy"]:
            self._arrives = now + self.transport_s
        elif self._arrives is not None and now >= self._arrives and not self.faults.has("handover.never_finishes"):
            self._arrives = None
            self._data["result"] = COMPLETE
            self._own["stop"] = True
            self._complete()

    def _complete(self) -> None:
        """The receiver's item is in; two faults miscount it."""
        if self.faults.has("handover.loses_item"):
            self.remote.abort(INCOMPLETE)
            return
        self.remote.complete()
        if self.faults.has("handover.doubles_item") and self.remote.can_accept:
            self.remote.begin(f"{self._data['item_id']}", 1, 1)
            self.remote.complete()

    def _close_receiver(self, peer: Mapping[str, Any]) -> None:
        if self.faults.has("handover.holds_levels"):
            return
        if self._own["start"] or self._own["ready"]:
            self._own.update(start=False, ready=False)
        elif not (peer["available"] or peer["busy"] or peer["finished"]):
            self._own["stop"] = False

    # -- entering CLOSING is where the sender's item is gone -------------------------------------------------------------

    def _show_item(self) -> None:
        item = self.remote.offered
        sequence = int(self._data["seq_before"]) % 65535 + 1  # type: ignore[arg-type]
        self._data.update(
            seq_before=sequence,
            item_id=item.id,
            item_kind=item.kind or 1,
            item_quality=item.quality,
            seq_after=sequence,
        )

    def _willing(self, able: bool) -> bool:
        name = "available" if self.role == "sender" else "ready"
        return able and self._safe() and not self.faults.has(f"handover.never_{name}")

    def _safe(self) -> bool:
        return self.unit.is_safe()

    # -- faults of the exchange --------------------------------------------------------------------------------------------

    def _wrong_item(self, now: float) -> None:
        state = self.machine.state
        self.machine.apply(now, WRONG_ITEM)
        self._fault(now, WRONG, state)

    def _fault(self, now: float, alarm: str | int, before: int) -> None:
        """The exchange has failed: outputs drop, the alarm is raised, the item stays where the rules put it."""
        self._arrives = None
        self._unresolved = self._settle_item(before)
        if not self.faults.has("handover.keeps_outputs_on_fault"):
            self._own = dict.fromkeys(self._own, False)
        number = self.unit.number_of(alarm) if isinstance(alarm, str) else alarm
        self._alarm = number
        if not self.faults.has("handover.no_fault_alarm"):
            self.unit.alarm(number, True)
        self.machine.levels.update(self._own)

    def _settle_item(self, before: int) -> bool:
        """Who has the item now. True if only the peer's ``result`` can tell (the sender asks when both are back)."""
        if self.remote.moving is None:
            return False
        if self.role == "receiver":
            self._data["result"] = INCOMPLETE
            self.remote.abort(INCOMPLETE)
            return False
        if before == STOPPED:
            self.remote.complete()
            return False
        return True

    def _try_reset(self, now: float) -> None:
        """Back to the start when the peer shows nothing, the alarm is acknowledged and the item's place is known."""
        peer = self.peer_inputs()
        quiet = not any(bool(peer[name]) for name in self._peer_names)
        if not quiet or self.faults.has("handover.stuck_fault"):
            return
        if self._unresolved and self._connected:
            self._ask_peer(peer)
        if self._alarm is not None:
            self.unit.alarm(self._alarm, False)
            if self.unit.is_unacked(self._alarm):
                return
        if self._unresolved:
            self._ask_peer(peer)
        self._own = dict.fromkeys(self._own, False)
        self.machine.levels = dict.fromkeys(self.machine.levels, False)
        self.machine.apply(now, RESET)
        self._alarm = None

    def _ask_peer(self, peer: Mapping[str, Any]) -> None:
        arrived = peer["result"] == COMPLETE and peer["item_id"] == self._data["item_id"]
        if self.remote.moving is not None:
            self.remote.abort(COMPLETE if arrived else INCOMPLETE)
        self._unresolved = False

    # -- the peer block ------------------------------------------------------------------------------------------------------

    @property
    def _peer(self) -> dict[str, Any]:
        return self._block.values

    def _nothing(self) -> dict[str, Any]:
        names = dict.fromkeys((*self._peer_names, "safe"), False)
        rest = _EMPTY_RECEIVER if self.role == "sender" else _EMPTY_SENDER
        return {**names, **rest, "heartbeat": 0}


_EMPTY_SENDER: dict[str, Value] = {"seq_before": 0, "item_id": "", "item_kind": 0, "item_quality": 0, "seq_after": 0}
_EMPTY_RECEIVER: dict[str, Value] = {"item_id": "", "result": NOTHING}


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
    _sequence: int = 0
    _item: str = ""

    def outputs(self) -> Mapping[str, Value]:
        mine = self._sender() if self.role == "sender" else self._receiver()
        return {**mine, "safe": self.is_safe(), "state": self.joint.handover, "heartbeat": self._beats()}

    def peer_inputs(self) -> Mapping[str, Value]:
        theirs = self._receiver() if self.role == "sender" else self._sender()
        return {**theirs, "safe": True, "heartbeat": self._beats()}

    def _beats(self) -> int:
        return int(self.now() / self.rules.heartbeat_s) % 65536

    def _sender(self) -> dict[str, Value]:
        item, moving = self.joint.offered, self.joint.handover in UNDER_WAY
        if item is None or not (self.joint.available or moving):
            return {**_EMPTY_SENDER, "available": False, "busy": False, "finished": False, **self._counted()}
        if item.id != self._item:
            self._item, self._sequence = item.id, self._sequence % 65535 + 1
        levels = {"available": True, "busy": moving, "finished": False}
        return {
            **levels,
            "item_id": item.id,
            "item_kind": item.kind or 1,
            "item_quality": item.quality,
            **self._counted(),
        }

    def _counted(self) -> dict[str, Value]:
        return {"seq_before": self._sequence, "seq_after": self._sequence}

    def _receiver(self) -> dict[str, Value]:
        item, moving = self.joint.offered, self.joint.handover in UNDER_WAY
        ready = self.joint.can_accept or moving
        id_ = item.id if moving and item is not None else ""
        return {"ready": ready, "start": moving, "stop": False, "item_id": id_, "result": NOTHING}
