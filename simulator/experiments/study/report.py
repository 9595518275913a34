"""The report of an experiment as one self-contained HTML file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from simulator.experiments.arrows import arrows_of
from simulator.experiments.bottleneck import Shifting
from simulator.experiments.charts.texts import TEXTS as CHART_TEXTS
from simulator.experiments.report import draw_arrows, images, template
from simulator.experiments.said import clocks, value_text
from simulator.experiments.study.compare import Difference, Verdict, compare
from simulator.experiments.study.effects import effects
from simulator.experiments.study.findings import (
    by_name,
    engines,
    listed,
    numbered,
    percent,
    precision,
    sentences,
    shown_name,
    signed,
    warnings,
)
from simulator.experiments.study.recipes import rate, recipes_of
from simulator.experiments.study.result import Outcome, Study
from simulator.experiments.study.sensitivity import gains
from simulator.experiments.study.spec import RunSpec
from simulator.experiments.study.stoptexts import lasted, lost, stop_asked, stop_rows, stop_title, unit_rows
from simulator.experiments.study.tables import others, row_name, selected
from simulator.experiments.study.texts import words
from simulator.experiments.texts import FIGURES, language, texts
from simulator.experiments.warmup import PILOTS

if TYPE_CHECKING:
    from simulator.experiments.charts.kit import Charts

MOST_ROWS = 60  # of tables and pictures; the CSV files hold all


def render_study(
    study: Study, *, lang: str = "en", version: str = "", command: str = "", drawn: Mapping[str, str] | None = None
) -> str:
    """One HTML page with everything inside; ``command`` is what repeats the experiment, ``drawn`` what ``draw`` gave."""
    code, text = language(lang), words(lang)
    base = shown_name(study, study.base.scenario.name, code)
    by_figure = {f.name: {d.scenario: d for d in compare(study, f.name)} for f in study.base.figures.line}
    found = by_figure.get(study.figure, {})
    shown = selected(study, found, MOST_ROWS)
    figure = study.base.figures.figure(study.figure)
    trace = study.base.experiment.trace
    return template("experiment.html.j2").render(
        s=study, p=study.plan, e=study.base.experiment, k=study.base.figures, t=texts(code), w=text, names=FIGURES[code],
        lang=code, version=version, command=command, base=base, setting=_setting(study, text), asked=_asked(study, code),
        findings=sentences(study, code), precision=precision(study, code), warnings=warnings(study, code),
        recipes=[] if gains(study) else recipes_of(study), rate=rate,
        rows=[_row(study, o, found, code) for o in shown], hidden=_hidden(study, shown, text), figure=figure,
        title=_title(study, text), others=[(name, _unit(study, name)) for name in others(study)], best=_best(study, found, code), crn=_crn(found, text),
        gains=gains(study), step_names={g.step: shown_name(study, g.step.name, code) for g in gains(study)}, signed=signed,
        active=trace.bottleneck if trace else None, arrows=arrows_of(study.base.experiment), by_scenario=_bottlenecks(study, shown, code),
        stop=_stop(study, code), all_rows=_all_rows(study, shown, by_figure, code),
        all_figures=[f for f in study.base.figures.line if by_figure[f.name]],
        pilots=[(shown_name(study, p.scenario, code), p) for p in study.warmup.pilots[:MOST_ROWS]], pilot_count=PILOTS,
        warmup=study.warmup, longest=shown_name(study, study.warmup.longest.scenario, code) if study.warmup.pilots else "",
        engines=engines(study, code), clocks=clocks({n: o.figures.failures for n, o in by_name(study, code).items()}), listed=listed,
        explained=percent(next((e.explained for e in effects(study, study.figure)), None) or 0.0),
        pictures=images(draw(study, code) if drawn is None else drawn), charts=_charts(study, code), filtered=next(iter(_filtered(study, code).values()), []), chart_words=CHART_TEXTS[code],
    )  # fmt: skip


def _title(study: Study, text: Mapping[str, str]) -> str:
    plan, line = study.plan, study.base.experiment.spec
    if plan.spec.sensitivity is not None:
        return f"{text['sensitivity_title']}: {plan.spec.title or line.title or line.name}"
    return f"{text['title']}: {plan.spec.title or plan.name}"


def _unit(study: Study, name: str) -> str:
    return next(f.unit for o in study.outcomes if (f := o.figures.figure(name)) is not None)


def _setting(study: Study, text: Mapping[str, str]) -> str:
    seed = study.plan.spec.seed
    return text["setting"].format(
        scenarios=len(study.outcomes), n=study.replications, hours=f"{study.plan.spec.hours:g}",
        warmup=f"{study.warmup.hours:.4g}", first=seed, last=seed + study.replications - 1,
    )  # fmt: skip


def _asked(study: Study, lang: str) -> list[tuple[str, str]]:
    """What the experiment file says, as pairs of words."""
    plan, spec, text = study.plan, study.plan.spec, words(lang)
    rows = asked_of_runs(spec, plan.line_name, spec.replications.of, lang)
    for factor in plan.factors:
        levels = factor.levels if len(factor.levels) <= 12 else (factor.levels[0], "…", factor.levels[-1])
        if spec.design is not None and (level := spec.factors[factor.path]).kind == "bounds":
            levels = (f"{level.low} – {level.high}",)
        rows.append((f"{text['factor']} {factor.path}", ", ".join(levels)))
    if plan.factors:
        points = spec.design.latin_hypercube if spec.design else 0
        rows.append((text["design"], text["hypercube"].format(n=points) if points else text["factorial"]))
    rows.append((f"{text['scenario']} {text['base']}", text["as_file"]))
    if spec.sensitivity is not None:
        rows.append((text["sensitivity"], f"{spec.sensitivity.percent:g} %"))
    for name, settings in spec.scenarios.items():
        rows.append((f"{text['scenario']} {name}", "; ".join(f"{p} = {value_text(v)}" for p, v in settings.items())))
    if spec.stop is not None:
        rows.append((text["stop_of"], stop_asked(study, lang)))
    rows.append(("", text["base_is"].format(name=shown_name(study, plan.scenarios[plan.base].name, lang))))
    return rows


def asked_of_runs(spec: RunSpec, line_name: str, of: str, lang: str) -> list[tuple[str, str]]:
    """What every file that has lines run says, as pairs of words; ``of``: the figure of the precision."""
    text, replications = words(lang), f"{spec.replications.count}"
    if spec.replications.precision is not None:
        replications = text["to_precision"].format(
            of=FIGURES[lang][of][0], wanted=percent(spec.replications.precision), most=spec.replications.most
        )
    return [
        (text["line_file"], line_name), (text["hours_counted"], f"{spec.hours:g} h"),
        (text["warmup_asked"], text["auto"] if spec.warmup is None else f"{spec.warmup:g} h"),
        (text["replications_asked"], replications),
    ]  # fmt: skip


def _row(study: Study, outcome: Outcome, found: Mapping[str, Difference], lang: str) -> dict[str, Any]:
    difference = found.get(outcome.scenario.name)
    return {
        "name": row_name(study, outcome, lang), "levels": outcome.scenario.levels, "outcome": outcome,
        "figure": outcome.figures.figure(study.figure), "is_base": outcome is study.base,
        "difference": signed(difference.mean, difference.half_width) if difference else "",
        "verdict": words(lang)[difference.verdict] if difference else "",
        "tone": difference.verdict.name.lower() if difference else "",
    }  # fmt: skip


def _hidden(study: Study, shown: list[Outcome], text: Mapping[str, str]) -> str:
    if len(shown) == len(study.outcomes):
        return ""
    return text["shown_of"].format(n=len(shown), of=len(study.outcomes))


def _best(study: Study, found: Mapping[str, Difference], lang: str) -> tuple[str, str, str] | None:
    """Name, difference and unit of the best scenario that is better than the base."""
    better = [d for d in found.values() if d.verdict == Verdict.BETTER]
    if not better:
        return None
    best = max(better, key=lambda d: abs(d.mean))
    return shown_name(study, best.scenario, lang), signed(best.mean, best.half_width), best.unit


def _crn(found: Mapping[str, Difference], text: Mapping[str, str]) -> str:
    gains = [d.gain for d in found.values() if 0 < d.gain < float("inf")]
    ends = sorted(gains)[:: max(1, len(gains) - 1)]
    shown = list(dict.fromkeys(f"{g:.0f}" if g >= 10 else f"{g:.1f}" for g in ends))
    return text["crn"].format(gains=" – ".join(shown)) if gains else ""


def _all_rows(
    study: Study, shown: list[Outcome], by_figure: Mapping[str, Mapping[str, Difference]], lang: str
) -> list[Any]:
    """Differences of all figures: a row per scenario, (text, does not include 0) per figure."""
    figures = [figure for figure in by_figure.values() if figure]
    rows = []
    for outcome in shown:
        name = outcome.scenario.name
        mine = [figure.get(name) for figure in figures]
        if any(mine):
            cells = [
                (signed(d.mean, d.half_width), d.verdict in (Verdict.BETTER, Verdict.WORSE)) if d else ("–", False)
                for d in mine
            ]
            rows.append((shown_name(study, name, lang), cells))
    return rows


def _bottlenecks(study: Study, shown: list[Outcome], lang: str) -> list[tuple[str, Shifting]]:
    """Name and bottlenecks of the scenarios that were looked at closely, unless the base is the only one."""
    traced = [(o.scenario.name, t.bottleneck) for o in shown if (t := o.experiment.trace) is not None]
    return [(shown_name(study, name, lang), found) for name, found in traced] if len(traced) > 1 else []


def _stop(study: Study, lang: str) -> dict[str, Any] | None:
    """What the stop did, as text."""
    stop = study.plan.spec.stop
    if stop is None:
        return None
    heads, rows = stop_rows(study, lang)
    return {
        "title": stop_title(study, lang),
        "asked": stop_asked(study, lang),
        "lost": lost(study.stops[study.plan.base]),
        "heads": heads,
        "rows": rows,
        "units": unit_rows(study, lang),
    }


def draw(study: Study, lang: str = "en") -> dict[str, str]:
    """The pictures of the report as SVG, by name."""
    from simulator.experiments.pictures import bottleneck_ribbon  # matplotlib takes a second to import
    from simulator.experiments.study import pictures

    text = words(lang)
    made = {name: getattr(pictures, name)(*of) for name, of in _drawn(study, lang).items()}
    if (trace := study.base.experiment.trace) is not None:
        made["ribbon"] = bottleneck_ribbon(trace.bottleneck, {**texts(lang), **CHART_TEXTS[lang]})
        made |= draw_arrows(study.base.experiment, lang)
    if study.warmup.pilots:
        made["warmup"] = pictures.warmup(study.warmup.longest, study.warmup.hours, text, texts(lang)["rate"])
    return made


def _charts(study: Study, lang: str) -> Charts:
    """The same as charts, but for the warm-up."""
    from simulator.experiments.charts import study as charts  # Bokeh takes half a second to import
    from simulator.experiments.charts.byunit import bottleneck_ribbon
    from simulator.experiments.charts.kit import embed, filter_rows

    text = {**texts(lang), **words(lang), **CHART_TEXTS[lang]}
    made = {name: getattr(charts, name)(text, *of) for name, of in _drawn(study, lang).items()}
    names = _filtered(study, lang)
    if by_scenario := [(made[key], names_in) for key, names_in in names.items() if key in made]:
        (_, first), *_ = by_scenario
        filter_rows([(each, [first.index(name) for name in names_in]) for each, names_in in by_scenario])
    if (trace := study.base.experiment.trace) is not None:
        made["ribbon"] = bottleneck_ribbon(trace.bottleneck, text)
    return embed(made)


def _filtered(study: Study, lang: str) -> dict[str, list[str]]:
    """The charts with a row per scenario, and the names of their rows; the first has them all."""
    drawn, found = _drawn(study, lang), dict[str, list[str]]()
    if "ranking" in drawn:
        found["ranking"] = drawn["ranking"][1]
    if "means" in drawn:
        found["means"] = [name for name, _, _ in drawn["means"][0]]
    if "differences" in drawn:
        found["differences"] = drawn["differences"][1]
    return found


def _drawn(study: Study, lang: str) -> dict[str, tuple[Any, ...]]:
    """What is drawn: names of pictures, which are those of functions, with what these take."""
    text, made = words(lang), dict[str, tuple[Any, ...]]()
    found = {d.scenario: d for d in compare(study, study.figure)}
    shown = selected(study, found, MOST_ROWS)
    figure = study.base.figures.figure(study.figure)
    label = f"{FIGURES[lang][study.figure][0]} {figure.unit if figure else ''}"
    rows = [(o, f) for o in shown if (f := o.figures.figure(study.figure)) is not None]
    if (stop := study.plan.spec.stop) is not None:
        hours = study.plan.spec.hours - stop.at / 3600
        runs = study.stops[study.plan.base]
        made["behind"] = runs, lasted(runs) / 3600, hours, (text["stop_hours"], text["behind"])
    if found_gains := gains(study):
        made["ranking"] = found_gains, [shown_name(study, g.step.name, lang) for g in found_gains], text["per_percent"]
    if figure is not None and not found_gains:
        base = next(i for i, (o, _) in enumerate(rows) if o is study.base)
        dots = [(numbered(study, o.scenario.name, lang), f.mean, f.half_width or 0.0) for o, f in rows]
        made["means"] = dots, base, label
    listed = [found[o.scenario.name] for o in shown if o.scenario.name in found]
    if listed and not found_gains:
        names = [numbered(study, d.scenario, lang) for d in listed]
        made["differences"] = listed, names, f"{text['difference']} {listed[0].unit}"
    if by_factor := effects(study, study.figure):
        made["main_effects"] = by_factor, label
        made["tornado"] = by_factor, [signed(e.size, e.half_width) for e in by_factor], label
    return made
