"""The suite against equipment on foreign stacks that implements part of a profile: its verdicts, against hand-made
expectations. Each was written from the profile, the standards and the source of the two libraries, not from a run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from foreign_equipment import STATE_NODE, STATE_REGISTER, ForeignEquipment

from conformance.events import Finding, Footer, Restore
from conformance.exitcodes import ExitCode
from conformance.runner import Options, Session
from conformance.selection import Selection
from conformance.targetfile import Target, TargetFile
from profiles import load_profile
from profiles.model import Impact

pytest.importorskip("opcua")
pytest.importorskip("pyModbusTCP")
PROFILE = load_profile("conveyor")
ELSEWHERE = {"state.unit_state": {"opcua": STATE_NODE, "modbus": {"address": STATE_REGISTER}}}
CLAIMS = {"conditions": False, "energy": False, "traceability": False, "remote_commands": True}

# requirement: (verdict, what its reason must say, or nothing)
AT_OBSERVE: dict[str, tuple[str, str]] = {
    # Every entry of the name plate is there, on both protocols.
    "ID-PLATE-001": ("pass", ""),
    # Id, version and digest were taken from the profile, on both protocols.
    "ID-PROFILE-001": ("pass", ""),
    # "example.com/B7/0001" has no scheme over OPC UA; over Modbus the URI is one.
    "ID-URI-001": ("fail", "opcua: not met: the URI has a scheme"),
    # 2024 over OPC UA is plausible, 1890 over Modbus is not.
    "ID-YEAR-001": ("fail", "modbus: not met: the year of construction is plausible"),
    # Five beats a second over OPC UA; register 4 never changes.
    "COM-HEART-001": ("fail", "modbus: not met: beat 1"),
    # Nine hours ahead over OPC UA; over Modbus it was set when the server started.
    "COM-CLOCK-001": ("fail", "opcua: not met: the clock agrees with UTC"),
    # Identifier and word order are right, the map's version is 2.0.
    "COM-MAP-001": ("fail", "map.version"),
    # The constant 0x01020304 lies big-endian in registers 2 and 3.
    "MOD-ORDER-001": ("pass", ""),
    # B7-0001 here, B7-0002 there.
    "CON-CONST-001": ("fail", "identity.serial_number agrees"),
    # Execute, Production, no cause, Executing on both; the state is found where the target file says it is.
    "CON-STATE-001": ("pass", ""),
    "STA-STATE-001": ("pass", ""),
    # The library copies transaction and unit id, and sends protocol id 0 (MBAP.raw).
    "MOD-MBAP-001": ("pass", ""),
    # It closes the connection on another protocol id (MBAP.raw setter raises, handle() closes).
    "MOD-MBAP-002": ("pass", ""),
    # Its loop takes one frame after another from the stream, so all eight are answered.
    "MOD-PIPE-001": ("pass", ""),
    # Functions outside its map are answered with exception 01.
    "MOD-EXC-001": ("pass", ""),
    # The data bank ends at register 999; 60000 is answered with exception 02.
    "MOD-EXC-002": ("pass", ""),
    # Quantities outside 1..125 are answered with exception 03.
    "MOD-EXC-003": ("pass", ""),
    # No device identification was given to it: 43/14 is answered with an exception.
    "MOD-ID-001": ("fail", "the vendor name is given"),
    # Register 5 holds 7.
    "MOD-RES-001": ("fail", "reserved register 5"),
    # There is no PackML object and none of its methods.
    "UA-MODEL-001": ("fail", "pml:PackML exists"),
    # So there is nothing to browse in pages: the question cannot be put.
    "UA-BROWSE-001": ("inconclusive", "pml:PackML"),
    # TimeInState is there and has no EngineeringUnits.
    "UA-UNIT-001": ("fail", "state.time_in_state"),
    # The library monitors by its own writes: the heartbeat is notified.
    "UA-SUB-001": ("pass", ""),
    # It stamps a value when it is put or set, so every value has a source timestamp.
    "UA-TIME-001": ("pass", ""),
    # Only SecurityPolicy None is offered.
    "UA-SEC-001": ("fail", "an encrypting endpoint"),
    # The options were not claimed.
    "ALM-TEXT-001": ("not-applicable", "conditions"),
    # A conveyor has no recipes.
    "REC-ACTIVE-001": ("not-applicable", "conveyor"),
}
AT_WRITE: dict[str, tuple[str, str]] = {
    # The permit can be written over OPC UA.
    "COM-PERMIT-001": ("fail", "the write is refused"),
    # The legacy stack compares no types: a number is taken for a text (AddressSpace.set_attribute_value).
    "UA-TYPE-001": ("fail", "a wrong type is refused"),
    # What is not set writable is answered with BadUserAccessDenied (AttributeService.write).
    "UA-WRITE-001": ("pass", ""),
    # Component name and asset id are not there over OPC UA; location takes what is written.
    "ID-USER-001": ("fail", "identity.asset_id can be written"),
    # Two variables behind two servers: what is written over one is not read over the other.
    "CON-WRITE-001": ("fail", "written over opcua is read over modbus"),
    # Function 6 writes any single register, half a float too.
    "MOD-WRITE-001": ("fail", "half of a value is refused"),
}
HARMLESS = {"pass", "fail", "inconclusive", "not-applicable", "not-exercised"}


@dataclass(frozen=True)
class Run:
    findings: dict[str, Finding]
    restores: list[Restore]
    footer: Footer


@pytest.fixture(scope="module")
def equipment() -> Iterator[ForeignEquipment]:
    with ForeignEquipment(PROFILE) as served:
        yield served


async def checked(equipment: ForeignEquipment, impact: Impact, only: tuple[str, ...] = (), **changes: Any) -> Run:
    file = {
        "opcua": {"url": equipment.url},
        "modbus": {"host": "127.0.0.1", "port": equipment.modbus_port},
        "claims": CLAIMS,
        "bindings": ELSEWHERE,
        **changes,
    }
    target = Target(file=TargetFile.model_validate(file), ref="belt.yaml")
    session = Session(target, PROFILE, Options(selection=Selection(impact=impact, only=only)))
    events = [event async for event in session.events()]
    (footer,) = (e for e in events if isinstance(e, Footer))
    return Run(
        {e.id: e for e in events if isinstance(e, Finding)}, [e for e in events if isinstance(e, Restore)], footer
    )


def differing(run: Run, expected: dict[str, tuple[str, str]]) -> dict[str, str]:
    """Requirements whose verdict is not the expected one, or whose reason does not say why."""
    wrong = {}
    for requirement, (verdict, reason) in expected.items():
        found = run.findings[requirement]
        if found.verdict != verdict or reason not in found.reason:
            wrong[requirement] = f"{found.verdict}: {found.reason}"
    return wrong


async def test_its_verdicts_are_those_that_a_reader_of_the_profile_would_give(equipment: ForeignEquipment) -> None:
    run = await checked(equipment, Impact.WRITE)
    assert differing(run, AT_OBSERVE | AT_WRITE) == {}
    assert {f.id: f.reason for f in run.findings.values() if f.verdict not in HARMLESS} == {}
    assert run.footer.exit_code == ExitCode.NONCONFORMITY
    # Whatever it let be written stands as it was: location as text again, the permit off.
    assert [r for r in run.restores if not r.ok] == []
    machine = equipment.opcua_machine()
    assert machine("di:Identification/m:Location") == "hall 1"
    assert machine("s:Communication/s:TestPermit") is False


async def test_without_the_overrides_the_state_is_missed_where_the_profile_has_it(equipment: ForeignEquipment) -> None:
    run = await checked(equipment, Impact.OBSERVE, ("STA-STATE-001", "CON-STATE-001"), bindings={})
    # Register 120 reads 0, which is no PackML state; over OPC UA there is no such node.
    assert run.findings["STA-STATE-001"].verdict == "fail"
    assert "modbus: not met: state.unit_state shows defined numbers only" in run.findings["STA-STATE-001"].reason
    assert run.findings["CON-STATE-001"].verdict == "fail"


async def test_at_every_impact_it_ends_soon_and_never_by_an_error_of_ours(equipment: ForeignEquipment) -> None:
    """It obeys no command and nobody stands at it; ``kind: mock`` and a time scale, so that patience costs little."""
    run = await checked(equipment, Impact.OPERATOR, kind="mock", time_scale=20)
    assert {f.id: f.reason for f in run.findings.values() if f.verdict not in HARMLESS} == {}
    assert "stop is refused" in run.findings["STA-STOP-001"].reason
    assert run.findings["STA-STOP-001"].verdict == "inconclusive"
    assert run.footer.exit_code == ExitCode.NONCONFORMITY
    longest = max(f.duration_s for f in run.findings.values()) * 20
    assert longest < 300  # machine seconds; a unit that does not obey once cost twelve minutes a check
