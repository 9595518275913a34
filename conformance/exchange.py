"""One complete good exchange, step by step, with the tester as sender (infeed) or as receiver (outfeed).

Every answer is written as late as the protocol lets it, data before the level that announces it. What the tester itself
delays beyond a timer is noted (``answered``): the unit is right to give up then.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from conformance.context import Observation, Outcome, Reading

NOTHING, NOT_STARTED, INCOMPLETE, COMPLETE = 0, 1, 2, 3  # transfer results of IPC-HERMES-9852
LOOKS = 5  # at item data that is being written
ITEM = {"item_id": "item_id", "item_kind": "kind", "item_quality": "quality"}


class StepFailed(Exception):
    """A step of an exchange was not answered in time, or was refused."""


class Looking(Protocol):
    """Looking at the unit's own outputs."""

    async def read(self, *names: str) -> Mapping[str, Reading]: ...
    async def pause(self) -> None: ...


class Hand(Looking, Protocol):
    """What an exchange needs of the neighbour that the tester plays (``PortNeighbour``)."""

    async def see(self, within_s: float, **levels: Any) -> Observation: ...
    async def put(self, **levels: Any) -> Outcome: ...
    async def step(self, name: str, within_s: float, **levels: Any) -> Observation: ...
    async def offer(self, item_id: str | None = None, kind: int = 1, quality: int = 1) -> str: ...
    def limit(self, timer: str) -> float: ...
    def answered(self, timer: str, since: float) -> None: ...
    def now(self) -> float: ...


async def send(
    hand: Hand, finish: str, willing_s: float, item_id: str | None, kind: int, quality: int
) -> dict[str, Any]:
    """The unit receives. Returns the item's id, and what the unit's infeed showed as ``echo`` when it started."""
    offered = hand.now()
    item = await hand.offer(item_id, kind, quality)
    await hand.step("ready", willing_s, ready=True)
    started = await hand.step("start", hand.limit("t1"), start=True)
    echo = {name: reading.value for name, reading in (await hand.read("item_id", "seq")).items()}
    await hand.put(busy=True)
    hand.answered("t2", max(offered, _earliest(started)))
    if finish == "sender_first":
        await hand.put(finished=True)
        await hand.step("stop", hand.limit("t3"), stop=True)
    else:
        await hand.step("stop", hand.limit("t3"), stop=True)
        await hand.put(finished=True)
    released = await hand.step("start and ready off", hand.limit("t4"), start=False, ready=False)
    await hand.put(available=False, busy=False, finished=False)
    hand.answered("t5", _earliest(released))
    await hand.step("stop off", hand.limit("t5"), stop=False)
    return {"item_id": item, "echo": echo}


async def receive(hand: Hand, finish: str, willing_s: float, first: str | None) -> dict[str, Any]:
    """The unit sends. Returns the item's data. A unit may wait for readiness before it offers anything."""
    ready_first = first == "receiver"
    if first is None:
        ready_first = not (await hand.see(0.0, available=True)).met
    if ready_first:
        await hand.put(ready=True)
    offered = await hand.step("available", willing_s, available=True)
    item = await item_data(hand)
    await hand.put(item_id=item["item_id"], result=NOTHING, seq=item["seq"])
    willing_since = _earliest(offered)
    if not ready_first:
        willing_since = hand.now()
        await hand.put(ready=True)
    await hand.put(start=True)
    hand.answered("t1", willing_since)
    await hand.step("busy", hand.limit("t2"), busy=True)
    if finish == "sender_first":
        await hand.step("finished", hand.limit("t3"), finished=True)
        closing_since = hand.now()
        await _stop(hand, item)
    else:
        await _stop(hand, item)
        closing_since = _earliest(await hand.step("finished", hand.limit("t3"), finished=True))
    await hand.put(start=False, ready=False)
    await hand.step("all off", hand.limit("t5"), available=False, busy=False, finished=False)
    await hand.put(stop=False)
    hand.answered("t4", closing_since)
    return item


async def item_data(hand: Looking) -> dict[str, Any]:
    """The item that the unit offers, whole: sequence numbers equal before and after. ``StepFailed`` if it never is."""
    for _ in range(LOOKS):
        readings = await hand.read("seq_before", *ITEM, "seq_after")
        values = {name: reading.value for name, reading in readings.items()}
        if values.get("seq_before") == values.get("seq_after"):
            if not values.get("item_id"):
                raise StepFailed("item data: the offered item has no id")
            return {"seq": values.get("seq_before"), **{new: values.get(old) for old, new in ITEM.items()}}
        await hand.pause()
    raise StepFailed("item data: sequence numbers before and after stay different")


async def _stop(hand: Hand, item: Mapping[str, Any]) -> None:
    """What the result is about stands beside it, so that it can be written as one step."""
    await hand.put(item_id=item["item_id"], result=COMPLETE, seq=item["seq"])
    await hand.put(stop=True)


def _earliest(seen: Observation) -> float:
    """When what was seen may have happened at the earliest, on the tester's clock."""
    assert seen.last is not None
    return seen.last.at - seen.uncertainty
