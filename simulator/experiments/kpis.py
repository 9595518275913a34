"""Key figures of an experiment, each with its definition and a confidence interval over the replications.

ISO 22400-2 gives availability, effectiveness, quality ratio and OEE index (our reading); they rest on the planned time, that
is without breaks and planned maintenance. SEMI E10 gives the time states, SEMI E79 an OEE over all time (our reading). Line OEE is defined here
explicitly: good items over what the unit that can make the fewest in its planned time would make; it is no average over
units.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isfinite

from simulator.experiments.accounts import ACCOUNTS, UNPLANNED, account
from simulator.experiments.figures import LEAST, line_values, planned_hours
from simulator.experiments.intervals import interval
from simulator.experiments.run import Experiment
from simulator.experiments.said import Failure, Said, failures, figures
from simulator.experiments.steps import Step, materials, steps
from simulator.interface.fitting import design_speed
from simulator.line import UnitResult
from simulator.line.spec import BufferSpec, ConveyorSpec, MachineSpec, UnitSpec

STEADY = 0.02  # a line that fills or empties by more than this share of its output is not in steady state
HELD = 0.05  # so much of what it held at the start may come out after the warm-up


@dataclass(frozen=True)
class Figure:
    """A mean over replications and the half-width of its confidence interval (``None`` with one replication).

    ``name`` is the key of its name and definition in ``simulator.experiments.texts``; ``values`` are those of the
    replications, in their order.
    """

    name: str
    unit: str
    mean: float
    half_width: float | None
    values: tuple[float, ...] = ()

    def parts(self) -> tuple[str, str]:
        """Mean and half-width as text, with as many digits as the figure deserves; the second may be empty."""
        if not isfinite(self.mean):
            return "∞", ""
        digits = 0 if abs(self.mean) >= 1000 else 1 if abs(self.mean) >= 10 else 3
        return f"{self.mean:.{digits}f}", "" if self.half_width is None else f"± {self.half_width:.{digits}f}"

    def text(self) -> str:
        """``123.4 ± 1.2``."""
        return " ".join(self.parts()).strip()


@dataclass(frozen=True)
class UnitFigures:
    """Figures of one unit, means over the replications: ``shares`` of time by account, 0 to 1; items and failures per run."""

    name: str
    profile: str
    shares: dict[str, float]
    oee: float
    oee_half_width: float | None
    availability: float
    effectiveness: float
    quality: float
    failures: float
    entered: float
    good: float
    scrap: float
    energy_kwh: float
    setup: float = 0.0  # share of the time counted in which its servers were changed over, on average
    places_down: float = 0.0  # and in which they failed by themselves

    @property
    def planned(self) -> float:
        """Share of the time counted without breaks and planned maintenance."""
        return 1.0 - sum(self.shares[a] for a in UNPLANNED)

    @property
    def oee_of_all_time(self) -> float:
        """OEE of SEMI E79 (our reading): what the good items would have taken at best, over all of the time counted."""
        return self.availability * self.effectiveness * self.quality * self.planned

    @property
    def down(self) -> float:
        """Share of the time counted lost by failures, waiting for an operator included."""
        return self.shares["unscheduled_down"] + self.shares["waiting_operator"]

    @property
    def utilisation(self) -> float:
        """Share of the planned time that the unit's whole capacity was in use, or lost by failures and changeovers."""
        lost = (self.down + self.setup + self.places_down) / self.planned if self.planned > 0 else 0.0
        return self.availability * self.effectiveness + lost


@dataclass(frozen=True)
class Recipe:
    """What a line with a plan made of a recipe: good cells per hour, and their share of all good ones, 0 to 1."""

    number: int
    rate: Figure
    share: float


@dataclass(frozen=True)
class BufferFigures:
    """A buffer's or conveyor's level: time-weighted mean in items, shares of time empty and full, 0 to 1."""

    name: str
    kind: str
    capacity: int
    mean: float
    empty: float
    full: float


