"""One served line for all foreign clients."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from served_line import ServedLine


@pytest.fixture(scope="session")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedLine]:
    with ServedLine(tmp_path_factory.mktemp("line")) as served:
        yield served
