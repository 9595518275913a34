"""After a check and at the end of a run: old values back, the unit stopped if we started it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

from conformance.context import Outcome, Reading, Value
from conformance.context_impl import Bench
from conformance.errors import ConformanceError, TargetError
from conformance.events import Restore
from conformance.targets.base import MethodLink
from profiles.model import Protocol as Wire

STATE = "state.unit_state"
STOP, CNTRL_CMD = "stop", "command.cntrl_cmd"
_RESTING = {2, 4, 9, 11, 17}  # Stopped, Idle, Aborted, Held, Complete
RUN = "run"  # the ``id`` of restore records that belong to no single requirement


class Aftercare:
    """Restores through the links; a protocol that is lost is not asked again for every value."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._lost: set[Wire] = set()
        self._initial: int | None = None

    async def look(self) -> None:
        """Remember the unit's state before anything is done to it."""
        self._initial = await self._state()

    async def restore(self, requirement: str) -> list[Restore]:
        return await self._bench.journal.restore(requirement, self._read, self._write)

    async def settle(self) -> list[Restore]:
        """Stop a unit that rested before and runs now because of us. A tester never *starts* a machine on its way out."""
        if not self._bench.commanded or self._initial is None:
            return []
        state = await self._state()
        if state == self._initial:
            return []
        if state is not None and (state in _RESTING or self._initial not in _RESTING):
            status = f"was in state {self._initial}, is left in state {state}"
            return [Restore(RUN, STATE, "", self._initial, state in _RESTING and self._initial in _RESTING, status)]
        outcome = await self._stop()
        return [Restore(RUN, STATE, "", self._initial, outcome[0], f"stop: {outcome[1]}")]

    async def _stop(self) -> tuple[bool, str]:
        for wire, link in self._bench.links.items():
            if wire in self._lost:
                continue
            try:
                if wire is Wire.OPCUA and STOP in self._bench.fitted.profile.methods:
                    outcome = await cast(MethodLink, link).call(STOP, ())
                else:
                    outcome = await link.write({CNTRL_CMD: 3})
            except ConformanceError as error:
                self._lost.add(wire)
                status = str(error)
                continue
            return outcome.accepted, outcome.status
        return False, status if self._lost else "no protocol takes commands"

    async def _state(self) -> int | None:
        for wire, link in self._bench.links.items():
            if wire in self._lost or not link.binds(STATE):
                continue
            try:
                reading = (await link.read([STATE]))[STATE]
            except TargetError:
                self._lost.add(wire)
                continue
            if reading.ok and isinstance(reading.value, int):
                return reading.value
        return None

    async def _read(self, wire: Wire, signals: Sequence[str]) -> Mapping[str, Reading]:
        if wire in self._lost:
            raise TargetError(f"{wire} is lost")
        try:
            return await self._bench.links[wire].read(signals)
        except TargetError:
            self._lost.add(wire)
            raise

    async def _write(self, wire: Wire, signal: str, value: Value) -> Outcome:
        if wire in self._lost:
            raise TargetError(f"{wire} is lost")
        try:
            return await self._bench.links[wire].write({signal: value})
        except TargetError:
            self._lost.add(wire)
            raise

    def found_again(self) -> None:
        """The target answers again."""
        self._lost.clear()
