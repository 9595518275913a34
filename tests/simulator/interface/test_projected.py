"""Ports joined inside a line, as a networked neighbour would see and write them."""

from __future__ import annotations

from typing import Any

from profiles import load_profile
from simulator.interface.projected import ProjectedPort
from simulator.line import Line
from simulator.line.spec import LineSpec

RULES = load_profile("stacking").handover
UNITS = [
    {"kind": "machine", "name": "A", "process_time": 2.0, "transfer_s": 0.5},
    {"kind": "machine", "name": "B", "process_time": 5.0},
]


def ports(line: Line) -> tuple[ProjectedPort, ProjectedPort]:
    """A's outfeed and B's infeed."""

    def projected(role: str, joint: Any) -> ProjectedPort:
        return ProjectedPort(role, joint, RULES, lambda: True, lambda: line.now)

    return projected("sender", line.units["A"].outfeed), projected("receiver", line.units["B"].infeed)


def test_what_one_side_shows_is_what_the_other_reads_of_its_peer() -> None:
    line = Line(LineSpec.model_validate({"name": "test", "units": UNITS}))
    outfeed, infeed = ports(line)
    offers: set[tuple[Any, Any]] = set()
    states: set[Any] = set()
    for tenth in range(1, 200):
        line.run(tenth / 10)
        assert outfeed.outputs() | {"safe": True, "state": 0} == infeed.peer_inputs() | {"state": 0}
        shown = dict(infeed.outputs())
        states.add(shown.pop("state"))
        assert shown == outfeed.peer_inputs()
        if outfeed.outputs()["available"]:
            assert outfeed.outputs()["seq_before"] == outfeed.outputs()["seq_after"]
            offers.add((outfeed.outputs()["item_id"], outfeed.outputs()["seq_before"]))
        if infeed.outputs()["start"]:
            assert (infeed.outputs()["item_id"], infeed.outputs()["seq"]) in offers
    assert states >= {4, 5, 7}
    assert len(offers) == len({item for item, _ in offers}) == len({number for _, number in offers}) > 2
