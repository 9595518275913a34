"""Skips these tests where Numba is not installed: they compare both engines."""

from __future__ import annotations

import pytest

pytest.importorskip("numba", reason="the compiled engine needs numba")
