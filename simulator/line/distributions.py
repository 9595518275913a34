"""Distributions of times, as a line file gives them, and how they are sampled.

In the file: a number or a text with a unit is a fixed time (``4.5``, ``45 min``); otherwise
``{distribution: exponential, mean: 45 min}``. All results are in seconds.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, model_validator

from simulator.line.quantities import Seconds, seconds

_NEEDS: dict[str, tuple[set[str], set[str]]] = {  # distribution: (required, optional) parameters
    "deterministic": ({"mean"}, set()),
    "exponential": ({"mean"}, set()),
    "erlang": ({"mean", "k"}, set()),
    "uniform": ({"low", "high"}, set()),
    "triangular": ({"low", "mode", "high"}, set()),
    "lognormal": ({"mean", "sd"}, set()),
    "normal": ({"mean", "sd"}, {"low", "high"}),
    "weibull": ({"scale", "shape"}, set()),
    "gamma": ({"mean", "shape"}, set()),
    "empirical": ({"values"}, set()),
}
Name = Literal[
    "deterministic",
    "exponential",
    "erlang",
    "uniform",
    "triangular",
    "lognormal",
    "normal",
    "weibull",
    "gamma",
    "empirical",
]


class Distribution(BaseModel):
    """A distribution of times in seconds. ``normal`` is truncated to [low, high], low 0 unless given."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    distribution: Name
    mean: Seconds | None = None
    sd: Seconds | None = None
    low: Seconds | None = None
    high: Seconds | None = None
    mode: Seconds | None = None
    scale: Seconds | None = None
    shape: float | None = None
    k: int | None = None
    values: tuple[Seconds, ...] | None = None

    @model_validator(mode="before")
    @classmethod
    def _from_plain(cls, data: Any) -> Any:
        if isinstance(data, int | float | str) and not isinstance(data, bool):
            return {"distribution": "deterministic", "mean": seconds(data)}
        return data

    @model_validator(mode="after")
    def _check(self) -> Distribution:
        required, optional = _NEEDS[self.distribution]
        given = self.model_fields_set - {"distribution"}
        if missing := required - given:
            raise ValueError(f"{self.distribution} needs {', '.join(sorted(missing))}")
        if surplus := given - required - optional:
            raise ValueError(f"{self.distribution} has no {', '.join(sorted(surplus))}")
        for name in given:
            value = getattr(self, name)
            numbers = value if isinstance(value, tuple) else (value,)
            if not numbers or any(n is None or not np.isfinite(n) or n < 0 for n in numbers):
                raise ValueError(f"{name} must be finite and not negative")
        self._check_shape()
        return self

    def _check_shape(self) -> None:
        low, high = self.low or 0.0, self.high if self.high is not None else np.inf
        if low > high or (self.mode is not None and not low <= self.mode <= high):
            raise ValueError("low, mode and high must be in this order")
        if self.distribution == "triangular" and low == high:
            raise ValueError("low and high of a triangular distribution must differ")
        if any(v is not None and v <= 0 for v in (self.scale, self.shape, self.k)):
            raise ValueError("scale, shape and k must be above 0")
        if self.distribution == "lognormal" and not self.mean:
            raise ValueError("the mean of a lognormal distribution must be above 0")
        if self.distribution == "normal" and self.sd == 0:
            raise ValueError("sd of a normal distribution must be above 0; a plain number is a fixed time")
        if self.distribution == "normal" and not low - 3 * (self.sd or 0) <= (self.mean or 0) <= high + 3 * (
            self.sd or 0
        ):
            raise ValueError("the mean lies more than three sd outside [low, high]: hardly any value would be kept")
        if mean(self) <= 0 and not (self.distribution == "deterministic"):
            raise ValueError("the mean must be above 0")


def mean(d: Distribution) -> float:
    """Mean in seconds (of the normal distribution: before truncation)."""
    match d.distribution:
        case "uniform":
            return ((d.low or 0.0) + (d.high or 0.0)) / 2
        case "triangular":
            return ((d.low or 0.0) + (d.mode or 0.0) + (d.high or 0.0)) / 3
        case "weibull":
            from math import gamma

            return (d.scale or 0.0) * gamma(1 + 1 / (d.shape or 1.0))
        case "empirical":
            return float(np.mean(d.values or (0.0,)))
        case _:
            return d.mean or 0.0


def sample(d: Distribution, rng: np.random.Generator, n: int) -> npt.NDArray[np.float64]:
    """At least one and at most ``n`` values in seconds; concatenated calls do not depend on ``n``."""
    mean_, sd, low = d.mean or 0.0, d.sd or 0.0, d.low or 0.0
    high = np.inf if d.high is None else d.high
    match d.distribution:
        case "deterministic":
            return np.full(n, mean_)
        case "exponential":
            return rng.exponential(mean_, n)
        case "erlang":
            # As phases, not as a gamma: another engine can draw the same phases.
            return np.asarray(rng.exponential(mean_ / (d.k or 1), (n, d.k or 1)).sum(axis=1))
        case "uniform":
            return rng.uniform(low, high, n)
        case "triangular":
            return rng.triangular(low, d.mode or 0.0, high, n)
        case "lognormal":
            variance = np.log1p((sd / mean_) ** 2)
            return rng.lognormal(np.log(mean_) - variance / 2, np.sqrt(variance), n)
        case "normal":
            return _truncated(rng, mean_, sd, (low, high), n)
        case "weibull":
            return (d.scale or 1.0) * rng.weibull(d.shape or 1.0, n)
        case "gamma":
            return rng.gamma(d.shape or 1.0, mean_ / (d.shape or 1.0), n)
        case "empirical":
            values = np.asarray(d.values, dtype=np.float64)
            return np.asarray(values[(rng.random(n) * len(values)).astype(np.int64)])


def _truncated(
    rng: np.random.Generator, mean_: float, sd: float, bounds: tuple[float, float], n: int
) -> npt.NDArray[np.float64]:
    while True:
        values = rng.normal(mean_, sd, n)
        kept = values[(values >= bounds[0]) & (values <= bounds[1])]
        if kept.size:
            return np.asarray(kept)
