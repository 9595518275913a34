"""Safety as it is reported: devices, signals, alarms, and that the network can neither write nor reset any of it."""

from __future__ import annotations

from conformance.checks.alarms_helpers import COUNT, acknowledge, put_away, quiet, sees
from conformance.checks.machine_helpers import (
    PATIENCE,
    RUNNING,
    STATE,
    accepted,
    comes,
    ending_stopped,
    judge,
    number,
    picture,
    reaches,
    refused,
    stays,
    value,
)
from conformance.checks.safety_helpers import ALL_OK, RESET_REQUIRED, limit_s, of_kind, switched, tripped
from conformance.context import Context
from conformance.registry import check
from profiles.model import Protocol

ACK = ("alarm.acknowledge",)
BOTH = ("command.cntrl_cmd", "alarm.acknowledge")


@check("safety.devices_reported", per_protocol=True)
async def devices_reported(ctx: Context) -> None:
    """Every declared device has a readable signal; one that reads 0 comes with an active alarm."""
    seen = await ctx.read_many([d.signal for d in ctx.profile.devices.values()])
    lacking = {name: r.status for name, r in seen.items() if not r.ok or not isinstance(r.value, bool)}
    ctx.expect(not lacking, "each device has a readable signal", expected="all", actual=lacking or "all")
    ill = sorted(name for name, r in seen.items() if r.value is False)
    if ill:
        alarms = await value(ctx, COUNT)
        ctx.expect(alarms > 0, "an unhealthy device comes with an alarm", expected="an alarm", actual=ill)


@check("safety.device_failure_shown", writes=ACK)
async def device_failure_shown(ctx: Context) -> None:
    """When a device becomes unhealthy, its signal reads 0 and an alarm is active; both go when it is well again."""
    alarm = ctx.profile.alarm_named(ctx.param("alarm")).number
    limit = ctx.param("report_s")
    for device in ctx.profile.devices.values():
        await quiet(ctx)
        await ctx.operator.act("device", device=device.id, ok=False)
        try:
            await comes(ctx, device.signal, False, limit, f"{device.signal} reads 0")
            judge(ctx, await sees(ctx, alarm, True, limit * PATIENCE), limit, f"the alarm of device {device.id}")
        finally:
            await ctx.operator.act("device", device=device.id, ok=True)
            await acknowledge(ctx, alarm)
        await comes(ctx, device.signal, True, limit, f"{device.signal} reads 1 again")


@check("safety.all_ok_agrees", per_protocol=True)
async def all_ok_agrees(ctx: Context) -> None:
    """Every safety function has a readable signal, and all_ok says 1 just when all do and no local reset is wanted."""
    names = sorted({f.ok_signal for f in ctx.profile.safety.values()})
    seen = await picture(ctx, ALL_OK, RESET_REQUIRED, *names)
    wanted = all(seen[name] for name in names) and not seen[RESET_REQUIRED]
    ctx.expect(seen[ALL_OK] is wanted, "all_ok follows from the functions", expected=wanted, actual=seen)


@check("safety.trip_shown", per_protocol=True, writes=BOTH)
async def trip_shown(ctx: Context) -> None:
    """Each safety function that is tripped takes its own signal and all_ok to 0 within its reaction time."""
    for function in switched(ctx):
        async with ending_stopped(ctx), tripped(ctx, function):
            since, limit = ctx.now(), limit_s(ctx, function)
            for signal in (function.ok_signal, ALL_OK):
                await comes(ctx, signal, False, limit, f"{signal} reads 0 when {function.id} trips", since=since)


@check("safety.alarm_shown", writes=BOTH)
async def alarm_shown(ctx: Context) -> None:
    """Each safety function that is tripped raises its declared alarm."""
    for function in switched(ctx):
        async with ending_stopped(ctx):
            await quiet(ctx)
            async with tripped(ctx, function):
                limit = limit_s(ctx, function)
                seen = await sees(ctx, function.alarm, True, limit * PATIENCE)
                judge(ctx, seen, limit, f"alarm {function.alarm} when {function.id} trips")


@check("safety.signals_not_writable", writes=("safety.* and device signals, to be refused",))
async def signals_not_writable(ctx: Context) -> None:
    """Writing a safety signal over the network is refused and changes nothing."""
    names = {f.ok_signal for f in ctx.profile.safety.values()} | {d.signal for d in ctx.profile.devices.values()}
    names |= {s for s in ctx.profile.signals if s.startswith("safety.")} | set(ctx.param("also"))
    for name in sorted(n for n in names if n in ctx.profile.signals and ctx.profile.signals[n].opcua is not None):
        before = await value(ctx, name)
        answer = await ctx.write(name, not before, via=Protocol.OPCUA)
        refused(ctx, answer, f"writing {name} is refused")
        after = await value(ctx, name)
        ctx.expect(after == before, f"{name} is unchanged", expected=before, actual=after)


