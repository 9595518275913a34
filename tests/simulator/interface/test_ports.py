"""The rules of ``docs/handover.md``, one by one: a port of a mock in virtual time, its neighbour written by hand."""

from __future__ import annotations

from typing import Any

import pytest
from virtual_mock import VirtualMock

from profiles import load_profile
from simulator.interface.equipment import RefusalKind, Refused

PROFILE = load_profile("conveyor")
T1, T3 = (PROFILE.handover.timers[name].seconds for name in ("t1", "t3"))
LOSS = PROFILE.handover.heartbeat_loss_s
NOT_STARTED, INCOMPLETE, COMPLETE = 1, 2, 3


class Neighbour:
    """Writes the peer block of one port, and a heartbeat with every write."""

    def __init__(self, mock: VirtualMock, port: str, name: str = "peer") -> None:
        self.mock, self.port, self.name, self._beat = mock, port, name, 0
        self.write(safe=True)

    def write(self, **values: Any) -> None:
        self._beat += 1
        self.mock.write(self.port, {"heartbeat": self._beat, **values}, self.name)

    def see(self, **wanted: Any) -> None:
        """Let up to half of T3 pass until the port shows this, the heart beating on."""
        for _ in range(int(T3 / 2 / 0.1)):
            outputs = self.mock.outputs(self.port)
            if all(outputs[name] == value for name, value in wanted.items()):
                return
            self.wait(0.1)
        raise AssertionError(f"{wanted} not seen, but {self.mock.outputs(self.port)}")

    def wait(self, seconds: float) -> None:
        end = self.mock.now + seconds
        while self.mock.now < end:
            self.mock.advance(min(end, self.mock.now + 1))
            self.write()

    @property
    def offer(self) -> dict[str, Any]:
        out = self.mock.outputs(self.port)
        assert out["seq_before"] == out["seq_after"]
        return {"item_id": out["item_id"], "seq": out["seq_before"]}

    def start(self) -> dict[str, Any]:
        """As receiver: answer the present offer."""
        offer = self.offer
        self.write(**offer, result=0, ready=True, start=True)
        return offer

    def release(self) -> None:
        names = ("ready", "start", "stop") if self.port == "outfeed" else ("available", "busy", "finished")
        self.write(**dict.fromkeys(names, False))


@pytest.fixture
def mock() -> VirtualMock:
    made = VirtualMock(PROFILE, "M")
    made.start()
    return made


def offering(mock: VirtualMock) -> Neighbour:
    """A receiver before whom an item stands on offer."""
    mock.put_in("X")
    receiver = Neighbour(mock, "outfeed")
    receiver.see(available=True)
    return receiver


def out(mock: VirtualMock) -> int:
    return mock.unit.counters.good + mock.unit.counters.scrap


def state(mock: VirtualMock, port: str = "outfeed") -> Any:
    return mock.outputs(port)["state"]


def alarms(mock: VirtualMock) -> set[str]:
    return {PROFILE.alarms[n].id for n in mock.equipment.alarms.active()}


# -- as sender ------------------------------------------------------------------------------------------------------------


def broken_off(mock: VirtualMock) -> tuple[Neighbour, dict[str, Any]]:
    """A transfer broken off because the receiver's connection is lost while the item moves; the alarm is acknowledged."""
    receiver = offering(mock)
    offer = receiver.start()
    receiver.see(busy=True)
    mock.equipment.disconnected("peer")
    mock.advance(mock.now + 0.1)
    assert alarms(mock) == {"handover_interrupted", "peer_lost"}
    mock.operator()
    mock.advance(mock.now + 20)
    return receiver, offer


def test_a_sender_that_does_not_know_waits_for_the_receiver_even_if_the_alarm_is_acknowledged(
    mock: VirtualMock,
) -> None:
    broken_off(mock)
    assert (state(mock), mock.outputs("outfeed")["available"]) == (12, False)
    assert (out(mock), mock.contents()) == (0, ["X"])


