"""Hand-over between two ports over a bad link: items neither get lost nor doubled, whatever order things happen in.

The link carries pictures of one side's outputs to the other side's peer block, each direction in order, delayed as long as
it likes; a cut loses what is under way. Meanwhile operators acknowledge alarms, and stop and start the units.
"""

from __future__ import annotations

from collections import deque
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from virtual_mock import VirtualMock

from profiles import load_profile

PROFILES = {name: load_profile(name) for name in ("conveyor", "stacking")}
SENDER = ("available", "busy", "finished", "safe", "item_id", "item_kind", "item_quality", "seq_before", "seq_after")
RECEIVER = ("ready", "start", "stop", "safe", "item_id", "result", "seq")
TICK_S = 0.2
SETTLE_S, OPERATOR_S = 150.0, 4.0


class Wire:
    """One direction: the outputs of a port on their way to a peer block."""

    def __init__(self, source: VirtualMock, port: str, goal: VirtualMock, at: str, names: tuple[str, ...]) -> None:
        self._source, self._port, self._goal, self._at, self._names = source, port, goal, at, names
        self.pictures: deque[dict[str, Any]] = deque()

    def send(self) -> None:
        outputs = self._source.outputs(self._port)
        beat = int(outputs["heartbeat"]) + 1  # 0 would be a good-bye
        self.pictures.append({**{n: outputs[n] for n in self._names}, "heartbeat": beat})

    def deliver(self) -> None:
        if self.pictures:
            self._goal.write(self._at, self.pictures.popleft())


class Pair:
    """Two mocks, the outfeed of ``up`` joined to the infeed of ``down``. Items come in and go out by hand."""

    def __init__(self, profile: str, items: int) -> None:
        self.up, self.down = VirtualMock(PROFILES[profile], "U"), VirtualMock(PROFILES[profile], "V")
        self.forward = Wire(self.up, "outfeed", self.down, "infeed", SENDER)
        self.back = Wire(self.down, "infeed", self.up, "outfeed", RECEIVER)
        self.waiting = deque(f"X{n}" for n in range(items))
        self.fed: list[str] = []
        self.arrived: list[str] = []
        self.now = 0.0
        for side in (self.up, self.down):
            side.start()
        self.pass_time()

    def pass_time(self) -> None:
        self.now = max(self.now + TICK_S, self.up.now, self.down.now)
        for side in (self.up, self.down):
            side.advance(self.now)
        if self.waiting and self.up.put_in(self.waiting[0]):
            self.fed.append(self.waiting.popleft())
        taken = self.down.take_out()
        if taken is not None:
            self.arrived.append(taken)
        self.assert_conserved()

    def do(self, action: str) -> None:
        wires = {"forward": self.forward, "back": self.back}
        verb, _, what = action.partition(" ")
        if verb == "send":
            wires[what].send()
        elif verb == "deliver":
            wires[what].deliver()
        elif verb == "carry":
            for wire in (self.forward, self.back):
                wire.send()
                wire.deliver()
        elif verb == "cut":
            self.cut(what)
        elif verb == "operator":
            for side in (self.up, self.down):
                side.operator()
        elif verb == "stop":
            side = {"up": self.up, "down": self.down}[what]
            if side.unit.state != 2:
                side.inject(lambda: side.unit.react("stop", 6))
        self.pass_time()

    def cut(self, notices: str) -> None:
        """The connections are lost; who does not notice at once will by the heartbeat."""
        self.forward.pictures.clear()
        self.back.pictures.clear()
        if notices in ("both", "down"):
            self.down.equipment.disconnected("peer")
        if notices in ("both", "up"):
            self.up.equipment.disconnected("peer")

    def settle(self) -> None:
        """The link is good for good, nothing is late any more, and the operators look after their units now and then."""
        while self.forward.pictures or self.back.pictures:
            self.forward.deliver()
            self.back.deliver()
        end, looked = self.now + SETTLE_S, self.now
        while self.now < end and (self.waiting or len(self.arrived) < len(self.fed)):
            self.do("carry")
            if self.now - looked > OPERATOR_S:
                looked = self.now
                self.do("operator")

    def assert_conserved(self) -> None:
        here, there = self.up.contents(), [*self.down.contents(), *self.arrived]
        assert set(here) | set(there) == set(self.fed), "an item is lost"
        assert len(set(here)) == len(here) and len(set(there)) == len(there), "an item is doubled"
        moving = self.up.unit.outfeed.moving
        assert set(here) & set(there) <= {moving.id if moving else None}, "an item is with both, and neither knows"


ACTIONS = [
    *["carry"] * 6, *["send forward", "send back", "deliver forward", "deliver back"] * 3, "wait",
    "cut both", "cut up", "cut down", "operator", "stop up", "stop down",
]  # fmt: skip


@pytest.mark.parametrize("profile", PROFILES)
@settings(max_examples=40)
@given(actions=st.lists(st.sampled_from(ACTIONS), min_size=20, max_size=150), items=st.integers(1, 4))
@example(actions=["send forward", "deliver forward"] * 40, items=1)
@example(actions=["send back", "deliver back"] * 40, items=1)
def test_over_any_link_nothing_is_lost_or_doubled_and_over_a_good_one_everything_arrives(
    profile: str, actions: list[str], items: int
) -> None:
    pair = Pair(profile, items)
    for action in actions:
        pair.do(action)
    pair.settle()
    assert pair.arrived == [f"X{n}" for n in range(items)]


@pytest.mark.parametrize(
    ("fault", "when"), [("forgets_result", "stop"), ("loses_item", "stop"), ("assumes_gone", "start")]
)
def test_a_port_that_breaks_a_rule_is_noticed(fault: str, when: str) -> None:
    """The bookkeeping above is no idle one: a cut while the receiver has just raised a level finds each of these out."""
    pair = Pair("conveyor", 1)
    for side in (pair.up, pair.down):
        side.faults.switch(f"handover.{fault}", True)
    with pytest.raises(AssertionError, match="an item is"):
        _cut_when(pair, when)


def _cut_when(pair: Pair, level: str) -> None:
    """Cut the link as soon as the receiver has raised this level while the sender transports."""
    for _ in range(200):
        if pair.down.outputs("infeed")[level] and pair.up.outputs("outfeed")["busy"]:
            break
        pair.do("carry")
    pair.do("cut both")
    pair.settle()
