"""Errors of the effort model.

FileError
└── EffortError  an effort file that cannot be computed (place, what, how to mend)
"""

from __future__ import annotations

from simulator.line.errors import FileError


class EffortError(FileError):
    """A fault in an effort file."""
