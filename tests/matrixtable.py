"""The fault matrix as one table, however many processes have run it: printed, and written to ``fault-matrix.txt``."""

from __future__ import annotations

from pathlib import Path

import pytest

MATRIX_ROW = "fault matrix"
"""Property of a test: its row of the table."""


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the rows of all tests that have one, and write them."""
    calls = [
        report
        for outcome in ("passed", "failed")
        for report in terminalreporter.getreports(outcome)
        if report.when == "call"
    ]
    rows = sorted(str(row) for report in calls for name, row in report.user_properties if name == MATRIX_ROW)
    if rows:
        terminalreporter.section(MATRIX_ROW)
        for row in rows:
            terminalreporter.line(row)
        Path("fault-matrix.txt").write_text("\n".join([*rows, ""]), encoding="utf-8")
