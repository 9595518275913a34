"""Safety functions for checks: tripping one at the machine, its reaction, and putting it back in order."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from conformance.checks.alarms_helpers import acknowledge
from conformance.checks.machine_helpers import RUNNING
from conformance.context import Context
from profiles.model import SafetyFunction

ALL_OK, RESET_REQUIRED = "safety.all_ok", "safety.reset_required"
SHOWN = {
    "abort": ("Aborting", "Aborted"),
    "stop": ("Stopping", "Stopped"),
    "hold": ("Holding", "Held"),
    "warn": RUNNING,
    "none": RUNNING,
}
"""States in which a running unit may be seen after a reaction."""
LAST = {"abort": "Aborted", "stop": "Stopped", "hold": "Held"}


def of_kind(ctx: Context, kind: str) -> SafetyFunction:
    """The function that serves S1, S2, …; not applicable if the profile has none."""
    for function in ctx.profile.safety.values():
        if function.function == kind:
            return function
    ctx.not_applicable(f"the profile has no safety function {kind}")
    raise AssertionError("unreachable")


def switched(ctx: Context, but: tuple[str, ...] = ()) -> list[SafetyFunction]:
    """Functions with a device that can be tripped by hand."""
    return [f for f in ctx.profile.safety.values() if f.trigger.equals is not None and f.function not in but]


def measured(ctx: Context) -> list[SafetyFunction]:
    """Functions that a sensor's value trips; not applicable if the profile has none."""
    found = [f for f in ctx.profile.safety.values() if f.trigger.equals is None]
    if not found:
        ctx.not_applicable("the profile has no safety function with a measured value")
    return found


def limit_s(ctx: Context, function: SafetyFunction) -> float:
    """The declared reaction time and what the interface may need to report it."""
    return function.reaction_time_s + float(ctx.param("reporting_s"))


class Trip:
    """A tripped function: ``release`` and ``reset`` happen once each, at the latest when the check is over."""

    def __init__(self, ctx: Context, function: SafetyFunction) -> None:
        self._ctx, self.function = ctx, function
        self._left = ["release", "reset_device"] if function.latched else ["release"]

    async def release(self) -> None:
        await self._once("release")

    async def reset(self) -> None:
        await self._once("reset_device")

    async def _once(self, action: str) -> None:
        if action in self._left:
            self._left.remove(action)
            await self._ctx.operator.act(action, function=self.function.id)


@asynccontextmanager
async def tripped(ctx: Context, function: SafetyFunction) -> AsyncIterator[Trip]:
    """The function tripped at its device; afterwards released, reset at the machine, its alarm acknowledged."""
    await ctx.operator.act("trip", function=function.id)
    trip = Trip(ctx, function)
    try:
        yield trip
    finally:
        await trip.release()
        await trip.reset()
        await acknowledge(ctx, function.alarm)


def beyond(ctx: Context, function: SafetyFunction) -> float:
    """A value past the function's limit by ``margin`` of it, within the sensor's range."""
    return _beside(ctx, function, 1)


def within(ctx: Context, function: SafetyFunction) -> float:
    """A value short of the function's limit by ``margin`` of it."""
    return _beside(ctx, function, -1)


def _beside(ctx: Context, function: SafetyFunction, side: int) -> float:
    trigger = function.trigger
    limit = trigger.above if trigger.above is not None else trigger.below
    assert limit is not None
    outwards = 1 if trigger.above is not None else -1
    found = limit + side * outwards * max(abs(limit), 1.0) * float(ctx.param("margin"))
    bounds = ctx.profile.signals[trigger.signal].range
    return found if bounds is None else min(max(found, bounds[0]), bounds[1])


@asynccontextmanager
async def sensor_restored(ctx: Context, function: SafetyFunction) -> AsyncIterator[None]:
    """Afterwards the sensor shows a normal value again, and every function that it had tripped is in order."""
    signal = function.trigger.signal
    before = (await ctx.read(signal)).value
    try:
        yield
    finally:
        await ctx.operator.act("sensor_fail", signal=signal, on=False)
        await ctx.operator.act("sensor", signal=signal, value=before)
        for other in ctx.profile.safety.values():
            if other.trigger.signal == signal:
                if other.latched:
                    await ctx.operator.act("reset_device", function=other.id)
                await acknowledge(ctx, other.alarm)
