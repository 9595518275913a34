"""Lets the tests of this folder import its helpers."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from study_files import plan_in

from simulator.experiments.study.plan import Plan


@pytest.fixture
def plan_of(tmp_path: Path) -> Callable[[str], Plan]:
    """Loads the text of an experiment on the small line, which is beside it in ``line.yaml``."""
    return partial(plan_in, tmp_path)
