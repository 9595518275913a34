"""Target files of what is served here, so that ``setsubi check`` can be run against it at once."""

from __future__ import annotations

import json

from simulator.endpoints.host import Addresses


def target_text(name: str, profile: str, at: Addresses, speed: float, login: tuple[str, str] | None = None) -> str:
    """The target file of a served unit. It says ``kind: mock``: no machine moves, so no consent is needed. ``login`` is
    the user and the name of the environment variable with his password."""
    host, _, port = at.modbus.removeprefix("modbus://").rpartition(":")
    lines = [
        f"# Target file of the simulated unit {name}, written while it was served.",
        "kind: mock",
        f"name: {json.dumps(name)}",
        f"profile: {profile}",
        "opcua:",
        f"  url: {at.opcua}",
        *([f"  user: {json.dumps(login[0])}", f"  password_env: {json.dumps(login[1])}"] if login else []),
        f"modbus: {{host: {json.dumps(host)}, port: {port}}}",
        f"panel: {json.dumps(at.panel)}",
        f"time_scale: {speed:g}",
    ]
    return "\n".join(lines) + "\n"
