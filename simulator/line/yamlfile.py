"""YAML files that people write for the simulator: read, checked, and every fault told with file, line, column and mend."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, get_args

import yaml
from pydantic import BaseModel, ValidationError

from profiles.naming import did_you_mean
from simulator.line.errors import FileError
from simulator.line.yamlsyntax import explain

FEW = 8  # keys that are named instead of one that nobody knows
_MAX_BYTES = 10_000_000
_QUOTE = "'"
_ELSEWHERE = "it is a key of another place; is the line indented rightly?"
_NUMBER = "write a number; without a unit, and with a decimal point, not a comma: 5.5"
WANTED = {  # what is right instead of a value of which pydantic says only what is wrong
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "int_type": "write a whole number, such as 3",
    "int_parsing": "write a whole number, such as 3",
    "int_from_float": "write a whole number, such as 3",
    "greater_than": "write a number above {gt}",
    "greater_than_equal": "write {ge} or more",
    "less_than": "write a number below {lt}",
    "less_than_equal": "write {le} or less",
    "literal_error": "",
    "string_type": "write a text, in quotes if it looks like a number",
    "dict_type": "write 'name: value' below it",
    "model_type": "write 'name: value' below it",
    "model_attributes_type": "write 'name: value' below it",
    "tuple_type": "write a list: [one, another]",
    "too_short": "write at least {min_length}",
    "too_long": "write at most {max_length}",
    "string_too_short": "write a text of at least {min_length} characters",
    "string_too_long": "write a text of at most {max_length} characters",
    "string_pattern_mismatch": "write up to 64 letters, digits, '_', '.' and '-', the first one a letter, a digit or '_'",
}
_INSTEAD = {  # of pydantic's own words, where they are those of a programmer
    "float_type": "must be a number, not {shown}",
    "float_parsing": "must be a number, not {shown}",
    "dict_type": "must be a mapping, not {shown}",
    "model_type": "must be a mapping, not {shown}",
    "model_attributes_type": "must be a mapping, not {shown}",
    "tuple_type": "must be a list, not {shown}",
    "too_short": "has {actual_length} entries, too few",
    "too_long": "has {actual_length} entries, too many",
    "string_too_short": "{shown} is too short",
    "string_too_long": "is too long",
    "string_pattern_mismatch": "{shown} can not be a name here",
}
_KINDS = (  # what a file is, by keys at its top or of its units: the kind with the most of its keys
    ({"gwh"}, "a plan file", "setsubi plan"),
    ({"line", "factors", "scenarios", "design", "compare", "sensitivity", "stop"}, "an experiment file", "setsubi experiment"),
    ({"line", "choose", "target", "pareto", "tries"}, "a design file", "setsubi design"),
    ({"units.process_time"}, "a line file", "setsubi simulate"),
    ({"units.vendor"}, "an effort file", "setsubi effort"),
)  # fmt: skip
Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True)
class FileKind:
    """What is said of files of one kind. ``tags`` are the steps that pydantic adds to a place for the members of a union."""

    name: str
    fault: type[FileError]
    if_empty: str
    if_no_mapping: str
    tags: tuple[str, ...] = ()


class YamlFile:
    """One file: ``tree`` is its content, plain.

    Raises the kind's ``FileError``: unreadable, binary or empty file, bad YAML, duplicate keys, cycles.
    """

    def __init__(self, path: str | Path, kind: FileKind) -> None:
        self.path, self.kind = path, kind
        self._root = self._compose(self._read())
        self._reject_duplicates(self._root)
        self.tree: Any = self._construct()

    def validate(self, model: type[Model]) -> Model:
        """The content as a model. Raises the kind's error for unknown keys and for values that cannot be."""
        try:
            return model.model_validate(self.tree)
        except ValidationError as error:
            raise self._first(error, model) from None

    def want_one_of(self, keys: Collection[str], mend: str) -> None:
        """Raise at the second of some keys of the file of which it may have only one."""
        given = [key for key in self.tree if key in keys]
        if len(given) > 1:
            raise self.fault((given[1],), f"{given[1]}: {given[0]} is given already, and only one of them can be", mend)

    def fault(self, place: Sequence[int | str], what: str, mend: str, *, key: bool = True) -> FileError:
        """A fault at a place given by keys and indices, at the last of them that is there: at its key, or at its value."""
        node, key_node = self._locate(place)
        return self._at((key_node if key else None) or node, what, mend)

    def _read(self) -> str:
        try:
            data = Path(self.path).read_bytes()
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or error
            raise self._of_file(f"cannot be read: {why}") from None
        if len(data) > _MAX_BYTES:
            raise self._of_file(f"is too large for {self.kind.name}")
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise self._of_file("is not a text file in UTF-8", "save it as UTF-8") from None
        if "\0" in text:
            raise self._of_file("is a binary file", f"give the path of {self.kind.name} (YAML)")
        return text

    def _of_file(self, what: str, mend: str = "") -> FileError:
        return self.kind.fault(self.path, 0, 0, what, mend or f"give the path of {self.kind.name}")

    def _compose(self, text: str) -> yaml.Node:
        try:
            root = yaml.compose(text, Loader=yaml.SafeLoader)
        except yaml.MarkedYAMLError as error:
            raise self.kind.fault(self.path, *explain(text, error)) from None
        except (yaml.YAMLError, RecursionError) as error:
            raise self._of_file(f"is not YAML: {str(error).splitlines()[0]}", "mend the syntax") from None
        if root is None:
            raise self._of_file("is empty", self.kind.if_empty)
        if not isinstance(root, yaml.MappingNode):
            raise self.kind.fault(self.path, 1, 1, "is no mapping", self.kind.if_no_mapping)
        return root

    def _construct(self) -> Any:
        try:
            return yaml.SafeLoader("").construct_document(self._root)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
            raise self.kind.fault(self.path, line, column, str(error.problem), "write plain values") from None
        except ValueError as error:  # a date of no calendar
            raise self._of_file(f"has a value that cannot be: {error}", "quote it if it is text") from None

    def _reject_duplicates(self, node: yaml.Node, above: tuple[int, ...] = ()) -> None:
        if id(node) in above:
            raise self._at(node, "an alias contains itself: a cycle", "write the value out")
        here = (*above, id(node))
        if isinstance(node, yaml.SequenceNode):
            for child in node.value:
                self._reject_duplicates(child, here)
        if isinstance(node, yaml.MappingNode):
            seen: set[str] = set()
            for key, child in node.value:
                if not isinstance(key, yaml.ScalarNode):
                    raise self._at(key, "a key must be a plain text", "write 'name: value'")
                if key.value in seen:
                    raise self._at(key, f"the key {key.value} is given twice", "keep one of them")
                seen.add(key.value)
                self._reject_duplicates(child, here)

    def _at(self, node: yaml.Node, what: str, mend: str) -> FileError:
        return self.kind.fault(self.path, node.start_mark.line + 1, node.start_mark.column + 1, what, mend)

    def _first(self, error: ValidationError, model: type[BaseModel]) -> FileError:
        """The fault that lies deepest in the file's own structure: unions report one fault per branch."""
        loc, what, mend = first_fault(error, model)
        node, key_only = self._locate(loc)
        if other := self._another_kind():
            return self._at(self._root, *other)
        shown = ".".join(
            str(p) if loc[i + 1 :] == ("name",) else self._step(loc[: i + 1])
            for i, p in enumerate(loc)
            if p not in self.kind.tags
        )
        return self._at(key_only or node, f"{shown}: {what}" if shown else what, mend)

    def _another_kind(self) -> tuple[str, str] | None:
        """That it is a file for another command, and for which, if its keys tell."""
        units = self.tree.get("units")
        of_units = (
            {f"units.{key}" for unit in units if isinstance(unit, dict) for key in unit}
            if isinstance(units, list)
            else set()
        )
        here = {*self.tree, *of_units}
        # of kinds with as many keys the one that is asked for: a file with a mistake is still one of its kind
        most, _, name, command = max((len(keys & here), n == self.kind.name, n, c) for keys, n, c in _KINDS)
        if not most or name == self.kind.name:
            return None
        return f"is {name}, not {self.kind.name}", f"give it to '{command}'"

    def _step(self, loc: Sequence[int | str]) -> str:
        """The last step of a place: of a list, the name of the entry if it has one, as experiments write it."""
        node = self._locate(loc)[0]
        if isinstance(loc[-1], int) and isinstance(node, yaml.MappingNode):
            for key, child in node.value:
                if key.value == "name" and isinstance(child, yaml.ScalarNode) and child.value:
                    return str(child.value)
        return str(loc[-1])

    def _locate(self, loc: Sequence[int | str]) -> tuple[yaml.Node, yaml.Node | None]:
        """The deepest node along ``loc``, and its key. Steps that pydantic added (union branches) are skipped."""
        node, key_node = self._root, None
        for step in loc:
            node = _value_of_figure(node)
            if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
                node, key_node = node.value[step], None
            elif isinstance(node, yaml.MappingNode):
                for key, child in node.value:
                    if key.value == str(step):
                        node, key_node = child, key
                        break
        return node, key_node


