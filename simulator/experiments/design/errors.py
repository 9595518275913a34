"""Errors of designs.

ExperimentError
└── DesignError  a design file that cannot be run (place, what, how to mend)
"""

from __future__ import annotations

from simulator.experiments.study.errors import ExperimentError


class DesignError(ExperimentError):
    """A fault in a design file."""
