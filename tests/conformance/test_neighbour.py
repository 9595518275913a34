"""The tester hands items over in both roles and both finishing orders, and drives a unit along its state table."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from conformance_fakes import FakeLink, Stand, findings

from profiles.model import Impact

BITS = ("available", "busy", "finished", "ready", "start", "stop")


class Sender:
    """A unit's outfeed: answers the receiver's levels as the table asks. ``stubborn`` never raises busy."""

    def __init__(self, link: FakeLink, stubborn: bool = False) -> None:
        self.link, self.stubborn = link, stubborn
        for name in ("available", "busy", "finished", "safe"):
            link.values[f"handover.outfeed.{name}"] = False
        for name in ("ready", "start", "stop", "safe"):
            link.values[f"handover.outfeed.peer.{name}"] = False
        link.values |= {"handover.outfeed.peer.heartbeat": 0, "handover.outfeed.peer.item_id": ""}
        link.values |= {"handover.outfeed.peer.result": 0, "handover.outfeed.state": 3}
        link.values |= {"handover.outfeed.seq_before": 5, "handover.outfeed.seq_after": 5}
        link.values |= {
            "handover.outfeed.item_id": "C-1",
            "handover.outfeed.item_kind": 1,
            "handover.outfeed.item_quality": 2,
        }
        link.on_write = self.answer

    def answer(self, signal: str, value: Any) -> None:
        out = {n: f"handover.outfeed.{n}" for n in ("available", "busy", "finished", "state")}
        v = self.link.values
        if signal.endswith("peer.ready") and value:
            v[out["available"]], v[out["state"]] = True, 6
        if signal.endswith("peer.start") and value and not self.stubborn:
            v[out["busy"]] = v[out["finished"]] = True
            v[out["state"]] = 7
        if signal.endswith("peer.ready") and not value:
            v[out["available"]] = v[out["busy"]] = v[out["finished"]] = False
            v[out["state"]] = 3


class Receiver:
    """A unit's infeed: answers the sender's levels."""

    def __init__(self, link: FakeLink) -> None:
        self.link = link
        for name in ("ready", "start", "stop", "safe"):
            link.values[f"handover.infeed.{name}"] = name == "ready"
        for name in ("available", "busy", "finished", "safe"):
            link.values[f"handover.infeed.peer.{name}"] = False
        for name in ("heartbeat", "seq_before", "item_kind", "item_quality", "seq_after"):
            link.values[f"handover.infeed.peer.{name}"] = 0
        link.values |= {"handover.infeed.peer.item_id": "", "handover.infeed.item_id": "", "handover.infeed.state": 5}
        link.on_write = self.answer

    def answer(self, signal: str, value: Any) -> None:
        v = self.link.values
        own, peer = "handover.infeed.", "handover.infeed.peer."
        if signal == peer + "available":
            v[own + "start"] = bool(value)
            v[own + "item_id"] = v[peer + "item_id"] if value else ""
        if signal == peer + "busy" and value:
            v[own + "stop"] = True
        if signal == peer + "finished" and value:
            v[own + "start"] = v[own + "ready"] = False
        if signal == peer + "finished" and not value:
            v[own + "stop"] = False


@pytest.mark.parametrize("finish", ["sender_first", "receiver_first"])
@pytest.mark.parametrize("port", ["infeed", "outfeed"])
async def test_a_good_transfer_succeeds(port: str, finish: str) -> None:
    async def transfers(ctx: Any) -> None:
        async with ctx.neighbour(port) as peer:
            seen = await peer.transfer(finish=finish, item_id="T-9" if port == "infeed" else None)
        ctx.expect(seen["ok"], "it went over", actual=seen["failed_step"])
        ctx.expect(seen["item_id"] == ("T-9" if port == "infeed" else "C-1"), "with its id")
        ctx.expect(seen["quality"] == (1 if port == "infeed" else 2), "and its quality")

    stand = Stand(transfers, impact=Impact.ACTUATE)
    (Receiver if port == "infeed" else Sender)(stand.link)
    finding = findings(await stand.run())["BC-TEST-001"]
    assert finding.verdict == "pass", finding
    assert {lane.name for lane in finding.diagram.lanes} >= {"peer.safe", f"{port}.state"}
    assert not any(
        stand.link.values[f"handover.{port}.peer.{n}"] for n in BITS if f"handover.{port}.peer.{n}" in stand.link.values
    )


async def test_a_step_that_does_not_come_is_named() -> None:
    async def transfers(ctx: Any) -> None:
        ctx.bench.clock.scale = 100.0
        async with ctx.neighbour("outfeed") as peer:
            seen = await peer.transfer()
        ctx.expect(seen["ok"], "it went over", actual=seen["failed_step"])

    stand = Stand(transfers, impact=Impact.ACTUATE)
    Sender(stand.link, stubborn=True)
    finding = findings(await stand.run())["BC-TEST-001"]
    assert finding.verdict == "fail"
    assert finding.expectations[0].actual.startswith("busy: not seen within")


async def test_the_heart_beats_until_it_is_stopped() -> None:
    async def listens(ctx: Any) -> None:
        ctx.bench.clock.scale = 100.0
        async with ctx.neighbour("outfeed") as peer:
            seen = await ctx.until("handover.outfeed.peer.heartbeat", lambda v: v >= 3, within_s=60)
            ctx.expect(seen.met, "it beats")
            await peer.stop_heartbeat()
            still = await ctx.record(["handover.outfeed.peer.heartbeat"], 5)
            ctx.expect(len(still.values("handover.outfeed.peer.heartbeat")) == 1, "it stands still")

    stand = Stand(listens, impact=Impact.ACTUATE)
    Sender(stand.link)
    assert findings(await stand.run())["BC-TEST-001"].verdict == "pass"


async def test_a_block_is_given_back_with_a_good_bye() -> None:
    async def looks(ctx: Any) -> None:
        async with ctx.neighbour("outfeed") as peer:
            await peer.set(ready=True)
        ctx.expect(True, "it was there")

    stand = Stand(looks, impact=Impact.ACTUATE)
    Sender(stand.link)
    await stand.run()
    written = [value for signal, value in stand.link.written if signal == "handover.outfeed.peer.heartbeat"]
    assert (written[0], written[-1]) == (1, 0)


async def test_a_block_that_another_writer_holds_leaves_the_question_open() -> None:
    async def transfers(ctx: Any) -> None:
        ctx.bench.clock.scale = 100.0
        async with ctx.neighbour("outfeed") as peer:
            await peer.transfer()

    stand = Stand(transfers, impact=Impact.ACTUATE)
    Sender(stand.link)
    stand.link.refuse.add("handover.outfeed.peer.heartbeat")
    finding = findings(await stand.run())["BC-TEST-001"]
    assert finding.verdict == "inconclusive"
    assert finding.reason == "the peer block of the outfeed cannot be written: refused"


async def test_a_level_that_the_unit_refuses_ends_the_transfer() -> None:
    async def transfers(ctx: Any) -> None:
        async with ctx.neighbour("outfeed") as peer:
            seen = await peer.transfer()
        ctx.expect(seen["ok"], "it went over", actual=seen["failed_step"])

    stand = Stand(transfers, impact=Impact.ACTUATE)
    Sender(stand.link)
    stand.link.refuse.add("handover.outfeed.peer.start")
    finding = findings(await stand.run())["BC-TEST-001"]
    assert finding.expectations[0].actual == "start: refused by the unit (refused)"


@pytest.mark.parametrize(("scale", "late"), [(1.0, False), (1e7, True)])
async def test_the_tester_knows_when_it_was_itself_too_late(scale: float, late: bool) -> None:
    async def transfers(ctx: Any) -> None:
        ctx.bench.clock.scale = scale
        async with ctx.neighbour("outfeed") as peer:
            await peer.transfer()
            ctx.expect(bool(peer.late) is late, "it knows", actual=peer.late)

    stand = Stand(transfers, impact=Impact.ACTUATE)
    Sender(stand.link)
    assert findings(await stand.run())["BC-TEST-001"].verdict == "pass"


@pytest.mark.parametrize("stood_still_s", [0.0, 5.0])
async def test_a_heartbeat_that_is_not_yet_written_counts_as_late(stood_still_s: float) -> None:
    """The unit may have told the loss before the tester's own heart has noticed."""

    async def looks(ctx: Any) -> None:
        async with ctx.neighbour("outfeed") as peer:
            ctx.bench.clock._zero -= stood_still_s
            ctx.expect(bool(peer.late) is bool(stood_still_s), "it knows", actual=peer.late)

    stand = Stand(looks, impact=Impact.ACTUATE)
    Sender(stand.link)
    assert findings(await stand.run())["BC-TEST-001"].verdict == "pass"


