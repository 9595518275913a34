"""From a line file to arrays: who owns which cells, places and streams."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from simulator.experiments.compiled import layout as at
from simulator.experiments.compiled.draws import Streams
from simulator.experiments.compiled.start import Start
from simulator.line.clock import (
    COMMANDED,
    FAILED,
    FLUSHED,
    HANDED_OVER,
    REOPENED,
    REPAIRED,
    SERVED,
    TRANSIENT_DONE,
)
from simulator.line.leadtimes import BUCKETS
from simulator.line.packml import Command, State, Transitions
from simulator.line.planned import CAUSES, first
from simulator.line.shifts import StopSpec, positions
from simulator.line.spec import STATE_NAMES, BufferSpec, ConveyorSpec, LineSpec, MachineSpec, UnitSpec
from simulator.line.streams import CHANGEOVER, FAILURE, INTERVAL, REPAIR, SCRAP, SERVICE

LOG_ROWS = 1 << 16
_SPARE = 8  # items on their way between two owners


@dataclass
class _Cell:
    kind: int
    priority: int  # of SimPy's event, simultaneous ones being processed in this order
    rank: int
    owner: int
    record: np.record | None
    name: str
    server: int = -1


@dataclass
class Lowered:
    """The arrays, the streams that fill them, and what is needed to read them."""

    arrays: at.Arrays
    streams: Streams
    units: tuple[UnitSpec, ...]
    buffers: tuple[BufferSpec | None, ...]  # by joint


@dataclass
class _Build:
    spec: LineSpec
    table: Transitions
    streams: Streams
    units: list[UnitSpec] = field(default_factory=list)
    buffers: list[BufferSpec | None] = field(default_factory=list)
    cells: list[_Cell] = field(default_factory=list)
    queue: int = 0
    belts: int = 0
    wear: int = 0
    levels: int = 0

    def places(self, n: int) -> int:
        """A stretch of the queue."""
        self.queue += n
        return self.queue - n

    def histogram(self, n: int) -> int:
        """A stretch of the levels, for 0 … n items."""
        self.levels += n + 1
        return self.levels - n - 1


def lower(spec: LineSpec, seed: int, table: Transitions, bucket_s: float, rows: int) -> Lowered:
    """Lower a line that ``why_not`` has no objection to. ``rows``: room for the event log, 0 without one."""
    build = _Build(spec, table, Streams(seed))
    for part in spec.units:
        if isinstance(part, BufferSpec):
            build.buffers[-1] = part
        else:
            build.units.append(part)
            build.buffers.append(None)
    build.buffers.insert(0, None)
    units = _units(build)
    servers = _servers(build, units)
    modes = _modes(build, units)
    joints = _joints(build)
    line = _line(build, bucket_s)
    stops, operators = _stops(build, line, units), _operators(build, line, units)
    items = _items(build, line)
    cells, tree = _agenda(build, line)
    build.streams.allocate()
    queue = np.zeros(build.queue, np.int64)
    arrays = at.Arrays(
        line=line, units=units, joints=joints, servers=servers, modes=modes, stops=stops, operators=operators,
        streams=build.streams.records,
        values=build.streams.values, cells=cells, tree=tree, queue=queue, arrivals=np.zeros(max(build.belts, 1)),
        wear=np.zeros(max(build.wear, 1)),
        items=items, seconds=np.zeros((len(build.units), at.CELLS)), levels=np.zeros(build.levels),
        departures=np.zeros(1, np.int64), lead_times=np.zeros(BUCKETS, np.int64),
        log=np.zeros(rows, at.ROW).view(np.recarray),
    )  # fmt: skip
    Start(spec, arrays, build.streams).fill()
    return Lowered(arrays, build.streams, tuple(build.units), tuple(build.buffers))


def _records(n: int, dtype: np.dtype[np.void]) -> at.Records:
    return np.zeros(n, dtype).view(np.recarray)


def _units(build: _Build) -> at.Records:
    units = _records(len(build.units), at.UNIT)
    holds = sum(1 << s for (s, trigger), _ in build.table.items() if trigger == Command.HOLD)
    for index, spec in enumerate(build.units):
        unit = units[index]
        for name in (n for n in at.UNIT.names or () if n.endswith("_cell")):
            setattr(unit, name, -1)
        unit.changeover = unit.unlucky = unit.failed = unit.loading = unit.operator = -1
        durations = {STATE_NAMES[k]: v for k, v in spec.transients.items()}
        unit.suspending, unit.unsuspending, unit.holding, unit.unholding = (
            durations.get(s, 0.0) for s in (State.SUSPENDING, State.UNSUSPENDING, State.HOLDING, State.UNHOLDING)
        )
        unit.instant = not (unit.suspending > 0 or unit.unsuspending > 0)
        unit.auto_unhold, unit.holds = spec.auto_unhold, holds
        unit.state, unit.account = State.STOPPED, State.STOPPED * at.CAUSES
        unit.due = np.inf
        if isinstance(spec, ConveyorSpec):
            _conveyor(build, unit, spec)
        else:
            _machine(build, unit, spec)
        if any(s > 0 for s in (unit.suspending, unit.unsuspending, unit.holding, unit.unholding)):
            build.cells.append(_cell(build, at.E_TRANSIENT, TRANSIENT_DONE, index, unit, "transient_cell"))
    return units


def _cell(build: _Build, kind: int, priority: int, index: int, record: np.record, name: str) -> _Cell:
    return _Cell(kind, priority, len(build.units) - index, index, record, name)


def _conveyor(build: _Build, unit: np.record, spec: ConveyorSpec) -> None:
    index = build.units.index(spec)
    unit.kind, unit.capacity, unit.accumulating = at.CONVEYOR, spec.places, spec.accumulating
    unit.travel, unit.pitch = spec.length_m / spec.speed_m_s, spec.spacing_m / spec.speed_m_s
    unit.stands = 1
    # A belt has its stretch of the queue at the same offset in ``arrivals``.
    unit.belt0 = build.places(spec.places)
    build.belts = unit.belt0 + spec.places
    unit.level0 = build.histogram(spec.places)
    build.cells.append(_cell(build, at.E_HEAD, SERVED, index, unit, "head_cell"))
    build.cells.append(_cell(build, at.E_ENTRY, REOPENED, index, unit, "entry_cell"))


def _machine(build: _Build, unit: np.record, spec: MachineSpec) -> None:
    index, servers = build.units.index(spec), spec.slots // spec.tray
    unit.kind, unit.servers, unit.tray = at.MACHINE, servers, spec.tray
    unit.hands_over, unit.by_service = spec.hands_over_when_down, servers == 1
    unit.free0, unit.out0 = build.places(servers), build.places(servers)
    add = build.streams.add
    unit.service = add(spec.name, SERVICE, spec.process_time, margin=servers + 1)
    if spec.changeover is not None and build.spec.plan:
        unit.changeover = add(spec.name, CHANGEOVER, spec.changeover, margin=servers + 1)
    if spec.scrap > 0:
        unit.unlucky = add(spec.name, SCRAP, None, margin=spec.tray)
        unit.scrap_share, unit.bad_goes_on = spec.scrap, spec.scrap_to == "downstream"
    if spec.flush_s is not None:
        unit.flush_s = spec.flush_s
        build.cells.append(_cell(build, at.E_FLUSHED, FLUSHED, index, unit, "flush_cell"))


def _servers(build: _Build, units: at.Records) -> at.Records:
    servers = _records(max(1, int(units.servers.sum())), at.SERVER)
    first = 0
    for index, spec in enumerate(build.units):
        unit = units[index]
        unit.first_server = first
        for s in range(first, first + unit.servers):
            servers[s].item0 = build.places(unit.tray)
            cell = _cell(build, at.E_SERVED, SERVED, index, servers[s], "cell")
            cell.server = s
            build.cells.append(cell)
        if isinstance(spec, MachineSpec):
            first += unit.servers
    return servers


def _modes(build: _Build, units: at.Records) -> at.Records:
    modes = _records(max(1, sum(len(u.failures) for u in build.units)), at.MODE)
    first = 0
    for index, spec in enumerate(build.units):
        unit = units[index]
        unit.first_mode, unit.modes = first, len(spec.failures)
        for k, failure in enumerate(spec.failures):
            mode = modes[first + k]
            mode.timed, mode.alarm = failure.clock == "time", failure.alarm
            mode.of_places = failure.scope == "place"
            mode.needs_operator = build.spec.operators is not None and failure.needs_operator is not False
            mode.between = build.streams.add(spec.name, FAILURE, failure.mtbf, k)
            mode.repair = build.streams.add(spec.name, REPAIR, failure.mttr, k)
        first += unit.modes
        unit.place_modes = sum(f.scope == "place" for f in spec.failures)
        if unit.place_modes:
            unit.wear0 = build.wear
            build.wear += unit.servers * (1 + unit.modes)
        clocks = {f.clock for f in spec.failures if f.scope == "unit"}
        unit.timed = "time" in clocks
        unit.counts_execute = "operation" in clocks and not unit.by_service
        if clocks:
            build.cells.append(_cell(build, at.E_REPAIRED, REPAIRED, index, unit, "repair_cell"))
        if "operation" in clocks:
            build.cells.append(_cell(build, at.E_AGED, FAILED, index, unit, "age_cell"))
        if unit.timed:
            build.cells.append(_cell(build, at.E_TIMED, FAILED, index, unit, "timed_cell"))
    return modes


def _joints(build: _Build) -> at.Records:
    joints = _records(len(build.units) + 1, at.JOINT)
    for j in range(len(joints)):
        joint, buffer = joints[j], build.buffers[j] if j < len(build.units) else None
        joint.cell = -1
        joint.capacity = buffer.capacity if buffer else 0
        joint.place0, joint.level0 = build.places(joint.capacity), build.histogram(joint.capacity)
        if j > 0 and build.units[j - 1].transfer_s > 0:
            joint.transfer = build.units[j - 1].transfer_s
            cell = _cell(build, at.E_HANDED_OVER, HANDED_OVER, j - 1, joint, "cell")
            cell.owner = j
            build.cells.append(cell)
    return joints


def _line(build: _Build, bucket_s: float) -> at.Records:
    line = _records(1, at.LINE)
    g, spec, units = line[0], build.spec, build.units
    g.n_units, g.current, g.bucket_s = len(units), -1, bucket_s
    g.source_cell = g.sink_cell = g.planned_cell = -1
    g.source_ready, g.sink_room = spec.source.interval is None, 1
    if spec.source.interval is not None:
        g.source_stream = build.streams.add(f"{units[0].name}.source", INTERVAL, spec.source.interval)
        build.cells.append(_Cell(at.E_SOURCE, REOPENED, len(units) + 1, 0, g, "source_cell"))
    if spec.sink.interval is not None:
        g.sink_stream = build.streams.add(f"{units[-1].name}.sink", INTERVAL, spec.sink.interval)
        build.cells.append(_Cell(at.E_REOPENED, REOPENED, 0, len(units), g, "sink_cell"))
    if spec.plan:
        g.planned, g.plans, g.plan_at = 1, len(spec.plan), -1
        g.plan0 = build.places(at.BATCH * len(spec.plan))
    return line


def _stops(build: _Build, line: at.Records, units: at.Records) -> at.Records:
    """Those of each unit, then those of the operators."""
    calendar, n = build.spec.calendar, len(build.units)
    owners: list[tuple[np.record, tuple[StopSpec, ...]]] = [
        (units[u], calendar.of(spec.name)) for u, spec in enumerate(build.units)
    ]
    if build.spec.operators is not None:
        owners.append((line[0], calendar.of_operators))
    stops = _records(max(1, sum(len(s) for _, s in owners)), at.STOP)
    at_stop = 0
    for index, (owner, specs) in enumerate(owners):
        owner.first_stop, owner.stops = at_stop, len(specs)
        for spec in specs:
            stop = stops[at_stop]
            stop.begin, stop.length, stop.every, stop.n = spec.begin, spec.length, spec.every, first(spec)
            stop.edge, stop.cause = max(0.0, spec.begin + stop.n * spec.every), CAUSES[spec.kind]
            at_stop += 1
        if specs:
            rank = n - index if index < n else n + 1
            build.cells.append(_Cell(at.E_PLANNED, COMMANDED, rank, index, owner, "planned_cell"))
    return stops


def _operators(build: _Build, line: at.Records, units: at.Records) -> at.Records:
    spec, g = build.spec.operators, line[0]
    if spec is None:
        return _records(1, at.OPERATOR)
    operators = _records(spec.count, at.OPERATOR)
    operators.at = spec.at_m
    g.n_operators, g.response, g.walking = spec.count, spec.response, spec.walking_m_s or np.inf
    g.calls0 = build.places(len(build.units))
    units.at_m = positions(build.units)
    return operators


def _items(build: _Build, line: at.Records) -> at.Records:
    slots = sum(u.places if isinstance(u, ConveyorSpec) else u.slots for u in build.units)
    n = slots + sum(b.capacity for b in build.buffers if b) + _SPARE
    line[0].pool, line[0].free_items = build.places(n), n
    return _records(n, at.ITEM)


def _agenda(build: _Build, line: at.Records) -> tuple[at.Records, at.Integers]:
    build.cells.sort(key=lambda c: (c.priority, c.rank))
    size = 2
    while size < len(build.cells):
        size *= 2
    cells = _records(size, at.CELL)
    cells.when, cells.kind = np.inf, -1
    orders = {key: n for n, key in enumerate(sorted({(c.priority, c.rank) for c in build.cells}))}
    for index, cell in enumerate(build.cells):
        cells[index].kind, cells[index].owner, cells[index].server = cell.kind, cell.owner, cell.server
        cells[index].order = orders[cell.priority, cell.rank] * at.SCHEDULINGS
        assert cell.record is not None
        setattr(cell.record, cell.name, index)
    line[0].tree = size
    return cells, np.concatenate((np.arange(size), np.arange(size)))