def test_the_receiver_has_it_and_it_is_counted_out_once(mock: VirtualMock) -> None:
    receiver, offer = broken_off(mock)
    receiver.write(**offer, result=COMPLETE)
    receiver.wait(20)
    mock.operator()
    receiver.wait(5)
    assert (out(mock), mock.contents()) == (1, [])
    assert state(mock) == 3


def test_the_receiver_has_it_not_and_it_is_offered_again_as_a_new_offer(mock: VirtualMock) -> None:
    receiver, offer = broken_off(mock)
    receiver.write(**offer, result=INCOMPLETE)
    mock.operator()
    receiver.see(available=True)
    assert (receiver.offer["item_id"], out(mock)) == ("X", 0)
    assert receiver.offer["seq"] != offer["seq"]


def test_a_receiver_that_knows_nothing_of_the_offer_has_not_got_the_item(mock: VirtualMock) -> None:
    receiver, _ = broken_off(mock)
    receiver.write(item_id="", seq=0, result=COMPLETE)
    mock.operator()
    receiver.wait(PROFILE.handover.clear_s - 1)
    assert state(mock) == 12
    receiver.see(available=True)
    assert out(mock) == 0


def test_a_result_that_is_still_open_decides_nothing(mock: VirtualMock) -> None:
    receiver, offer = broken_off(mock)
    receiver.write(**offer, result=0)
    mock.operator()
    receiver.wait(30)
    assert (state(mock), out(mock), mock.contents()) == (12, 0, ["X"])


@pytest.mark.parametrize("other", [{"item_id": "Y"}, {"seq": 999}], ids=["id", "sequence number"])
def test_a_start_for_another_offer_moves_nothing(mock: VirtualMock, other: dict[str, Any]) -> None:
    receiver = offering(mock)
    receiver.write(**{**receiver.offer, **other}, ready=True, start=True)
    assert alarms(mock) == {"handover_wrong_item"}
    assert (state(mock), out(mock), mock.outputs("outfeed")["busy"]) == (12, 0, False)


def test_an_offer_that_the_receiver_has_given_up_is_made_anew(mock: VirtualMock) -> None:
    receiver = offering(mock)
    before = receiver.offer
    receiver.write(**before, result=NOT_STARTED)
    receiver.see(available=True)
    assert receiver.offer["item_id"] == before["item_id"]
    assert receiver.offer["seq"] != before["seq"]
    assert not alarms(mock)


def test_a_receiver_that_waits_at_its_end_does_not_hinder_the_way_out_of_a_fault(mock: VirtualMock) -> None:
    receiver = offering(mock)
    receiver.write(ready=True)
    receiver.wait(T1 + 1)
    assert alarms(mock) == {"handover_t1"}
    mock.operator()
    receiver.see(state=6)


def test_two_transfers_in_a_row_with_a_receiver_that_is_ready_again_at_once(mock: VirtualMock) -> None:
    receiver = offering(mock)
    mock.put_in("Z")
    for _ in range(2):
        receiver.see(available=True)
        offer = receiver.start()
        receiver.see(finished=True)
        receiver.write(**offer, result=COMPLETE, stop=True)
        receiver.write(start=False, ready=False)
        receiver.see(available=False, busy=False, finished=False)
        receiver.write(stop=False, ready=True)  # in one step: nobody sees a moment without both
    assert (out(mock), alarms(mock)) == (2, set())


def test_an_item_taken_away_by_hand_is_no_longer_on_offer(mock: VirtualMock) -> None:
    receiver = offering(mock)
    assert mock.take_out() == "X"
    receiver.see(available=False)


# -- as receiver ----------------------------------------------------------------------------------------------------------


