"""The tester in the role of the unit's neighbour on one port (decision 17): plain levels, each held until answered.

A block of peer inputs has one writer at a time. The tester takes it with its first heartbeat, waits once for a writer
before it to fall silent, and gives it back with a good-bye (heartbeat 0), so that the next writer finds it free.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from conformance import exchange
from conformance.context import Observation, Outcome, Reading
from conformance.errors import ConformanceError, HarnessError, TargetError
from profiles.model import Protocol as Wire

if TYPE_CHECKING:
    from conformance.context_impl import CheckContext

SENDER = {"available": False, "busy": False, "finished": False}
RECEIVER = {"ready": False, "start": False, "stop": False}
UNDER_WAY = {"infeed": ("start", "stop"), "outfeed": ("busy", "finished")}
"""The unit's levels that must fall before the port is clear; its willingness may stay."""
WILLING_S = 60.0  # machine seconds until the unit is willing, where the check says nothing
SLACK_S = 2.0  # beyond the profile's own timer, so that the unit's alarm comes before our patience ends
LOOKS = 50  # within one wait, at least, so that a fast mock is looked at often enough
BEATS = 2  # heartbeats written per period: one that comes late is no loss
GOOD_BYE = 0
_items = itertools.count(1)


class PortNeighbour:
    """See ``conformance.context.Neighbour``; an asynchronous context manager of itself."""

    def __init__(self, context: CheckContext, port: str, via: Wire | None) -> None:
        if port not in ("infeed", "outfeed"):
            raise HarnessError(f"there is no port '{port}'")
        self.port = port
        self._late = ""
        self._context = context
        self._levels = dict(SENDER if port == "infeed" else RECEIVER)
        self._own = RECEIVER if port == "infeed" else SENDER
        self._peer, self._unit = f"handover.{port}.peer.", f"handover.{port}."
        needed = [self._peer + n for n in (*self._levels, "heartbeat")] + [self._unit + n for n in self._own]
        self._link = context.link(needed, via)
        self._shown: dict[str, Any] = {}
        self._beat = 0
        self._beat_at: float | None = None
        self._sequence = 0
        self._beating: asyncio.Task[None] | None = None
        self.states: list[Any] = []
        self.evidence: list[int] = []

    async def __aenter__(self) -> PortNeighbour:
        await self._take_block()
        await self.set(safe=True)
        await self.resume_heartbeat()
        return self

    async def __aexit__(self, kind: object, error: object, trace: object) -> None:
        try:
            await self._let_go()
        except (TargetError, ConformanceError):
            if kind is None:
                raise
        finally:
            await self.stop_heartbeat()
            with contextlib.suppress(TargetError):  # a lost target has lost our heartbeat, too
                await self._link.write({self._peer + "heartbeat": GOOD_BYE})

    async def _take_block(self) -> None:
        deadline = self._context.now() + self._context.profile.handover.heartbeat_loss_s + SLACK_S
        while True:
            outcome = await self._pulse()
            if outcome.accepted:
                return
            if self._context.now() >= deadline:
                self._context.inconclusive(f"the peer block of the {self.port} cannot be written: {outcome.status}")
            await self._context.pause()

    # --- levels -------------------------------------------------------------------------------------------------------
    async def set(self, **levels: Any) -> Outcome:
        values = {self._peer + name: value for name, value in levels.items()}
        unknown = [s for s in values if s not in self._context.profile.signals]
        if unknown:
            raise HarnessError(f"a peer of the {self.port} has no {', '.join(unknown)}")
        await self._context.remember(list(values), self._link)
        outcome = await self._link.write({s: v for s, v in values.items() if self._link.binds(s)})
        self._shown.update(levels)
        for name, value in levels.items():
            self._context.draw(f"peer.{name}", outcome.at, value)
        self.evidence.append(outcome.evidence)
        return outcome

    async def offer(self, item_id: str | None = None, kind: int = 1, quality: int = 1, *, torn: bool = False) -> str:
        if self.port != "infeed":
            raise HarnessError("only the sender offers; on the outfeed the unit is the sender")
        item = item_id if item_id is not None else f"TEST-{next(_items):06d}"
        before, after = self._sequence, await self._next_sequence()
        # The sequence numbers are the rule of atomicity: equal before and after means that what lies between is whole.
        await self.set(
            seq_before=after, item_id=item, item_kind=kind, item_quality=quality, seq_after=before if torn else after
        )
        await self.set(available=True)
        return item

    async def _next_sequence(self) -> int:
        """Every offer has a number of its own; the first follows the one that the unit took last."""
        if self._sequence == 0 and self._link.binds(self._unit + "seq"):
            last = (await self._link.read([self._unit + "seq"]))[self._unit + "seq"].value
            self._sequence = last if isinstance(last, int) else 0
        self._sequence = self._sequence % 65535 + 1
        return self._sequence

    async def see(self, within_s: float, **levels: Any) -> Observation:
        context = self._context
        wanted = {self._unit + name: value for name, value in levels.items()}
        watched = list(dict.fromkeys([*wanted, *(self._unit + n for n in self._own), self._unit + "state"]))
        watched = [s for s in watched if self._link.binds(s)]
        pace = min(context.bench.clock.to_machine(context.bench.poll_s), within_s / LOOKS)
        start = last_look = context.now()
        while True:
            looked = context.now()
            readings = await self._link.read(watched)
            self._draw(readings)
            last = readings[next(iter(wanted))]
            evidence = tuple(readings[s].evidence for s in wanted)
            if all(readings[s].ok and readings[s].value == value for s, value in wanted.items()):
                doubt = max(0.0, last.at - last_look) + context.bench.scan_s
                self.evidence += evidence
                return Observation(True, last.at - start, doubt, last, evidence)
            if looked - start >= within_s:  # as in ``Context.until``
                return Observation(False, last.at - start, last.at - looked + context.bench.scan_s, last, evidence)
            last_look = looked
            await context.bench.clock.sleep(pace)

    async def read(self, *names: str) -> dict[str, Reading]:
        """The unit's own outputs of this port by short name, of one look; those that the protocol does not have are left out."""
        signals = [self._unit + n for n in names if self._link.binds(self._unit + n)]
        readings = await self._link.read(signals) if signals else {}
        return {s.removeprefix(self._unit): reading for s, reading in readings.items()}

    def _draw(self, readings: Mapping[str, Reading]) -> None:
        for signal, reading in readings.items():
            if reading.ok:
                self._context.draw(signal.removeprefix("handover."), reading.at, reading.value)
        state = readings.get(self._unit + "state")
        if state is not None and state.ok and (not self.states or self.states[-1] != state.value):
            self.states.append(state.value)

    # --- a whole transfer ---------------------------------------------------------------------------------------------
    async def transfer(
        self,
        *,
        finish: str = "sender_first",
        first: str | None = None,
        item_id: str | None = None,
        kind: int = 1,
        quality: int = 1,
        within_s: float | None = None,
    ) -> Mapping[str, Any]:
        if finish not in ("sender_first", "receiver_first"):
            raise HarnessError(f"finish is sender_first or receiver_first, not '{finish}'")
        self.states, self.evidence = [], []
        willing = WILLING_S if within_s is None else within_s
        seen: dict[str, Any] = {"item_id": item_id, "kind": kind, "quality": quality}
        failed = None
        try:
            if self.port == "infeed":
                seen.update(await exchange.send(self, finish, willing, item_id, kind, quality))
            else:
                seen.update(await exchange.receive(self, finish, willing, first))
        except exchange.StepFailed as step:
            failed = str(step)
        evidence = [i for i in dict.fromkeys(self.evidence) if i >= 0]
        return {**seen, "ok": failed is None, "failed_step": failed, "states": list(self.states), "evidence": evidence}

    async def put(self, **levels: Any) -> Outcome:
        """``set`` within a transfer: a refusal ends it."""
        outcome = await self.set(**levels)
        if not outcome.accepted:
            raise exchange.StepFailed(f"{', '.join(levels)}: refused by the unit ({outcome.status})")
        return outcome

    async def step(self, name: str, within_s: float, **levels: Any) -> Observation:
        """``see`` within a transfer: what is not seen in time ends it."""
        seen = await self.see(within_s, **levels)
        self.evidence += [i for i in seen.evidence if i >= 0]
        if not seen.met:
            raise exchange.StepFailed(f"{name}: not seen within {within_s:g} s")
        return seen

    def seconds(self, timer: str) -> float:
        """What the profile gives a timer."""
        timers = self._context.profile.handover.timers
        return timers[timer].seconds if timer in timers else 10.0

    def limit(self, timer: str) -> float:
        """The profile's timer and some slack, so that an expiry shows at the unit before we give up."""
        return self.seconds(timer) + SLACK_S + 2 * self._context.bench.scan_s

    def answered(self, timer: str, since: float) -> None:
        """Note that we ourselves were too late for a timer that began at or after ``since``: no fault of the unit."""
        self.be_late(f"the answer within {timer.upper()}", self._context.now() - since, self.seconds(timer))

    def be_late(self, what: str, took_s: float, limit_s: float) -> None:
        """Note a delay of the tester's own that the unit may rightly take for a fault."""
        if took_s >= limit_s and not self._late:
            self._late = f"the tester itself was late: {what} took {took_s:.2f} s of {limit_s:g} s"

    @property
    def late(self) -> str:
        """See ``Neighbour``; a heartbeat that is due and has not been written yet counts."""
        if self._beat_at is not None:
            self._beat_late(self.now())
        return self._late

    def _beat_late(self, at: float) -> None:
        assert self._beat_at is not None
        self.be_late("a heartbeat", at - self._beat_at, self._context.profile.handover.heartbeat_loss_s)

    def now(self) -> float:
        return self._context.now()

    async def pause(self) -> None:
        await self._context.pause()

    async def _let_go(self) -> None:
        """All levels off. A receiver without the item says so first: the sender must know who has it."""
        if self._shown.get("start") and self._shown.get("result") != exchange.COMPLETE:
            await self.set(result=exchange.INCOMPLETE)
        await self.set(**self._levels)

    async def clear(self) -> None:
        await self._let_go()
        patience = self._context.profile.handover.clear_s + SLACK_S
        await self.see(patience, **dict.fromkeys(UNDER_WAY[self.port], False))

    # --- heartbeat ----------------------------------------------------------------------------------------------------
    async def stop_heartbeat(self) -> None:
        task, self._beating = self._beating, None
        self._beat_at = None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def resume_heartbeat(self) -> None:
        if self._beating is None or self._beating.done():
            await self._pulse()
            self._beating = asyncio.create_task(self._heart(), name=f"heartbeat {self.port}")

    async def _heart(self) -> None:
        rules = self._context.profile.handover
        while True:
            await self._context.bench.clock.sleep(rules.heartbeat_s / BEATS)
            # The check itself will meet a loss; the heart only has to beat again when it is mended.
            with contextlib.suppress(TargetError):
                await self._pulse()

    async def _pulse(self) -> Outcome:
        signal = self._peer + "heartbeat"
        await self._context.remember([signal], self._link)
        self._beat = self._beat % 65535 + 1
        outcome = await self._link.write({signal: self._beat})
        if self._beat_at is not None:
            self._beat_late(outcome.at)
        self._beat_at = outcome.at
        return outcome
