"""``check`` of one served unit as a user runs it, start to report. Usage: ``python benchmarks/checking.py``."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from targets import Measured

PROFILE, TIME_SCALE = "stacking", 8.0
LIMITS = {"observe": 10.0, "disrupt": 90.0}
SETSUBI = [sys.executable, "-m", "setsubi"]
TARGET = """\
kind: mock
name: M1
profile: {profile}
opcua: {{url: "{opcua}"}}
modbus: {{host: "{host}", port: {port}}}
panel: "{panel}"
time_scale: {scale}
"""


def measure() -> list[Measured]:
    """Wall seconds of ``setsubi check`` at the two impact levels, and whether the clean mock passed."""
    with tempfile.TemporaryDirectory() as folder, mock(Path(folder) / "target.yaml") as target:
        return [_check(target, impact) for impact in LIMITS]


def _check(target: Path, impact: str) -> Measured:
    began = time.monotonic()
    command = [*SETSUBI, "check", str(target), "--impact", impact, "-q", "--html", str(target.with_suffix(".html"))]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    took = time.monotonic() - began
    note = f"exit code {done.returncode}" + (f": {done.stderr.strip()[-200:]}" if done.returncode > 1 else "")
    return Measured(f"check at {impact}, {PROFILE} mock", took, LIMITS[impact], "s", note=note)


@contextmanager
def mock(target: Path) -> Iterator[Path]:
    """A mock in a process of its own, and its target file."""
    command = [*SETSUBI, "mock", PROFILE, "--base-port", "0", "--speed", f"{TIME_SCALE:g}"]
    environment = os.environ | {"COLUMNS": "250", "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment, encoding="utf-8") as process:
        try:
            assert process.stdout is not None
            shown = ""
            for line in process.stdout:
                shown += line
                if "serving" in line:
                    break
            opcua, host, port, panel = _addresses(shown)
            text = TARGET.format(profile=PROFILE, opcua=opcua, host=host, port=port, panel=panel, scale=TIME_SCALE)
            target.write_text(text, encoding="utf-8")
            yield target
        finally:
            process.terminate()


def _addresses(shown: str) -> tuple[str, str, str, str]:
    match = re.search(r"(opc\.tcp://\S+).*?modbus://([^\s:]+):(\d+)\s+\S\s+(\S+)", shown)
    if match is None:
        raise RuntimeError(f"the mock did not say where it is: {shown}")
    return match[1], match[2], match[3], match[4]


if __name__ == "__main__":
    sys.exit(not all(m.met for m in measure()))
