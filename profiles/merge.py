"""``extends``: a child's file laid over its parent's, key by key; ``null`` removes what the parent had."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from profiles.yamlsource import Sourced

_OWN_KEYS = ("extends", "abstract")


@dataclass(frozen=True)
class Layer:
    """One file of the chain, root ancestor first."""

    path: Path
    sourced: Sourced


def merge(layers: list[Layer]) -> Sourced:
    """One document from a chain of files. Mappings merge, everything else is replaced; places follow the last writer."""
    result = Sourced({}, {}, str(layers[-1].path))
    for layer in layers:
        data = {k: v for k, v in layer.sourced.data.items() if k not in _OWN_KEYS}
        _lay_over(result.data, copy.deepcopy(data))
        result.places.update(layer.sourced.places)
    result.data["abstract"] = bool(layers[-1].sourced.data.get("abstract", False))
    return result


def _lay_over(below: dict[Any, Any], above: dict[Any, Any]) -> None:
    for key, value in above.items():
        if value is None:
            below.pop(key, None)
        elif isinstance(value, dict) and isinstance(below.get(key), dict):
            _lay_over(below[key], value)
        else:
            below[key] = value
