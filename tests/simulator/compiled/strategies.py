"""Line files at random, as widely as the compiled engine covers them."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from simulator.experiments.compiled import why_not
from simulator.line import LineSpec
from simulator.line.packml import Command, State, Transitions, default_transitions

Tree = dict[str, Any]
# Halves and thirds meet one another often, so simultaneous events are common; the others never meet.
TIMES = st.sampled_from([0.5, 1.0, 1.5, 2.0, 3.0, 1 / 3, 0.7, 1.3])
SMALL = st.sampled_from([0.0, 0.0, 0.25, 0.5])


def distributions() -> st.SearchStrategy[Any]:
    """Every distribution of a line file, of a mean around one second."""
    return st.one_of(
        TIMES,
        TIMES.map(lambda m: {"distribution": "exponential", "mean": m}),
        st.tuples(TIMES, st.integers(1, 12)).map(lambda p: {"distribution": "erlang", "mean": p[0], "k": p[1]}),
        TIMES.map(lambda m: {"distribution": "uniform", "low": 0.5 * m, "high": m}),
        TIMES.map(lambda m: {"distribution": "triangular", "low": 0.5 * m, "mode": m, "high": 2 * m}),
        TIMES.map(lambda m: {"distribution": "lognormal", "mean": m, "sd": 0.4}),
        TIMES.map(lambda m: {"distribution": "normal", "mean": m, "sd": m, "low": 0.2}),
        TIMES.map(lambda m: {"distribution": "weibull", "scale": m, "shape": 1.7}),
        TIMES.map(lambda m: {"distribution": "gamma", "mean": m, "shape": 0.8}),
        TIMES.map(lambda m: {"distribution": "empirical", "values": [m, 2 * m, 0.0]}),
    )


@st.composite
def failures(draw: st.DrawFn) -> Tree:
    mtbf = draw(st.sampled_from([5.0, 12.0, {"distribution": "deterministic", "mean": 6.0}]))
    mttr = draw(st.one_of(st.sampled_from([1.0, 3.0]), distributions()))
    clock = draw(st.sampled_from(["operation", "time"]))
    alone = draw(st.sampled_from([{}, {}, {"needs_operator": False}]))
    return {"clock": clock, "mtbf": mtbf, "mttr": mttr, "alarm": draw(st.integers(1, 9))} | alone


@st.composite
def place_failures(draw: st.DrawFn) -> Tree:
    """Of single places, so often that several are down at once."""
    mtbf = draw(st.sampled_from([5.0, 2.0, {"distribution": "deterministic", "mean": 3.0}]))
    return {"scope": "place", "mtbf": mtbf, "mttr": draw(st.one_of(st.sampled_from([1.0, 3.0]), distributions()))}


@st.composite
def stops(draw: st.DrawFn, index: int, names: list[str]) -> Tree:
    """A planned stop; periods differ by stop, so that those of a unit may overlap."""
    every = [5.0, 7.5, 11.0][index]
    length = draw(st.sampled_from([0.5, 1.0, 2.5, 1 / 3]))
    stop: Tree = {
        "name": f"stop {index}",
        "from": draw(st.sampled_from([0.0, 0.5, 1 / 3, 2.0, every - 0.25])),
        "for": length,
        "every": every,
        "kind": draw(st.sampled_from(["break", "maintenance"])),
    }
    if draw(st.booleans()):
        stop["units"] = draw(st.lists(st.sampled_from(names), max_size=3, unique=True))
        stop["operators"] = True if not stop["units"] else draw(st.booleans())
    return stop


@st.composite
def staff(draw: st.DrawFn, names: list[str]) -> Tree:
    """Planned stops and operators, as often as not neither."""
    tree: Tree = {}
    if draw(st.booleans()):
        count = draw(st.integers(1, 3))
        tree["calendar"] = {"stops": [draw(stops(i, names)) for i in range(count)]}
    if draw(st.booleans()):
        tree["operators"] = {
            "count": draw(st.integers(1, 3)),
            "response": draw(TIMES),
            "walking_m_s": draw(st.sampled_from([None, 0.5, 3.0])),
            "at_m": draw(st.sampled_from([0.0, 1.0])),
        }
    return tree


def transients(slow: bool) -> st.SearchStrategy[Tree]:
    names = ["holding", "unholding"] + (["suspending", "unsuspending"] if slow else [])
    return st.dictionaries(st.sampled_from(names), SMALL, max_size=4)


@st.composite
def units(draw: st.DrawFn, index: int) -> Tree:
    common: Tree = {
        "name": f"U{index}",
        "failures": draw(st.lists(failures(), max_size=3)),
        "transients": draw(st.one_of(st.just({}), transients(slow=True))),
        "energy_w": draw(st.sampled_from([{}, {"execute": 100.0, "idle": 10.0}])),
        "auto_unhold": draw(st.sampled_from([True] * 9 + [False])),
        "at_m": draw(st.sampled_from([None, None, 0.5, 2.0])),
    }
    return common | draw(st.one_of(machine_keys(), machine_keys(), conveyor_keys()))


@st.composite
def machine_keys(draw: st.DrawFn) -> Tree:
    tray = draw(st.sampled_from([1, 1, 1, 2, 3]))
    slots = tray * draw(st.sampled_from([1, 1, 1, 2, 3, 7]))
    keys: Tree = {
        "process_time": draw(distributions()),
        "slots": slots,
        "tray": tray,
        "scrap": draw(st.sampled_from([0.0, 0.2])),
        "scrap_to": draw(st.sampled_from(["bin", "downstream"])),
        "hands_over_when_down": draw(st.booleans()),
        "prefill": tray * draw(st.integers(0, slots // tray)),
        "recipes": [1, 2, 3],
        "failures": draw(st.lists(st.one_of(failures(), failures(), place_failures()), max_size=3)),
    }
    if draw(st.booleans()):
        keys["changeover"] = draw(distributions())
    if draw(st.booleans()):
        keys["flush_s"] = draw(TIMES)
    return keys


@st.composite
def conveyor_keys(draw: st.DrawFn) -> Tree:
    length = draw(st.sampled_from([1.0, 2.0, 4.0]))
    spacing = draw(st.sampled_from([0.5, 1.0, 0.3]))
    places = max(1, int(length / spacing + 1e-9))
    capacity = draw(st.one_of(st.none(), st.integers(1, places)))
    return {
        "kind": "conveyor",
        "length_m": length,
        "speed_m_s": draw(st.sampled_from([0.5, 1.0, 3.0])),
        "spacing_m": spacing,
        "capacity": capacity,
        "accumulating": draw(st.booleans()),
        "prefill": draw(st.integers(0, capacity or places)),
    }


@st.composite
def lines(draw: st.DrawFn) -> LineSpec:
    """A line of up to six units with buffers, hand-over times, a source, a sink, a recipe plan, planned stops, operators."""
    parts: list[Tree] = []
    count = draw(st.integers(1, 6))
    for index in range(count):
        unit = draw(units(index))
        parts.append(unit)
        if index + 1 < count and draw(st.booleans()):
            places = draw(st.integers(0, 4))
            parts.append(
                {"kind": "buffer", "name": f"B{index}", "capacity": places, "prefill": draw(st.integers(0, places))}
            )
        else:
            unit["transfer_s"] = draw(SMALL)
    tree: Tree = {"name": "random", "units": parts}
    for end in ("source", "sink"):
        if draw(st.sampled_from([True, False, False])):
            tree[end] = {"interval": draw(distributions())}
    if draw(st.booleans()):
        tree["plan"] = draw(
            st.lists(st.fixed_dictionaries({"recipe": st.integers(1, 3), "count": st.integers(1, 4)}), max_size=3)
        )
    tree |= draw(staff([u["name"] for u in parts if u.get("kind") != "buffer"]))
    return LineSpec.model_validate(tree)


def table_for(spec: LineSpec, more: bool) -> Transitions:
    """The pack's state table, or one with Hold from more states, which some lines need to be covered."""
    table = default_transitions()
    if not more and why_not(spec, table) is None:
        return table
    states = (State.SUSPENDING, State.UNSUSPENDING, State.UNHOLDING)
    return {**table, **{(int(s), int(Command.HOLD)): int(State.HOLDING) for s in states}}
