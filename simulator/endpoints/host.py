"""Units on the network: one equipment with its OPC UA server, Modbus TCP server and panel; a line of them; a mock."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from profiles.pack import Profile
from simulator.endpoints.modbus import ModbusEndpoint
from simulator.endpoints.opcua import OpcuaEndpoint
from simulator.endpoints.panel import PanelEndpoint
from simulator.endpoints.security import SecuritySettings
from simulator.faults import FaultSet
from simulator.interface.fitting import design_speed
from simulator.interface.handing import Surroundings
from simulator.interface.identity import simulated_identity
from simulator.interface.ports import NetworkPort
from simulator.interface.projected import ProjectedPort
from simulator.interface.receiving import ReceivingPort
from simulator.interface.sending import SendingPort
from simulator.interface.simulated import ProtocolView, SimulatedEquipment
from simulator.line import Line
from simulator.line.packml import State
from simulator.line.unit import Unit
from simulator.pacing import LAG_TOLERATED_S, Pacer

PORTS = {"infeed": "receiver", "outfeed": "sender"}


@dataclass(frozen=True)
class Ports:
    """TCP ports of one unit; 0 takes a free one."""

    opcua: int = 0
    modbus: int = 0
    panel: int = 0

    @classmethod
    def of(cls, base: int, index: int) -> Ports:
        """Three ports in a row from ``base``, ten per unit; all free ones if ``base`` is 0."""
        return cls() if base == 0 else cls(base + 10 * index, base + 10 * index + 1, base + 10 * index + 2)


def last_port(base: int, units: int) -> int:
    """The highest port that so many units take from ``base`` on; 0 if they take free ones."""
    return 0 if base == 0 or units == 0 else Ports.of(base, units - 1).panel


@dataclass(frozen=True)
class Addresses:
    """Where a unit can be reached."""

    opcua: str
    modbus: str
    panel: str


@dataclass
class HostOptions:
    """How units are put on the network. ``host`` is that of OPC UA and Modbus TCP; the panel is on loopback always."""

    host: str = "127.0.0.1"
    base_port: int = 0
    security: SecuritySettings | None = None
    idle_timeout_s: float = 60.0
    with_panel: bool = True
    version: str = "0"
    faults: tuple[str, ...] = ()
    without: frozenset[str] = frozenset()  # options that the units lack
    on_error: Callable[[str], None] = field(default=lambda text: None)


class UnitHost:
    """One unit with its equipment and endpoints."""

    def __init__(self, unit: Unit, profile: Profile, pacer: Pacer, options: HostOptions, ports: Ports) -> None:
        self.name, self.profile, self.faults = unit.name, profile, FaultSet()
        self._unit, self._pacer = unit, pacer
        identity = simulated_identity(profile, unit.name, options.version)
        sides = {port: self._side(port, role) for port, role in PORTS.items()}
        speed = design_speed(unit.spec)
        self.equipment = SimulatedEquipment(profile, unit, identity, sides, pacer, self.faults, design_speed=speed)
        pacer.add(self.equipment)
        views = {via: ProtocolView(self.equipment, via) for via in ("opcua", "modbus")}
        self.opcua = OpcuaEndpoint(
            views["opcua"],
            host=options.host,
            port=ports.opcua,
            security=options.security,
            without=options.without,
            time_scale=pacer.speed,
        )
        self.modbus = ModbusEndpoint(
            views["modbus"],
            host=options.host,
            port=ports.modbus,
            idle_timeout_s=options.idle_timeout_s,
            without=options.without,
            time_scale=pacer.speed,
        )
        self.panel = PanelEndpoint(self.equipment, port=ports.panel, cut=self._cut) if options.with_panel else None
        self.faults.subscribe(self._switch_quirks)
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Start the endpoints; on an error those already started are stopped again."""
        started: list[Any] = []
        try:
            for endpoint in (self.modbus, self.panel, self.opcua):
                if endpoint is not None:
                    await endpoint.start()
                    started.append(endpoint)
        except BaseException:
            for endpoint in started:
                await endpoint.stop()
            raise

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        for endpoint in (self.opcua, self.modbus, self.panel):
            if endpoint is not None:
                await endpoint.stop()

    @property
    def addresses(self) -> Addresses:
        return Addresses(self.opcua.address, self.modbus.address, self.panel.address if self.panel else "")

    def _side(self, port: str, role: str) -> NetworkPort | ProjectedPort:
        remote = getattr(self._unit, port)
        rules = self.profile.handover
        if not remote.remote:
            return ProjectedPort(role, remote, rules, self._is_safe, self._pacer.model_now)
        around = Surroundings(
            self._is_safe,
            self._port_alarm,
            lambda slug: self.profile.alarm_named(slug).number,
            self._is_unacked,
        )
        kind = SendingPort if role == "sender" else ReceivingPort
        return kind(rules, self.profile.state_tables["handover"], remote, self.faults, around)

    def _port_alarm(self, number: int, active: bool) -> None:
        self.equipment.port_alarm(number, active)  # ports are made before the equipment that has them

    def _is_unacked(self, number: int) -> bool:
        return self.equipment.alarms.is_unacked(number)

    def _is_safe(self) -> bool:
        return self._unit.safety.ok and self._unit.state not in (State.ABORTING, State.ABORTED)

    def _switch_quirks(self) -> None:
        self.modbus.set_quirks(**self.faults.quirks("modbus"))
        self.opcua.set_quirks(**self.faults.quirks("opcua"))

    def _cut(self, protocol: str, seconds: float) -> None:
        """The connections of one protocol are lost and refused for a while (wall seconds)."""
        endpoint: Any = {"opcua": self.opcua, "modbus": self.modbus}.get(protocol)
        if endpoint is not None:
            task = asyncio.get_running_loop().create_task(_interrupt(endpoint, seconds))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)


