"""What a line file says of a figure beside its value: ``{value: …, assumed: true, source: …}``."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict


class Figure(BaseModel):
    """What the file says about one figure beside its value."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    value: Any
    assumed: bool = False
    source: str = ""
    note: str = ""


_FIGURE_KEYS = {"value", "assumed", "source", "note"}


def unwrap(tree: Any, path: str = "", figures: dict[str, Figure] | None = None) -> tuple[Any, dict[str, Figure]]:
    """Replace every ``{value: x, assumed: …}`` by ``x``; return the plain tree and the figures by path."""
    found = {} if figures is None else figures
    if isinstance(tree, dict):
        extra = set(tree) - {"value"}
        if "value" in tree and extra <= _FIGURE_KEYS and extra:
            figure = Figure.model_validate(tree)
            found[path] = figure
            return unwrap(figure.value, path, found)[0], found
        return {k: unwrap(v, f"{path}.{k}" if path else str(k), found)[0] for k, v in tree.items()}, found
    if isinstance(tree, list):
        return [unwrap(v, f"{path}.{_label(v, i)}", found)[0] for i, v in enumerate(tree)], found
    return tree, found


def _label(value: Any, index: int) -> str:
    return str(value["name"]) if isinstance(value, dict) and "name" in value else str(index)
