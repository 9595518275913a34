"""Wrongnesses of what is there and what is not (ledger area ``claims``)."""

from __future__ import annotations

from simulator.faults.model import fault

fault("claims.signal_hidden", "A mandatory signal has no node", opcua={"missing_node": {"state.stop_reason"}})
fault(
    "claims.register_missing",
    "A mandatory signal has no registers",
    modbus={"missing_registers": frozenset({"state.stop_reason"})},
)
fault(
    "claims.device_missing",
    "A required device reports its health on neither protocol",
    opcua={"missing_node": {"device.light_tower"}},
    modbus={"missing_registers": frozenset({"device.light_tower"})},
)
fault(
    "claims.other_type", "A counter is served as a floating-point number", opcua={"wrong_datatype": {"production.good"}}
)
fault(
    "claims.read_only_made_writable", "The unit's state can be written", opcua={"extra_writable": {"state.unit_state"}}
)
fault("claims.writable_made_read_only", "The asset id cannot be written", opcua={"not_writable": {"identity.asset_id"}})
fault(
    "claims.undeclared_writable",
    "A standard variable that no signal binds can be written",
    opcua={"extra_writable": {"pml:PackML/pml:Status/pml:UnitModeCurrent"}},
)
fault("claims.option_signal_missing", "An option's signal has no node", opcua={"missing_node": {"production.energy"}})
fault(
    "claims.option_register_missing",
    "An option's signal has no registers",
    modbus={"missing_registers": frozenset({"production.energy"})},
)
fault("claims.option_method_missing", "An option's method is missing", opcua={"missing_node": {"pml:PackML/pml:Hold"}})
fault("claims.methods_not_executable", "Methods cannot be executed", opcua={"method_not_executable": True})
fault(
    "claims.unclaimed_served",
    "Options that the unit does not have work all the same",
    opcua={"serves_unclaimed": True},
    modbus={"serves_unclaimed": True},
)
