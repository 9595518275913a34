"""A simulated unit through which items move, in virtual time: its real ports, and the real tester at both of them.

The bench of ``bench_context`` and ``bench_units`` hands items in and out by the unit's own means. Here both sides of the
hand-over are the product's: the network ports of the simulator and ``PortNeighbour`` of the suite. Only the clock is ours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from types import SimpleNamespace
from typing import Any

from bench_context import POLL_S, BenchContext
from bench_units import SimulatedUnit

from conformance.context import Outcome, Reading
from conformance.neighbour import PortNeighbour
from profiles.model import Protocol as Wire
from profiles.model import Requirement
from simulator.interface.fitting import mock_spec
from simulator.interface.handing import Surroundings
from simulator.interface.receiving import ReceivingPort
from simulator.interface.sending import SendingPort
from simulator.line.packml import State
from simulator.line.spec import ConveyorSpec, MachineSpec

PEER = "tester"


class MovingUnit(SimulatedUnit):
    """One mock, built as ``setsubi mock`` builds it. ``attended`` holds the ports whose neighbour's heart beats."""

    def __init__(self, profile: str) -> None:
        self.attended: set[str] = set()
        self._beat, self._beaten_at = 0, 0.0
        super().__init__(profile)

    def spec(self) -> MachineSpec | ConveyorSpec:
        return mock_spec(self.profile, "M1")

    def ports(self) -> dict[str, Any]:
        around = Surroundings(
            lambda: self.unit.safety.ok and self.unit.state not in (State.ABORTING, State.ABORTED),
            self._port_alarm,
            lambda slug: self.profile.alarm_named(slug).number,
            self._is_unacked,
        )
        rules, table = self.profile.handover, self.profile.state_tables["handover"]
        return {
            "infeed": ReceivingPort(rules, table, self.unit.infeed, self.faults, around),
            "outfeed": SendingPort(rules, table, self.unit.outfeed, self.faults, around),
        }

    def _port_alarm(self, number: int, active: bool) -> None:
        self.equipment.port_alarm(number, active)  # ports are made before the equipment that has them

    def _is_unacked(self, number: int) -> bool:
        return self.equipment.alarms.is_unacked(number)

    def advance(self, seconds: float) -> None:
        super().advance(seconds)
        if self.now - self._beaten_at < self.profile.handover.heartbeat_s:
            return
        self._beat, self._beaten_at = self._beat % 65535 + 1, self.now
        for port in sorted(self.attended):
            self.equipment.write({f"handover.{port}.peer.heartbeat": self._beat}, PEER)


class MovingContext(BenchContext):
    """The bench's context with what the tester's side of a port asks of its context."""

    unit: MovingUnit

    def __init__(self, unit: MovingUnit, requirement: Requirement, only_via: Wire | None = None) -> None:
        super().__init__(unit, requirement, only_via)
        self.bench = SimpleNamespace(scan_s=0.0, poll_s=POLL_S, clock=VirtualClock(unit))

    def neighbour(self, port: str, via: Wire | None = None) -> AbstractAsyncContextManager[PortNeighbour]:
        return VirtualNeighbour(self, port, via)

    def link(self, signals: Sequence[str], via: Wire | None = None) -> VirtualLink:
        return VirtualLink(self, self._wire(signals[0], via))

    async def remember(self, signals: Sequence[str], link: VirtualLink) -> None:
        """Peer blocks are given back with a good-bye."""

    def draw(self, lane: str, at: float, value: Any) -> None:
        """No diagram is asked for."""

    async def pause(self) -> None:
        self.unit.advance(POLL_S)


class VirtualClock:
    """Machine seconds are the unit's; sleeping lets them pass."""

    def __init__(self, unit: MovingUnit) -> None:
        self._unit = unit

    def to_machine(self, wall_s: float) -> float:
        return wall_s

    async def sleep(self, machine_s: float) -> None:
        self._unit.advance(machine_s)


class VirtualLink:
    """Reads and writes of one protocol, without a network."""

    def __init__(self, context: MovingContext, wire: Wire) -> None:
        self._context, self.wire = context, wire

    def binds(self, signal: str) -> bool:
        known = self._context.profile.signals.get(signal)
        return known is not None and getattr(known, str(self.wire)) is not None

    async def read(self, signals: Sequence[str]) -> dict[str, Reading]:
        return await self._context.read_many(signals, self.wire)

    async def write(self, values: Mapping[str, Any]) -> Outcome:
        return self._context._done(self.wire, lambda: self._context.unit.equipment.write(values, PEER))


class VirtualNeighbour(PortNeighbour):
    """The tester's side of a port; its heart beats with the unit's clock."""

    async def resume_heartbeat(self) -> None:
        self._context.unit.attended.add(self.port)

    async def stop_heartbeat(self) -> None:
        self._context.unit.attended.discard(self.port)
