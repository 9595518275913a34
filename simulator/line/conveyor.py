"""A conveyor: items keep their order, travel at the belt's speed and keep their distance
(semantics, section 6).
"""

from __future__ import annotations

from collections import deque

from simulator.line.clock import REOPENED, SERVED, Moment
from simulator.line.context import Context
from simulator.line.item import Item
from simulator.line.log import Kind
from simulator.line.packml import Cause
from simulator.line.process import Work, record_items, show_record
from simulator.line.spec import ConveyorSpec
from simulator.line.unit import Unit

_STARVED, _BLOCKED = int(Cause.STARVED), int(Cause.BLOCKED)


class Carried:
    """An item on the belt: when it came (s), at which belt time it can leave, and how long the belt had run when it came."""

    __slots__ = ("arrives", "entered", "executed", "item")

    def __init__(self, item: Item, entered: float, arrives: float, executed: float = 0.0) -> None:
        self.item, self.entered, self.arrives, self.executed = item, entered, arrives, executed


class Conveyor(Unit):
    """A belt, accumulating or not."""

    kind = "conveyor"
    spec: ConveyorSpec

    def __init__(self, context: Context, index: int, rank: int, spec: ConveyorSpec) -> None:
        super().__init__(context, index, rank, spec)
        self.capacity = spec.places
        self._travel = spec.length_m / spec.speed_m_s
        self._pitch = spec.spacing_m / spec.speed_m_s
        self._belt: deque[Carried] = deque()
        self._stood = 0.0  # seconds the belt has stood so far
        self._stands_since: float | None = 0.0  # None while it runs
        self._waits = False  # the first item is at the end
        self._next_entry = 0.0  # belt time
        self._head: Moment | None = None
        self._entry: Moment | None = None
        self._levels = [0.0] * (self.capacity + 1)
        self._level_since = 0.0

    @property
    def room(self) -> bool:
        return (
            self._stands_since is None
            and len(self._belt) < self.capacity
            and self.clock.time >= self._next_entry + self._stood
        )

    def contents(self) -> list[Item]:
        return [c.item for c in self._belt]

    def offered(self) -> Item | None:
        """The item at the end of the belt."""
        return self._belt[0].item if self._waits else None

    def rest_cause(self) -> int:
        if not self._belt:
            return _STARVED
        moving = self.outlet.moving is not None and not self.outlet.stopped
        full = len(self._belt) >= self.capacity
        return _BLOCKED if self._waits and not moving and (full or not self.spec.accumulating) else 0

    def room_wanted(self) -> None:
        """Settle the infeed when the distance to the last item is wide enough (other reasons settle by
        themselves).
        """
        due = self._next_entry + self._stood
        if self._entry is None and self._stands_since is None and self.clock.time < due:
            self._entry = Moment(self.clock, self._entry_clear)
            self.clock.at(due, self.priority(REOPENED), self._entry)

    def _entry_clear(self, moment: Moment) -> None:
        if moment is self._entry:
            self._entry = None
            self.inlet.settle()

    def take(self, item: Item) -> None:
        now = self.clock.time
        self.entered += 1
        if self._write is not None:
            self._write((now, self.index, int(Kind.ENTER), item.number, 0, 0.0))
        self._count()
        belt_now = (self._stands_since if self._stands_since is not None else now) - self._stood
        executed = self.execute_seconds() if self.context.recorded else 0.0
        self._belt.append(Carried(item, now, belt_now + self._travel, executed))
        self._next_entry = belt_now + self._pitch
        if len(self._belt) == 1:
            self._await_head()
        if self.context.live:
            self.room_wanted()  # somebody watches the port, so it must show in time that it is free again
        self.judge()

    def _await_head(self) -> None:
        """See whether the first item is at the end, or when it will be."""
        self._head = None
        self._waits = False
        if self._belt and self._stands_since is None:
            due = self._belt[0].arrives + self._stood
            if self.clock.time >= due:
                self._head_arrives()
            else:
                self._head = Moment(self.clock, self._arrived)
                self.clock.at(due, self.priority(SERVED), self._head)

    def _arrived(self, moment: Moment) -> None:
        if moment is self._head:
            self._head_arrives()
            self.outlet.settle()
            self.judge()

    def _head_arrives(self) -> None:
        self._head = None
        self._waits = True
        self.ready = self.open
        if self._write is not None:
            self._write((self.clock.time, self.index, int(Kind.END), self._belt[0].item.number, 0, 0.0))
        if not self.spec.accumulating:
            self._stand()

    def give(self) -> Item:
        now = self.clock.time
        self._count()
        carried = self._belt.popleft()
        self.ready = self._waits = False
        if not self.spec.accumulating:
            self._run_belt()
        belt_now = (self._stands_since if self._stands_since is not None else now) - self._stood
        if self._belt:
            follower = self._belt[0]
            follower.arrives = max(follower.arrives, belt_now + self._pitch)
        if self._stands_since is None:
            self._await_head()
        if self.context.recorded:
            ran = max(0.0, self.execute_seconds() - carried.executed)
            record_items(self, (carried.item,), Work(carried.entered, ran, self.recipe), self.capacity)
            show_record(self, carried.item)
        return self._left(carried.item)

    def _gates_changed(self) -> None:
        if self.open:
            self._run_belt()
            self.ready = self._waits
            if not self._waits:
                self._await_head()
        else:
            self._stand()
            self.ready = False

    def _stand(self) -> None:
        if self._stands_since is None:
            self._stands_since = self.clock.time
            self._head = self._entry = None

    def _run_belt(self) -> None:
        """Let the belt run if it may; the caller sees to the first item."""
        if self._stands_since is not None and self.open and (self.spec.accumulating or not self._waits):
            self._stood += self.clock.time - self._stands_since
            self._stands_since = None

    def _count(self) -> None:
        now = self.clock.time
        self._levels[len(self._belt)] += now - self._level_since
        self._level_since = now

    def levels(self) -> list[float]:
        """Seconds at each level 0 … capacity, up to now, since the statistics were last reset."""
        result = list(self._levels)
        result[len(self._belt)] += self.clock.time - self._level_since
        return result

    def reset_levels(self) -> None:
        """Start the histogram anew."""
        self._levels = [0.0] * (self.capacity + 1)
        self._level_since = self.clock.time

    def prefill(self, items: list[Item]) -> None:
        """Put items on the belt before the run, as if they had come one spacing apart, the first one at
        the end.
        """
        for place, item in enumerate(items):
            self._belt.append(Carried(item, 0.0, place * self._pitch))
        self._next_entry = max(0.0, (len(items) * self._pitch) - self._travel) if items else 0.0
        self.entered += len(items)
