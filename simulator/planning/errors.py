"""Errors of planning.

FileError
└── PlanError  a plan file that cannot be computed (place, what, how to mend)
"""

from __future__ import annotations

from simulator.line.errors import FileError


class PlanError(FileError):
    """A fault in a plan file."""
