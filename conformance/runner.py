"""A run: one stream of events from header to footer, whatever happens on the way."""

from __future__ import annotations

import asyncio
import shlex
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import isclose
from pathlib import Path

from conformance.aftercare import RUN, Aftercare
from conformance.baseline import Baseline
from conformance.bench import build_bench
from conformance.clock import utc_now
from conformance.consent import Consent
from conformance.context import Reading
from conformance.context_impl import Bench, CheckEnded
from conformance.errors import ConsentLost, TargetError, Unreachable, UserError
from conformance.events import (
    NOT_REACHED,
    Diagram,
    Event,
    Finding,
    Footer,
    Restore,
)
from conformance.execution import Executor, Part, Trouble, lanes_of
from conformance.exitcodes import ExitCode
from conformance.observing import Done, Observers
from conformance.opening import header, requirement_record
from conformance.registry import Check, load_checks
from conformance.selection import Disposition, Planned, Selected, Selection, dry_run, select
from conformance.targetfile import Target
from conformance.timescale import told_time_scale
from conformance.verdicts import Result, Stop, Verdict, conclude, merge, tally
from profiles.model import Protocol as Wire
from profiles.pack import Profile

_UNRUN = {
    Disposition.NOT_APPLICABLE: Verdict.NOT_APPLICABLE,
    Disposition.NOT_EXERCISED: Verdict.NOT_EXERCISED,
    Disposition.UNKNOWN_CHECK: Verdict.ERROR,
}


@dataclass(frozen=True)
class Options:
    """What the user asked for beside the target and the profile."""

    selection: Selection = field(default_factory=Selection)
    wires: tuple[Wire, ...] | None = None
    strict: bool = False
    baseline: Baseline | None = None
    update_baseline: bool = False
    journal: Path | None = None
    language: str = "en"


