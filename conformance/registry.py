"""The checks by name. (Stand-in until the runner's own registry is here; same surface.)"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from profiles.model import Impact

CheckFunction = Callable[[Any], Awaitable[None]]


@dataclass(frozen=True)
class Check:
    name: str
    function: CheckFunction
    impact: Impact | None = None
    per_protocol: bool = False
    needs: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    start: str | None = None


CHECKS: dict[str, Check] = {}


def check(
    name: str,
    *,
    impact: Impact | None = None,
    per_protocol: bool = False,
    needs: Sequence[str] = (),
    writes: Sequence[str] = (),
    start: str | None = None,
) -> Callable[[CheckFunction], CheckFunction]:
    """Register a check under the name that the ledger uses; ``ValueError`` if the name is taken."""

    def register(function: CheckFunction) -> CheckFunction:
        if name in CHECKS:
            raise ValueError(f"check {name} is registered twice")
        CHECKS[name] = Check(name, function, impact, per_protocol, tuple(needs), tuple(writes), start)
        return function

    return register
