"""Which engine runs what, and that a disagreement can not go unseen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from simulator.experiments.compiled import CompiledLine, EngineError, NotCovered, agreement, choice, jit, why_not
from simulator.experiments.compiled.agreement import check_prefix
from simulator.experiments.compiled.choice import choose
from simulator.experiments.run import run_experiment
from simulator.line import LineSpec, load_line
from simulator.line.packml import Command, State, default_transitions

EXAMPLE = Path(__file__).parents[3] / "setsubi" / "examples" / "cell_line.yaml"
FAILURE = {"mtbf": 100, "mttr": 10}


def line_of(*units: dict[str, Any], **more: Any) -> LineSpec:
    return LineSpec.model_validate({"units": list(units), **more})


def machine(name: str, process_time: Any = 1.0, **more: Any) -> dict[str, Any]:
    return {"name": name, "process_time": process_time, **more}


TWO = line_of(machine("A", {"distribution": "exponential", "mean": 1.0}, failures=[FAILURE]), machine("B", 0.8))
SLOW = {"suspending": 1.0}


@pytest.mark.parametrize(
    ("spec", "reason"),
    [
        (line_of(machine("A"), events=[{"at": 5, "unit": "A", "trip": "S1"}]), "scheduled events"),
        (
            line_of(machine("A"), {"kind": "buffer", "name": "B", "capacity": 30_000_000}, machine("C")),
            "20000000 places",
        ),
        (
            line_of(machine("A", transients=SLOW, failures=[FAILURE | {"clock": "time"}])),
            "A may fail while suspending",
        ),
    ],
)
def test_what_is_not_covered_is_said(spec: LineSpec, reason: str) -> None:
    said = why_not(spec)
    assert said is not None and reason in said.en and said.ja.startswith("対象外：")
    with pytest.raises(NotCovered, match=reason):
        CompiledLine(spec)
    with pytest.raises(NotCovered, match=reason):
        choose(spec, "compiled", seed=1, seconds=1e9, replications=1)
    chosen = choose(spec, "auto", seed=1, seconds=1e9, replications=1)
    assert chosen.engine == "simpy" and reason in chosen.text()
    assert chosen.text("ja") == f"計算エンジン：SimPy（{said.ja}）"


def test_a_state_table_with_other_ways_is_not_covered() -> None:
    table = {**default_transitions(), (int(State.HOLDING), "done"): int(State.STOPPED)}
    assert "state table" in str(why_not(TWO, table))  # type: ignore[arg-type]
    without = {k: v for k, v in default_transitions().items() if k[1] != Command.SUSPEND}
    assert "state table" in str(why_not(TWO, without))


def test_a_key_that_nobody_taught_the_engine_is_not_covered() -> None:
    class Novel(type(TWO.units[0])):  # type: ignore[misc]
        novelty: float = 0.0

    plain = Novel.model_validate(TWO.units[0].model_dump(exclude_unset=True) | {"novelty": 0.0})
    novel = Novel.model_validate(TWO.units[0].model_dump(exclude_unset=True) | {"novelty": 1.0})
    assert why_not(TWO.model_copy(update={"units": (plain,)})) is None
    assert "A.novelty" in str(why_not(TWO.model_copy(update={"units": (novel,)})))


def test_the_example_line_is_covered_and_both_engines_agree_on_it() -> None:
    found = check_prefix(load_line(EXAMPLE), 1, 3600.0)
    assert found.rows > 5_000


def test_both_run_until_a_planned_stop_is_over_if_it_is_near() -> None:
    def stopping(begin: str) -> LineSpec:
        return line_of(machine("A"), calendar={"stops": [{"name": "x", "from": begin, "for": 50}]})

    assert check_prefix(stopping("20 h"), 1, 1e6, rows=100).until < 500
    assert check_prefix(stopping("100 s"), 1, 1e6, rows=100).until >= 150


def test_automatic_is_simpy_for_short_runs_and_compiled_for_long_ones() -> None:
    assert choose(TWO, "auto", seed=1, seconds=3600, replications=10).engine == "simpy"
    chosen = choose(TWO, "auto", seed=1, seconds=1e6, replications=10)
    assert chosen.engine == "compiled" and chosen.agreement is not None
    assert chosen.agreement.rows >= 20_000
    assert "equal the SimPy model's exactly" in chosen.text() and "完全に一致" in chosen.text("ja")


def test_without_numba_the_reason_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choice, "find_spec", lambda name: None)
    chosen = choose(TWO, "auto", seed=1, seconds=1e9, replications=1)
    assert chosen.engine == "simpy" and "numba" in chosen.text() and "numba" in chosen.text("ja")
    with pytest.raises(NotCovered, match="numba"):
        choose(TWO, "compiled", seed=1, seconds=1e9, replications=1)


def test_an_engine_that_can_not_be_started_gives_way_to_simpy(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise OSError("the compiled code\nis damaged")

    monkeypatch.setattr(choice, "check_prefix", fail)
    chosen = choose(TWO, "auto", seed=1, seconds=1e9, replications=1)
    assert chosen.engine == "simpy" and not chosen.disagreement
    assert "can not be started here: OSError: the compiled code is damaged" in chosen.text()


def test_a_compilation_that_takes_long_is_announced_and_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    for before, times in ((False, 1), (True, 0)):
        told: list[bool] = []
        monkeypatch.setattr(jit, "compiled_before", lambda before=before: before)
        choose(TWO, "auto", seed=1, seconds=1e6, replications=1, compiling=lambda told=told: told.append(True))  # type: ignore[misc]
        assert len(told) == times


def wrong_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = line_of(TWO.units[0].model_dump(exclude_unset=True), machine("B", 0.8000001))
    monkeypatch.setattr(agreement, "CompiledLine", lambda spec, *rest, **more: CompiledLine(wrong, *rest, **more))


def test_an_engine_that_goes_wrong_is_found_with_unit_and_time(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong_engine(monkeypatch)
    with pytest.raises(EngineError, match=r"disagree at B, t = 1\.\d+ s"):
        check_prefix(TWO, 1, 100.0)


@pytest.mark.parametrize("wanted", ["auto", "compiled"])
def test_simpy_gives_the_result_where_the_engines_disagree(monkeypatch: pytest.MonkeyPatch, wanted: Any) -> None:
    wrong_engine(monkeypatch)
    monkeypatch.setattr(choice, "SHORT_VISITS", 0)
    found = run_experiment(TWO, hours=0.5, replications=1, engine=wanted)
    assert found.engine.engine == "simpy"
    assert "disagree at B" in found.engine.disagreement
    assert "a defect of setsubi" in found.engine.text() and "一致しない" in found.engine.text("ja")
    assert found.results == run_experiment(TWO, hours=0.5, replications=1, engine="simpy").results


def test_a_wrong_sum_is_found_although_all_rows_are_right(monkeypatch: pytest.MonkeyPatch) -> None:
    class Wasteful(CompiledLine):
        def run(self, until: float) -> None:
            super().run(until)
            self._k.seconds[1] += 1e-9

    monkeypatch.setattr(agreement, "CompiledLine", Wasteful)
    with pytest.raises(EngineError, match="disagree at B"):
        check_prefix(TWO, 1, 100.0)


def test_an_experiment_gives_the_same_in_both_engines() -> None:
    slow = run_experiment(TWO, hours=1, warmup_hours=0.1, replications=2, engine="simpy")
    fast = run_experiment(TWO, hours=1, warmup_hours=0.1, replications=2, engine="compiled")
    assert fast.results == slow.results
    assert fast.trace == slow.trace
    assert fast.engine.engine == fast.engine.first == "compiled"


def test_a_log_file_is_the_same_from_both_engines(tmp_path: Path) -> None:
    for engine in ("simpy", "compiled"):
        run_experiment(TWO, hours=0.5, replications=1, engine=engine, log_path=tmp_path / f"{engine}.csv")  # type: ignore[arg-type]
    rows = (tmp_path / "simpy.csv").read_bytes()
    assert rows == (tmp_path / "compiled.csv").read_bytes() and rows.count(b"\n") > 1000


def test_item_records_come_from_the_model(tmp_path: Path) -> None:
    found = run_experiment(TWO, hours=0.1, replications=2, engine="compiled", records_path=tmp_path / "items.csv")
    assert (tmp_path / "items.csv").stat().st_size > 1000
    assert (found.engine.engine, found.engine.first) == ("compiled", "simpy")
    assert "the first replication runs in SimPy" in found.engine.text() and "品目記録" in found.engine.text("ja")
    assert found.results == run_experiment(TWO, hours=0.1, replications=2, engine="simpy").results
    alone = choose(TWO, "compiled", seed=1, seconds=1e9, replications=1, records=True)
    assert alone.engine == "simpy" and "item records" in alone.text()
