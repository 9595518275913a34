"""Recipes and parameters: selecting, changing, limits, and the trace that changes leave."""

from __future__ import annotations

from math import isclose
from typing import Any

from conformance.checks.machine_helpers import (
    accepted,
    comes,
    ending_stopped,
    picture,
    refused,
    run,
    unchanged,
    value,
)
from conformance.context import Context
from conformance.registry import check
from profiles.model import Signal, SignalType

ACTIVE, SELECT, REVISION, MODIFIED = "recipe.active", "recipe.select", "recipe.revision", "recipe.modified"
FLOATS = (SignalType.FLOAT32, SignalType.FLOAT64)
PARAMETER = ("parameter.*",)


def same(signal: Signal, one: Any, other: Any) -> bool:
    """Equal, as far as a float32 can tell."""
    if signal.type in FLOATS and isinstance(one, (int, float)) and isinstance(other, (int, float)):
        return isclose(one, other, rel_tol=1e-5, abs_tol=1e-9)
    return bool(one == other)


def inside(signal: Signal, present: Any) -> Any:
    """Another allowed value than the present one."""
    if signal.enum is not None:
        return next(v for v in signal.enum if v != present)
    if signal.type is SignalType.BOOL:
        return not present
    assert signal.range is not None
    low, high = signal.range
    middle = (low + high) / 2 if signal.type in FLOATS else int(low + high) // 2
    return middle if not same(signal, middle, present) else (low if signal.type in FLOATS else int(low))


def outside(signal: Signal) -> list[Any]:
    """Values beyond both bounds, as far as the type can carry them."""
    if signal.range is None:
        return []
    low, high = signal.range
    step = (high - low) / 10 if signal.type in FLOATS else 1
    found = [high + step, low - step]
    if signal.type not in FLOATS:
        unsigned = str(signal.type).startswith("u")
        found = [int(v) for v in found if not (unsigned and v < 0)]
    return found


def _other_recipe(ctx: Context, active: int) -> int:
    others = [n for n in ctx.profile.recipes if n != active]
    if not others:
        ctx.not_applicable("the profile has one recipe only")
    return others[0]


@check("recipes.active_known", per_protocol=True)
async def active_known(ctx: Context) -> None:
    """The active recipe has a number, and the name that belongs to it."""
    seen = await picture(ctx, ACTIVE, "recipe.name")
    ctx.expect(seen[ACTIVE] > 0, "a recipe is active", expected="above 0", actual=seen)
    ctx.expect(bool(str(seen["recipe.name"]).strip()), "it has a name", expected="a name", actual=seen)
    declared = ctx.profile.recipes.get(seen[ACTIVE])
    if declared is not None:
        names = (declared.title.en, declared.title.ja)
        ctx.expect(seen["recipe.name"] in names, "the name of this recipe", expected=names, actual=seen)


@check("recipes.selected", per_protocol=True, writes=(SELECT,))
async def selected(ctx: Context) -> None:
    """In Stopped and in Idle another recipe is accepted, and number and name show it."""
    async with ending_stopped(ctx):
        for state in ("Stopped", "Idle"):
            await ctx.bring_to(state)
            wanted = _other_recipe(ctx, await value(ctx, ACTIVE))
            answer = await ctx.write(SELECT, wanted)
            accepted(ctx, answer, f"recipe {wanted} is accepted in {state}")
            limit = ctx.param("reaction_s")
            await comes(ctx, ACTIVE, wanted, limit, f"recipe {wanted} becomes active", since=answer.at)
            title = ctx.profile.recipes[wanted].title
            names = (title.en, title.ja)
            await comes(ctx, "recipe.name", names.__contains__, limit, f"the name of recipe {wanted}")


@check("recipes.values_loaded", writes=(SELECT, *PARAMETER))
async def values_loaded(ctx: Context) -> None:
    """Selecting a recipe loads all its values, also over a parameter that was changed before."""
    await ctx.bring_to("Stopped")
    name = ctx.profile.parameters[0]
    for recipe in ctx.profile.recipes.values():
        own = recipe.values[name]
        changed = await ctx.write(name, inside(ctx.profile.signals[name], own))
        answer = await ctx.write(SELECT, recipe.number)
        if not (changed.accepted and answer.accepted):
            ctx.inconclusive(f"recipe {recipe.number} cannot be selected: {changed.status}, {answer.status}")
        for parameter, wanted in recipe.values.items():
            signal = ctx.profile.signals[parameter]
            fits = lambda v, s=signal, w=wanted: same(s, v, w)  # noqa: E731
            seen = await ctx.until(parameter, fits, ctx.param("reaction_s"))
            actual = seen.last.value if seen.last is not None else None
            what = f"{parameter} of recipe {recipe.number}"
            ctx.expect(seen.met, what, expected=wanted, actual=actual, evidence=seen)


@check("recipes.unknown_refused", per_protocol=True, writes=(SELECT,))
async def unknown_refused(ctx: Context) -> None:
    """The number of no recipe is refused, and the active recipe stays."""
    await ctx.bring_to("Stopped")
    before = await picture(ctx, ACTIVE, REVISION, *ctx.profile.parameters)
    unknown = next(n for n in range(int(ctx.param("unknown")), 0, -1) if n not in ctx.profile.recipes)
    refused(ctx, await ctx.write(SELECT, unknown), f"recipe {unknown}, which does not exist, is refused")
    await unchanged(ctx, before, "recipe and parameters are unchanged")


