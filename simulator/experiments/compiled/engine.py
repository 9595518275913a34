"""The compiled engine: a line that runs as ``simulator.line.Line`` does in a batch, bit for bit, only faster."""

from __future__ import annotations

from collections.abc import Iterator
from math import sqrt
from typing import Any

import numpy as np

from simulator.experiments.compiled.coverage import why_not
from simulator.experiments.compiled.layout import BATCH, CAUSES, DONE, LOG_FULL, LOW
from simulator.experiments.compiled.lowering import LOG_ROWS, lower
from simulator.line.context import energy_wh, state_times
from simulator.line.log import EventLog
from simulator.line.packml import Mode, State, Transitions, default_transitions
from simulator.line.result import BufferResult, RunResult, UnitResult, mean_wip
from simulator.line.spec import STATE_NAMES, ConveyorSpec, LineSpec


class NotCovered(Exception):
    """The compiled engine can not run this line; the text says why."""


class EngineError(Exception):
    """The compiled engine has done what it must never do: a defect of this program."""


class CompiledLine:
    """A running line, for batches: no commands, nobody looks. Use it as ``Line``.

    Raises ``NotCovered`` for lines that need the SimPy model. Memory does not grow with the horizon, but for one count
    of departures per ``bucket_s``; rows of a log are handed on every 65 536.
    """

    def __init__(
        self,
        spec: LineSpec,
        seed: int = 0,
        log: EventLog | None = None,
        *,
        transitions: Transitions | None = None,
        bucket_s: float = 3600.0,
    ) -> None:
        from simulator.experiments.compiled.events import run

        if reason := why_not(spec, transitions):
            raise NotCovered(str(reason))
        self.spec, self.seed, self.log = spec, seed, log
        self._kernel = run
        places = len(spec.units) * 32
        lowered = lower(spec, seed, transitions if transitions is not None else default_transitions(), bucket_s, 0)
        self._k, self._streams = lowered.arrays, lowered.streams
        self._units, self._buffers = lowered.units, lowered.buffers
        g = self._k.line[0]
        g.log_limit = 1
        if log is not None:
            # One event can move every item, and each move writes a few rows.
            margin = 8 * len(self._k.items) + places
            rows = np.zeros(LOG_ROWS + margin, self._k.log.dtype).view(np.recarray)
            self._replace(log=rows)
            g.logging, g.log_limit = 1, LOG_ROWS
            g.log_rows = len(rows)
        self._begin_statistics()
        self._advance(-1.0)  # only the start of the units at t = 0

    @property
    def now(self) -> float:
        """Time in s from the start of the run."""
        return float(self._k.line[0].now)

    def run(self, until: float) -> None:
        """Run up to and including ``until``; in pieces gives the same as at once. ``ValueError`` for the past."""
        if not until >= self.now:
            raise ValueError(f"can not run back from {self.now} s to {until} s")
        self._make_buckets(until)
        self._advance(until)

    def _advance(self, until: float) -> None:
        while True:
            answer = self._kernel(self._k.line, float(until))
            if answer in (DONE, LOG_FULL):
                self._hand_on_rows()
            if answer == DONE:
                return
            if answer == LOW:
                self._streams.refill()
                self._k.line[0].low = 0
            elif answer != LOG_FULL:
                raise EngineError(f"the compiled engine ran out of prepared values or rows at {self.now} s")

    def close(self) -> None:
        """Complete the event log."""
        if self.log is not None:
            self.log.close()

    def stop_logging(self) -> None:
        """Write no rows from now on."""
        self._k.line[0].logging = 0

    def reset_statistics(self) -> None:
        """Forget what was counted so far (end of warm-up); items, ages and streams stay as they are."""
        k, now = self._k, self.now
        k.seconds[:] = 0.0
        k.levels[:] = 0.0
        k.lead_times[:] = 0
        k.units.since = k.units.level_since = k.joints.since = now
        k.units.setup_s = k.units.places_down_s = k.operators.seconds = 0.0
        k.units.mending_since = now
        k.operators.since = now
        g = k.line[0]
        g.lead_sum = g.lead_squares = g.born = g.gone = k.units.gone = 0.0
        g.leads = 0
        self._begin_statistics()

    def result(self) -> RunResult:
        """What happened since the statistics were last reset."""
        g = self._k.line[0]
        _, good0, scrap0, wip0, number0, recipes0 = self._baseline
        good, scrap, wip = self._out()
        n = max(int(g.leads), 1)
        mean = float(g.lead_sum) / n
        came = int(g.number) - number0, float(g.born)
        went = good - good0 + scrap - scrap0, float(g.gone) + sum(self._k.units.gone.tolist())
        return RunResult(
            line=self.spec.name,
            seed=self.seed,
            start=self._start_time,
            end=self.now,
            units=tuple(self._unit_results()),
            buffers=tuple(self._buffer_results()),
            entered=int(g.number) - number0,
            good=good - good0,
            scrap=scrap - scrap0,
            wip=wip,
            wip_start=wip0,
            wip_mean=mean_wip(wip0, self._start_time, self.now, came, went),
            bucket_s=float(g.bucket_s),
            departures=tuple(self._k.departures[: self._buckets(self.now)].tolist()),
            lead_mean=mean,
            lead_sd=sqrt(max(0.0, float(g.lead_squares) / n - mean * mean)),
            lead_times=tuple((b, int(self._k.lead_times[b])) for b in np.flatnonzero(self._k.lead_times).tolist()),
            operators=tuple(self._operators()),
            recipes=tuple((r, n - n0) for (r, n), (_, n0) in zip(self._recipes(), recipes0, strict=True)),
        )

    def _begin_statistics(self) -> None:
        g, now = self._k.line[0], self.now
        self._start_time = now
        g.origin = now
        g.bucket_low, g.bucket_high = 1.0, 0.0  # no bucket yet
        self._replace(departures=np.zeros(1, np.int64))
        self._baseline = (self._k.units.copy(), *self._out(), int(g.number), self._recipes())

    def _replace(self, **arrays: Any) -> None:
        self._k = self._k._replace(**arrays)
        self._k.point()

    def _buckets(self, until: float) -> int:
        """How many intervals have begun by a time."""
        return int((until - self._start_time) // float(self._k.line[0].bucket_s)) + 1

    def _make_buckets(self, until: float) -> None:
        have = self._k.departures
        need = self._buckets(until)
        if need > len(have):
            self._replace(departures=np.concatenate((have, np.zeros(need - len(have), np.int64))))

    def _hand_on_rows(self) -> None:
        g = self._k.line[0]
        if self.log is not None:
            for row in self._k.log[: int(g.log_n)].tolist():
                self.log.write(row)
        g.log_n = 0

    def _out(self) -> tuple[int, int, int]:
        """Good and scrapped items of the line so far, and those in it."""
        g = self._k.line[0]
        good, scrap = int(g.sink_good), int(g.sink_bad + self._k.units.binned.sum())
        return good, scrap, int(g.number) - good - scrap

    def _recipes(self) -> list[tuple[int, int]]:
        """Good items of each recipe of the plan so far; a recipe's are counted at its first batch."""
        g = self._k.line[0]
        plan = self._k.queue[g.plan0 : g.plan0 + BATCH * g.plans].reshape(-1, BATCH).tolist()
        found: dict[int, int] = {}
        for recipe, _, good in plan:
            found.setdefault(recipe, good)
        return sorted(found.items())

    def _operators(self) -> Iterator[float]:
        for o in self._k.operators[: int(self._k.line[0].n_operators)]:
            yield float(o.seconds) + (self.now - float(o.since) if o.busy else 0.0)

    def _unit_results(self) -> Iterator[UnitResult]:
        for index, spec in enumerate(self._units):
            unit, base = self._k.units[index], self._baseline[0][index]
            seconds = self._seconds(index)
            powers = {STATE_NAMES[name]: w for name, w in spec.energy_w.items()}
            yield UnitResult(
                name=spec.name,
                kind=spec.kind,
                profile=spec.profile,
                entered=int(unit.entered - base.entered),
                good=int(unit.good - base.good),
                scrap=int(unit.scrap - base.scrap),
                rejected=int(unit.rejected - base.rejected),
                binned=int(unit.binned - base.binned),
                wip=int(unit.entered - unit.good - unit.scrap),
                wip_start=int(base.entered - base.good - base.scrap),
                seconds=seconds,
                energy_wh=energy_wh(state_times(seconds), powers),
                setup_s=float(unit.setup_s),
                places_down_s=self._places_down(unit),
                failures=int(unit.failures - base.failures),
                levels=self._levels(unit.level0, spec.places, unit.items, unit.level_since)
                if isinstance(spec, ConveyorSpec)
                else (),
            )

    def _places_down(self, unit: np.record) -> float:
        if unit.state != State.EXECUTE:
            return float(unit.places_down_s)
        return float(unit.places_down_s) + int(unit.mending) * (self.now - float(unit.mending_since))

    def _seconds(self, index: int) -> dict[tuple[int, int, int], float]:
        unit, totals = self._k.units[index], self._k.seconds[index].tolist()
        totals[int(unit.account)] += self.now - float(unit.since)
        return {(c // CAUSES, int(Mode.PRODUCTION), c % CAUSES): s for c, s in enumerate(totals) if s > 0}

    def _buffer_results(self) -> Iterator[BufferResult]:
        for j, buffer in enumerate(self._buffers):
            if buffer is not None and buffer.capacity:
                joint = self._k.joints[j]
                levels = self._levels(joint.level0, buffer.capacity, joint.items, joint.since)
                yield BufferResult(buffer.name, buffer.capacity, levels)

    def _levels(self, first: int, most: int, level: int, since: float) -> tuple[float, ...]:
        levels: list[float] = self._k.levels[first : first + most + 1].tolist()
        levels[int(level)] += self.now - float(since)
        return tuple(levels)
