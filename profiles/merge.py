"""``extends``: a child's file laid over its parent's, key by key; ``null`` removes what the parent had."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from profiles.errors import ProfileError
from profiles.yamlsource import Sourced

_OWN_KEYS = ("extends", "abstract")
_ENTRY = 2  # the depth of an entry: section, id


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
        lay_over(result.data, copy.deepcopy(data), layer.sourced)
        result.places.update(layer.sourced.places)
    result.data["abstract"] = bool(layers[-1].sourced.data.get("abstract", False))
    return result


def lay_over(below: dict[Any, Any], above: dict[Any, Any], sourced: Sourced, at: tuple[Any, ...] = ()) -> None:
    """Lay ``above`` (from ``sourced``, at the key path ``at``) over ``below``, which is changed.

    Raises ``ProfileError`` where an entry is removed that is not there: a misspelt removal would be no removal.
    """
    for key, value in above.items():
        path = (*at, key)
        if value is None:
            if key not in below and len(path) <= _ENTRY:
                near = get_close_matches(str(key), [str(k) for k in below], n=1)
                mend = f"did you mean '{near[0]}'?" if near else "remove the line"
                name = ".".join(str(step) for step in path)
                raise ProfileError(sourced.place(path), f"{name}: null removes what the base does not have", mend)
            below.pop(key, None)
        elif isinstance(value, dict) and isinstance(below.get(key), dict):
            lay_over(below[key], value, sourced, path)
        else:
            below[key] = value
