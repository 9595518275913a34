"""Driving a unit to a PackML state, with commands, acknowledgements and, where permitted, resets at the machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.context import Reading
from profiles.model import Impact
from profiles.model import Protocol as Wire
from profiles.statetable import StateTable

if TYPE_CHECKING:
    from conformance.context_impl import CheckContext

STATE, RESET_REQUIRED, UNACKED, ACKNOWLEDGE = (
    "state.unit_state",
    "safety.reset_required",
    "alarm.unacked_count",
    "alarm.acknowledge",
)
COMMAND_NAMES = {
    "reset": "reset", "start": "start", "stop": "stop", "hold": "hold", "unhold": "unhold", "suspend": "suspend",
    "unsuspend": "unsuspend", "abort": "abort", "clear": "clear", "complete": "to_complete", "tocomplete": "to_complete",
}  # fmt: skip
"""Names of commands in lower case without underscores → the methods that stand for them."""
PATIENCE_S = 30.0  # machine seconds that an acting state may last
SHORT_PATIENCE_S = 5.0  # once a unit has stayed where it was, so that a deaf one does not cost half a minute a check
STEPS = 24
TABLE = "packml"


async def bring_to(context: CheckContext, state: str) -> None:
    """Step by step along the state table; ends the check as inconclusive when a step does not succeed."""
    table = context.profile.state_tables[TABLE]
    try:
        goal = table.number(state)
    except KeyError:
        context.inconclusive(f"the state table has no state '{state}'")
        return
    refused = ""
    for _ in range(STEPS):
        reading = await context.read(STATE)
        if not reading.ok:
            context.inconclusive(f"the unit's state cannot be read: {reading.status}")
        if reading.value == goal:
            return
        refused = await _step(context, table, _number(reading), goal, refused)
    not_there = f"the unit could not be brought to {state}"
    context.inconclusive(f"{not_there}: {refused}" if refused else not_there)


def _number(reading: Reading) -> int:
    return int(reading.value) if isinstance(reading.value, (int, float)) else 0


async def _step(context: CheckContext, table: StateTable, state: int, goal: int, refused: str) -> str:
    """One step; returns why it was refused, or an empty text. A second refusal in a row ends the check."""
    path = table.path(state, goal)
    if path is None:
        context.inconclusive(f"no way leads from {table.name(state)} to {table.name(goal)}")
        return ""
    if path[0] == "done":
        await _leave(context, state, f"the unit stays in {table.name(state)}")
        return ""
    if path[0] in ("clear", "reset", "unhold", "start"):
        await _tidy(context)
    outcome = await context.command(path[0])
    if outcome.accepted:
        await _leave(context, state, f"{path[0]} was accepted but {table.name(state)} remained")
        return ""
    # The state may have moved on by itself between the look and the command: look again, once.
    if refused:
        context.inconclusive(f"{path[0]} is refused in {table.name(state)}: {outcome.status}")
    return f"{path[0]} is refused in {table.name(state)}: {outcome.status}"


async def _leave(context: CheckContext, state: int, otherwise: str) -> None:
    """Wait until the unit has left a state; ends the check if it does not."""
    seen = await context.until(STATE, lambda v: v != state, context.bench.patience_s)
    context.bench.patience_s = PATIENCE_S if seen.met else SHORT_PATIENCE_S
    if not seen.met:
        context.inconclusive(otherwise)


async def _tidy(context: CheckContext) -> None:
    """Acknowledge alarms and have safety functions reset, for neither a fault nor a safety event clears itself."""
    may_trouble = Impact.DISRUPT if context.bench.kind == "mock" else Impact.OPERATOR
    if context.reaches(RESET_REQUIRED) and context.requirement.impact.rank >= may_trouble.rank:
        reading = await context.read(RESET_REQUIRED)
        if reading.ok and reading.value:
            for function in context.profile.safety.values():
                if function.latched:
                    await context.operator.act("reset_device", function=function.id)
    await acknowledge_all(context)


async def acknowledge_all(context: CheckContext) -> None:
    """Acknowledge every alarm that the alarm words show, by number; over OPC UA alone, each alarm of the profile."""
    if not (context.reaches(UNACKED) and context.reaches(ACKNOWLEDGE)):
        return
    count = await context.read(UNACKED)
    if not count.ok or not count.value:
        return
    for number in await _unacknowledged(context):
        await context.link([ACKNOWLEDGE]).write({ACKNOWLEDGE: number})


async def _unacknowledged(context: CheckContext) -> list[int]:
    words = [s for s in context.profile.signals if s.startswith("alarm.unacked_") and s != UNACKED]
    if Wire.MODBUS not in context.bench.links or not words:
        return list(context.profile.alarms)
    readings = await context.read_many(words, Wire.MODBUS)
    found = []
    for signal, reading in readings.items():
        word, bits = int(signal.rpartition("_")[2]), _number(reading)
        found += [word * 16 + bit for bit in range(16) if bits >> bit & 1]
    return found
