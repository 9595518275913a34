"""Random streams: one per unit, purpose and index, so that a change in one place reshuffles
nothing elsewhere.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from itertools import repeat

import numpy as np

from simulator.line.distributions import Distribution, sample

SERVICE, FAILURE, REPAIR, SCRAP, CHANGEOVER, INTERVAL, PROCESS, HOLD = range(1, 9)

Draw = Callable[[], float]
_CHUNK = 1024


def unit_key(name: str) -> int:
    """First four bytes, big-endian, of SHA-256 of the name: stable over processes and versions."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big")


def generator(seed: int, name: str, purpose: int, index: int = 0) -> np.random.Generator:
    """The generator of one stream (``docs/line-semantics.md``, section 9)."""
    sequence = np.random.SeedSequence(seed, spawn_key=(unit_key(name), purpose, index))
    return np.random.Generator(np.random.PCG64(sequence))


def _values(rng: np.random.Generator, distribution: Distribution) -> Iterator[float]:
    while True:
        yield from sample(distribution, rng, _CHUNK).tolist()


def stream(seed: int, name: str, purpose: int, distribution: Distribution, index: int = 0) -> Draw:
    """A function that returns the stream's next value, in seconds."""
    if distribution.distribution == "deterministic":
        return repeat(float(distribution.mean or 0.0)).__next__
    return _values(generator(seed, name, purpose, index), distribution).__next__


def uniforms(seed: int, name: str, purpose: int, index: int = 0) -> Draw:
    """A function that returns the stream's next value, uniform on [0, 1)."""
    rng = generator(seed, name, purpose, index)

    def endless() -> Iterator[float]:
        while True:
            yield from rng.random(_CHUNK).tolist()

    return endless().__next__
