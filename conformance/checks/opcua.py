"""OPC UA: the address space and the services that a client relies on."""

from __future__ import annotations

from conformance.context import Context
from conformance.registry import check
from profiles.model import Protocol
from profiles.units import UNITS

OPCUA = (Protocol.OPCUA,)
UA_URI = "http://opcfoundation.org/UA/"


@check("opcua.model", needs=OPCUA)
async def model(ctx: Context) -> None:
    """Standard objects and methods are where the companion specifications put them."""
    for path in ctx.param("paths"):
        facts = await ctx.opcua.facts(path)
        ctx.expect(facts.found, f"{path} exists", expected="a node", actual="found" if facts.found else "no such node")
    for method in ctx.profile.methods.values():
        if method.option is not None and not ctx.claims.get(method.option, False):
            continue
        facts = await ctx.opcua.facts(method.path)
        ctx.expect(facts.found and facts.node_class == "Method", f"method {method.id} exists", expected="Method",
                   actual=facts.node_class or "no such node")  # fmt: skip


@check("opcua.units", needs=OPCUA)
async def units(ctx: Context) -> None:
    """EngineeringUnits of every signal with a unit."""
    for signal in ctx.profile.signals.values():
        if signal.unit is None or signal.opcua is None or (signal.option and not ctx.claims.get(signal.option, False)):
            continue
        facts = await ctx.opcua.facts(signal.opcua.path)
        if not facts.found:
            continue  # that it is missing is another requirement's finding
        wanted = UNITS[signal.unit].unit_id
        ctx.expect(
            facts.unit_id == wanted, f"{signal.id} has its unit {signal.unit}", expected=wanted, actual=facts.unit_id
        )


@check("opcua.wrong_type", needs=OPCUA, writes=("identity.location",))
async def wrong_type(ctx: Context) -> None:
    """BadTypeMismatch."""
    answer = await ctx.opcua.write_wrong_type(ctx.param("signal"))
    ctx.expect(not answer.accepted and "TypeMismatch" in answer.status, "a wrong type is refused", expected="BadTypeMismatch",
               actual=answer.status, evidence=answer.evidence)  # fmt: skip


@check("opcua.subscription", needs=OPCUA)
async def subscription(ctx: Context) -> None:
    """Changes of the heartbeat arrive by notification."""
    seen = await ctx.opcua.subscribe(["comm.heartbeat"], interval_s=ctx.param("interval_s"), for_s=ctx.param("for_s"))
    values = seen.values("comm.heartbeat")
    ctx.expect(len(set(values)) >= 2, "changes are notified", expected="at least two values", actual=values)


@check("opcua.source_time", needs=OPCUA)
async def source_time(ctx: Context) -> None:
    """Source timestamps of the live signals."""
    for name, reading in (await ctx.read_many(["state.unit_state", "comm.heartbeat"], via=Protocol.OPCUA)).items():
        actual = str(reading.source_time or "none")
        ctx.expect(reading.source_time is not None, f"{name} has a source timestamp", expected="a time", actual=actual)


@check("opcua.browse_pages", needs=OPCUA)
async def browse_pages(ctx: Context) -> None:
    """A page keeps the limit, and small pages and one large one find the same."""
    page = ctx.param("page")
    paged, whole, first = await ctx.opcua.browse_all(ctx.param("path"), max_references=page)
    if whole <= page:
        ctx.inconclusive(f"{ctx.param('path')} has {whole} references, which is no more than one page")
    ctx.expect(first <= page, "a page holds no more than was asked for", expected=f"at most {page}", actual=first)
    ctx.expect(paged == whole, "pages find every reference", expected=whole, actual=paged)


@check("opcua.secure_endpoint", needs=OPCUA)
async def secure_endpoint(ctx: Context) -> None:
    """A signing and encrypting endpoint."""
    offered = [f"{e['policy']} {e['mode']}" for e in await ctx.opcua.endpoints()]
    good = [o for o in offered if o.endswith("SignAndEncrypt") and any(p in o for p in ctx.param("policies"))]
    ctx.expect(bool(good), "an encrypting endpoint is offered", expected=ctx.param("policies"), actual=offered)
