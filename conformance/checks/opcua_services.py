"""OPC UA: services as clients use and misuse them: Read, Write, Call, subscriptions, sessions."""

from __future__ import annotations

from conformance.checks.machine_helpers import shown
from conformance.checks.opcua import OPCUA
from conformance.context import Context, Outcome
from conformance.registry import check
from profiles.model import Protocol

TIMES = {"source": (True, False), "server": (False, True), "both": (True, True), "neither": (False, False)}


def _answers(ctx: Context, answer: Outcome, wanted: tuple[str, ...] | list[str], what: str) -> None:
    ctx.expect(
        answer.status in wanted, what, expected=" or ".join(wanted), actual=answer.status, evidence=answer.evidence
    )


@check("opcua.unknown_nodes", needs=OPCUA)
async def unknown_nodes(ctx: Context) -> None:
    """Reads of what is not there, and of nothing."""
    for request, status, what in (
        ({"path": "s:Setsubi.NoSuchNode"}, "BadNodeIdUnknown", "a node that is not there"),
        (
            {"path": "di:Identification", "attribute": "Value"},
            "BadAttributeIdInvalid",
            "an attribute that the node has not",
        ),
    ):
        (reading,) = await ctx.opcua.read_raw([request])
        ctx.expect(reading.status == status, f"reading {what} is refused", expected=status, actual=reading.status,
                   evidence=reading.evidence)  # fmt: skip
    found = await ctx.opcua.read_raw([])
    actual = found[0].status if found else "an empty answer"
    ctx.expect(actual == "BadNothingToDo", "an empty Read is refused", expected="BadNothingToDo", actual=actual)


@check("opcua.index_range", needs=OPCUA)
async def index_range(ctx: Context) -> None:
    """Parts of an array, and ranges that are none."""
    array, path = await ctx.opcua.namespace_array(), ctx.param("path")
    for text, wanted in (("0:1", ", ".join(array[:2])), ("1", array[1] if len(array) > 1 else "")):
        (reading,) = await ctx.opcua.read_raw([{"path": path, "index_range": text}])
        ctx.expect(reading.value == wanted, f"index range {text} gives that part", expected=wanted,
                   actual=shown(reading), evidence=reading.evidence)  # fmt: skip
    for text, status in (("1:0", "BadIndexRangeInvalid"), ("9000", "BadIndexRangeNoData")):
        (reading,) = await ctx.opcua.read_raw([{"path": path, "index_range": text}])
        ctx.expect(reading.status == status, f"index range {text} is refused", expected=status, actual=reading.status,
                   evidence=reading.evidence)  # fmt: skip


@check("opcua.timestamps", needs=OPCUA)
async def timestamps(ctx: Context) -> None:
    """TimestampsToReturn."""
    for asked, wanted in TIMES.items():
        (reading,) = await ctx.opcua.read_raw([{"signal": ctx.param("signal")}], timestamps=asked)
        got = (reading.source_time is not None, reading.server_time is not None)
        names = [n for n, there in zip(("source", "server"), got, strict=True) if there]
        ctx.expect(got == wanted, f"timestamps '{asked}' are returned as asked for", expected=asked,
                   actual=" and ".join(names) or "none", evidence=reading.evidence)  # fmt: skip


@check("opcua.read_only", needs=OPCUA, writes=("read-only signals, to be refused",))
async def read_only(ctx: Context) -> None:
    """Writes to read-only signals, with the value that stands there."""
    there = [r for r in (await ctx.read_many(ctx.param("signals"), via=Protocol.OPCUA)).values() if r.value is not None]
    if not there:
        ctx.inconclusive("none of the read-only signals is there")
    for reading in there:  # that one is missing is another requirement's finding
        answer = await ctx.write(reading.signal, reading.value, via=Protocol.OPCUA)
        _answers(ctx, answer, ctx.param("statuses"), f"a write to {reading.signal}, which is read-only, is refused")


@check("opcua.out_of_range", needs=OPCUA, writes=("alarm.acknowledge",))
async def out_of_range(ctx: Context) -> None:
    """A value of the right type, outside the range."""
    name, value = ctx.param("signal"), ctx.param("value")
    shown = await ctx.read(name, via=Protocol.OPCUA)
    if not shown.ok:
        ctx.inconclusive(f"{name} cannot be read: {shown.status}")
    before = shown.value
    answer = await ctx.write(name, value, via=Protocol.OPCUA)
    _answers(ctx, answer, ("BadOutOfRange",), f"{name} = {value}, out of range, is refused")
    after = (await ctx.read(name, via=Protocol.OPCUA)).value
    ctx.expect(after == before, f"{name} is unchanged", expected=before, actual=after)


