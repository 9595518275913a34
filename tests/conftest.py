"""What holds for all tests: compiled code stays with pytest's files; how fast the machine is fails no property-based one.

Rows of the fault matrix are printed as one table, and written to ``fault-matrix.txt``.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("any-speed", parent=settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any-speed")

MATRIX_ROW = "fault matrix"
"""Property of a test: its row of the matrix."""


@pytest.fixture(autouse=True, scope="session")
def engine_cache(request: pytest.FixtureRequest) -> Iterator[None]:
    """Keep compiled code with pytest's own files, not in the home of who runs the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NUMBA_CACHE_DIR", str(request.config.cache.mkdir("engine")))
        yield


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The fault matrix, however many processes have run it."""
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
