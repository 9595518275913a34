"""A vendor's first attempt at the conveyor profile, on stacks that are not ours: an OPC UA server by the legacy ``opcua``
library and a Modbus TCP server by pyModbusTCP, in threads of their own.

Much of the profile is missing, some of it is elsewhere than the profile says, and some is wrong on purpose. What is
wrong stands here in one comment each; what the suite must say of it stands in ``test_foreign_equipment.py``.
"""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from profiles import Profile

UNIT = "Belt-7"
OWN = "urn:example.com:belt"  # the vendor's own namespace, which the profile does not know
STATE_NODE = f"nsu={OWN};s=PLC.DB1.State"
STATE_REGISTER = 700  # where this vendor keeps the unit state instead of 120
EXECUTE, PRODUCTION = 6, 1
BEAT_S = 0.2


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def words(text: str, count: int) -> list[int]:
    """A text in registers, as the profile asks: two characters each, padded with zeros."""
    return list(struct.unpack(f">{count}H", text.encode().ljust(2 * count, b"\0")))


class ForeignEquipment:
    """Serves both protocols until the context is left."""

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self.opcua_port, self.modbus_port = free_port(), free_port()
        self._done = threading.Event()

    @property
    def url(self) -> str:
        return f"opc.tcp://127.0.0.1:{self.opcua_port}/belt/"

    def __enter__(self) -> ForeignEquipment:
        self._serve_opcua()
        self._serve_modbus()
        self._beating = threading.Thread(target=self._beat, daemon=True)
        self._beating.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._beating.join(10)
        self._modbus.stop()
        self._opcua.stop()

    # --- OPC UA -------------------------------------------------------------------------------------------------------
    def _serve_opcua(self) -> None:
        import opcua

        server = self._opcua = opcua.Server()
        server.set_endpoint(self.url)
        server.set_security_policy([opcua.ua.SecurityPolicyType.NoSecurity])  # wrong: nothing signs or encrypts
        uris = {prefix: uri for prefix, uri in self.profile.namespaces.items() if prefix in ("di", "m", "s")}
        index = {prefix: server.register_namespace(uri) for prefix, uri in sorted(uris.items(), reverse=True)}
        index["v"] = server.register_namespace(OWN)
        machines = server.get_objects_node().add_object(index["m"], "Machines")
        machine = machines.add_object(index["s"], UNIT)

        def folder(prefix: str, name: str) -> Any:
            return machine.add_object(index[prefix], name)

        def put(parent: Any, prefix: str, name: str, value: Any, kind: str = "String") -> Any:
            return parent.add_variable(index[prefix], name, value, getattr(opcua.ua.VariantType, kind))

        identity = folder("di", "Identification")
        put(identity, "di", "Manufacturer", opcua.ua.LocalizedText("Belts Ltd"), "LocalizedText")
        put(identity, "di", "Model", opcua.ua.LocalizedText("B7"), "LocalizedText")
        put(identity, "di", "SerialNumber", "B7-0001")
        put(identity, "di", "SoftwareRevision", "0.9")
        put(identity, "di", "ProductInstanceUri", "example.com/B7/0001")  # wrong: no scheme
        put(identity, "m", "YearOfConstruction", 2024, "UInt16")
        put(identity, "m", "Location", "hall 1").set_writable()  # and any type of value is taken, as this stack does
        stated = folder("s", "Profile")
        put(stated, "s", "Id", self.profile.id)
        put(stated, "s", "Version", self.profile.version)
        put(stated, "s", "Digest", self.profile.digest)
        communication = folder("s", "Communication")
        self._heartbeat = put(communication, "s", "Heartbeat", 0, "UInt16")
        self._clock = put(communication, "s", "Clock", self._wrong_time(), "DateTime")
        put(communication, "s", "TestPermit", False, "Boolean").set_writable()  # wrong: it is the machine's alone
        state = folder("s", "State")
        # Elsewhere than the profile says.
        plc = server.get_objects_node().add_object(index["v"], "PLC")
        node = opcua.ua.NodeId("PLC.DB1.State", index["v"])
        plc.add_variable(node, f"{index['v']}:State", EXECUTE, opcua.ua.VariantType.UInt16)
        put(state, "s", "UnitMode", PRODUCTION, "UInt16")
        put(state, "s", "Cause", 0, "UInt16")
        put(state, "s", "ItemState", 3, "UInt16")
        put(state, "s", "TimeInState", 12.5, "Float")  # wrong: no engineering unit, and it stands still
        # missing: PackML, time accounts, alarms, safety, hand-over, production
        server.start()

    def opcua_machine(self) -> Callable[[str], Any]:
        """What stands at a browse path from the machine, seen from within the server."""
        index = {
            prefix: self._opcua.get_namespace_index(uri)
            for prefix, uri in self.profile.namespaces.items()
            if prefix in ("di", "m", "s")
        }

        def read(path: str) -> Any:
            steps = [
                f"{index[p]}:{n}" for p, n in (step.split(":") for step in f"m:Machines/s:{UNIT}/{path}".split("/"))
            ]
            return self._opcua.get_objects_node().get_child(steps).get_value()

        return read

    def _wrong_time(self) -> datetime:
        """Local time of a place nine hours ahead, reported as if it were UTC."""
        return (datetime.now(UTC) + timedelta(hours=9)).replace(tzinfo=None)

    def _beat(self) -> None:
        beat = 0
        while not self._done.wait(BEAT_S):
            beat += 1
            self._heartbeat.set_value(beat % 65536, self._heartbeat.get_data_type_as_variant_type())
            self._clock.set_value(self._wrong_time())

    # --- Modbus ---------------------------------------------------------------------------------------------------------
    def _serve_modbus(self) -> None:
        from pyModbusTCP.server import DataBank, ModbusServer

        bank = DataBank(coils_size=64, d_inputs_size=128, h_regs_size=300, i_regs_size=1000)
        at = {
            0: [21314, 512, 0x0102, 0x0304],  # wrong: version 2.0 of the map
            4: [1],  # wrong: a heartbeat that stands still
            5: [7],  # wrong: reserved, and not 0
            6: list(struct.unpack(">4H", struct.pack(">q", int(datetime.now(UTC).timestamp() * 1000)))),
            10: words(self.profile.id, 16),
            26: words(self.profile.version, 8),
            34: words(self.profile.digest, 8),
            50: words("Belts Ltd", 16),
            66: words("B7", 16),
            82: words("B7-0002", 16),  # wrong: another serial number than over OPC UA
            98: words("0.9", 8),
            106: [1890],  # wrong: no such year
            900: words("urn:example.com:B7:0001", 64),
            STATE_REGISTER: [EXECUTE],  # elsewhere than the profile says; register 120 reads 0
            121: [PRODUCTION, 3],
        }
        for address, values in at.items():
            bank.set_input_registers(address, values)
        bank.set_holding_registers(2, list(struct.unpack(">2H", struct.pack(">f", 60.0))))
        # This stack writes single registers of any value (wrong for half of a float) and knows no 43/14 unless told.
        self._modbus = ModbusServer("127.0.0.1", self.modbus_port, no_block=True, data_bank=bank)
        self._modbus.start()
