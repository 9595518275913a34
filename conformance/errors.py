"""Errors of the conformance suite.

::

    ConformanceError
    ├── TargetError          theirs: the target did something that ends the exchange
    │   ├── Unreachable      nobody answered at the address, or the door was shut (exit code 7)
    │   ├── TargetLost       it answered before and does not any more
    │   └── OperatorError    the person or the panel at the machine could not do what was asked
    ├── UserError            the user's: a file, an option, a profile (exit code 4)
    │   ├── TargetFileError  file:line:column, what, how to mend
    │   ├── TargetFileErrors  several of them, in the order of the file
    │   └── UsageError       an option or address that cannot be used
    │       └── NothingSelected  the selection has no requirement at all (exit code 5)
    ├── ConsentLost          the operator's local test permit is not there, or not any more
    └── HarnessError         ours: a check or the runner broke its own contract (exit code 3)
"""

from __future__ import annotations

from collections.abc import Sequence

from profiles.errors import Place


class ConformanceError(Exception):
    """Base of all errors that the suite raises on purpose."""


class TargetError(ConformanceError):
    """The target's doing; never a defect of the suite."""


class Unreachable(TargetError):
    """Nobody answered at the address."""

    def __init__(self, address: str, why: str, mend: str = "check the address, the cable and whether it runs") -> None:
        super().__init__(f"{address}: {why}; {mend}")
        self.address = address


class TargetLost(TargetError):
    """The connection broke, or no answer came in time."""


class OperatorError(TargetError):
    """What was asked of the person (or the panel) at the machine was not done."""


class UserError(ConformanceError):
    """Something the user can mend; always one clear line."""


class TargetFileError(UserError):
    """Where, what and how to mend, in one line: ``file:line:column: what; mend``."""

    def __init__(self, place: Place, what: str, mend: str) -> None:
        super().__init__(f"{place}: {what}; {mend}")
        self.place = place
        self.what = what
        self.mend = mend


class TargetFileErrors(UserError):
    """Several mistakes in one file, a line each."""

    def __init__(self, errors: Sequence[TargetFileError]) -> None:
        self.errors = sorted(errors, key=lambda e: (e.place.line, e.place.column))
        super().__init__("\n".join(str(error) for error in self.errors))


def raise_all(errors: Sequence[TargetFileError]) -> None:
    """Raise what was found: the mistake, or all of them; nothing if there are none."""
    if len(errors) == 1:
        raise errors[0]
    if errors:
        raise TargetFileErrors(errors)


class UsageError(UserError):
    """An option or an address that cannot be used."""


class NothingSelected(UsageError):
    """What was asked for selects no requirement, so that nothing could be checked."""


class ConsentLost(ConformanceError):
    """Decision 18: no touching of a real machine without the permit given at it."""


class HarnessError(ConformanceError):
    """A defect of the suite itself."""
