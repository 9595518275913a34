"""What a stop does, as rows of text for the terminal and the report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from simulator.experiments.intervals import interval
from simulator.experiments.study.findings import shown_name
from simulator.experiments.study.result import Outcome, Study
from simulator.experiments.study.spec import StopSpec
from simulator.experiments.study.stops import Stopped, Time, backs_of, neighbours, stopped_units, time_of, waits_of
from simulator.experiments.study.texts import words
from simulator.line.spec import BufferSpec

NOBODY = "–"  # no machine upstream (downstream) of what stops


def duration(seconds: float) -> str:
    """``30 min``."""
    unit, length = next((u for u in (("h", 3600.0), ("min", 60.0)) if seconds >= u[1]), ("s", 1.0))
    return f"{seconds / length:g} {unit}"


def stop_asked(study: Study, lang: str) -> str:
    """Which unit stops, when, and for how long."""
    stop = study.plan.spec.stop
    assert stop is not None
    text = words(lang)
    if stop.by is None:
        return text["stop_asked"].format(unit=stop.unit, at=duration(stop.at), duration=duration(stop.duration or 0.0))
    restart = (
        text["by_operators"] if stop.duration is None else text["for_so_long"].format(duration=duration(stop.duration))
    )
    return text["trip_asked"].format(by=stop.by, unit=stop.unit, at=duration(stop.at), restart=restart)


def stop_title(study: Study, lang: str) -> str:
    """``What if filler stops``."""
    stop = study.plan.spec.stop
    assert stop is not None
    return words(lang)["stop_title" if stop.by is None else "trip_title"].format(unit=stop.unit, by=stop.by)


def lasted(runs: Sequence[Stopped]) -> float:
    """How long the stop lasted in s, mean over the replications."""
    return sum(run.lasted for run in runs) / len(runs)


def stop_rows(study: Study, lang: str) -> tuple[list[str], list[list[str]]]:
    """Heads, and a row per scenario: when the neighbours wait, when the line has recovered, what is lost.

    What a safety function stops, and so its neighbours, may differ between the scenarios: the row says which they are.
    """
    stop, text = study.plan.spec.stop, words(lang)
    assert stop is not None
    beside = neighbours(study.base.scenario.spec, [stop.unit])
    kinds = list(zip(beside, ("blocked", "starved"), strict=True))
    waits = [text[f"{kind}_after"].format(unit=name) for name, kind in kinds if name is not None]
    if stop.by is not None:
        lasts = [text["lasted"]] if stop.duration is None else []
        waits = [text["stops"], *lasts, *(text[f"{kind}_first"] for _, kind in kinds)]
    heads, rows = [text["scenario"], *waits, text["recovered"], text["lost"]], []
    for outcome, runs in zip(study.outcomes, study.stops, strict=True):
        recovered = _or_never(time_of([run.recovered for run in runs]), text["never"])
        cells = _waits(kinds, runs, text) if stop.by is None else _trip(outcome, stop, runs, text)
        rows.append([shown_name(study, outcome.scenario.name, lang), *cells, recovered, lost(runs)])
    told = [i for i in range(len(heads)) if any(row[i] != NOBODY for row in rows)]
    return [heads[i] for i in told], [[row[i] for i in told] for row in rows]


def _waits(kinds: Sequence[tuple[str | None, str]], runs: Sequence[Stopped], text: Mapping[str, str]) -> list[str]:
    """After what time each unit was blocked, or starved."""
    found, never = waits_of(runs), Time(0.0, None, 0, len(runs))
    times = [found.get((name, kind), never) for name, kind in kinds if name is not None]
    return [time.text() if time.count else text["held_out"] for time in times]


def _trip(outcome: Outcome, stop: StopSpec, runs: Sequence[Stopped], text: Mapping[str, str]) -> list[str]:
    """What a trip stops, for how long, and what its neighbours do."""
    spec = outcome.scenario.spec
    stopped = stopped_units(spec, stop.unit, stop.by)
    everything = len(stopped) == sum(not isinstance(u, BufferSpec) for u in spec.units)
    cells = [text["all_units"] if everything else ", ".join(stopped)]
    if stop.duration is None:
        cells.append(time_of([run.lasted for run in runs]).text())
    for name, kind in zip(neighbours(spec, stopped), ("blocked", "starved"), strict=True):
        cells.append(f"{name}\n{_waits([(name, kind)], runs, text)[0]}" if name is not None else NOBODY)
    return cells


def _or_never(time: Time, never: str) -> str:
    return time.text() if time.count else never


def lost(runs: Sequence[Stopped], unit: str | None = None) -> str:
    """How many items fewer have left a unit (the last one) by the end: mean and interval."""
    mean, half_width = interval([run.behind[unit or list(run.behind)[-1]] for run in runs])
    return f"{mean:.0f}" + ("" if half_width is None else f" ± {half_width:.0f}")


def unit_rows(study: Study, lang: str) -> list[list[str]]:
    """Of the base, a row per unit or buffer: how it waits, after what time, when its content is back, items behind."""
    text, runs = words(lang), study.stops[study.plan.base]
    waits, backs = waits_of(runs), backs_of(runs)
    rows = []
    for part in study.base.scenario.spec.units:
        mine = [(what, time) for (unit, what), time in waits.items() if unit == part.name]
        back = _or_never(backs[part.name], text["never"]) if part.name in backs else ""
        behind = lost(runs, part.name) if not isinstance(part, BufferSpec) else ""
        rows.append([part.name, ", ".join(f"{text[what]}: {time.text()}" for what, time in mine), back, behind])
    return rows
