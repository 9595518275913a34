"""A simulated unit on the bench: the real line model and interface, in virtual time, without endpoints."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, TypeVar

from profiles import Profile, load_profile
from simulator.faults import FaultSet
from simulator.interface.equipment import Condition
from simulator.interface.fitting import fit_unit, transitions
from simulator.interface.identity import simulated_identity
from simulator.interface.simulated import ProtocolView, SimulatedEquipment
from simulator.line.errors import CommandRefused
from simulator.line.line import mock_line
from simulator.line.spec import ConveyorSpec, MachineSpec

T = TypeVar("T")
ACTING = ("clearing", "starting", "stopping", "aborting", "holding", "unholding", "suspending", "unsuspending", "resetting", "completing")  # fmt: skip
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
STEP_S = 0.1


class Port:
    """What a port without a network shows."""

    def __init__(self, bench: SimulatedUnit, port: str) -> None:
        self._bench, self._port = bench, port

    def outputs(self) -> Mapping[str, Any]:
        names = [
            s for s in self._bench.profile.signals if s.startswith(f"handover.{self._port}.") and ".peer." not in s
        ]
        kinds = {n.rpartition(".")[2]: str(self._bench.profile.signals[n].type) for n in names}
        out: dict[str, Any] = {n: False if k == "bool" else "" if k == "string" else 0 for n, k in kinds.items()}
        unit = self._bench.unit
        out |= {"safe": self._bench.safe(), "state": 3}
        return out | ({"ready": unit.infeed.can_accept} if self._port == "infeed" else {"available": unit.ready})

    def peer_inputs(self) -> Mapping[str, Any]:
        return {}


class SimulatedUnit:
    """One mock (see ``bench_context.BenchUnit``)."""

    def __init__(self, profile: str) -> None:
        self.profile = _loaded(profile)
        self.now = 0.0
        self._line = mock_line(self.spec(), transitions=transitions(self.profile.state_tables["packml"]))
        self.unit = next(iter(self._line.units.values()))
        self.faults = FaultSet()
        self.equipment: SimulatedEquipment | None = None
        ports = self.ports()
        identity = simulated_identity(self.profile, "M1", "1.0")
        self.equipment = SimulatedEquipment(
            self.profile, self.unit, identity, ports, self, self.faults, design_speed=20
        )
        self._views = {via: ProtocolView(self.equipment, via) for via in ("opcua", "modbus")}

    def spec(self) -> MachineSpec | ConveyorSpec:
        """The unit as built."""
        return fit_unit(_spec(self.profile.spec.kind, self.profile.id), self.profile)

    def ports(self) -> dict[str, Any]:
        """Its two ports."""
        return {port: Port(self, port) for port in ("infeed", "outfeed")}

    def safe(self) -> bool:
        return self.equipment is None or self.equipment.local.all_ok()

    # -- time, for the equipment ---------------------------------------------------------------------------------------

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
            if self.equipment is not None:
                self.equipment.tick()

    # -- for the bench -------------------------------------------------------------------------------------------------

    def advance(self, seconds: float) -> None:
        assert self.equipment is not None
        end = self.now + seconds
        while self.now < end:
            self.now = min(end, self.now + STEP_S)
            self._line.run(self.now)
            self.equipment.tick()

    def values(self, via: str) -> Mapping[str, Any]:
        return self._views[via].values()

    def write(self, changes: Mapping[str, Any]) -> None:
        self.equipment.write(changes, "bench")

    def call(self, method: str, arguments: list[Any]) -> None:
        self.equipment.call(method, arguments, "bench")

    def act(self, action: str, **details: Any) -> None:
        self.equipment.act(action, **details)

    def conditions(self) -> list[Condition]:
        return self.equipment.conditions()

    def acknowledge(self, number: int) -> None:
        self.equipment.acknowledge(number, "", "bench")

    def confirm(self, number: int) -> None:
        self.equipment.confirm(number, "", "bench")

    def hand_in(self) -> bool:
        return self._moved(lambda: (self.unit.infeed.begin("X1"), self.unit.infeed.complete()))

    def take_out(self) -> bool:
        return self._moved(lambda: (self.unit.outfeed.begin(), self.unit.outfeed.complete()))

    def _moved(self, action: Callable[[], Any]) -> bool:
        try:
            self.inject(action)
        except CommandRefused:
            return False
        return True

    def quirk(self, name: str) -> Any:
        return self.faults.quirks("opcua").get(name)


@cache
def _loaded(profile: str) -> Profile:
    return load_profile(profile)


def _spec(kind: str, profile: str) -> MachineSpec | ConveyorSpec:
    shared: dict[str, Any] = {
        "name": "M1",
        "profile": profile,
        "transients": dict.fromkeys(ACTING, 0.3),
        "auto_unhold": False,
    }
    if kind == "conveyor":
        return ConveyorSpec(kind="conveyor", length_m=1.2, speed_m_s=0.3, spacing_m=0.4, **shared)
    return MachineSpec(process_time=3.0, **shared)
