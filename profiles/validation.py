"""From plain data with places to pydantic models: each violation becomes one error that names its place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypeVar, get_origin

from pydantic import BaseModel, ValidationError

from profiles.errors import Place, ProfileError
from profiles.naming import did_you_mean
from profiles.yamlsource import Fail, Sourced

M = TypeVar("M", bound=BaseModel)
Violation = tuple[Place, str, str]  # where, what, how to mend
_WANTED = {
    **dict.fromkeys(("int_parsing", "int_type", "int_from_float"), "a whole number"),
    **dict.fromkeys(("float_parsing", "float_type"), "a number"),
    **dict.fromkeys(("bool_parsing", "bool_type"), "true or false"),
    **dict.fromkeys(("dict_type", "model_type", "model_attributes_type"), "a mapping of keys"),
    **dict.fromkeys(("list_type", "tuple_type"), "a list"),
    "string_type": "a text",
}
"""What a value must be, by pydantic's type of error."""
_MOST_HOMES = 3  # a key that is known at more levels than these is no hint


def validate(model: type[M], sourced: Sourced, at: tuple[Any, ...] = (), fail: Fail = ProfileError) -> M:
    """Validate the data as ``model``; the first violation is raised through ``fail`` with its place."""
    valid, wrong = validated(model, sourced, at)
    if valid is None:
        place, what, mend = wrong[0]
        raise fail(place, what + (f" (and {len(wrong) - 1} more)" if wrong[1:] else ""), mend)
    return valid


def validated(model: type[M], sourced: Sourced, at: tuple[Any, ...] = ()) -> tuple[M | None, list[Violation]]:
    """The data as ``model``, or everything that is wrong with it."""
    try:
        return model.model_validate(sourced.data), []
    except ValidationError as error:
        return None, [_violation(e, model, sourced, at) for e in _telling(error.errors(include_url=False))]


def _violation(error: Any, model: type[BaseModel], sourced: Sourced, at: tuple[Any, ...]) -> Violation:
    name = ".".join(str(step) for step in error["loc"])
    what, mend = _explain(error, model)
    place = sourced.place((*at, *error["loc"], *_key_meant(error, what)))
    return place, f"{name}: {what}" if name else what, mend


def _key_meant(error: Any, what: str) -> tuple[str, ...]:
    """What is wrong with keys together is told at the one that the text begins with."""
    word = what.partition(" ")[0]
    given = error["input"]
    return (word,) if error["type"] == "value_error" and isinstance(given, dict) and word in given else ()


def _telling(errors: list[Any]) -> list[Any]:
    """Where a key is missing beside an unknown one, only the latter is told: it is the former, misspelt."""
    strange = {e["loc"][:-1] for e in errors if e["type"] == "extra_forbidden"}
    return [e for e in errors if e["type"] != "missing" or e["loc"][:-1] not in strange]


def _explain(error: Any, model: type[BaseModel]) -> tuple[str, str]:
    kind, message = error["type"], str(error["msg"])
    if kind == "extra_forbidden":
        return _stray(error["loc"], model)
    if kind == "missing":
        return "is missing", "add it"
    if kind == "value_error":
        what, _, mend = message.removeprefix("Value error, ").partition("; ")
        return what, mend or "correct it"
    shown = repr(error["input"])
    shown = shown if len(shown) <= 60 else shown[:57] + "..."
    wanted = _WANTED.get(kind)
    if wanted is not None:
        given = error["input"]
        listed = kind == "dict_type" and isinstance(given, list) and any(isinstance(one, dict) for one in given)
        return (
            f"must be {wanted}, not {shown}",
            "write each id as a key, its keys beneath" if listed else "correct the value",
        )
    said = message.replace("Input should be ", "must be ", 1)
    return f"{said[0].lower()}{said[1:]}, not {shown}", "correct the value"


def _stray(loc: tuple[Any, ...], model: type[BaseModel]) -> tuple[str, str]:
    """A key that its level does not know: meant for another file, misspelt, or meant for another level."""
    *level, key = loc
    here = _model_at(model, level)
    owner = getattr(here, "elsewhere", {}).get(key)
    if owner is not None:
        return "does not stand in this file", owner
    homes = list(dict.fromkeys(_homes(model, key)))
    otherwise = "remove it, or correct its spelling"
    if 0 < len(homes) <= _MOST_HOMES:
        otherwise = f"it belongs under {' or '.join(homes)}"
    return "unknown key", did_you_mean(key, _fields(here), otherwise)


def _fields(model: type[BaseModel]) -> dict[str, Any]:
    """The types of a model's keys."""
    return {info.alias or name: info.annotation for name, info in model.model_fields.items()}


def _model_at(model: type[BaseModel], path: Sequence[Any]) -> type[BaseModel]:
    """The model of the mapping at a key path; names of entries and numbers of items lead to the model of them all."""
    for key in path:
        model = next(iter(_models_in(_fields(model).get(key))), model)
    return model


def _homes(model: type[BaseModel], key: Any, above: str = "") -> Iterator[str]:
    """Where beneath a model a key is known."""
    for name, annotation in _fields(model).items():
        path = f"{above}{name}"
        many = get_origin(annotation) in (dict, tuple)
        for inner in _models_in(annotation):
            if key in _fields(inner):
                yield f"an entry of '{path}'" if many else f"'{path}'"
            yield from _homes(inner, key, f"{path}.")


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [m for part in getattr(annotation, "__args__", ()) for m in _models_in(part)]
