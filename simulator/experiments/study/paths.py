"""Places in a line file, written as ``units.A.failures.minor stop.mttr``: units and other named entries by name.

A step may also be an index. Names may contain dots: the longest name that fits is taken.
"""

from __future__ import annotations

from typing import Any

from profiles.naming import did_you_mean

Place = tuple[int | str, ...]
_DEFAULT_NAMES = {"failures": "failure"}  # of entries that the file gives no name


class UnknownPath(Exception):
    """A path leads nowhere: ``what``, and how to ``mend`` it."""

    def __init__(self, what: str, mend: str) -> None:
        super().__init__(f"{what} ({mend})")
        self.what, self.mend = what, mend


def resolve(tree: Any, path: str) -> Place:
    """Keys and indices of a path in the plain tree of a line file. Its last key may be one that the file does not give.

    Raises ``UnknownPath``.
    """
    place: list[int | str] = []
    node, rest = tree, path
    while rest:
        so_far = path[: len(path) - len(rest)].rstrip(".") or "the line file"
        names = _names(node, place)
        step = max((n for n in names if rest == n or rest.startswith(n + ".")), key=len, default=None)
        if step is None:
            head, dot, _ = rest.partition(".")
            if isinstance(node, list) and head.isdigit() and int(head) < len(node):
                step, names = head, {head: int(head)}
            elif isinstance(node, dict) and head and not dot:
                return (*place, head)
            else:
                raise _nowhere(node, so_far, head, names)
        place.append(names[step])
        node, rest = node[names[step]], rest[len(step) + 1 :]
    if not place or path.endswith("."):
        raise UnknownPath(f"'{path}' names no place", "write, for example, units.A.slots")
    return tuple(place)


def _names(node: Any, place: list[int | str]) -> dict[str, int | str]:
    """What a step may be called here, and the key or index that it means."""
    if isinstance(node, dict):
        return {str(key): key for key in node}
    if isinstance(node, list):
        default = _DEFAULT_NAMES.get(str(place[-1]) if place else "")
        found: dict[str, int | str] = {}
        for i, entry in enumerate(node):
            name = entry.get("name", default) if isinstance(entry, dict) else None
            if name is not None:
                found.setdefault(str(name), i)
        return found
    return {}


def _nowhere(node: Any, so_far: str, head: str, names: dict[str, int | str]) -> UnknownPath:
    if not isinstance(node, dict | list):
        what = f"{so_far} is one value in the line file ({node})"
        return UnknownPath(what, "change it as a whole, or write it out as a mapping in the line file")
    there = f"there {'is' if len(names) == 1 else 'are'} {', '.join(names)}" if names else "add it to the line file"
    return UnknownPath(f"{so_far} has no '{head}'", did_you_mean(head, names, there))


def current(tree: Any, place: Place) -> Any:
    """What stands at a place; ``None`` if the file does not give it."""
    node = tree
    for step in place:
        if isinstance(node, dict) and step not in node:
            return None
        node = node[step]
    return node


def replaced(tree: Any, place: Place, value: Any) -> Any:
    """A copy of the tree with another value at a place."""
    if not place:
        return value
    copy = dict(tree) if isinstance(tree, dict) else list(tree)
    step: Any = place[0]
    below = copy[step] if isinstance(copy, list) or step in copy else None
    copy[step] = replaced(below, place[1:], value)
    return copy


def canonical(tree: Any, place: Place) -> str:
    """The path as ``LineSpec.figures`` writes it: entries with a name by name, others by index."""
    steps: list[str] = []
    node: Any = tree
    for step in place:
        node = node[step]
        named = isinstance(step, int) and isinstance(node, dict) and "name" in node
        steps.append(str(node["name"]) if named else str(step))
    return ".".join(steps)


def label(path: str) -> str:
    """A short name of a path for tables: ``A.minor stop.mttr``."""
    return ".".join(step for step in path.split(".") if step not in ("units", "failures")) or path
