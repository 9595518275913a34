"""Each PackML command where it is allowed, and where it is not."""

from __future__ import annotations

from conformance.checks.machine_helpers import (
    RUNNING,
    STATE,
    accepted,
    comes,
    ending_stopped,
    executing,
    obeys,
    picture,
    refused,
    run,
    stays,
    unchanged,
    value,
)
from conformance.context import Context
from conformance.registry import check

COMMANDS = {
    "Reset": "reset", "Start": "start", "Stop": "stop", "Hold": "hold", "Unhold": "unhold", "Suspend": "suspend",
    "Unsuspend": "unsuspend", "Abort": "abort", "Clear": "clear", "Complete": "to_complete",
}  # fmt: skip
CMD = ("command.cntrl_cmd",)


@check("states.reset", per_protocol=True, writes=CMD)
async def reset(ctx: Context) -> None:
    """Reset takes the unit from Stopped to Idle."""
    async with ending_stopped(ctx):
        await ctx.bring_to("Stopped")
        await obeys(ctx, "Reset", "Stopped", "Idle")


@check("states.start", per_protocol=True, writes=CMD)
async def start(ctx: Context) -> None:
    """Start takes the unit from Idle to Execute, or on to Suspended if there is nothing to do."""
    async with ending_stopped(ctx):
        await ctx.bring_to("Idle")
        await obeys(ctx, "Start", "Idle", *RUNNING)


@check("states.stop", per_protocol=True, writes=CMD)
async def stop(ctx: Context) -> None:
    """Stop takes the unit to Stopped, from Idle and while it runs."""
    async with ending_stopped(ctx):
        await ctx.bring_to("Idle")
        await obeys(ctx, "Stop", "Idle", "Stopped")
        await run(ctx)
        accepted(ctx, await ctx.command("Stop"), "Stop is accepted while running")
        await comes(ctx, STATE, _is(ctx, "Stopped"), ctx.param("settle_s"), "Stop while running ends in Stopped")


@check("states.hold_unhold", per_protocol=True, writes=CMD)
async def hold_unhold(ctx: Context) -> None:
    """Hold takes a running unit to Held, where it stays; Unhold takes it back."""
    async with ending_stopped(ctx):
        await run(ctx)
        accepted(ctx, await ctx.command("Hold"), "Hold is accepted while running")
        if await comes(ctx, STATE, _is(ctx, "Held"), ctx.param("settle_s"), "Hold ends in Held"):
            await stays(ctx, ("Held",), ctx.param("watch_s"), "the unit stays in Held")
            await obeys(ctx, "Unhold", "Held", *RUNNING)


@check("states.suspend_unsuspend", per_protocol=True, writes=CMD)
async def suspend_unsuspend(ctx: Context) -> None:
    """Suspend takes the unit from Execute to Suspended, where it stays; Unsuspend takes it back."""
    async with executing(ctx):
        if await obeys(ctx, "Suspend", "Execute", "Suspended"):
            await stays(ctx, ("Suspended",), ctx.param("watch_s"), "the unit stays in Suspended")
            await obeys(ctx, "Unsuspend", "Suspended", "Execute")


@check("states.abort", per_protocol=True, writes=CMD)
async def abort(ctx: Context) -> None:
    """Abort takes the unit to Aborted, from Stopped, from Idle and while it runs."""
    async with ending_stopped(ctx):
        await ctx.bring_to("Stopped")
        await obeys(ctx, "Abort", "Stopped", "Aborted")
        await ctx.bring_to("Idle")
        await obeys(ctx, "Abort", "Idle", "Aborted")
        await run(ctx)
        accepted(ctx, await ctx.command("Abort"), "Abort is accepted while running")
        await comes(ctx, STATE, _is(ctx, "Aborted"), ctx.param("settle_s"), "Abort while running ends in Aborted")


@check("states.clear", per_protocol=True, writes=CMD)
async def clear(ctx: Context) -> None:
    """Clear takes the unit from Aborted to Stopped, where it stays."""
    async with ending_stopped(ctx):
        await ctx.bring_to("Aborted")
        if await obeys(ctx, "Clear", "Aborted", "Stopped"):
            await stays(ctx, ("Stopped",), ctx.param("watch_s"), "the unit stays in Stopped after Clear")


