"""Errors of experiments.

FileError
└── ExperimentError  an experiment file that cannot be run (place, what, how to mend)
"""

from __future__ import annotations

from simulator.line.errors import FileError


class ExperimentError(FileError):
    """A fault in an experiment file."""
