"""What others may use of a unit: the seam between the line model and the interface."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from simulator.line.alarms import Alarms
from simulator.line.context import Counters
from simulator.line.item import ItemRecord
from simulator.line.safety import Safety


class UnitView(Protocol):
    """A unit as ``interface/`` sees it.

    ``kind`` is machine or conveyor; ``state``, ``mode``, ``cause`` are numbers of ``packml``; ``state_since``
    is in s; ``speed`` a fraction of the design speed; ``safety.status`` by function id is ok, tripped or
    latched, with ``safety.devices`` and ``safety.sensors`` by id; ``state_times`` in s by (state, mode);
    ``last_item`` is kept by lines with ``live=True``; ``infeed`` and ``outfeed`` are ports (``port.py``);
    ``listener`` is called with the unit after each change.

    Commands raise ``CommandRefused(reason)`` and then change nothing.
    """

    name: str
    profile: str
    state: int
    mode: int
    cause: int
    state_since: float
    speed: float
    recipe: int
    parameters: dict[str, float]
    alarms: Alarms
    safety: Safety
    permit: bool
    last_item: ItemRecord | None
    listener: Callable[[Any], None] | None

    @property
    def kind(self) -> str: ...
    @property
    def counters(self) -> Counters: ...
    @property
    def state_times(self) -> dict[tuple[int, int], float]: ...
    @property
    def energy_wh(self) -> float: ...
    @property
    def infeed(self) -> Any: ...
    @property
    def outfeed(self) -> Any: ...

    def command(self, number: int) -> None: ...
    def set_mode(self, mode: int) -> None: ...
    def set_speed(self, speed: float) -> None: ...
    def select_recipe(self, number: int) -> None: ...
    def set_parameter(self, parameter: str, value: float) -> None: ...
    def acknowledge(self, alarm: int) -> None: ...

    def trip(self, safety_id: str) -> None: ...
    def release(self, safety_id: str) -> None: ...
    def reset_device(self, safety_id: str) -> None: ...
    def set_permit(self, given: bool) -> None: ...
    def set_sensor(self, sensor: str, value: float | None) -> None: ...
    def raise_alarm(self, number: int) -> None: ...
    def clear_alarm(self, number: int) -> None: ...
