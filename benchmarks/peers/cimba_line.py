"""cimba: the Cimba engine (C) under models that its Python package compiles by Numba; one trial, on one thread.

Without ``from __future__ import annotations``, because cimba reads the annotations of models as objects. Compiling counts for nothing.
"""

import cimba
from cimba import random

from peers.lines import BenchLine, CanNot, Exponential, Station, Uniform

NEVER = 1e300


class First(cimba.Model):
    """The first station; it never starves."""

    mean: cimba.Param[float] = 1.0
    mtbf: cimba.Param[float] = NEVER
    mttr: cimba.Param[float] = 0.0
    after: cimba.Ref[cimba.Store[int]]

    @cimba.process
    def work(self):
        left = random.exponential(self.mtbf)
        while True:
            work = random.exponential(self.mean)
            length = work
            while left < work:
                work -= left
                length += random.exponential(self.mttr)
                left = random.exponential(self.mtbf)
            left -= work
            cimba.hold(length)
            self.after.put(1)


class Middle(cimba.Model):
    """A station between two others. The service stands in each: as a ``cimba.function`` it costs a few per cent."""

    mean: cimba.Param[float] = 1.0
    mtbf: cimba.Param[float] = NEVER
    mttr: cimba.Param[float] = 0.0
    before: cimba.Ref[cimba.Store[int]]
    after: cimba.Ref[cimba.Store[int]]

    @cimba.process
    def work(self):
        left = random.exponential(self.mtbf)
        while True:
            self.before.get()
            work = random.exponential(self.mean)
            length = work
            while left < work:
                work -= left
                length += random.exponential(self.mttr)
                left = random.exponential(self.mtbf)
            left -= work
            cimba.hold(length)
            self.after.put(1)


class Tray(cimba.Model):
    """One tray of a formation; trays are loaded and unloaded one at a time."""

    size: cimba.Param[int] = 1
    low: cimba.Param[float] = 0.0
    high: cimba.Param[float] = 0.0
    before: cimba.Ref[cimba.Store[int]]
    after: cimba.Ref[cimba.Store[int]]
    loading: cimba.Ref[cimba.Resource]
    unloading: cimba.Ref[cimba.Resource]

    @cimba.process
    def work(self):
        while True:
            self.loading.acquire()
            for _ in range(self.size):
                self.before.get()
            self.loading.release()
            cimba.hold(random.uniform(self.low, self.high))
            self.unloading.acquire()
            for _ in range(self.size):
                self.after.put(1)
            self.unloading.release()


class Last(cimba.Model):
    """The last station; it counts."""

    mean: cimba.Param[float] = 1.0
    mtbf: cimba.Param[float] = NEVER
    mttr: cimba.Param[float] = 0.0
    before: cimba.Ref[cimba.Store[int]]
    done: int = 0
    parts: cimba.Output[float]

    @cimba.process
    def work(self):
        left = random.exponential(self.mtbf)
        while True:
            self.before.get()
            work = random.exponential(self.mean)
            length = work
            while left < work:
                work -= left
                length += random.exponential(self.mttr)
                left = random.exponential(self.mtbf)
            left -= work
            cimba.hold(length)
            self.done += 1

    @cimba.on_end
    def tell(self):
        self.parts = float(self.done)


class Buffer(cimba.Model):
    """The store behind a station, and the gates of trays."""

    store: cimba.Store[int]
    loading: cimba.Resource = cimba.Resource()
    unloading: cimba.Resource = cimba.Resource()


class Line(cimba.Model):
    """All of them."""

    buffers: list[Buffer]
    first: First
    middle: list[Middle]
    trays: list[Tray]
    last: Last


def run(line: BenchLine, horizon: float, seed: int) -> int:
    """Parts finished by ``horizon``."""
    model = _model(line)
    results = cimba.Experiment(model, window=cimba.Window(duration=horizon), seed=seed).run(workers=1)
    if results.failed.any():
        raise RuntimeError(str(results.failure_reasons))
    return int(results[model.last].parts.values[0, 0])


def _model(line: BenchLine) -> Line:
    model = Line()
    model.buffers = []
    for capacity in line.buffers:
        buffer = Buffer()
        buffer.store = cimba.Store(capacity=capacity)
        model.buffers = [*model.buffers, buffer]
    model.middle, model.trays = [], []
    for i, station in enumerate(line.stations):
        before = model.buffers[i - 1].store if i > 0 else None
        after = model.buffers[i].store if i < len(line.buffers) else None
        if station.slots > 1:
            model.trays = [_tray(station, before, after, model.buffers[i]) for _ in range(station.servers)]
        elif before is None:
            model.first = _timed(First(), station, after=after)
        elif after is None:
            model.last = _timed(Last(), station, before=before)
        else:
            model.middle = [*model.middle, _timed(Middle(), station, before=before, after=after)]
    return model


def _timed(model, station: Station, **stores):  # type: ignore[no-untyped-def]
    if not isinstance(station.process, Exponential):
        raise CanNot("written for exponential times")
    model.mean, model.mtbf, model.mttr = station.process.mean, station.mtbf or NEVER, station.mttr or 0.0
    for name, store in stores.items():
        setattr(model, name, store)
    return model


def _tray(station: Station, before: cimba.Store, after: cimba.Store, gates: Buffer) -> Tray:
    if not isinstance(station.process, Uniform):
        raise CanNot("written for trays with uniform times")
    tray = Tray()
    tray.size, tray.low, tray.high = station.tray, station.process.low, station.process.high
    tray.before, tray.after, tray.loading, tray.unloading = before, after, gates.loading, gates.unloading
    return tray
