"""The numbers behind the pictures of an estimate: what matplotlib and Bokeh both draw."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from simulator.effort.model import Estimate, Swing

BINS = 60
MOST_SWINGS = 12
LIGHT = "#a9c4e4"  # colour of the low end of a parameter


@dataclass(frozen=True)
class Histogram:
    """In how many of the runs the hours lay between two of the ``edges``."""

    edges: npt.NDArray[np.float64]
    counts: npt.NDArray[np.int64]


def histograms(made: Estimate) -> dict[str, Histogram]:
    """Hours without and with a common interface, over the same edges, and the hours saved."""
    both = np.concatenate((made.without.total, made.guided.total))
    edges = np.linspace(both.min(), max(both.max(), both.min() + 1), BINS + 1)
    counts, saved = np.histogram(made.saved, BINS)
    return {
        "without": Histogram(edges, np.histogram(made.without.total, edges)[0]),
        "with": Histogram(edges, np.histogram(made.guided.total, edges)[0]),
        "saved": Histogram(saved, counts),
    }


def swings(made: Estimate) -> tuple[Swing, ...]:
    """The parameters that matter most."""
    return made.swings[:MOST_SWINGS]
