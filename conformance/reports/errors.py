"""Errors of the reports.

::

    StreamError           a file that is no event stream, or not one that this version can read
"""

from __future__ import annotations


class StreamError(ValueError):
    """Where, what and how to mend, in one line: ``file:line: what; mend``."""

    def __init__(self, name: str, line: int, what: str, mend: str) -> None:
        super().__init__(f"{name}:{line}: {what}; {mend}" if line else f"{name}: {what}; {mend}")
        self.name = name
        self.line = line
        self.what = what
        self.mend = mend
