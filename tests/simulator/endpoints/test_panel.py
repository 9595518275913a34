"""The panel has no login: only the computer that serves a mock may reach it."""

from __future__ import annotations

import asyncio
import json

import pytest

from profiles import load_profile
from setsubi.hosting import host_mock
from simulator.endpoints.host import HostOptions, UnitHost

OTHER = "127.0.0.2"
"""An address of this computer that who listens on 127.0.0.1 does not hear, and who listens on all addresses does."""


def ports(unit: UnitHost) -> dict[str, tuple[str, int]]:
    """Host and port of each endpoint, as it names itself."""
    named = {"opcua": unit.addresses.opcua, "modbus": unit.addresses.modbus, "panel": unit.addresses.panel}
    found = {}
    for name, address in named.items():
        host, _, port = address.rpartition("/")[2].rpartition(":")
        found[name] = (host, int(port))
    return found


async def ask(host: str, port: int, act: str) -> dict[str, object]:
    """One question to a panel and its answer."""
    reader, writer = await asyncio.open_connection(host, port)
    writer.write(json.dumps({"id": 1, "act": act}).encode() + b"\n")
    answer: dict[str, object] = json.loads(await reader.readline())
    writer.close()
    return answer


async def test_on_all_addresses_the_panel_is_on_loopback_and_the_protocols_are_not() -> None:
    options = HostOptions(host="0.0.0.0")
    async with host_mock(load_profile("conveyor"), "M1", seed=1, speed=1.0, options=options) as served:
        (unit,) = served.units.values()
        at = ports(unit)
        assert {name: host for name, (host, _) in at.items()} == {
            "opcua": "0.0.0.0", "modbus": "0.0.0.0", "panel": "127.0.0.1",
        }  # fmt: skip
        assert (await ask(*at["panel"], "ping"))["unit"] == "M1"
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection(OTHER, at["panel"][1])
        for protocol in ("opcua", "modbus"):
            _, writer = await asyncio.open_connection(OTHER, at[protocol][1])
            assert writer.get_extra_info("peername")[:2] == (OTHER, at[protocol][1])
            writer.close()