def answered_before_the_tester_stood_still(stand: Stand, ctx: Any, signal: str, then: Any) -> None:
    """The next look is answered with the present value, of which the tester learns five seconds later; then is another."""
    read = stand.link.read

    async def late(signals: Any) -> Any:
        stand.link.read = read  # type: ignore[method-assign]
        answers = await read(signals)
        ctx.bench.clock._zero -= 5.0
        stand.link.values[signal] = then
        return {name: replace(answer, at=ctx.now()) for name, answer in answers.items()}

    stand.link.read = late  # type: ignore[method-assign]


async def test_nothing_is_said_to_be_missing_by_an_answer_from_before_the_deadline() -> None:
    async def watches(ctx: Any) -> None:
        answered_before_the_tester_stood_still(stand, ctx, "comm.heartbeat", 2)
        seen = await ctx.until("comm.heartbeat", 2, within_s=2.0)
        ctx.expect(seen.met and seen.elapsed > 2.0, "it counts", actual=seen)

    stand = Stand(watches)
    assert findings(await stand.run())["BC-TEST-001"].verdict == "pass"


async def test_the_same_holds_for_the_levels_of_a_port() -> None:
    async def watches(ctx: Any) -> None:
        async with ctx.neighbour("outfeed") as peer:
            answered_before_the_tester_stood_still(stand, ctx, "handover.outfeed.available", True)
            ctx.expect((await peer.see(2.0, available=True)).met, "it offers")

    stand = Stand(watches, impact=Impact.ACTUATE)
    Sender(stand.link)
    stand.link.values["handover.outfeed.available"] = False
    assert findings(await stand.run())["BC-TEST-001"].verdict == "pass"