@check("states.complete", per_protocol=True, writes=CMD)
async def complete(ctx: Context) -> None:
    """Complete takes a running unit to Complete, where it stays; Reset leads on to Idle."""
    async with ending_stopped(ctx):
        await run(ctx)
        accepted(ctx, await ctx.command("Complete"), "Complete is accepted while running")
        if await comes(ctx, STATE, _is(ctx, "Complete"), ctx.param("settle_s"), "Complete ends in Complete"):
            await stays(ctx, ("Complete",), ctx.param("watch_s"), "the unit stays in Complete")
            await obeys(ctx, "Reset", "Complete", "Idle")


@check("states.illegal_refused", per_protocol=True, writes=CMD)
async def illegal_refused(ctx: Context) -> None:
    """In Stopped, Idle and Aborted each command without a transition is refused, and the state stays."""
    table = ctx.profile.state_tables["packml"]
    async with ending_stopped(ctx):
        for name in ("Stopped", "Idle", "Aborted"):
            for command, event in COMMANDS.items():
                if table.next(table.number(name), event) is not None:
                    continue
                await ctx.bring_to(name)
                refused(ctx, await ctx.command(command), f"{command} is refused in {name}")
                await stays(ctx, (name,), ctx.param("watch_s"), f"{name} stays after {command}")


@check("states.refusal_status", per_protocol=True, writes=CMD)
async def refusal_status(ctx: Context) -> None:
    """The refusal of a command in the wrong state says that it is the state."""
    await ctx.bring_to("Stopped")
    for command in ("Start", "Unhold"):
        answer = await ctx.command(command)
        if answer.accepted:
            ctx.inconclusive(f"{command} is not refused in Stopped")
        fits = any(status in answer.status for status in ctx.param("statuses"))
        what = f"the refusal of {command} in Stopped is specific"
        ctx.expect(fits, what, expected=ctx.param("statuses"), actual=answer.status, evidence=answer.evidence)


@check("states.unknown_command_refused", per_protocol=True, writes=CMD)
async def unknown_command_refused(ctx: Context) -> None:
    """A number that is no command is refused, and nothing changes."""
    await ctx.bring_to("Stopped")
    before = await picture(ctx, STATE, "state.unit_mode")
    for unknown in ctx.param("unknown"):
        refused(ctx, await ctx.write("command.cntrl_cmd", unknown), f"command {unknown} is refused")
    await stays(ctx, ("Stopped",), ctx.param("watch_s"), "the unit stays in Stopped")
    await unchanged(ctx, before, "state and mode are unchanged")


@check("states.accepted_counted", per_protocol=True, writes=CMD)
async def accepted_counted(ctx: Context) -> None:
    """An accepted command raises the counter of accepted commands by one, and no other."""
    async with ending_stopped(ctx):
        await ctx.bring_to("Stopped")
        await _counts(ctx, "Reset", True, "command.accepted", "command.refused")


@check("states.refused_counted", per_protocol=True, writes=CMD)
async def refused_counted(ctx: Context) -> None:
    """A refused command raises the counter of refused commands by one, and no other."""
    await ctx.bring_to("Stopped")
    await _counts(ctx, "Start", False, "command.refused", "command.accepted")


async def _counts(ctx: Context, command: str, legal: bool, rises: str, stands: str) -> None:
    before = await picture(ctx, rises, stands)
    answer = await ctx.command(command)
    if answer.accepted != legal:
        ctx.inconclusive(f"{command}: {answer.status}, so that its counter cannot be judged")
    wanted = (before[rises] + 1) % 2**32
    await comes(ctx, rises, wanted, ctx.param("reaction_s"), f"{rises} counts {command}", since=answer.at)
    after = await value(ctx, stands)
    ctx.expect(after == before[stands], f"{stands} stands", expected=before[stands], actual=after)


@check("states.no_start_by_itself", writes=CMD)
async def no_start_by_itself(ctx: Context) -> None:
    """After Reset the unit waits in Idle until Start is given, even when an item is offered to it."""
    async with ending_stopped(ctx):
        await ctx.bring_to("Stopped")
        answer = await ctx.command("Reset")
        if not answer.accepted:
            ctx.inconclusive(f"Reset is refused: {answer.status}")
        quiet = ("Stopped", "Resetting", "Idle")
        await stays(ctx, quiet, ctx.param("settle_s"), "Reset leads no further than Idle")
        async with ctx.neighbour("infeed") as sender:
            await sender.offer()
            await stays(ctx, quiet, ctx.param("watch_s"), "an offered item does not start the unit")
            await sender.clear()


def _is(ctx: Context, name: str) -> int:
    return ctx.profile.state_tables["packml"].number(name)
