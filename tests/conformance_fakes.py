"""A target of sixty lines: a dictionary behind a ``Link``, and an operator who notes what was asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from conformance.clock import MachineClock
from conformance.context import Outcome, Reading
from conformance.context_impl import Bench
from conformance.errors import TargetLost, Unreachable
from conformance.fitting import fit
from conformance.journal import Journal
from conformance.registry import Check
from conformance.runner import Options, Session
from conformance.selection import Selection
from conformance.targetfile import Target, TargetFile
from conformance.transcript import Transcript
from profiles import load_profile
from profiles.model import Impact, Requirement
from profiles.model import Protocol as Wire


class FakeLink:
    """Signals in a dictionary; ``on_write`` may change others, ``lost`` makes it silent."""

    def __init__(self, wire: Wire, clock: MachineClock, transcript: Transcript, values: dict[str, Any]) -> None:
        self.wire, self.address = wire, f"fake-{wire}"
        self.values = values
        self.written: list[tuple[str, Any]] = []
        self.lost = self.absent = False
        self.refuse: set[str] = set()
        self.on_write: Callable[[str, Any], None] = lambda signal, value: None
        self._clock, self._transcript = clock, transcript

    async def connect(self) -> None:
        if self.absent:
            raise Unreachable(self.address, "nobody is there")

    async def close(self) -> None: ...

    async def alive(self) -> bool:
        return not self.lost

    def binds(self, signal: str) -> bool:
        return signal in self.values

    async def read(self, signals: Sequence[str]) -> dict[str, Reading]:
        self._check()
        return {s: self._reading(s) for s in signals}

    def _reading(self, signal: str) -> Reading:
        value = self.values[signal]
        evidence = self._transcript.add(str(self.wire), "read", signal, value, "OK")
        return Reading(signal, self.wire, value, value is not None, "OK", self._clock.now(), 0.0, evidence=evidence)

    async def write(self, values: Mapping[str, Any]) -> Outcome:
        self._check()
        evidence = -1
        for signal, value in values.items():
            status = "refused" if signal in self.refuse else "OK"
            evidence = self._transcript.add(str(self.wire), "write", signal, value, status)
            if status != "OK":
                return Outcome(False, status, self._clock.now(), evidence=evidence)
            self.written.append((signal, value))
            self.values[signal] = value
            self.on_write(signal, value)
        return Outcome(True, "OK", self._clock.now(), evidence=evidence)

    async def call(self, method: str, arguments: Sequence[Any]) -> Outcome:
        return await self.write({"command.cntrl_cmd": {"reset": 1, "start": 2, "stop": 3}.get(method, 0)})

    def _check(self) -> None:
        if self.lost:
            raise TargetLost("silence")


class FakeOperator:
    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []

    async def act(self, action: str, **details: Any) -> None:
        self.asked.append((action, details))


def requirement(number: int = 1, **changes: Any) -> Requirement:
    row = {
        "id": f"BC-TEST-{number:03d}", "area": "test", "level": "MUST", "severity": "data", "since": "1.0.0",
        "text": {"en": "It does.", "ja": "する。"}, "remedy": {"en": "Mend it.", "ja": "直す。"},
        "source": [{"ref": "our test", "trust": "S"}], "check": f"test.c{number}", "faults": ["some"],
    }  # fmt: skip
    row.update(changes)
    return Requirement.model_validate(row)


VALUES = {
    "state.unit_state": 4, "state.unit_mode": 2, "test.permit": True, "identity.location": "hall 1", "identity.asset_id": "A",
    "command.cntrl_cmd": 0, "command.speed": 10.0, "comm.heartbeat": 1, "profile.version": "1.0.0",
}  # fmt: skip


class Stand:
    """A session against fakes. ``checks`` are functions; their requirements are numbered from 1."""

    def __init__(
        self,
        *checks: Callable[[Any], Any],
        impact: Impact = Impact.OBSERVE,
        kind: str = "mock",
        rows: Sequence[Mapping[str, Any]] = (),
        wires: Sequence[Wire] = (Wire.OPCUA,),
        per_protocol: bool = False,
        check_s: float = 5.0,
        options: Mapping[str, Any] | None = None,
    ) -> None:
        given = [*rows, *[{}] * (len(checks) - len(rows))]
        ledger = tuple(requirement(i, **{"impact": impact, **row}) for i, row in enumerate(given, 1))
        bundled = load_profile("stacking")
        base = replace(bundled, pack=replace(bundled.pack, ledger=ledger))
        endpoints = {"opcua": {"url": "opc.tcp://fake:1"}}
        file = TargetFile.model_validate({"kind": kind, **endpoints, "timeouts": {"check_s": check_s, "poll_ms": 1}})
        target = Target(file=file, ref="target.yaml")
        clock = MachineClock()
        transcript = Transcript(clock)
        self.links = {w: FakeLink(w, clock, transcript, dict(VALUES)) for w in wires}
        self.link = self.links[wires[0]]
        self.operator = FakeOperator()
        fitted = fit(base, target)
        self.bench = Bench(fitted, dict(self.links), clock, transcript, Journal(), self.operator, kind, poll_s=0.001)  # type: ignore[arg-type]
        known = {f"test.c{i}": Check(f"test.c{i}", c, None, per_protocol) for i, c in enumerate(checks, 1)}
        self.profile = base
        self.session = Session(
            target, base, Options(Selection(impact), **(options or {})), bench=self.bench, checks=known
        )

    async def run(self) -> list[Any]:
        return [event async for event in self.session.events()]


def findings(events: Sequence[Any]) -> dict[str, Any]:
    return {e.id: e for e in events if e.event == "finding"}
