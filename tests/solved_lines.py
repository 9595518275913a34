"""Lines with operators, breaks, waits outside and slots that change over, and what is known of them by their Markov chains.

One operator for N machines (M/G/1//N): L. Takács, Introduction to the Theory of Queues, Oxford 1962, chapter 5. In a period with breaks the
Kolmogorov equations are solved by matrix exponentials.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import permutations
from math import comb, exp
from typing import Any

from chains import Chain, over_a_period
from scipy import stats

from simulator.experiments.figures import hours_on_takt
from simulator.line import LineSpec, RunResult
from simulator.line.leadtimes import edge
from simulator.line.packml import Cause, State

FAILED, WAITING, BREAK = Cause.EQUIPMENT_FAILURE, Cause.WAITING, Cause.BREAK
Tree = dict[str, Any]
Figures = dict[str, float]


def exponential(mean: float) -> Tree:
    return {"distribution": "exponential", "mean": mean}


def fixed(seconds: float) -> Tree:
    return {"distribution": "deterministic", "mean": seconds}


def machine(name: str, process_time: Any, **more: Any) -> Tree:
    return {"name": name, "process_time": process_time, **more}


def belt(travel: float, pitch: float, **more: Any) -> Tree:
    return {"kind": "conveyor", "name": "belt", "length_m": travel, "speed_m_s": 1, "spacing_m": pitch, **more}


def fails(mtbf: Any, mttr: Any, clock: str = "operation", **more: Any) -> Tree:
    return {"clock": clock, "mtbf": mtbf, "mttr": mttr, **more}


def behind_a_queue(interval_: Any, *units: Tree, **more: Any) -> Tree:
    """A line that items enter as they come; they wait in front of each unit."""
    line: list[Tree] = [machine("gate", 1e-9)]
    for i, unit in enumerate(units):
        line += [{"kind": "buffer", "name": f"Q{i}", "capacity": 5_000}, unit]
    return {"units": line, "source": {"interval": interval_}, **more}


def stop(begin: str, length: float, every: float, **more: Any) -> Tree:
    return {"stops": [{"name": "stop", "from": begin, "for": length, "every": every, **more}]}


def staff(result: RunResult) -> Figures:
    """The mean number of busy operators, and the shares of time in which each unit waits for one and is repaired."""
    found = {"busy": sum(result.operators) / result.duration}
    for unit in result.units:
        found |= {f"{unit.name} waits": unit.share(cause=WAITING), f"{unit.name} repaired": unit.share(cause=FAILED)}
    return found


def last(result: RunResult) -> Figures:
    """What is known of most lines."""
    unit = result.units[-1]
    return {
        "rate": result.throughput, "lead": result.lead_mean, "spread": result.lead_sd, "wip": result.wip_mean,
        "execute": unit.share(State.EXECUTE), "starved": unit.share(State.SUSPENDED, Cause.STARVED), "down": unit.share(cause=FAILED),
        "break": unit.share(cause=BREAK), "setup": unit.setup_s / result.duration, "power": unit.energy_wh * 3600 / result.duration,
        "holding": unit.share(State.HOLDING), "held": unit.share(State.HELD), "unholding": unit.share(State.UNHOLDING),
        "first blocked": result.units[0].share(State.SUSPENDED, Cause.BLOCKED), "second executes": result.units[1 % len(result.units)].share(State.EXECUTE),
        **{f"level {i}": buffer.mean for i, buffer in enumerate(result.buffers)},
        **{f"recipe {number}": made / result.duration for number, made in result.recipes},
        **{f"{n} on it": seconds / result.duration for n, seconds in enumerate(unit.levels)},
    }  # fmt: skip


def within(*times: float) -> Callable[[RunResult], Figures]:
    """The shares of items that stay no longer, by bucket linearly."""

    def of(result: RunResult) -> Figures:
        total = sum(n for _, n in result.lead_times)
        return {str(t): sum(n * _below(bucket, t) for bucket, n in result.lead_times) / total for t in times}

    return of


def _below(bucket: int, t: float) -> float:
    low, high = edge(bucket), edge(bucket + 1)
    return min(max((t - low) / (high - low), 0.0), 1.0)


@dataclass(frozen=True)
class Case:
    """A line and the figures that are known of it; ``length`` of a batch in s, ``bucket`` of departures."""

    tree: Tree
    exact: Figures
    of: Callable[[RunResult], Figures] = last
    length: float = 40_000.0
    warm_up: float = 5_000.0
    bucket: float = 3600.0

    @property
    def spec(self) -> LineSpec:
        return LineSpec.model_validate(self.tree)


def one_for_all(repair: Any, transform: Callable[[float], float], mean: float) -> Case:
    """Takács: with C(j) = Π β(iλ)/(1 − β(iλ)), β the transform of an operator's time, he is idle 1/(1 + Nλb Σ comb(N−1, j)/C(j))."""
    n, rate, response, mttr = 5, 1 / 300, 20.0, 40.0
    products = [1.0]
    for i in range(1, n):
        products.append(products[-1] * transform(i * rate) / (1 - transform(i * rate)))
    idle = 1 / (1 + n * rate * mean * sum(comb(n - 1, j) / c for j, c in enumerate(products)))
    repairs = (1 - idle) / mean
    tree = {
        "units": [machine(f"M{i}", 50, failures=[fails(1 / rate, repair, "time")]) for i in range(n)],
        "operators": {"response": response},
    }
    down, busy = n - repairs / rate, repairs * mttr
    exact = (
        {"busy": 1 - idle}
        | {f"M{i} repaired": busy / n for i in range(n)}
        | {f"M{i} waits": (down - busy) / n for i in range(n)}
    )
    return Case(tree, exact, staff, 400_000.0)


