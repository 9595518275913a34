"""The numbers behind the pictures of a plan: what matplotlib and Bokeh both draw."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from simulator.planning.ramp import Month
from simulator.planning.sizing import CapacityPlan


def loads(plan: CapacityPlan) -> dict[str, npt.NDArray[np.float64]]:
    """Of every step the shares of time, in %, in which it works, is down, and waits; they add up to 100."""
    up = np.array([step.spec.up for step in plan.steps])
    works = up * [step.load for step in plan.steps]
    return {"works": 100 * works, "down": 100 * (1 - up), "waits": 100 * (up - works)}


def lost(month: Month) -> float:
    """What a month scraps, in t if the mass of a cell is known, in cells otherwise."""
    return month.scrap if month.scrap_t is None else month.scrap_t
