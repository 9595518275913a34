"""What an experiment found, in words: which scenarios are better or worse, what was not reached, what to beware of."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from math import floor, isfinite, log10

from simulator.experiments.compiled.agreement import least
from simulator.experiments.compiled.choice import Choice
from simulator.experiments.doubts import doubts
from simulator.experiments.study.compare import Difference, Verdict, compare
from simulator.experiments.study.effects import effects
from simulator.experiments.study.plan import BASE
from simulator.experiments.study.result import Outcome, Study
from simulator.experiments.study.sensitivity import gains
from simulator.experiments.study.texts import words
from simulator.experiments.texts import FIGURES, language
from simulator.experiments.warmup import Warmup

MOST_NAMED = 8
MOST_RANKED = 3  # of a sensitivity, whose table ranks all
_SENTENCES = {
    Verdict.BETTER: "better_than", Verdict.WORSE: "worse_than", Verdict.SAME: "same_as", Verdict.EQUAL: "equal_to",
}  # fmt: skip


def shown_name(study: Study, name: str, lang: str) -> str:
    """The name of a scenario for people."""
    text = words(lang)
    step = next((s.step for s in study.plan.scenarios if s.name == name), None)
    if step is not None:
        return f"{step.unit}: {text[step.what]} {step.change}"
    return text["base"] if name == BASE else name


def numbered(study: Study, name: str, lang: str) -> str:
    """The name of a scenario for people, points of the design with their number in the tables before it."""
    number = next(i for i, s in enumerate(study.plan.scenarios) if s.name == name)
    point = study.plan.scenarios[number].at is not None and name != BASE
    return f"{number}: {name}" if point else shown_name(study, name, lang)


def signed(mean: float, half_width: float) -> str:
    """``+12.3 ± 1.4``, with as many digits as the interval deserves."""
    scale = half_width if half_width > 0 else abs(mean)
    digits = min(4, max(0, 1 - floor(log10(scale)))) if scale > 0 else 0
    return f"{mean:+.{digits}f} ± {half_width:.{digits}f}"


def percent(share: float) -> str:
    """``1.8 %``."""
    return f"{100 * share:.2g} %" if isfinite(share) else "∞"


def sentences(study: Study, lang: str) -> list[str]:
    """One sentence for each verdict on the scenarios, and how the intervals are meant."""
    text, found = words(lang), compare(study, study.figure)
    if not found:
        return []
    base = shown_name(study, study.base.scenario.name, lang)
    without = text["without_stop"] if study.stops else ""
    rank = {g.step.name: abs(g.per_percent) for g in gains(study)}
    most = MOST_RANKED if rank else MOST_NAMED
    said = []
    for verdict, sentence in _SENTENCES.items():
        of = (d for d in found if d.verdict == verdict)
        mine = sorted(of, key=lambda d: -rank.get(d.scenario, abs(d.mean)))
        if mine or verdict != Verdict.EQUAL:
            names = _named(study, mine, lang, most) or text["nobody"]
            said.append(f"{text[sentence].format(base=base)}{without}: {names}")
    figure = FIGURES[language(lang)][study.figure][0]
    return [*said, text["joint" if len(found) > 1 else "alone"].format(figure=figure, m=len(found))]


def effect_line(study: Study, lang: str) -> str:
    """What each factor does, the largest effect first; empty without a design."""
    found = effects(study, study.figure)
    unit = study.base.figure(study.figure).unit if found else ""
    each = [f"{e.factor.label} {e.low_text} → {e.high_text}: {signed(e.size, e.half_width)} {unit}" for e in found]
    return f"{words(lang)['effects']}: {'; '.join(each)}" if each else ""


def _named(study: Study, found: Sequence[Difference], lang: str, most: int) -> str:
    each = [f"{numbered(study, d.scenario, lang)} ({signed(d.mean, d.half_width)} {d.unit})" for d in found]
    return listed(each, lang, most=most)


def listed(names: Sequence[str], lang: str, between: str = "; ", most: int = MOST_NAMED) -> str:
    """The first names, and how many more there are."""
    more = [words(lang)["and_more"].format(n=len(names) - most)] if len(names) > most else []
    return between.join([*names[:most], *more])


def precision(study: Study, lang: str) -> str:
    """Whether the precision asked for was reached; empty if none was."""
    if study.precision is None:
        return ""
    found, text = study.precision, words(lang)
    last = found.looks[-1]
    look = last if found.reached else found.best
    now = text["now"].format(worst=percent(last.worst), n=last.replications) if look is not last else ""
    return text["reached" if found.reached else "not_reached"].format(
        place=study.plan.place("replications"), wanted=percent(found.wanted), figure=FIGURES[language(lang)][found.of][0],
        worst=percent(look.worst), scenario=shown_name(study, look.scenario, lang), n=look.replications,
        now=now,
    )  # fmt: skip


def by_name(study: Study, lang: str) -> dict[str, Outcome]:
    """All outcomes by their names for people, the base first."""
    shown = (study.base, *(o for o in study.outcomes if o is not study.base))
    return {numbered(study, o.scenario.name, lang): o for o in shown}


def engines(study: Study, lang: str) -> list[str]:
    """What ran the scenarios, and what their stops."""
    said = ran_by({name: o.experiment.engine for name, o in by_name(study, lang).items()}, lang)
    if study.stops and any(o.experiment.engine.engine == "compiled" for o in study.outcomes):
        said.append(words(lang)["stop_engine"])
    return said


def ran_by(lines: Mapping[str, Choice], lang: str) -> list[str]:
    """A sentence for each engine and reason, with the lines (by name) that it ran if there are several."""
    found: dict[tuple[object, ...], dict[str, Choice]] = {}
    for name, choice in lines.items():
        found.setdefault((choice.engine, choice.reason), {})[name] = choice
    said = []
    for group in found.values():
        agreements = [choice.agreement for choice in group.values() if choice.agreement is not None]
        together = replace(next(iter(group.values())), agreement=least(agreements) if agreements else None)
        said.append(together.text(lang, listed(list(group), lang) if len(found) > 1 else ""))
    return said


def warnings(study: Study, lang: str) -> list[str]:
    """What makes the figures doubtful."""

    def named(names: Sequence[str]) -> str:
        return listed([shown_name(study, n, lang) for n in names], lang, ", ")

    said = doubts(study.base.scenario.spec, lang)
    said += unsettled(study.warmup, named, lang) + unsteady(study.outcomes, named, lang)
    said += [o.experiment.engine.disagreement for o in study.outcomes if o.experiment.engine.disagreement][:1]
    return said


def unsettled(warmup: Warmup, named: Callable[[Sequence[str]], str], lang: str) -> list[str]:
    """That no end of the warm-up was found, if none was; ``named`` writes the names of scenarios for people."""
    if warmup.settled:
        return []
    open_ = [p for p in warmup.pilots if not p.settled]
    hours = max(len(p.rates) * p.interval_s / 3600 for p in open_)
    return [words(lang)["unsettled"].format(scenarios=named([p.scenario for p in open_]), hours=f"{hours:g}")]


def unsteady(outcomes: Sequence[Outcome], named: Callable[[Sequence[str]], str], lang: str) -> list[str]:
    """That lines let out what they held at the start, or are not in steady state, if any do or are not."""
    flows = {o.scenario.name: o.figures.flow for o in outcomes}
    found = {
        "borrowed": [name for name, flow in flows.items() if flow.borrowed_h],
        "unsteady": [name for name, flow in flows.items() if not flow.steady],
    }
    return [words(lang)[key].format(scenarios=named(names)) for key, names in found.items() if names]
