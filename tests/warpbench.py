"""A mock on real sockets and the suite against it, both in one warped loop: what the fault matrix is made of."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Coroutine, Iterable, Mapping
from contextlib import suppress
from fnmatch import fnmatchcase
from typing import Any, TypeVar

import pytest
from warp import WarpLoop, warped

from conformance.events import Finding, Footer, to_json
from conformance.registry import load_checks
from conformance.runner import Options, Session
from conformance.selection import Selection
from conformance.targetfile import Target, TargetFile
from profiles import Profile, load_profile
from profiles.model import Impact
from setsubi.hosting import host_mock
from simulator.endpoints.host import HostOptions
from simulator.endpoints.security import SecuritySettings
from simulator.interface.equipment import Refused
from simulator.interface.localside import ActionError, nominal
from simulator.line.errors import CommandRefused
from simulator.line.packml import Command, State

load_checks()  # before any clock is warped, so that theirs is
T = TypeVar("T")
SPEED = 5.0
"""Machine seconds per second of the loop: polls of 20 ms are then 0.1 s of the machine."""
SETTLE_S = 8.0
"""Machine seconds after which a port or an alarm without cause has come to rest."""
EMPTY_S = 60
"""Machine seconds within which a unit that runs has no item left."""
ITEM = "BENCH-OF-THE-TESTS-"
"""Ids are as long as those of real items: some faults cut them."""
ITEM_S = 600
"""Machine seconds within which an item has gone through a unit."""
LACKS = frozenset({"remote_commands", "recipes", "energy", "traceability"})
PASSWORD_ENV = "SETSUBI_TEST_PASSWORD"
_UNCLAIMED = {"CLM-OPTION-002", "CLM-OPTION-003", "UA-SEC-003"}  # every option is claimed, but users are not
_OF_A_MACHINE = {
    "PRD-LOT-001", "PRD-RECIPE-001", "PRD-VALUE-001", "PRD-VALUE-002", "PRD-VALUE-003", "REC-ACTIVE-001",
    "REC-PARAM-001", "REC-PARAM-002", "REC-PARAM-003", "REC-SELECT-001", "REC-SELECT-002", "REC-SELECT-003",
    "REC-SELECT-004", "REC-STATUS-001", "REC-TRACE-001", "REC-TRACE-002",
}  # fmt: skip
_NOTHING_MEASURED = {"SAF-PROCESS-001", "SAF-SENSOR-001"}  # no safety function with a measured value
NOT_APPLICABLE: Mapping[str, frozenset[str]] = {
    "conveyor": frozenset(_UNCLAIMED | _OF_A_MACHINE | _NOTHING_MEASURED),
    "stacking": frozenset(_UNCLAIMED | _NOTHING_MEASURED | {"HO-ITEM-001", "PRD-VALUE-003"}),
    "tab_welding": frozenset(_UNCLAIMED | _NOTHING_MEASURED | {"HO-ITEM-001", "PRD-VALUE-003"}),
    "electrolyte_filling": frozenset(_UNCLAIMED | {"HO-ITEM-001"}),
    "formation_eol": frozenset(_UNCLAIMED | {"HO-ITEM-001"}),
}
"""The requirements that do not apply to a mock of each profile; every other one must be decided."""
MOVES_ON = (
    "comm.*", "state.time_*", "command.*", "alarm.acknowledge", "production.*", "item.*", "process.*", "*.heartbeat",
    "handover.*.item_*", "handover.*.seq", "handover.*.seq_*", "handover.*.result", "recipe.revision", "state.cause",
)  # fmt: skip
"""Signals that need not be as they were for a mock to be as good as new."""


def exceptions(found: Mapping[str, Finding], not_applicable: Collection[str]) -> dict[str, str]:
    """What is not as it must be on a clean mock: these requirements do not apply, and every other one passes."""
    return {
        name: f"{finding.verdict}: {finding.reason}"
        for name, finding in found.items()
        if finding.verdict != ("not-applicable" if name in not_applicable else "pass")
    }


def lean(profile: str, speed: float = SPEED) -> Mock:
    """A mock that lacks options, and says so."""
    return Mock(profile, speed, claims=dict.fromkeys(LACKS, False), without=LACKS)


def guarded(profile: str, speed: float = SPEED) -> Mock:
    """A mock that lets users in, and nobody else."""
    security = SecuritySettings(anonymous=False, users={"tester": "kensa"})
    return Mock(
        profile, speed, claims={"users": True}, login={"user": "tester", "password": "kensa"}, security=security
    )


class Mock:
    """One mock alone. Between two runs its time stands still."""

    def __init__(
        self,
        profile: str,
        speed: float = SPEED,
        *,
        claims: Mapping[str, bool] | None = None,
        login: Mapping[str, str] | None = None,
        **options: Any,
    ) -> None:
        """``claims`` and ``login`` (user and password) are what the target file says; ``options`` those of ``HostOptions``."""
        self.profile: Profile = load_profile(profile)
        self.speed, self._options = speed, HostOptions(**options)
        self._claims, self._login = claims or {}, login or {}
        self._environment = pytest.MonkeyPatch()
        self._loop = WarpLoop()

    def __enter__(self) -> Mock:
        if self._login:
            self._environment.setenv(PASSWORD_ENV, self._login["password"])
        self.host = self.do(self._start())
        (self.unit,) = self.host.units.values()
        self._new = self._picture()
        return self

    def __exit__(self, *_: object) -> None:
        self.do(self.host.__aexit__(None, None, None))
        self._loop.close()
        self._environment.undo()

    async def _start(self) -> Any:
        return await host_mock(self.profile, "M1", seed=1, speed=self.speed, options=self._options).__aenter__()

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        """Let time pass until the work is done."""
        with warped(self._loop):
            return self._loop.run_until_complete(work)

    def switch(self, fault: str, on: bool) -> None:
        """Switch a fault as the panel does, and let everybody look."""
        with warped(self._loop):
            self.unit.faults.switch(fault, on)
        self.do(self._pass(0.0))

    def clear(self) -> None:
        """Switch all faults off."""
        with warped(self._loop):
            self.unit.faults.clear()

    def target(self, **changes: Any) -> Target:
        at = self.unit.addresses
        host, _, port = at.modbus.removeprefix("modbus://").rpartition(":")
        login = {"user": self._login["user"], "password_env": PASSWORD_ENV} if self._login else {}
        file = {
            "kind": "mock",
            "name": "M1",
            "opcua": {"url": at.opcua, **login},
            "modbus": {"host": host, "port": int(port)},
            "panel": at.panel,
            "time_scale": self.speed,
            "claims": dict(self._claims),
            **changes,
        }
        return Target(file=TargetFile.model_validate(file), ref="mock.yaml")

    def findings(
        self, *, only: Iterable[str] = (), impact: Impact = Impact.OPERATOR, **changes: Any
    ) -> tuple[dict[str, Finding], Footer]:
        """Run the suite; findings by requirement id, and the footer."""
        return self.do(self._findings(Options(selection=Selection(impact=impact, only=tuple(only))), changes))

    async def events(self, *, only: Iterable[str] = (), impact: Impact = Impact.OPERATOR) -> list[dict[str, Any]]:
        """Run the suite; its event stream as JSON data."""
        session = Session(self.target(), self.profile, Options(selection=Selection(impact=impact, only=tuple(only))))
        return [to_json(event) async for event in session.events()]

    async def _findings(self, options: Options, changes: Mapping[str, Any]) -> tuple[dict[str, Finding], Footer]:
        session = Session(self.target(**changes), self.profile, options)
        found: dict[str, Finding] = {}
        async for event in session.events():
            if isinstance(event, Finding):
                found[event.id] = event
            elif isinstance(event, Footer):
                return found, event
        raise AssertionError("a run without a footer")

    # --- as good as new -----------------------------------------------------------------------------------------------
    def recover(self) -> dict[str, Any]:
        """All faults off, everything at the machine put right, the unit stopped; what is still not as at first."""
        self.clear()
        self.do(self._put_right())
        now = self._picture()
        return {name: now[name] for name, first in self._new.items() if now[name] != first}

    async def _put_right(self) -> None:
        self._repair()
        await self._pass(SETTLE_S)
        for number in self.unit.equipment.alarms.unacked():
            self.unit.equipment.acknowledge(number, "", "bench")
            with suppress(Refused):
                self.unit.equipment.confirm(number, "", "bench")
        await self._pass(SETTLE_S)
        await self._stop()
        self.unit.equipment.write({"command.unit_mode": self._new["state.unit_mode"]}, "bench")
        if self.profile.recipes:
            self.unit.equipment.write({"recipe.select": self._new["recipe.active"]}, "bench")
        await self._pass(SETTLE_S)

    def _repair(self) -> None:
        """What a person does at the machine; what needs no repair may say so."""
        acts: list[tuple[str, dict[str, Any]]] = []
        acts += [
            ("sensor", {"signal": s, "value": nominal(self.profile, s)}) for s in self.unit.equipment.local.sensors
        ]
        for function in self.profile.safety:
            acts += [("release", {"function": function}), ("reset_device", {"function": function})]
        acts += [("device", {"device": d, "ok": True}) for d in self.profile.devices]
        acts += [("alarm_clear", {"number": n}) for n in self.profile.alarms]
        for action, details in acts:
            with suppress(ActionError):
                self.unit.equipment.act(action, **details)

    async def _stop(self) -> None:
        table = self.profile.state_tables["packml"]
        goal = table.number("Stopped")
        for _ in range(len(table.numbers)):
            path = table.path(int(self.unit.equipment.value("state.unit_state")), goal)
            if not path:
                return
            if path[0] != "done":
                self._command(Command[path[0].upper()])
            await self._pass(SETTLE_S)

    def empty(self) -> None:
        """The unit runs until all of its items have been taken out by hand."""
        self.do(self._running(EMPTY_S, lambda unit: not unit.counters.wip))

    def pass_item(self) -> None:
        """By hand, items go in until one has left; then the unit is as good as new, and knows an item that left last."""
        self.do(self._running(ITEM_S, lambda unit: unit.last_item is not None, feeding=True))
        assert self.host.line.units["M1"].last_item is not None, f"no item leaves {self.profile.id}"
        self.empty()
        assert self.recover() == {}

    async def _running(self, limit_s: int, done: Callable[[Any], bool], *, feeding: bool = False) -> None:
        """The unit runs, for that many machine seconds at most; what it has finished is taken out."""
        unit = self.host.line.units["M1"]
        commands = {State.STOPPED: Command.RESET, State.IDLE: Command.START, State.HELD: Command.UNHOLD}
        for n in range(limit_s):
            if done(unit):
                return
            if unit.state in commands:
                self._command(commands[State(unit.state)])
            if feeding and unit.infeed.can_accept:
                self.host.pacer.inject(lambda n=n: (unit.infeed.begin(f"{ITEM}{n:04}"), unit.infeed.complete()))
            if unit.outfeed.offered is not None and unit.outfeed.moving is None:
                self.host.pacer.inject(lambda: (unit.outfeed.begin(), unit.outfeed.complete()))
            await self._pass(1.0)

    def _command(self, command: Command) -> None:
        """Given at the machine: there even a unit obeys that takes no commands from afar."""
        unit = self.host.line.units["M1"]
        with suppress(CommandRefused):
            self.host.pacer.inject(lambda: unit.command(command))

    async def _pass(self, machine_s: float) -> None:
        await asyncio.sleep(machine_s / self.speed)
        self.unit.equipment.act_now()

    def _picture(self) -> dict[str, Any]:
        values = self.unit.equipment.values()
        return {
            n: v for n, v in values.items() if n == "production.wip" or not any(fnmatchcase(n, p) for p in MOVES_ON)
        }
