"""The random streams of a compiled line: numpy's own values, drawn ahead in chunks (semantics, section 9)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simulator.experiments.compiled.layout import STREAM, Floats, Records
from simulator.line.distributions import Distribution, sample
from simulator.line.streams import generator

UNIFORM = Distribution(distribution="uniform", low=0.0, high=1.0)
_FIRST, _MOST, _ALL = 64, 8192, 1 << 20  # values drawn at first, later, and for all streams together


@dataclass
class _Source:
    distribution: Distribution
    rng: np.random.Generator | None  # None: a fixed time
    margin: int  # most values that one event can use
    uniform: bool
    base: int = 0
    capacity: int = 0
    ahead: int = 0


class Streams:
    """Collects the streams of a line, then keeps ``values`` filled so that no event runs out of them."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._sources: list[_Source] = []
        self.records: Records = np.zeros(0, STREAM).view(np.recarray)
        self.values: Floats = np.zeros(0)

    def add(self, name: str, purpose: int, distribution: Distribution | None, index: int = 0, margin: int = 1) -> int:
        """Index of a new stream; ``None``: uniform on [0, 1)."""
        fixed = distribution is not None and distribution.distribution == "deterministic"
        rng = None if fixed else generator(self._seed, name, purpose, index)
        self._sources.append(_Source(distribution or UNIFORM, rng, margin, uniform=distribution is None))
        return len(self._sources) - 1

    def allocate(self) -> None:
        """Lay out the values, once all streams are known, and fill them for the first time."""
        chunk = max(256, min(_MOST, _ALL // max(len(self._sources), 1)))
        base = 0
        for source in self._sources:
            source.base = base
            source.capacity = 1 if source.rng is None else source.margin + chunk
            source.ahead = source.margin + _FIRST
            base += source.capacity + source.margin  # behind the end: where a faulty kernel would read
        self.values = np.zeros(base)
        self.records = np.zeros(len(self._sources), STREAM).view(np.recarray)
        for index, source in enumerate(self._sources):
            record = self.records[index]
            record.at = record.end = source.base
            if source.rng is None:
                self.values[source.base] = float(source.distribution.mean or 0.0)
                record.limit = record.end = source.base + 1
            else:
                record.step = 1
                self._fill(index)

    def refill(self) -> None:
        """Fill every stream that is half empty or emptier."""
        for index, (at, _, _, end) in enumerate(self.records.tolist()):
            source = self._sources[index]
            if source.rng is not None and end - at < source.margin + (source.ahead - source.margin) // 2:
                source.ahead = min(source.capacity, 4 * source.ahead)
                self._fill(index)

    def next(self, index: int) -> float:
        """The next value, for what happens before the run."""
        record = self.records[index]
        if record.at >= record.limit and record.step:
            self._fill(index)
        value = float(self.values[record.at])
        record.at += record.step
        return value

    def _fill(self, index: int) -> None:
        source, values = self._sources[index], self.values
        at, step, _, end = self.records[index].tolist()
        base, filled = source.base, end - at
        values[base : base + filled] = values[at:end]
        while filled < source.ahead:
            drawn = self._draw(source, source.ahead - filled)
            values[base + filled : base + filled + len(drawn)] = drawn
            filled += len(drawn)
        self.records[index] = base, step, base + filled - source.margin, base + filled

    @staticmethod
    def _draw(source: _Source, n: int) -> Floats:
        assert source.rng is not None
        return source.rng.random(n) if source.uniform else sample(source.distribution, source.rng, n)
