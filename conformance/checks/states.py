"""States and modes as they are reported: numbers, mapping to OPC 40001-1, modes, times, speed."""

from __future__ import annotations

from conformance.checks.machine_helpers import (
    STATE,
    accepted,
    comes,
    ending_stopped,
    executing,
    number,
    passed,
    picture,
    refused,
    run,
    span,
    unchanged,
    value,
    with_name,
)
from conformance.context import Context
from conformance.registry import check

MODE = "state.unit_mode"
ACCOUNTS = ("productive", "standby", "engineering", "scheduled_down", "unscheduled_down")


@check("states.numbers_defined", per_protocol=True)
async def numbers_defined(ctx: Context) -> None:
    """State, mode and cause are numbers that the profile defines, over a while."""
    table = ctx.profile.state_tables["packml"]
    defined = {STATE: set(table.numbers)} | {
        name: set(ctx.profile.signals[name].enum or ()) for name in (MODE, "state.cause")
    }
    timeline = await ctx.record(list(defined), ctx.param("watch_s"))
    for name, known in defined.items():
        seen = timeline.values(name)
        if not seen:
            ctx.inconclusive(f"{name} could not be read")
        strange = sorted({v for v in seen if v not in known}, key=str)
        ctx.expect(not strange, f"{name} shows defined numbers only", expected=sorted(known), actual=strange or seen)


def mapped_item_state(ctx: Context, state: int, cause: int) -> int:
    """The item state that the requirement's table gives to a PackML state and cause."""
    failure = cause in ctx.param("failure_causes") and state in ctx.param("held")
    wanted = 2
    if state in ctx.param("executing"):
        wanted = 3
    elif failure or state in ctx.param("out_of_service"):
        wanted = 1
    return with_name(ctx, "state.item_state", wanted)


@check("states.item_state_follows", writes=("command.cntrl_cmd",))
async def item_state_follows(ctx: Context) -> None:
    """In Stopped, Idle, after Start and in Aborted the machinery item state is the one that the PackML state demands."""
    async with ending_stopped(ctx):
        for where in ("Stopped", "Idle", "running", "Aborted"):
            await (run(ctx) if where == "running" else ctx.bring_to(where))
            seen = await picture(ctx, STATE, "state.cause", "state.item_state")
            wanted = mapped_item_state(ctx, seen[STATE], seen["state.cause"])
            ctx.expect(seen["state.item_state"] == wanted, f"item state when {where}", expected=wanted, actual=seen)


@check("states.item_state_consistent")
async def item_state_consistent(ctx: Context) -> None:
    """In the state in which the unit is found, the machinery item state agrees with the PackML state and cause."""
    seen = await picture(ctx, STATE, "state.cause", "state.item_state")
    if seen[STATE] not in ctx.profile.state_tables["packml"].numbers:
        ctx.inconclusive(f"state {seen[STATE]} is not defined")
    wanted = mapped_item_state(ctx, seen[STATE], seen["state.cause"])
    ctx.expect(seen["state.item_state"] == wanted, "item state as found", expected=wanted, actual=seen)


def supported(ctx: Context, word: int) -> list[int]:
    """The modes whose bits are set."""
    return [with_name(ctx, MODE, bit) for bit in range(16) if word >> bit & 1]


@check("states.supported_modes", per_protocol=True)
async def supported_modes(ctx: Context) -> None:
    """The supported modes are defined ones, contain Production, and contain the present mode."""
    seen = await picture(ctx, "state.supported_modes", MODE)
    modes, known = supported(ctx, seen["state.supported_modes"]), sorted(ctx.profile.signals[MODE].enum or ())
    ctx.expect(set(modes) <= set(known), "supported modes are defined", expected=known, actual=modes)
    ctx.expect(ctx.param("production") in modes, "Production is supported", expected=True, actual=modes)
    ctx.expect(seen[MODE] in modes, "the present mode is supported", expected=modes, actual=seen[MODE])


