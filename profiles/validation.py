"""From plain data with places to pydantic models: each violation becomes one error that names its place."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from profiles.errors import ProfileError
from profiles.yamlsource import Fail, Sourced

M = TypeVar("M", bound=BaseModel)


def validate(model: type[M], sourced: Sourced, at: tuple[Any, ...] = (), fail: Fail = ProfileError) -> M:
    """Validate the data as ``model``; the first violation is raised through ``fail`` with its place."""
    try:
        return model.model_validate(sourced.data)
    except ValidationError as error:
        first = _telling(error.errors(include_url=False))
        path = at + tuple(first["loc"])
        place = sourced.place(path)
        more = f" (and {error.error_count() - 1} more)" if error.error_count() > 1 else ""
        name = ".".join(str(step) for step in first["loc"]) or model.__name__
        what, mend = _explain(first, model)
        raise fail(place, f"{name}: {what}{more}", mend) from None


def _telling(errors: list[Any]) -> Any:
    """The first violation; where a key is missing beside an unknown one, the latter: it is the former, misspelt."""
    first = errors[0]
    if first["type"] == "missing":
        beside = [e for e in errors if e["type"] == "extra_forbidden" and e["loc"][:-1] == first["loc"][:-1]]
        return beside[0] if beside else first
    return first


def _explain(error: Any, model: type[BaseModel]) -> tuple[str, str]:
    kind, message = error["type"], str(error["msg"])
    if kind == "extra_forbidden":
        return "unknown key", _suggest(str(error["loc"][-1]), model)
    if kind == "missing":
        return "is missing", "add it"
    if kind == "value_error":
        what, _, mend = message.removeprefix("Value error, ").partition("; ")
        return what, mend or "correct it"
    shown = repr(error["input"])
    shown = shown if len(shown) <= 60 else shown[:57] + "..."
    return f"{message[0].lower()}{message[1:]}, not {shown}", "correct the value"


def _suggest(key: str, model: type[BaseModel]) -> str:
    close = get_close_matches(key, _keys(model, set()), n=1)
    return f"did you mean '{close[0]}'?" if close else "remove it, or correct its spelling"


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