def three_unlike() -> Case:
    """One operator, first come first served, and stops that clear themselves: a chain of who is down, in the order of the calls."""
    fail, repair, minor, cleared = (1 / 200, 1 / 300, 1 / 500), (1 / 50, 1 / 30, 1 / 90), 1 / 400, 1 / 20
    states = [(q, own) for k in range(4) for q in permutations(range(3), k) for own in _subsets(set(range(3)) - set(q))]
    chain = Chain(states)
    for calls, own in states:
        for i in set(range(3)) - set(calls) - own:
            chain.add((calls, own), ((*calls, i), own), fail[i])
            chain.add((calls, own), (calls, own | {i}), minor)
        for i in own:
            chain.add((calls, own), (calls, own - {i}), cleared)
        if calls:
            chain.add((calls, own), (calls[1:], own), repair[calls[0]])
    p = chain.steady()
    exact = {"busy": p(lambda s: s[0])}
    units = []
    for i in range(3):
        exact |= {
            f"M{i} waits": p(lambda s, i=i: i in s[0][1:]),
            f"M{i} repaired": p(lambda s, i=i: s[0][:1] == (i,) or i in s[1]),
        }
        alone = fails(1 / minor, 1 / cleared, "time", name="minor", needs_operator=False)
        units.append(machine(f"M{i}", 50, failures=[fails(1 / fail[i], 1 / repair[i], "time"), alone]))
    return Case({"units": units, "operators": {"response": 1e-6}}, exact, staff, 400_000.0)


def _subsets(of: set[int]) -> list[frozenset[int]]:
    return [frozenset(i for k, i in enumerate(sorted(of)) if bits >> k & 1) for bits in range(2 ** len(of))]


def on_foot() -> Case:
    """One operator between two machines, staying where he was: a semi-Markov chain of where he is and whether the other one calls."""
    fail, mttr, response, way = (1 / 200, 1 / 120), (30.0, 50.0), 5.0, 25.0
    states = [(at, calls) for at in (0, 1) for calls in (False, True)]
    chain, reward = (
        Chain(states),
        dict.fromkeys([(s, what) for s in states for what in ("time", "busy", "w0", "w1", "r0", "r1")], 0.0),
    )
    for at, calls in states:
        for to in (0, 1):
            share, idle = (float(to != at), 0.0) if calls else (fail[to] / sum(fail), 1 / sum(fail))
            before = response + (way if to != at else 0.0)
            quiet = exp(-fail[1 - to] * before) / (1 + fail[1 - to] * mttr[to])  # the other does not fail meanwhile
            chain.add((at, calls), (to, False), share * quiet)
            chain.add((at, calls), (to, True), share * (1 - quiet))
            gains = {"time": idle + before + mttr[to], "busy": before + mttr[to], f"w{to}": before, f"r{to}": mttr[to]}
            gains[f"w{1 - to}"] = before + mttr[to] - (1 - quiet) / fail[1 - to]
            for what, gain in gains.items():
                reward[(at, calls), what] += share * gain
    weights = chain.steady().weights
    total = {
        what: sum(w * reward[s, what] for s, w in weights.items()) for what in ("time", "busy", "w0", "w1", "r0", "r1")
    }
    names = {"busy": "busy", "w0": "M0 waits", "w1": "M1 waits", "r0": "M0 repaired", "r1": "M1 repaired"}
    units = [machine(f"M{i}", 50, at_m=25 * i, failures=[fails(1 / fail[i], mttr[i], "time")]) for i in (0, 1)]
    tree = {"units": units, "operators": {"response": response, "walking_m_s": 1}}
    return Case(tree, {name: total[what] / total["time"] for what, name in names.items()}, staff, 400_000.0)


