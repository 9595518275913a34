"""A check context in virtual time, over one unit in this process: no sockets, no waiting.

``Verdict`` is derived as the runner does it: a failed expectation outweighs that the check ended early.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Protocol

from conformance.context import Observation, Outcome, Reading, Timeline, Value
from profiles.model import Access, Requirement
from profiles.model import Protocol as Wire
from profiles.pack import Profile
from simulator.interface.equipment import Condition, RefusalKind, Refused

POLL_S = 0.1
STATUS = {
    RefusalKind.OUT_OF_RANGE: ("BadOutOfRange", "exception 03 illegal data value"),
    RefusalKind.NOT_WRITABLE: ("BadNotWritable", "exception 02 illegal data address"),
    RefusalKind.BAD_TYPE: ("BadTypeMismatch", "exception 03 illegal data value"),
    RefusalKind.BAD_STATE: ("BadInvalidState", "exception 04 server device failure"),
    RefusalKind.NOT_OWNER: ("BadUserAccessDenied", "exception 04 server device failure"),
    RefusalKind.UNKNOWN: ("BadNodeIdUnknown", "exception 02 illegal data address"),
    RefusalKind.BUSY: ("BadTooManyOperations", "exception 06 server device busy"),
}


class BenchUnit(Protocol):
    """What is under test: values by protocol, writes, calls, the person at the machine, and time."""

    profile: Profile
    now: float

    def advance(self, seconds: float) -> None: ...
    def values(self, via: str) -> Mapping[str, Any]: ...
    def write(self, changes: Mapping[str, Any]) -> None: ...
    def call(self, method: str, arguments: list[Any]) -> None: ...
    def act(self, action: str, **details: Any) -> None: ...
    def conditions(self) -> list[Condition]: ...
    def hand_in(self) -> bool: ...
    def take_out(self) -> bool: ...


class Ended(Exception):
    """The check has ended early; ``verdict`` says how."""

    def __init__(self, verdict: str, reason: str) -> None:
        super().__init__(reason)
        self.verdict = verdict


class BenchContext:
    """See ``conformance.context.Context``."""

    def __init__(self, unit: BenchUnit, requirement: Requirement, only_via: Wire | None = None) -> None:
        self.unit, self.profile, self.requirement, self.only_via = unit, unit.profile, requirement, only_via
        self.via = tuple(requirement.applies_to.protocols) or (Wire.OPCUA, Wire.MODBUS)
        self.claims: Mapping[str, bool] = {}
        self.operator, self.opcua, self.modbus = BenchOperator(unit), None, None
        self.failed: list[str] = []
        self.stated = 0
        self.notes: list[str] = []
        self._journal: dict[tuple[str, Wire], Any] = {}

    def param(self, name: str) -> Any:
        return self.requirement.parameters[name]

    def now(self) -> float:
        return self.unit.now

    def _wire(self, signal: str, via: Wire | None) -> Wire:
        bound = self.profile.signals[signal]
        have = [w for w in self.via if (bound.opcua if w is Wire.OPCUA else bound.modbus) is not None]
        wanted = via or self.only_via
        if wanted is None and not have:
            raise Ended("not applicable", f"{signal} is bound to neither protocol of the run")
        return wanted if wanted in have else have[0]

    async def read(self, signal: str, via: Wire | None = None) -> Reading:
        return (await self.read_many([signal], via))[signal]

    async def read_many(self, signals: Sequence[str], via: Wire | None = None) -> dict[str, Reading]:
        self.unit.advance(0.01)
        out = {}
        for signal in signals:
            wire = self._wire(signal, via)
            found = self.unit.values(str(wire))[signal]
            out[signal] = Reading(signal, wire, found, True, "Good", self.unit.now, 0.02)
        return out

    async def write(self, signal: str, value: Value, via: Wire | None = None) -> Outcome:
        return await self.write_many({signal: value}, via)

    async def write_many(self, values: Mapping[str, Value], via: Wire | None = None) -> Outcome:
        wire = self._wire(next(iter(values)), via)
        for signal in values:
            if self.profile.signals[signal].access is Access.READ_WRITE:
                self._journal.setdefault((signal, wire), self.unit.values(str(wire))[signal])
        return self._done(wire, lambda: self.unit.write(values))

    async def command(self, name: str, via: Wire | None = None) -> Outcome:
        wire = via or self.only_via or self.via[0]
        method = "to_complete" if name == "Complete" else name.lower()
        number = self.profile.methods[method].command
        if wire is Wire.OPCUA:
            return self._done(wire, lambda: self.unit.call(method, []))
        return self._done(wire, lambda: self.unit.write({"command.cntrl_cmd": number}))

    def _done(self, wire: Wire, action: Callable[[], Any]) -> Outcome:
        self.unit.advance(0.01)
        try:
            action()
        except Refused as error:
            status = STATUS[error.kind][wire is Wire.MODBUS]
            return Outcome(False, status, self.unit.now)
        return Outcome(True, "Good", self.unit.now)

    async def until(
        self,
        signal: str,
        wanted: Any,
        within_s: float,
        via: Wire | None = None,
        since: float | None = None,
    ) -> Observation:
        started = self.unit.now if since is None else since
        while True:
            reading = await self.read(signal, via)
            met = wanted(reading.value) if callable(wanted) else reading.value == wanted
            if met or reading.at - started > within_s:
                return Observation(bool(met), reading.at - started, POLL_S, reading)
            self.unit.advance(POLL_S)

    async def record(self, signals: Sequence[str], for_s: float, via: Wire | None = None) -> Timeline:
        started, changes = self.unit.now, {signal: [] for signal in signals}
        while self.unit.now <= started + for_s:
            for signal, reading in (await self.read_many(signals, via)).items():
                seen: list[Any] = changes[signal]
                if not seen or seen[-1][1] != reading.value:
                    seen.append((reading.at, reading.value))
            self.unit.advance(POLL_S)
        return Timeline(started, self.unit.now, changes)

    async def bring_to(self, state: str) -> None:
        table = self.profile.state_tables["packml"]
        goal, names = table.number(state), {m.id for m in self.profile.methods.values()}
        for _ in range(12):
            at = (await self.until("state.unit_state", lambda v: v == goal or not table.is_acting(v), 5.0)).last.value
            if at == goal:
                return
            path = table.path(at, goal, names | {"done"})
            if not path:
                break
            self._acknowledge_all()
            before = at
            self._done(self.via[0], lambda step=path[0]: self.unit.call(step, []))
            await self.until("state.unit_state", lambda v, before=before: v != before, 1.0)
        self.inconclusive(f"the unit cannot be brought to {state}")

    def _acknowledge_all(self) -> None:
        for condition in self.unit.conditions():
            if not condition.acked:
                self._done(self.via[0], lambda n=condition.number: self.unit.write({"alarm.acknowledge": n}))

    @asynccontextmanager
    async def neighbour(self, port: str, via: Wire | None = None) -> AsyncIterator[BenchNeighbour]:
        yield BenchNeighbour(self.unit, port)

    def draw(self, lane: str, at: float, value: Any) -> None: ...

    def expect(self, met: bool, what: str, *, expected: Any = None, actual: Any = None, evidence: Any = ()) -> bool:
        self.stated += 1
        if not met:
            self.failed.append(f"{what}: expected {expected!r}, got {actual!r}")
        return met

    def expect_within(
        self, elapsed: float, limit_s: float, uncertainty: float, what: str, *, evidence: Any = ()
    ) -> bool | None:
        return self.expect(elapsed <= limit_s + uncertainty, what, expected=limit_s, actual=elapsed)

    def inconclusive(self, reason: str) -> None:
        raise Ended("inconclusive", reason)

    def too_coarse(self, reason: str) -> None:
        raise Ended("inconclusive", reason)

    def not_applicable(self, reason: str) -> None:
        raise Ended("not applicable", reason)

    def note(self, text: str) -> None:
        self.notes.append(text)

    def restore(self) -> None:
        """What the runner does afterwards: written values back, command words excepted."""
        for (signal, wire), old in reversed(self._journal.items()):
            if signal not in ("command.cntrl_cmd", "alarm.acknowledge"):
                self._done(wire, lambda s=signal, o=old: self.unit.write({s: o}))


class BenchOperator:
    def __init__(self, unit: BenchUnit) -> None:
        self._unit = unit

    async def act(self, action: str, **details: Any) -> None:
        self._unit.act(action, **details)
        self._unit.advance(0.01)


class BenchNeighbour:
    """Hands items in or takes them out by the unit's own means; the exchange of signals is tested elsewhere."""

    def __init__(self, unit: BenchUnit, port: str) -> None:
        self._unit, self.port = unit, port

    async def offer(self, **_: Any) -> str:
        return "X1"

    async def clear(self) -> None:
        return None

    async def transfer(self, *, within_s: float | None = None, **_: Any) -> Mapping[str, Any]:
        deadline = self._unit.now + (within_s or 10.0)
        move = self._unit.hand_in if self.port == "infeed" else self._unit.take_out
        while not (ok := move()) and self._unit.now < deadline:
            self._unit.advance(POLL_S)
        return {"ok": ok}


async def verdict(check: Any, requirement: Requirement, unit: BenchUnit) -> tuple[str, list[str]]:
    """The worst verdict of a check, run once or once per protocol, with what was wrong."""
    wires = tuple(requirement.applies_to.protocols) or (Wire.OPCUA, Wire.MODBUS)
    found: list[tuple[str, list[str]]] = []
    for only in wires if check.per_protocol else (None,):
        ctx = BenchContext(unit, requirement, only)
        end = "pass"
        try:
            await check.run(ctx)
        except Ended as error:
            end = error.verdict
            ctx.notes.append(str(error))
        ctx.restore()
        if end == "pass" and not ctx.stated:
            end = "inconclusive"
        found.append(("fail" if ctx.failed else end, ctx.failed or ctx.notes))
    order = ["fail", "inconclusive", "pass", "not applicable"]
    return min(found, key=lambda f: order.index(f[0]))


__all__ = ["BenchContext", "BenchUnit", "Ended", "verdict"]
