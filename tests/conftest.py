"""What holds for all tests: how fast the machine is fails no property-based one."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

settings.register_profile("any-speed", parent=settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any-speed")
