"""Target files of what is served here, so that ``setsubi check`` can be run against it at once."""

from __future__ import annotations

import ipaddress
import json
from urllib.parse import urlsplit

from profiles.addresses import authority
from simulator.endpoints.host import Addresses
from simulator.endpoints.security import is_loopback


def target_text(name: str, profile: str, at: Addresses, speed: float, login: tuple[str, str] | None = None) -> str:
    """The target file of a served unit. It says ``kind: mock``: no machine moves, so no consent is needed. ``login`` is
    the user and the name of the environment variable with his password. A unit that listens on all addresses is reached on
    loopback, and without loopback its OPC UA server offers encrypted sessions only."""
    modbus = urlsplit(at.modbus)
    served = modbus.hostname or ""
    host = _reached(served)
    lines = [
        f"# Target file of the simulated unit {name}, written while it was served.",
        "kind: mock",
        f"name: {json.dumps(name)}",
        f"profile: {json.dumps(profile)}",
        "opcua:",
        f"  url: opc.tcp://{authority(host, urlsplit(at.opcua).port or 0)}",
        *([] if is_loopback(served) else ["  policy: Basic256Sha256"]),
        *([f"  user: {json.dumps(login[0])}", f"  password_env: {json.dumps(login[1])}"] if login else []),
        f"modbus: {{host: {json.dumps(host)}, port: {modbus.port}}}",
        f"panel: {json.dumps(at.panel)}",
        f"time_scale: {speed:g}",
    ]
    return "\n".join(lines) + "\n"


def _reached(served: str) -> str:
    """Where the computer that serves reaches what is served on a host, or on all of its addresses."""
    try:
        address = ipaddress.ip_address(served)
    except ValueError:
        return served
    if not address.is_unspecified:
        return served
    return "127.0.0.1" if address.version == 4 else "::1"
