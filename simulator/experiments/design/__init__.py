"""Designs of a line: the cheapest buffers, places and machines that reach a target, or what more of them brings.

``docs/design.md`` explains the files. ``run_design(load_design("size.yaml"))`` gives a ``Design``.
"""

from simulator.experiments.design.errors import DesignError
from simulator.experiments.design.plan import DesignPlan, load_design, make_design
from simulator.experiments.design.result import Check, Design, Trial
from simulator.experiments.design.running import run_design
from simulator.experiments.design.spec import DesignFile

__all__ = [
    "Check",
    "Design",
    "DesignError",
    "DesignFile",
    "DesignPlan",
    "Trial",
    "load_design",
    "make_design",
    "run_design",
]
