"""Claims against the equipment, both ways: what is claimed is there, what is not claimed does not work."""

from __future__ import annotations

from collections.abc import Iterable

from conformance.checks.machine_helpers import shown
from conformance.context import Context, Declared, Reading, Value
from conformance.registry import check
from profiles.model import Access, Method, Protocol, Signal, SignalType

OPCUA = (Protocol.OPCUA,)
BUILT_IN = {
    SignalType.BOOL: "Boolean",
    SignalType.INT16: "Int16",
    SignalType.UINT16: "UInt16",
    SignalType.INT32: "Int32",
    SignalType.UINT32: "UInt32",
    SignalType.INT64: "Int64",
    SignalType.UINT64: "UInt64",
    SignalType.FLOAT32: "Float",
    SignalType.FLOAT64: "Double",
    SignalType.STRING: "String",
    SignalType.LOCALIZED: "LocalizedText",
    SignalType.DATETIME: "DateTime",
}
"""The built-in types of OPC 10000-6, clause 5.1.2."""
ABSTRACT = ("i=24", "i=26", "i=27", "i=28", "i=29")  # BaseDataType, Number, Integer, UInteger, Enumeration


def _claimed(ctx: Context, option: str | None) -> bool:
    return option is None or ctx.claims.get(option, False)


def _bound(ctx: Context, wire: Protocol, wanted: Iterable[Signal]) -> list[str]:
    return [s.id for s in wanted if (s.opcua if wire is Protocol.OPCUA else s.modbus) is not None]


def _here(ctx: Context) -> Protocol:
    """The protocol of this run of the check."""
    return ctx.only_via or ctx.via[0]


async def _all_there(ctx: Context, names: list[str], what: str) -> None:
    """One expectation for what is missing, each, and one for the whole."""
    missing = 0
    for name, reading in (await ctx.read_many(names, via=_here(ctx))).items() if names else ():
        if not reading.ok or reading.value is None:
            missing += 1
            ctx.expect(False, f"{name} is there", expected="a value", actual=shown(reading), evidence=reading)
    ctx.expect(not missing, what, expected=f"{len(names)} signals", actual=f"{len(names) - missing}")


@check("claims.signals", per_protocol=True)
async def signals(ctx: Context) -> None:
    """Every signal that no option excuses."""
    wanted = [s for s in ctx.profile.signals.values() if s.option is None]
    await _all_there(ctx, _bound(ctx, _here(ctx), wanted), "every mandatory signal can be read")


@check("claims.devices", per_protocol=True)
async def devices(ctx: Context) -> None:
    """The signal of every required device, as a bool."""
    owners = {d.signal: d.id for d in ctx.profile.devices.values()}
    names = _bound(ctx, _here(ctx), [ctx.profile.signals[s] for s in owners])
    if not names:
        ctx.not_applicable("the profile requires no device")
    for name, reading in (await ctx.read_many(names, via=_here(ctx))).items():
        ctx.expect(reading.ok and isinstance(reading.value, bool), f"device {owners[name]} reports its health",
                   expected="true or false", actual=shown(reading), evidence=reading)  # fmt: skip


@check("claims.types", needs=OPCUA)
async def types(ctx: Context) -> None:
    """Data type, rank and built-in type of the value of every variable that is there."""
    found, wrong = await _present(ctx), 0
    for name, declared in found.items():
        built_in = BUILT_IN[ctx.profile.signals[name].type]
        concrete = declared.data_type == built_in or (
            declared.data_type not in BUILT_IN.values() and declared.data_type not in ("", *ABSTRACT)
        )
        good = declared.node_class == "Variable" and declared.scalar and concrete
        if not (good and declared.built_in in (built_in, "")):
            wrong += 1
            rank = "scalar" if declared.scalar else "array"
            actual = f"{declared.node_class}, {declared.data_type}, {rank}, value {declared.built_in}"
            ctx.expect(False, f"{name} has its type", expected=f"Variable, {built_in}, scalar", actual=actual)
    ctx.expect(
        not wrong, "the variables have their types", expected=f"{len(found)} variables", actual=len(found) - wrong
    )


@check("claims.access", needs=OPCUA)
async def access(ctx: Context) -> None:
    """Access level of every variable that is there: as the profile declares it, no less and no more."""
    found, wrong = await _present(ctx), 0
    for name, declared in found.items():
        writable = ctx.profile.signals[name].access is Access.READ_WRITE
        shall = {"read", "write"} if writable else {"read"}
        if set(declared.access) != shall:
            wrong += 1
            ctx.expect(False, f"{name} has its access", expected=" and ".join(sorted(shall)),
                       actual=" and ".join(sorted(declared.access)) or "none")  # fmt: skip
    ctx.expect(
        not wrong, "the variables have their access", expected=f"{len(found)} variables", actual=len(found) - wrong
    )


async def _present(ctx: Context) -> dict[str, Declared]:
    """The claimed signals' variables that are there; that one is missing is another requirement's finding."""
    wanted = [s for s in ctx.profile.signals.values() if _claimed(ctx, s.option)]
    found = {n: d for n, d in (await ctx.opcua.declared(_bound(ctx, Protocol.OPCUA, wanted))).items() if d.found}
    if not found:
        ctx.inconclusive("no variable of the profile is there")
    return found