@check("recipes.kept_when_running", per_protocol=True, writes=(SELECT, "command.cntrl_cmd"))
async def kept_when_running(ctx: Context) -> None:
    """While the unit runs or waits for items, selecting a recipe is refused and changes nothing."""
    async with ending_stopped(ctx):
        await run(ctx)
        before = await picture(ctx, ACTIVE, REVISION, *ctx.profile.parameters)
        wanted = next((n for n in ctx.profile.recipes if n != before[ACTIVE]), before[ACTIVE])
        refused(ctx, await ctx.write(SELECT, wanted), f"recipe {wanted} is refused while running")
        await unchanged(ctx, before, "recipe and parameters are unchanged")


@check("recipes.parameter_taken", per_protocol=True, writes=PARAMETER)
async def parameter_taken(ctx: Context) -> None:
    """In Stopped each parameter takes a value in its range and shows it."""
    await ctx.bring_to("Stopped")
    for name in ctx.profile.parameters:
        signal = ctx.profile.signals[name]
        wanted = inside(signal, await value(ctx, name))
        answer = await ctx.write(name, wanted)
        accepted(ctx, answer, f"{name} = {wanted} is accepted")
        fits = lambda v, s=signal, w=wanted: same(s, v, w)  # noqa: E731
        await comes(ctx, name, fits, ctx.param("reaction_s"), f"{name} shows {wanted}", since=answer.at)


@check("recipes.parameter_limits", per_protocol=True, writes=PARAMETER)
async def parameter_limits(ctx: Context) -> None:
    """A parameter value beyond its range is refused, and the parameter stays."""
    await ctx.bring_to("Stopped")
    tried = 0
    for name in ctx.profile.parameters:
        before = await picture(ctx, name)
        for wrong in outside(ctx.profile.signals[name]):
            tried += 1
            refused(ctx, await ctx.write(name, wrong), f"{name} = {wrong:g} is refused")
            await unchanged(ctx, before, f"{name} is unchanged")
    if not tried:
        ctx.not_applicable("no parameter has a range that can be left")


@check("recipes.parameter_kept_when_running", per_protocol=True, writes=(*PARAMETER, "command.cntrl_cmd"))
async def parameter_kept_when_running(ctx: Context) -> None:
    """While the unit runs or waits for items, changing a parameter is refused and changes nothing."""
    async with ending_stopped(ctx):
        await run(ctx)
        for name in ctx.profile.parameters:
            before = await picture(ctx, name)
            wanted = inside(ctx.profile.signals[name], before[name])
            refused(ctx, await ctx.write(name, wanted), f"{name} is refused while running")
            await unchanged(ctx, before, f"{name} is unchanged")


@check("recipes.change_traced", writes=(SELECT, *PARAMETER))
async def change_traced(ctx: Context) -> None:
    """A changed parameter sets recipe.modified and raises the revision."""
    await ctx.bring_to("Stopped")
    await ctx.write(SELECT, await value(ctx, ACTIVE))
    if not (await ctx.until(MODIFIED, False, ctx.param("reaction_s"))).met:
        ctx.inconclusive("selecting the recipe does not leave it unmodified")
    revision = await value(ctx, REVISION)
    name = ctx.profile.parameters[0]
    own = await value(ctx, name)
    answer = await ctx.write(name, inside(ctx.profile.signals[name], own))
    if not answer.accepted:
        ctx.inconclusive(f"{name} cannot be changed: {answer.status}")
    await comes(ctx, MODIFIED, True, ctx.param("reaction_s"), "the recipe is marked as modified")
    await comes(ctx, REVISION, lambda v: v != revision, ctx.param("reaction_s"), "the revision has changed")


@check("recipes.selection_traced", writes=(SELECT, *PARAMETER))
async def selection_traced(ctx: Context) -> None:
    """Selecting a recipe takes recipe.modified back and raises the revision."""
    await ctx.bring_to("Stopped")
    revision = await value(ctx, REVISION)
    answer = await ctx.write(SELECT, await value(ctx, ACTIVE))
    if not answer.accepted:
        ctx.inconclusive(f"the recipe cannot be selected: {answer.status}")
    await comes(ctx, MODIFIED, False, ctx.param("reaction_s"), "the recipe is unmodified")
    await comes(ctx, REVISION, lambda v: v != revision, ctx.param("reaction_s"), "the revision has changed")


@check("recipes.refusal_status", per_protocol=True, writes=(SELECT, *PARAMETER))
async def refusal_status(ctx: Context) -> None:
    """The refusal of a value beyond its range says that it is the value."""
    await ctx.bring_to("Stopped")
    name = next((n for n in ctx.profile.parameters if outside(ctx.profile.signals[n])), None)
    if name is None:
        ctx.not_applicable("no parameter has a range that can be left")
        return
    answer = await ctx.write(name, outside(ctx.profile.signals[name])[0])
    if answer.accepted:
        ctx.inconclusive(f"{name} beyond its range is accepted")
    fits = any(status in answer.status for status in ctx.param("statuses"))
    what = f"the refusal of {name} is specific"
    ctx.expect(fits, what, expected=ctx.param("statuses"), actual=answer.status, evidence=answer.evidence)
