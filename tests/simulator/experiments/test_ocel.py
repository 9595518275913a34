"""OCEL 2.0: the format read strictly, against the event log, and by an independent reader."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import pytest
from line_files import line_of, machine
from pydantic import AwareDatetime, BaseModel, ConfigDict, StrictStr

from simulator.experiments.run import run_experiment
from simulator.line import Line
from simulator.line.log import Kind, MemoryLog

LINE = line_of(
    machine("A", {"distribution": "exponential", "mean": 3}, scrap=0.1, slots=2),
    {"kind": "buffer", "name": "X", "capacity": 4, "prefill": 2},
    {"kind": "conveyor", "name": "AB", "length_m": 4, "speed_m_s": 1, "spacing_m": 1, "profile": "", "prefill": 1},
    machine(
        "B", 40.0, slots=24, tray=4, prefill=12, scrap=0.2, scrap_to="downstream",
        failures=[
            {"name": "tower", "mtbf": 200, "mttr": 20, "clock": "time"},
            {"name": "clip", "mtbf": 100, "mttr": 10, "scope": "place"},
        ],
    ),
    machine("C", 2.0),
    events=[{"at": 300, "unit": "A", "trip": "S2"}], operators={"count": 1, "response": 30}, lot_size=50,
)  # fmt: skip


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class AttributeType(Strict):
    name: StrictStr
    type: Literal["string", "time", "integer", "float", "boolean"]


class Type(Strict):
    name: StrictStr
    attributes: list[AttributeType]


class Value(Strict):
    name: StrictStr
    value: StrictStr


class TimedValue(Value):
    time: AwareDatetime


class Relationship(Strict):
    objectId: StrictStr  # noqa: N815 - the format's name
    qualifier: StrictStr


class Event(Strict):
    id: StrictStr
    type: StrictStr
    time: AwareDatetime
    attributes: list[Value]
    relationships: list[Relationship]


class Thing(Strict):
    id: StrictStr
    type: StrictStr
    attributes: list[TimedValue]
    relationships: list[Relationship]


class Ocel(Strict):
    """The JSON format of OCEL 2.0 as its specification gives it, nothing beside it."""

    objectTypes: list[Type]  # noqa: N815
    eventTypes: list[Type]  # noqa: N815
    events: list[Event]
    objects: list[Thing]

    def relations(self) -> Iterator[tuple[Event | Thing, Relationship]]:
        for owner in (*self.events, *self.objects):
            yield from ((owner, r) for r in owner.relationships)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("ocel") / "log.json"
    run_experiment(LINE, hours=0.2, seed=5, replications=1, ocel_path=path, engine="simpy")
    return path


@pytest.fixture(scope="module")
def ocel(file: Path) -> Ocel:
    return Ocel.model_validate_json(file.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def rows() -> MemoryLog:
    log = MemoryLog()
    Line(LINE, 5, log).run(720)
    return log


def test_everything_that_is_named_is_declared_once(ocel: Ocel) -> None:
    for types, owners in ((ocel.eventTypes, ocel.events), (ocel.objectTypes, ocel.objects)):
        declared = {t.name: {a.name: a.type for a in t.attributes} for t in types}
        assert len(declared) == len(types)
        for owner in owners:
            for value in owner.attributes:
                match declared[owner.type][value.name]:
                    case "float":
                        float(value.value)
                    case "integer":
                        int(value.value)
                    case "boolean":
                        assert value.value in ("true", "false")
                    case kind:
                        assert kind == "string"
    ids = [thing.id for thing in ocel.objects]
    assert len(set(ids)) == len(ids)
    assert len({event.id for event in ocel.events}) == len(ocel.events)
    assert {r.objectId for _, r in ocel.relations()} <= set(ids)


def test_it_holds_the_event_log_row_by_row(ocel: Ocel, rows: MemoryLog) -> None:
    told = [row for row in rows.rows if row[2] != Kind.STATE]
    assert len(ocel.events) == len(told)
    names = ["A", "AB", "B", "C"]
    seen = Counter(Kind(row[2]) for row in told)
    assert {Kind.SCRAP, Kind.FAIL, Kind.REPAIR, Kind.SAFETY, Kind.COMMAND, Kind.ALARM} <= set(seen)
    for event, (t, unit, kind, item, _, b) in zip(ocel.events, told, strict=True):
        assert (event.time - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds() == pytest.approx(t, abs=1e-6)
        assert event.type in (Kind(kind).name.lower(), "reach end")
        assert (event.type == "reach end") == (kind == Kind.END and names[unit] == "AB")
        related = {(r.qualifier, r.objectId) for r in event.relationships}
        assert ("unit", f"unit:{names[unit]}") in related
        assert not item or ("cell", f"small-{item:09d}") in related
        if kind == Kind.START:
            assert {v.name: float(v.value) for v in event.attributes} == {"duration_s": b}
    changes = [v for t in ocel.objects if t.type == "unit" for v in t.attributes if v.name == "state"]
    assert len(changes) == sum(row[2] == Kind.STATE for row in rows.rows)


def test_a_tray_holds_the_cells_that_came_into_it_and_is_worked_on_as_a_whole(ocel: Ocel) -> None:
    held = {
        thing.id: [r.objectId for r in thing.relationships if r.qualifier == "holds"]
        for thing in ocel.objects
        if thing.type == "tray"
    }
    assert all(len(set(cells)) == 4 for cells in held.values())
    entered: dict[str, float] = {}
    started, ended, failed = set(), set(), set()
    for event in ocel.events:
        at_b = any(r.objectId == "unit:B" for r in event.relationships)
        cells = [r.objectId for r in event.relationships if r.qualifier == "cell"]
        if at_b and event.type == "enter":
            entered[cells[0]] = event.time.timestamp()
        if at_b and event.type in ("fail", "repair") and cells:  # of one place
            (tray,) = [r.objectId for r in event.relationships if r.qualifier == "tray"]
            assert cells == held[tray]
            assert event.attributes[0].value == "clip"
            failed.add(tray)
        if at_b and event.type in ("start", "end"):
            (tray,) = [r.objectId for r in event.relationships if r.qualifier == "tray"]
            assert cells == held[tray]
            (started if event.type == "start" else ended).add(tray)
            if event.type == "start":
                assert max(entered[cell] for cell in cells) == event.time.timestamp()
    assert len(ended - started) == 3  # those that were in work at the start
    assert len(ended & started) > 10
    assert failed


def test_cells_know_their_lot_and_when_they_became_bad(ocel: Ocel, rows: MemoryLog) -> None:
    cells = [thing for thing in ocel.objects if thing.type == "cell"]
    assert len(cells) == max(row[3] for row in rows.rows)
    lots = {cell.id: cell.relationships[0].objectId for cell in cells}
    assert (lots["small-000000050"], lots["small-000000051"]) == ("small-L00001", "small-L00002")
    bad = {c.id for c in cells if any(v.value == "bad" for v in c.attributes)}
    assert bad == {f"small-{r[3]:09d}" for r in rows.rows if r[2] == Kind.SCRAP or (r[2] == Kind.LEAVE and r[4] == 2)}
    assert 0 < len(bad) < len(cells)
    first = next(e for e in ocel.events if e.type == "enter" and e.relationships[0].objectId == "unit:A")
    (lot,) = [r.objectId for r in first.relationships if r.qualifier == "lot"]
    assert lot == lots[first.relationships[1].objectId]


def test_both_engines_write_the_same_file_and_the_event_log_beside_it_stays_the_same(tmp_path: Path) -> None:
    spec = LINE.model_copy(update={"events": (), "operators": None})  # which the compiled engine does not cover
    for engine in ("simpy", "compiled"):
        paths = {"ocel_path": tmp_path / f"{engine}.json", "log_path": tmp_path / f"{engine}.csv"}
        run_experiment(spec, hours=0.1, replications=1, engine=engine, **paths)  # type: ignore[arg-type]
    run_experiment(spec, hours=0.1, replications=1, engine="simpy", log_path=tmp_path / "alone.csv")
    for kind in ("json", "csv"):
        assert (tmp_path / f"simpy.{kind}").read_bytes() == (tmp_path / f"compiled.{kind}").read_bytes()
    assert (tmp_path / "alone.csv").read_bytes() == (tmp_path / "simpy.csv").read_bytes()


def test_an_independent_reader_finds_the_same_in_it(file: Path, ocel: Ocel) -> None:
    pm4py = pytest.importorskip("pm4py")
    read = pm4py.read_ocel2_json(str(file))
    assert len(read.events) == len(ocel.events)
    assert Counter(read.events["ocel:activity"]) == Counter(e.type for e in ocel.events)
    between = {(r.objectId, owner.id) for owner, r in ocel.relations() if isinstance(owner, Event)}
    touched = {thing for thing, _ in between}  # the reader leaves out what no event is about
    assert Counter(read.objects["ocel:type"]) == Counter(o.type for o in ocel.objects if o.id in touched)
    assert set(zip(read.relations["ocel:oid"], read.relations["ocel:eid"], strict=True)) == between
    started = read.events[read.events["ocel:activity"] == "start"]
    assert started["duration_s"].dtype == float and (started["duration_s"] > 0).all()
    changed = read.object_changes
    assert {"execute", "suspended"} <= set(changed[changed["ocel:field"] == "state"]["state"])
    flat = pm4py.ocel_flattening(read, "cell")
    first = flat[flat["case:concept:name"] == "small-000000040"]
    assert list(first["concept:name"])[:4] == ["enter", "start", "end", "leave"]
