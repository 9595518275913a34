"""Production data: energy of the unit and of its items."""

from __future__ import annotations

from itertools import pairwise

from conformance.checks.machine_helpers import passed, value
from conformance.checks.production_helpers import COMMANDED, ENERGY, claimed, passing
from conformance.context import Context, Reading
from conformance.registry import check

ITEM_ENERGY = "item.energy"


@check("production.energy_rises", writes=COMMANDED)
async def energy_rises(ctx: Context) -> None:
    """While the unit works its energy rises, and it never falls."""
    async with passing(ctx) as line:
        seen = [await value(ctx, ENERGY)]
        await line.send()
        await line.works()
        seen += (await ctx.record([ENERGY], ctx.param("watch_s"))).values(ENERGY)
        await line.fetch()
        seen.append(await value(ctx, ENERGY))
    falls = [(one, other) for one, other in pairwise(seen) if other < one]
    ctx.expect(not falls, "the energy never falls", expected="rising", actual=falls or "rising")
    ctx.expect(
        seen[-1] > seen[0], "the energy rises while the unit works", expected=f"above {seen[0]}", actual=seen[-1]
    )


@check("production.item_energy", writes=COMMANDED)
async def item_energy(ctx: Context) -> None:
    """An item takes energy, and no more than the unit took while the item was in it."""
    async with passing(ctx) as line:
        before = await value(ctx, ENERGY)
        if claimed(ctx, "item.seq_before"):
            shown = (await line.one()).record[ITEM_ENERGY]
        else:
            await line.send()
            await line.fetch()
            shown = await value(ctx, ITEM_ENERGY)
        most = shown - ctx.param("slack_wh")
        seen = await ctx.until(
            ENERGY, lambda v: isinstance(v, (int, float)) and v - before >= most, ctx.param("reaction_s")
        )
    ctx.expect(shown > 0, "the energy of the item is above 0", expected="above 0 Wh", actual=shown)
    took = None if seen.last is None else seen.last.value
    what = "the item took no more than the unit in the meantime"
    ctx.expect(seen.met, what, expected=f"unit total at least {before + most:g} Wh", actual=took, evidence=seen)


@check("production.standing_energy", writes=COMMANDED)
async def standing_energy(ctx: Context) -> None:
    """A standing unit takes no more power than a working one, as far as the update times let us know."""
    async with passing(ctx) as line:
        await line.send()
        await line.works()
        _, working = await _power(ctx)
    await ctx.bring_to("Stopped")
    standing, _ = await _power(ctx)
    limit = working * (1 + ctx.param("margin"))
    what = "standing takes no more power than working"
    ctx.expect(standing <= limit, what, expected=f"at most {limit:.0f} W", actual=f"at least {standing:.0f} W")


async def _power(ctx: Context) -> tuple[float, float]:
    """The least and the greatest power (W) over ``watch_s`` that the two readings allow, each late by one update."""
    late = ctx.profile.signals[ENERGY].update_ms / 1000
    first = await _energy(ctx)
    await ctx.record([ENERGY], ctx.param("watch_s"))
    last = await _energy(ctx)
    joule = 3600 * (float(last.value) - float(first.value))  # type: ignore[arg-type]
    least, most = passed([first], [last])
    return joule / (most + late), joule / max(least - late, late)


async def _energy(ctx: Context) -> Reading:
    reading = await ctx.read(ENERGY)
    if not reading.ok or not isinstance(reading.value, (int, float)):
        ctx.inconclusive(f"{ENERGY} cannot be read: {reading.status}")
    return reading
