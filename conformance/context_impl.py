"""The context of one check: gates what it may do, journals what it writes, records what it states.

``Bench`` holds what all checks of a run share; ``CheckContext`` is made for one check on one run of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, cast

from conformance.clock import MachineClock
from conformance.context import (
    Evidence,
    ModbusWire,
    Neighbour,
    Observation,
    OpcuaServices,
    Operator,
    Outcome,
    Reading,
    Timeline,
    Value,
)
from conformance.driving import COMMAND_NAMES, PATIENCE_S, bring_to
from conformance.errors import HarnessError
from conformance.events import Diagram, Expectation, Lane, plain
from conformance.fitting import Fitted
from conformance.gates import GatedModbus, GatedOpcua, GatedOperator
from conformance.journal import Journal
from conformance.named import alike
from conformance.neighbour import PortNeighbour
from conformance.targets.base import Link, MethodLink
from conformance.transcript import Transcript
from profiles.model import Impact, Requirement
from profiles.model import Protocol as Wire
from profiles.pack import Profile

METHOD_REGISTERS = {"set_unit_mode": "command.unit_mode", "set_mach_speed": "command.speed"}
"""Methods that do what writing a signal does: its old value is what restores them."""
MOST_POINTS = 2000  # of one lane of a diagram


class CheckEnded(Exception):
    """A check ends itself: the question could not be put (``inconclusive``), or does not concern this equipment.

    ``is_doubt``: the answer was measured too coarsely, and may be clear another time.
    """

    def __init__(self, verdict: str, reason: str, *, is_doubt: bool = False) -> None:
        super().__init__(reason)
        self.verdict, self.reason, self.is_doubt = verdict, reason, is_doubt


@dataclass
class Bench:
    """What the checks of one run share."""

    fitted: Fitted
    links: dict[Wire, Link]
    clock: MachineClock
    transcript: Transcript
    journal: Journal
    operator: Operator
    kind: str = "mock"
    modbus: ModbusWire | None = None
    opcua: OpcuaServices | None = None
    poll_s: float = 0.02  # wall seconds between two looks of ``until`` and ``record``
    scan_s: float = 0.0  # machine seconds
    patience_s: float = PATIENCE_S  # machine seconds; less for a unit that has not obeyed
    commanded: bool = False  # whether any command went out, so that the end of the run may have to stop the unit

    @property
    def wires(self) -> tuple[Wire, ...]:
        return tuple(self.links)


@dataclass
class CheckContext:
    """See ``conformance.context.Context``."""

    bench: Bench
    requirement: Requirement
    only_via: Wire | None = None
    via: tuple[Wire, ...] = ()
    expectations: list[Expectation] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    lanes: dict[str, list[list[Any]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.via = self.via or ((self.only_via,) if self.only_via is not None else self.bench.wires)
        self.profile: Profile = self.bench.fitted.profile
        self.claims: Mapping[str, bool] = self.bench.fitted.claims
        self.operator: Operator = GatedOperator(self, self.bench.operator)
        self._modbus = None if self.bench.modbus is None else GatedModbus(self, self.bench.modbus)
        self._opcua = None if self.bench.opcua is None else GatedOpcua(self, self.bench.opcua)

    # --- protocols ----------------------------------------------------------------------------------------------------
    @property
    def modbus(self) -> ModbusWire:
        if self._modbus is None:
            raise CheckEnded("not-applicable", "the target has no modbus endpoint")
        return self._modbus

    @property
    def opcua(self) -> OpcuaServices:
        if self._opcua is None:
            raise CheckEnded("not-applicable", "the target has no opcua endpoint")
        return cast(OpcuaServices, self._opcua)

    def link(self, signals: Sequence[str], via: Wire | None = None) -> Link:
        """The connection that has all the signals: the one named, else the first that can."""
        for signal in signals:
            if signal not in self.profile.signals:
                raise CheckEnded("not-applicable", f"the profile has no signal {signal}")
        wanted = (via,) if via is not None else self.via
        for wire in wanted:
            link = self.bench.links.get(wire)
            if link is not None and all(link.binds(s) for s in signals):
                return link
        over = " or ".join(str(w) for w in wanted)
        raise CheckEnded("not-applicable", f"{', '.join(signals[:3])} cannot be reached over {over}")

    def reaches(self, signal: str) -> bool:
        """Whether any protocol of this check has the signal."""
        return any(w in self.bench.links and self.bench.links[w].binds(signal) for w in self.via)

    def demand(self, impact: Impact, what: str) -> None:
        """The gate of decision 9: a check may not do more than its requirement declares."""
        if self.requirement.impact.rank < impact.rank:
            raise HarnessError(
                f"{self.requirement.id} is declared '{self.requirement.impact}' but does '{impact}': {what}"
            )

    # --- reading ------------------------------------------------------------------------------------------------------
    def param(self, name: str) -> Any:
        try:
            return self.bench.fitted.parameter(self.requirement.id, name)
        except KeyError:
            raise HarnessError(f"{self.requirement.id} has no parameter '{name}'; add it to the ledger") from None

    def now(self) -> float:
        return self.bench.clock.now()

    def seconds_between(self, earlier: datetime, later: datetime) -> float:
        return self.bench.clock.to_machine((later - earlier).total_seconds())

    async def read(self, signal: str, via: Wire | None = None) -> Reading:
        return (await self.link([signal], via).read([signal]))[signal]

    async def read_many(self, signals: Sequence[str], via: Wire | None = None) -> dict[str, Reading]:
        """Over one protocol if one has all the signals, else each over the first that has it."""
        wanted = list(dict.fromkeys(signals))
        parts: dict[int, tuple[Link, list[str]]] = {}
        try:
            link = self.link(wanted, via)
            parts[id(link)] = (link, wanted)
        except CheckEnded:
            for signal in wanted:
                link = self.link([signal], via)
                parts.setdefault(id(link), (link, []))[1].append(signal)
        found: dict[str, Reading] = {}
        for link, some in parts.values():
            found.update(await link.read(some))
        return {s: found[s] for s in wanted}

    async def until(
        self,
        signal: str,
        wanted: Value | Callable[[Value], bool],
        within_s: float,
        via: Wire | None = None,
        since: float | None = None,
    ) -> Observation:
        """Polls. The change lies between the look before and the look that saw it: that span is the uncertainty.

        Nothing is said to be missing by an answer to a question from before the deadline: one reply that is late, or had to
        wait for the tester, does not make the change late.
        """
        link = self.link([signal], via)
        called = self.now()
        start = called if since is None else since
        deadline = called + within_s
        evidence: list[int] = []
        last_look = start
        while True:
            looked = self.now()
            reading = (await link.read([signal]))[signal]
            evidence = [*evidence[:1], *evidence[-2:], reading.evidence]
            if reading.ok and _is(reading.value, wanted):
                doubt = max(reading.at - last_look, 0.0) + self.bench.scan_s
                return Observation(True, reading.at - start, doubt, reading, tuple(dict.fromkeys(evidence)))
            if looked >= deadline:
                doubt = reading.at - looked + self.bench.scan_s
                return Observation(False, reading.at - start, doubt, reading, tuple(dict.fromkeys(evidence)))
            last_look = looked
            await self.pause()

    async def pause(self) -> None:
        """One poll interval."""
        await self.bench.clock.sleep(self.bench.clock.to_machine(self.bench.poll_s))

    async def record(self, signals: Sequence[str], for_s: float, via: Wire | None = None) -> Timeline:
        started = self.now()
        changes: dict[str, list[tuple[float, Value]]] = {s: [] for s in signals}
        while True:
            for signal, reading in (await self.read_many(signals, via)).items():
                seen = changes[signal]
                if reading.ok and (not seen or seen[-1][1] != reading.value):
                    seen.append((reading.at, reading.value))
                    self.draw(signal, reading.at, reading.value)
            if self.now() - started >= for_s:
                return Timeline(started, self.now(), changes)
            await self.pause()

    # --- writing ------------------------------------------------------------------------------------------------------
    async def write(self, signal: str, value: Value, via: Wire | None = None) -> Outcome:
        return await self.write_many({signal: value}, via)

    async def write_many(self, values: Mapping[str, Value], via: Wire | None = None) -> Outcome:
        link = self.link(list(values), via)
        self.demand(Impact.WRITE, f"write {', '.join(values)}")
        for signal in (s for s, v in values.items() if v is None):  # what a check has read and would write back
            self.inconclusive(f"{signal} shows no value that could be written")
        await self.remember(list(values), link)
        self.bench.commanded |= any(s.startswith("command.") for s in values)
        outcome = await link.write(values)
        if not outcome.accepted and len(values) == 1:
            self.bench.journal.refused(next(iter(values)), link.wire)
        return outcome

    async def remember(self, signals: Sequence[str], link: Link) -> None:
        """Journal old values before they are overwritten."""
        unknown = self.bench.journal.unknown(signals, link.wire)
        if unknown:
            self.bench.journal.note((await link.read(unknown)).values())

    async def command(self, name: str, via: Wire | None = None) -> Outcome:
        self.demand(Impact.ACTUATE, f"command {name}")
        method = COMMAND_NAMES.get(name.replace("_", "").lower())
        if method is None or method not in self.profile.methods:
            raise HarnessError(f"there is no command '{name}'")
        number = self.profile.methods[method].command
        wanted = (via,) if via is not None else self.via
        for wire in wanted:
            link = self.bench.links.get(wire)
            if link is not None and wire is Wire.OPCUA:
                self.bench.commanded = True
                return await cast(MethodLink, link).call(method, ())
            if link is not None and number is not None and link.binds("command.cntrl_cmd"):
                self.bench.commanded = True
                return await link.write({"command.cntrl_cmd": number})
        raise CheckEnded("not-applicable", f"the target takes no command over {', '.join(wanted)}")

    async def call(self, method: str, *arguments: Value) -> Outcome:
        self.demand(Impact.ACTUATE, f"call {method}")
        if method not in self.profile.methods:
            raise CheckEnded("not-applicable", f"the profile has no method {method}")
        link = self.bench.links.get(Wire.OPCUA)
        if link is None:
            raise CheckEnded("not-applicable", "the target has no opcua endpoint")
        register = METHOD_REGISTERS.get(method)
        if register is not None and link.binds(register):
            await self.remember([register], link)
        self.bench.commanded = True
        return await cast(MethodLink, link).call(method, arguments)

    async def bring_to(self, state: str) -> None:
        self.demand(Impact.ACTUATE, f"bring to {state}")
        await bring_to(self, state)

    def neighbour(self, port: str, via: Wire | None = None) -> AbstractAsyncContextManager[Neighbour]:
        self.demand(Impact.ACTUATE, f"hand over at {port}")
        return PortNeighbour(self, port, via)

    # --- stating ------------------------------------------------------------------------------------------------------
    def expect(
        self, met: bool, what: str, *, expected: Any = None, actual: Any = None, evidence: Evidence = ()
    ) -> bool:
        self._state(bool(met), what, expected, actual, evidence)
        return bool(met)

    def expect_within(
        self, elapsed: float, limit_s: float, uncertainty: float, what: str, *, evidence: Evidence = ()
    ) -> bool | None:
        met = None if abs(elapsed - limit_s) <= uncertainty else elapsed < limit_s
        actual = f"{elapsed:.3f} s ± {uncertainty:.3f} s"
        self._state(met, what, f"within {limit_s:g} s", actual, evidence)
        return met

    def _state(self, met: bool | None, what: str, expected: Any, actual: Any, evidence: Evidence) -> None:
        reading = evidence.last if isinstance(evidence, Observation) else evidence
        entries = evidence.evidence if isinstance(evidence, (Reading, Observation)) else evidence
        cited = sorted({i for i in ([entries] if isinstance(entries, int) else entries) if i >= 0})
        stated = Expectation(
            what, met, plain(alike(expected, actual)), plain(actual), self.only_via and str(self.only_via), cited
        )
        if isinstance(reading, Reading):
            address = self.bench.fitted.address(reading.signal, reading.via)
            stated = replace(stated, via=str(reading.via), signal=reading.signal, address=address)
        self.expectations.append(stated)

    def inconclusive(self, reason: str) -> None:
        raise CheckEnded("inconclusive", reason)

    def too_coarse(self, reason: str) -> None:
        raise CheckEnded("inconclusive", reason, is_doubt=True)

    def not_applicable(self, reason: str) -> None:
        raise CheckEnded("not-applicable", reason)

    def note(self, text: str) -> None:
        self.notes.append(text)

    def draw(self, lane: str, at: float, value: Value) -> None:
        """A point of the timing diagram, if the lane's value changed."""
        points = self.lanes.setdefault(lane, [])
        if len(points) < MOST_POINTS and (not points or points[-1][1] != plain(value)):
            points.append([round(at, 4), plain(value)])

    def diagram(self) -> Diagram | None:
        lanes = [Lane(name, points) for name, points in self.lanes.items() if points]
        return Diagram(lanes) if lanes else None


def _is(value: Value, wanted: Value | Callable[[Value], bool]) -> bool:
    return bool(wanted(value)) if callable(wanted) else value == wanted
