"""``extends``: a child's file laid over its parent's, key by key; ``null`` removes what the parent had."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from profiles.errors import ProfileError
from profiles.naming import did_you_mean
from profiles.yamlsource import Sourced

_OWN_KEYS = ("extends", "abstract")
_TITLED = {
    ("signals",): "signal", ("methods",): "method", ("safety",): "safety function", ("devices",): "device",
    ("options",): "option", ("handover", "timers"): "timer",
}  # fmt: skip
"""The sections whose entries have titles, and what an entry is called."""
_ALIKE = 0.8  # from this similarity on, a name is taken for a misspelt one


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
        if result.data:
            _refuse_untitled(result.data, data, layer.sourced)
        lay_over(result.data, copy.deepcopy(data), layer.sourced)
        kept = {path: place for path, place in result.places.items() if _exists(result.data, path)}
        result.places = kept | layer.sourced.places
    result.data["abstract"] = bool(layers[-1].sourced.data.get("abstract", False))
    return result


def _refuse_untitled(below: dict[Any, Any], above: dict[Any, Any], sourced: Sourced) -> None:
    """An entry without a title changes an inherited one; if nothing of its name is inherited, the name is misspelt."""
    for section, kind in _TITLED.items():
        entries, inherited = mapping_at(above, section), mapping_at(below, section)
        if entries is None or inherited is None:
            continue
        for name, entry in entries.items():
            if isinstance(entry, dict) and "title" not in entry and name not in inherited:
                mend = did_you_mean(name, inherited, "add it, or correct the name", alike=_ALIKE)
                what = f"{'.'.join(section)}.{name}: title is missing, and no such {kind} is inherited"
                raise ProfileError(sourced.place((*section, name)), what, mend)


def mapping_at(data: Any, path: tuple[str, ...]) -> dict[Any, Any] | None:
    """The mapping at a key path, or ``None`` if there is none."""
    for key in path:
        data = data.get(key) if isinstance(data, dict) else None
    return data if isinstance(data, dict) else None


def _exists(data: Any, path: tuple[Any, ...]) -> bool:
    """Whether a place still has something to tell of: what a later file has replaced has that file's places."""
    for key in path:
        there = key in data if isinstance(data, dict) else isinstance(data, list) and key in range(len(data))
        if not there:
            return False
        data = data[key]
    return True


def lay_over(below: dict[Any, Any], above: dict[Any, Any], sourced: Sourced, at: tuple[Any, ...] = ()) -> None:
    """Lay ``above`` (from ``sourced``, at the key path ``at``) over ``below``, which is changed.

    Raises ``ProfileError`` where an entry is removed that is not there: a misspelt removal would be no removal.
    """
    for key, value in above.items():
        path = (*at, key)
        if value is None:
            if key not in below and _is_entry(path):
                mend = did_you_mean(key, below, "remove the line")
                name = ".".join(str(step) for step in path)
                raise ProfileError(sourced.place(path), f"{name}: null removes what the base does not have", mend)
            below.pop(key, None)
        elif isinstance(value, dict) and isinstance(below.get(key), dict):
            lay_over(below[key], value, sourced, path)
        else:
            below[key] = value


def _is_entry(path: tuple[Any, ...]) -> bool:
    """A section, or an entry of one."""
    return len(path) <= 2 or path[:-1] in _TITLED
