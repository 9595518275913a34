"""``setsubi init ADDRESS``: look at an equipment and write a commented target file to start from. Reads only."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from conformance.bench import build_bench
from conformance.context import Reading
from conformance.context_impl import Bench
from conformance.errors import Unreachable
from conformance.targetfile import Target, load_target
from conformance.targets.modbusidentity import BASIC, page_of, request
from conformance.timescale import told_time_scale
from profiles.model import Protocol as Wire
from profiles.pack import Profile

_SHOWN = (
    "profile.id", "profile.version", "profile.digest", "identity.manufacturer", "identity.model",
    "identity.serial_number", "identity.product_instance_uri", "map.magic", "map.version", "map.word_order",
)  # fmt: skip


@dataclass
class Look:
    """What was seen at one address."""

    target: Target
    profile: Profile
    lines: list[str] = field(default_factory=list)  # remarks for the comment block
    missing: list[str] = field(default_factory=list)  # signals of the profile that do not answer
    profile_id: str | None = None
    name: str = ""  # model and serial number, as it says
    time_scale: float | None = None  # of a simulated unit, which tells it


async def inspect(address: str, profile: Profile, known: Sequence[str] = ()) -> Look:
    """What a bare address shows. ``profile`` is what to compare with; ``known`` are the profile names of the pack, of
    which the equipment may name one. Raises ``TargetError`` and ``UsageError``."""
    target = load_target(address)
    look = Look(target, profile)
    bench = build_bench(target, profile)
    try:
        for wire, link in bench.links.items():
            await link.connect()
            readings = await link.read([s for s in profile.signals if link.binds(s)])
            look.lines += _describe(readings)
            look.name = look.name or _name(readings)
            look.missing += [s for s, r in readings.items() if not r.ok]
            shown = readings.get("profile.id")
            if shown is not None and shown.ok and shown.value in known:
                look.profile_id = str(shown.value)
            look.lines += await (_opcua_lines(bench) if wire is Wire.OPCUA else _modbus_lines(bench))
        look.time_scale = await told_time_scale(bench)
    finally:
        for link in bench.links.values():
            await link.close()
    return look


def _describe(readings: dict[str, Reading]) -> list[str]:
    good = sum(r.ok for r in readings.values())
    lines = [f"{good} of {len(readings)} signals of the profile answer"]
    return lines + [f"{s}: {readings[s].value}" for s in _SHOWN if s in readings and readings[s].ok]


def _name(readings: dict[str, Reading]) -> str:
    shown = [readings[s] for s in ("identity.model", "identity.serial_number") if s in readings]
    return " ".join(text for r in shown if r.ok and (text := _one_line(str(r.value)).strip()))


async def _opcua_lines(bench: Bench) -> list[str]:
    services = bench.opcua
    if services is None:
        return []
    machines = await services.children("/m:Machines")
    lines = [f"under Objects/Machines: {', '.join(machines) or 'nothing'}"]
    try:
        offered = await services.endpoints()
    except (OSError, TimeoutError, Unreachable):
        offered = []
    return lines + [f"endpoint: {e['policy']} {e['mode']} ({', '.join(e['tokens'])})" for e in offered]


async def _modbus_lines(bench: Bench) -> list[str]:
    """FC43/14: read device identification, basic."""
    if bench.modbus is None:
        return []
    reply = await bench.modbus.exchange(request(BASIC, 0))
    page = page_of(reply.pdu)
    if page is None or not page.objects:
        what = (
            "not offered"
            if reply.exception is not None or not reply.pdu
            else "its answer holds no objects in their form"
        )
        return [f"device identification (FC43/14): {what}"]
    names = {0: "vendor", 1: "product code", 2: "revision"}
    return [f"{names.get(n, f'object {n}')} (FC43/14): {text}" for n, text in page.objects.items()]


def render(look: Look) -> str:
    """The target file. Every text from the equipment is quoted or stripped of line ends: it is not ours."""
    file = look.target.file
    profile = look.profile_id or look.profile.id
    lines = ["# Target file, written by setsubi init. What the equipment showed:"]
    lines += [f"#   {_one_line(text)}" for text in look.lines]
    lines += ["", *_kind(look.time_scale), _named(look.name), f"profile: {profile}"]
    if file.opcua is not None:
        lines += ["opcua:", f"  url: {json.dumps(file.opcua.url)}", "  policy: None  # or Basic256Sha256"]
        lines += ["  # mode: SignAndEncrypt", "  # user: tester", "  # password_env: SETSUBI_PASSWORD"]
        lines += ["# modbus: {host: 192.0.2.1, port: 502, unit: 255}"]
    if file.modbus is not None:
        m = file.modbus
        lines += [f"modbus: {{host: {json.dumps(m.host)}, port: {m.port}, unit: {m.unit}}}"]
        lines += ["# opcua: {url: opc.tcp://192.0.2.1:4840}"]
    lines += ["claims:  # what the equipment implements; the first checks compare this with it, both ways"]
    for option in look.profile.options.values():
        lines.append(f"  {option.id}: {str(option.default).lower()}  # {option.title.en}")
    lines += ["scan_ms: 0  # the scan time of the PLC; it widens the uncertainty of every time measured"]
    lines += ["agreed_modes: [2]  # unit modes in which the tester may act: Maintenance"]
    lines += _bindings(look)
    return "\n".join(lines) + "\n"


def _named(name: str) -> str:
    says = "  # what reports call it"
    return f"name: {json.dumps(name, ensure_ascii=False)}{says}" if name else f"# name: Stacker 3, line 2{says}"


def _kind(time_scale: float | None) -> list[str]:
    if time_scale is None:
        return ["kind: real  # a mock is its own consent; a real machine asks for the test permit above --impact write"]
    return [
        "kind: mock  # it says itself that it is a simulated unit, which needs no consent",
        f"time_scale: {time_scale:g}  # machine seconds per wall second, as it says; another --speed, another number here",
    ]


def _bindings(look: Look) -> list[str]:
    if not look.missing:
        return []
    lines = [
        "# These signals did not answer where the profile has them. Say where they are, or leave them to be reported:"
    ]
    lines += ["# bindings:"]
    for signal_id in dict.fromkeys(look.missing):
        signal = look.profile.signals[signal_id]
        place = f"{{opcua: {json.dumps(signal.opcua.path)}}}" if signal.opcua is not None else "{modbus: {address: 0}}"
        lines.append(f"#   {signal_id}: {place}")
    return lines


def _one_line(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text)[:200]