async def test_a_receiver_that_gives_up_says_that_it_has_not_got_the_item() -> None:
    async def gives_up(ctx: Any) -> None:
        async with ctx.neighbour("outfeed") as peer:
            await peer.set(item_id="C-1", result=0, start=True)
            await peer.clear()
        ctx.expect(True, "it gave up")

    stand = Stand(gives_up, impact=Impact.ACTUATE)
    Sender(stand.link, stubborn=True)
    await stand.run()
    written = [signal.rpartition(".")[2] for signal, value in stand.link.written if value == 2 or value is False]
    assert written.index("result") < written.index("start")


async def test_a_unit_is_brought_to_execute_through_clear_reset_start() -> None:
    async def brings(ctx: Any) -> None:
        await ctx.bring_to("Execute")
        ctx.expect((await ctx.read("state.unit_state")).value == 6, "it executes")

    stand = Stand(brings, impact=Impact.ACTUATE)
    stand.link.values["state.unit_state"] = 9
    results = {1: 4, 2: 6, 3: 2}
    method_numbers = {"clear": 2}

    async def call(method: str, arguments: Any) -> Any:
        outcome = await FakeLink.call(stand.link, method, arguments)
        if method in method_numbers:
            stand.link.values["state.unit_state"] = method_numbers[method]
        return outcome

    stand.link.call = call  # type: ignore[method-assign]

    def answer(signal: str, value: Any) -> None:
        if signal == "command.cntrl_cmd" and value in results:
            stand.link.values["state.unit_state"] = results[value]

    stand.link.on_write = answer
    events = await stand.run()
    assert findings(events)["BC-TEST-001"].verdict == "pass", findings(events)
    assert stand.link.values["state.unit_state"] == 2  # it rested before, so it is stopped at the end


async def test_a_unit_that_refuses_leaves_the_question_open() -> None:
    async def brings(ctx: Any) -> None:
        await ctx.bring_to("Execute")

    stand = Stand(brings, impact=Impact.ACTUATE)
    stand.link.refuse.add("command.cntrl_cmd")
    finding = findings(await stand.run())["BC-TEST-001"]
    assert finding.verdict == "inconclusive"
    assert "start is refused in Idle" in finding.reason
