"""Serving a fake unit and talking to it, for the tests of the OPC UA endpoint."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Any

from asyncua import Client, Node, ua
from fakes_opcua import NAMESPACES, FakeEquipment

from simulator.endpoints.opcua import OpcuaEndpoint
from simulator.endpoints.quirks import OpcuaQuirks
from simulator.endpoints.security import SecuritySettings

SOON = 5.0
"""Seconds until a test that waits for something gives up; nothing is decided by how long it takes."""


@cache
def keys() -> Path:
    """One folder of keys for the whole run: making one takes longest."""
    return Path(tempfile.mkdtemp(prefix="setsubi-pki-"))


@asynccontextmanager
async def serving(
    equipment: FakeEquipment | None = None, quirks: OpcuaQuirks | None = None, **security: Any
) -> AsyncIterator[OpcuaEndpoint]:
    """A started endpoint on a free port."""
    settings = SecuritySettings(folder=keys(), **security)
    endpoint = OpcuaEndpoint(equipment or FakeEquipment(), security=settings, quirks=quirks)
    await endpoint.start()
    try:
        yield endpoint
    finally:
        await endpoint.stop()


@asynccontextmanager
async def talking(
    equipment: FakeEquipment | None = None, quirks: OpcuaQuirks | None = None, locale: str | None = None
) -> AsyncIterator[tuple[OpcuaEndpoint, Client]]:
    """A served unit and a connected client of it."""
    async with serving(equipment, quirks) as endpoint:
        client = Client(endpoint.address, timeout=SOON)
        if locale is not None:
            client._locale = [locale]
        async with client:
            yield endpoint, client


async def node(client: Client, path: str, name: str = "Fake1") -> Node:
    """The node at a browse path from the machine object."""
    uris = await client.get_namespace_array()

    def index(prefix: str) -> int:
        return uris.index(NAMESPACES[prefix])

    machine = [f"{index('m')}:Machines", f"{index('s')}:{name}"]
    steps = [step.split(":") for step in path.split("/") if step]
    return await client.nodes.objects.get_child([*machine, *(f"{index(prefix)}:{step}" for prefix, step in steps)])


class Heard:
    """A subscription handler that lets a test await what it hears."""

    def __init__(self) -> None:
        self.changes: asyncio.Queue[Any] = asyncio.Queue()
        self.events: asyncio.Queue[Any] = asyncio.Queue()

    def datachange_notification(self, _node: Node, value: Any, _data: Any) -> None:
        self.changes.put_nowait(value)

    def event_notification(self, event: Any) -> None:
        self.events.put_nowait(event)

    def status_change_notification(self, status: Any) -> None:
        """Not of interest."""

    async def change(self) -> Any:
        return await asyncio.wait_for(self.changes.get(), SOON)

    async def event(self) -> Any:
        return await asyncio.wait_for(self.events.get(), SOON)


def fields_of(names: list[str]) -> ua.EventFilter:
    """An event filter for fields by their joined browse names, and the condition's node id."""
    event_filter = ua.EventFilter()
    for name in names:
        operand = ua.SimpleAttributeOperand()
        operand.TypeDefinitionId = ua.NodeId(ua.ObjectIds.BaseEventType)
        operand.BrowsePath = [ua.QualifiedName(step, 0) for step in name.split("/")]
        operand.AttributeId = ua.AttributeIds.Value
        event_filter.SelectClauses.append(operand)
    condition_id = ua.SimpleAttributeOperand()
    condition_id.TypeDefinitionId = ua.NodeId(ua.ObjectIds.ConditionType)
    condition_id.AttributeId = ua.AttributeIds.NodeId
    event_filter.SelectClauses.append(condition_id)
    return event_filter
