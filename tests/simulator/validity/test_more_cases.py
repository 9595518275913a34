"""Operators, breaks, lead times, changeovers, belts, trays that start unfilled, hand-overs: lines that can be solved exactly.

Sources: one operator for N machines (M/G/1//N): L. Takács, Introduction to the Theory of Queues, Oxford 1962, chapter 5. Distributions of the stay
in M/M/1, M/M/c and rows of them: Gross, Shortle, Thompson, Harris, Fundamentals of Queueing Theory, 2.2, 2.3 and 4.1; in M/D/1: A. K. Erlang 1909.
Departures of M/M/c are Poisson: P. J. Burke, Oper. Res. 4 (1956) 699. A period with breaks: the Kolmogorov equations, solved by matrix exponentials.
The others by renewal and reward (S. M. Ross, Stochastic Processes, 3.6); each says how.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import exp, factorial, floor, log, sqrt

import pytest
from estimates import SHARE, Engine, Estimate, batches, interval
from scipy import stats
from scipy.integrate import quad
from solved_lines import (  # fmt: skip
    Case,
    Figures,
    Tree,
    at_lunch,
    behind_a_queue,
    belt,
    break_behind_a_buffer,
    exponential,
    fails,
    fixed,
    hours_that_make_the_takt,
    last,
    machine,
    on_foot,
    one_for_all,
    slots_that_change_over_alone,
    stop,
    stops_of_two_periods,
    three_unlike,
    wait_outside,
    within,
)

from simulator.experiments.compiled import CompiledLine
from simulator.experiments.kpis import kpis
from simulator.experiments.run import run_experiment
from simulator.line import Line, LineSpec, RunResult
from simulator.line.leadtimes import bucket_of, edge

ENGINES = [CompiledLine, pytest.param(Line, marks=[pytest.mark.wide, pytest.mark.timeout(3600)])]
CONFIDENCE, BATCHES, WIDEST = 0.9999, 40, 0.04  # of each of some 130 figures


def stays(
    below: Callable[[float], float], interval_: float, *units: Tree, times: tuple[float, ...] = (2.0, 5.0, 15.0)
) -> Case:
    return Case(
        behind_a_queue(exponential(interval_), *units), {str(t): below(t) for t in times}, within(*times), 50_000.0
    )


def below_mm3(t: float) -> float:
    rate, load = 1 / 3, 2.4
    full = load**3 / factorial(3) / (1 - load / 3)
    waits, spare = full / (sum(load**n / factorial(n) for n in range(3)) + full), 3 * rate - 0.8
    return 1 - (1 - waits) * exp(-rate * t) - waits * (spare * exp(-rate * t) - rate * exp(-spare * t)) / (spare - rate)


def below_md1(t: float) -> float:
    """Erlang: a wait of at most w has the probability (1 − ρ) Σ (−λ(w − k))^k / k! · exp(λ(w − k)), over k up to w."""
    terms = ((-0.7 * (t - 1 - k)) ** k / factorial(k) * exp(0.7 * (t - 1 - k)) for k in range(floor(t - 1) + 1))
    return 0.3 * sum(terms) if t >= 1 else 0.0


def changeovers() -> Case:
    """Per round of the plan: 11 services, two changeovers, and a repair per MTBF of both."""
    work = 11 * 2.0 + 2 * 9.0
    around = work * (1 + 12 / 60)
    changeover = {"distribution": "lognormal", "mean": 9, "sd": 6}
    units = [machine("A", exponential(2), recipes=[1, 2], changeover=changeover, failures=[fails(60, 12)])]
    exact = {
        "rate": 11 / around,
        "recipe 1": 7 / around,
        "setup": 18 / around,
        "execute": work / around,
        "down": 1 - work / around,
    }
    return Case({"units": units, "plan": [{"recipe": 1, "count": 7}, {"recipe": 2, "count": 4}]}, exact)


def failing_belt(clock: str, accumulating: bool) -> Case:
    """Fed without end, an item stays for travel and one pitch of belt time, and for the repairs that fall into it (compound Poisson)."""
    travel, pitch, mtbf, mttr = 20.0, 2.0, 50.0, 8.0
    there = travel + pitch
    border = edge(bucket_of(there) + 1)
    none = exp(-there / mtbf) * (1 + there / mtbf * (1 - exp(-(border - there) / mttr)))
    unit = belt(travel, pitch, accumulating=accumulating, failures=[fails(mtbf, mttr, clock)])
    exact = {
        "rate": 1 / pitch / (1 + mttr / mtbf),
        "lead": there * (1 + mttr / mtbf),
        "spread": sqrt(2 * there / mtbf) * mttr,
    }
    exact |= {"down": mttr / (mtbf + mttr), str(border): none}
    return Case({"units": [machine("gate", 1e-3), unit]}, exact, lambda r: last(r) | within(border)(r))


def belt_before_a_machine(accumulating: bool) -> Case:
    """Always full: an item leaves when the machine is free, and no less than a pitch after the one before it."""
    pitch, mean = 0.5, 0.6
    longer = pitch + mean * exp(-pitch / mean)
    units = [machine("gate", 1e-3), belt(4, pitch, accumulating=accumulating), machine("C", exponential(mean))]
    return Case(
        {"units": units},
        {"rate": 1 / longer, "second executes": pitch / longer, "starved": 1 - mean / longer},
        length=20_000.0,
    )


def unfilled_trays() -> Case:
    """A tray starts when six are in it or 9 s after the first; there is always a free one. Renewal at each first item."""
    rate, tray, flush, work = 0.3, 6, 9.0, 25.0
    held = quad(lambda t: sum((1 + j) * stats.poisson.pmf(j, rate * t) for j in range(tray - 1)), 0, flush)[0]
    items = 1 + sum(min(j, tray - 1) * stats.poisson.pmf(j, rate * flush) for j in range(60))
    unit = machine("A", exponential(work), slots=60 * tray, tray=tray, flush_s=flush)
    return Case(
        behind_a_queue(exponential(1 / rate), unit),
        {"lead": held / items + work, "wip": rate * (held / items + work)},
        length=100_000.0,
    )


def revoked(stays_open: bool) -> Case:
    """A hand-over of t s fails with the rate f: begun anew it takes (exp(ft) − 1)(1/f + r). If the machine stays open it ends as if nothing had
    been; the next service then waits for what is left of the repair.
    """
    mean, t, f, r = 4.0, 2.0, 1 / 15, 3.0
    again = (exp(f * t) - 1) * (1 / f + r)
    around = mean * (1 + f * r) + (t + r * f / (f + 1 / r) * (1 - exp(-(f + 1 / r) * t)) if stays_open else again)
    unit = machine(
        "A", exponential(mean), transfer_s=t, hands_over_when_down=stays_open, failures=[fails(1 / f, r, "time")]
    )
    return Case({"units": [unit]}, {"rate": 1 / around, "down": f * r / (1 + f * r)})


def both_stop() -> Case:
    """Fixed services that stretch by their repairs, no place between: the mean of the longer of two, by integration."""
    mtbf, mttr = 30.0, 10.0

    def below(t: float, work: float) -> float:
        repaired = (
            stats.poisson.pmf(k, work / mtbf) * (stats.gamma.cdf(t - work, k, scale=mttr) if k else 1)
            for k in range(12)
        )
        return sum(repaired) if t >= work else 0.0

    longer = quad(lambda t: 1 - below(t, 1.0) * below(t, 1.2), 0, 300, limit=800, points=[1, 1.2, 5, 20])[0]
    return Case(
        {"units": [machine(n, w, failures=[fails(mtbf, mttr)]) for n, w in (("A", 1.0), ("B", 1.2))]},
        {"rate": 1 / longer},
    )


def states_that_take_their_time() -> Case:
    """A unit goes on when it has reached Held and is repaired, whichever is later, and has unheld."""
    holding, unholding, mtbf, mttr = 15.0, 5.0, 100.0, 20.0
    held = mttr * exp(-holding / mttr)
    around = mtbf + holding + held + unholding
    unit = machine("A", 1, failures=[fails(mtbf, mttr)], transients={"holding": holding, "unholding": unholding})
    exact = {"rate": mtbf / around, "holding": holding / around, "held": held / around, "unholding": unholding / around}
    return Case({"units": [unit]}, exact)


def power_by_state() -> Case:
    work, down = 0.05 * 10, 0.05 * 10 / 200 * 40
    unit = machine(
        "A",
        exponential(10),
        energy_w={"execute": 1000, "idle": 300, "held": 120, "suspended": 50},
        failures=[fails(200, 40)],
    )
    return Case(
        behind_a_queue(exponential(20), unit),
        {"power": 1000 * work + 120 * down + 50 * (1 - work - down)},
        length=200_000.0,
    )


def spread_of_counts(tree: Tree, rate: float, variance: float, bucket: float) -> Case:
    """Mean and variance of the items that leave in a bucket, the variance about the exact mean."""

    def of(result: RunResult) -> Figures:
        made = result.departures[: floor(result.duration / bucket)]
        return {"mean": sum(made) / len(made), "variance": sum((n - rate * bucket) ** 2 for n in made) / len(made)}

    return Case(tree, {"mean": rate * bucket, "variance": variance}, of, 1_000 * bucket, bucket=bucket)


def up_and_down() -> Case:
    """A fast machine makes what its time of operation allows, whose variance in t s is that of an alternating Markov process."""
    mtbf, mttr, work, t = 50.0, 10.0, 0.25, 300.0
    both, up = 1 / mtbf + 1 / mttr, mtbf / (mtbf + mttr)
    variance = 2 * up * (1 - up) / both * (t - (1 - exp(-both * t)) / both)
    return spread_of_counts(
        {"units": [machine("A", work, failures=[fails(mtbf, mttr)])]}, up / work, variance / work**2, t
    )


_TRAVEL = {
    "rate": 0.5,
    "lead": 0.5 * 1.2**2 / (2 * (1 - 0.5 * 1.2)) + 60,
    "level 0": 0.25 * 1.2**2 / (2 * (1 - 0.5 * 1.2)),
}
CASES: dict[str, Case] = {
    "five machines, one operator": one_for_all(40, lambda s: exp(-20 * s) / (1 + 40 * s), 60),
    "five machines, one operator, fixed repairs": one_for_all(fixed(40), lambda s: exp(-60 * s), 60),
    "three unlike machines, one operator": three_unlike(),
    "one operator on foot": on_foot(),
    "the operator has lunch": at_lunch(everybody=False),
    "everybody has lunch": at_lunch(everybody=True),
    "breaks behind a buffer": break_behind_a_buffer(),
    "hours on takt": hours_that_make_the_takt(),
    "stops of two periods": stops_of_two_periods(),
    "stay in M/M/1": stays(lambda t: 1 - exp(-0.2 * t), 1.25, machine("A", exponential(1))),
    "stay in M/M/3": stays(below_mm3, 1.25, machine("A", exponential(3), slots=3)),
    "stay in M/D/1": stays(below_md1, 1 / 0.7, machine("A", 1.0), times=(1.5, 2.5, 5.0)),
    "stay in two M/M/1": stays(
        lambda t: 1 - (0.45 * exp(-0.2 * t) - 0.2 * exp(-0.45 * t)) / 0.25, 1.25, machine("A", exponential(1)), machine("B", exponential(0.8))
    ),
    "items wait outside": wait_outside(),
    "changeovers and failures": changeovers(),
    "slots that change over alone": slots_that_change_over_alone(),
    "a belt entered by Poisson items": Case(behind_a_queue(exponential(2), belt(60, 1.2)), _TRAVEL),  # M/D/1 of a pitch, and the way
    "a belt without pitch": Case(  # M/D/infinity
        behind_a_queue(exponential(5), belt(15, 1e-3, capacity=200)), {f"{n} on it": stats.poisson.pmf(n, 3) for n in (0, 1, 3, 6)}
    ),
    **{f"a failing belt, {c}, {a}": failing_belt(c, a) for c in ("operation", "time") for a in (True, False)},
    **{f"a belt before a machine, {a}": belt_before_a_machine(a) for a in (True, False)},
    "unfilled trays": unfilled_trays(),
    "a hand-over that failures revoke": revoked(stays_open=False),
    "a hand-over that failures do not revoke": revoked(stays_open=True),
    "a hand-over between two exponential machines": Case(
        {"units": [machine("A", exponential(1), transfer_s=0.4), machine("B", exponential(1.5))]}, {"rate": 1 / (2.5 - 0.6 + 0.4)}
    ),
    "two fixed services that fail": both_stop(),
    "holding and unholding": states_that_take_their_time(),
    "power by state": power_by_state(),
    "departures of M/M/3": spread_of_counts(behind_a_queue(exponential(1.25), machine("A", exponential(3), slots=3)), 0.8, 40, 50),
    "output of a failing machine": up_and_down(),
}  # fmt: skip


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", CASES)
def test_the_figures_are_those_of_the_solution(name: str, engine: Engine) -> None:
    case = CASES[name]
    found = estimates(case, engine)
    for figure, exact in case.exact.items():
        assert abs(found[figure].mean - exact) <= max(found[figure].half_width, 1e-9 * exact), (
            f"{figure}: {found[figure]}, not {exact}"
        )
        assert found[figure].half_width < WIDEST / SHARE[engine] ** 0.5 * max(exact, 0.5), figure


def estimates(case: Case, engine: Engine) -> dict[str, Estimate]:
    line = engine(case.spec, 2029, bucket_s=case.bucket)
    rows = batches(line, BATCHES, case.length * SHARE[engine], case.of, case.warm_up)
    return {figure: interval([row.get(figure, 0.0) for row in rows], CONFIDENCE) for figure in case.exact}


@pytest.mark.parametrize("name", CASES)
def test_the_other_engine_gives_the_same_numbers(name: str) -> None:
    one, other = (engine(CASES[name].spec, 3, bucket_s=60.0) for engine in (Line, CompiledLine))
    one.run(3_000)
    other.run(3_000)
    assert one.result() == other.result()


@pytest.mark.parametrize(
    ("name", "unlike"),
    [
        ("one operator on foot", {"operators": {"response": 5}}),
        ("the operator has lunch", {"calendar": {"stops": []}}),
        ("slots that change over alone", {"plan": [{"recipe": 1, "count": 4}, {"recipe": 2, "count": 2}]}),
        ("items wait outside", {"units": [machine("A", exponential(1)), machine("B", exponential(1.1))]}),
    ],
)
def test_a_line_that_differs_a_little_is_told_apart(name: str, unlike: Tree) -> None:
    case = CASES[name]
    found = estimates(replace(case, tree=case.tree | unlike), CompiledLine)
    assert not all(found[figure].holds(exact) for figure, exact in case.exact.items())


@pytest.mark.parametrize("engine", [Line, CompiledLine])
def test_fixed_arrivals_queue_behind_a_break(engine: Engine) -> None:
    """One in 10 s, 7 s of work, a break of 400 s in each hour, added up item by item; what is in work then is finished afterwards."""
    unit = machine("A", 7.0)
    line = engine(
        LineSpec.model_validate(behind_a_queue(10, unit, calendar=stop("1000 s", 400, 3_600, units=["A"]))), 1
    )
    line.run(7_200)
    line.reset_statistics()
    line.run(43_200)
    left, stays_ = 0.0, []
    for n in range(1, 4_500):
        left = _worked(max(10.0 * n, left), 7.0)
        if 7_200 < left <= 43_200:
            stays_.append(left - 10 * n)
    assert line.result().good == len(stays_)
    assert line.result().lead_mean == pytest.approx(sum(stays_) / len(stays_), rel=1e-9)
    assert line.result().wip_mean == pytest.approx(sum(stays_) / 36_000, rel=1e-6)  # nobody was there at either end


def _worked(start: float, left: float) -> float:
    """When work is done that stands from 1000 to 1400 s of each hour."""
    while left > 0:
        into = start % 3_600
        if 1_000 <= into < 1_400:
            start += 1_400 - into
            continue
        done = min(left, 1_000 - into if into < 1_000 else 4_600 - into)
        start, left = start + done, left - done
    return start


def test_all_key_figures_of_a_queue_are_those_that_its_rates_give() -> None:
    """M/M/1 of load 1/2 with 10 % scrap: what leaves is Poisson (Burke), and a stay is exponential with a mean of 200 s."""
    unit = machine("A", exponential(100), scrap=0.1, energy_w={"execute": 1000, "idle": 200}, adds_g={"coating": 50})
    cell = {"energy_wh": 200, "black_mass": ["coating"]}
    spec = behind_a_queue(exponential(200), unit, takt=250, cell=cell, grid_kg_co2e_per_kwh=0.5)
    good, power = 0.9 * 18, 600.0
    expected = {
        "throughput": good, "takt attainment": 100 * good / 14.4, "hours on takt": 100 * stats.poisson.sf(14 - 1, good), "line OEE": 45,
        "capacity": good * 200 * 8760 / 1e9, "work in progress": 1, "lead time": 200 / 3600, "lead time, median": 200 * log(2) / 3600,
        "lead time, P95": 200 * log(20) / 3600, "scrap": 10, "rolled throughput yield": 90, "scrapped material": 1.8 * 0.05, "black mass": 0.09,
        "energy": 400 * power / 1000, "energy per good cell": power / good, "energy per kWh": power / good / 200,
        "CO2e per good cell": 0.5 * power / good / 1000, "CO2e per kWh": 0.5 * power / good / 200,
    }  # fmt: skip
    experiment = run_experiment(LineSpec.model_validate(spec), hours=400, warmup_hours=20, replications=40, seed=2030)
    found = {figure.name: interval(figure.values, CONFIDENCE) for figure in kpis(experiment).line}
    assert set(found) == set(expected)
    for name, exact in expected.items():
        assert found[name].holds(exact), f"{name}: {found[name]}, not {exact}"
        assert found[name].relative < 0.05, name


def test_what_a_quality_hold_finds_is_as_many_as_were_made_and_recalls_those_that_had_left() -> None:
    """One in 10 s on average for half an hour, 40 % of it bad, 20 min on a belt: after 35 min those of the first 15 min have left."""
    hold = {"from": "1 h", "for": "30 min", "found_after": "35 min", "scrap": 0.4}
    units = [machine("A", exponential(10), quality_holds=[hold]), belt(1_200, 1e-3, capacity=1_000), machine("Z", 1e-6)]
    spec = LineSpec.model_validate({"units": units})
    runs = []
    for seed in range(60):
        line = Line(spec, seed)
        line.run(3 * 3_600)
        result = line.result()
        runs.append((*((h.held, h.bad, h.recalled) for h in result.holds), (result.units[2].binned, result.scrap)))
    columns = zip(*(a + b for a, b in runs), strict=True)
    for column, exact in zip(columns, (180, 72, 36, 36, 72), strict=True):
        assert interval(column, CONFIDENCE).holds(exact)
