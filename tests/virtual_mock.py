"""A mock in virtual time: the real line model, interface and network ports of one unit, without sockets.

``operator`` does what a person does after a hand-over fault: acknowledge every alarm, let the unit go on.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from profiles import Profile
from simulator.faults import FaultSet
from simulator.interface.fitting import mock_spec, transitions
from simulator.interface.handing import Surroundings
from simulator.interface.identity import simulated_identity
from simulator.interface.ports import NetworkPort
from simulator.interface.receiving import ReceivingPort
from simulator.interface.sending import SendingPort
from simulator.interface.simulated import SimulatedEquipment
from simulator.line import mock_line
from simulator.line.packml import Command, State

T = TypeVar("T")
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
STEP_S = 0.05
RUNNING = (State.EXECUTE, State.SUSPENDING, State.SUSPENDED, State.UNSUSPENDING)


class VirtualMock:
    """One unit with two network ports; time passes only by ``advance``."""

    def __init__(self, profile: Profile, name: str, seed: int = 1) -> None:
        self.profile = profile
        tables = profile.state_tables
        self.line = mock_line(mock_spec(profile, name), seed, transitions=transitions(tables["packml"]))
        self.unit = next(iter(self.line.units.values()))
        self.faults = FaultSet()
        around = Surroundings(
            self._is_safe, self._alarm, lambda slug: profile.alarm_named(slug).number, self._is_unacked
        )
        rules, table, unit = profile.handover, tables["handover"], self.unit
        self.infeed: NetworkPort = ReceivingPort(rules, table, unit.infeed, self.faults, around)
        self.outfeed: NetworkPort = SendingPort(rules, table, unit.outfeed, self.faults, around)
        ports: Any = {"infeed": self.infeed, "outfeed": self.outfeed}
        identity = simulated_identity(profile, name, "1.0")
        self.equipment = SimulatedEquipment(profile, unit, identity, ports, self, self.faults, design_speed=20)

    # -- what the ports ask of their unit, which is made after them -------------------------------------------------------

    def _is_safe(self) -> bool:
        return self.unit.safety.ok and self.unit.state not in (State.ABORTING, State.ABORTED)

    def _alarm(self, number: int, active: bool) -> None:
        self.equipment.port_alarm(number, active)

    def _is_unacked(self, number: int) -> bool:
        return self.equipment.alarms.is_unacked(number)

    # -- time ----------------------------------------------------------------------------------------------------------

    @property
    def now(self) -> float:
        return self.line.now

    def model_now(self) -> float:
        return self.now

    def to_utc(self, model_time: float) -> datetime:
        return EPOCH + timedelta(seconds=model_time)

    def utc_now(self) -> datetime:
        return self.to_utc(self.now)

    def inject(self, action: Callable[[], T]) -> T:
        try:
            return action()
        finally:
            self.look()

    def look(self) -> None:
        """Let the ports look. What signals would show is not of interest here, and takes most of the time."""
        for port in (self.infeed, self.outfeed):
            port.advance(self.now)

    def advance(self, until: float) -> None:
        """Let time pass up to ``until``, with a look at least every 50 ms and whenever a port asks for one."""
        while self.now < until:
            wake = self.equipment.next_wake(self.now) or until
            self.line.run(min(until, wake, self.now + STEP_S))
            self.look()

    # -- people --------------------------------------------------------------------------------------------------------

    def start(self) -> None:
        for number in (Command.RESET, Command.START):
            self.inject(lambda number=number: self.unit.command(number))
            self.advance(self.now + 1)

    def operator(self) -> None:
        """Acknowledge what can be acknowledged; a held unit goes on, a stopped one is started."""
        self.equipment.alarms.refresh()
        for number in self.equipment.alarms.unacked():
            self.equipment.write({"alarm.acknowledge": number}, "operator")
        if self.unit.state == State.HELD:
            self.inject(lambda: self.unit.command(Command.UNHOLD))
        elif self.unit.state == State.STOPPED:
            self.start()

    # -- neighbours ----------------------------------------------------------------------------------------------------

    def outputs(self, port: str) -> dict[str, Any]:
        return dict(getattr(self, port).outputs())

    def write(self, port: str, values: dict[str, Any], peer: str = "peer") -> None:
        self.equipment.write({f"handover.{port}.peer.{name}": value for name, value in values.items()}, peer)

    def put_in(self, item_id: str, quality: int = 1) -> bool:
        """An item comes in by hand, past the port; false if there is no room."""
        if not self.unit.infeed.can_accept:
            return False
        self.inject(lambda: (self.unit.infeed.begin(item_id, 1, quality), self.unit.infeed.complete()))
        return True

    def take_out(self) -> str | None:
        """An item that is ready goes out by hand, past the port."""
        item = self.unit.outfeed.offered
        if item is None or self.unit.outfeed.moving is not None:
            return None
        self.inject(lambda: (self.unit.outfeed.begin(), self.unit.outfeed.complete()))
        return str(item.id)

    def contents(self) -> list[str]:
        return [item.id for item in self.unit.contents()]
