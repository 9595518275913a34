"""Small real servers that show a profile's signals: OPC UA by asyncua, Modbus TCP by pymodbus."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import AsyncIterator, Mapping
from typing import Any

from asyncua import Server, ua
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from conformance.targets.opcuavalues import to_variant
from profiles.codec import encode
from profiles.model import Signal, SignalType, Table
from profiles.pack import Profile

DEFAULTS: dict[SignalType, Any] = {SignalType.BOOL: False, SignalType.STRING: "", SignalType.LOCALIZED: ""}
_SIZE = 1024


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


def value_of(signal: Signal, values: Mapping[str, Any]) -> Any:
    if signal.type is SignalType.DATETIME:
        from datetime import UTC, datetime

        return values.get(signal.id, datetime(2026, 1, 2, tzinfo=UTC))
    return values.get(signal.id, signal.value if signal.value is not None else DEFAULTS.get(signal.type, 0))


@contextlib.asynccontextmanager
async def opcua_server(profile: Profile, values: Mapping[str, Any]) -> AsyncIterator[tuple[str, Server]]:
    """Every bound signal under Objects/Machines/Unit1; writable where the profile says so."""
    server = Server()
    await server.init()
    url = f"opc.tcp://127.0.0.1:{free_port()}/setsubi"
    server.set_endpoint(url)
    server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
    index = {"ua": 0}
    for prefix, uri in reversed(profile.namespaces.items()):  # an order of our own: indices must not matter
        if prefix != "ua":
            index[prefix] = await server.register_namespace(uri)
    objects = server.nodes.objects
    machines = await objects.add_object(index["m"], "Machines")
    nodes = {"": await machines.add_object(index["s"], "Unit1")}
    for signal in profile.signals.values():
        if signal.opcua is None:
            continue
        path = ""
        for prefix, name in signal.opcua.steps[:-1]:
            parent, path = path, f"{path}/{prefix}:{name}"
            if path not in nodes:
                nodes[path] = await nodes[parent].add_object(index[prefix], name)
        prefix, name = signal.opcua.steps[-1]
        node = await nodes[path].add_variable(
            ua.NodeId(signal.id, index["s"]),
            ua.QualifiedName(name, index[prefix]),
            to_variant(signal.type, value_of(signal, values)),
        )
        if signal.access == "rw":
            await node.set_writable()
    async with server:
        yield url, server


def image(profile: Profile, values: Mapping[str, Any]) -> dict[Table, list[int]]:
    tables = {table: [0] * _SIZE for table in Table}
    for signal in profile.signals.values():
        if signal.modbus is not None:
            words = encode(signal, value_of(signal, values), word_order=profile.word_order)
            at = signal.modbus.address
            tables[signal.modbus.table][at : at + len(words)] = words
    return tables


@contextlib.asynccontextmanager
async def modbus_server(profile: Profile, values: Mapping[str, Any]) -> AsyncIterator[int]:
    """All four tables, whole."""
    tables = image(profile, values)

    def bits(table: Table) -> list[SimData]:
        return [SimData(0, values=[bool(b) for b in tables[table]], datatype=DataType.BITS)]

    def words(table: Table) -> list[SimData]:
        return [SimData(0, values=tables[table], datatype=DataType.REGISTERS)]

    device = SimDevice(1, (bits(Table.COIL), bits(Table.DISCRETE), words(Table.HOLDING), words(Table.INPUT)))
    port = free_port()
    server = ModbusTcpServer(device, address=("127.0.0.1", port))
    await server.serve_forever(background=True)
    try:
        yield port
    finally:
        await server.shutdown()
