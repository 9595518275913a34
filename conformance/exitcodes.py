"""Exit codes that tell the truth (decision 12)."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    CONFORMANT = 0
    NONCONFORMITY = 1  # a MUST failed (with --strict also a SHOULD), or a baseline is stale
    INTERRUPTED = 2
    INTERNAL_ERROR = 3
    USAGE = 4  # usage, profile or target-file error
    NOTHING_CHECKED = 5
    INCOMPLETE = 6  # a MUST that applies and was permitted was not decided
    UNREACHABLE = 7