def offered(mock: VirtualMock, seq: int = 7, **more: Any) -> Neighbour:
    """A sender whose offer has been started."""
    sender = Neighbour(mock, "infeed")
    sender.see(ready=True)
    sender.write(seq_before=seq, item_id="X", item_kind=1, item_quality=1, seq_after=seq, available=True, **more)
    sender.see(start=True, item_id="X", seq=seq)
    return sender


@pytest.mark.parametrize(("busy", "result"), [(False, NOT_STARTED), (True, INCOMPLETE)])
def test_a_receiver_without_the_item_says_how_far_it_came(mock: VirtualMock, busy: bool, result: int) -> None:
    sender = offered(mock)
    sender.write(busy=busy, safe=False)
    assert alarms(mock) == {"handover_interrupted"}
    assert (mock.outputs("infeed")["result"], mock.unit.counters.entered) == (result, 0)


def test_a_receiver_that_has_the_item_keeps_it_when_the_sender_is_lost(mock: VirtualMock) -> None:
    sender = offered(mock)
    sender.write(busy=True)
    sender.see(stop=True)
    mock.equipment.disconnected("peer")
    mock.advance(mock.now + LOSS + 1)
    shown = mock.outputs("infeed")
    assert (shown["result"], shown["item_id"], shown["seq"]) == (COMPLETE, "X", 7)
    assert mock.unit.counters.entered == 1


def test_an_offer_is_started_once_and_a_new_one_of_the_same_item_again(mock: VirtualMock) -> None:
    sender = offered(mock)
    sender.wait(T1 + 1)
    assert alarms(mock) == {"handover_t2"}
    mock.operator()
    sender.see(state=6)
    sender.wait(5)
    assert mock.outputs("infeed")["start"] is False
    sender.write(seq_before=8, seq_after=8)
    sender.see(start=True, seq=8)


def test_data_that_are_being_written_start_nothing(mock: VirtualMock) -> None:
    sender = Neighbour(mock, "infeed")
    sender.see(ready=True)
    sender.write(seq_before=2, item_id="X", item_kind=1, item_quality=1, seq_after=1, available=True)
    sender.wait(3)
    assert mock.outputs("infeed")["start"] is False
    sender.write(seq_after=2)
    sender.see(start=True)


# -- the block ------------------------------------------------------------------------------------------------------------


def test_a_heartbeat_alone_brings_no_old_level_back(mock: VirtualMock) -> None:
    sender = Neighbour(mock, "infeed")
    sender.write(finished=False, available=True, item_id="X")
    mock.advance(mock.now + LOSS + 0.5)
    sender.write()
    mock.equipment.tick()
    shown = mock.equipment.values()
    assert (shown["handover.infeed.peer.available"], shown["handover.infeed.peer.item_id"]) == (False, "")
    assert shown["handover.infeed.peer.heartbeat"] > 0


def test_a_counter_that_stands_stays_lost_however_often_it_is_written(mock: VirtualMock) -> None:
    Neighbour(mock, "infeed")
    for _ in range(20):
        mock.write("infeed", {"heartbeat": 1, "safe": True})
        mock.advance(mock.now + 0.5)
    assert alarms(mock) == {"peer_lost"}


def test_the_block_has_one_writer_until_it_says_good_bye(mock: VirtualMock) -> None:
    first = Neighbour(mock, "infeed", "first")
    first.write(item_kind=2)
    with pytest.raises(Refused) as refused:
        Neighbour(mock, "infeed", "second")
    assert refused.value.kind is RefusalKind.NOT_OWNER
    mock.write("infeed", {"heartbeat": 0}, "first")
    Neighbour(mock, "infeed", "second")
    assert mock.infeed.peer_inputs()["item_kind"] == 0, "the next writer finds an empty block"
    assert not alarms(mock)


def test_a_writer_whose_heart_stands_loses_the_block_to_the_next(mock: VirtualMock) -> None:
    Neighbour(mock, "infeed", "first")
    mock.advance(mock.now + LOSS + 0.5)
    Neighbour(mock, "infeed", "second")
    assert mock.infeed.block.owner == "second"
