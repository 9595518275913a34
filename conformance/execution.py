"""Running one check: time-out, interrupt, consent, and what each way to end means for its verdict."""

from __future__ import annotations

import asyncio
import traceback
from collections import Counter
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from conformance.consent import CHECK_EVERY_S, Consent
from conformance.context_impl import Bench, CheckContext, CheckEnded
from conformance.errors import ConsentLost, OperatorError, TargetError
from conformance.events import Diagram, Lane
from conformance.registry import Check
from conformance.selection import Selected
from conformance.verdicts import Verdict, derive, why
from profiles.model import Impact
from profiles.model import Protocol as Wire


class Trouble(StrEnum):
    """What the runner must look into after a check."""

    NONE = ""
    TARGET = "target"  # it stopped answering: is it still there?
    CONSENT = "consent"
    INTERRUPT = "interrupt"


@dataclass(frozen=True)
class Part:
    """One run of a check; a check per protocol has several."""

    context: CheckContext
    verdict: Verdict
    reason: str
    trouble: Trouble = Trouble.NONE
    is_doubt: bool = False
    """Whether it is inconclusive only because the tester or the network was too slow to measure by."""


def lanes_of(parts: Sequence[Part]) -> list[Lane]:
    """The lanes of all parts; a signal that was seen over two protocols has two, and each says over which."""
    lanes = [(part.context.only_via, lane) for part in parts for lane in (part.context.diagram() or Diagram([])).lanes]
    seen = Counter(lane.name for _, lane in lanes)
    return [replace(x, name=f"{x.name} ({via})") if via is not None and seen[x.name] > 1 else x for via, x in lanes]


class Executor:
    """Runs checks one at a time. ``interrupt`` ends the one that runs."""

    def __init__(self, bench: Bench, consent: Consent, check_s: float) -> None:
        self._bench, self._consent, self._limit = bench, consent, check_s
        self.interrupted = asyncio.Event()

    async def run(self, selected: Selected) -> list[Part]:
        """Every part of a check, or fewer when trouble ends it."""
        check = selected.check
        assert check is not None
        wires: tuple[Wire | None, ...] = selected.wires if check.per_protocol else (None,)
        if selected.requirement.impact is Impact.OBSERVE:  # who only looks may look at both at the same time
            return list(await asyncio.gather(*(self._part(selected, check, wire) for wire in wires)))
        parts: list[Part] = []
        for wire in wires:
            part = await self._part(selected, check, wire)
            parts.append(part)
            if part.trouble is not Trouble.NONE:
                break
        return parts

    async def unless_interrupted(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something that is no check; the abort key ends it, as ``CancelledError``."""
        task, stop = asyncio.ensure_future(work), asyncio.ensure_future(self.interrupted.wait())
        try:
            await asyncio.wait({task, stop}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stop.cancel()
            if not task.done():
                task.cancel()
            await asyncio.gather(task, stop, return_exceptions=True)
        task.result()

    async def _part(self, selected: Selected, check: Check, wire: Wire | None) -> Part:
        context = CheckContext(self._bench, selected.requirement, wire)
        guarded = self._consent.needed(selected.requirement.impact)
        error = await self._end_of(check, context, guarded)
        verdict, reason, trouble = self._judge(context, error)
        if wire is not None and reason:
            reason = f"{wire}: {reason}"
        doubt = (error is None and bool(context.expectations)) or (isinstance(error, CheckEnded) and error.is_doubt)
        return Part(context, verdict, reason, trouble, is_doubt=doubt and verdict is Verdict.INCONCLUSIVE)

    async def _end_of(self, check: Check, context: CheckContext, guarded: bool) -> BaseException | None:
        """Run to the end, whichever it is; returns what ended it early."""
        main: asyncio.Task[None] = asyncio.ensure_future(_as_coroutine(check, context))
        stop = asyncio.ensure_future(self.interrupted.wait())
        watch = asyncio.ensure_future(self._watch()) if guarded else None
        others: list[asyncio.Future[Any]] = [f for f in (stop, watch) if f is not None]
        try:
            await asyncio.wait({main, *others}, timeout=self._limit, return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            self.note_cancel()
        if watch is not None and watch.done() and not main.done() and watch.exception() is not None:
            ended: BaseException | None = watch.exception()
        elif self.interrupted.is_set() and not main.done():
            ended = asyncio.CancelledError()
        elif not main.done():
            ended = TimeoutError()
        else:
            ended = None
        for task in (main, *others):
            task.cancel()
        results = await asyncio.gather(main, *others, return_exceptions=True)
        return ended if ended is not None else (results[0] if isinstance(results[0], BaseException) else None)

    def note_cancel(self) -> None:
        """An abort key cancels the task that runs us: from here on it is an interrupt, and what follows may finish."""
        self.interrupted.set()
        task = asyncio.current_task()
        if task is not None:
            while task.cancelling():
                task.uncancel()

    async def _watch(self) -> None:
        while True:
            await self._consent.demand()
            await asyncio.sleep(CHECK_EVERY_S)

    def _judge(self, context: CheckContext, error: BaseException | None) -> tuple[Verdict, str, Trouble]:
        stated = derive(context.expectations)
        if error is None:
            return stated, why(stated, context.expectations), Trouble.NONE
        verdict, reason, trouble = self._of_error(context, error)
        # A false expectation is a fact that no later mishap takes back.
        if stated is Verdict.FAIL and verdict is not Verdict.ERROR:
            return stated, f"{why(stated, context.expectations)}; then: {reason}", trouble
        return verdict, reason, trouble

    def _of_error(self, context: CheckContext, error: BaseException) -> tuple[Verdict, str, Trouble]:
        if isinstance(error, CheckEnded):
            return Verdict(error.verdict), error.reason, Trouble.NONE
        if isinstance(error, ConsentLost):
            return Verdict.INCONCLUSIVE, f"consent: {error}", Trouble.CONSENT
        if isinstance(error, OperatorError):
            return Verdict.INCONCLUSIVE, str(error), Trouble.NONE
        if isinstance(error, TargetError):
            return Verdict.INCONCLUSIVE, f"the target did not answer: {error}", Trouble.TARGET
        if isinstance(error, asyncio.CancelledError):
            return Verdict.INCONCLUSIVE, "interrupted", Trouble.INTERRUPT
        if isinstance(error, TimeoutError):
            return Verdict.INCONCLUSIVE, f"not finished within {self._limit:g} s", Trouble.NONE
        frames = traceback.extract_tb(error.__traceback__)[-3:]
        context.note(" < ".join(f"{Path(f.filename).name}:{f.lineno} {f.name}" for f in reversed(frames)))
        return Verdict.ERROR, f"{type(error).__name__}: {error}", Trouble.NONE


async def _as_coroutine(check: Check, context: CheckContext) -> None:
    await check.run(context)
