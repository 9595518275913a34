"""Wrongnesses of recipes and parameters (ledger area ``recipes``)."""

from __future__ import annotations

from simulator.faults.model import fault

fault("recipes.nameless", "The active recipe has no name", values={"recipe.name": lambda v, s: ""})
fault("recipes.select_swallowed", "Selecting is answered Good and ignored", writes={"recipe.select": "swallow"})
fault(
    "recipes.values_not_loaded",
    "Selecting a recipe leaves the parameters as they are",
    behaviours=frozenset({"recipe.keeps_parameters"}),
)
fault(
    "recipes.select_at_any_time",
    "Recipes can be selected while running",
    behaviours=frozenset({"recipe.select_any_time"}),
)
fault("recipes.parameter_swallowed", "Parameters are answered Good and ignored", writes={"parameter.*": "swallow"})
fault("recipes.no_limits", "Parameters take any value", writes={"parameter.*": "unchecked"})
fault(
    "recipes.parameter_at_any_time",
    "Parameters can be changed while running",
    behaviours=frozenset({"parameter.any_time"}),
)
fault("recipes.change_untraced", "A changed parameter leaves no trace", behaviours=frozenset({"parameter.not_noted"}))
fault("recipes.selection_untraced", "Selecting leaves the revision", behaviours=frozenset({"recipe.no_revision"}))