@check("states.mode_taken", per_protocol=True, writes=("command.unit_mode",))
async def mode_taken(ctx: Context) -> None:
    """At rest each supported mode is taken and shown."""
    await ctx.bring_to("Stopped")
    before = await picture(ctx, MODE, "state.supported_modes")
    others = [m for m in supported(ctx, before["state.supported_modes"]) if m != before[MODE]]
    if not others:
        ctx.not_applicable("the unit has one mode only")
    for mode in [*others, before[MODE]]:
        answer = await ctx.write("command.unit_mode", mode)
        accepted(ctx, answer, f"mode {mode} is accepted in Stopped")
        await comes(ctx, MODE, mode, ctx.param("reaction_s"), f"mode {mode} is shown", since=answer.at)


@check("states.operation_mode_follows", writes=("command.unit_mode",))
async def operation_mode_follows(ctx: Context) -> None:
    """In each supported mode the machinery operation mode is the one that belongs to it."""
    await ctx.bring_to("Stopped")
    before = await picture(ctx, MODE, "state.supported_modes")
    table = {int(mode): int(wanted) for mode, wanted in ctx.param("table")}
    for mode in [*supported(ctx, before["state.supported_modes"]), before[MODE]]:
        await ctx.write("command.unit_mode", mode)
        if mode not in table or not (await ctx.until(MODE, mode, ctx.param("reaction_s"))).met:
            ctx.inconclusive(f"mode {mode} cannot be reached")
        wanted = with_name(ctx, "state.operation_mode", table[mode])
        what = f"in unit mode {mode} the operation mode shall be {wanted}"
        await comes(ctx, "state.operation_mode", wanted, ctx.param("reaction_s"), what)


@check("states.mode_kept_when_running", per_protocol=True, writes=("command.unit_mode", "command.cntrl_cmd"))
async def mode_kept_when_running(ctx: Context) -> None:
    """While the unit runs or waits for items a change of mode is refused and has no effect."""
    async with ending_stopped(ctx):
        await run(ctx)
        before = await picture(ctx, MODE, "state.supported_modes")
        others = [m for m in supported(ctx, before["state.supported_modes"]) if m != before[MODE]]
        if not others:
            ctx.not_applicable("the unit has one mode only")
        answer = await ctx.write("command.unit_mode", others[0])
        refused(ctx, answer, f"mode {others[0]} is refused while running")
        timeline = await ctx.record([MODE], ctx.param("watch_s"))
        kept = all(v == before[MODE] for v in timeline.values(MODE))
        ctx.expect(kept, "the mode is kept", expected=before[MODE], actual=timeline.values(MODE))


@check("states.time_in_state", writes=("command.cntrl_cmd",))
async def time_in_state(ctx: Context) -> None:
    """The time in state runs with the clock, and starts anew when the state changes."""
    signal, tolerance = "state.time_in_state", ctx.param("tolerance_s")
    async with ending_stopped(ctx):
        await ctx.bring_to("Stopped")
        first = await ctx.read(signal)
        await ctx.record([STATE], ctx.param("watch_s"))
        second = await ctx.read(signal)
        risen = float(second.value or 0) - float(first.value or 0)  # type: ignore[arg-type]
        least, most = passed([first], [second])
        ctx.expect(
            least - tolerance <= risen <= most + tolerance, "time in Stopped runs with the clock",
            expected=span(least, most), actual=risen,
        )  # fmt: skip
        began = ctx.now()
        await ctx.bring_to("Idle")
        since = ctx.now()
        fresh = await ctx.read(signal)
        limit = max(ctx.param("settle_s"), fresh.at - began) + tolerance
        short = fresh.value is not None and float(fresh.value) <= limit  # type: ignore[arg-type]
        ctx.expect(
            short and float(fresh.value or 0) < float(second.value or 0) + (since - second.at) - tolerance / 2,  # type: ignore[arg-type]
            "the time in state begins anew in Idle",
            expected=f"less than {second.value}",
            actual=fresh.value,
            evidence=fresh,
        )


