"""Wrongnesses of OPC UA services and address space (ledger area ``opcua``)."""

from __future__ import annotations

from simulator.faults.model import fault

fault("opcua.packml_missing", "There is no PackML status object", opcua={"missing_node": {"pml:PackML/pml:Status"}})
fault("opcua.no_units", "EngineeringUnits are missing", opcua={"missing_engineering_units": True})
fault("opcua.writes_ignored", "Every write is answered Good and ignored", opcua={"write_ignored_but_good": True})
fault("opcua.silent", "Subscriptions are never notified", opcua={"subscription_never_notifies": True})
fault("opcua.no_source_timestamp", "Values have no source timestamp", opcua={"no_source_timestamp": True})
fault("opcua.no_continuation", "Browse returns more references than asked for", opcua={"no_browse_continuation": True})
fault("opcua.no_security", "Only SecurityPolicy None is offered", opcua={"no_security_policy": True})
fault(
    "opcua.identification_incomplete",
    "Identification lacks a mandatory property",
    opcua={"identification_missing_property": "ProductInstanceUri"},
)
for _name, _quirk, _title in (
    ("browse_pages_lost", "browse_pages_lost", "Browsing in pages loses references"),
    ("duplicate_namespace", "duplicate_namespace", "A namespace stands twice"),
    ("server_failed", "server_state_wrong", "The server says that it has failed"),
    ("empty_build_info", "empty_build_info", "BuildInfo is empty"),
    ("item_state_stuck", "item_state_wrong", "MachineryItemState always says NotAvailable"),
    ("packml_state_stuck", "packml_state_wrong", "The PackML state machines never leave Stopped"),
    ("arguments_unchecked", "arguments_unchecked", "Calls with wrong arguments are answered Good"),
    ("out_of_range_taken", "write_accepts_out_of_range", "Values out of range are taken"),
    ("types_unchecked", "types_unchecked", "Values of another type are answered Good"),
    ("vague_refusals", "wrong_status_code_on_refusal", "Whatever is refused is answered BadInternalError"),
    ("unknown_node_good", "unknown_node_good", "Reading an unknown node is answered Good"),
    ("empty_read_good", "empty_read_good", "An empty Read is answered Good"),
    ("index_range_ignored", "index_range_ignored", "IndexRange is ignored"),
    ("timestamps_ignored", "timestamps_ignored", "TimestampsToReturn is ignored"),
    ("no_keep_alive", "no_keep_alive", "Subscriptions send no keep-alive"),
    ("drops_changes", "drops_changes", "Every second change is not notified"),
    ("no_ranges", "missing_eu_range", "EURange is missing"),
    ("enumeration_shifted", "enumeration_shifted", "Enumerations name the wrong values"),
    ("one_language", "japanese_missing", "Texts come in English only"),
    ("no_event_notifier", "no_event_notifier", "Nobody can subscribe for events"),
    ("secure_sessions_refused", "secure_sessions_refused", "No session can be opened over a secured channel"),
    ("anonymous_accepted", "anonymous_accepted", "Anonymous users are let in"),
    ("any_password", "any_password", "Any password will do"),
):
    fault(f"opcua.{_name}", _title, opcua={_quirk: True})
