"""``serve`` of the example line: how soon all seven units are ready, and what it costs at speed 1.

In a process of its own, because a start counts imports too. Usage: ``python benchmarks/serving.py``.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from targets import Measured

READY_S, CORES, SECONDS = 10.0, 0.5, 20.0


def measure() -> list[Measured]:
    """Wall seconds from the start of the process to all endpoints open; share of a core while nobody asks."""
    began = time.time()
    command = [sys.executable, str(Path(__file__)), "child"]
    found: dict[str, Any] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    note = f"{found['ready_cpu']:.1f} s of CPU time"
    lagged = f"; {found['lags']} times out of pace" if found["lags"] else ""
    return [
        Measured(f"serve: {found['units']} units ready", found["ready_at"] - began, READY_S, "s", note=note),
        Measured("serve at speed 1", found["cpu"] / found["wall"], CORES, "cores", note=f"over {SECONDS:g} s{lagged}"),
    ]


async def child() -> dict[str, Any]:
    """Serve, and measure from within."""
    import setsubi
    from setsubi.hosting import host_line
    from simulator.endpoints.host import HostOptions
    from simulator.interface.fitted import fitted_line

    said: list[str] = []
    spec, profiles = fitted_line(Path(setsubi.__file__).parent / "examples" / "cell_line.yaml")
    options = HostOptions(on_error=said.append)
    async with host_line(spec, profiles, seed=1, speed=1.0, log=None, options=options) as host:
        ready_at, ready_cpu = time.time(), time.process_time()
        wall = time.monotonic()
        await asyncio.sleep(SECONDS)
        used = time.process_time() - ready_cpu
        return {
            "units": len(host.units), "ready_at": ready_at, "ready_cpu": ready_cpu, "cpu": used,
            "wall": time.monotonic() - wall, "lags": sum("cannot keep pace" in text for text in said),
        }  # fmt: skip


if __name__ == "__main__":
    if sys.argv[1:] == ["child"]:
        print(json.dumps(asyncio.run(child())))
    else:
        sys.exit(not all(m.met for m in measure()))
