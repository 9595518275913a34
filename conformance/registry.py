"""The registry of checks: one decorated function each, found by importing the modules of ``conformance.checks``.

What a check does to the target (its impact) stands in the ledger; the gate uses that figure.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from conformance.errors import HarnessError
from profiles.model import Impact
from profiles.model import Protocol as Wire

CheckFunction = Callable[[Any], Awaitable[None]]


@dataclass(frozen=True)
class Check:
    """One check. ``needs`` are the protocols without which it cannot ask; ``writes`` what a dry run lists."""

    name: str
    run: CheckFunction
    impact: Impact | None = None
    per_protocol: bool = False
    needs: tuple[Wire, ...] = ()
    writes: tuple[str, ...] = ()

    @property
    def area(self) -> str:
        return self.name.partition(".")[0]


_REGISTRY: dict[str, Check] = {}


def check(
    name: str,
    *,
    impact: Impact | None = None,
    per_protocol: bool = False,
    needs: tuple[Wire, ...] = (),
    writes: tuple[str, ...] = (),
) -> Callable[[CheckFunction], CheckFunction]:
    """Register an ``async def (ctx: Context) -> None`` under ``area.name``; the function is returned unchanged."""

    def register(function: CheckFunction) -> CheckFunction:
        present = _REGISTRY.get(name)
        if present is not None and _origin(present.run) != _origin(function):
            raise HarnessError(f"two checks are called {name}: {_origin(present.run)} and {_origin(function)}")
        _REGISTRY[name] = Check(name, function, impact, per_protocol, needs, writes)
        return function

    return register


def load_checks() -> Mapping[str, Check]:
    """All checks by name."""
    package = importlib.import_module("conformance.checks")
    for module in pkgutil.iter_modules(package.__path__):
        if not module.name.startswith("_"):
            importlib.import_module(f"conformance.checks.{module.name}")
    return dict(_REGISTRY)


def _origin(function: Any) -> str:
    return f"{getattr(function, '__module__', '?')}.{getattr(function, '__qualname__', '?')}"
