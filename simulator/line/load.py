"""Read a line file; every fault is one ``LineError`` that names file, line, column and the mend."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from simulator.line.distributions import Distribution
from simulator.line.errors import LineError
from simulator.line.spec import (
    BatchSpec,
    BufferSpec,
    CellSpec,
    ConveyorSpec,
    EventSpec,
    FailureSpec,
    LineSpec,
    MachineSpec,
    OperatorSpec,
    ParameterSpec,
    ProcessValue,
    SafetySpec,
    SensorSpec,
    SinkSpec,
    SourceSpec,
)

_MAX_BYTES = 10_000_000
_MODELS = (
    LineSpec, MachineSpec, ConveyorSpec, BufferSpec, FailureSpec, CellSpec, SourceSpec, SinkSpec, EventSpec, OperatorSpec,
    BatchSpec, ProcessValue, ParameterSpec, SafetySpec, SensorSpec, Distribution,
)  # fmt: skip
_KEYS = sorted({name for model in _MODELS for name in model.model_fields} - {"figures"})


def load_line(path: str | Path) -> LineSpec:
    """Load and check a line file (YAML).

    Raises ``LineError(path, line, column, what, mend)``: unreadable, binary or empty file, bad YAML,
    duplicate or unknown keys, dangling names, values that cannot be.
    """
    root = _compose(path, _read(path))
    _reject_duplicates(path, root)
    tree = yaml.SafeLoader("").construct_document(root)
    try:
        return LineSpec.model_validate(tree)
    except ValidationError as error:
        raise _first(path, root, error) from None


def fault_at(path: str | Path, place: Sequence[int | str], what: str, mend: str) -> LineError:
    """A fault at a place of a line file that has been loaded, given by keys and indices; at the last of them that is there."""
    node, key = _locate(_compose(path, _read(path)), place)
    return _at(path, key or node, f"{'.'.join(str(p) for p in place)}: {what}", mend)


def _read(path: str | Path) -> str:
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise LineError(path, 0, 0, f"cannot be read: {error.strerror}", "give the path of a line file") from None
    if len(data) > _MAX_BYTES:
        raise LineError(path, 0, 0, "is too large for a line file", "give the path of a line file")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise LineError(path, 0, 0, "is not a text file in UTF-8", "save it as UTF-8") from None
    if "\0" in text:
        raise LineError(path, 0, 0, "is a binary file", "give the path of a line file (YAML)")
    return text


def _compose(path: str | Path, text: str) -> yaml.Node:
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        raise LineError(path, line, column, f"is not YAML: {error.problem}", "mend the syntax here") from None
    except (yaml.YAMLError, RecursionError) as error:
        raise LineError(path, 0, 0, f"is not YAML: {str(error).splitlines()[0]}", "mend the syntax") from None
    if root is None:
        raise LineError(path, 0, 0, "is empty", "list at least one unit under 'units:'")
    if not isinstance(root, yaml.MappingNode):
        raise LineError(path, 1, 1, "is no mapping", "start with 'name:' and 'units:'")
    return root


def _reject_duplicates(path: str | Path, node: yaml.Node, above: tuple[int, ...] = ()) -> None:
    if id(node) in above:
        raise _at(path, node, "an alias contains itself: a cycle", "write the value out")
    here = (*above, id(node))
    if isinstance(node, yaml.SequenceNode):
        for child in node.value:
            _reject_duplicates(path, child, here)
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, child in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise _at(path, key, "a key must be a plain text", "write 'name: value'")
            if key.value in seen:
                raise _at(path, key, f"the key {key.value} is given twice", "keep one of them")
            seen.add(key.value)
            _reject_duplicates(path, child, here)


def _at(path: str | Path, node: yaml.Node, what: str, mend: str) -> LineError:
    return LineError(path, node.start_mark.line + 1, node.start_mark.column + 1, what, mend)


def _first(path: str | Path, root: yaml.Node, error: ValidationError) -> LineError:
    """The fault that lies deepest in the file's own structure: unions report one fault per branch."""
    faults = error.errors(include_url=False)
    fault = next(
        (f for f in faults if f["type"] == "extra_forbidden"), faults[0]
    )  # a misspelt key, not the one it lacks
    loc: tuple[int | str, ...] = fault["loc"]
    message = fault["msg"].removeprefix("Value error, ")
    head, _, tail = message.partition(": ")
    if tail and " " not in head:  # our own checks name their place: "units.2.name: …", or a key: "slots: …"
        steps = tuple(int(p) if p.isdigit() else p for p in head.split("."))
        loc, message = (steps if "." in head else (*loc, *steps)), tail
    node, key_only = _locate(root, loc)
    what = message if fault["type"] != "extra_forbidden" else f"unknown key {loc[-1]}"
    shown = ".".join(str(p) for p in loc if p not in ("machine", "conveyor", "buffer"))
    return _at(path, key_only or node, f"{shown}: {what}" if shown else what, _mend(fault["type"], loc))


def _locate(root: yaml.Node, loc: Sequence[int | str]) -> tuple[yaml.Node, yaml.Node | None]:
    """The deepest node along ``loc``, and its key. Steps that pydantic added (union branches) are skipped."""
    node, key_node = root, None
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


def _value_of_figure(node: yaml.Node) -> yaml.Node:
    if isinstance(node, yaml.MappingNode):
        keys: dict[str, yaml.Node] = {key.value: child for key, child in node.value}
        if "value" in keys and isinstance(keys["value"], yaml.MappingNode | yaml.SequenceNode):
            return keys["value"]
    return node


def _mend(kind: str, loc: tuple[Any, ...]) -> str:
    if kind == "extra_forbidden":
        near = get_close_matches(str(loc[-1]), _KEYS, 1)
        return f"did you mean '{near[0]}'?" if near else "remove it"
    if kind == "missing":
        return f"add '{loc[-1]}:' here"
    if kind.startswith("union_tag"):
        return "kind is machine, conveyor or buffer"
    return "correct the value"
