"""Lets these tests import random lines; skips them where Numba is not installed, since they try both engines."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "compiled"))
pytest.importorskip("numba", reason="the compiled engine needs numba")