def at_lunch(everybody: bool) -> Case:
    """In the operator's break a repair goes on and none begins; ``everybody``: the one machine has the break too, and its clock of time runs."""
    n, fail, repair, lunch, every = (1 if everybody else 3), 1 / 200, 1 / 60, 300.0, 2_000.0
    states = [(0, 0)] + [(down, busy) for down in range(1, n + 1) for busy in (0, 1)]
    chains = [Chain(states), Chain(states)]
    for away, chain in zip((True, False), chains, strict=True):
        for down, busy in states:
            if down < n:
                chain.add((down, busy), (down + 1, busy if away else 1), (n - down) * fail)
            if busy:
                chain.add((down, busy), (down - 1, 0 if away or down == 1 else 1), repair)
    off, on = over_a_period(chains, (lunch, every - lunch), ends={(down, 0): (down, 1) for down in range(1, n + 1)})
    busy = off(lambda s: s[1]) + on(lambda s: s[1])
    tree = {
        "units": [machine(f"M{i}", exponential(5), failures=[fails(1 / fail, 1 / repair, "time")]) for i in range(n)]
    }
    tree |= {
        "operators": {"response": 1e-6},
        "calendar": stop("500 s", lunch, every, **({} if everybody else {"units": [], "operators": True})),
    }
    if everybody:
        exact = {"busy": busy, "rate": on(lambda s: not s[0]) / 5, "down": on(lambda s: s[1]), "break": lunch / every}
        return Case(tree, exact, lambda r: staff(r) | last(r), 200 * every, 3 * every)
    waits = sum(
        k * (off(lambda s, k=k: s[0] - s[1] == k) + on(lambda s, k=k: s[0] - s[1] == k)) for k in range(1, n + 1)
    )
    return Case(tree, {"busy": busy} | {f"M{i} waits": waits / n for i in range(n)}, staff, 200 * every, 3 * every)


def break_behind_a_buffer() -> Case:
    """Two exponential machines; the second has breaks, in which it takes nothing and its clock of time and its repairs go on."""
    first, second, places, fail, repair, length, every = 1 / 12, 1 / 9, 3, 1 / 700, 1 / 150, 600.0, 3_600.0
    states = [
        (b, q, blocked, up)
        for b in (0, 1)
        for q in range(places + 1)
        for blocked in ((0, 1) if q == places else (0,))
        for up in (0, 1)
    ]
    chains = [Chain(states), Chain(states)]
    for off, chain in zip((True, False), chains, strict=True):
        for s in states:
            b, q, blocked, up = s
            chain.add(s, (b, q, blocked, 1 - up), fail if up else repair)
            if not blocked:
                taken = (1, q, 0, up) if not (b or off or q) else (b, q + 1, 0, up)
                chain.add(s, taken if q < places else (b, q, 1, up), first)
            if b and up and not off:
                chain.add(s, (1, q, 0, up) if blocked else (1, q - 1, 0, up) if q else (0, 0, 0, up), second)
    ends = {(0, q, blocked, up): (1, q - (not blocked), 0, up) for _, q, blocked, up in states if q}
    off, on = over_a_period(chains, (length, every - length), ends)
    exact = {
        "execute": on(lambda s: s[0] and s[3]),
        "starved": on(lambda s: not s[0] and s[3]),
        "down": on(lambda s: not s[3]),
    }
    exact |= {
        "rate": second * exact["execute"],
        "break": length / every,
        "first blocked": off(lambda s: s[2]) + on(lambda s: s[2]),
    }
    exact["level 0"] = sum(
        k * (off(lambda s, k=k: s[1] == k) + on(lambda s, k=k: s[1] == k)) for k in range(1, places + 1)
    )
    failing = machine("B", exponential(1 / second), failures=[fails(1 / fail, 1 / repair, "time")])
    tree = {
        "units": [machine("A", exponential(1 / first)), {"kind": "buffer", "name": "X", "capacity": places}, failing]
    }
    return Case(tree | {"calendar": stop("20 min", length, every, units=["B"])}, exact, last, 200 * every, 2 * every)


