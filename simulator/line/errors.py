"""Errors of the line model.

Exception
├── FileError        a file of the user's that cannot be used (place, what, how to mend)
│   └── LineError    a line file
└── CommandRefused   a command that a unit does not accept now; nothing has changed
"""

from __future__ import annotations

from pathlib import Path


class FileError(Exception):
    """A fault in a file. ``line`` and ``column`` count from 1.

    Both are 0 if the file as a whole is at fault. ``mend`` is empty if ``what`` says all.
    """

    def __init__(self, path: str | Path, line: int, column: int, what: str, mend: str) -> None:
        place = f"{path}:{line}:{column}" if line else f"{path}"
        super().__init__(f"{place}: {what} ({mend})" if mend else f"{place}: {what}")
        self.path, self.line, self.column, self.what, self.mend = str(path), line, column, what, mend


class LineError(FileError):
    """A fault in a line file."""


class CommandRefused(Exception):
    """A unit refused a command, a value or a port action; its state is what it was.

    ``reason`` is for people.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
