"""Distributions: their means, and that chunks do not matter."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from simulator.line.distributions import Distribution, mean, sample
from simulator.line.streams import generator, stream, unit_key

FORMS: list[dict[str, Any]] = [
    {"distribution": "exponential", "mean": "2 min"},
    {"distribution": "erlang", "mean": 6, "k": 3},
    {"distribution": "uniform", "low": 1, "high": 3},
    {"distribution": "triangular", "low": 1, "mode": 2, "high": 6},
    {"distribution": "lognormal", "mean": 5, "sd": 2},
    {"distribution": "normal", "mean": 10, "sd": 1},
    {"distribution": "weibull", "scale": 3, "shape": 1.5},
    {"distribution": "gamma", "mean": 4, "shape": 2.5},
    {"distribution": "empirical", "values": [1, 2, 6]},
    {"distribution": "deterministic", "mean": 7},
]


@pytest.mark.parametrize("form", FORMS, ids=lambda f: f["distribution"])
def test_samples_have_the_stated_mean(form: dict[str, Any]) -> None:
    d = Distribution.model_validate(form)
    values = sample(d, np.random.default_rng(1), 40_000)
    assert values.min() >= 0
    assert np.mean(values) == pytest.approx(mean(d), rel=0.02)


@pytest.mark.parametrize("form", FORMS, ids=lambda f: f["distribution"])
def test_a_stream_is_the_generator_s_sequence_whatever_the_chunk(form: dict[str, Any]) -> None:
    d = Distribution.model_validate(form)
    draw = stream(7, "A", 1, d)
    taken = [draw() for _ in range(3000)]
    rng = generator(7, "A", 1)
    other: list[float] = []
    while len(other) < 3000:
        other += sample(d, rng, 77).tolist()
    assert taken == other[:3000]


def test_the_key_of_a_name_is_stable() -> None:
    assert unit_key("A") == 0x559AEAD0


@pytest.mark.parametrize(
    "form",
    [
        {"distribution": "normal", "mean": 1, "sd": 0},
        {"distribution": "normal", "mean": 1, "sd": 1, "low": 50},
        {"distribution": "triangular", "low": 3, "mode": 2, "high": 4},
        {"distribution": "exponential", "mean": 0},
        {"distribution": "exponential", "mean": 1, "sd": 2},
        {"distribution": "empirical", "values": []},
        "soon",
        True,
    ],
)
def test_impossible_distributions_are_refused(form: Any) -> None:
    with pytest.raises(ValidationError):
        Distribution.model_validate(form)
