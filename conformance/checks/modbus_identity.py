"""Checks of function 43/14, read device identification (Modbus Application Protocol V1.1b3, clause 6.21)."""

from __future__ import annotations

from collections.abc import Mapping

from conformance.checks.modbus_helpers import ILLEGAL_ADDRESS, ILLEGAL_VALUE, MODBUS, answer, expect_exception, supports
from conformance.context import Context
from conformance.registry import check
from conformance.targets.modbusidentity import BASIC, FUNCTION, INDIVIDUAL, REGULAR, Page, page_of, request
from profiles.model import Protocol


@check("modbus.identification", needs=MODBUS)
async def identification(ctx: Context) -> None:
    """Basic identification, and its vendor."""
    reply = await ctx.modbus.exchange(request(BASIC, 0))
    page = page_of(reply.pdu)
    objects = page.objects if page is not None else {}
    for number, name in ((0, "vendor name"), (1, "product code"), (2, "revision")):
        good = bool(objects.get(number, "").strip())
        ctx.expect(good, f"the {name} is given", expected="a text", actual=answer(reply) if page is None else dict(objects),
                   evidence=reply.evidence)  # fmt: skip
    if 0 in objects:
        maker = (await ctx.read("identity.manufacturer", via=Protocol.MODBUS)).value
        ctx.expect(objects[0] == maker, "the vendor name is the manufacturer", expected=maker, actual=objects[0])


@check("modbus.identification_pages", needs=MODBUS)
async def identification_pages(ctx: Context) -> None:
    """All pages of the regular objects, then single objects and wrong requests."""
    objects: dict[int, str] = {}
    first, page = 0, Page(more=True)
    for _ in range(ctx.param("most_pages")):
        reply = await ctx.modbus.exchange(request(REGULAR, first))
        supports(ctx, reply, FUNCTION)
        found = page_of(reply.pdu)
        if found is None:
            ctx.expect(
                False,
                "the regular objects are given",
                expected="objects",
                actual=answer(reply),
                evidence=reply.evidence,
            )
            return
        objects.update(found.objects)
        first, page = found.following, found
        if not page.more:
            break
    ctx.expect(not page.more, "the objects come to an end", expected=f"at most {ctx.param('most_pages')} pages",
               actual=f"more follows, from object {first}")  # fmt: skip
    reply = await ctx.modbus.exchange(request(ctx.param("bad_code"), 0))
    expect_exception(ctx, reply, FUNCTION, ILLEGAL_VALUE, "an unknown read code is answered with exception 03")
    if page.conformity & 0x80:
        await _single_objects(ctx, objects)


async def _single_objects(ctx: Context, objects: Mapping[int, str]) -> None:
    """Individual access, where the conformity level promises it."""
    for number, text in objects.items():
        reply = await ctx.modbus.exchange(request(INDIVIDUAL, number))
        page = page_of(reply.pdu)
        ctx.expect(page is not None and page.objects == {number: text}, f"object {number} is given alone", expected=text,
                   actual=answer(reply) if page is None else dict(page.objects), evidence=reply.evidence)  # fmt: skip
    absent = next(n for n in range(255, 0, -1) if n not in objects)
    reply = await ctx.modbus.exchange(request(INDIVIDUAL, absent))
    expect_exception(
        ctx, reply, FUNCTION, ILLEGAL_ADDRESS, f"object {absent}, which is not there, is answered with exception 02"
    )
