"""Single machines behind a waiting line without end, against the closed forms of queueing theory.

Sources: D. Gross, J. F. Shortle, J. M. Thompson, C. M. Harris, Fundamentals of Queueing Theory, 4th ed., Wiley 2008: M/M/c 2.3, bulk service
3.2.2, M/G/1 5.1.1, M/G/infinity 5.2.3, G/M/1 5.3.1, networks 4.1 and 4.2. A machine with failures as an M/G/1 queue of completion times:
B. Avi-Itzhak, P. Naor, Some queueing problems with the service station subject to breakdown, Oper. Res. 11 (1963) 303.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import exp, factorial
from typing import Any

import pytest
from estimates import SHARE, Engine, batches, interval
from scipy.optimize import brentq

from simulator.experiments.compiled import CompiledLine
from simulator.line import Line, LineSpec, RunResult
from simulator.line.packml import State

ENGINES = [CompiledLine, pytest.param(Line, marks=[pytest.mark.wide, pytest.mark.timeout(3600)])]
CONFIDENCE = 0.999  # of each of some 50 figures
BATCHES, ITEMS = 40, 20_000  # items in a batch
WIDEST = 0.05
ENDLESS = 5_000  # places of a buffer that is never full here
GATE = 1e-9
"""Process time in s of the machine in front of the buffer, which lets items into the line as they come."""

Tree = dict[str, Any]


def exponential(mean: float) -> Tree:
    return {"distribution": "exponential", "mean": mean}


@dataclass(frozen=True)
class Queue:
    """Arrivals at ``arrivals`` a second, machines behind endless buffers, and what is known of them.

    ``stay``: mean time in the line; ``idle``: share of time in which the last machine does nothing; ``served``: mean time in the only machine.
    """

    machines: tuple[Tree, ...]
    stay: float
    idle: float | None = None
    arrivals: float = 0.8
    served: float | None = None
    between: Tree = field(default_factory=dict)

    @property
    def spec(self) -> LineSpec:
        units: list[Tree] = [{"name": "gate", "process_time": GATE}]
        for i, machine in enumerate(self.machines):
            units.append({"kind": "buffer", "name": f"Q{i}", "capacity": ENDLESS})
            units.append({"name": f"M{i}", **machine})
        between = self.between or exponential(1 / self.arrivals)
        return LineSpec.model_validate({"units": units, "source": {"interval": between}})


def erlang_c(arrivals: float, rate: float, servers: int) -> float:
    """Mean stay in M/M/c: 1/μ + C(c, a)/(cμ − λ), C being the share of items that wait."""
    load = arrivals / rate
    full = load**servers / factorial(servers) / (1 - load / servers)
    waits = full / (sum(load**n / factorial(n) for n in range(servers)) + full)
    return 1 / rate + waits / (servers * rate - arrivals)


def empty_mmc(arrivals: float, rate: float, servers: int) -> float:
    """Share of time in which an M/M/c queue is empty."""
    load = arrivals / rate
    full = load**servers / factorial(servers) / (1 - load / servers)
    return 1 / (sum(load**n / factorial(n) for n in range(servers)) + full)


def pollaczek_khinchine(arrivals: float, mean: float, second: float) -> float:
    """Mean stay in M/G/1 by the first two moments of the service time."""
    return mean + arrivals * second / (2 * (1 - arrivals * mean))


def completion(mean: float, second: float, mtbf: float, mttr: float, repair_second: float) -> tuple[float, float]:
    """First two moments of a service with the repairs that fall into it, failures coming once per ``mtbf`` of work."""
    stretch = 1 + mttr / mtbf
    return mean * stretch, second * stretch**2 + mean / mtbf * repair_second


def full_trays(arrivals: float, rate: float, tray: int) -> tuple[float, float]:
    """Mean stay in a queue served ``tray`` at a time, none less, and the share of time without service.

    p(n) = p(0)(1 − r^(n+1))/(1 − r) below ``tray`` items, p(0) λ r^(n−tray)/μ from there on, p(0) = (1 − r)/tray.
    """
    root = brentq(lambda r: rate * r ** (tray + 1) - (arrivals + rate) * r + arrivals, 1e-12, 1 - 1e-9)
    none = (1 - root) / tray
    waiting = [none * (1 - root ** (n + 1)) / (1 - root) for n in range(tray)]
    served = none * arrivals / rate / (1 - root)  # the share of time in service, n ≥ tray
    number = sum(n * p for n, p in enumerate(waiting)) + served * (tray + root / (1 - root))
    assert sum(waiting) + served == pytest.approx(1)
    return number / arrivals, sum(waiting)


def stay_gm1(transform: Any, rate: float) -> float:
    """Mean stay in G/M/1: 1/(μ(1 − σ)), σ the root of the transform of the interval at μ(1 − σ)."""
    sigma = brentq(lambda s: transform(rate * (1 - s)) - s, 1e-12, 1 - 1e-6)
    return 1 / (rate * (1 - sigma))


def breakdowns_at_any_time(arrivals: float, rate: float, fails: float, repaired: float) -> float:
    """Mean stay in M/M/1 that fails whether or not it works (White and Christie, Oper. Res. 6 (1958) 79)."""
    up = repaired / (fails + repaired)
    number = arrivals * (1 + rate * fails / (fails + repaired) ** 2) / (rate * up - arrivals)
    return number / arrivals


MTBF, MTTR = 20.0, 4.0
FAILING = {"failures": [{"mtbf": MTBF, "mttr": MTTR}]}
STEADY_REPAIR = {"failures": [{"mtbf": MTBF, "mttr": {"distribution": "deterministic", "mean": MTTR}}]}
AT_ANY_TIME = {"failures": [{"clock": "time", "mtbf": MTBF, "mttr": MTTR}]}
TWO_WAYS = {"failures": [{"mtbf": 40.0, "mttr": MTTR}, {"mtbf": 40.0, "mttr": MTTR}]}


def machine(process_time: Any, **more: Any) -> Tree:
    return {"process_time": process_time, **more}


def one(machine_: Tree, mean: float, second: float, arrivals: float = 0.8) -> Queue:
    """M/G/1."""
    return Queue((machine_,), pollaczek_khinchine(arrivals, mean, second), 1 - arrivals * mean, arrivals, mean)


QUEUES: dict[str, Queue] = {
    "M/M/1": Queue((machine(exponential(1)),), 1 / (1 - 0.8), 0.2, served=1),
    "M/M/2": Queue((machine(exponential(2), slots=2),), erlang_c(0.8, 0.5, 2), empty_mmc(0.8, 0.5, 2), served=2),
    "M/M/5": Queue((machine(exponential(5), slots=5),), erlang_c(0.8, 0.2, 5), empty_mmc(0.8, 0.2, 5), served=5),
    "M/M/20": Queue((machine(exponential(20), slots=20),), erlang_c(0.9, 0.05, 20), None, 0.9, served=20),
    "M/D/1": one(machine(1.0), 1, 1),
    "M/E4/1": one(machine({"distribution": "erlang", "mean": 1, "k": 4}), 1, 1 + 1 / 4),
    "M/gamma/1": one(machine({"distribution": "gamma", "mean": 1, "shape": 0.5}), 1, 1 + 2, 0.6),
    "M/lognormal/1": one(machine({"distribution": "lognormal", "mean": 1, "sd": 0.7}), 1, 1 + 0.49),
    "M/uniform/1": one(machine({"distribution": "uniform", "low": 0.5, "high": 1.5}), 1, 1 + 1 / 12),
    "M/triangular/1": one(machine({"distribution": "triangular", "low": 0, "mode": 1, "high": 2}), 1, 1 + 1 / 6),
    "M/Weibull/1": one(machine({"distribution": "weibull", "scale": 1, "shape": 2}), 0.886227, 1),
    "M/two values/1": one(machine({"distribution": "empirical", "values": [0.5, 0.5, 2.0]}), 1, 1.5),
    "D/M/1": Queue(
        (machine(exponential(1)),), stay_gm1(lambda z: exp(-z / 0.8), 1), 0.2, between={"distribution": "deterministic", "mean": 1.25}
    ),
    "E3/M/1": Queue(
        (machine(exponential(1)),), stay_gm1(lambda z: (1 + z * 1.25 / 3) ** -3, 1), 0.2, between={"distribution": "erlang", "mean": 1.25, "k": 3}
    ),
    "M/G/infinity": Queue((machine({"distribution": "uniform", "low": 1, "high": 5}, slots=200),), 3, exp(-0.8 * 3), served=3),
    "full trays of 3": Queue((machine(exponential(2.5), slots=3, tray=3),), *full_trays(0.8, 0.4, 3)),
    "full trays of 10": Queue((machine(exponential(10), slots=10, tray=10),), *full_trays(0.6, 0.1, 10), 0.6),
    "failures in work": one(machine(exponential(0.9), **FAILING), *completion(0.9, 2 * 0.81, MTBF, MTTR, 2 * MTTR**2), 0.6),
    "failures in fixed work": one(machine(0.9, **STEADY_REPAIR), *completion(0.9, 0.81, MTBF, MTTR, MTTR**2), 0.6),
    "two ways to fail": one(machine(0.9, **TWO_WAYS), *completion(0.9, 0.81, MTBF, MTTR, 2 * MTTR**2), 0.6),
    "failures at any time": Queue(
        (machine(exponential(0.9), **AT_ANY_TIME),), breakdowns_at_any_time(0.6, 1 / 0.9, 1 / MTBF, 1 / MTTR), arrivals=0.6
    ),
    "three M/M/1 in a row": Queue(
        tuple(machine(exponential(m)) for m in (1, 0.9, 1)), 1 / (1 - 0.8) * 2 + 1 / (1 / 0.9 - 0.8), 0.2
    ),
    "M/M/3 and M/M/1 in a row": Queue(
        (machine(exponential(3), slots=3), machine(exponential(1))), erlang_c(0.8, 1 / 3, 3) + 1 / (1 - 0.8)
    ),
    "M/D/1 and the same once more": Queue((machine(1.0), machine(1.0)), pollaczek_khinchine(0.8, 1, 1) + 1, 0.2),
}  # fmt: skip


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", QUEUES)
def test_the_mean_stay_and_the_idle_share_are_those_of_the_closed_form(name: str, engine: Engine) -> None:
    queue = QUEUES[name]
    found = batches(engine(queue.spec, 2028), BATCHES, ITEMS * SHARE[engine] / queue.arrivals, _figures, warm_up=5_000)
    stay, idle, level = (interval(column, CONFIDENCE) for column in zip(*found, strict=True))
    assert max(stay.relative, idle.half_width) < WIDEST / SHARE[engine] ** 0.5
    assert stay.holds(queue.stay), f"stay: {stay}, not {queue.stay}"
    if queue.idle is not None:
        assert idle.holds(queue.idle), f"idle: {idle}, not {queue.idle}"
    if queue.served is not None:
        waiting = queue.arrivals * (queue.stay - queue.served)
        assert level.holds(waiting), f"level: {level}, not {waiting}"


@pytest.mark.parametrize("name", QUEUES)
def test_the_other_engine_gives_the_same_numbers(name: str) -> None:
    spec = QUEUES[name].spec
    one_, other = Line(spec, 3), CompiledLine(spec, 3)
    one_.run(500)
    other.run(500)
    assert one_.result() == other.result()


def test_the_closed_forms_agree_where_they_meet() -> None:
    assert erlang_c(0.8, 1, 1) == pytest.approx(5)
    assert pollaczek_khinchine(0.8, 1, 2) == pytest.approx(5)
    assert full_trays(0.8, 1, 1) == pytest.approx((5, 0.2))
    assert stay_gm1(lambda z: 0.8 / (0.8 + z), 1) == pytest.approx(5)
    assert breakdowns_at_any_time(0.8, 1, 0, 1) == pytest.approx(5)
    assert completion(1, 2, 1e12, 0, 0) == pytest.approx((1, 2))


def test_a_service_of_another_variance_is_told_apart() -> None:
    """The counter-test: the mean alone does not make the stay."""
    found = batches(CompiledLine(QUEUES["M/lognormal/1"].spec, 2028), BATCHES, ITEMS / 0.8, _figures, warm_up=5_000)
    assert not interval([stay for stay, *_ in found], CONFIDENCE).holds(QUEUES["M/uniform/1"].stay)


def _figures(result: RunResult) -> tuple[float, float, float]:
    """Mean lead time, share of time in which the last machine has nothing to do, mean level of the first buffer."""
    return result.lead_mean, result.units[-1].share(State.SUSPENDED), result.buffers[0].mean
