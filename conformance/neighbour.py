"""The tester in the role of the unit's neighbour on one port (decision 17): plain levels, each held until answered."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from conformance.context import Observation, Outcome, Reading
from conformance.errors import ConformanceError, HarnessError, TargetError
from profiles.model import Protocol as Wire

if TYPE_CHECKING:
    from conformance.context_impl import CheckContext

SENDER = {"available": False, "busy": False, "finished": False}
RECEIVER = {"ready": False, "start": False, "stop": False}
COMPLETE = 3  # transfer result of IPC-HERMES-9852
WILLING_S = 60.0  # machine seconds until the unit is willing, where the check says nothing
SLACK_S = 2.0  # beyond the profile's own timer, so that the unit's alarm comes before our patience ends
_items = itertools.count(1)


class StepFailed(Exception):
    """A step of a transfer was not answered in time."""


class PortNeighbour:
    """See ``conformance.context.Neighbour``; an asynchronous context manager of itself."""

    def __init__(self, context: CheckContext, port: str, via: Wire | None) -> None:
        if port not in ("infeed", "outfeed"):
            raise HarnessError(f"there is no port '{port}'")
        self.port = port
        self._context = context
        self._levels = dict(SENDER if port == "infeed" else RECEIVER)
        self._own = RECEIVER if port == "infeed" else SENDER
        self._peer, self._unit = f"handover.{port}.peer.", f"handover.{port}."
        needed = [self._peer + n for n in (*self._levels, "heartbeat")] + [self._unit + n for n in self._own]
        self._link = context.link(needed, via)
        self._beat = 0
        self._sequence = 0
        self._item = ""
        self._beating: asyncio.Task[None] | None = None
        self._states: list[Any] = []
        self._evidence: list[int] = []

    async def __aenter__(self) -> PortNeighbour:
        await self._pulse()
        await self.set(safe=True)
        await self.resume_heartbeat()
        return self

    async def __aexit__(self, kind: object, error: object, trace: object) -> None:
        try:
            await self.set(**self._levels_off())
        except (TargetError, ConformanceError):
            if kind is None:
                raise
        finally:
            await self.stop_heartbeat()

    # --- levels -------------------------------------------------------------------------------------------------------
    async def set(self, **levels: Any) -> Outcome:
        values = {self._peer + name: value for name, value in levels.items()}
        unknown = [s for s in values if s not in self._context.profile.signals]
        if unknown:
            raise HarnessError(f"a peer of the {self.port} has no {', '.join(unknown)}")
        await self._context.remember(list(values), self._link)
        outcome = await self._link.write(values)
        for name, value in levels.items():
            self._context.draw(f"peer.{name}", outcome.at, value)
        self._evidence.append(outcome.evidence)
        return outcome

    async def offer(self, item_id: str | None = None, kind: int = 1, quality: int = 1) -> str:
        if self.port != "infeed":
            raise HarnessError("only the sender offers; on the outfeed the unit is the sender")
        self._item = item_id if item_id is not None else f"TEST-{next(_items):06d}"
        self._sequence = self._sequence % 65535 + 1
        # The sequence numbers are the rule of atomicity: equal before and after means that what lies between is whole.
        await self.set(
            seq_before=self._sequence,
            item_id=self._item,
            item_kind=kind,
            item_quality=quality,
            seq_after=self._sequence,
        )
        await self.set(available=True)
        return self._item

    async def see(self, within_s: float, **levels: Any) -> Observation:
        context = self._context
        wanted = {self._unit + name: value for name, value in levels.items()}
        watched = list(dict.fromkeys([*wanted, *(self._unit + n for n in self._own), self._unit + "state"]))
        watched = [s for s in watched if self._link.binds(s)]
        start = last_look = context.now()
        while True:
            looked = context.now()
            readings = await self._link.read(watched)
            self._draw(readings)
            last = readings[next(iter(wanted))]
            evidence = tuple(readings[s].evidence for s in wanted)
            if all(readings[s].ok and readings[s].value == value for s, value in wanted.items()):
                doubt = max(0.0, last.at - last_look) + context.bench.scan_s
                self._evidence += evidence
                return Observation(True, last.at - start, doubt, last, evidence)
            if last.at - start >= within_s:
                return Observation(False, last.at - start, last.at - looked + context.bench.scan_s, last, evidence)
            last_look = looked
            await context.pause()

    def _draw(self, readings: Mapping[str, Reading]) -> None:
        for signal, reading in readings.items():
            if reading.ok:
                self._context.draw(signal.removeprefix("handover."), reading.at, reading.value)
        state = readings.get(self._unit + "state")
        if state is not None and state.ok and (not self._states or self._states[-1] != state.value):
            self._states.append(state.value)

    # --- a whole transfer ---------------------------------------------------------------------------------------------
    async def transfer(
        self,
        *,
        finish: str = "sender_first",
        item_id: str | None = None,
        quality: int = 1,
        within_s: float | None = None,
    ) -> Mapping[str, Any]:
        if finish not in ("sender_first", "receiver_first"):
            raise HarnessError(f"finish is sender_first or receiver_first, not '{finish}'")
        self._states, self._evidence = [], []
        willing = WILLING_S if within_s is None else within_s
        seen: dict[str, Any] = {"item_id": item_id, "kind": 1, "quality": quality}
        failed = None
        try:
            if self.port == "infeed":
                seen["item_id"] = await self._send(finish, item_id, quality, willing)
            else:
                seen.update(await self._receive(finish, willing))
        except StepFailed as step:
            failed = str(step)
        evidence = [i for i in dict.fromkeys(self._evidence) if i >= 0]
        return {**seen, "ok": failed is None, "failed_step": failed, "states": list(self._states), "evidence": evidence}

    async def _send(self, finish: str, item_id: str | None, quality: int, willing: float) -> str:
        item = await self.offer(item_id, quality=quality)
        await self._step("ready", willing, ready=True)
        await self._step("start", self._limit("t1"), start=True, **self._accepted(item))
        await self.set(busy=True)
        if finish == "sender_first":
            await self.set(finished=True)
            await self._step("stop", self._limit("t3"), stop=True)
        else:
            await self._step("stop", self._limit("t3"), stop=True)
            await self.set(finished=True)
        await self._step("start and ready off", self._limit("t4"), start=False, ready=False)
        await self.set(available=False, busy=False, finished=False)
        await self._step("stop off", self._limit("t5"), stop=False)
        return item

    def _accepted(self, item: str) -> dict[str, Any]:
        return {"item_id": item} if self._link.binds(self._unit + "item_id") else {}

    async def _receive(self, finish: str, willing: float) -> dict[str, Any]:
        await self.set(ready=True)
        await self._step("available", willing, available=True)
        item = await self._item_data()
        await self.set(item_id=item["item_id"])
        await self.set(start=True)
        await self._step("busy", self._limit("t2"), busy=True)
        if finish == "sender_first":
            await self._step("finished", self._limit("t3"), finished=True)
            await self.set(result=COMPLETE)
            await self.set(stop=True)
        else:
            await self.set(result=COMPLETE)
            await self.set(stop=True)
            await self._step("finished", self._limit("t3"), finished=True)
        await self.set(start=False, ready=False)
        await self._step("all off", self._limit("t5"), available=False, busy=False, finished=False)
        await self.set(stop=False)
        return item

    async def _item_data(self) -> dict[str, Any]:
        """The item of the unit, whole: sequence numbers equal before and after."""
        names = {"item_id": "item_id", "item_kind": "kind", "item_quality": "quality"}
        bounds = [self._unit + "seq_before", self._unit + "seq_after"]
        signals = [s for s in (bounds[0], *(self._unit + n for n in names), bounds[1]) if self._link.binds(s)]
        for _ in range(5):
            readings = await self._link.read(signals)
            values = [readings[b].value for b in bounds if b in readings]
            if len(set(values)) <= 1:
                self._evidence += [r.evidence for r in readings.values()]
                return {new: readings[self._unit + n].value for n, new in names.items() if self._unit + n in readings}
            await self._context.pause()
        raise StepFailed("item data: sequence numbers before and after stay different")

    async def _step(self, name: str, within_s: float, **levels: Any) -> None:
        seen = await self.see(within_s, **levels)
        self._evidence += [i for i in seen.evidence if i >= 0]
        if not seen.met:
            raise StepFailed(f"{name}: not seen within {within_s:g} s")

    def _limit(self, timer: str) -> float:
        """The profile's timer and some slack, so that an expiry shows at the unit before we give up."""
        seconds = next((t.seconds for t in self._context.profile.handover.timers if t.id == timer), 10.0)
        return seconds + SLACK_S + 2 * self._context.bench.scan_s

    async def clear(self) -> None:
        await self.set(**self._levels_off())
        await self.see(self._context.profile.handover.clear_s + SLACK_S, **dict.fromkeys(self._own, False))

    def _levels_off(self) -> dict[str, Any]:
        return dict(self._levels)

    # --- heartbeat ----------------------------------------------------------------------------------------------------
    async def stop_heartbeat(self) -> None:
        task, self._beating = self._beating, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def resume_heartbeat(self) -> None:
        if self._beating is None or self._beating.done():
            self._beating = asyncio.create_task(self._heart(), name=f"heartbeat {self.port}")

    async def _heart(self) -> None:
        while True:
            # The check itself will meet a loss; the heart only has to beat again when it is mended.
            with contextlib.suppress(TargetError):
                await self._pulse()
            await self._context.bench.clock.sleep(self._context.profile.handover.heartbeat_s)

    async def _pulse(self) -> None:
        signal = self._peer + "heartbeat"
        await self._context.remember([signal], self._link)
        self._beat = self._beat % 65535 + 1
        await self._link.write({signal: self._beat})
