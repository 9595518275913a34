"""Errors of the profile language.

::

    ProfileError          a profile, pack or ledger that cannot be used; always the user's file, never a bug of ours
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """Where in a file: one-based line and column; 0 means the file as a whole."""

    path: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}" if self.line else self.path


class ProfileError(Exception):
    """Where, what and how to mend, in one line: ``file:line:column: what; mend``."""

    def __init__(self, place: Place, what: str, mend: str) -> None:
        super().__init__(f"{place}: {what}; {mend}")
        self.place = place
        self.what = what
        self.mend = mend
