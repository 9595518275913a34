"""Hand-over between two ports: items neither get lost nor doubled, whatever order things happen in."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from profiles import load_profile
from simulator.faults import FaultSet
from simulator.interface.fitting import mock_spec, transitions
from simulator.interface.ports import NetworkPort, Surroundings
from simulator.line import mock_line
from simulator.line.packml import Command

PROFILE = load_profile("conveyor")
SENDER = (
    "available",
    "busy",
    "finished",
    "safe",
    "item_id",
    "item_kind",
    "item_quality",
    "seq_before",
    "seq_after",
    "heartbeat",
)
RECEIVER = ("ready", "start", "stop", "safe", "item_id", "result", "heartbeat")


class Side:
    """One mock unit with one network port, in virtual time."""

    def __init__(self, name: str, port: str) -> None:
        self.line = mock_line(mock_spec(PROFILE, name), transitions=transitions(PROFILE.state_tables["packml"]))
        self.unit = next(iter(self.line.units.values()))
        self.alarms: set[int] = set()
        around = Surroundings(
            lambda: True,
            lambda number, on: (self.alarms.add if on else self.alarms.discard)(number),
            lambda slug: PROFILE.alarm_named(slug).number,
            lambda number: False,
        )
        role = "sender" if port == "outfeed" else "receiver"
        table = PROFILE.state_tables["handover"]
        remote: Any = getattr(self.unit, port)
        self.port = NetworkPort(role, PROFILE.handover, table, remote, FaultSet(), around)

    def start(self) -> None:
        for number in (Command.RESET, Command.START):
            self.unit.command(number)
            self.line.run(self.line.now + 1)

    def advance(self, now: float) -> None:
        self.line.run(now)
        self.port.advance(now)


def _copy(source: Side, goal: Side, names: tuple[str, ...], now: float) -> None:
    outputs = source.port.outputs()
    values = {n: outputs[n] for n in names}
    values["heartbeat"] = int(outputs["heartbeat"]) + 1  # 0 would be a good-bye
    goal.port.write(values, "peer", now)


@settings(max_examples=25, deadline=None)
@given(
    order=st.lists(st.sampled_from(["forward", "back", "both", "none"]), min_size=40, max_size=160),
    cut=st.lists(st.integers(min_value=0, max_value=159), max_size=4),
    items=st.integers(min_value=1, max_value=3),
)
def test_items_are_conserved_over_a_link_with_any_order_of_messages_and_cuts(
    order: list[str], cut: list[int], items: int
) -> None:
    up, down = Side("U", "outfeed"), Side("V", "infeed")
    for side in (up, down):
        side.start()
    for index in range(items):
        if up.unit.infeed.can_accept:
            up.unit.infeed.begin(f"X{index}")
            up.unit.infeed.complete()
            up.line.run(up.line.now + 2)
    entered = up.unit.counters.entered
    now = max(up.line.now, down.line.now)

    def look() -> None:
        up.advance(now)
        down.advance(now)

    steps = [*order, *["both"] * 200]
    for index, step in enumerate(steps):
        now += 0.2
        look()
        if index in cut:
            up.port.disconnected("peer")
            down.port.disconnected("peer")
        if step in ("forward", "both"):
            _copy(up, down, SENDER, now)
        if step in ("back", "both"):
            _copy(down, up, RECEIVER, now)
    left = up.unit.counters.entered - up.unit.counters.wip
    assert up.unit.counters.entered == entered
    assert down.unit.counters.entered == left  # what has left the sender is with the receiver: none lost, none doubled
    assert down.unit.counters.entered == entered  # and once the link is good again, everything has come across
