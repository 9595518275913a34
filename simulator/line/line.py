"""A line: its units joined, its clock, its run."""

from __future__ import annotations

from collections.abc import Collection
from itertools import chain, cycle, pairwise, repeat
from math import sqrt
from typing import Any

from simulator.line.clock import COMMANDED, HANDED_OVER, RANKS, REOPENED, Clock, Moment
from simulator.line.context import Context
from simulator.line.conveyor import Conveyor
from simulator.line.item import Item
from simulator.line.joint import Joint, Sink, Source
from simulator.line.log import EventLog
from simulator.line.machine import Machine
from simulator.line.operators import Operators, Recovery, attempt, recover
from simulator.line.packml import Transitions, check_table, default_transitions
from simulator.line.port import RemoteInfeed, RemoteOutfeed
from simulator.line.records import RecordSink
from simulator.line.result import BufferResult, RunResult, UnitResult, mean_wip
from simulator.line.shifts import positions
from simulator.line.spec import BufferSpec, EventSpec, LineSpec, UnitSpec
from simulator.line.streams import INTERVAL, stream
from simulator.line.unit import Unit


class Line:
    """A running line. ``units`` maps names to units in the order of the flow.

    ``seed``: of all random streams. ``log``: where events go, ``None`` for nowhere. ``transitions``: the
    PackML table, the bundled pack's if none is given. ``live``: keep item records and announce port changes, for served lines; same log.
    ``start``: units begin in Execute; otherwise Stopped. ``remote_ports``: ``"A.infeed"`` of the first or
    ``"D.outfeed"`` of the last unit, worked by the network instead of a source or sink.
    ``bucket_s``: interval of the departure counts in ``RunResult``. ``records``: where item records go.
    """

    def __init__(
        self,
        spec: LineSpec,
        seed: int = 0,
        log: EventLog | None = None,
        *,
        transitions: Transitions | None = None,
        live: bool = False,
        start: bool = True,
        remote_ports: Collection[str] = (),
        bucket_s: float = 3600.0,
        records: RecordSink | None = None,
    ) -> None:
        table = transitions if transitions is not None else default_transitions()
        check_table(table)
        self.spec, self.seed, self.log = spec, seed, log
        self.clock = Clock()
        self._context = Context(
            clock=self.clock,
            seed=seed,
            line=spec.name,
            write=log.write if log is not None else None,
            transitions=table,
            live=live,
            recorded=live or records is not None,
            record=records.write if records is not None else None,
            planned=bool(spec.plan),
            holds_quality=any(getattr(u, "quality_holds", ()) for u in spec.units),
            lot_size=spec.lot_size,
            calendar=spec.calendar,
            zone_reacts=self._zone_reacts,
            zone_is_safe=self._zone_is_safe,
        )
        units = [u for u in spec.units if not isinstance(u, BufferSpec)]
        self._operators = self._recovery = None
        if spec.operators is not None:
            self._operators = Operators(self.clock, spec.operators, positions(units), spec.calendar.of_operators)
            self._recovery = Recovery(self, self._operators)
        self._context.operators = self._operators
        self._number = 0
        self._moments = 0.0  # at which items entered, summed
        self._recipes = chain.from_iterable(repeat(b.recipe, b.count) for b in cycle(spec.plan))
        self._build(bucket_s)
        self._join(frozenset(remote_ports))
        self._prefill()
        self._holds = [h for u in self.units.values() if isinstance(u, Machine) for h in u.quality_holds]
        for hold in self._holds:
            priority = self.units[hold.unit].priority(COMMANDED)
            self.clock.at(hold.spec.found, priority, Moment(self.clock, self._finds, hold))
        self._start_time = 0.0
        self._baseline = self._counts()
        for event in spec.events:
            function = event.trip or event.release or event.reset
            if function and function not in self.units[event.unit].safety.functions:
                raise ValueError(f"{event.unit} has no safety function {function}")
            moment = Moment(self.clock, self._happens, event)
            self.clock.at(event.at, self.units[event.unit].priority(COMMANDED), moment)
        if start:
            self._start_up()

    # -- construction ------------------------------------------------------------------------------

    def _build(self, bucket_s: float) -> None:
        specs = [s for s in self.spec.units if not isinstance(s, BufferSpec)]
        self.units: dict[str, Unit] = {}
        for index, spec in enumerate(specs):
            rank = len(specs) - index  # downstream first: the sink has rank 0, the source the highest
            kind = Conveyor if spec.kind == "conveyor" else Machine
            self.units[spec.name] = kind(self._context, index, rank, spec)  # type: ignore[arg-type]
        first, last = specs[0].name, specs[-1].name
        source, sink = self.spec.source.interval, self.spec.sink.interval
        self._source = Source(
            self.clock,
            self._make,
            stream(self.seed, f"{first}.source", INTERVAL, source) if source else None,
            REOPENED * RANKS + len(specs) + 1,
        )
        taken = stream(self.seed, f"{last}.sink", INTERVAL, sink) if sink else None
        self._sink = Sink(self.clock, taken, REOPENED * RANKS, bucket_s)

    def _join(self, remote: frozenset[str]) -> None:
        units = list(self.units.values())
        first, last = units[0], units[-1]
        if unknown := remote - {f"{first.name}.infeed", f"{last.name}.outfeed"}:
            raise ValueError(f"no free port: {', '.join(sorted(unknown))}")
        self.joints: list[Joint] = []
        buffers = {}
        for before, after in pairwise(self.spec.units):
            if isinstance(after, BufferSpec):
                buffers[before.name] = after
        if f"{first.name}.infeed" in remote:
            first.inlet = RemoteInfeed(first, self._make)
        else:
            self._source.joint = Joint(self.clock, self._source, first)
            first.inlet = self._source.joint
        for up, down in pairwise(units):
            buffer = buffers.get(up.name)
            joint = Joint(
                self.clock,
                up,
                down,
                name=buffer.name if buffer else "",
                capacity=buffer.capacity if buffer else 0,
                transfer_s=up.spec.transfer_s,
                priority=up.priority(HANDED_OVER),
            )
            up.outlet = down.inlet = joint
            self.joints.append(joint)
        if f"{last.name}.outfeed" in remote:
            last.outlet = RemoteOutfeed(last)
        else:
            last.outlet = self._sink.joint = Joint(
                self.clock,
                last,
                self._sink,
                transfer_s=last.spec.transfer_s,
                priority=last.priority(HANDED_OVER),
            )

    def _prefill(self) -> None:
        joints = {j.name: j for j in self.joints if j.name}
        for spec in reversed(self.spec.units):
            items = [self._make() for _ in range(spec.prefill)]
            for item in items:
                item.born = -1.0
            if isinstance(spec, BufferSpec):
                joints[spec.name].places.extend(items)
            else:
                self.units[spec.name].prefill(items)

    def _start_up(self) -> None:
        units = list(reversed(self.units.values()))
        for unit in units:
            unit.start_up()
        for unit in units:
            unit.outlet.settle()
        units[-1].inlet.settle()
        for unit in units:
            unit.judge()

    def _make(self) -> Item:
        now = self.clock.time
        self._number += 1
        self._moments += now
        recipe = next(self._recipes) if self.spec.plan else 1
        item = Item(self.spec.name, self._number, recipe)
        item.born = now
        return item

    # -- running -----------------------------------------------------------------------------------

    @property
    def now(self) -> float:
        """Time in s from the start of the run."""
        return self.clock.time

    def run(self, until: float) -> None:
        """Run up to and including ``until``. Running in pieces gives the same as running at once.

        Raises ``ValueError`` if ``until`` lies in the past.
        """
        if not until >= self.clock.time:
            raise ValueError(f"can not run back from {self.clock.time} s to {until} s")
        self.clock.advance(until)

    step_to = run

    def peek(self) -> float:
        """Time of the next event in s; infinity if there is none. An event given up may show here.

        It does nothing.
        """
        return float(self.clock.peek())

    def close(self) -> None:
        """Complete the event log."""
        if self.log is not None:
            self.log.close()

    # -- safety and scheduled events ---------------------------------------------------------------

    def zone_of(self, unit: Unit) -> list[Unit]:
        """The units of a unit's zone, downstream first."""
        return [u for u in reversed(self.units.values()) if u.spec.zone == unit.spec.zone]

    def _zone_reacts(self, unit: Unit, reaction: str) -> None:
        for other in self.zone_of(unit):
            if other is not unit:
                other.react(reaction)
        if self._recovery is not None:
            self._recovery.called(unit)

    def _zone_is_safe(self, unit: Unit) -> bool:
        return not any(other.safety.stops_zone for other in self.zone_of(unit) if other is not unit)

    def _finds(self, moment: Moment) -> None:
        self._sink.recall(moment.owner)

    def _happens(self, moment: Moment) -> None:
        event: EventSpec = moment.owner
        unit = self.units[event.unit]
        if event.trip is not None:
            unit.trip(event.trip)
            if self._recovery is not None:
                self._recovery.called(unit)
            return
        if event.recover is not None:
            if wait := recover(self.zone_of(unit)):
                self.clock.at(self.clock.time + wait, unit.priority(COMMANDED), moment)
            return
        steps: list[tuple[Any, Any]] = [
            (unit.release, event.release),
            (unit.reset_device, event.reset),
            (unit.command, event.command),
        ]
        for step, argument in steps:
            if argument is not None:
                attempt(step, argument)

    # -- results -----------------------------------------------------------------------------------

    def reset_statistics(self) -> None:
        """Forget what was counted so far (end of warm-up); items, ages and streams stay as they are."""
        for unit in self.units.values():
            unit.reset_seconds()
            if isinstance(unit, Conveyor):
                unit.reset_levels()
        for joint in self.joints:
            joint.reset_levels()
        self._sink.reset()
        self._moments = 0.0
        if self._operators is not None:
            self._operators.reset()
        self._start_time = self.clock.time
        self._baseline = self._counts()

    def _counts(self) -> dict[str, tuple[int, ...]]:
        units = self.units.values()
        counts: dict[str, tuple[int, ...]] = {
            u.name: (u.entered, u.good, u.scrap, u.rejected, u.binned, u.failures.count, u.counters.wip) for u in units
        }
        counts[""] = (self._number, *self._out(), self.wip)
        return counts

    def _out(self) -> tuple[int, int]:
        """Good and scrapped items of the line so far."""
        binned = sum(u.binned for u in self.units.values())
        return self._sink.good, self._sink.bad + binned

    @property
    def wip(self) -> int:
        """Items in the line now, counted where they are."""
        return sum(len(u.contents()) for u in self.units.values()) + sum(len(j.places) for j in self.joints)

    def result(self) -> RunResult:
        """What happened since the statistics were last reset."""
        good, scrap = self._out()
        entered0, good0, scrap0, wip0 = self._baseline[""]
        sink, n = self._sink, max(self._sink.leads, 1)
        mean = sink.lead_sum / n
        last = int((self.clock.time - self._start_time) // sink.bucket_s)
        came = self._number - entered0, self._moments
        went = good - good0 + scrap - scrap0, sink.moments + sum(u.binned_moments for u in self.units.values())
        return RunResult(
            line=self.spec.name,
            seed=self.seed,
            start=self._start_time,
            end=self.clock.time,
            units=tuple(self._unit_result(u) for u in self.units.values()),
            buffers=tuple(BufferResult(j.name, j.capacity, tuple(j.levels())) for j in self.joints if j.capacity),
            entered=self._number - entered0,
            good=good - good0,
            scrap=scrap - scrap0,
            wip=self.wip,
            wip_start=wip0,
            wip_mean=mean_wip(wip0, self._start_time, self.clock.time, came, went),
            bucket_s=sink.bucket_s,
            departures=tuple(sink.departures.get(b, 0) for b in range(last + 1)),
            lead_mean=mean,
            lead_sd=sqrt(max(0.0, sink.lead_squares / n - mean * mean)),
            lead_times=tuple(sorted(sink.lead_times.items())),
            operators=self._operators.busy_seconds() if self._operators is not None else (),
            holds=tuple(hold.result() for hold in self._holds),
            recipes=tuple((r, sink.recipes[r]) for r in sorted({batch.recipe for batch in self.spec.plan})),
        )

    def _unit_result(self, unit: Unit) -> UnitResult:
        entered, good, scrap, rejected, binned, failed, wip = self._baseline[unit.name]
        return UnitResult(
            name=unit.name,
            kind=unit.kind,
            profile=unit.profile,
            entered=unit.entered - entered,
            good=unit.good - good,
            scrap=unit.scrap - scrap,
            rejected=unit.rejected - rejected,
            binned=unit.binned - binned,
            wip=unit.counters.wip,
            wip_start=wip,
            seconds=unit.seconds(),
            energy_wh=unit.energy_wh,
            setup_s=unit.setup_s,
            places_down_s=unit.places_down_seconds() if isinstance(unit, Machine) else 0.0,
            failures=unit.failures.count - failed,
            levels=tuple(unit.levels()) if isinstance(unit, Conveyor) else (),
        )


def mock_line(
    unit: UnitSpec,
    seed: int = 0,
    log: EventLog | None = None,
    *,
    transitions: Transitions | None = None,
    start: bool = False,
) -> Line:
    """A line of one unit whose neighbours are on the network.

    Both ports are remote, the unit begins Stopped.
    """
    spec = LineSpec(name=unit.name, units=(unit,))
    remote = (f"{unit.name}.infeed", f"{unit.name}.outfeed")
    return Line(spec, seed, log, transitions=transitions, live=True, start=start, remote_ports=remote)
