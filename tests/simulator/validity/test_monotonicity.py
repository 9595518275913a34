"""More room or more slots delay no departure, as long as nothing overtakes in a way that matters.

Sources: Shanthikumar, Yao, Monotonicity and concavity properties in cyclic queueing networks with finite buffers, in: Queueing Networks with
Blocking, North-Holland 1989; Tayur, Structural properties and a heuristic for kanban-controlled serial lines, Management Science 39 (1993) 1347.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pytest
from estimates import Engine
from hypothesis import event, given, settings
from hypothesis import strategies as st
from strategies import TIMES, distributions

from simulator.experiments.compiled import CompiledLine
from simulator.line import Line, LineSpec
from simulator.line.log import Kind, MemoryLog

ENGINES = [Line, CompiledLine]
Tree = dict[str, Any]


@st.composite
def machines(draw: st.DrawFn) -> Tree:
    """With several servers neither failures nor scrap: those go by what the unit does as a whole, or by the order of finishing."""
    tray = draw(st.sampled_from([1, 1, 2, 3]))
    servers = draw(st.sampled_from([1, 1, 2, 3]))
    unit: Tree = {"process_time": draw(distributions()), "slots": tray * servers, "tray": tray}
    if servers == 1:
        failure = st.fixed_dictionaries({"mtbf": st.sampled_from([4.0, 9.0]), "mttr": distributions()})
        unit["failures"] = draw(st.lists(failure, max_size=2))
        unit["scrap"] = draw(st.sampled_from([0.0, 0.2]))
        unit["scrap_to"] = draw(st.sampled_from(["bin", "downstream"]))
    return unit


@st.composite
def belts(draw: st.DrawFn) -> Tree:
    """Accumulating ones: if the belt stands for its first item, a shorter wait makes larger gaps, and those may cost time later."""
    length = draw(st.integers(1, 4))
    return {
        "kind": "conveyor", "length_m": length, "spacing_m": 1, "speed_m_s": draw(st.sampled_from([0.5, 1.0, 3.0])),
        "capacity": draw(st.integers(1, length)),
    }  # fmt: skip


@st.composite
def lines(draw: st.DrawFn) -> Tree:
    count = draw(st.integers(2, 5))
    units: list[Tree] = []
    for i in range(count):
        unit = draw(st.one_of(machines(), machines(), belts())) | {"name": f"U{i}"}
        units.append(unit)
        if i + 1 < count:
            units.append({"kind": "buffer", "name": f"B{i}", "capacity": draw(st.integers(0, 3))})
    slow = draw(st.integers(0, count - 1))  # one joint that takes time
    if draw(st.booleans()):
        units[2 * slow]["transfer_s"] = draw(TIMES)
        if slow + 1 < count:
            del units[2 * slow + 1]
    ends = {end: {"interval": draw(distributions())} for end in ("source", "sink") if draw(st.booleans())}
    return {"units": units, **ends}


@pytest.mark.parametrize("engine", ENGINES)
@settings(max_examples=60)
@given(line=lines(), data=st.data(), seed=st.integers(0, 10_000))
def test_one_more_place_delays_no_departure_of_any_unit(engine: Engine, line: Tree, data: Any, seed: int) -> None:
    buffers = [i for i, unit in enumerate(line["units"]) if unit.get("kind") == "buffer"]
    if not buffers:
        return
    compare(line, data.draw(st.sampled_from(buffers)), {"capacity": 1}, engine, seed)


@pytest.mark.parametrize("engine", ENGINES)
@settings(max_examples=60)
@given(line=lines(), data=st.data(), seed=st.integers(0, 10_000))
def test_one_more_tray_at_once_delays_no_departure_of_any_unit(
    engine: Engine, line: Tree, data: Any, seed: int
) -> None:
    reliable = [i for i, u in enumerate(line["units"]) if "tray" in u and not u.get("failures") and not u.get("scrap")]
    if not reliable:
        return
    chosen = data.draw(st.sampled_from(reliable))
    compare(line, chosen, {"slots": line["units"][chosen]["tray"]}, engine, seed)


def compare(line: Tree, chosen: int, more: dict[str, int], engine: Engine, seed: int) -> None:
    """Run with the unit as it is and with more: the n-th departure from every unit comes at the same time or earlier."""
    units = list(line["units"])
    units[chosen] = units[chosen] | {key: units[chosen][key] + n for key, n in more.items()}
    before, after = (departures(tree, engine, seed) for tree in (line, line | {"units": units}))
    event("earlier" if before != after else "no difference")
    for unit, times in before.items():
        assert len(after[unit]) >= len(times)
        assert all(new <= old for old, new in zip(times, after[unit], strict=False))


def departures(tree: Tree, engine: Engine, seed: int) -> dict[int, list[float]]:
    run = engine(LineSpec.model_validate(tree), seed, log := MemoryLog())
    run.run(120)
    found: defaultdict[int, list[float]] = defaultdict(list)
    for row in log.rows:
        if row[2] == Kind.LEAVE:
            found[row[1]].append(row[0])
    return found
