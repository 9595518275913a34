"""Ports: where a unit hands items over; how a neighbour or an observer sees it.

Numbers of hand-over states are those of IPC-HERMES-9852. Inside a line ``PortView`` derives them when
somebody looks. A remote port is worked by network code at times that it injects; the item belongs to the
sender until ``complete``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from simulator.line.errors import CommandRefused
from simulator.line.item import Item

if TYPE_CHECKING:
    from simulator.line.joint import Joint
    from simulator.line.unit import Unit

NOT_AVAILABLE, AVAILABLE, READY, BOTH, TRANSPORTING, STOPPED, FINISHED = 3, 4, 5, 6, 7, 8, 9
NOT_STARTED, INCOMPLETE, COMPLETE = 1, 2, 3  # transfer results


def handover_state(available: bool, ready: bool, moving: bool, stopped: bool) -> int:
    """Hermes number of what two neighbours show one another."""
    if moving:
        return STOPPED if stopped else TRANSPORTING
    if available:
        return BOTH if ready else AVAILABLE
    return READY if ready else NOT_AVAILABLE


class PortView:
    """One side of a joint inside a line; reading it costs nothing otherwise.

    ``side`` is infeed or outfeed.
    """

    remote = False

    def __init__(self, joint: Joint, side: str) -> None:
        self._joint, self.side = joint, side

    @property
    def handover(self) -> int:
        """Hand-over state, 3 to 8 (finished hand-overs return to 3 to 6 at once)."""
        j = self._joint
        return handover_state(self.available, self.can_accept, j.moving is not None, j.stopped)

    @property
    def available(self) -> bool:
        """Whether the sender offers an item (a buffer's first item, on its downstream side)."""
        j = self._joint
        return bool(j.places) if self.side == "infeed" and j.capacity else j.up.ready

    @property
    def can_accept(self) -> bool:
        """Whether the receiver has room (a buffer's, on its upstream side)."""
        j = self._joint
        return len(j.places) < j.capacity if self.side == "outfeed" and j.capacity else j.down.room

    @property
    def offered(self) -> Item | None:
        """The item on offer or being handed over."""
        j = self._joint
        if j.moving is not None:
            return j.moving
        if self.side == "infeed" and j.capacity:
            return j.places[0] if j.places else None
        return j.up.offered() if j.up.ready else None

    @property
    def transfers(self) -> int:
        """Timed hand-overs completed."""
        return self._joint.transfers


class _Remote:
    remote = True

    def __init__(self, unit: Unit) -> None:
        self._unit = unit
        self.infeed_port: Any = self
        self.outfeed_port: Any = self
        self.moving: Item | None = None
        self.stopped = False
        self.transfers = 0
        self.last_result = 0
        self.on_change: Callable[[], None] | None = None
        self._shown: tuple[Any, ...] = ()

    def settle(self) -> None:
        """Tell the network code if what the port shows has changed."""
        shown = self._shows()
        if shown != self._shown:
            self._shown = shown
            if self.on_change is not None:
                self.on_change()

    def revoke(self) -> None:
        """The unit has closed its ports.

        A hand-over under way stops (a late ``complete`` is still honoured).
        """
        if self.moving is not None:
            self.stopped = True
        self._unit.judge()
        self.settle()

    def _shows(self) -> tuple[Any, ...]:
        raise NotImplementedError


class RemoteOutfeed(_Remote):
    """The outfeed of a unit whose downstream neighbour is on the network."""

    def _shows(self) -> tuple[Any, ...]:
        return self.offered, self.moving is not None, self.stopped

    @property
    def offered(self) -> Item | None:
        """The item that may be fetched now (or is being fetched).

        ``None`` if there is none or it was revoked.
        """
        return self.moving or (self._unit.offered() if self._unit.ready else None)

    @property
    def handover(self) -> int:
        """What this side alone shows: 3, 4, 7 or 8.

        The neighbour's readiness is the network code's knowledge.
        """
        return handover_state(self._unit.ready, False, self.moving is not None, self.stopped)

    def begin(self) -> None:
        """The receiver has started to take the item. Raises ``CommandRefused`` if nothing is on offer."""
        if self.moving is not None or not self._unit.ready:
            raise CommandRefused("no item is on offer" if self.moving is None else "a hand-over is under way")
        self.moving, self.stopped = self._unit.offered(), False
        self._unit.judge()
        self.settle()

    def complete(self) -> None:
        """The item is gone."""
        self._end(COMPLETE)

    def abort(self, result: int) -> None:
        """The hand-over ended otherwise (1 not started, 2 incomplete: the item stays; 3: it is gone)."""
        self._end(result)

    def _end(self, result: int) -> None:
        if self.moving is None:
            raise CommandRefused("no hand-over is under way")
        self.moving, self.stopped, self.last_result = None, False, result
        if result == COMPLETE:
            self.transfers += 1
            self._unit.give()
            self._unit.refill()
        else:
            self._unit.judge()
        self.settle()


class RemoteInfeed(_Remote):
    """The infeed of a unit whose upstream neighbour is on the network."""

    def __init__(self, unit: Unit, make: Callable[[], Item]) -> None:
        super().__init__(unit)
        self._make = make

    def _shows(self) -> tuple[Any, ...]:
        return self.can_accept, self.moving is not None, self.stopped

    @property
    def can_accept(self) -> bool:
        """Whether the unit has room for one more item now and its ports are open."""
        return self.moving is None and self._unit.room

    @property
    def coming(self) -> bool:
        """Whether an item is on its way; one that was stopped may still be completed."""
        return self.moving is not None

    @property
    def handover(self) -> int:
        """What this side alone shows: 3, 5, 7 or 8."""
        return handover_state(False, self.can_accept, self.moving is not None, self.stopped)

    def begin(self, item_id: str, kind: int = 0, quality: int = 1) -> None:
        """An item is on its way in.

        Raises ``CommandRefused`` if there is no room or one is on its way already.
        """
        if not self.can_accept:
            raise CommandRefused("no room" if self.moving is None else "a hand-over is under way")
        if quality not in (0, 1, 2):
            raise CommandRefused(f"there is no quality {quality}")
        item = self._make()
        item.foreign_id, item.kind, item.quality = item_id, kind, quality or 1
        self.moving, self.stopped = item, False
        self.settle()

    def complete(self) -> None:
        """The item is in."""
        self._end(COMPLETE)

    def abort(self, result: int) -> None:
        """The hand-over ended otherwise (1 not started, 2 incomplete: the item stayed out; 3: it is in)."""
        self._end(result)

    def _end(self, result: int) -> None:
        item = self.moving
        if item is None:
            raise CommandRefused("no hand-over is under way")
        self.moving, self.stopped, self.last_result = None, False, result
        if result == COMPLETE:
            self.transfers += 1
            self._unit.take(item)
            self._unit.judge()
        self.settle()
