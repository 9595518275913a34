"""The one interpreter of state tables: for the simulated unit, the simulated neighbour and the tester alike."""

from __future__ import annotations

from profiles.model import StateTableSpec


class StateTable:
    """States and transitions by event; pure lookup, no state of its own."""

    def __init__(self, spec: StateTableSpec) -> None:
        self.spec = spec
        self.initial = spec.initial
        self.illegal = spec.illegal
        self._next = {(t.source, t.on): t.target for t in spec.transitions}
        self._tolerated = set(spec.tolerated)
        self._names = {s.number: s.name for s in spec.states}
        self._numbers = {s.name: s.number for s in spec.states}
        self._acting = {s.number for s in spec.states if s.acting}

    def next(self, state: int, event: str) -> int | None:
        """The state after ``event``; the same state if the event is tolerated there; ``None`` if it is illegal."""
        if (state, event) in self._next:
            return self._next[state, event]
        return state if (state, event) in self._tolerated else None

    def allows(self, state: int, event: str) -> bool:
        return (state, event) in self._next

    def events_from(self, state: int) -> list[str]:
        """Events with a transition from ``state``, in the order of the table."""
        return [event for (source, event) in self._next if source == state]

    def is_acting(self, state: int) -> bool:
        """Whether the state ends by itself ("state complete")."""
        return state in self._acting

    def name(self, state: int) -> str:
        return self._names.get(state, f"undefined {state}")

    def number(self, name: str) -> int:
        """The number of a state by name; ``KeyError`` if there is none."""
        return self._numbers[name]

    @property
    def numbers(self) -> list[int]:
        return list(self._names)

    def path(self, start: int, goal: int, events: set[str] | None = None) -> list[str] | None:
        """A shortest sequence of events from ``start`` to ``goal``, of those allowed; ``None`` if there is none."""
        frontier: list[tuple[int, list[str]]] = [(start, [])]
        seen = {start}
        for state, taken in frontier:
            if state == goal:
                return taken
            for (source, event), target in self._next.items():
                if source == state and target not in seen and (events is None or event in events):
                    seen.add(target)
                    frontier.append((target, [*taken, event]))
        return None
