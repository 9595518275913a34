"""OPC UA: what the address space says: server, namespaces, identification, state machines, variables' properties, texts."""

from __future__ import annotations

from datetime import UTC, datetime

from conformance.checks.machine_helpers import shown
from conformance.checks.opcua import OPCUA, UA_URI
from conformance.context import Context, Reading
from conformance.registry import check
from profiles.model import Protocol, Signal

LOOKS = 4  # at state and state machine together, until both stand still


def claimed(ctx: Context, signal: Signal) -> bool:
    """Whether a signal is on OPC UA and of no option, or of a claimed one."""
    return signal.opcua is not None and (signal.option is None or ctx.claims.get(signal.option, False))


@check("opcua.namespaces", needs=OPCUA)
async def namespaces(ctx: Context) -> None:
    """The namespace array."""
    array = await ctx.opcua.namespace_array()
    ctx.expect(array[:1] == [UA_URI], "the first namespace is that of OPC UA", expected=UA_URI, actual=array[:1])
    ctx.expect(len(array) > 1 and bool(array[1]), "the second namespace is the server's own", expected="a URI",
               actual=array[1:2])  # fmt: skip
    ctx.expect(all(array), "every namespace has a URI", expected="no empty entry", actual=array)
    ctx.expect(len(set(array)) == len(array), "no namespace stands twice", expected="no duplicate", actual=array)
    paths = [s.opcua.path for s in ctx.profile.signals.values() if s.opcua is not None and claimed(ctx, s)]
    used = {step.partition(":")[0] for path in paths for step in path.split("/")}
    for prefix in sorted(used):
        uri = ctx.profile.namespaces[prefix]
        ctx.expect(
            uri in array,
            f"the namespace of {prefix} is there",
            expected=uri,
            actual="listed" if uri in array else "not listed",
        )


@check("opcua.server_status", needs=OPCUA)
async def server_status(ctx: Context) -> None:
    """State, clock and service level of the server."""
    status = await ctx.opcua.server_status()
    ctx.expect(status["state"] == 0, "the server says that it runs", expected="0 (Running)", actual=status["state"])
    level, least = status["service_level"], ctx.param("least_level")
    ctx.expect(isinstance(level, int) and level >= least, "the service level is that of a healthy server",
               expected=f"{least} to 255", actual=level)  # fmt: skip
    clock, started = status["current_time"], status["start_time"]
    if not isinstance(clock, datetime) or not isinstance(started, datetime):
        ctx.expect(
            False, "the server says its time and when it started", expected="two times", actual=f"{clock}, {started}"
        )
        return
    offset, limit = abs((datetime.now(UTC) - clock).total_seconds()), ctx.param("offset_s")
    ctx.expect(
        offset <= limit,
        "the server's time agrees with UTC",
        expected=f"within {limit:g} s",
        actual=f"{offset:.1f} s off",
    )
    ctx.expect(
        started <= clock, "the server started before now", expected="a time in the past", actual=started.isoformat()
    )


@check("opcua.build_info", needs=OPCUA)
async def build_info(ctx: Context) -> None:
    """Who made the server, and which version it is."""
    status = await ctx.opcua.server_status()
    for name in ctx.param("fields"):
        good = isinstance(status[name], str) and bool(status[name].strip())
        ctx.expect(good, f"BuildInfo says the {name.replace('_', ' ')}", expected="a text", actual=status[name])


@check("opcua.identification", needs=OPCUA)
async def identification(ctx: Context) -> None:
    """The mandatory properties of the machine's Identification."""
    for path, kind in ctx.param("properties"):
        facts = await ctx.opcua.facts(path)
        if not ctx.expect(
            facts.found, f"{path} exists", expected="a property", actual="found" if facts.found else "no such node"
        ):
            continue
        ctx.expect(facts.data_type == f"ua:{kind}", f"{path} has its type", expected=kind, actual=facts.data_type)
        ctx.expect(facts.type_definition == "ua:PropertyType", f"{path} is a property", expected="ua:PropertyType",
                   actual=facts.type_definition)  # fmt: skip


@check("opcua.machinery_states", needs=OPCUA)
async def machinery_states(ctx: Context) -> None:
    """Item state and operation mode: number and name of the state machines follow the signals."""
    for path, name in ctx.param("machines"):
        number, text, value = await _together(
            ctx, [f"{path}/ua:CurrentState/ua:Number", f"{path}/ua:CurrentState"], name
        )
        ctx.expect(number.value == value.value, f"{path} is in the state of {name}", expected=value.value,
                   actual=shown(number), evidence=number.evidence)  # fmt: skip
        wanted = (ctx.profile.signals[name].enum or {}).get(int(str(value.value or 0)), "")
        ctx.expect(_same(text.value, wanted), f"{path} names its state", expected=wanted, actual=text.value,
                   evidence=text.evidence)  # fmt: skip


