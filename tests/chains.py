"""Markov chains in continuous time, small enough for dense matrices; also those whose rates change within a period."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.linalg import expm

Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Shares:
    """The share of time in each state. Called with a condition: the share in which it holds."""

    weights: Mapping[Any, float]

    def __call__(self, holds: Callable[[Any], Any]) -> float:
        return sum(weight for state, weight in self.weights.items() if holds(state))


class Chain:
    """States and the rates between them; a rate from a state to itself says nothing."""

    def __init__(self, states: Sequence[Hashable]) -> None:
        self.states = list(states)
        self.index = {state: i for i, state in enumerate(self.states)}
        self.rates: Matrix = np.zeros((len(self.states), len(self.states)))

    def add(self, state: Hashable, to: Hashable, rate: float) -> None:
        i = self.index[state]
        self.rates[i, self.index[to]] += rate
        self.rates[i, i] -= rate

    def steady(self) -> Shares:
        """In the long run."""
        return Shares(dict(zip(self.states, _balanced(self.rates), strict=True)))


def over_a_period(
    chains: Sequence[Chain], lengths: Sequence[float], ends: Mapping[Hashable, Hashable]
) -> tuple[Shares, Shares]:
    """Two chains of the same states by turns, so long each, for ever: the shares of all time in each state, by chain.

    ``ends``: to which state the end of the first one's time leads at once, where it is another one.
    """
    first = chains[0]
    jump = np.zeros_like(first.rates)
    for state, i in first.index.items():
        jump[i, first.index[ends.get(state, state)]] = 1.0
    (over_first, in_first), (over_second, in_second) = (
        _advanced(chain.rates, length) for chain, length in zip(chains, lengths, strict=True)
    )
    begins = _balanced(over_first @ jump @ over_second - np.eye(len(jump)))
    spent = begins @ in_first, begins @ over_first @ jump @ in_second
    off, on = (Shares(dict(zip(first.states, s / sum(lengths), strict=True))) for s in spent)
    return off, on


def _balanced(rates: Matrix) -> Matrix:
    """The distribution p with p · rates = 0."""
    n = len(rates)
    equations = np.vstack([rates.T, np.ones(n)])
    return np.asarray(np.linalg.lstsq(equations, np.r_[np.zeros(n), 1.0], rcond=None)[0])


def _advanced(rates: Matrix, length: float) -> tuple[Matrix, Matrix]:
    """Probabilities after a time, and the mean time in each state till then: exp of [[Q, 1], [0, 0]] holds both."""
    n = len(rates)
    both = np.zeros((2 * n, 2 * n))
    both[:n, :n], both[:n, n:] = rates, np.eye(n)
    found = expm(both * length)
    return found[:n, :n], found[:n, n:]