@check("claims.no_other_writable", needs=OPCUA)
async def no_other_writable(ctx: Context) -> None:
    """Every variable beneath the machine that can be written is a writable signal of the profile, or named as harmless."""
    known, strange = ctx.profile.signals, []
    for path, signal in sorted((await ctx.opcua.writable_variables()).items()):
        good = (signal is not None and known[signal].access is Access.READ_WRITE) or path in ctx.param("harmless")
        if not good:
            strange.append(path)
            ctx.expect(False, f"{path} cannot be written", expected="no write access",
                       actual="writable" if signal is None else f"writable, though {signal} is read-only")  # fmt: skip
    ctx.expect(
        not strange, "nothing else beneath the machine can be written", expected="none", actual=strange or "none"
    )


@check("claims.options_there", per_protocol=True)
async def options_there(ctx: Context) -> None:
    """The signals and methods of every claimed option."""
    wanted = [s for s in ctx.profile.signals.values() if s.option is not None and _claimed(ctx, s.option)]
    methods = [m for m in ctx.profile.methods.values() if m.option is not None and _claimed(ctx, m.option)]
    if not wanted and not methods:
        ctx.not_applicable("no option with signals or methods is claimed")
    await _all_there(ctx, _bound(ctx, _here(ctx), wanted), "every signal of a claimed option can be read")
    for method in methods if _here(ctx) is Protocol.OPCUA else ():
        facts = await ctx.opcua.facts(method.path)
        good = facts.found and facts.node_class == "Method" and facts.executable is not False
        actual = "not executable" if facts.executable is False else facts.node_class or "no such node"
        ctx.expect(good, f"method {method.id} can be called", expected="Method, executable", actual=actual)


@check("claims.options_absent", per_protocol=True)
async def options_absent(ctx: Context) -> None:
    """The signals of options that are not claimed: absent, refused, or reading as reserved."""
    wire = _here(ctx)
    names = _bound(ctx, wire, [s for s in ctx.profile.signals.values() if not _claimed(ctx, s.option)])
    if not names:
        ctx.not_applicable("every option that has signals is claimed")
    there = [r for r in (await ctx.read_many(names, via=wire)).values() if not _is_absent(r)]
    for reading in there:
        ctx.expect(False, f"{reading.signal}, of an option that is not claimed, is not there", expected="refused, or 0",
                   actual=reading.value, evidence=reading)  # fmt: skip
    ctx.expect(
        not there, "no signal of an option that is not claimed is there", expected="none", actual=len(there) or "none"
    )


def _is_absent(reading: Reading) -> bool:
    """Over Modbus an absent signal's registers are reserved: refused, the sentinel, or 0."""
    if not reading.ok or reading.value is None:
        return True
    return reading.raw is not None and not any(reading.raw)


@check("claims.options_dead", writes=("the signals and methods of options that are not claimed",))
async def options_dead(ctx: Context) -> None:
    """What an option that is not claimed would let one do is refused, and the unit stays as it is."""
    wanted = [s for s in ctx.profile.signals.values() if not _claimed(ctx, s.option) and s.access is Access.READ_WRITE]
    methods = [m for m in ctx.profile.methods.values() if not _claimed(ctx, m.option)]
    if not wanted and not methods:
        ctx.not_applicable("every option that has commands is claimed")
    watched = ctx.param("watched")
    before = {name: r.value for name, r in (await ctx.read_many(watched)).items()}
    for wire in ctx.via:
        for name in _bound(ctx, wire, wanted):
            answer = await ctx.write(name, _sample(ctx.profile.signals[name], dict(ctx.param("values"))), via=wire)
            ctx.expect(not answer.accepted, f"{name} cannot be written over {wire}", expected="refused",
                       actual=answer.status, evidence=answer.evidence)  # fmt: skip
    if Protocol.OPCUA in ctx.via:
        for method in methods:
            await _is_dead(ctx, method)
    after = {name: r.value for name, r in (await ctx.read_many(watched)).items()}
    ctx.expect(after == before, "the unit is as it was", expected=before, actual=after)


async def _is_dead(ctx: Context, method: Method) -> None:
    answer = await ctx.opcua.call_raw(
        method.id, [1.0 if kind.startswith("float") else 1 for _, kind in method.arguments]
    )
    ctx.expect(not answer.accepted, f"method {method.id} cannot be called", expected="refused", actual=answer.status,
               evidence=answer.evidence)  # fmt: skip


def _sample(signal: Signal, given: dict[str, Value]) -> Value:
    """A lawful value: of the requirement, else the first name, the lower bound, or nothing."""
    if signal.id in given:
        return given[signal.id]
    if signal.enum:
        return min(signal.enum)
    if signal.range is not None:
        low = signal.range[0]
        return low if signal.type.startswith("float") else int(low)
    nothing: dict[SignalType, Value] = {SignalType.BOOL: False, SignalType.STRING: "", SignalType.LOCALIZED: ""}
    return nothing.get(signal.type, 0)