async def _recovery_refused(ctx: Context, when: str) -> None:
    for command in ("Clear", "Reset", "Start"):
        refused(ctx, await ctx.command(command), f"{command} is refused {when}")
    await stays(ctx, ("Aborted",), ctx.param("watch_s"), f"the unit stays in Aborted {when}")


@check("safety.no_recovery_while_tripped", per_protocol=True, writes=BOTH)
async def no_recovery_while_tripped(ctx: Context) -> None:
    """While the emergency stop is actuated, Clear, Reset and Start over the network are refused."""
    await _aborted_by_emergency_stop(ctx, release=False, when="while the emergency stop is actuated")


@check("safety.no_remote_reset", per_protocol=True, writes=BOTH)
async def no_remote_reset(ctx: Context) -> None:
    """A released emergency stop that has not been reset at the machine cannot be reset over the network."""
    await _aborted_by_emergency_stop(ctx, release=True, when="before the reset at the machine")


async def _aborted_by_emergency_stop(ctx: Context, *, release: bool, when: str) -> None:
    function = of_kind(ctx, "S1")
    async with ending_stopped(ctx), tripped(ctx, function) as trip:
        if not (await ctx.until(STATE, number(ctx, "Aborted"), ctx.param("settle_s"))).met:
            ctx.inconclusive("the emergency stop does not take the unit to Aborted")
        if release:
            await trip.release()
        await acknowledge(ctx, function.alarm)
        await _recovery_refused(ctx, when)


@check("safety.reset_required", per_protocol=True, writes=BOTH)
async def reset_required(ctx: Context) -> None:
    """Between release and local reset of the emergency stop the unit says that a reset is required; not afterwards."""
    limit = ctx.param("report_s")
    async with ending_stopped(ctx), tripped(ctx, of_kind(ctx, "S1")) as trip:
        if not (await ctx.until(STATE, number(ctx, "Aborted"), ctx.param("settle_s"))).met:
            ctx.inconclusive("the emergency stop does not take the unit to Aborted")
        await trip.release()
        await comes(ctx, RESET_REQUIRED, True, limit, "a reset is required after the release")
        await trip.reset()
        await comes(ctx, RESET_REQUIRED, False, limit, "no reset is required after the local reset")


@check("safety.recovery", writes=BOTH)
async def recovery(ctx: Context) -> None:
    """After an emergency stop: release and local reset leave the unit in Aborted; Clear, Reset and Start lead on, one each."""
    function, watch = of_kind(ctx, "S1"), ctx.param("watch_s")
    async with ending_stopped(ctx), tripped(ctx, function) as trip:
        if not (await ctx.until(STATE, number(ctx, "Aborted"), ctx.param("settle_s"))).met:
            ctx.inconclusive("the emergency stop does not take the unit to Aborted")
        await trip.release()
        await stays(ctx, ("Aborted",), watch, "the release alone leaves the unit in Aborted")
        await trip.reset()
        await stays(ctx, ("Aborted",), watch, "the local reset alone leaves the unit in Aborted")
        await put_away(ctx, function.alarm)
        for command, goals in (("Clear", ("Stopped",)), ("Reset", ("Idle",)), ("Start", RUNNING)):
            answer = await ctx.command(command)
            accepted(ctx, answer, f"{command} is accepted in its turn")
            if not await reaches(ctx, goals, ctx.param("settle_s"), f"{command} leads to {goals[0]}"):
                return
            await stays(ctx, goals, watch, f"{command} leads no further than {goals[0]}")


@check("safety.communication_loss", writes=BOTH)
async def communication_loss(ctx: Context) -> None:
    """Loss of the safety communication takes all_ok and the hand-over's safe signals to 0 and aborts."""
    alarm = ctx.profile.alarm_named(ctx.param("alarm")).number
    await quiet(ctx)
    async with ending_stopped(ctx):
        await ctx.bring_to("Idle")
        await ctx.operator.act("alarm_raise", number=alarm)
        try:
            limit, since = ctx.param("report_s"), ctx.now()
            for signal in (ALL_OK, "handover.infeed.safe", "handover.outfeed.safe"):
                await comes(ctx, signal, False, limit, f"{signal} reads 0", since=since)
            await comes(ctx, STATE, number(ctx, "Aborted"), ctx.param("settle_s"), "the unit goes to Aborted")
        finally:
            await ctx.operator.act("alarm_clear", number=alarm)
            await acknowledge(ctx, alarm)
