"""What a design file found, in words and rows of text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from simulator.experiments.design.plan import FEW, At
from simulator.experiments.design.result import Check, Design, Trial, Verdict
from simulator.experiments.design.spec import COST
from simulator.experiments.design.texts import words
from simulator.experiments.design.trials import figure_of
from simulator.experiments.doubts import doubts
from simulator.experiments.figures import UNITS
from simulator.experiments.kpis import Figure
from simulator.experiments.study.compare import LOWER_IS_BETTER, judge, paired
from simulator.experiments.study.compare import Verdict as Direction
from simulator.experiments.study.findings import listed, ran_by, unsettled, unsteady
from simulator.experiments.study.plan import BASE
from simulator.experiments.study.result import Outcome
from simulator.experiments.texts import FIGURES, language


def figure_name(name: str, lang: str) -> str:
    """A figure, or the cost, for people."""
    return words(lang)["cost"] if name == COST else FIGURES[language(lang)][name][0]


def number(value: float) -> str:
    """A figure without its interval, with as many digits as it deserves."""
    return Figure("", "", value, None).text()


def with_unit(design: Design, name: str, lang: str) -> str:
    """A figure, or the cost, for people, with its unit if it has one."""
    return f"{figure_name(name, lang)} {'' if name == COST else unit_of(design, name)}".strip()


def unit_of(design: Design, name: str = "") -> str:
    """The unit of a figure, if none is named of the one that is to be reached or made large."""
    return UNITS[name or design.plan.spec.figure]


def best(design: Design) -> tuple[At, Outcome, float]:
    """The design to show, its outcome and its cost: the chosen one, else the one with the best figure."""
    name = design.plan.spec.figure
    sign = -1 if name in LOWER_IS_BETTER else 1
    proposed: Sequence[Check | Trial] = design.checks or design.trials
    shown = design.chosen or max(proposed, key=lambda t: sign * figure_of(t.outcome, name).mean)
    return shown.at, shown.outcome, shown.cost


def runs(design: Design) -> int:
    """All replications but the pilots of the warm-up."""
    outcomes = (design.base, *(t.outcome for t in design.trials), *(c.outcome for c in design.checks))
    return sum(len(outcome.experiment.results) for outcome in outcomes)


def by_name(design: Design, lang: str) -> dict[str, Outcome]:
    """All lines that ran, by their names for people: the one to show first, then the line as its file says."""
    ran = [best(design)[1], design.base, *(t.outcome for t in design.trials), *(c.outcome for c in design.checks)]
    return {words(lang)["base"] if o is design.base else o.scenario.name: o for o in ran}


def engines(design: Design, lang: str) -> list[str]:
    """What ran the designs."""
    return ran_by({name: o.experiment.engine for name, o in by_name(design, lang).items()}, lang)


def verdict(design: Design, lang: str) -> str:
    """Whether what was asked for was reached, and what was."""
    spec, text = design.plan.spec, words(lang)
    if spec.target is None:
        return text["front_is"].format(n=len(design.checks))
    target, unit = spec.target, unit_of(design)
    figure = figure_name(target.figure, lang)
    chosen = design.chosen
    if chosen is not None:
        assert chosen.bound is not None and chosen.confidence is not None
        found = figure_of(chosen.outcome, target.figure)
        return text["at_most" if target.figure in LOWER_IS_BETTER else "at_least"].format(
            figure=figure, mean=found.text(), unit=unit, n=len(found.values), bound=number(chosen.bound),
            level=f"{100 * chosen.confidence:.4g} %", target=f"{target.value:g}",
        )  # fmt: skip
    at, outcome, cost = best(design)
    key, proposals = ("gave_up", len(design.checks)) if design.gave_up and design.left else ("not_reached", 0)
    return text[key].format(
        proposals=proposals, left=design.left, place=design.plan.place, figure=figure, target=f"{target.value:g}", unit=unit, cost=f"{cost:g}",
        mean=figure_of(outcome, target.figure).text(), name=design.plan.scenario(at).name,
        untried=text["untried"].format(n=design.left) if design.left else "",
    )  # fmt: skip


def to_build(design: Design, lang: str) -> list[str]:
    """What to build, beside what the file has, and what the line makes as it is; nothing where there is a front."""
    plan, text = design.plan, words(lang)
    if plan.spec.target is None:
        return []
    figure = figure_of(design.base, plan.spec.figure)
    base = text["base_makes"].format(
        figure=figure_name(plan.spec.figure, lang), mean=figure.text(), unit=unit_of(design)
    )
    if design.chosen is None:
        return [base]
    rows = ((label, value, file) for label, file, value, *_ in choice_rows(design, lang))
    places = "; ".join(text["place_is"].format(place=label, value=value, file=file) for label, value, file in rows)
    return [text["chosen_is"].format(places=places, cost=f"{design.chosen.cost:g}"), base]


def sentences(design: Design, lang: str) -> list[str]:
    """How it was found, and how sure it is that nothing cheaper does."""
    text, plan = words(lang), design.plan
    said = [text["tried"].format(tried=len(design.trials), designs=plan.designs, runs=runs(design))]
    dropped = _dropped(design)
    if plan.spec.target is None:
        said += [text["left_front"]] if design.left else []
        said += told_apart(design, lang)
    elif design.chosen is not None and design.gave_up:
        unseen = text["unseen"].format(n=design.left) if design.left else ""
        said.append(text["surest"].format(proposals=len(design.checks) - 1, unseen=unseen))
    elif design.chosen is not None and design.left:
        said.append(text["left"].format(n=design.left))
    elif design.chosen is not None:
        proof = text["proof_by_cost" if plan.one_by_one else "proof"]
        said.append(proof.format(every=text["every_other" if dropped else "every"]))
    if dropped:
        each = (
            f"{c.outcome.scenario.name} ({figure_of(c.outcome, plan.spec.figure).text()} {unit_of(design)})"
            for c in dropped
        )
        said.append(text["dropped"].format(names="; ".join(each)))
    return said


def told_apart(design: Design, lang: str) -> list[str]:
    """Whether neighbours on the front differ for certain in its figures, by paired differences on the fresh random numbers."""
    text, shown, pairs = words(lang), figures_shown(design), list(pairwise(design.checks))
    alike = [
        text["pair"].format(
            one=one.outcome.scenario.name, other=other.outcome.scenario.name,
            figures=", ".join(figure_name(name, lang) for name in same),
        )
        for one, other in pairs
        if (same := [name for name in shown if not _differ(one, other, name, len(pairs) * len(shown))])
    ]  # fmt: skip
    if alike:
        return [text["not_apart"].format(pairs=listed(alike, lang))]
    return [text["apart"]] if pairs else []


def _differ(one: Check, other: Check, name: str, comparisons: int) -> bool:
    a, b = (figure_of(check.outcome, name).values for check in (one, other))
    common = min(len(a), len(b))
    return judge(*paired(a[:common], b[:common], comparisons)) in (Direction.BETTER, Direction.WORSE)


def _dropped(design: Design) -> list[Check]:
    """What the search proposed and fresh random numbers did not bear out."""
    return [c for c in design.checks if c.verdict not in (None, Verdict.CONFIRMED)]


def warnings(design: Design, lang: str) -> list[str]:
    """What makes the result doubtful."""
    text, said = words(lang), doubts(design.base.scenario.spec, lang)

    def named(names: Sequence[str]) -> str:
        return listed([text["base"] if name == BASE else name for name in names], lang)

    said += unsettled(design.warmup, named, lang)
    said += unsteady([c.outcome for c in design.checks], named, lang)
    if design.upside_down is not None:
        small, large = design.upside_down
        name = design.plan.spec.figure
        one, other = figure_of(small.outcome, name), figure_of(large.outcome, name)
        sign = "<" if other.mean < one.mean else ">"
        said.append(text["upside_down"].format(
            large=large.outcome.scenario.name, small=small.outcome.scenario.name, few=FEW, unit=unit_of(design),
            difference=f"{number(other.mean)} {sign} {number(one.mean)}",
        ))  # fmt: skip
    outcomes = (t.outcome.experiment.engine.disagreement for t in design.trials)
    said += [disagreement for disagreement in outcomes if disagreement][:1]
    return said


def choice_rows(design: Design, lang: str) -> list[tuple[str, ...]]:
    """A row per choice: place, in the file, chosen, to choose from, cost, one step less."""
    plan, text = design.plan, words(lang)
    at, _, _ = best(design)
    files = plan.base.levels
    return [
        (
            choice.label, files[i], choice.texts[at[i]], span(choice.texts), f"{choice.costs[at[i]]:g}",
            _one_less(design, at, i, text),
        )
        for i, choice in enumerate(plan.choices)
    ]  # fmt: skip


def span(texts: Sequence[str]) -> str:
    """``0 – 60``, or a few values one by one."""
    return ", ".join(texts) if len(texts) <= 3 else f"{texts[0]} – {texts[-1]}"


def _one_less(design: Design, at: At, axis: int, text: Mapping[str, str]) -> str:
    if not at[axis] or design.plan.spec.target is None:
        return "–"
    less = (*at[:axis], at[axis] - 1, *at[axis + 1 :])
    name = design.plan.spec.figure
    for check in _dropped(design):
        if check.at == less:
            return f"{figure_of(check.outcome, name).text()} ({text['uncertain']})"
    trial = next((t for t in design.trials if t.at == less), None)
    if trial is not None:
        return figure_of(trial.outcome, name).text()
    larger = (t for t in design.trials if not t.reached and all(i <= k for i, k in zip(less, t.at, strict=True)))
    return text["short"] if next(larger, None) is not None else "–"


def trial_rows(design: Design, lang: str) -> list[tuple[str, ...]]:
    """A row per design tried: number, values, cost, figures, replications and, with a target, whether it reaches it."""
    text, spec = words(lang), design.plan.spec
    rows = []
    for n, trial in enumerate(design.trials, 1):
        cells = [str(n), *design.plan.texts(trial.at), f"{trial.cost:g}"]
        cells += [figure_of(trial.outcome, name).text() for name in figures_shown(design)]
        cells.append(str(len(trial.outcome.experiment.results)))
        if spec.target is not None:
            cells += [text["yes" if trial.reached else "no"], text[trial.phase]]
        rows.append(tuple(cells))
    return rows


def front_rows(design: Design) -> list[tuple[str, ...]]:
    """A row per design of the front: values, cost, figures."""
    return [
        (*design.plan.texts(c.at), f"{c.cost:g}", *(figure_of(c.outcome, n).text() for n in figures_shown(design)))
        for c in design.checks
    ]


def figures_shown(design: Design) -> list[str]:
    """The figures that the file asks for."""
    asked = design.plan.spec.pareto
    if asked is None:
        return [design.plan.spec.figure]
    return [asked.maximise, *([] if asked.minimise == COST else [asked.minimise])]
