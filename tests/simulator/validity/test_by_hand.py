"""Lines whose throughput can be worked out on paper: fixed times, and two stations without a place between them."""

from __future__ import annotations

from typing import Any

import pytest
from estimates import Engine, batches, interval
from scipy import stats
from scipy.integrate import quad

from simulator.experiments.compiled import CompiledLine
from simulator.line import Line, LineSpec

ENGINES = [Line, CompiledLine]
Tree = dict[str, Any]


def machine(name: str, process_time: Any, **more: Any) -> Tree:
    return {"name": name, "process_time": process_time, **more}


def buffer(capacity: int, name: str = "X") -> Tree:
    return {"kind": "buffer", "name": name, "capacity": capacity}


def belt(**more: Any) -> Tree:
    return {"kind": "conveyor", "name": "belt", "length_m": 4, "speed_m_s": 1, "spacing_m": 0.5, **more}


def fixed(seconds: float) -> Tree:
    return {"distribution": "deterministic", "mean": seconds}


A, B = machine("A", 1), machine("B", 1)
STOPS = [{"mtbf": fixed(90), "mttr": fixed(10)}]
TIMED = [{"clock": "time", "mtbf": fixed(90), "mttr": fixed(10)}]
PAPER: dict[str, tuple[Tree, float]] = {
    "the slowest sets the pace": ({"units": [A, machine("M", 2), machine("C", 1.5)]}, 1 / 2),
    "four slots of six seconds": ({"units": [machine("M", 6, slots=4)]}, 4 / 6),
    "slots slower than what follows": ({"units": [A, machine("M", 6, slots=4), B]}, 4 / 6),
    "the rest of a tray comes item by item": ({"units": [A, machine("M", 10, slots=5, tray=5)]}, 5 / (10 + 4)),
    "a tray comes and goes item by item": ({"units": [A, machine("M", 10, slots=5, tray=5), B]}, 5 / (4 + 10 + 4)),
    "a buffer has the next tray ready": ({"units": [A, buffer(4), machine("M", 10, slots=5, tray=5), buffer(4, "Y"), B]}, 5 / 10),
    "without a place behind, a tray leaves item by item": (
        {"units": [machine("A", 0.1), buffer(5), machine("M", 10, slots=5, tray=5), B]}, 5 / (10 + 4)
    ),
    "two trays of five": ({"units": [machine("M", 10, slots=10, tray=5)]}, 10 / 10),
    "a tray that is not full starts after its time": (
        {"units": [machine("M", 10, slots=5, tray=5, flush_s=2)], "source": {"interval": fixed(6)}}, 1 / 6
    ),
    "hand-over takes the sender's time": ({"units": [machine("A", 2, transfer_s=1), B]}, 1 / 3),
    "hand-over takes the receiver's time": ({"units": [machine("A", 0.5, transfer_s=1), machine("M", 3)]}, 1 / 4),
    "hand-over occupies one slot of two": ({"units": [machine("A", 4, slots=2, transfer_s=1), B]}, 2 / 5),
    "hand-over is the bottleneck of many slots": ({"units": [machine("A", 4, slots=9, transfer_s=1)]}, 1 / 1),
    "pitch over speed": ({"units": [machine("A", 0.1), belt(), machine("C", 0.1)]}, 1 / 0.5),
    "few places on a belt": ({"units": [machine("A", 0.1), belt(capacity=2), machine("C", 0.1)]}, 2 / 4),
    "stops while it works": ({"units": [machine("A", 1, failures=STOPS)]}, 90 / 100),
    "stops while a slower one works": ({"units": [machine("A", 0.5, failures=STOPS), buffer(50), B]}, 1),
    "a stop behind the bottleneck, caught by the buffer": ({"units": [A, buffer(50), machine("C", 0.5, failures=STOPS)]}, 1),
    "stops at any time": ({"units": [machine("A", 1, failures=TIMED)]}, 90 / 100),
    "two seconds later the sink is open again": ({"units": [A, B], "sink": {"interval": fixed(2)}}, 1 / 2),
    "one comes in four seconds": ({"units": [A, B], "source": {"interval": fixed(4)}}, 1 / 4),
    "a changeover after ten": (
        {
            "units": [machine("A", 1, recipes=[1, 2], changeover=fixed(5))],
            "plan": [{"recipe": 1, "count": 10}, {"recipe": 2, "count": 10}],
        },
        10 / 15,
    ),
    "everything is scrap downstream": ({"units": [machine("A", 1, scrap=1 - 1e-12, scrap_to="downstream"), B]}, 0),
}  # fmt: skip


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", PAPER)
def test_lines_of_fixed_times_make_what_paper_says(name: str, engine: Engine) -> None:
    tree, rate = PAPER[name]
    line = engine(LineSpec.model_validate(tree), 1)
    line.run(300)
    line.reset_statistics()
    line.run(300 + 6_300)  # whole cycles of nearly all of them
    assert line.result().good == pytest.approx(6_300 * rate, abs=5)


def uniform(low: float, high: float) -> Any:
    return stats.uniform(low, high - low)


TIMES: dict[str, tuple[Any, Any]] = {
    "fixed": (1.0, None),
    "exponential": ({"distribution": "exponential", "mean": 1}, stats.expon()),
    "erlang": ({"distribution": "erlang", "mean": 1, "k": 3}, stats.gamma(3, scale=1 / 3)),
    "uniform": ({"distribution": "uniform", "low": 0.2, "high": 1.8}, uniform(0.2, 1.8)),
    "triangular": ({"distribution": "triangular", "low": 0.4, "mode": 0.6, "high": 2}, stats.triang(1 / 8, 0.4, 1.6)),
    "lognormal": ({"distribution": "lognormal", "mean": 1, "sd": 0.5}, stats.lognorm(0.4723807, scale=0.8944272)),
    "truncated normal": (
        {"distribution": "normal", "mean": 1, "sd": 0.5, "low": 0.5, "high": 2}, stats.truncnorm(-1, 2, 1, 0.5)
    ),
    "weibull": ({"distribution": "weibull", "scale": 1, "shape": 1.5}, stats.weibull_min(1.5)),
    "gamma": ({"distribution": "gamma", "mean": 1, "shape": 0.5}, stats.gamma(0.5, scale=2)),
}  # fmt: skip


@pytest.mark.parametrize("name", TIMES)
@pytest.mark.parametrize("other", ["fixed", "exponential"])
def test_two_stations_without_a_place_hand_over_when_both_are_done(name: str, other: str) -> None:
    """So the mean time between two items is that of the longer of two services, whatever their distributions."""
    (first, law), (second, other_law) = TIMES[name], TIMES[other]
    spec = LineSpec.model_validate({"units": [machine("A", first), machine("C", second)]})
    rates = batches(CompiledLine(spec, 5), 40, 20_000, lambda result: result.throughput)
    longer, _ = quad(lambda t: 1 - below(law, t) * below(other_law, t), 0, 60, limit=500, points=[0.5, 1.0, 2.0])
    if law is other_law is None:
        assert rates == pytest.approx([1.0] * 40)
    else:
        found = interval(rates, 0.999)
        assert found.relative < 0.01
        assert found.holds(1 / longer)


def below(law: Any, t: float) -> float:
    """Probability of a time of at most ``t``; without a law it is 1 s."""
    return float(t >= 1.0) if law is None else float(law.cdf(t))
