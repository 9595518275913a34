"""What a stop does, as rows of text for the terminal and the report."""

from __future__ import annotations

from collections.abc import Sequence

from simulator.experiments.kpis import interval
from simulator.experiments.study.findings import shown_name
from simulator.experiments.study.result import Study
from simulator.experiments.study.stops import Stopped, Time, backs_of, neighbours, time_of, waits_of
from simulator.experiments.study.texts import words
from simulator.line.spec import BufferSpec


def duration(seconds: float) -> str:
    """``30 min``."""
    unit, length = next((u for u in (("h", 3600.0), ("min", 60.0)) if seconds >= u[1]), ("s", 1.0))
    return f"{seconds / length:g} {unit}"


def stop_asked(study: Study, lang: str) -> str:
    """Which unit stops, when, and for how long."""
    stop = study.plan.spec.stop
    assert stop is not None
    return words(lang)["stop_asked"].format(unit=stop.unit, at=duration(stop.at), duration=duration(stop.duration))


def stop_rows(study: Study, lang: str) -> tuple[list[str], list[list[str]]]:
    """Heads, and a row per scenario: when the neighbours wait, when the line has recovered, what is lost."""
    stop, text = study.plan.spec.stop, words(lang)
    assert stop is not None
    spec = study.base.scenario.spec
    units = [u.name for u in spec.units if not isinstance(u, BufferSpec)]
    kinds = [
        (name, "blocked" if units.index(name) < units.index(stop.unit) else "starved")
        for name in neighbours(spec, stop.unit)
    ]
    heads = [
        text["scenario"],
        *(text[f"{kind}_after"].format(unit=name) for name, kind in kinds),
        text["recovered"],
        text["lost"],
    ]
    rows = []
    for outcome, runs in zip(study.outcomes, study.stops, strict=True):
        found = waits_of(runs)
        waits = [found.get(key, Time(0.0, None, 0, len(runs))) for key in kinds]
        rows.append([
            shown_name(study, outcome.scenario.name, lang), *(w.text() if w.count else text["held_out"] for w in waits),
            _or_never(time_of([run.recovered for run in runs]), text["never"]), lost(runs),
        ])  # fmt: skip
    return heads, rows


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
