"""The lines of the benchmarks are one and the same for every program, and a program that computes another line is found out."""

from __future__ import annotations

import importlib
from collections.abc import Generator
from itertools import islice
from pathlib import Path
from statistics import mean

import pytest
import simpy
from peers import bare_numba, setsubi_compiled, setsubi_simpy, simpy_interrupts, simpy_store
from peers.lines import (
    FORMATION,
    FOUR,
    LINES,
    BenchLine,
    CanNot,
    Clock,
    Exponential,
    Fixed,
    formation,
    samplers,
    serial,
)
from peers.measuring import side_by_side
from peers.programs import COMPILED, PROGRAMS, Program
from peers.sameness import compare

from simulator.line import LineSpec

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
SHORT = {line: 10_000.0 if line is FORMATION else 2_000.0 for line in LINES}


def program(module: str) -> Program:
    return next(p for p in PROGRAMS if p.module == module)


@pytest.mark.parametrize("name", sorted(p.stem for p in BENCHMARKS.glob("*.py")))
def test_a_benchmark_can_be_imported(name: str) -> None:
    importlib.import_module(name)


def test_every_peer_has_its_program() -> None:
    assert {p.module for p in PROGRAMS} <= {p.stem for p in (BENCHMARKS / "peers").glob("*.py")}


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.name)
def test_a_line_is_a_line_file(line: BenchLine) -> None:
    spec = LineSpec.model_validate(line.in_line_file(Clock.TIME))
    machines = [u for u in spec.units if u.kind == "machine"]
    assert [(u.slots, u.tray) for u in machines] == [(s.slots, s.tray) for s in line.stations]
    assert all(f.clock == "time" for u in machines for f in u.failures)
    assert sum(len(u.failures) for u in machines) == (0 if line.trays else len(line.stations))


def test_formation_holds_the_line_back_at_any_size() -> None:
    for slots in (10, 500, 2_000):
        before, slow, after = formation(slots).stations
        assert slow.process.mean / slots > before.process.mean == after.process.mean


def test_repairs_prolong_services() -> None:
    line = serial(2, Fixed(1.0), fails=True)
    services = [service() for service in samplers(line, 7) for _ in range(20_000)]
    assert min(services) == 1.0
    assert mean(services) == pytest.approx(1.1, rel=0.02)  # MTTR / MTBF
    sound = samplers(serial(2, Fixed(1.0), fails=False), 7)
    assert {service() for service in sound} == {1.0}


def test_every_station_and_every_run_has_random_numbers_of_its_own() -> None:
    line = serial(3, Exponential(1.0), fails=True)
    drawn = [tuple(islice(iter(service, None), 3)) for seed in (1, 2) for service in samplers(line, seed)]
    assert len(set(drawn)) == 6


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.name)
def test_scripts_of_shared_random_numbers_finish_equal_parts(line: BenchLine) -> None:
    parts = {s: simpy_store.run(line, SHORT[line], s) for s in (1, 2, 3)}
    assert len(set(parts.values())) > 1
    assert compare(program("simpy_store"), line, SHORT[line], parts).equal


@pytest.mark.parametrize("run", [setsubi_compiled.run, setsubi_simpy.run, bare_numba.run, simpy_interrupts.run])
def test_programs_with_random_numbers_of_their_own_compute_the_same_line(run) -> None:  # type: ignore[no-untyped-def]
    one = next(p for p in PROGRAMS if run.__module__ == f"peers.{p.module}")
    found = compare(one, FOUR, 4_000.0, {s: run(FOUR, 4_000.0, s) for s in range(1, 9)})
    assert found.same and not found.equal and found.within < 0.05


def test_both_engines_compute_the_same_formation() -> None:
    parts = {s: setsubi_simpy.run(FORMATION, 10_000.0, s) for s in range(1, 6)}
    found = compare(program("setsubi_simpy"), FORMATION, 10_000.0, parts)
    assert found.same and found.within < 0.02


def never_blocking(line: BenchLine, horizon: float, seed: int) -> int:
    """A tutorial's pattern: the machine is released before the put, and goes on while its item waits."""
    env = simpy.Environment()
    stores = [simpy.Store(env, c) for c in line.buffers]
    done = 0

    def station(i: int, service) -> Generator[simpy.Event, object, None]:  # type: ignore[no-untyped-def]
        nonlocal done
        while True:
            if i > 0:
                yield stores[i - 1].get()
            yield env.timeout(service())
            if i < len(stores):
                stores[i].put(None)
            else:
                done += 1

    for i, service in enumerate(samplers(line, seed)):
        env.process(station(i, service))
    env.run(until=horizon)
    return done


def test_a_script_that_never_blocks_is_found_out() -> None:
    found = compare(program("simpy_store"), FOUR, 2_000.0, {s: never_blocking(FOUR, 2_000.0, s) for s in range(1, 6)})
    assert not found.same and found.off > 0.05
    assert str(found).startswith("SOMETHING ELSE: +")


def test_a_program_that_is_not_there_or_can_not_has_a_row_that_says_so() -> None:
    def cannot(line: BenchLine, horizon: float, seed: int) -> int:
        raise CanNot("no trays")

    def breaks(line: BenchLine, horizon: float, seed: int) -> int:
        raise SystemExit

    runs = {
        program("setsubi_compiled"): setsubi_compiled.run,
        program("ciw_line"): cannot,
        program("simantha_line"): breaks,
    }
    rows = side_by_side(FOUR, {**runs, program("prodsys_line"): "not there"}, rounds=2, cpu_s=0.0)
    assert [row.said for row in rows] == ["", "can not: no trays", "failed: SystemExit: ", "not there"]
    assert rows[0].program.name == COMPILED and rows[0].ratio == 1.0 and len(rows[0].rates) == 2
    assert all(row.rate is None and row.ratio is None and row.sameness is None for row in rows[1:])
