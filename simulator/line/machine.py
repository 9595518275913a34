"""A machine: parallel slots, trays, changeovers, scrap (``docs/line-semantics.md``, sections 3 to 5)."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from heapq import heapify, heappop, heappush

from simulator.line.clock import FAILED, FLUSHED, SERVED, Moment
from simulator.line.context import Context
from simulator.line.item import BAD, Item
from simulator.line.log import Kind
from simulator.line.packml import Cause
from simulator.line.places import PlaceFailures, Wear
from simulator.line.process import Work, record_items, show_record
from simulator.line.quality import QualityHold
from simulator.line.spec import MachineSpec
from simulator.line.streams import CHANGEOVER, SCRAP, SERVICE, stream, uniforms
from simulator.line.unit import EXECUTE, Unit

_ENTER, _START, _END = int(Kind.ENTER), int(Kind.START), int(Kind.END)  # plain, see log.py
_STARVED, _BLOCKED = int(Cause.STARVED), int(Cause.BLOCKED)


class Server:
    """One tray's worth of slots. ``left`` is the service time still to do when it was last started, in s."""

    __slots__ = (
        "began", "ends", "index", "items", "left", "length", "mends", "moment", "recipe", "spare", "tray", "wear", "working",
    )  # fmt: skip

    def __init__(self, index: int) -> None:
        self.index = index
        self.items: deque[Item] = deque()
        self.left = self.ends = self.began = self.length = 0.0
        self.moment: Moment | None = None
        self.spare: Moment | None = None  # a moment that has happened may be used again
        self.recipe = 0
        self.tray = 0  # which tray of the unit this is, from 1
        self.working = False  # also while it is under repair, with the work in it
        self.wear: Wear | None = None  # if it fails by itself
        self.mends = -1  # failure mode of a repair under way here


