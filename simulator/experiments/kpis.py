"""Key figures of an experiment, each with its definition and a confidence interval over the replications.

ISO 22400-2 gives availability, effectiveness, quality ratio and OEE; SEMI E10 the time states. Line OEE is defined here
explicitly: good items times the ideal cycle of the slowest unit, over the time (not an average over units).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import sqrt

from scipy.stats import t as student

from simulator.experiments.run import Experiment
from simulator.interface.fitting import design_speed
from simulator.interface.projection import e10_account
from simulator.line import RunResult, UnitResult
from simulator.line.packml import Cause, State
from simulator.line.spec import BufferSpec

CONFIDENCE = 0.95
HOURS_PER_YEAR = 8760
ACCOUNTS = ("productive", "standby", "engineering", "scheduled_down", "unscheduled_down")


@dataclass(frozen=True)
class Figure:
    """A mean over replications and the half-width of its confidence interval (``None`` with one replication)."""

    name: str
    unit: str
    mean: float
    half_width: float | None
    definition: str

    def text(self) -> str:
        """``123.4 ± 1.2``, with as many digits as the figure deserves."""
        digits = 0 if abs(self.mean) >= 1000 else 1 if abs(self.mean) >= 10 else 3
        spread = "" if self.half_width is None else f" ± {self.half_width:.{digits}f}"
        return f"{self.mean:.{digits}f}{spread}"


@dataclass(frozen=True)
class UnitFigures:
    """Figures of one unit: shares of time, 0 to 1."""

    name: str
    profile: str
    accounts: dict[str, float]
    starved: float
    blocked: float
    down: float
    oee: float
    availability: float
    effectiveness: float
    quality: float
    good: float
    scrap: float
    mean_level: float | None

    @property
    def utilisation(self) -> float:
        """Share of time that the unit's whole capacity was in use or lost by failures."""
        return self.availability * self.effectiveness + self.down


@dataclass(frozen=True)
class Kpis:
    """All figures of an experiment; ``bottleneck`` is the unit whose capacity is used or lost by failures the most."""

    line: tuple[Figure, ...]
    units: tuple[UnitFigures, ...]
    bottleneck: str
    assumed: tuple[tuple[str, str], ...]
    failure_clocks: tuple[str, ...]


BLOCKING_RULE = (
    "Blocking after service: a finished item stays in its unit, and holds its place, until the next takes it."
)


def kpis(experiment: Experiment) -> Kpis:
    """All key figures."""
    units = tuple(_unit(experiment, index) for index in range(len(experiment.results[0].units)))
    spec = experiment.spec
    clocks = {f.clock for u in spec.units if not isinstance(u, BufferSpec) for f in u.failures}
    return Kpis(
        line=tuple(_line(experiment)),
        units=units,
        bottleneck=max(units, key=lambda u: u.utilisation).name,
        assumed=tuple((path, f.note) for path, f in spec.figures.items() if f.assumed),
        failure_clocks=tuple(sorted(clocks)),
    )


def _line(experiment: Experiment) -> list[Figure]:
    hours = experiment.hours
    ideal = min(design_speed(u) for u in experiment.spec.units if not isinstance(u, BufferSpec)) * 60
    figures = [
        _figure(experiment, "throughput", "cells/h", lambda r: r.good / hours, "good items that left the line, per hour"),
        _figure(experiment, "line OEE", "%", lambda r: 100 * r.good / hours / ideal,
                "good items over what the slowest unit could make without any stop"),
        _figure(experiment, "scrap", "%", lambda r: 100 * r.scrap / max(r.good + r.scrap, 1), "scrapped of all that left"),
        _figure(experiment, "work in progress", "items", lambda r: float(r.wip), "items in the line at the end"),
        _figure(experiment, "energy per good cell", "W·h", lambda r: _energy(r) / max(r.good, 1),
                "energy of all units over good items"),
    ]  # fmt: skip
    if all(r.lead_mean > 0 for r in experiment.results):  # nobody that entered may have left yet
        lead = "mean time from entering to leaving the line"
        figures.append(_figure(experiment, "lead time", "min", lambda r: r.lead_mean / 60, lead))
    cell = experiment.spec.cell
    if cell is not None:
        gwh = HOURS_PER_YEAR * cell.energy_wh / 1e9
        figures.append(
            _figure(
                experiment, "capacity", "GWh/year", lambda r: r.good / hours * gwh, "throughput × cell energy × 8760 h"
            )
        )
    return figures


def _energy(result: RunResult) -> float:
    return sum(unit.energy_wh for unit in result.units)


def _figure(e: Experiment, name: str, unit: str, of: Callable[[RunResult], float], definition: str) -> Figure:
    mean, half = interval([of(result) for result in e.results])
    return Figure(name, unit, mean, half, definition)


def interval(values: Sequence[float], confidence: float = CONFIDENCE) -> tuple[float, float | None]:
    """Mean and half-width of Student's t interval; ``None`` for a single value."""
    n = len(values)
    mean = sum(values) / n
    if n < 2:
        return mean, None
    sd = sqrt(sum((v - mean) ** 2 for v in values) / (n - 1))
    return mean, float(student.ppf((1 + confidence) / 2, n - 1)) * sd / sqrt(n)


def _unit(experiment: Experiment, index: int) -> UnitFigures:
    results = [r.units[index] for r in experiment.results]
    specs = [u for u in experiment.spec.units if not isinstance(u, BufferSpec)]
    total = experiment.hours * 3600 * len(results)
    accounts = dict.fromkeys(ACCOUNTS, 0.0)
    for unit in results:
        for (state, mode, cause), seconds in unit.seconds.items():
            accounts[e10_account(state, mode, cause)] += seconds / total
    good, scrap = sum(u.good for u in results), sum(u.scrap for u in results)
    ideal_s = 60 / design_speed(specs[index])
    up = accounts["productive"]
    availability = up
    effectiveness = min(1.0, (good + scrap) * ideal_s / (up * total)) if up else 0.0
    quality = good / (good + scrap) if good + scrap else 0.0
    first = results[0]
    return UnitFigures(
        name=first.name, profile=first.profile, accounts=accounts,
        starved=_share(results, Cause.STARVED, total), blocked=_share(results, Cause.BLOCKED, total),
        down=accounts["unscheduled_down"], oee=availability * effectiveness * quality, availability=availability,
        effectiveness=effectiveness, quality=quality, good=good / len(results), scrap=scrap / len(results),
        mean_level=_mean_level(results),
    )  # fmt: skip


def _share(results: Sequence[UnitResult], cause: int, total: float) -> float:
    waiting = (State.SUSPENDED, State.SUSPENDING, State.UNSUSPENDING)
    return sum(s for u in results for (state, _, c), s in u.seconds.items() if state in waiting and c == cause) / total


def _mean_level(results: Sequence[UnitResult]) -> float | None:
    if not results[0].levels:
        return None
    means = [sum(level * s for level, s in enumerate(u.levels)) / max(sum(u.levels), 1e-9) for u in results]
    return sum(means) / len(means)
