"""Plan files, and the bundled ones: one for each cell format, complete, to be copied and edited."""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import yaml

from profiles import ProfileError, load_profile
from simulator.line.yamlfile import YamlFile
from simulator.planning.spec import PLAN_FILE, PlannedCell, PlanSpec


def formats() -> tuple[str, ...]:
    """Names of the bundled cell formats."""
    return tuple(sorted(entry.name.removesuffix(".yaml") for entry in _folder().iterdir()))


def bundled_text(cell: str) -> str:
    """The bundled plan file of a cell format (one of ``formats()``)."""
    return (_folder() / f"{cell}.yaml").read_text(encoding="utf-8")


def bundled(cell: str, **changes: Any) -> PlanSpec:
    """The bundled plan of a cell format, with other values for some of its keys. ``ValidationError`` for bad ones."""
    return PlanSpec.model_validate(_over(_bundled_tree(cell), changes))


def bundled_cells() -> dict[str, PlannedCell]:
    """The cells of the bundled formats, by name."""
    return {name: bundled(name).cell for name in formats()}


def load_plan(path: str | Path, **changes: Any) -> PlanSpec:
    """Load and check a plan file (YAML). ``cell:`` may be the name of a bundled format, which then gives whatever the file
    does not say. Raises ``PlanError(path, line, column, what, mend)``; ``changes`` replace keys of the file.
    """
    file = YamlFile(path, PLAN_FILE)
    file.want_one_of(("lines", "shortest_takt"), "keep 'lines', or 'shortest_takt' from which their number follows")
    cell = file.tree.get("cell")
    if isinstance(cell, str):
        if cell not in formats():
            raise file.fault(
                ("cell",), f"cell: there is no bundled format '{cell}'", f"give one of: {', '.join(formats())}"
            )
        given = {key: value for key, value in file.tree.items() if key != "cell"}
        file.tree = _over(_bundled_tree(cell), given)
    file.tree = _over(file.tree, changes)
    spec = file.validate(PlanSpec)
    for index, step in enumerate(spec.steps):
        try:
            if step.profile:
                load_profile(step.profile)
        except ProfileError as error:
            if error.place.line:
                raise
            place = ("steps", index, "profile")
            raise file.fault(place, f"steps.{step.name}.profile: '{step.profile}' {error.what}", error.mend) from None
    return spec


def _over(tree: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """The tree with other values for some keys; a number of lines takes the place of the takt from which it would follow."""
    instead = {"lines": "shortest_takt", "shortest_takt": "lines"}
    dropped = {instead[key] for key in changes if key in instead} - set(changes)
    return {key: value for key, value in tree.items() if key not in dropped} | changes


def _bundled_tree(cell: str) -> dict[str, Any]:
    tree: dict[str, Any] = yaml.safe_load(bundled_text(cell))
    return tree


def _folder() -> Traversable:
    return files("simulator.planning") / "cells"
