"""Confidence intervals of means."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

CONFIDENCE = 0.95


def interval(values: Sequence[float], confidence: float = CONFIDENCE) -> tuple[float, float | None]:
    """Mean and half-width of Student's t interval; ``None`` for a single value."""
    n = len(values)
    mean = sum(values) / n
    if n < 2:
        return mean, None
    sd = sqrt(sum((v - mean) ** 2 for v in values) / (n - 1))
    return mean, students_t(n - 1, confidence) * sd / sqrt(n)


def students_t(freedom: int, confidence: float = CONFIDENCE) -> float:
    """The two-sided quantile of Student's t."""
    from scipy.special import stdtrit  # takes longer to import than most commands to run, which need it not

    return float(stdtrit(freedom, (1 + confidence) / 2))