@dataclass(frozen=True)
class Flow:
    """Items per replication into and out of the line (good and scrap), and the mean time between in h (0: unknown).

    ``drift``: what the line lost of its content as a share of its output, negative if it filled; ``chance`` the half-width of
    its interval. ``held_h``: in how many hours the line lets out as many good items as it held at the start; ``warmup_h`` and
    ``hours`` are those of the experiment. ``early``: what the line file plans for a time that lies in the warm-up. ``flushed``:
    whether pilots have shown that the warm-up lasts until what the line held has left. They measure it; ``held_h`` takes
    the pace of the hours counted for that of the warm-up, and misses the stops that fall into one of them.
    """

    entered: float
    left: float
    lead_h: float
    drift: float
    chance: float
    held_h: float
    warmup_h: float
    hours: float
    early: int
    flushed: bool

    @property
    def steady(self) -> bool:
        """Whether the line fills or empties by no more than it may, or by chance (95 %)."""
        return abs(self.drift) <= max(STEADY, self.chance)

    @property
    def borrowed_h(self) -> float:
        """Hours counted in which there left what the line held at the start, 0 if they are few, or the warm-up was found on pilots."""
        if self.flushed:
            return 0.0
        found = min(self.held_h - self.warmup_h, self.hours)
        return found if found > HELD * max(self.held_h, self.hours) else 0.0


@dataclass(frozen=True)
class Kpis:
    """All figures of an experiment.

    ``bottleneck`` is the unit whose capacity is used, or lost by failures and changeovers, the most; ``votes`` says in how many
    replications which unit was it.
    """

    line: tuple[Figure, ...]
    units: tuple[UnitFigures, ...]
    buffers: tuple[BufferFigures, ...]
    bottleneck: str
    votes: tuple[tuple[str, int], ...]
    said: tuple[Said, ...]
    failures: tuple[Failure, ...]
    flow: Flow
    steps: tuple[Step, ...]
    materials: tuple[str, ...]
    black_mass: tuple[str, ...]
    recipes: tuple[Recipe, ...]

    @property
    def assumed(self) -> tuple[Said, ...]:
        """The figures of the line file for which nothing public is known."""
        return tuple(s for s in self.said if s.assumed)

    def figure(self, name: str) -> Figure | None:
        """A figure of the line by name."""
        return next((f for f in self.line if f.name == name), None)


def kpis(experiment: Experiment) -> Kpis:
    """All key figures."""
    specs: list[UnitSpec] = [u for u in experiment.spec.units if not isinstance(u, BufferSpec)]
    single = [
        [unit_figures(spec, [r.units[i]], experiment.hours) for r in experiment.results] for i, spec in enumerate(specs)
    ]
    units = tuple(
        unit_figures(spec, [r.units[i] for r in experiment.results], experiment.hours) for i, spec in enumerate(specs)
    )
    runs = zip(*single, strict=True)
    votes = Counter(max(run, key=lambda u: u.utilisation).name for run in runs)
    return Kpis(
        line=line_figures(experiment),
        units=units,
        buffers=tuple(_buffers(experiment)),
        bottleneck=max(units, key=lambda u: u.utilisation).name,
        votes=tuple(votes.most_common()),
        said=figures(experiment.spec),
        failures=failures(experiment.spec),
        flow=_flow(experiment),
        steps=steps(experiment.spec, experiment.results, experiment.hours),
        materials=materials(experiment.spec),
        black_mass=experiment.spec.cell.black_mass if experiment.spec.cell else (),
        recipes=tuple(_recipes(experiment)),
    )


def _recipes(experiment: Experiment) -> Iterator[Recipe]:
    """Those of the plan, in the order of their numbers."""
    made = [dict(result.recipes) for result in experiment.results]
    good = sum(sum(each.values()) for each in made)
    for number in sorted(made[0]):
        values = tuple(each[number] / experiment.hours for each in made)
        rate = Figure(f"recipe {number}", "cells/h", *interval(values), values)
        yield Recipe(number, rate, sum(values) * experiment.hours / max(good, 1))


