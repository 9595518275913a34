from collections.abc import Callable
from pathlib import Path

import pytest

from conformance.reports import Report, read_report

STREAMS = Path(__file__).parents[2] / "data" / "streams"


@pytest.fixture
def stream() -> Callable[[str], Path]:
    """The path of a hand-made stream by name."""
    return lambda name: STREAMS / f"{name}.ndjson"


@pytest.fixture
def report_of(stream: Callable[[str], Path]) -> Callable[[str], Report]:
    """The report of a hand-made stream by name."""
    return lambda name: read_report(stream(name))