def first_fault(error: ValidationError, model: type[BaseModel]) -> tuple[tuple[int | str, ...], str, str]:
    """Place, what and mend of the fault to tell: a misspelt key, not the one that it lacks."""
    faults = error.errors(include_url=False)
    fault = next((f for f in faults if f["type"] == "extra_forbidden"), faults[0])
    loc: tuple[int | str, ...] = fault["loc"]
    message = fault["msg"].removeprefix("Value error, ")
    head, _, tail = message.partition(": ")
    if tail and " " not in head:  # our own checks name their place: "units.2.name: …", or a key: "slots: …"
        steps = tuple(int(p) if p.isdigit() else p for p in head.split("."))
        loc, message = (steps if "." in head else (*loc, *steps)), tail
    if fault["type"] == "value_error":
        what, _, mend = message.partition("; ")  # our own checks say what would be right behind a semicolon
        return loc, what, mend
    if fault["type"] == "extra_forbidden":
        beside = _keys_at(model, loc)
        otherwise = f"known here are {', '.join(sorted(beside))}" if len(beside) <= FEW else "remove it"
        otherwise = _ELSEWHERE if loc[-1] in _keys_within(model) else otherwise
        return loc, f"unknown key {loc[-1]}", did_you_mean(loc[-1], beside, otherwise)
    shown = _shown(fault["input"])
    if fault["type"] in WANTED:
        what = _INSTEAD.get(fault["type"], "{message}, not {shown}")
        known = {"message": message, "shown": shown, **fault.get("ctx", {})}
        return loc, what.format(**known), WANTED[fault["type"]].format(**known)
    if fault["type"] == "missing":
        return loc, "is missing", f"add '{loc[-1]}:' here"
    if fault["type"] == "union_tag_invalid":
        kinds = fault["ctx"]
        what = f"there is no {kinds['discriminator'].strip(_QUOTE)} {kinds['tag']!r}"
        return loc, what, f"write one of {kinds['expected_tags']}"
    return loc, message, _mend(fault["type"])


