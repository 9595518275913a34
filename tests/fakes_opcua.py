"""An equipment that is nothing but its interface, for the tests of the OPC UA endpoint."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from profiles.model import Access, Alarm, AlarmCategory, Method, OpcuaBinding, Reaction, Signal, SignalType, Text
from simulator.interface.equipment import (
    Changes,
    Condition,
    ConditionListener,
    Listener,
    RefusalKind,
    Refused,
    Value,
)

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
NAMESPACES = {
    "ua": "http://opcfoundation.org/UA/",
    "di": "http://opcfoundation.org/UA/DI/",
    "ia": "http://opcfoundation.org/UA/IA/",
    "m": "http://opcfoundation.org/UA/Machinery/",
    "pml": "http://opcfoundation.org/UA/PackML/",
    "s": "urn:setsubi:basc-cell-line:v1",
}


def signal(name: str, kind: str, path: str, **more: Any) -> Signal:
    """A signal with texts made from its id."""
    title = Text(en=f"{name} in English", ja=f"{name} の表示")
    return Signal(id=name, title=title, type=SignalType(kind), opcua=OpcuaBinding(path=path), **more)


_STATES = {2: "Stopped", 4: "Idle", 6: "Execute", 9: "Aborted", 11: "Held"}


def _signals() -> list[tuple[Signal, Value]]:
    rw = {"access": Access.READ_WRITE}
    return [
        (signal("identity.manufacturer", "localized", "di:Identification/di:Manufacturer"), "Setsubi"),
        (signal("identity.serial_number", "string", "di:Identification/di:SerialNumber"), "SN-1"),
        (signal("identity.uri", "string", "di:Identification/di:ProductInstanceUri"), "urn:setsubi:sn:1"),
        (signal("identity.year", "uint16", "di:Identification/m:YearOfConstruction"), 2026),
        (signal("identity.location", "string", "di:Identification/m:Location", **rw), "Hall 1"),
        (signal("state.unit_state", "uint16", "s:State/s:UnitState", enum=_STATES), 4),
        (signal("state.unit_mode", "uint16", "s:State/s:UnitMode", enum={1: "Production", 2: "Maintenance"}), 1),
        (signal("state.item_state", "uint16", "s:State/s:ItemState",
                enum={0: "NotAvailable", 1: "OutOfService", 2: "NotExecuting", 3: "Executing"}), 2),
        (signal("state.operation_mode", "uint16", "s:State/s:OperationMode"), 3),
        (signal("state.speed", "float32", "pml:PackML/pml:Status/pml:CurMachSpeed", unit="1/min", range=(0, 600)), 12.5),
        (signal("state.starved", "bool", "pml:PackML/pml:Status/pml:EquipmentStarved"), False),
        (signal("production.good", "uint32", "s:Production/s:Good", unit="1", update_ms=200), 7),
        (signal("production.energy", "float64", "s:Production/s:Energy", unit="W.h"), 1.5),
        (signal("item.id", "string", "s:Item/s:Id"), "CELL-0001"),
        (signal("clock.now", "datetime", "s:Communication/s:Clock"), EPOCH),
        (signal("recipe.speed", "float32", "s:Recipe/s:Speed", unit="mm/s", range=(0, 100), **rw), 50.0),
        (signal("recipe.number", "uint16", "s:Recipe/s:Number", range=(1, 9), **rw), 1),
    ]  # fmt: skip


@dataclass
class FakeProfile:
    """As much of a profile as an endpoint reads."""

    signals: dict[str, Signal]
    methods: dict[str, Method]
    alarms: dict[int, Alarm]
    title: Text = field(default_factory=lambda: Text(en="Fake machine", ja="模擬設備"))
    version: str = "1.0.0"
    namespaces: dict[str, str] = field(default_factory=lambda: dict(NAMESPACES))


def fake_profile() -> FakeProfile:
    """The profile of the fake: a few signals of each type, four methods, two alarms."""

    def method(name: str, path: str, **more: Any) -> Method:
        return Method(id=name, title=Text(en=name, ja=f"{name}指令"), path=path, **more)

    def alarm(number: int, name: str, category: AlarmCategory) -> Alarm:
        text = Text(en=f"{name} happened", ja=f"{name} 発生")
        return Alarm(number=number, id=name, severity=600, category=category, reaction=Reaction.HOLD, text=text)

    methods = [
        method("start", "pml:PackML/pml:Start", command=2),
        method("stop", "pml:PackML/pml:Stop", command=3),
        method("reset", "pml:PackML/pml:Reset", command=1),
        method("set_mach_speed", "pml:PackML/pml:SetMachSpeed",
               arguments=(("RequestedMachineSpeed", SignalType.FLOAT32),)),
        method("double", "s:Commands/s:Double", arguments=(("Number", SignalType.INT32),)),
    ]  # fmt: skip
    alarms = [alarm(1, "jam", AlarmCategory.EQUIPMENT), alarm(2, "guard_open", AlarmCategory.SAFETY)]
    return FakeProfile({s.id: s for s, _ in _signals()}, {m.id: m for m in methods}, {a.number: a for a in alarms})


class FakeEquipment:
    """Obeys its ranges, starts only from Idle, and remembers who did what."""

    def __init__(self, name: str = "Fake1", profile: FakeProfile | None = None) -> None:
        self.profile: Any = profile or fake_profile()
        self.name = name
        self._values: dict[str, Value] = {s.id: v for s, v in _signals()}
        self._listeners: list[Listener] = []
        self._condition_listeners: list[ConditionListener] = []
        self.gone: list[str] = []
        self.peers: list[str] = []
        self._conditions = {
            number: Condition(number, alarm.id, alarm.text, alarm.severity, False, True, True, EPOCH)
            for number, alarm in self.profile.alarms.items()
        }

    def value(self, signal: str) -> Value:
        return self._values[signal]

    def values(self) -> Changes:
        return dict(self._values)

    def set(self, **changes: Value) -> None:
        """Change values as the machine would; names with ``__`` for the dot."""
        self._push({name.replace("__", "."): value for name, value in changes.items()})

    def write(self, changes: Changes, peer: str) -> None:
        for name, value in changes.items():
            declared = self.profile.signals[name]
            if declared.range is not None and not declared.range[0] <= value <= declared.range[1]:
                raise Refused(RefusalKind.OUT_OF_RANGE, f"{name} is {value}")
        self.peers.append(peer)
        self._push(dict(changes))

    def call(self, method: str, arguments: list[Value], peer: str) -> list[Value]:
        if method == "double":
            return [int(arguments[0]) * 2]  # type: ignore[arg-type]
        if method == "start" and self._values["state.unit_state"] != 4:
            raise Refused(RefusalKind.BAD_STATE, "only Idle starts")
        if method == "set_mach_speed":
            self._push({"state.speed": arguments[0]})
            return []
        self._push({"state.unit_state": {"start": 6, "stop": 2, "reset": 4}[method]})
        return []

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def conditions(self) -> list[Condition]:
        return list(self._conditions.values())

    def subscribe_conditions(self, listener: ConditionListener) -> Callable[[], None]:
        self._condition_listeners.append(listener)
        return lambda: self._condition_listeners.remove(listener)

    def raise_alarm(self, number: int) -> None:
        self._become(number, active=True, acked=False, confirmed=False)

    def clear_alarm(self, number: int) -> None:
        self._become(number, active=False)

    def acknowledge(self, number: int, comment: str, peer: str) -> None:
        if self._conditions[number].acked:
            raise Refused(RefusalKind.BAD_STATE, "already acknowledged")
        self._become(number, acked=True, comment=comment)

    def confirm(self, number: int, comment: str, peer: str) -> None:
        if not self._conditions[number].acked:
            raise Refused(RefusalKind.BAD_STATE, "not acknowledged")
        self._become(number, confirmed=True, comment=comment)

    def disconnected(self, peer: str) -> None:
        self.gone.append(peer)

    def _push(self, changes: dict[str, Value]) -> None:
        self._values.update(changes)
        for listener in list(self._listeners):
            listener(changes)

    def _become(self, number: int, **changes: Any) -> None:
        self._conditions[number] = replace(self._conditions[number], **changes)
        for listener in list(self._condition_listeners):
            listener(self._conditions[number])
