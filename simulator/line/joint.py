"""Joints: what lies between two units, and the line's two ends (``docs/line-semantics.md``, section 1)."""

from __future__ import annotations

from collections import Counter, deque
from typing import TYPE_CHECKING, Any, Protocol

from simulator.line.clock import Clock, Moment
from simulator.line.item import BAD, Item
from simulator.line.leadtimes import bucket_of
from simulator.line.port import PortView
from simulator.line.streams import Draw

if TYPE_CHECKING:
    from simulator.line.quality import QualityHold


class Upstream(Protocol):
    """What a joint needs of the unit (or source) before it."""

    @property
    def ready(self) -> bool: ...
    def give(self) -> Item: ...
    def refill(self) -> None: ...
    def judge(self) -> None: ...
    def offered(self) -> Item | None: ...


class Downstream(Protocol):
    """What a joint needs of the unit (or sink) behind it."""

    @property
    def room(self) -> bool: ...
    def take(self, item: Item) -> None: ...
    def room_wanted(self) -> None: ...


class Inlet(Protocol):
    """A joint as the unit behind it sees it."""

    infeed_port: Any

    @property
    def coming(self) -> bool:
        """Whether an item is on its way, for which the unit must keep its room."""

    def settle(self) -> None: ...
    def revoke(self) -> None: ...


class Outlet(Protocol):
    """A joint as the unit before it sees it. ``moving``: a hand-over is under way."""

    outfeed_port: Any
    moving: Item | None
    stopped: bool

    def settle(self) -> None: ...
    def revoke(self) -> None: ...


class Joint:
    """Between two units of a line: ``capacity`` places, or a hand-over of ``transfer_s`` seconds."""

    def __init__(
        self,
        clock: Clock,
        up: Upstream,
        down: Downstream,
        *,
        name: str = "",
        capacity: int = 0,
        transfer_s: float = 0.0,
        priority: int = 0,
    ) -> None:
        self.name, self.capacity, self.transfer_s = name, capacity, transfer_s
        self.up, self.down = up, down
        self.places: deque[Item] = deque()
        self.moving: Item | None = None
        self.stopped = False
        self.transfers = 0
        self._clock, self._priority = clock, priority
        self._moment: Moment | None = None
        self._levels = [0.0] * (capacity + 1)
        self._since = 0.0
        self.infeed_port = PortView(self, "infeed")
        self.outfeed_port = PortView(self, "outfeed")

    @property
    def coming(self) -> bool:
        return self.moving is not None and not self.stopped

    def settle(self) -> None:
        """Move whatever can be moved now."""
        up, down, places = self.up, self.down, self.places
        if self.transfer_s:
            self._settle_slowly()
            return
        while True:
            if places:
                if down.room:
                    self._count()
                    down.take(places.popleft())
                    continue
            elif up.ready:
                if down.room:
                    down.take(up.give())
                    up.refill()
                    continue
                if not self.capacity:
                    down.room_wanted()
                    return
            if up.ready and len(places) < self.capacity:
                self._count()
                places.append(up.give())
                up.refill()
                continue
            if places:
                down.room_wanted()
            return

    def _settle_slowly(self) -> None:
        if self.moving is not None and not self.stopped:
            return
        if self.up.ready and self.down.room:
            self.moving, self.stopped = self.up.offered(), False
            self._moment = Moment(self._clock, self._handed_over)
            self._clock.at(self._clock.now + self.transfer_s, self._priority, self._moment)
            self.up.judge()
        elif self.up.ready:
            self.down.room_wanted()

    def _handed_over(self, moment: Moment) -> None:
        if moment is not self._moment:
            return
        self._moment, self.moving = None, None
        self.transfers += 1
        self.down.take(self.up.give())
        self.up.refill()
        self.settle()

    def revoke(self) -> None:
        """A side has closed: a hand-over under way stops; its item stays with the sender."""
        if self.moving is not None:
            self._moment, self.stopped = None, True
            self.up.judge()

    def _count(self) -> None:
        now = self._clock.now
        self._levels[len(self.places)] += now - self._since
        self._since = now

    def levels(self) -> list[float]:
        """Seconds at each level 0 … capacity, up to now, since the statistics were last reset."""
        result = list(self._levels)
        result[len(self.places)] += self._clock.now - self._since
        return result

    def reset_levels(self) -> None:
        """Start the histogram anew."""
        self._levels = [0.0] * (self.capacity + 1)
        self._since = self._clock.now


