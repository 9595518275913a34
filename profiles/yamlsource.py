"""YAML with places: plain data, and for every key and item the file, line and column it came from.

Safe tags only; duplicate keys, recursion and binary files are errors, because a silently lost key is a lost rule.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from profiles.errors import Place, ProfileError

Path_ = tuple[Any, ...]
Fail = Callable[[Place, str, str], Exception]
_MAX_BYTES = 8 * 1024 * 1024


class _Loader(yaml.SafeLoader):
    """Safe YAML with the booleans of YAML 1.2 only: ``on`` and ``no`` are words, and a date is text."""


_Loader.yaml_implicit_resolvers = {
    first: [
        (tag, regex) for tag, regex in resolvers if tag not in ("tag:yaml.org,2002:bool", "tag:yaml.org,2002:timestamp")
    ]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF")
)


@dataclass
class Sourced:
    """Plain data with the place of each key path."""

    data: Any
    places: dict[Path_, Place] = field(default_factory=dict)
    path: str = ""

    def place(self, path: Path_) -> Place:
        """The place of a key path, or of its nearest ancestor that has one."""
        while path:
            if path in self.places:
                return self.places[path]
            path = path[:-1]
        return self.places.get((), Place(self.path))


def load_yaml(path: Path, fail: Fail = ProfileError) -> Sourced:
    """Read one YAML file. Errors are raised through ``fail(place, what, mend)``."""
    here = Place(str(path))
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise fail(here, "no such file", "check the name and the folder") from None
    except IsADirectoryError:
        raise fail(here, "is a folder, not a file", "name the YAML file in it") from None
    except OSError as error:
        raise fail(here, f"cannot be read ({error.strerror})", "check the file and its permissions") from None
    if len(raw) > _MAX_BYTES:
        raise fail(
            here, f"is {len(raw)} bytes long", f"a file may have at most {_MAX_BYTES} bytes; is it the right one?"
        )
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise fail(here, f"is not UTF-8 text (byte {error.start})", "save it as UTF-8; is it the right file?") from None
    return parse_yaml(text, str(path), fail)


def parse_yaml(text: str, name: str, fail: Fail = ProfileError) -> Sourced:
    """Parse YAML text; see ``load_yaml``."""
    try:
        node = yaml.compose(text, Loader=_Loader)
        sourced = Sourced(None, path=name)
        if node is not None:
            sourced.data = _Builder(name, sourced.places, fail).build(node, ())
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(name, mark.line + 1, mark.column + 1) if mark else Place(name)
        raise fail(place, f"is not valid YAML: {error.problem}", "check indentation, quotes and colons") from None
    except yaml.YAMLError as error:
        what = f"is not valid YAML: {str(error).splitlines()[0]}"
        raise fail(Place(name), what, "is it a text file?") from None
    except RecursionError:
        raise fail(Place(name), "is nested too deeply", "flatten it; is it the right file?") from None
    return sourced


class _Builder:
    def __init__(self, name: str, places: dict[Path_, Place], fail: Fail) -> None:
        self._name = name
        self._places = places
        self._fail = fail
        self._constructor = yaml.constructor.SafeConstructor()
        self._open: set[int] = set()

    def build(self, node: yaml.Node, path: Path_) -> Any:
        self._places.setdefault(path, self._place(node))
        if id(node) in self._open:
            raise self._fail(self._place(node), "an anchor that contains itself", "remove the alias")
        self._open.add(id(node))
        try:
            if isinstance(node, yaml.MappingNode):
                return self._mapping(node, path)
            if isinstance(node, yaml.SequenceNode):
                return [self.build(item, (*path, i)) for i, item in enumerate(node.value)]
            return self._scalar(node)
        finally:
            self._open.discard(id(node))

    def _scalar(self, node: yaml.Node) -> Any:
        try:
            return self._constructor.construct_object(node)
        except (ValueError, yaml.YAMLError):
            raise self._fail(
                self._place(node), f"value {node.value!r} cannot be read", "quote it if it is text"
            ) from None

    def _mapping(self, node: yaml.MappingNode, path: Path_) -> dict[Any, Any]:
        result: dict[Any, Any] = {}
        for key_node, value_node in node.value:
            key = self._scalar(key_node) if isinstance(key_node, yaml.ScalarNode) else None
            place = self._place(key_node)
            if key is None or isinstance(key, (list, dict)):
                raise self._fail(place, "a key must be a plain name or number", "quote it or remove it")
            if key in result:
                first = self._places[(*path, key)]
                raise self._fail(place, f"key '{key}' stands twice (first on line {first.line})", "keep one of them")
            self._places[(*path, key)] = place
            result[key] = self.build(value_node, (*path, key))
        return result

    def _place(self, node: yaml.Node) -> Place:
        return Place(self._name, node.start_mark.line + 1, node.start_mark.column + 1)