async def _interrupt(endpoint: Any, seconds: float) -> None:
    await endpoint.stop()
    await asyncio.sleep(seconds)
    await endpoint.start()


class LineHost:
    """A running line on the network. Use as ``async with``; ``run()`` until cancelled."""

    def __init__(
        self, line: Line, profiles: Mapping[str, Profile], *, speed: float = 1.0, options: HostOptions | None = None
    ) -> None:
        self.line, self._options = line, options or HostOptions()
        self.pacer = Pacer(line, speed=speed, on_lag=self._say_lag)
        served = [u for u in line.units.values() if u.profile in profiles]
        base = self._options.base_port
        self.units = {
            unit.name: UnitHost(unit, profiles[unit.profile], self.pacer, self._options, Ports.of(base, index))
            for index, unit in enumerate(served)
        }
        self._task: asyncio.Task[None] | None = None
        for host in self.units.values():
            for name in self._options.faults:
                host.faults.switch(name, True)

    async def __aenter__(self) -> LineHost:
        started: list[UnitHost] = []
        collects = gc.isenabled()
        gc.disable()
        try:
            for host in self.units.values():
                await host.start()
                started.append(host)
        except BaseException:
            for host in started:
                await host.stop()
            raise
        finally:
            if collects:
                gc.enable()
        # The address spaces are a great many objects that stay. A collection that walked them all would stop every unit for
        # up to a second, in which heartbeats are lost and timers run out.
        gc.freeze()
        self._task = asyncio.create_task(self.pacer.run())
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        for host in self.units.values():
            await host.stop()
        self.line.close()
        gc.unfreeze()

    async def run(self) -> None:
        """Serve until cancelled; an error of the model comes up here."""
        assert self._task is not None
        await self._task

    def _say_lag(self, seconds: float) -> None:
        late = seconds > LAG_TOLERATED_S
        self._options.on_error(
            f"cannot keep pace: the line is {seconds:.1f} s behind; lower --speed" if late else "keeps pace again"
        )


__all__ = ["Addresses", "HostOptions", "LineHost", "Ports", "UnitHost", "last_port"]
