"""Lets the tests of this folder import their strategies; skips them where Numba is not installed."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
pytest.importorskip("numba", reason="the compiled engine needs numba")