@check("states.time_accounts", per_protocol=True)
async def time_accounts(ctx: Context) -> None:
    """Over a while the five time accounts together grow by the time that has passed; that of the present state grows."""
    names = [f"state.time_{account}" for account in ACCOUNTS]
    before = await ctx.read_many(names)
    timeline = await ctx.record(["state.item_state", "state.operation_mode"], ctx.param("watch_s"))
    after = await ctx.read_many(names)
    least, most = passed(before.values(), after.values())
    growth = {n: int(after[n].value or 0) - int(before[n].value or 0) for n in names}  # type: ignore[arg-type]
    tolerance = ctx.param("tolerance_s")
    ctx.expect(
        least - tolerance <= sum(growth.values()) <= most + tolerance,
        "the accounts together grow by the time passed",
        expected=span(least, most),
        actual=growth,
    )
    ctx.expect(min(growth.values()) >= 0, "no account goes back", expected="0 or more", actual=growth)
    items, modes = timeline.values("state.item_state"), timeline.values("state.operation_mode")
    if len(set(items)) == 1 and len(set(modes)) == 1:
        account = {(i, m): name for i, m, name in ctx.param("table")}.get((items[0], modes[0]))
        if account is not None:
            grown = growth[f"state.time_{account}"]
            ctx.expect(
                grown >= least - tolerance, f"account {account} grows", expected=span(least, most), actual=growth
            )


@check("states.speed_taken", per_protocol=True, writes=("command.speed",))
async def speed_taken(ctx: Context) -> None:
    """A speed a little below the present set-point is accepted and becomes the set-point."""
    await ctx.bring_to("Stopped")
    before = float(await value(ctx, "state.speed_setpoint"))
    if before <= 0:
        ctx.inconclusive("the set-point is 0, so that no other speed is known to be allowed")
    wanted = before * ctx.param("factor")
    close = wanted * ctx.param("tolerance")
    answer = await ctx.write("command.speed", wanted)
    accepted(ctx, answer, f"speed {wanted:g} is accepted")
    what = f"the set-point becomes {wanted:g}"
    near = lambda v: isinstance(v, (int, float)) and abs(v - wanted) <= close  # noqa: E731
    await comes(ctx, "state.speed_setpoint", near, ctx.param("reaction_s"), what, since=answer.at)
    await ctx.write("command.speed", before)


@check("states.speed_actual", writes=("command.cntrl_cmd",))
async def speed_actual(ctx: Context) -> None:
    """The current speed is 0 in Stopped and close to the set-point in Execute."""
    await ctx.bring_to("Stopped")
    slow = ctx.param("standstill")
    low = await value(ctx, "state.speed_actual")
    ctx.expect(abs(float(low)) <= slow, "the speed in Stopped is 0", expected=0, actual=low)
    async with executing(ctx):
        seen = await picture(ctx, STATE, "state.speed_actual", "state.speed_setpoint")
        if seen[STATE] != number(ctx, "Execute"):
            ctx.inconclusive("the unit did not stay in Execute")
        wanted = float(seen["state.speed_setpoint"])
        off = abs(float(seen["state.speed_actual"]) - wanted)
        ctx.expect(off <= wanted * ctx.param("tolerance"), "the speed in Execute", expected=wanted, actual=seen)


@check("states.last_command_shown", per_protocol=True, writes=("command.cntrl_cmd",))
async def last_command_shown(ctx: Context) -> None:
    """The command word shows the last accepted command, also after another one was refused."""
    async with ending_stopped(ctx):
        await ctx.bring_to("Stopped")
        answer = await ctx.write("command.cntrl_cmd", ctx.param("legal"))
        if not answer.accepted:
            ctx.inconclusive(f"the command was not accepted: {answer.status}")
        await comes(ctx, "command.cntrl_cmd", ctx.param("legal"), ctx.param("reaction_s"), "the command is shown")
        seen = await picture(ctx, "command.cntrl_cmd")
        if not (await ctx.write("command.cntrl_cmd", ctx.param("illegal"))).accepted:
            await unchanged(ctx, seen, "the command word is kept after a refusal")
