"""What a line with a plan makes of each recipe, scenario by scenario."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from rich.table import Table

from simulator.experiments.columns import Column, fitted
from simulator.experiments.kpis import Figure
from simulator.experiments.study.findings import shown_name
from simulator.experiments.study.result import Outcome, Study
from simulator.experiments.study.texts import words
from simulator.experiments.texts import texts


def recipes_of(study: Study) -> list[int]:
    """The recipes of all scenarios' plans, in the order of their numbers; none if no line has a plan."""
    return sorted({batch.recipe for o in study.outcomes for batch in o.scenario.spec.plan})


def rate(outcome: Outcome, recipe: int) -> Figure | None:
    """Good cells per hour of a recipe; ``None`` if the scenario's plan does not hold it."""
    return next((r.rate for r in outcome.figures.recipes if r.number == recipe), None)


def recipe_table(study: Study, shown: Sequence[Outcome], lang: str, width: int) -> Table:
    """A row per scenario, a column per recipe."""
    text, said = words(lang), texts(lang)
    columns = [Column(text["scenario"], [shown_name(study, o.scenario.name, lang) for o in shown], "left", wraps=True)]
    for recipe in recipes_of(study):
        figures = [rate(o, recipe) for o in shown]
        head = said["recipe"].format(recipe=recipe)
        columns.append(Column(f"{head}\ncells/h", [f.text() if f else "–" for f in figures], drop=recipe))
    return fitted(said["by_recipe"], columns, width)


def recipe_rows(study: Study) -> Iterable[Sequence[Any]]:
    """As CSV: good cells of each recipe in each replication."""
    yield ["scenario", "replication", "seed", "recipe", "good cells"]
    for outcome in study.outcomes:
        for k, result in enumerate(outcome.experiment.results):
            for recipe, good in result.recipes:
                yield [outcome.scenario.name, k + 1, result.seed, recipe, good]