def _keys_at(model: type[BaseModel], loc: Sequence[int | str]) -> set[str]:
    """The keys that may stand beside the one at a place. Steps that are no field (an index, a name, the tag of a union) lead
    nowhere else."""
    models = {model}
    for step in loc[:-1]:
        fields = [f for m in models for name, f in m.model_fields.items() if step in (f.alias or name, name)]
        models = {found for field in fields for found in _models_in(field.annotation)} if fields else models
        models = {m for m in models if _tag(m) == step} or models
    return {f.alias or name for m in models for name, f in m.model_fields.items()} - {"figures"}


def _keys_within(model: type[BaseModel]) -> set[str]:
    """All keys of a file, wherever they may stand."""
    seen, left = set[type[BaseModel]](), [model]
    while left:
        one = left.pop()
        if one not in seen:
            seen.add(one)
            left += [found for field in one.model_fields.values() for found in _models_in(field.annotation)]
    return {f.alias or name for m in seen for name, f in m.model_fields.items()} - {"figures"}


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models that a field may hold, be it in a list, a mapping or a union."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models_in(inner)


def _tag(model: type[BaseModel]) -> Any:
    """What tells one of a union of models: the only ``kind`` that it can have."""
    kind = model.model_fields.get("kind")
    named = get_args(kind.annotation) if kind is not None else ()
    return named[0] if len(named) == 1 else None


def _value_of_figure(node: yaml.Node) -> yaml.Node:
    if isinstance(node, yaml.MappingNode):
        keys: dict[str, yaml.Node] = {key.value: child for key, child in node.value}
        if "value" in keys and isinstance(keys["value"], yaml.MappingNode | yaml.SequenceNode):
            return keys["value"]
    return node


def _shown(value: Any) -> str:
    """A value as a file writes it; ``nothing`` where none stands. Within braces YAML reads ``5,5 s`` as a 5 and a key ``5 s`` without a value."""
    if isinstance(value, dict):
        return "{" + ", ".join(str(k) if v is None else f"{k}: {v}" for k, v in value.items()) + "}"
    return "nothing" if value is None else repr(value) if isinstance(value, str) else str(value)


def _mend(kind: str) -> str:
    return "kind is machine, conveyor or buffer" if kind.startswith("union_tag") else ""
