"""YAML with places: plain data, and for every key and item the file, line and column it came from.

Safe tags only; duplicate keys, recursion and binary files are errors, because a silently lost key is a lost rule.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from profiles.errors import Place, ProfileError
from profiles.naming import did_you_mean

Path_ = tuple[Any, ...]
Fail = Callable[[Place, str, str], Exception]
_MAX_BYTES = 8 * 1024 * 1024
_MAX_NODES = 500_000  # after aliases are expanded


_TAG = "tag:yaml.org,2002:"


def _with_scalars_of_1_2(base: Any) -> Any:
    """Safe YAML with the scalars of YAML 1.2: ``on`` is a word, a date is text, 0100 is not octal, 1:30 not sexagesimal."""
    loader: Any = type("_Loader", (base,), {})
    loader.yaml_implicit_resolvers = {
        first: [
            (tag, regex)
            for tag, regex in resolvers
            if tag.removeprefix(_TAG) not in ("bool", "timestamp", "int", "float")
        ]
        for first, resolvers in base.yaml_implicit_resolvers.items()
    }
    for kind, pattern, first in (
        ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
        ("int", r"[-+]?(?:0|[1-9][0-9]*)|0x[0-9a-fA-F]+", "-+0123456789"),
        ("float", r"[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[eE]))(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN)",
         "-+0123456789."),
    ):  # fmt: skip
        loader.add_implicit_resolver(_TAG + kind, re.compile(f"^(?:{pattern})$"), list(first))
    return loader


_LOADER = _with_scalars_of_1_2(yaml.SafeLoader)
_FAST_LOADER = _with_scalars_of_1_2(yaml.CSafeLoader) if hasattr(yaml, "CSafeLoader") else None


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
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise fail(here, f"cannot be read ({why})", "check the name, the file and its permissions") from None
    if len(raw) > _MAX_BYTES:
        raise fail(
            here, f"is {len(raw)} bytes long", f"a file may have at most {_MAX_BYTES} bytes; is it the right one?"
        )
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        place = _place_at(str(path), raw[: error.start].decode("utf-8-sig"))
        what = f"is not UTF-8 text (byte 0x{raw[error.start]:02x})"
        raise fail(place, what, "save it as UTF-8; is it the right file?") from None
    return parse_yaml(text, str(path), fail)


def load_mapping(path: Path, fail: Fail = ProfileError) -> Sourced:
    """A YAML file whose top is a mapping; see ``load_yaml``."""
    sourced = load_yaml(path, fail)
    if not isinstance(sourced.data, dict):
        found = "is empty" if sourced.data is None else "is not a mapping of keys"
        raise fail(sourced.place(()), found, "begin with 'key: value' lines; see the bundled pack for an example")
    return sourced


def only_keys(sourced: Sourced, known: set[str], fail: Fail = ProfileError) -> None:
    """Refuse keys at the top that nobody knows."""
    for key in sourced.data:
        if key not in known:
            mend = did_you_mean(key, known, f"known keys: {', '.join(sorted(known))}")
            raise fail(sourced.place((key,)), f"{key}: unknown key", mend)


def parse_yaml(text: str, name: str, fail: Fail = ProfileError) -> Sourced:
    """Parse YAML text; see ``load_yaml``."""
    try:
        node = _compose(text)
        sourced = Sourced(None, path=name)
        if node is not None:
            sourced.data = _Builder(name, sourced.places, fail).build(node, ())
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        quote = _open_quote(text, error, mark)
        if quote is not None:
            what = f"is not valid YAML: the quote that begins here does not end on its line ({_told(error, mark)})"
            raise fail(Place(name, quote.line + 1, quote.column + 1), what, "close it") from None
        place = Place(name, mark.line + 1, mark.column + 1) if mark else Place(name)
        raise fail(place, f"is not valid YAML: {error.problem}", "check indentation, quotes and colons") from None
    except yaml.reader.ReaderError as error:
        place = _place_at(name, text[: error.position])
        raise fail(
            place, f"is not valid YAML: control character 0x{ord(text[error.position]):02x}", "is it a text file?"
        ) from None
    except yaml.YAMLError as error:
        what = f"is not valid YAML: {str(error).splitlines()[0]}"
        raise fail(Place(name), what, "is it a text file?") from None
    except RecursionError:
        raise fail(Place(name), "is nested too deeply", "flatten it; is it the right file?") from None
    return sourced


def _compose(text: str) -> yaml.Node | None:
    """The nodes of a text; by libyaml, ten times as fast, unless it is missing or finds an error, of which the other one
    says more."""
    if _FAST_LOADER is not None:
        with suppress(yaml.YAMLError):
            fast: yaml.Node | None = yaml.compose(text, Loader=_FAST_LOADER)
            return fast
    node: yaml.Node | None = yaml.compose(text, Loader=_LOADER)
    return node


def _open_quote(text: str, error: yaml.MarkedYAMLError, mark: yaml.Mark | None) -> yaml.Mark | None:
    """Where the quote began that was forgotten to be closed: it runs to the end of the file, or to the next quote below, and
    the error lies behind that."""
    if "quoted scalar" in (error.context or ""):
        return error.context_mark
    if mark is None:
        return None
    found = None
    with suppress(yaml.YAMLError):
        for token in yaml.scan(text, Loader=_LOADER):
            start, end = token.start_mark, token.end_mark
            if isinstance(token, yaml.ScalarToken) and start.line < end.line == mark.line and token.style in ("'", '"'):
                found = start
    return found


def _told(error: yaml.MarkedYAMLError, mark: yaml.Mark | None) -> str:
    return f"{error.problem} on line {mark.line + 1}" if mark is not None else str(error.problem)


def _place_at(name: str, before: str) -> Place:
    """The place that follows some text."""
    return Place(name, before.count("\n") + 1, len(before) - before.rfind("\n"))


class _Builder:
    def __init__(self, name: str, places: dict[Path_, Place], fail: Fail) -> None:
        self._name = name
        self._places = places
        self._fail = fail
        self._constructor = yaml.constructor.SafeConstructor()
        self._open: set[int] = set()
        self._built = 0

    def build(self, node: yaml.Node, path: Path_) -> Any:
        self._places.setdefault(path, self._place(node))
        self._built += 1
        if self._built > _MAX_NODES:
            raise self._fail(
                self._place(node), "aliases make it too large", "write less by anchors; is it the right file?"
            )
        if id(node) in self._open:
            raise self._fail(self._place(node), "an anchor that contains itself", "remove the alias")
        self._open.add(id(node))
        try:
            if not isinstance(node, yaml.ScalarNode) and node.tag not in (_TAG + "map", _TAG + "seq"):
                raise self._fail(self._place(node), f"tag '{node.tag}' means nothing here", "remove the tag")
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
