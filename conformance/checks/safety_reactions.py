"""What a unit does when a safety function trips: emergency stop, guard, lock-out, process safety, failed sensors."""

from __future__ import annotations

from conformance.checks.machine_helpers import (
    RUNNING,
    STATE,
    comes,
    ending_stopped,
    executing,
    number,
    numbers,
    picture,
    reaches,
    refused,
    run,
    stays,
    value,
)
from conformance.checks.safety_helpers import (
    LAST,
    SHOWN,
    beyond,
    limit_s,
    measured,
    of_kind,
    sensor_restored,
    switched,
    tripped,
    within,
)
from conformance.context import Context
from conformance.registry import check
from profiles.model import SafetyFunction

BOTH = ("command.cntrl_cmd", "alarm.acknowledge")
MODES = ("command.unit_mode", *BOTH)
OWN_CHECKS = ("S1", "S2", "S3")


async def _reacts(ctx: Context, function: SafetyFunction) -> bool:
    """Expect the declared reaction of a unit that was running, in the declared time."""
    reaction = str(function.reaction)
    if reaction not in LAST:
        return await stays(ctx, RUNNING, ctx.param("watch_s"), f"{function.id} warns only")
    begun = f"{function.id}: the reaction {reaction} begins"
    if not await reaches(ctx, SHOWN[reaction], limit_s(ctx, function), begun):
        return False
    return await reaches(ctx, (LAST[reaction],), ctx.param("settle_s"), f"{function.id}: it ends in {LAST[reaction]}")


async def _trips_while_running(ctx: Context, function: SafetyFunction) -> None:
    async with ending_stopped(ctx):
        await run(ctx)
        async with tripped(ctx, function):
            await _reacts(ctx, function)


@check("safety.emergency_stop", per_protocol=True, writes=BOTH)
async def emergency_stop(ctx: Context) -> None:
    """The emergency stop takes a running unit to Aborting within its reaction time, and on to Aborted."""
    await _trips_while_running(ctx, of_kind(ctx, "S1"))


@check("safety.emergency_stop_every_mode", writes=MODES)
async def emergency_stop_every_mode(ctx: Context) -> None:
    """The emergency stop acts in every supported mode, also on a unit that stands."""
    function = of_kind(ctx, "S1")
    await ctx.bring_to("Stopped")
    before = await picture(ctx, "state.unit_mode", "state.supported_modes")
    for mode in (m for m in range(16) if before["state.supported_modes"] >> m & 1):
        async with ending_stopped(ctx):
            await ctx.write("command.unit_mode", mode)
            if not (await ctx.until("state.unit_mode", mode, ctx.param("settle_s"))).met:
                ctx.inconclusive(f"mode {mode} cannot be reached")
            async with tripped(ctx, function):
                what = f"the emergency stop aborts in mode {mode}"
                await reaches(ctx, SHOWN["abort"], limit_s(ctx, function), what)
    await ctx.write("command.unit_mode", before["state.unit_mode"])


@check("safety.emergency_stop_cause", per_protocol=True, writes=BOTH)
async def emergency_stop_cause(ctx: Context) -> None:
    """After an emergency stop the cause is Safety and the stop reason is the function's alarm."""
    function = of_kind(ctx, "S1")
    async with ending_stopped(ctx):
        await run(ctx)
        async with tripped(ctx, function):
            await _inconclusive_unless_aborted(ctx)
            await comes(ctx, "state.cause", ctx.param("cause"), ctx.param("report_s"), "the cause is Safety")
            await comes(ctx, "state.stop_reason", function.alarm, ctx.param("report_s"), "the stop reason")


@check("safety.handover_revoked", writes=BOTH)
async def handover_revoked(ctx: Context) -> None:
    """Each safety function that revokes the hand-over takes the port's willingness and safe signals to 0."""
    names = ("infeed.ready", "infeed.safe", "outfeed.available", "outfeed.safe")
    chosen = [f for f in switched(ctx) if f.revokes_handover and str(f.reaction) == "abort"]
    if not chosen:
        ctx.not_applicable("no safety function revokes the hand-over")
    for function in chosen:
        async with ending_stopped(ctx):
            await run(ctx)
            async with tripped(ctx, function):
                since = ctx.now()
                for name in names:
                    what = f"handover.{name} reads 0 after {function.id}"
                    await comes(ctx, f"handover.{name}", False, limit_s(ctx, function), what, since=since)


async def _inconclusive_unless_aborted(ctx: Context) -> None:
    goals = numbers(ctx, SHOWN["abort"])
    if not (await ctx.until(STATE, lambda v: v in goals, ctx.param("settle_s"))).met:
        ctx.inconclusive("the unit does not abort")


@check("safety.guard", writes=BOTH)
async def guard(ctx: Context) -> None:
    """Opening a guard brings a running unit to its declared reaction in time."""
    await _trips_while_running(ctx, of_kind(ctx, "S2"))


