"""A histogram of lead times in constant memory, whose numbers do not depend on who counts.

Every power of two of seconds is cut into ``PARTS`` equal buckets, so that a bucket is at most 1/512 of its times wide. A time's
bucket follows from its binary exponent and mantissa alone, without rounding: both engines find the same one.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import frexp, ldexp

PARTS = 512
LOWEST, HIGHEST = -3, 30  # binary exponents: from 1/16 s to 34 years; what is outside falls into the bucket at the end
BUCKETS = (HIGHEST - LOWEST + 1) * PARTS


def bucket_of(seconds: float) -> int:
    """The bucket of a time in s, 0 or more. Written so that Numba can compile it, too."""
    mantissa, exponent = frexp(seconds)  # seconds = mantissa * 2**exponent, 1/2 <= mantissa < 1
    if exponent < LOWEST or seconds <= 0:
        return 0
    if exponent > HIGHEST:
        return BUCKETS - 1
    return (exponent - LOWEST) * PARTS + int((mantissa - 0.5) * (2 * PARTS))


def edge(bucket: int) -> float:
    """Where a bucket begins, in s; that of the lowest bucket holds times down to 0."""
    return ldexp(0.5 + bucket % PARTS / (2 * PARTS), bucket // PARTS + LOWEST) if bucket else 0.0


def quantile(counts: Mapping[int, int], share: float) -> float:
    """The time in s within which a share of the items left, by bucket linearly; 0 without items."""
    wanted, before = share * sum(counts.values()), 0
    for bucket in sorted(counts):
        count = counts[bucket]
        if before + count >= wanted:
            return edge(bucket) + (edge(bucket + 1) - edge(bucket)) * max(wanted - before, 0) / count
        before += count
    return 0.0
