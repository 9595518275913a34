"""From plain data with places to pydantic models: each violation becomes one error that names its place."""

from __future__ import annotations

from typing import Any, TypeVar

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
        return "unknown key", did_you_mean(error["loc"][-1], _keys(model, set()), "remove it, or correct its spelling")
    if kind == "missing":
        return "is missing", "add it"
    if kind == "value_error":
        what, _, mend = message.removeprefix("Value error, ").partition("; ")
        return what, mend or "correct it"
    shown = repr(error["input"])
    shown = shown if len(shown) <= 60 else shown[:57] + "..."
    wanted = _WANTED.get(kind)
    if wanted is not None:
        return f"must be {wanted}, not {shown}", "correct the value"
    said = message.replace("Input should be ", "must be ", 1)
    return f"{said[0].lower()}{said[1:]}, not {shown}", "correct the value"


def _keys(model: type[BaseModel], seen: set[type]) -> list[str]:
    """All key names of a model and of the models inside it."""
    seen.add(model)
    names: list[str] = []
    for name, info in model.model_fields.items():
        names.append(info.alias or name)
        for inner in _models_in(info.annotation):
            if inner not in seen:
                names += _keys(inner, seen)
    return names


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [m for part in getattr(annotation, "__args__", ()) for m in _models_in(part)]
