"""Wrongnesses of identification, communication, and agreement between the protocols (ledger areas of these names)."""

from __future__ import annotations

from datetime import timedelta

from simulator.faults.model import Scene, Value, fault

RARELY_S = 5.0  # model seconds


def _stands(value: Value, scene: Scene) -> Value:
    return scene.memory.setdefault("first", value)


def _fourfold(value: Value, scene: Scene) -> Value:
    return value * 4 % 65536


def _rarely(value: Value, scene: Scene) -> Value:
    taken, shown = scene.memory.get("shown", (-RARELY_S, value))
    if scene.now - taken >= RARELY_S:
        taken, shown = scene.memory["shown"] = (scene.now, value)
    return shown


fault(
    "identification.no_serial_number", "The serial number is empty", values={"identity.serial_number": lambda v, s: ""}
)
fault(
    "identification.uri_without_scheme",
    "The product instance URI is plain text",
    values={"identity.product_instance_uri": lambda v, s: "M1"},
)
fault(
    "identification.year_zero",
    "The year of construction is 0",
    values={"identity.year_of_construction": lambda v, s: 0},
)
fault(
    "identification.other_digest",
    "The digest is that of another profile",
    values={"profile.digest": lambda v, s: "0" * 16},
)
fault(
    "identification.location_swallowed",
    "A location is answered Good and not kept",
    writes={"identity.location": "swallow"},
)

fault("communication.heartbeat_stands", "The heartbeat stands", values={"comm.heartbeat": _stands})
fault(
    "communication.clock_off", "The clock is an hour behind", values={"comm.clock": lambda v, s: v - timedelta(hours=1)}
)
fault("communication.words_swapped", "32-bit registers come in the other order", modbus={"swapped_words": True})
fault(
    "communication.permit_writable",
    "The test permit can be written",
    opcua={"write_to_read_only_good": {"test.permit"}},
)
fault("communication.heartbeat_races", "The heartbeat counts four times a period", values={"comm.heartbeat": _fourfold})
fault(
    "communication.slow_update",
    "The time in state is brought up to date every five seconds",
    values={"state.time_in_state": _rarely},
)

fault(
    "consistency.other_serial_number",
    "Modbus has another serial number",
    values_modbus={"identity.serial_number": lambda v, s: "X"},
)
fault("consistency.other_state", "Modbus shows another state", values_modbus={"state.unit_state": lambda v, s: 17})
fault("consistency.location_stays", "Modbus keeps the first location", values_modbus={"identity.location": _stands})
fault(
    "consistency.other_scale",
    "Modbus has the speed in items per hour",
    values_modbus={"state.speed_setpoint": lambda v, s: v * 60},
)
fault(
    "consistency.ascii_only",
    "Modbus has no letters but those of ASCII",
    values_modbus={"identity.location": lambda v, s: v.encode("ascii", "replace").decode()},
)
