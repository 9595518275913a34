"""The documented line file is the one that is read: every key, every default, every distribution."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from math import isinf
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from pydantic import BaseModel, TypeAdapter, ValidationError

from simulator.line import LineSpec, load_line
from simulator.line.distributions import Distribution, Name
from simulator.line.figure import Figure
from simulator.line.quality import QualityHoldSpec
from simulator.line.quantities import Seconds
from simulator.line.shifts import CalendarSpec, OperatorsSpec, StopSpec
from simulator.line.spec import (
    BatchSpec,
    BufferSpec,
    CellSpec,
    ConveyorSpec,
    EventSpec,
    FailureSpec,
    MachineSpec,
    ParameterSpec,
    ProcessValue,
    SafetySpec,
    SensorSpec,
    SinkSpec,
    SourceSpec,
    _UnitBase,
)

DOCUMENT = Path(__file__).parents[3] / "docs" / "line-file.md"
pytestmark = pytest.mark.skipif(not DOCUMENT.exists(), reason="documents are not part of the wheel")

TABLES: dict[tuple[str, str], type[BaseModel]] = {  # section and first head of its table
    ("How figures are written", "key of a figure"): Figure,
    ("Times that vary", "parameter"): Distribution,
    ("The line", "key"): LineSpec,
    ("Every machine and conveyor", "key"): _UnitBase,
    ("Machine", "key"): MachineSpec,
    ("Conveyor", "key"): ConveyorSpec,
    ("Buffer", "key"): BufferSpec,
    ("Failures", "key"): FailureSpec,
    ("Quality holds", "key"): QualityHoldSpec,
    ("Source and sink", "key"): SourceSpec,
    ("Recipes", "key of a campaign in `plan`"): BatchSpec,
    ("Recipes", "key of a parameter"): ParameterSpec,
    ("Recipes", "key of a process value"): ProcessValue,
    ("Cell, energy and mass", "key of `cell`"): CellSpec,
    ("Calendar", "key of `calendar`"): CalendarSpec,
    ("Calendar", "key of a stop"): StopSpec,
    ("Operators", "key of `operators`"): OperatorsSpec,
    ("Safety and sensors", "key of a safety function"): SafetySpec,
    ("Safety and sensors", "key of a sensor"): SensorSpec,
    ("Events", "key of an event"): EventSpec,
}
SAME_AS = {SinkSpec: SourceSpec}  # documented in one table


def tables() -> dict[tuple[str, str], list[list[str]]]:
    """The cells of each table, by section and first head; a row of several keys once for each."""
    found: dict[tuple[str, str], list[list[str]]] = defaultdict(list)
    for part in DOCUMENT.read_text(encoding="utf-8").split("\n## ")[1:]:
        section, head = part.splitlines()[0], ""
        for line in part.splitlines():
            cells = [c.strip() for c in line.strip("|").split("|")] if line.startswith("|") else []
            if not cells:
                head = ""
            elif not head:
                head = cells[0]
            elif not set(cells[0]) <= set("- "):
                found[section, head] += [[key, *cells[1:]] for key in re.findall(r"`(\w+)`", cells[0])]
    return found


def keys(model: type[BaseModel]) -> dict[str, Any]:
    """Keys in the file and fields, without those that the table of every unit has already."""
    of_all = _UnitBase.model_fields if issubclass(model, _UnitBase) and model is not _UnitBase else {}
    return {
        field.alias or name: field
        for name, field in model.model_fields.items()
        if not field.exclude and (name not in of_all or field.default != of_all[name].default)
    }


def test_every_model_of_the_line_file_has_a_table() -> None:
    reached = set(LineSpec.model_json_schema(mode="validation")["$defs"]) | {LineSpec.__name__, _UnitBase.__name__}
    documented = {model.__name__ for model in (*TABLES.values(), *SAME_AS)}
    assert reached == documented
    assert all(set(keys(model)) == set(keys(other)) for model, other in SAME_AS.items())


@pytest.mark.parametrize("place", TABLES, ids=": ".join)
def test_every_key_is_documented_and_every_documented_key_exists(place: tuple[str, str]) -> None:
    documented = [row[0] for row in tables()[place]]
    assert sorted(documented) == sorted(keys(TABLES[place]))


@pytest.mark.parametrize("place", [p for p, model in TABLES.items() if model is not Distribution], ids=": ".join)
def test_what_must_be_given_and_what_holds_if_it_is_left_out_is_documented(place: tuple[str, str]) -> None:
    fields = keys(TABLES[place])
    for key, _, left_out, *_ in tables()[place]:
        field = fields[key]
        assert (left_out == "must be given") == field.is_required(), key
        shown = re.match(r"`([^`]+)`", left_out)
        if shown is not None:
            value = yaml.safe_load(shown[1])
            if isinstance(field.default, float) and isinstance(value, str):
                value = TypeAdapter(Seconds).validate_python(value)
            default = list(field.default) if isinstance(field.default, tuple) else field.default
            assert value == default or (default == {} and value == 0), key
        elif not field.is_required():
            assert not field.default or isinstance(field.default, (BaseModel, tuple)) or isinf(field.default), key


@pytest.mark.parametrize("row", [pytest.param(r, id=r[0]) for r in tables()["Times that vary", "distribution"]] if DOCUMENT.exists() else [])  # fmt: skip
def test_a_distribution_has_the_parameters_that_are_documented(row: list[str]) -> None:
    name, needed, optional = row[0], set(re.findall(r"\w+", row[1])), set(re.findall(r"\w+", row[2]))
    example = yaml.safe_load(row[4].strip("`"))
    assert example["distribution"] == name
    assert needed <= set(example) <= needed | optional | {"distribution"}
    Distribution.model_validate(example)
    for parameter in set(Distribution.model_fields) - {"distribution"}:
        tried = {k: v for k, v in example.items() if k != parameter}
        if parameter in needed:
            with pytest.raises(ValidationError, match="needs"):
                Distribution.model_validate(tried)
        elif parameter in optional:
            Distribution.model_validate(tried)
        else:
            with pytest.raises(ValidationError, match="has no"):
                Distribution.model_validate(tried | {parameter: [1] if parameter == "values" else 1})


def test_every_distribution_is_documented() -> None:
    assert sorted(row[0] for row in tables()["Times that vary", "distribution"]) == sorted(get_args(Name))


def files() -> dict[str, str]:
    """The line files of the page, by name."""
    blocks = re.findall(r"^```yaml\n(.*?)^```", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    return {block.splitlines()[0].removeprefix("# "): block for block in blocks}


def load(name: str, folder: Path) -> LineSpec:
    (folder / name).write_text(files()[name], encoding="utf-8")
    return load_line(folder / name)


def test_every_line_file_of_the_page_loads(tmp_path: Path) -> None:
    assert len(files()) >= 4
    for name in files():
        load(name, tmp_path)


def test_the_file_with_everything_has_every_key(tmp_path: Path) -> None:
    spec = load("everything.yaml", tmp_path)
    given: dict[type[BaseModel], set[str]] = defaultdict(set)
    for model in (*models(spec), *spec.figures.values()):
        given[type(model)] |= model.model_fields_set
    both = given[MachineSpec] | given[ConveyorSpec]
    for model in {*TABLES.values(), *SAME_AS} - {_UnitBase, Distribution}:
        used = both if issubclass(model, _UnitBase) else given[model]
        assert set(model.model_fields) - {"figures"} <= used, model.__name__


def models(value: Any) -> Iterator[BaseModel]:
    """Every model within a value, itself included."""
    if isinstance(value, BaseModel):
        yield value
        value = [getattr(value, name) for name in value.model_fields_set]
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, (list, tuple)) else ():
        yield from models(each)
