"""Experiments on a line: scenarios against one another, with intervals. ``docs/experiments.md`` explains the files.

``run_study(load_plan("try.yaml"))`` gives a ``Study``; ``compare``, ``effects`` and ``gains`` say what it shows.
"""

from simulator.experiments.study.compare import Difference, Verdict, compare
from simulator.experiments.study.effects import Effect, effects
from simulator.experiments.study.errors import ExperimentError
from simulator.experiments.study.plan import Plan, load_plan, make_plan
from simulator.experiments.study.result import Outcome, Study
from simulator.experiments.study.running import run_study
from simulator.experiments.study.sensitivity import Gain, gains
from simulator.experiments.study.spec import ExperimentSpec

__all__ = [
    "Difference",
    "Effect",
    "ExperimentError",
    "ExperimentSpec",
    "Gain",
    "Outcome",
    "Plan",
    "Study",
    "Verdict",
    "compare",
    "effects",
    "gains",
    "load_plan",
    "make_plan",
    "run_study",
]
