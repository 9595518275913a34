"""A simulated unit behind its interface: the ``Equipment`` that endpoints serve."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Protocol, TypeVar, cast

from profiles.pack import Profile
from simulator.faults import FaultSet
from simulator.interface.alarmbook import AlarmBook
from simulator.interface.commands import Commands
from simulator.interface.equipment import (
    Changes,
    Condition,
    ConditionListener,
    Listener,
    RefusalKind,
    Refused,
    Value,
)
from simulator.interface.identity import Identity
from simulator.interface.localside import LocalSide
from simulator.interface.projection import PortPicture, Projection
from simulator.line.packml import Cause
from simulator.line.view import UnitView

T = TypeVar("T")
Inject = Callable[[Callable[[], T]], T]


class Time(Protocol):
    """Where a unit takes its time from; model seconds and UTC."""

    def model_now(self) -> float: ...

    def to_utc(self, model_time: float) -> datetime: ...

    def utc_now(self) -> datetime: ...

    def inject(self, action: Callable[[], T]) -> T:
        """Run ``action`` with the model brought up to now, then let everybody see the outcome."""


class FreePort(PortPicture, Protocol):
    """A port whose neighbour is on the network: its peer block can be written."""

    def write(self, values: Mapping[str, Value], peer: str, now: float) -> None: ...

    def advance(self, now: float) -> None: ...

    def next_wake(self, now: float) -> float | None: ...

    def reset(self, now: float) -> None: ...

    def disconnected(self, peer: str) -> None: ...


class SimulatedEquipment:
    """One unit with its alarms, commands, local side and ports. See ``Equipment`` for the calls that endpoints make."""

    def __init__(
        self,
        profile: Profile,
        unit: UnitView,
        identity: Identity,
        ports: Mapping[str, PortPicture],
        time: Time,
        faults: FaultSet,
        *,
        design_speed: float,
    ) -> None:
        self.profile, self.name, self.unit, self.faults = profile, unit.name, unit, faults
        self._time = time
        self._ports = dict(ports)
        self._free: dict[str, FreePort] = {n: cast("FreePort", p) for n, p in ports.items() if hasattr(p, "advance")}
        self.alarms = AlarmBook(profile, unit, time.to_utc, faults)
        self.local = LocalSide(profile, unit, faults)
        self.commands = Commands(profile, unit, identity, self.alarms, faults, design_speed)
        self._projection = Projection(
            profile, unit, identity, self.alarms, self.local, self.commands, ports, faults, design_speed,
            time.to_utc, time.utc_now,
        )  # fmt: skip
        self._values: Changes = {}
        self._conditions: dict[int, Condition] = {}
        self._told: list[Condition] = []
        self._listeners: list[Listener] = []
        self._condition_listeners: list[ConditionListener] = []
        self.tick()

    # -- values ----------------------------------------------------------------------------------------------------

    def value(self, signal: str) -> Value:
        return self._values[signal]

    def values(self) -> Changes:
        return self._values

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def tick(self) -> None:
        """Bring the interface up to the model's time and tell the listeners what has changed."""
        now = self._time.model_now()
        self.local.tick()
        for port in self._free.values():
            port.advance(now)
        self.alarms.refresh()
        values = self.faults.tamper(self._projection.values(now), now)
        before = self._values
        changed = {name: value for name, value in values.items() if name not in before or before[name] != value}
        self._values = values
        if changed:
            for listener in list(self._listeners):
                listener(changed)
        self._tell_conditions()

    def next_wake(self, now: float) -> float | None:
        """When the ports need to run next, in model seconds."""
        return min((w for w in (p.next_wake(now) for p in self._free.values()) if w is not None), default=None)

    # -- writes and calls --------------------------------------------------------------------------------------------

    def write(self, changes: Changes, peer: str) -> None:
        checked: dict[str, Value] = {}
        for name, value in changes.items():
            signal = self.profile.signals.get(name)
            if signal is None:
                raise Refused(RefusalKind.UNKNOWN, f"there is no signal {name}")
            checked[name] = self.commands.validate(signal, value)
        self._time.inject(lambda: self._write(checked, peer))

    def _write(self, changes: dict[str, Value], peer: str) -> None:
        """Peer blocks first, as one step each: they refuse a stranger before anything else has changed."""
        blocks: dict[str, dict[str, Value]] = {}
        rest: dict[str, Value] = {}
        for name, value in changes.items():
            area, _, tail = name.partition(".")
            port, is_peer, short = tail.partition(".peer.")
            if area == "handover" and is_peer:
                if self.faults.on_write(name) != "swallow":
                    blocks.setdefault(port, {})[short] = value
            else:
                rest[name] = value
        for port, values in blocks.items():
            if port not in self._free:
                raise Refused(
                    RefusalKind.NOT_OWNER, f"the {port} is joined to a neighbour inside the line, which owns it"
                )
            self._free[port].write(values, peer, self._time.model_now())
        for name, value in rest.items():
            self.commands.write(name, value)

    def call(self, method: str, arguments: list[Value], peer: str) -> list[Value]:
        return self._time.inject(lambda: self.commands.call(method, arguments))

    def disconnected(self, peer: str) -> None:
        for port in self._free.values():
            port.disconnected(peer)

    # -- alarms --------------------------------------------------------------------------------------------------------

    def conditions(self) -> list[Condition]:
        return self.alarms.conditions()

    def subscribe_conditions(self, listener: ConditionListener) -> Callable[[], None]:
        self._condition_listeners.append(listener)
        return lambda: self._condition_listeners.remove(listener)

    def acknowledge(self, number: int, comment: str, peer: str) -> None:
        self._time.inject(lambda: self.alarms.acknowledge(number, comment))

    def confirm(self, number: int, comment: str, peer: str) -> None:
        self._time.inject(lambda: self.alarms.confirm(number, comment))

    def port_alarm(self, number: int, active: bool) -> None:
        """A free port reports: raise or clear the alarm, with the reaction that the profile declares."""
        if active:
            self.unit.raise_alarm(number)
            if self.profile.alarms[number].reaction == "hold":
                self.unit.react("hold", Cause.EQUIPMENT_FAILURE)
        else:
            self.unit.clear_alarm(number)

    def _tell_conditions(self) -> None:
        conditions = self.alarms.conditions()
        if conditions is self._told:
            return
        self._told = conditions
        for condition in conditions:
            if self._conditions.get(condition.number, condition) != condition or (
                condition.number not in self._conditions and condition.retain
            ):
                for listener in list(self._condition_listeners):
                    listener(condition)
            self._conditions[condition.number] = condition

    # -- at the machine ------------------------------------------------------------------------------------------------

    def act(self, action: str, **details: Any) -> None:
        """Something happens at the machine. Raises ``ActionError``."""
        self._time.inject(lambda: self.local.act(action, **details))

    def act_now(self) -> None:
        """Let everybody look again (after faults were switched)."""
        self._time.inject(lambda: None)


class ProtocolView:
    """One protocol's view of an equipment: the same, but for faults that bite on that protocol only."""

    def __init__(self, equipment: SimulatedEquipment, via: str) -> None:
        self._equipment, self._via = equipment, via
        self.profile, self.name = equipment.profile, equipment.name
        self._sent: dict[str, Value] = {}

    def values(self) -> Changes:
        e = self._equipment
        return e.faults.tamper(e.values(), e._time.model_now(), self._via)

    def value(self, signal: str) -> Value:
        return self.values()[signal]

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        def forward(changed: Changes) -> None:
            if not self._equipment.faults.names and not self._sent:
                listener(changed)
                return
            values = self.values()
            fresh = {n: v for n, v in values.items() if n in changed or self._sent.get(n, v) != v}
            self._sent = dict(values) if self._equipment.faults.names else {}
            listener(fresh)

        return self._equipment.subscribe(forward)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._equipment, name)
