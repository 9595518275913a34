"""Wrongnesses of the Modbus wire (ledger area ``modbus``)."""

from __future__ import annotations

from simulator.faults.model import fault

fault(
    "modbus.torn_registers",
    "The later half of a value follows a little after the first",
    modbus={"torn_registers": True},
)
fault("modbus.writes_ignored", "Every write is answered as done and ignored", modbus={"ignore_writes": True})
fault("modbus.any_coil_value", "Function 5 takes every value but 0000 as ON", modbus={"accept_bad_fc5": True})
fault(
    "modbus.silent_on_short_request",
    "A request that is too short is not answered",
    modbus={"silent_on_short_pdu": True},
)
fault("modbus.few_connections", "Only two clients are served at a time", modbus={"connections_max": 2})
fault("modbus.late_replies", "Every eighteenth reply is late", modbus={"slow_reply_s": 1.2, "late_every": 18})

# Those whose name is that of the quirk.
for _name, _title in {
    "low_quantity_limit": "Reads of more than 100 registers or 1000 bits are refused",
    "no_write_limit": "The quantity of a write is not checked",
    "byte_count_ignored": "The byte count of a write is not compared with its quantity",
    "address_before_quantity": "The address is checked before the quantity",
    "reserved_writable": "Writes to reserved addresses are answered as done",
    "writes_before_check": "Of a refused write, what came before the bad address is written",
    "clips_out_of_range": "Values out of range are answered as done",
    "wrong_echo": "The reply to a write repeats another address",
    "mask_inverted": "Function 22 forgets to invert the AND mask",
    "reads_before_write": "Function 23 reads before it writes",
    "identification_endless": "Function 43 always says that more follows",
    "mixed_transaction_ids": "Requests that arrive together get one another's transaction ids",
    "unit_zero_silent": "Unit id 0 is not answered",
    "drops_partial_frames": "A request that arrives in pieces is dropped",
    "dirty_padding": "Unused bits of a bit read are 1",
}.items():
    fault(f"modbus.{_name}", _title, modbus={_name: True})

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
