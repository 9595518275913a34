"""What holds for all tests: compiled code stays with pytest's files; how fast the machine is fails no property-based one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings
from matrixtable import pytest_terminal_summary

__all__ = ["engine_cache", "pytest_terminal_summary"]

settings.register_profile("any-speed", parent=settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any-speed")


@pytest.fixture(autouse=True, scope="session")
def engine_cache(request: pytest.FixtureRequest) -> Iterator[None]:
    """Keep compiled code with pytest's own files, not in the home of who runs the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NUMBA_CACHE_DIR", str(request.config.cache.mkdir("engine")))
        yield
