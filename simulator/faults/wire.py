"""Faults of identification, communication, the Modbus wire, OPC UA services, and agreement between the protocols."""

from __future__ import annotations

from datetime import timedelta

from simulator.faults.model import Scene, Value, fault


def _stands(value: Value, scene: Scene) -> Value:
    return scene.memory.setdefault("first", value)


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
fault(
    "communication.words_swapped",
    "The constant that tells the word order comes in the other one",
    values_modbus={"map.word_order": lambda v, s: (v & 0xFFFF) << 16 | v >> 16},
)
fault("communication.permit_writable", "The test permit can be written", opcua={"write_to_read_only_good": {"test.permit"}})

for _name, _field, _title in (
    ("wrong_transaction_id", "wrong_transaction_id", "Replies carry another transaction id"),
    ("wrong_unit_id", "wrong_unit_id", "Replies carry another unit id"),
    ("accepts_other_protocol", "accept_bad_protocol_id", "Frames of another protocol are answered"),
    ("deaf_after_bad_header", "deaf_after_bad_header", "A bad header leaves the connection open and deaf"),
    ("only_first_pipelined", "only_first_pipelined", "Only the first of several requests is answered"),
    ("wrong_function_exception", "wrong_function_exception", "An unknown function is answered with exception 04"),
    ("silent_on_unknown_function", "silent_on_unknown_function", "An unknown function is not answered"),
    ("exception_without_high_bit", "exception_without_high_bit", "Exceptions lack bit 7"),
    ("wrong_address_exception", "wrong_address_exception", "A bad address is answered with exception 03"),
    ("wrong_value_exception", "wrong_value_exception", "A bad quantity is answered with exception 02"),
    ("no_quantity_limit", "no_quantity_limit", "More registers than allowed are read"),
    ("partial_write_accepted", "partial_write_accepted", "Half of a 32-bit value can be written"),
    ("no_identification", "no_identification", "Function 43 is not supported"),
    ("wrong_identification", "wrong_identification", "Function 43 names another vendor"),
    ("shifted_registers", "shifted_registers", "Input registers are one address off"),
):
    fault(f"modbus.{_name}", _title, modbus={_field: True})

fault(
    "consistency.other_serial_number",
    "Modbus has another serial number",
    values_modbus={"identity.serial_number": lambda v, s: "X"},
)
fault(
    "consistency.other_state",
    "Modbus shows another machinery item state",
    values_modbus={"state.item_state": lambda v, s: 0},
)
fault("consistency.location_stays", "Modbus keeps the first location", values_modbus={"identity.location": _stands})

fault("opcua.packml_missing", "There is no PackML status object", opcua={"missing_node": {"pml:PackML/pml:Status"}})
fault("opcua.no_units", "EngineeringUnits are missing", opcua={"missing_engineering_units": True})
fault("opcua.writes_ignored", "Every write is answered Good and ignored", opcua={"write_ignored_but_good": True})
fault("opcua.silent", "Subscriptions are never notified", opcua={"subscription_never_notifies": True})
fault("opcua.no_source_timestamp", "Values have no source timestamp", opcua={"no_source_timestamp": True})
fault("opcua.no_continuation", "Browsing in pages loses references", opcua={"no_browse_continuation": True})
fault("opcua.no_security", "Only SecurityPolicy None is offered", opcua={"no_security_policy": True})