def _same(one: object, other: str) -> bool:
    return str(one or "").replace(" ", "").lower() == other.lower()


async def _together(ctx: Context, paths: list[str], signal: str) -> tuple[Reading, ...]:
    """Nodes and a signal in one Read, between two equal looks at the signal; inconclusive if it does not stand still."""
    for _ in range(LOOKS):
        before = (await ctx.read(signal, via=Protocol.OPCUA)).value
        found = await ctx.opcua.read_raw([*({"path": p} for p in paths), {"signal": signal}])
        after = (await ctx.read(signal, via=Protocol.OPCUA)).value
        if len(found) == len(paths) + 1 and before == found[-1].value == after:
            return tuple(found)
    ctx.inconclusive(f"{signal} does not stand still")
    raise AssertionError("unreachable")


@check("opcua.packml_states", needs=OPCUA, writes=("command.cntrl_cmd",))
async def packml_states(ctx: Context) -> None:
    """The nested PackML state machines follow the unit's state through several states."""
    paths = [f"{path}/ua:CurrentState/ua:Number" for path in ctx.param("machines")]
    for state in ctx.param("states"):
        await ctx.bring_to(state)
        *numbers, value = await _together(ctx, paths, ctx.param("signal"))
        active = [r.value for r in numbers if r.ok and r.value is not None]
        ctx.expect(active[-1:] == [value.value], f"in {state} the innermost active state machine has the unit's state",
                   expected=value.value, actual=[shown(r) for r in numbers],
                   evidence=[r.evidence for r in numbers])  # fmt: skip
        ctx.expect([r.ok for r in numbers] == [True] * len(active) + [False] * (len(numbers) - len(active)),
                   f"in {state} the state machines inside an inactive one are inactive too", expected="inactive within",
                   actual=[r.status for r in numbers])  # fmt: skip


@check("opcua.ranges", needs=OPCUA)
async def ranges(ctx: Context) -> None:
    """EURange of every number with a range."""
    for signal in ctx.profile.signals.values():
        if signal.range is None or signal.enum is not None or not claimed(ctx, signal):
            continue
        facts = await ctx.opcua.facts(signal.opcua.path if signal.opcua is not None else "")
        if facts.found:
            ctx.expect(facts.range == signal.range, f"{signal.id} has its range", expected=list(signal.range),
                       actual=None if facts.range is None else list(facts.range))  # fmt: skip


@check("opcua.enumerations", needs=OPCUA)
async def enumerations(ctx: Context) -> None:
    """EnumStrings or EnumValues of every enumeration."""
    for signal in ctx.profile.signals.values():
        if signal.enum is None or not claimed(ctx, signal):
            continue
        facts = await ctx.opcua.facts(signal.opcua.path if signal.opcua is not None else "")
        if not facts.found:
            continue
        named = dict(facts.enumeration or {})
        wrong = {n: named.get(n) for n, text in signal.enum.items() if not _same(named.get(n), text)}
        ctx.expect(not wrong, f"{signal.id} names its values", expected={n: signal.enum[n] for n in wrong} or "as declared",
                   actual=wrong or "as declared")  # fmt: skip


@check("opcua.languages", needs=OPCUA)
async def languages(ctx: Context) -> None:
    """Display names in the language of the session, for each of the profile's languages."""
    names = [s for s in ctx.param("signals") if s in ctx.profile.signals]
    for locale in ctx.param("locales"):
        texts = await ctx.opcua.texts(names, locale)
        for name in names:
            title = ctx.profile.signals[name].title.in_language(locale)
            text, told = texts.get(name, ("", ""))
            ctx.expect(text == title and told[:2] == locale, f"{name} is called by its {locale} name in a session of locale {locale}",
                       expected=f"{title} ({locale})", actual=f"{text} ({told})")  # fmt: skip


@check("opcua.event_notifier", needs=OPCUA)
async def event_notifier(ctx: Context) -> None:
    """The bit SubscribeToEvents of EventNotifier, of the Server object and of the machine."""
    for path, what in (("/ua:Server", "the Server object"), ("", "the machine")):
        (reading,) = await ctx.opcua.read_raw([{"path": path, "attribute": "EventNotifier"}])
        good = isinstance(reading.value, int) and bool(reading.value & 1)
        ctx.expect(good, f"{what} lets itself be subscribed for events", expected="bit 0 of EventNotifier",
                   actual=shown(reading), evidence=reading.evidence)  # fmt: skip
