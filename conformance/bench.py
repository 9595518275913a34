"""From a target file to a bench: links, raw frames, services, the operator."""

from __future__ import annotations

from pathlib import Path

from conformance.clock import MachineClock
from conformance.context import Operator
from conformance.context_impl import Bench
from conformance.errors import UsageError
from conformance.fitting import fit
from conformance.journal import Journal
from conformance.targetfile import Target
from conformance.targets.base import Link
from conformance.targets.certificates import check_files
from conformance.targets.human import Human
from conformance.targets.modbus import ModbusLink
from conformance.targets.modbuswire import RawModbus
from conformance.targets.opcua import OpcuaLink
from conformance.targets.opcuaservices import Services
from conformance.targets.opcuasession import OpcuaSession
from conformance.targets.panel import Panel
from conformance.transcript import Transcript
from profiles.model import Protocol as Wire
from profiles.pack import Profile


def build_bench(
    target: Target,
    profile: Profile,
    *,
    wires: tuple[Wire, ...] | None = None,
    journal: Path | None = None,
    language: str = "en",
) -> Bench:
    """Everything that a run needs of a target; nothing is connected yet. ``wires`` restricts the protocols."""
    file = target.file
    fitted = fit(profile, target)
    clock = MachineClock(file.time_scale)
    transcript = Transcript(clock)
    scan_s = file.scan_ms / 1000
    operator: Operator = Panel(file.panel, transcript) if file.panel is not None else Human(transcript, language)
    links: dict[Wire, Link] = {}
    bench = Bench(
        fitted, links, clock, transcript, Journal(journal), operator, file.kind, None, None,
        poll_s=file.timeouts.poll_ms / 1000, scan_s=scan_s,
    )  # fmt: skip
    if file.opcua is not None and (wires is None or Wire.OPCUA in wires):
        _ = file.opcua.password  # a variable that is not set is said before anything is touched
        check_files(target)
        session = OpcuaSession(file.opcua, dict(profile.namespaces), file.machine, clock, transcript, file.timeouts)
        link = OpcuaLink(session, fitted, clock, transcript, scan_s)
        links[Wire.OPCUA] = link
        bench.opcua = Services(link, fitted, clock, transcript)
    if file.modbus is not None and (wires is None or Wire.MODBUS in wires):
        links[Wire.MODBUS] = ModbusLink(file.modbus, fitted, clock, transcript, file.timeouts, scan_s)
        bench.modbus = RawModbus(file.modbus, clock, transcript, file.timeouts)
    if not links:
        asked = " or ".join(str(w) for w in wires or ())
        raise UsageError(f"{target.ref}: has no {asked} endpoint; add the key '{asked}', or ask for the other protocol")
    return bench
