"""Identification: name plate, URI, year, profile, what users may write."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import urlsplit

from conformance.checks.machine_helpers import shown
from conformance.context import Context
from conformance.registry import check

USER_FIELDS = ("identity.component_name", "identity.location", "identity.asset_id")


@check("identification.plate", per_protocol=True)
async def plate(ctx: Context) -> None:
    """The name plate's entries are there and not empty."""
    readings = await ctx.read_many([s for s in ctx.param("signals") if s in ctx.profile.signals])
    for name, reading in readings.items():
        good = reading.ok and isinstance(reading.value, str) and bool(reading.value.strip())
        ctx.expect(good, f"{name} is present and not empty", expected="a text", actual=shown(reading),
                   evidence=reading)  # fmt: skip


@check("identification.uri", per_protocol=True)
async def uri(ctx: Context) -> None:
    """The product instance URI is one."""
    reading = await ctx.read("identity.product_instance_uri")
    text = str(reading.value or "")
    ctx.expect(bool(urlsplit(text).scheme), "the URI has a scheme", expected="scheme:…", actual=text, evidence=reading)
    ctx.expect(
        len(text) <= ctx.param("longest"), "the URI is short enough", expected=ctx.param("longest"), actual=len(text)
    )


@check("identification.year", per_protocol=True)
async def year(ctx: Context) -> None:
    """The year is plausible."""
    reading = await ctx.read("identity.year_of_construction")
    first, last = ctx.param("earliest"), datetime.now(UTC).year
    good = isinstance(reading.value, int) and first <= reading.value <= last
    ctx.expect(good, "the year of construction is plausible", expected=f"{first} to {last}", actual=reading.value)


@check("identification.profile", per_protocol=True)
async def profile(ctx: Context) -> None:
    """Id, version and digest are those of the profile under test."""
    wanted = {
        "profile.id": ctx.profile.id,
        "profile.version": ctx.profile.version,
        "profile.digest": ctx.profile.digest,
    }
    for name, reading in (await ctx.read_many(list(wanted))).items():
        ctx.expect(
            reading.value == wanted[name], f"{name} is that of the profile", expected=wanted[name], actual=reading.value
        )


@check("identification.user_fields", writes=USER_FIELDS, per_protocol=True)
async def user_fields(ctx: Context) -> None:
    """What is written is read back; the old values are restored."""
    for name in ctx.param("signals"):
        text = f"{ctx.param('text')} {ctx.only_via}"  # another one on each protocol, or the second write shows nothing
        answer = await ctx.write(name, text)
        ctx.expect(answer.accepted, f"{name} can be written", expected="accepted", actual=answer.status)
        seen = await ctx.until(name, text, ctx.param("read_back_s"))
        actual = seen.last.value if seen.last else None
        ctx.expect(seen.met, f"{name} reads back", expected=text, actual=actual)
