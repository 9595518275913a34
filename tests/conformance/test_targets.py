"""Links read, write and recover over real sockets."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from asyncua import ua
from conformance_servers import free_port, modbus_server, opcua_server

from conformance.bench import build_bench
from conformance.errors import TargetLost, Unreachable
from conformance.inspect import inspect, render
from conformance.targetfile import Target, TargetFile, load_target
from conformance.targets.modbus import plan
from conformance.targets.modbusidentity import Page, page_of
from conformance.targets.opcua import OpcuaLink
from profiles import load_profile
from profiles.model import Protocol as Wire
from profiles.pack import Profile

VALUES = {
    "state.unit_state": 4, "state.unit_mode": 2, "test.permit": True, "state.blocked": True, "profile.version": "1.0.0",
    "identity.manufacturer": "電池工業", "identity.serial_number": "SN-1", "state.speed_setpoint": 12.5, "profile.id": "stacking",
    "identity.location": "hall 1", "production.energy": 1234.5,
}  # fmt: skip


@pytest.fixture(scope="module")
def profile() -> Profile:
    return load_profile("stacking")


def target(**keys: Any) -> Target:
    timeouts = {"connect_s": 3, "request_s": 1}
    return Target(file=TargetFile.model_validate({"kind": "mock", "timeouts": timeouts, **keys}), ref="t.yaml")


async def test_modbus_reads_every_signal_in_few_requests_and_writes_back(profile: Profile) -> None:
    async with modbus_server(profile, VALUES) as port:
        bench = build_bench(target(modbus={"host": "127.0.0.1", "port": port, "unit": 1}), profile)
        link = bench.links[Wire.MODBUS]
        await link.connect()
        bound = [s for s in profile.signals if link.binds(s)]
        readings = await link.read(bound)
        assert {s: readings[s].value for s in VALUES if s in bound} == {s: v for s, v in VALUES.items() if s in bound}
        assert all(r.ok for r in readings.values())
        assert bench.transcript.length < 20
        for signal, value in (("identity.location", "ホール2"), ("handover.outfeed.peer.ready", True)):
            assert (await link.write({signal: value})).accepted
            assert (await link.read([signal]))[signal].value == value
        refused = await link.write({"state.unit_state": 6})
        assert not refused.accepted
        assert (await link.read(["identity.location"]))["identity.location"].value == "ホール2"
        await link.close()


async def test_modbus_that_goes_away_is_lost_and_not_an_error_of_ours(profile: Profile) -> None:
    async with modbus_server(profile, VALUES) as port:
        bench = build_bench(
            target(
                modbus={"host": "127.0.0.1", "port": port, "unit": 1}, timeouts={"connect_s": 0.3, "request_s": 0.3}
            ),
            profile,
        )
        link = bench.links[Wire.MODBUS]
        await link.connect()
    with pytest.raises(TargetLost):
        await link.read(["state.unit_state"])
    assert not await link.alive()
    await link.close()


async def test_a_modbus_server_that_is_silent_is_told_with_what_it_was_asked(profile: Profile) -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        silence = {"connect_s": 2.0, "request_s": 0.2}
        bench = build_bench(target(modbus={"host": "127.0.0.1", "port": port, "unit": 1}, timeouts=silence), profile)
        link = bench.links[Wire.MODBUS]
        await link.connect()
        with pytest.raises(TargetLost, match=r": no answer to read input:120\+1$"):
            await link.read(["state.unit_state"])
        await link.close()


async def test_nobody_at_the_address_is_unreachable(profile: Profile) -> None:
    port = free_port()
    keys = {"modbus": {"host": "127.0.0.1", "port": port}, "opcua": {"url": f"opc.tcp://127.0.0.1:{port}"}}
    bench = build_bench(target(**keys), profile)
    for link in bench.links.values():
        with pytest.raises(Unreachable):
            await link.connect()
        await link.close()


async def test_a_server_that_is_no_opcua_server_is_unreachable(profile: Profile) -> None:
    async with modbus_server(profile, VALUES) as port:
        bench = build_bench(target(opcua={"url": f"opc.tcp://127.0.0.1:{port}"}), profile)
        with pytest.raises(Unreachable):
            await bench.links[Wire.OPCUA].connect()


def test_signals_of_a_group_stay_in_one_request(profile: Profile) -> None:
    signals = [s for s in profile.signals.values() if s.modbus is not None]
    for block in plan(signals):
        assert block.count <= (2000 if block.table.is_bits else 125)
    groups = {s.modbus.group for s in signals if s.modbus and s.modbus.group}
    for group in groups:
        holding = [b for b in plan(signals) if any(s.modbus and s.modbus.group == group for s in b.signals)]
        assert len(holding) == 1


async def test_raw_frames_come_back_as_they_are(profile: Profile) -> None:
    async with modbus_server(profile, VALUES) as port:
        bench = build_bench(target(modbus={"host": "127.0.0.1", "port": port, "unit": 1}), profile)
        wire = bench.modbus
        assert wire is not None
        reply = await wire.exchange(bytes([4, 0, 120, 0, 1]))
        assert reply.pdu == bytes([4, 2, 0, 4])
        assert reply.unit == 1
        beyond = await wire.exchange(bytes([4, 0xFF, 0xF0, 0, 1]))
        assert beyond.exception == 2
        assert await wire.is_alive()
        assert await wire.connect_many(3) == 3
        (silent,) = await wire.send_raw(b"\0\1\0\0\0")
        assert silent.pdu == b""
        assert silent.timed_out or silent.closed


async def test_opcua_finds_the_machine_by_names_and_reads_and_writes(profile: Profile) -> None:
    async with opcua_server(profile, VALUES) as (url, _):
        bench = build_bench(target(opcua={"url": url}), profile)
        link = bench.links[Wire.OPCUA]
        await link.connect()
        bound = [s for s in profile.signals if link.binds(s)]
        readings = await link.read(bound)
        assert {s: readings[s].value for s in VALUES if s in bound} == {s: v for s, v in VALUES.items() if s in bound}
        assert (await link.write({"identity.location": "hall 2"})).accepted
        refused = await link.write({"state.unit_state": 6})
        assert not refused.accepted
        assert refused.status.startswith("Bad")
        await link.close()


async def test_opcua_services_tell_of_nodes_and_notify_changes(profile: Profile) -> None:
    async with opcua_server(profile, VALUES) as (url, server):
        bench = build_bench(target(opcua={"url": url}), profile)
        await bench.links[Wire.OPCUA].connect()
        services = bench.opcua
        assert services is not None
        facts = await services.facts("s:State/s:UnitState")
        assert (facts.found, facts.node_class, facts.data_type) == (True, "Variable", "ua:UInt16")
        assert facts.namespace_uri == profile.namespaces["s"]
        assert not (await services.facts("s:State/s:Nowhere")).found
        assert "s:State" in await services.children("")
        assert await services.children("/m:Machines") == ["s:Unit1"]
        assert (await services.server_status())["state"] == 0
        assert {e["mode"] for e in await services.endpoints()} == {"None"}
        assert not (await services.write_wrong_type("command.cntrl_cmd")).accepted
        index = await server.get_namespace_index(profile.namespaces["s"])
        node = server.get_node(ua.NodeId("state.unit_state", index))

        async def change() -> None:
            await node.write_value(ua.Variant(6, ua.VariantType.UInt16))

        timeline = await services.subscribe(["state.unit_state"], interval_s=0.05, for_s=0.5, trigger=change)
        assert timeline.values("state.unit_state") == [4, 6]
        assert (await services.connect_anonymous()).accepted
        assert await services.alarm_events(for_s=0.1, refresh=True) == []
        await bench.links[Wire.OPCUA].close()


async def test_a_binding_override_reads_by_node_id(profile: Profile) -> None:
    async with opcua_server(profile, VALUES) as (url, _):
        node_id = f"nsu={profile.namespaces['s']};s=state.unit_mode"
        keys = {"opcua": {"url": url}, "bindings": {"state.unit_state": {"opcua": node_id}}}
        bench = build_bench(target(**keys), profile)
        link = bench.links[Wire.OPCUA]
        await link.connect()
        assert (await link.read(["state.unit_state"]))["state.unit_state"].value == 2
        await link.close()


async def test_opcua_mends_a_broken_connection_by_itself(profile: Profile) -> None:
    async with opcua_server(profile, VALUES) as (url, _):
        bench = build_bench(target(opcua={"url": url}), profile)
        link = bench.links[Wire.OPCUA]
        assert isinstance(link, OpcuaLink)
        await link.connect()
        link.session._client.disconnect_socket()
        await asyncio.sleep(0)
        assert (await link.read(["state.unit_state"]))["state.unit_state"].value == 4
        await link.close()


async def test_init_writes_a_target_file_that_loads(profile: Profile, tmp_path: Any) -> None:
    async with modbus_server(profile, VALUES) as port, opcua_server(profile, VALUES) as (url, _):
        for number, address in enumerate((f"modbus://127.0.0.1:{port}/1", url)):
            text = render(await inspect(address, profile, ("stacking",)))
            path = tmp_path / f"target{number}.yaml"
            path.write_text(text, encoding="utf-8")
            assert load_target(str(path)).file.profile == "stacking"
            assert "identity.serial_number: SN-1" in text


def _identification(*objects: tuple[int, str], count: int | None = None) -> bytes:
    """A response of function 43/14 whose count may be a lie."""
    body = b"".join(bytes([number, len(text.encode())]) + text.encode() for number, text in objects)
    return bytes([43, 14, 4, 0x83, 0, 0, len(objects) if count is None else count]) + body


def test_a_page_of_device_identification_is_taken_apart() -> None:
    page = page_of(_identification((0, "maker"), (0x80, "電池")))
    assert page == Page(0x83, False, 0, {0: "maker", 0x80: "電池"})


@pytest.mark.parametrize(
    "pdu",
    [
        b"",
        bytes([0xAB, 1]),
        b"\x03" + _identification((0, "maker"))[1:],
        _identification((0, "maker"))[:-1],
        _identification((0, "maker"), count=2),
    ],
    ids=["nothing", "an exception", "another function", "cut", "fewer than told"],
)
def test_what_is_no_page_of_device_identification_is_none(pdu: bytes) -> None:
    assert page_of(pdu) is None
