"""The network side of a unit's port: hand-over by level signals, on the pack's state table and timers.

A ``NetworkPort`` serves a port whose neighbour writes the peer block (a tester, a PLC, a second mock); it is either a
``SendingPort`` (outfeed) or a ``ReceivingPort`` (infeed). ``docs/handover.md`` has the rules: when a port answers what, who
has the item at every moment, and how a fault of the hand-over ends.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

from profiles.handover import RESET, UNSAFE, WRONG_ITEM, HandoverMachine
from profiles.model import HandoverRules
from profiles.statetable import StateTable
from simulator.faults import FaultSet
from simulator.interface.equipment import RefusalKind, Refused, Value
from simulator.interface.handing import (
    AVAILABLE,
    BOTH,
    FAULTED,
    FINISHED,
    ILLEGAL,
    INTERRUPTED,
    PEER_LOST,
    STOPPED,
    TRANSPORT_S,
    UNDER_WAY,
    WRONG,
    Surroundings,
)
from simulator.interface.peerblock import PeerBlock

ROUNDS = 16  # an exchange has fewer steps than this; each round takes at least one
EARLY = 0.5  # of its time, at which a timer runs out that a deliberate fault has shortened


class NetworkPort(ABC):
    """What both roles share: the peer block, the state machine, its timers and faults. Times in model seconds."""

    role: ClassVar[str]
    own_levels: ClassVar[tuple[str, ...]]
    peer_levels: ClassVar[tuple[str, ...]]
    own_data: ClassVar[Mapping[str, Value]]
    peer_data: ClassVar[Mapping[str, Value]]

    def __init__(
        self,
        rules: HandoverRules,
        table: StateTable,
        remote: Any,  # RemoteOutfeed or RemoteInfeed of the line model
        faults: FaultSet,
        unit: Surroundings,
        transport_s: float = TRANSPORT_S,
    ) -> None:
        self.rules, self.remote, self.faults, self.unit, self.transport_s = rules, remote, faults, unit, transport_s
        self.machine = HandoverMachine(table, rules.timers.values(), self.role)
        self.own = dict.fromkeys(self.own_levels, False)
        self.data: dict[str, Value] = dict(self.own_data)
        empty = {**dict.fromkeys((*self.peer_levels, "safe"), False), **self.peer_data, "heartbeat": 0}
        self.block = PeerBlock(empty, rules.heartbeat_loss_s)
        self.arrives: float | None = None
        self._beats = 0
        self._connected = False
        self._alarm: int | None = None

    # -- what endpoints and the projection see -------------------------------------------------------------------------

    def outputs(self) -> Mapping[str, Value]:
        return {
            **self.own,
            **self.data,
            "safe": self.unit.is_safe(),
            "state": self.machine.state,
            "heartbeat": self._beats,
        }

    def peer_inputs(self) -> Mapping[str, Any]:
        """The peer block in force: everything is 0 while its heartbeat is stale."""
        return self.block.values if self._connected else self.block.empty

    def write(self, values: Mapping[str, Value], peer: str, now: float) -> None:
        """Take a write of the peer block. The first writer owns it while its heartbeat lives; 0 gives it back."""
        stranger = self.block.owner not in (None, peer)
        kept = stranger and self.is_wrong("owner_for_ever")
        if (kept or self.block.is_taken(peer, now)) and not self.is_wrong("any_writer"):
            reason = f"the block is written by {self.block.owner}, whose heartbeat lives"
            raise Refused(RefusalKind.NOT_OWNER, reason)
        if not self.block.take(values, peer, now):
            self.block.release(keep_owner=self.is_wrong("owner_for_ever"))
            self._part()
        self.advance(now)

    def disconnected(self, peer: str) -> None:
        """The owner's connection is gone: its block is stale at once."""
        if self.block.owner == peer:
            self.block.release()
            if self.machine.state not in UNDER_WAY:  # who leaves between two exchanges leaves nothing behind
                self._part()

    def reset(self, now: float) -> None:
        """Try to leave the faulted state (it also does so by itself as soon as it may)."""
        self.advance(now)

    def next_wake(self, now: float) -> float | None:
        """When something happens by itself, in model seconds."""
        times = [self.machine.next_expiry(), self.arrives, self.block.stale_at(), self._decides_at()]
        return min((t for t in times if t is not None and t > now), default=None)

    # -- the exchange ----------------------------------------------------------------------------------------------------

    def advance(self, now: float) -> None:
        """Bring the port up to ``now``: heartbeat, peer, timers, then act until nothing changes any more."""
        if not self.is_wrong("frozen_heartbeat"):
            self._beats = int(now / self.rules.heartbeat_s) % 65536
        self._watch_peer(now)
        for _ in range(ROUNDS):
            before = (self.machine.state, dict(self.own))
            self._feed(now)
            self._expire(now)
            if self.machine.state == FAULTED:
                self._try_reset(now)
            else:
                self._act(now)
            if (self.machine.state, self.own) == before:
                return

    @abstractmethod
    def _act(self, now: float) -> None:
        """Answer what the peer shows, in the present state."""

    @abstractmethod
    def _settle(self, before: int) -> None:
        """An exchange has failed in state ``before``: put down who has the item, or that it is not known yet."""

    def _knows_item(self, now: float) -> bool:
        """Whether it is known who has the item of a failed exchange; may find it out."""
        return True

    def _decides_at(self) -> float | None:
        """When a question of ``_knows_item`` decides itself."""
        return None

    def is_wrong(self, behaviour: str) -> bool:
        """Whether a deliberate fault is on."""
        return self.faults.has(f"handover.{behaviour}")

    def _part(self) -> None:
        """The peer has left in order: that is no loss."""
        self._connected = False
        self.unit.alarm(self.unit.number_of(PEER_LOST), False)

    def _watch_peer(self, now: float) -> None:
        alive = self.block.is_alive(now) or (self._connected and self.is_wrong("ignores_stale"))
        if alive == self._connected:
            return
        self._connected = alive
        if not alive:
            self.block.forget()
        if alive or not self.is_wrong("loss_untold"):
            self.unit.alarm(self.unit.number_of(PEER_LOST), not alive)

    def _feed(self, now: float) -> None:
        """Let the machine see all levels; what it has no transition for is a fault."""
        peer = self.peer_inputs()
        levels = {**self.own, **{name: bool(peer[name]) for name in self.peer_levels}}
        for step in self.machine.update(now, levels):
            if step.illegal:
                if self.is_wrong("ignores_illegal") and step.before not in UNDER_WAY:
                    self.machine.state = step.before
                    continue
                interrupted = step.before in UNDER_WAY and step.event.endswith("_off")
                self.fail(INTERRUPTED if interrupted else ILLEGAL, step.before)
                return
            if self._refuses(step.event, step.before, step.after):
                self.machine.apply(now, "refused")
                self.fail(ILLEGAL, step.after)
                return
        unsafe = not self.unit.is_safe() or (
            self._connected and not peer["safe"] and not self.is_wrong(f"{self.role}.ignores_peer_safe")
        )
        if self.machine.state in UNDER_WAY and unsafe:
            state = self.machine.state
            self.machine.apply(now, UNSAFE)
            self.fail(INTERRUPTED, state)

    def _refuses(self, event: str, before: int, after: int) -> bool:
        """Legal steps that a deliberate fault takes for illegal: one finishing order, a revocation before the start."""
        revoked = {"receiver": ("available_off", AVAILABLE), "sender": ("ready_off", BOTH)}[self.role]
        return (
            (after == STOPPED and self.is_wrong(f"{self.role}.sender_first_only"))
            or (after == FINISHED and self.is_wrong(f"{self.role}.receiver_first_only"))
            or ((event, before) == revoked and self.is_wrong(f"{self.role}.no_revocation"))
        )

    def _expire(self, now: float) -> None:
        factors = {"t3": EARLY} if self.is_wrong("early_t3") else {}
        for expiry in self.machine.expired(now, factors):
            if self.is_wrong(f"no_{expiry.timer.id}"):
                continue
            before = self.machine.state
            self.machine.apply(now, f"timeout:{expiry.timer.id}")
            self.fail(INTERRUPTED if self.is_wrong("timer_alarm_wrong") else expiry.timer.alarm, before)
            return

    # -- faults of the exchange --------------------------------------------------------------------------------------------

    def wrong_item(self, now: float) -> None:
        """The peer speaks of another item, or of another offer of it."""
        state = self.machine.state
        self.machine.apply(now, WRONG_ITEM)
        self.fail(WRONG, state)

    def fail(self, alarm: str | int, before: int) -> None:
        """The exchange has failed: outputs drop, the alarm is raised, the item stays where the rules put it."""
        self.arrives = None
        self._settle(before)
        if not self.is_wrong("keeps_outputs_on_fault"):
            self.own = dict.fromkeys(self.own, False)
        number = self.unit.number_of(alarm) if isinstance(alarm, str) else alarm
        self._alarm = number
        if not self.is_wrong("no_fault_alarm"):
            self.unit.alarm(number, True)
        self.machine.levels.update(self.own)

    def _try_reset(self, now: float) -> None:
        """Back to the start when the peer shows no transfer, the alarm is acknowledged and the item's place is known.

        The peer's willingness does not hinder: it may never have seen what went wrong here, and wait for us.
        """
        knows = self._knows_item(now)
        peer = self.peer_inputs()
        if any(bool(peer[name]) for name in self.peer_levels[1:]) or self.is_wrong("stuck_fault"):
            return
        if self._alarm is not None:
            self.unit.alarm(self._alarm, False)
            if self.unit.is_unacked(self._alarm):
                return
        if not knows:
            return
        self.own = dict.fromkeys(self.own, False)
        self.machine.levels = dict.fromkeys(self.machine.levels, False)
        self.machine.apply(now, RESET)
        self._alarm = None