def _flow(experiment: Experiment) -> Flow:
    results, hours = experiment.results, experiment.hours
    n, held = len(results), sum(u.prefill for u in experiment.spec.units)
    entered, good, scrap = (
        sum(each) / n for each in zip(*((r.entered, r.good, r.scrap) for r in results), strict=True)
    )
    drift, chance = interval([(r.good + r.scrap - r.entered) / max(r.good + r.scrap, r.entered, 1) for r in results])
    failures = [f for u in experiment.spec.units for f in getattr(u, "failures", ())]
    planned = [e.at for e in experiment.spec.events] + [f.at for f in failures if f.at is not None]
    planned += [h.begin for u in experiment.spec.units for h in getattr(u, "quality_holds", ())]
    return Flow(
        entered=entered, left=good + scrap, lead_h=max(r.lead_mean for r in results) / 3600,
        drift=drift, chance=chance or 0.0, held_h=held / good * hours if good else 0.0, warmup_h=experiment.warmup_hours,
        hours=hours, early=sum(at <= experiment.warmup_hours * 3600 for at in planned),
        flushed=experiment.pilot is not None and experiment.pilot.settled,
    )  # fmt: skip


def line_figures(experiment: Experiment) -> tuple[Figure, ...]:
    """The figures of the whole line."""
    found = []
    for name, unit, of in line_values(experiment):
        values = tuple(of(result) for result in experiment.results)
        found.append(Figure(name, unit, *interval(values), values))
    return tuple(found)


def unit_figures(spec: UnitSpec, results: Sequence[UnitResult], hours: float) -> UnitFigures:
    """Figures of one unit from its results in replications of so many hours."""
    total, n = hours * 3600 * len(results), len(results)
    shares = dict.fromkeys(ACCOUNTS, 0.0)
    for unit in results:
        for (state, mode, cause), seconds in unit.seconds.items():
            shares[account(state, mode, cause)] += seconds / total
    good, scrap = sum(u.good for u in results), sum(u.scrap for u in results)
    planned = [max(planned_hours(u, hours), LEAST) for u in results]
    availability = shares["productive"] * hours * n / sum(planned)
    ideal_s = 60 / design_speed(spec)
    effectiveness = (good + scrap) * ideal_s / (shares["productive"] * total) if availability else 0.0
    quality = good / (good + scrap) if good + scrap else 0.0
    servers = spec.slots // spec.tray if isinstance(spec, MachineSpec) else 1
    # A × E × Q, with everything that cancels cancelled
    each = [u.good * ideal_s / (h * 3600) for u, h in zip(results, planned, strict=True)]
    return UnitFigures(
        name=spec.name, profile=spec.profile, shares=shares,
        oee=sum(each) / n, oee_half_width=interval(each)[1],
        availability=availability, effectiveness=effectiveness, quality=quality,
        failures=sum(u.failures for u in results) / n, entered=sum(u.entered for u in results) / n,
        good=good / n, scrap=scrap / n, energy_kwh=sum(u.energy_wh for u in results) / n / 1000,
        setup=sum(u.setup_s for u in results) / servers / total,
        places_down=sum(u.places_down_s for u in results) / servers / total,
    )  # fmt: skip


def _buffers(experiment: Experiment) -> list[BufferFigures]:
    """Levels of buffers and conveyors in the order of the flow, averaged over the replications."""
    found: list[BufferFigures] = []
    for spec in experiment.spec.units:
        if isinstance(spec, BufferSpec) and spec.capacity:
            runs = [next(b.levels for b in r.buffers if b.name == spec.name) for r in experiment.results]
        elif isinstance(spec, ConveyorSpec):
            runs = [r.unit(spec.name).levels for r in experiment.results]
        else:
            continue
        seconds = [sum(run[level] for run in runs) for level in range(len(runs[0]))]
        total = sum(seconds)
        mean = sum(level * s for level, s in enumerate(seconds)) / total
        kind = spec.kind
        found.append(BufferFigures(spec.name, kind, len(seconds) - 1, mean, seconds[0] / total, seconds[-1] / total))
    return found