class Machine(Unit):
    """Takes items into trays, works on each tray as one service, offers its items one by one."""

    kind = "machine"
    spec: MachineSpec
    room: bool  # a plain attribute, because it is read at every hand-over

    def __init__(self, context: Context, index: int, rank: int, spec: MachineSpec) -> None:
        self._servers = [Server(i) for i in range(spec.slots // spec.tray)]
        super().__init__(context, index, rank, spec)
        seed, name = context.seed, spec.name
        self._tray = spec.tray
        self._draw = stream(seed, name, SERVICE, spec.process_time)
        self._changeover = stream(seed, name, CHANGEOVER, spec.changeover) if spec.changeover else None
        self._unlucky = uniforms(seed, name, SCRAP) if spec.scrap > 0 else None
        self._places = PlaceFailures(seed, name, spec.failures)
        self._mending = 0  # places under repair
        self._mending_since = self._places_down_s = 0.0
        for server in self._servers:
            server.wear = self._places.wear()
        self.quality_holds = [QualityHold(seed, name, k, hold) for k, hold in enumerate(spec.quality_holds)]
        self._inspects = spec.scrap > 0 or context.holds_quality
        self._free = list(range(len(self._servers)))
        heapify(self._free)
        self._trays = 0
        self._loading: Server | None = None
        self._flush: Moment | None = None
        self._out: deque[Server] = deque()
        self.room = False
        self._planned, self._recorded = context.planned, context.recorded
        self.busy = 0
        self._by_service = self._ages_by_service()
        of_work = {f.scope for f in spec.failures if f.clock == "operation"}
        self._works_wear = "place" in of_work or (self._by_service and "unit" in of_work)
        self._serve_priority, self._fail_priority = self.priority(SERVED), self.priority(FAILED)

    def _ages_by_service(self) -> bool:
        return len(self._servers) == 1

    def _hands_over_when_down(self) -> bool:
        return self.spec.hands_over_when_down

    def contents(self) -> list[Item]:
        return [item for server in self._servers for item in server.items]

    def offered(self) -> Item | None:
        """The next item to leave, whether or not the ports are open."""
        return self._out[0].items[0] if self._out else None

    def rest_cause(self) -> int:
        if self.busy:
            return 0
        if self._out:
            return 0 if self.outlet.moving is not None and not self.outlet.stopped else _BLOCKED
        return _STARVED

    def refill(self) -> None:
        """As any unit; while a service is in work, there is nothing to judge in Execute."""
        self.inlet.settle()
        if not self.busy or self.state != EXECUTE:
            self.judge()
        if self.listener is not None:
            self.listener(self)

    def _gates_changed(self) -> None:
        self.ready = self.open and bool(self._out)
        self.room = self.open and (self._loading is not None or bool(self._free))

    # -- infeed and service ------------------------------------------------------------------------

    def take(self, item: Item) -> None:
        self.entered += 1
        if self._write is not None:
            self._write((self.clock.time, self.index, _ENTER, item.number, 0, 0.0))
        server = self._loading
        if server is None:
            server = self._servers[heappop(self._free)]
        server.items.append(item)
        if self._recorded:
            item.place = len(server.items)
        if len(server.items) >= self._tray:
            self._begin(server)
        else:
            self._load(server)

    def _load(self, server: Server) -> None:
        if self._loading is None:
            self._loading = server
            if self.spec.flush_s is not None:
                self._flush = Moment(self.clock, self._flushed)
                self.clock.at(self.clock.time + self.spec.flush_s, self.priority(FLUSHED), self._flush)
        self.room = self.open

    def _flushed(self, moment: Moment) -> None:
        if moment is self._flush and self._loading is not None:
            if self.inlet.coming:  # its place in the tray is promised
                self.clock.at(self.clock.time + (self.spec.flush_s or 0.0), self.priority(FLUSHED), moment)
                return
            self._begin(self._loading)
            self.inlet.settle()

    def _begin(self, server: Server) -> None:
        self._loading = self._flush = None
        self.room = self.open and bool(self._free)
        length = self._draw()
        if self.speed != 1.0:
            length /= self.speed
        if self._planned:
            length = self._change_over(server, length)
        elif self._recorded:
            server.recipe = self.recipe
        if self._recorded:
            self._trays += 1
            server.tray = self._trays
        server.left = server.length = length
        server.began = self.clock.time
        server.working = True
        self.busy += 1
        if self._write is not None:
            self._write((server.began, self.index, _START, server.items[0].number, 0, length))
        if self.state == EXECUTE:
            self._run(server)
        else:
            self.judge()

    def _change_over(self, server: Server, length: float) -> float:
        self.recipe = server.items[0].recipe
        if self._changeover is not None and server.recipe not in (0, self.recipe):
            setup = self._changeover()
            self.setup_s += setup
            length = setup + length
        server.recipe = self.recipe
        return length

    def _run(self, server: Server) -> None:
        """Start or resume a service; whether the unit will fail within it is known now."""
        now, left = self.clock.time, server.left
        server.ends = now + left
        if self._works_wear and self._fails_within(server):
            return
        moment = server.spare
        if moment is None:
            moment = Moment(self.clock, self._served, server)
        else:
            server.spare = None
        server.moment = moment
        self.clock.at(server.ends, self._serve_priority, moment)

    def _fails_within(self, server: Server) -> bool:
        """Whether the unit, or before it the server's place, fails within the service: then that is what happens next."""
        now, left, failures, wear = self.clock.time, server.left, self.failures, server.wear
        fails = self._by_service and failures.age + left > failures.due
        if wear is not None and wear.age + left > wear.due:
            until = wear.due - wear.age
            if not fails or until < failures.due - failures.age:
                server.moment = Moment(self.clock, self._stops_here, server)
                self.clock.at(now + until, self._serve_priority, server.moment)
                return True
        if fails:
            server.moment = Moment(self.clock, self._breaks, server)
            self.clock.at(now + (failures.due - failures.age), self._fail_priority, server.moment)
        return fails

    def _worked(self, server: Server, work: float) -> None:
        """So many seconds of work have been done by a server since it was last started or resumed."""
        if self._by_service:
            self.failures.age += work
        if server.wear is not None:
            server.wear.age += work

    def _breaks(self, moment: Moment) -> None:
        server: Server = moment.owner
        if server.moment is moment:
            server.moment = None
            done = self.failures.due - self.failures.age
            server.left -= done
            if server.wear is not None:
                server.wear.age += done
            self.failures.fail_by_age()

    def _stops_here(self, moment: Moment) -> None:
        """The place of a server fails; its work waits in it, and the unit works on."""
        server: Server = moment.owner
        if server.moment is not moment or server.wear is None:
            return
        server.moment = None
        done = server.wear.due - server.wear.age
        server.left -= done
        if self._by_service:
            self.failures.age += done
        server.mends, length = self._places.fails(server.wear)
        self.failures.count += 1
        self._count_mending()
        self._mending += 1
        self._note_place(Kind.FAIL, server, 0.0)
        moment = Moment(self.clock, self._goes_on_here, (server, length))
        self.clock.at(self.clock.time + length, self._serve_priority, moment)

    def _goes_on_here(self, moment: Moment) -> None:
        server, length = moment.owner
        self._count_mending()
        self._mending -= 1
        self._places.repaired(server.wear, server.mends)
        self._note_place(Kind.REPAIR, server, length)
        server.mends = -1
        if self.state == EXECUTE:
            self._run(server)

    def _count_mending(self) -> None:
        self._places_down_s = self.places_down_seconds()
        self._mending_since = self.clock.time

    def places_down_seconds(self) -> float:
        """Seconds in Execute, up to now, in which single places were under repair, summed over these."""
        if self.state != EXECUTE:
            return self._places_down_s
        return self._places_down_s + self._mending * (self.clock.time - self._mending_since)

    def reset_seconds(self) -> None:
        super().reset_seconds()
        self._places_down_s, self._mending_since = 0.0, self.clock.time

    def _note_place(self, kind: Kind, server: Server, length: float) -> None:
        if self._write is not None:
            self._write((self.clock.time, self.index, int(kind), server.items[0].number, server.mends, length))

    def _freeze(self) -> None:
        now = self.clock.time
        self._count_mending()
        for server in self._servers:
            if server.moment is not None:
                left = server.ends - now
                self._worked(server, server.left - left)
                server.left, server.moment = left, None

    def _thaw(self) -> None:
        self._mending_since = self.clock.time
        for server in self._servers:
            if server.working and server.moment is None and server.mends < 0:
                self._run(server)

    # -- end of service and outfeed ----------------------------------------------------------------

    def _served(self, moment: Moment) -> None:
        server: Server = moment.owner
        if server.moment is not moment:
            return
        server.moment, server.spare = None, moment
        server.working = False
        self.busy -= 1
        if self._works_wear:
            self._worked(server, server.left)
        if self._write is not None:
            self._write((self.clock.time, self.index, _END, server.items[0].number, 0, 0.0))
        if self._inspects:
            self._inspect(server)
        if self._recorded:
            self._record(server, server.items)
        if server.items:
            self._out.append(server)
            self.ready = self.open
            self.outlet.settle()
        else:
            self._release(server)
            self.inlet.settle()
        if not self.busy:
            self.judge()
        if self.listener is not None:
            self.listener(self)

    def _release(self, server: Server) -> None:
        heappush(self._free, server.index)
        self.room = self.open

    def _inspect(self, server: Server) -> None:
        kept: deque[Item] = deque()
        now = self.clock.time
        for item in server.items:
            if (self._unlucky is None or self._unlucky() >= self.spec.scrap) and item.condemned > now:
                for hold in self.quality_holds:
                    hold.made(item, now)
                kept.append(item)
                continue
            if item.quality != BAD:
                self.rejected += 1
                item.quality = BAD
            if self.spec.scrap_to == "downstream":
                kept.append(item)
                continue
            self._to_bin(item, server)
        server.items = kept

    def _to_bin(self, item: Item, server: Server) -> None:
        self.scrap += 1
        self.binned += 1
        self.binned_moments += self.clock.time
        if self._write is not None:
            self._write((self.clock.time, self.index, int(Kind.SCRAP), item.number, 0, 0.0))
        if self._recorded:
            self._record(server, (item,))
            show_record(self, item)

    def _record(self, server: Server, items: Iterable[Item]) -> None:
        first = server.index * self._tray
        record_items(self, items, Work(server.began, server.length, server.recipe, server.tray, first), self.spec.slots)

    def give(self) -> Item:
        server = self._out[0]
        item = server.items.popleft()
        if not server.items:
            self._out.popleft()
            self._release(server)
        self.ready = self.open and bool(self._out)
        if self._recorded:
            show_record(self, item)
        return self._left(item)

    # -- before the run ----------------------------------------------------------------------------

    def prefill(self, items: list[Item]) -> None:
        """Put items into work before the run, the trays' remaining times spread evenly over a service
        time.
        """
        trays = len(items) // self._tray
        for j in range(trays):
            server = self._servers[heappop(self._free)]
            server.items.extend(items[j * self._tray : (j + 1) * self._tray])
            server.length = self._draw()
            server.left = server.length * (j + 1) / trays
            server.recipe = self.recipe
            server.tray = self._trays = self._trays + 1
            for place, item in enumerate(server.items):
                item.place = place + 1
            server.working = True
            self.busy += 1
        self.entered += trays * self._tray