@check("opcua.arguments", needs=OPCUA, writes=("method SetMachSpeed, with wrong arguments",))
async def arguments(ctx: Context) -> None:
    """A method with too few, too many and wrong arguments."""
    method, watched = ctx.param("method"), ctx.param("signal")
    before = (await ctx.read(watched, via=Protocol.OPCUA)).value
    for given, statuses, what in (
        ([], ("BadArgumentsMissing",), "too few arguments"),
        ([1.0, 1.0], ("BadTooManyArguments", "BadInvalidArgument"), "too many arguments"),
        (["fast"], ("BadInvalidArgument", "BadTypeMismatch"), "an argument of another type"),
    ):
        answer = await ctx.opcua.call_raw(method, given)
        _answers(ctx, answer, statuses, f"{method} with {what} is refused")
    after = (await ctx.read(watched, via=Protocol.OPCUA)).value
    ctx.expect(after == before, f"{watched} is unchanged", expected=before, actual=after)


@check("opcua.keep_alive", needs=OPCUA)
async def keep_alive(ctx: Context) -> None:
    """A subscription that has nothing to say says so."""
    wanted = ctx.param("messages")
    quiet = await ctx.opcua.keep_alives(interval_s=ctx.param("interval_s"), count=ctx.param("count"), wanted=wanted)
    ctx.expect(quiet.seen >= wanted, f"keep-alive messages come, one in {quiet.period_s:.2f} s",
               expected=f"{wanted} messages", actual=f"{quiet.seen} in {quiet.elapsed:.2f} s ({quiet.status})")  # fmt: skip


@check("opcua.every_change", needs=OPCUA, writes=("identity.location",))
async def every_change(ctx: Context) -> None:
    """Changes that each stand for a while are all notified, in order."""
    name, hold = ctx.param("signal"), ctx.param("hold_s")
    texts = [f"{ctx.param('text')} {n}" for n in range(1, ctx.param("changes") + 1)]

    async def write_all() -> None:
        for text in texts:
            answer = await ctx.write(name, text, via=Protocol.OPCUA)
            if not answer.accepted:
                ctx.inconclusive(f"{name} cannot be written: {answer.status}")
            await ctx.record([name], hold, via=Protocol.OPCUA)

    seen = await ctx.opcua.subscribe(
        [name], interval_s=ctx.param("interval_s"), for_s=ctx.param("settle_s"), trigger=write_all
    )
    told = [value for value in seen.values(name) if value in texts]
    ctx.expect(told == texts, "every change is notified, once and in order", expected=texts, actual=told)


@check("opcua.secure_session", needs=OPCUA)
async def secure_session(ctx: Context) -> None:
    """A session over the encrypting endpoint."""
    offered = {e["policy"] for e in await ctx.opcua.endpoints() if e["mode"] == "SignAndEncrypt"}
    policy = next((p for p in ctx.param("policies") if p in offered), None)
    if policy is None:
        ctx.not_applicable("no encrypting endpoint is offered, which is another requirement's finding")
        return
    answer = await ctx.opcua.connect_secure(policy)
    if answer.status in ctx.param("distrust"):
        ctx.inconclusive(f"the server does not trust the tester's certificate ({answer.status}); trust it there, "
                         "or give certificate and private_key in the target file")  # fmt: skip
    ctx.expect(answer.accepted, f"a session over {policy}, signed and encrypted, can be opened", expected="Good",
               actual=answer.status, evidence=answer.evidence)  # fmt: skip


@check("opcua.users", needs=OPCUA)
async def users(ctx: Context) -> None:
    """Nobody without a name and the right password."""
    answer = await ctx.opcua.connect_anonymous()
    ctx.expect(not answer.accepted, "an anonymous session is refused", expected="refused", actual=answer.status,
               evidence=answer.evidence)  # fmt: skip
    answer = await ctx.opcua.connect_wrong_password()
    ctx.expect(not answer.accepted, "a wrong password is refused", expected="refused", actual=answer.status,
               evidence=answer.evidence)  # fmt: skip
    answer = await ctx.opcua.connect_with(ctx.param("stranger"), "setsubi")
    ctx.expect(not answer.accepted, "an unknown user is refused", expected="refused", actual=answer.status,
               evidence=answer.evidence)  # fmt: skip