def hours_that_make_the_takt() -> Case:
    """A machine that is never idle makes a Poisson number; every fourth hour has a break of half an hour."""
    share = 0.75 * stats.poisson.sf(360 - 1, 360) + 0.25 * stats.poisson.sf(360 - 1, 180)
    tree = {"units": [machine("A", exponential(10))], "takt": 10, "calendar": stop("1 h", 1_800, 4 * 3_600)}
    return Case(tree, {"hours": share}, lambda r: {"hours": hours_on_takt(r, 360)}, 400 * 3_600.0, 4 * 3_600.0)


def stops_of_two_periods() -> Case:
    """Counted second by second over the 15 h after which both begin anew; the power is that of each state."""
    pairs = [((t - 1_800) % 10_800 < 3_600, (t - 3_600) % 18_000 < 3_600) for t in range(54_000)]
    off = sum(a or b for a, b in pairs) / 54_000
    stops = stop("30 min", 3600, 10_800)["stops"] + [
        {"name": "service", "kind": "maintenance", "from": "1 h", "for": 3600, "every": 18_000}
    ]
    tree = {
        "units": [machine("A", exponential(10), energy_w={"execute": 1000, "held": 100})],
        "calendar": {"stops": stops},
    }
    exact = {"rate": (1 - off) / 10, "break": sum(a and not b for a, b in pairs) / 54_000, "power": 1000 - 900 * off}
    return Case(tree, exact, last, 10 * 54_000.0, 54_000.0)


def wait_outside() -> Case:
    """Two machines with one place between; what waits in front of the first is not in the line: a chain, cut off at 150 outside."""
    rate, first, second, places, most = 0.45, 1.0, 1 / 1.1, 1, 150
    states = [
        (n, q, blocked)
        for n in range(most + 1)
        for q in range(places + 2)
        for blocked in ((0, 1) if q == places + 1 and n else (0,))
    ]
    chain = Chain(states)
    for n, q, blocked in states:
        if n < most:
            chain.add((n, q, blocked), (n + 1, q, blocked), rate)
        if n and not blocked:
            chain.add((n, q, 0), (n - 1, q + 1, 0) if q <= places else (n, q, 1), first)
        if q:
            chain.add((n, q, blocked), (n - 1, q, 0) if blocked else (n, q - 1, 0), second)
    p = chain.steady()
    wip = sum(w * (min(n, 1) + q) for (n, q, _), w in p.weights.items())
    units = [
        machine("A", exponential(1)),
        {"kind": "buffer", "name": "X", "capacity": 1},
        machine("B", exponential(1.1)),
    ]
    exact = {
        "rate": rate,
        "wip": wip,
        "lead": wip / rate,
        "first blocked": p(lambda s: s[2]),
        "starved": p(lambda s: not s[1]),
    }
    return Case({"units": units, "source": {"interval": exponential(1 / rate)}}, exact)


def slots_that_change_over_alone() -> Case:
    """Two slots, recipes 1, 1, 2 in turn: a chain of what each slot does, and of which item comes next."""
    plan, work, change = (1, 1, 2), 5.0, 3.0
    slots = [(recipe, busy) for recipe in (1, 2) for busy in ("changed over", "at work")]
    chain = Chain([(a, b, place) for a in slots for b in slots for place in range(3)])
    for a, b, place in chain.states:
        for i, (recipe, busy) in enumerate((a, b)):
            comes = plan[place]
            then = (
                (recipe, "at work") if busy != "at work" else (comes, "at work" if comes == recipe else "changed over")
            )
            to = (then, b) if i == 0 else (a, then)
            chain.add(
                (a, b, place),
                (*to, (place + 1) % 3 if busy == "at work" else place),
                1 / (work if busy == "at work" else change),
            )
    p = chain.steady()
    at_work, changed = (
        sum(p(lambda s, i=i, w=what: s[i][1] == w) for i in (0, 1)) for what in ("at work", "changed over")
    )
    unit = machine("A", exponential(work), slots=2, recipes=[1, 2], changeover=exponential(change))
    return Case(
        {"units": [unit], "plan": [{"recipe": 1, "count": 2}, {"recipe": 2, "count": 1}]},
        {"rate": at_work / work, "setup": changed},
    )
