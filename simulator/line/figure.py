"""What a line file says of a figure beside its value: ``{value: …, assumed: true, source: …}``."""

from __future__ import annotations

from typing import Any

from pydantic import Field, model_validator

from simulator.line.fields import FileModel


class Figure(FileModel):
    """What the file says about one figure beside its value."""

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


class FiguredFile(FileModel):
    """A file whose figures may say more than their value; ``figures`` keeps it by path."""

    figures: dict[str, Figure] = Field(default={}, exclude=True)

    @model_validator(mode="before")
    @classmethod
    def _unwrap(cls, data: Any) -> Any:
        if not isinstance(data, dict) or "figures" in data:
            return data
        plain, figures = unwrap(data)
        return cls.completed(plain) | {"figures": figures}

    @classmethod
    def completed(cls, plain: dict[str, Any]) -> dict[str, Any]:
        """The plain tree with what goes without saying in this kind of file."""
        return plain
