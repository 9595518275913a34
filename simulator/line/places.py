"""Failures that stop one place of a machine, slot or tray, while the others work on (``docs/line-semantics.md``, 4.7)."""

from __future__ import annotations

from simulator.line.spec import FailureSpec
from simulator.line.streams import FAILURE, REPAIR, stream


class Wear:
    """The age of one place, in s of work done there, and the ages at which its failure modes are due."""

    __slots__ = ("age", "due", "dues")

    def __init__(self, dues: dict[int, float]) -> None:
        self.age = 0.0
        self.dues = dues
        self.due = min(dues.values())


class PlaceFailures:
    """The failure modes of a machine's places, numbered as in the line file. All places share their streams, in the order of
    what happens.
    """

    def __init__(self, seed: int, unit: str, modes: tuple[FailureSpec, ...]) -> None:
        of_places = [(k, m) for k, m in enumerate(modes) if m.scope == "place"]
        self._between = {k: stream(seed, unit, FAILURE, m.mtbf, k) for k, m in of_places}
        self._repairs = {k: stream(seed, unit, REPAIR, m.mttr, k) for k, m in of_places}

    def wear(self) -> Wear | None:
        """That of the next place; ``None`` if places do not fail."""
        return Wear({k: draw() for k, draw in self._between.items()}) if self._between else None

    def fails(self, wear: Wear) -> tuple[int, float]:
        """The place has come to the age that is due: which mode fails, and how long its repair takes in s."""
        wear.age = wear.due
        mode = min(wear.dues, key=wear.dues.__getitem__)
        return mode, self._repairs[mode]()

    def repaired(self, wear: Wear, mode: int) -> None:
        """The repair has ended: the mode will be due again."""
        wear.dues[mode] = wear.age + self._between[mode]()
        wear.due = min(wear.dues.values())