@check("safety.guard_locked", writes=BOTH)
async def guard_locked(ctx: Context) -> None:
    """While the unit is in Execute its guards are locked."""
    if "safety.guards_locked" not in ctx.profile.signals:
        ctx.not_applicable("the profile has no guard locking")
    async with executing(ctx):
        seen = await picture(ctx, STATE, "safety.guards_locked")
        if seen[STATE] != number(ctx, "Execute"):
            ctx.inconclusive("the unit did not stay in Execute")
        ctx.expect(seen["safety.guards_locked"] is True, "guards are locked in Execute", expected=True, actual=seen)


@check("safety.others_react", writes=BOTH)
async def others_react(ctx: Context) -> None:
    """Each other safety function with a device of its own brings a running unit to its declared reaction in time."""
    chosen = switched(ctx, but=OWN_CHECKS)
    if not chosen:
        ctx.not_applicable("the profile has no other safety function")
    for function in chosen:
        await _trips_while_running(ctx, function)


@check("safety.lockout", writes=MODES)
async def lockout(ctx: Context) -> None:
    """The maintenance lock-out stops a running unit and takes it to Maintenance mode."""
    function = of_kind(ctx, "S3")
    before = await value(ctx, "state.unit_mode")
    async with ending_stopped(ctx):
        await run(ctx)
        async with tripped(ctx, function):
            if await _reacts(ctx, function):
                mode = ctx.param("maintenance")
                await comes(ctx, "state.unit_mode", mode, ctx.param("settle_s"), "the mode is Maintenance")
    await ctx.write("command.unit_mode", before)


@check("safety.lockout_refuses_start", per_protocol=True, writes=MODES)
async def lockout_refuses_start(ctx: Context) -> None:
    """While the lock-out is set, Start over the network is refused, and so is leaving Maintenance mode."""
    function = of_kind(ctx, "S3")
    before = await value(ctx, "state.unit_mode")
    async with ending_stopped(ctx):
        await ctx.bring_to("Stopped")
        async with tripped(ctx, function):
            maintenance = ctx.param("maintenance")
            if not (await ctx.until("state.unit_mode", maintenance, ctx.param("settle_s"))).met:
                ctx.inconclusive("the lock-out does not lead to Maintenance mode")
            answer = await ctx.write("command.unit_mode", ctx.param("production"))
            refused(ctx, answer, "Production mode is refused under lock-out")
            if (await ctx.command("Reset")).accepted:
                await ctx.until(STATE, number(ctx, "Idle"), ctx.param("settle_s"))
            refused(ctx, await ctx.command("Start"), "Start is refused under lock-out")
            quiet = ("Stopped", "Resetting", "Idle")
            await stays(ctx, quiet, ctx.param("watch_s"), "the unit does not start under lock-out")
    await ctx.write("command.unit_mode", before)


@check("safety.measured_functions", writes=BOTH)
async def measured_functions(ctx: Context) -> None:
    """Each function with a measured value is quiet just before its limit; just beyond, it trips and the unit reacts."""
    for function in measured(ctx):
        signal = function.trigger.signal
        async with ending_stopped(ctx), sensor_restored(ctx, function):
            await ctx.operator.act("sensor", signal=signal, value=within(ctx, function))
            tripped_early = await ctx.until(function.ok_signal, False, ctx.param("watch_s"))
            what = f"{function.id} is quiet at {within(ctx, function):g}"
            ctx.expect(not tripped_early.met, what, expected="no trip", evidence=tripped_early)
        async with ending_stopped(ctx):
            await run(ctx)
            async with sensor_restored(ctx, function):
                await ctx.operator.act("sensor", signal=signal, value=beyond(ctx, function))
                what = f"{function.id} trips at {beyond(ctx, function):g}"
                if await comes(ctx, function.ok_signal, False, limit_s(ctx, function), what):
                    await _reacts(ctx, function)


@check("safety.failed_sensor", writes=BOTH)
async def failed_sensor(ctx: Context) -> None:
    """The failure of a fail-safe sensor counts as its limit being passed: the function trips and the unit reacts."""
    chosen = [f for f in measured(ctx) if f.fail_safe_sensor]
    if not chosen:
        ctx.not_applicable("the profile has no fail-safe sensor")
    for function in chosen:
        async with ending_stopped(ctx):
            await run(ctx)
            async with sensor_restored(ctx, function):
                await ctx.operator.act("sensor_fail", signal=function.trigger.signal, on=True)
                what = f"{function.id} trips when its sensor fails"
                await comes(ctx, function.ok_signal, False, limit_s(ctx, function), what)
                severest = _severest(chosen, function.trigger.signal)
                if severest in LAST:
                    what = f"the unit reacts with {severest}"
                    await reaches(ctx, SHOWN[severest], limit_s(ctx, function), what)


def _severest(functions: list[SafetyFunction], signal: str) -> str:
    """One sensor may serve several functions; all of them trip with it, and the strongest reaction is what is seen."""
    found = {str(f.reaction) for f in functions if f.trigger.signal == signal}
    return next((r for r in ("abort", "stop", "hold") if r in found), "warn")
