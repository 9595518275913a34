"""What all tests share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True, scope="session")
def engine_cache(request: pytest.FixtureRequest) -> Iterator[None]:
    """Keep compiled code with pytest's own files, not in the home of who runs the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NUMBA_CACHE_DIR", str(request.config.cache.mkdir("engine")))
        yield