class Source:
    """Before the first unit: unlimited, or one item per value of ``interval``."""

    def __init__(self, clock: Clock, make: Any, interval: Draw | None, priority: int) -> None:
        self._clock, self._make, self._interval, self._priority = clock, make, interval, priority
        self.waiting = 0
        self.ready = interval is None
        self.joint: Joint | None = None
        if interval is not None:
            self._next()

    def _next(self) -> None:
        if self._interval is not None:
            self._clock.at(self._clock.now + self._interval(), self._priority, Moment(self._clock, self._arrive))

    def _arrive(self, _moment: Moment) -> None:
        self.waiting += 1
        self.ready = True
        self._next()
        if self.joint is not None:
            self.joint.settle()

    def give(self) -> Item:
        """A new item enters the line."""
        if self._interval is not None:
            self.waiting -= 1
            self.ready = self.waiting > 0
        item: Item = self._make()
        return item

    def offered(self) -> Item | None:
        """Items of a source have no identity before they enter."""
        return None

    def refill(self) -> None:
        """Nothing before the source."""

    def judge(self) -> None:
        """A source has no state."""


class Sink:
    """Behind the last unit: takes items at once, or one per value of ``interval``."""

    def __init__(self, clock: Clock, interval: Draw | None, priority: int, bucket_s: float) -> None:
        self._clock, self._interval, self._priority = clock, interval, priority
        self.room = True
        self.good = self.bad = 0
        self.moments = 0.0  # at which items left, summed
        self.bucket_s = bucket_s
        self._origin = 0.0  # where the first bucket begins
        self.departures: dict[int, int] = {}
        self.lead_sum = self.lead_squares = 0.0
        self.leads = 0
        self.lead_times: dict[int, int] = {}
        self.recipes: Counter[int] = Counter()  # good items that left
        self._doubtful: list[tuple[Item, int]] = []  # and in which bucket they left
        self.joint: Joint | None = None

    def take(self, item: Item) -> None:
        """An item leaves the line at its end."""
        now = self._clock.now
        self.moments += now
        if item.condemned <= now:
            item.quality = BAD
        if item.quality == BAD:
            self.bad += 1
        else:
            self.good += 1
            bucket = int((now - self._origin) // self.bucket_s)
            self.departures[bucket] = self.departures.get(bucket, 0) + 1
            self.recipes[item.recipe] += 1
            if item.hold is not None:
                self._doubtful.append((item, bucket))
        if item.born >= 0:
            lead = now - item.born
            self.leads += 1
            self.lead_sum += lead
            self.lead_squares += lead * lead
            at = bucket_of(lead)
            self.lead_times[at] = self.lead_times.get(at, 0) + 1
        if self._interval is not None:
            self.room = False
            self._clock.at(now + self._interval(), self._priority, Moment(self._clock, self._reopen))

    def _reopen(self, _moment: Moment) -> None:
        self.room = True
        if self.joint is not None:
            self.joint.settle()

    def recall(self, hold: QualityHold) -> None:
        """What a quality hold has found to be bad, and has left, was not good."""
        for item, bucket in [(item, bucket) for item, bucket in self._doubtful if item.hold is hold]:
            self.departures[bucket] -= 1
            self.recipes[item.recipe] -= 1
            self.good -= 1
            self.bad += 1
            hold.recalled += 1

    def room_wanted(self) -> None:
        """It opens by itself."""

    def reset(self) -> None:
        """Start the statistics anew."""
        self._origin = self._clock.now
        self.departures, self._doubtful = {}, []
        self.recipes.clear()
        self.moments = 0.0
        self.lead_sum = self.lead_squares = 0.0
        self.leads = 0
        self.lead_times = {}
