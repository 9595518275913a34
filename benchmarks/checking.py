"""``check`` of one served unit as a user runs it, start to report. Usage: ``python benchmarks/checking.py``."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from targets import Measured

# At twelve times real time an acting state of a mock lasts 25 ms, a little more than the poll of 20 ms.
PROFILE, TIME_SCALE = "stacking", 12.0
LIMITS = {"observe": 10.0, "disrupt": 90.0}
SETSUBI = [sys.executable, "-m", "setsubi"]


def measure() -> list[Measured]:
    """Wall seconds of ``setsubi check`` at the two impact levels, and whether the clean mock passed."""
    with tempfile.TemporaryDirectory() as folder, mock(Path(folder)) as target:
        return [figure for impact in LIMITS for figure in _check(target, impact)]


def _check(target: Path, impact: str) -> tuple[Measured, Measured]:
    began = time.monotonic()
    command = [*SETSUBI, "check", str(target), "--impact", impact, "-q", "--html", str(target.with_suffix(".html"))]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    took = time.monotonic() - began
    what = f"check at {impact}, {PROFILE} mock"
    said = "" if done.returncode == 0 else f"{done.stdout}{done.stderr}".strip()[:2000]
    return Measured(what, took, LIMITS[impact], "s"), Measured(f"{what}: exit code", done.returncode, 0, "", note=said)


@contextmanager
def mock(folder: Path) -> Iterator[Path]:
    """A mock in a process of its own, and the target file that it writes into ``folder``."""
    command = [*SETSUBI, "mock", PROFILE, "--base-port", "0", "--speed", f"{TIME_SCALE:g}", "--targets", str(folder)]
    environment = os.environ | {"PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment, encoding="utf-8") as process:
        try:
            assert process.stdout is not None
            if not any("serving" in line for line in process.stdout):
                raise RuntimeError(f"the mock ended with exit code {process.wait()} before it served")
            (target,) = folder.glob("*.yaml")
            yield target
        finally:
            process.terminate()


if __name__ == "__main__":
    sys.exit(not all(m.met for m in measure()))
