"""Faults: named, deliberate wrongnesses of a simulated unit or its endpoints, and the set of those now switched on.

A fault says *where* it bites; the layer that owns the place asks the ``FaultSet``. Nothing else in the simulator knows
of faults. Which requirements a fault must make fail stands in the ledger (``faults:``), not here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

Value = Any
Tamper = Callable[[Value, "Scene"], Value]


@dataclass
class Scene:
    """What a tamper function may look at: model time (s), the true values, and a memory of its own while it is on."""

    now: float
    values: Mapping[str, Value]
    memory: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Fault:
    """One wrongness. Keys of the mappings are ids or globs (``handover.*.heartbeat``).

    - ``values``: what is reported instead, on both protocols; ``values_opcua`` and ``values_modbus``: on one of them
    - ``writes``: for a written signal ``swallow`` (answered Good whatever the value, nothing changes), ``refuse``,
      ``unchecked`` (range and state are not checked: the value is taken as it is)
    - ``commands``: for a PackML command by method id (``start``), or by its number where it is none, ``swallow`` (refused
      where it would be, else answered and forgotten), ``accept`` (answered Good whatever the state, and forgotten),
      ``refuse``, or ``force:<state number>`` (accepted whatever the state, which becomes the number given)
    - ``acts``: for what happens at the machine (``trip:emergency_stop``, ``release:*``, ``alarm_raise:*``) ``ignore``, or
      ``signal_only`` (the signal changes and the unit does not react), or ``then:<command>[,<command>…]`` (commands that
      the unit wrongly gives itself afterwards)
    - ``behaviours``: names that the code of the interface asks for (``FaultSet.has``)
    - ``modbus``, ``opcua``: fields of ``ModbusQuirks`` and ``OpcuaQuirks`` with their values
    """

    name: str
    title: str
    values: Mapping[str, Tamper] = field(default_factory=dict)
    values_opcua: Mapping[str, Tamper] = field(default_factory=dict)
    values_modbus: Mapping[str, Tamper] = field(default_factory=dict)
    writes: Mapping[str, str] = field(default_factory=dict)
    commands: Mapping[str, str] = field(default_factory=dict)
    acts: Mapping[str, str] = field(default_factory=dict)
    behaviours: frozenset[str] = frozenset()
    modbus: Mapping[str, Any] = field(default_factory=dict)
    opcua: Mapping[str, Any] = field(default_factory=dict)


FAULTS: dict[str, Fault] = {}
"""All faults by name; the modules of this package register theirs when ``simulator.faults`` is imported."""


def fault(name: str, title: str, **hooks: Any) -> Fault:
    """Register a fault; ``ValueError`` if the name is taken."""
    if name in FAULTS:
        raise ValueError(f"fault {name} is registered twice")
    made = Fault(name, title, **hooks)
    FAULTS[name] = made
    return made


class FaultSet:
    """The faults now on. Listeners are told after each change (endpoints refresh their quirks)."""

    def __init__(self) -> None:
        self._on: dict[str, tuple[Fault, dict[Any, Any]]] = {}
        self._listeners: list[Callable[[], None]] = []

    def switch(self, name: str, on: bool) -> None:
        """Switch a fault; ``KeyError`` if there is none of this name."""
        made = FAULTS[name]
        if on:
            self._on[name] = (made, {})
        else:
            self._on.pop(name, None)
        for listener in self._listeners:
            listener()

    def clear(self) -> None:
        for name in list(self._on):
            self.switch(name, False)

    def subscribe(self, listener: Callable[[], None]) -> None:
        self._listeners.append(listener)

    @property
    def names(self) -> list[str]:
        return sorted(self._on)

    def __iter__(self) -> Iterator[Fault]:
        return (made for made, _ in self._on.values())

    def has(self, behaviour: str) -> bool:
        return any(behaviour in made.behaviours for made in self)

    def tamper(self, values: Mapping[str, Value], now: float, via: str | None = None) -> Mapping[str, Value]:
        """What is reported for true ``values``; with ``via``, what only that protocol reports."""
        if not self._on:
            return values
        out = dict(values)
        for made, memory in self._on.values():
            hooks = made.values if via is None else getattr(made, f"values_{via}")
            for pattern, function in hooks.items():
                for name in [pattern] if pattern in out else [n for n in out if fnmatchcase(n, pattern)]:
                    own = memory.setdefault((via, name), {})
                    out[name] = function(out[name], Scene(now, values, own))
        return out

    def on_write(self, signal: str) -> str | None:
        return self._first(signal, "writes")

    def on_command(self, command: str) -> str | None:
        return self._first(command, "commands")

    def on_act(self, action: str) -> str | None:
        return self._first(action, "acts")

    def quirks(self, protocol: str) -> dict[str, Any]:
        """The union of quirk settings for ``modbus`` or ``opcua``."""
        return {k: v for made in self for k, v in getattr(made, protocol).items()}

    def _first(self, name: str, hook: str) -> str | None:
        for made in self:
            for pattern, what in getattr(made, hook).items():
                if fnmatchcase(name, pattern):
                    return str(what)
        return None