class Session:
    """One run against one target. Raises ``UserError`` when made, if target, profile and options do not fit."""

    def __init__(
        self,
        target: Target,
        profile: Profile,
        options: Options | None = None,
        *,
        bench: Bench | None = None,
        checks: Mapping[str, Check] | None = None,
    ) -> None:
        self.target, self.profile, self.options = target, profile, options or Options()
        self.bench = bench or build_bench(
            target, profile, wires=self.options.wires, journal=self.options.journal, language=self.options.language
        )
        known = load_checks() if checks is None else checks
        fitted = self.bench.fitted
        self.selected: list[Selected] = select(
            fitted.profile, self.options.selection, self.bench.wires, fitted.claims, known
        )
        self.exit_code: ExitCode | None = None
        self._consent = Consent(target.file.kind, target.file.agreed_modes, self._read_anywhere)
        self._executor = Executor(self.bench, self._consent, target.file.timeouts.check_s)
        self._care = Aftercare(self.bench)
        self._observers = Observers(self._executed, self._is_halted, target.file.parallel)
        self._results: list[Result] = []
        self._stop: Stop | None = None
        self._no_consent = ""
        self._remarks: list[str] = []

    def planned(self) -> list[Planned]:
        """What a run would do and write (``--dry-run``); touches nothing."""
        return dry_run(self.selected)

    def interrupt(self) -> None:
        """The abort key: ends the check that runs, restores, keeps what was found (exit code 2)."""
        self._executor.interrupted.set()

    async def events(self) -> AsyncGenerator[Event, None]:
        """The records of the run, as they happen. Cancelling the task that iterates is an interrupt."""
        yield header(self.target, self.profile, self.bench, self.options.selection)
        for selected in self.selected:
            yield requirement_record(selected, self.bench)
        try:
            await self._open()
            if self._stop is None or self._stop.code is ExitCode.INTERRUPTED:
                self._observers.start(self.selected)
                for selected in self.selected:
                    async for event in self._one(selected):
                        yield event
            for restored in await self._finish():
                yield restored
        finally:
            await self._observers.close()
            await self._close()
        yield self._footer()

    def broken(self, error: Exception) -> Footer:
        """The end of a run whose ``events()`` broke by a defect of ours: what was found until then is kept."""
        self._stop = Stop(ExitCode.INTERNAL_ERROR, f"{type(error).__name__}: {error}; please report it")
        return self._footer()

    # --- beginning ----------------------------------------------------------------------------------------------------
    async def _open(self) -> None:
        try:
            await self._executor.unless_interrupted(self._meet())
        except Unreachable as error:
            self._stop = Stop(ExitCode.UNREACHABLE, str(error))
        except TargetError as error:
            mend = "it takes connections but does not answer: are port, protocol and unit right?"
            self._stop = Stop(ExitCode.UNREACHABLE, f"{error}; {mend}")
        except asyncio.CancelledError:
            self._interrupted()

    async def _meet(self) -> None:
        for link in self.bench.links.values():
            await link.connect()
        await self._compare_versions()
        if self._stop is None:
            await self._compare_time_scales()
        await self._care.look()

    async def _compare_versions(self) -> None:
        """Decision 20: another major version is another interface."""
        for wire, link in self.bench.links.items():
            wanted = [s for s in ("map.magic", "profile.version", "profile.digest") if link.binds(s)]
            readings = await link.read(wanted) if wanted else {}
            shown, magic = readings.get("profile.version"), readings.get("map.magic")
            if magic is not None and magic.value != self.bench.fitted.profile.signals["map.magic"].value:
                # Registers that are elsewhere say nothing of the version; what is wrong with them, the checks find.
                self._remarks.append(
                    f"over {wire} the map does not begin with its identifier; its version is not believed"
                )
                continue
            major = str(shown.value).partition(".")[0] if shown is not None and shown.ok else ""
            if major.isdigit() and major != self.profile.version.partition(".")[0]:
                reason = f"over {wire} the target has profile version {shown and shown.value}, we test {self.profile.version}"
                self._stop = Stop(ExitCode.USAGE, f"{reason}; use the setsubi or the pack of its major version")
                return
            digest = readings.get("profile.digest")
            if digest is not None and digest.ok and digest.value and digest.value != self.profile.digest:
                self._remarks.append(
                    f"over {wire} the target has profile digest {digest.value}, ours is {self.profile.digest}"
                )

    async def _compare_time_scales(self) -> None:
        """A simulated unit tells its own; at another one every time that is measured would be wrong."""
        told, ours = await told_time_scale(self.bench), self.bench.clock.scale
        if told is not None and not isclose(told, ours, rel_tol=1e-4):
            reason = (
                f"the target is a simulated unit that lives at time scale {told:g}, it was to be checked at {ours:g}"
            )
            self._stop = Stop(ExitCode.USAGE, f"{reason}; {self.target.mend_time_scale(told)}")

    # --- one requirement ----------------------------------------------------------------------------------------------
    async def _one(self, selected: Selected) -> AsyncIterator[Event]:
        if selected.disposition is Disposition.EXCLUDED:
            return
        if selected.disposition is not Disposition.RUN:
            yield self._unrun(selected, _UNRUN[selected.disposition], selected.reason)
            return
        done = await self._observers.result_of(selected, self._interrupted)
        if done is None:
            blocked = await self._blocked(selected)
            if blocked:
                yield self._unrun(selected, Verdict.INCONCLUSIVE, blocked)
                return
            done = await self._executed(selected)
        finding = self._finding(selected, done)
        await self._after(selected, done.parts)
        yield finding
        for record in done.restored:
            yield record

    async def _executed(self, selected: Selected) -> Done:
        """A check run to its end, its writes restored, its part of the transcript taken. What was measured too coarsely, is
        measured once more: one slow reply shall leave nothing undecided."""
        transcript, clock = self.bench.transcript, self.bench.clock
        started = clock.wall()
        with transcript.scope() as scope:
            parts, restored = await self._once(selected)
            open_ = merge(p.verdict for p in parts) is Verdict.INCONCLUSIVE  # what failed over one protocol has failed
            if open_ and any(p.is_doubt for p in parts) and not self._is_halted():
                parts, more = await self._once(selected)
                restored += more
                parts[-1].context.note("measured once more, as replies were too slow the first time")
        cited = [i for p in parts for x in p.context.expectations for i in x.evidence]
        return Done(tuple(parts), tuple(restored), tuple(transcript.take(scope, cited)), clock.wall() - started)

    async def _once(self, selected: Selected) -> tuple[list[Part], list[Restore]]:
        return await self._executor.run(selected), await self._guarded_restore(selected.requirement.id)

    async def _blocked(self, selected: Selected) -> str:
        """Why a check cannot be put any more; empty if it can."""
        if self._executor.interrupted.is_set():
            self._interrupted()
        if self._stop is not None:
            return f"{NOT_REACHED}{self._stop.reason}"
        if self._consent.needed(selected.requirement.impact) and not self._no_consent:
            try:
                await self._consent.demand()
            except (ConsentLost, CheckEnded, TargetError) as error:
                self._no_consent = f"no consent: {error}"
            except asyncio.CancelledError:
                self._interrupted()
                return f"{NOT_REACHED}interrupted"
        return self._no_consent if self._consent.needed(selected.requirement.impact) else ""

    async def _after(self, selected: Selected, parts: Sequence[Part]) -> None:
        trouble = next((p.trouble for p in parts if p.trouble is not Trouble.NONE), Trouble.NONE)
        if trouble is Trouble.INTERRUPT or self._executor.interrupted.is_set():
            self._interrupted()
        elif trouble is Trouble.CONSENT:
            self._no_consent = next(p.reason for p in parts if p.trouble is Trouble.CONSENT)
        elif trouble is Trouble.TARGET:
            try:
                gone = [link.address for link in self.bench.links.values() if not await link.alive()]
            except asyncio.CancelledError:
                self._interrupted()
                return
            if gone:
                reason = f"the target was lost during {selected.requirement.id}: {', '.join(gone)} does not answer"
                self._stop = Stop(ExitCode.UNREACHABLE, reason)
            else:
                self._care.found_again()

    def _is_halted(self) -> bool:
        return self._stop is not None or self._executor.interrupted.is_set()

    def _interrupted(self) -> None:
        self._executor.note_cancel()
        self._stop = Stop(ExitCode.INTERRUPTED, "interrupted")

    async def _guarded_restore(self, requirement: str) -> list[Restore]:
        """Restoring is finished even when the abort key is pressed meanwhile."""
        task = asyncio.ensure_future(self._care.restore(requirement))
        while not task.done():
            try:
                await asyncio.wait({task})
            except asyncio.CancelledError:
                self._interrupted()
        return task.result()

    def _finding(self, selected: Selected, done: Done) -> Finding:
        parts = done.parts
        verdict = merge(p.verdict for p in parts)
        expectations = [x for p in parts for x in p.context.expectations]
        lanes = lanes_of(parts)
        telling = [p.reason for p in parts if p.reason and p.verdict is verdict] or [
            p.reason for p in parts if p.reason
        ]
        notes = [n for p in parts for n in p.context.notes]
        if verdict is Verdict.FAIL and self.options.baseline is not None:
            why = self.options.baseline.why(selected.requirement.id)
            if why is not None:
                verdict = Verdict.KNOWN_FAILURE
                notes.append(f"known failure: {why}")
        self._record(selected, verdict)
        return Finding(
            id=selected.requirement.id,
            verdict=verdict.value,
            via=[str(w) for w in selected.wires],
            duration_s=round(done.took, 3),
            reason="; ".join(telling),
            expectations=expectations,
            transcript=list(done.transcript),
            diagram=Diagram(lanes) if lanes else None,
            notes=notes,
            reproduce=self._reproduce(selected),
        )

    def _unrun(self, selected: Selected, verdict: Verdict, reason: str) -> Finding:
        self._record(selected, verdict)
        return Finding(
            selected.requirement.id, verdict.value, [], 0.0, reason, [], [], None, [], self._reproduce(selected)
        )

    def _record(self, selected: Selected, verdict: Verdict) -> None:
        self._results.append(Result(selected.requirement.id, selected.requirement.level, verdict))

    def _reproduce(self, selected: Selected) -> str:
        rid, impact = selected.requirement.id, selected.requirement.impact
        return f"setsubi check {shlex.quote(self.target.ref)} --profile {shlex.quote(self.profile.ref)} --only {rid} --impact {impact}"

    # --- end ----------------------------------------------------------------------------------------------------------
    async def _finish(self) -> list[Restore]:
        left = await self._guarded_restore(RUN)
        if self._stop is not None and self._stop.code in (ExitCode.UNREACHABLE, ExitCode.USAGE):
            return left
        try:
            return [*left, *await self._care.settle()]
        except asyncio.CancelledError:
            self._interrupted()
            return left

    async def _close(self) -> None:
        if len(self.bench.journal):
            await self._guarded_restore(RUN)
        for link in self.bench.links.values():
            await link.close()
        close = getattr(self.bench.operator, "close", None)
        if close is not None:
            await close()

    def _footer(self) -> Footer:
        stale: list[str] = []
        baselined: list[str] = []
        baseline = self.options.baseline
        if baseline is not None and self.options.update_baseline and self._stop is None:
            try:
                updated = baseline.updated(self._results)
                updated.save()
                baselined = self._now_known()
                bare = sum(not why for why in updated.known.values())
                asked = f", entries without a reason: {bare}" if bare else ""
                self._remarks.append(f"baseline {baseline.path.name} updated{asked}")
                if bare:
                    self._remarks.append(
                        f"write between the quotes in {baseline.path} why each is known and until when"
                    )
                    self._remarks.append("the next run refuses entries without a reason")
            except UserError as error:  # the run's findings are worth more than the baseline
                self._stop = Stop(ExitCode.USAGE, str(error))
        elif baseline is not None:
            stale = baseline.stale(self._results)
        end = conclude(self._results, stop=self._stop, strict=self.options.strict, stale=stale)
        self.exit_code = end.code
        sums = tally(self._results)
        return Footer(
            finished=utc_now(),
            exit_code=int(end.code),
            reason="; ".join([end.reason, *self._remarks]),
            counts=sums.counts,
            must_failed=sums.must_failed,
            should_failed=sums.should_failed,
            must_undecided=sums.must_undecided,
            not_exercised=sums.not_exercised,
            must_not_exercised=sums.must_not_exercised,
            duration_s=round(self.bench.clock.wall(), 3),
            stale=end.stale,
            baselined=baselined,
        )

    def _now_known(self) -> list[str]:
        """The baseline is saved: what had been found to fail is known from here on, and not before."""
        failed = [r.id for r in self._results if r.verdict is Verdict.FAIL]
        self._results = [replace(r, verdict=Verdict.KNOWN_FAILURE) if r.id in failed else r for r in self._results]
        return failed

    async def _read_anywhere(self, signals: Sequence[str]) -> dict[str, Reading]:
        """Signals over the first protocol that has them all."""
        for link in self.bench.links.values():
            if all(link.binds(s) for s in signals):
                return dict(await link.read(signals))
        raise ConsentLost(f"the target does not show {', '.join(signals)}, so no one can consent at it")
