"""The hand-over machine: both sides' level signals in, states, violations and timer expiries out. Pure; time is passed in.

The states and their transitions are the pack's table (Hermes numbers); this module only turns levels into events:
each edge of a level is an event ``<level>_on`` or ``<level>_off``, ``all_clear`` follows when no transfer level is on any
more, and each entered state is an event ``enter:<number>`` for the timers.

``available`` and ``ready`` are no transfer levels: they say what a side would do, and a side may be willing again before
the other has looked at the end of the last exchange. Whoever is willing then is taken as newly willing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from profiles.model import HandoverTimer
from profiles.statetable import StateTable

SENDER_LEVELS = ("available", "busy", "finished")
RECEIVER_LEVELS = ("ready", "start", "stop")
LEVELS = SENDER_LEVELS + RECEIVER_LEVELS
WILLING = ("available", "ready")
TRANSFER_LEVELS = tuple(name for name in LEVELS if name not in WILLING)
# When several levels change between two looks, they are taken in the order in which a correct exchange raises them;
# falling edges come after rising ones, as a level may only fall when the other side has answered it.
_EDGE_ORDER = [f"{name}_on" for name in ("available", "ready", "start", "busy", "finished", "stop")] + [
    f"{name}_off" for name in ("start", "ready", "available", "busy", "finished", "stop")
]

UNSAFE = "unsafe"
WRONG_ITEM = "wrong_item"
RESET = "reset"
ALL_CLEAR = "all_clear"


@dataclass(frozen=True)
class Step:
    """One event and what it did. ``illegal`` says that the table has no transition for it."""

    at: float
    event: str
    before: int
    after: int
    illegal: bool = False


@dataclass(frozen=True)
class Expiry:
    """A timer that ran out at ``at`` (seconds)."""

    at: float
    timer: HandoverTimer


class HandoverMachine:
    """The state of one hand-over, fed with levels; keeps the running timers of ``watched_by`` (or all, for an observer)."""

    def __init__(self, table: StateTable, timers: Iterable[HandoverTimer], side: str | None = None) -> None:
        self.table = table
        self.state = table.initial
        self.levels = dict.fromkeys(LEVELS, False)
        self._timers = [t for t in timers if side is None or t.watched_by in (side, "both")]
        self._running: dict[str, float] = {}

    def update(self, now: float, levels: Mapping[str, bool]) -> list[Step]:
        """Take the present levels of both sides; returns the steps that follow from their edges."""
        edges = {f"{n}_{'on' if v else 'off'}" for n, v in levels.items() if n in self.levels and v != self.levels[n]}
        self.levels.update({n: bool(v) for n, v in levels.items() if n in self.levels})
        steps = [self.apply(now, event) for event in _EDGE_ORDER if event in edges]
        clear = not any(self.levels[name] for name in TRANSFER_LEVELS)
        if edges and clear and self.table.allows(self.state, ALL_CLEAR):
            steps.append(self.apply(now, ALL_CLEAR))
            steps += [self.apply(now, f"{name}_on") for name in WILLING if self.levels[name]]
        return steps

    def apply(self, now: float, event: str) -> Step:
        """Apply one event; an illegal one leads to the table's illegal state."""
        before = self.state
        after = self.table.next(before, event)
        illegal = after is None
        if after is None:
            after = before if self.table.illegal is None else self.table.illegal
        self.state = after
        self._run_timers(now, event)
        if after != before:
            self._leave(before)
            self._run_timers(now, f"enter:{after}")
        if after == self.table.illegal:
            self._running.clear()
        return Step(now, event, before, after, illegal)

    def expired(self, now: float, factors: Mapping[str, float] | None = None) -> list[Expiry]:
        """Timers that have run out by ``now``; each is reported once. ``factors`` shorten or stretch timers by id."""
        ends = {
            t.id: self._running[t.id] + t.seconds * (factors or {}).get(t.id, 1.0)
            for t in self._timers
            if t.id in self._running
        }
        out = [Expiry(ends[t.id], t) for t in self._timers if t.id in ends and now >= ends[t.id]]
        for expiry in out:
            del self._running[expiry.timer.id]
        return sorted(out, key=lambda e: e.at)

    def next_expiry(self) -> float | None:
        """When the next timer runs out if nothing happens, or ``None``."""
        return min((self._running[t.id] + t.seconds for t in self._timers if t.id in self._running), default=None)

    def _leave(self, state: int) -> None:
        """A timer that began by entering a state ends with it: whoever revokes need not be waited for."""
        for timer in self._timers:
            if timer.start == f"enter:{state}":
                self._running.pop(timer.id, None)

    def _run_timers(self, now: float, event: str) -> None:
        for timer in self._timers:
            if event == timer.stop:
                self._running.pop(timer.id, None)
            if event == timer.start:
                self._running[timer.id] = now
            elif event in ("enter:3", RESET):
                self._running.pop(timer.id, None)
