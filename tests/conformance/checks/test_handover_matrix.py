"""The hand-over over real sockets: clean mocks pass every requirement, each fault fails exactly those that name it.

Mock and tester share a warped loop (``warp.py``), so that the verdicts do not depend on how fast the machine is. Here each
fault meets the requirements that name it and a few that do not; every fault against every requirement, and every profile at
both time scales, are marked ``matrix``.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import suppress

import pytest
from warpbench import Mock

from conformance.exitcodes import ExitCode
from profiles import load_profile, profile_names
from profiles.model import Requirement
from simulator.faults import FAULTS
from simulator.interface.equipment import Refused
from simulator.line.packml import State

AREA = "handover"
PROFILE = "conveyor"  # the one profile that every requirement of the area concerns
SPEEDS = (5.0, 20.0)
SPEED = SPEEDS[1]
LEDGER: tuple[Requirement, ...] = tuple(r for r in load_profile(PROFILE).ledger if r.area == AREA)
FAULTY = sorted(name for name in FAULTS if name.partition(".")[0] == AREA)
NAMED = {fault: [r.id for r in LEDGER if fault in r.faults] for fault in FAULTY}
PROFILES = [name for name in profile_names() if not load_profile(name).spec.abstract]
OTHERS, SEED = (
    2,
    20261126,
)  # requirements that do not name a fault and are tried with it nevertheless, each time the same
EMPTY_S = 60.0


@pytest.fixture(scope="module")
def mock() -> Iterator[Mock]:
    with Mock(PROFILE, SPEED) as served:
        yield served


def verdicts(mock: Mock, fault: str, only: list[str]) -> dict[str, str]:
    """What the requirements say while the fault is on; the mock is as good as new afterwards."""
    mock.switch(fault, True)
    try:
        found, _ = mock.findings(only=only)
    finally:
        assert refreshed(mock) == {}
    return {name: finding.verdict for name, finding in found.items() if finding.verdict != "not-exercised"}


def refreshed(mock: Mock) -> dict[str, object]:
    """Everything put right, and no item left; what is still not as at first."""
    mock.unit.faults.clear()
    mock.do(_told(mock))
    mock.recover()
    mock.do(_emptied(mock))
    return mock.recover()


async def _told(mock: Mock) -> None:
    """A receiver comes by and says that it has not got what the outfeed may be asking for."""
    shown = mock.unit.equipment.values()
    peer = "handover.outfeed.peer."
    told = {"item_id": shown["handover.outfeed.item_id"], "seq": shown["handover.outfeed.seq_before"], "result": 2}
    mock.unit.equipment.write({peer + name: value for name, value in {"heartbeat": 1, **told}.items()}, "bench")
    await mock._pass(1.0)
    mock.unit.equipment.write({peer + "heartbeat": 0}, "bench")


async def _emptied(mock: Mock) -> None:
    """The unit runs until all of its items have been taken out by hand."""
    unit, equipment = mock.host.line.units["M1"], mock.unit.equipment
    methods = {State.STOPPED: "reset", State.IDLE: "start", State.HELD: "unhold"}
    for _ in range(int(EMPTY_S)):
        if not unit.counters.wip:
            return
        if unit.state in methods:
            with suppress(Refused):
                equipment.call(methods[State(unit.state)], [], "bench")
        if unit.outfeed.offered is not None and unit.outfeed.moving is None:
            mock.host.pacer.inject(lambda: (unit.outfeed.begin(), unit.outfeed.complete()))
        await mock._pass(1.0)


def assert_clean(profile: str, speed: float) -> None:
    with Mock(profile, speed) as served:
        found, footer = served.findings(only=[AREA])
    bad = {name: f.reason for name, f in found.items() if f.verdict not in ("pass", "not-applicable")}
    assert bad == {}
    assert footer.exit_code == ExitCode.CONFORMANT
    unexpected = {name for name, f in found.items() if f.verdict == "not-applicable"}
    assert unexpected <= {r.id for r in LEDGER if r.applies_to.kinds and not {profile} & set(r.applies_to.kinds)}


def test_every_fault_of_the_area_is_named_by_a_requirement_and_every_requirement_is_checked() -> None:
    assert [fault for fault, names in NAMED.items() if not names] == []
    assert [r.id for r in LEDGER if r.check is None] == []


@pytest.mark.parametrize(("profile", "speed"), [("conveyor", SPEEDS[1]), ("formation_eol", SPEEDS[0])])
def test_a_clean_mock_passes(profile: str, speed: float) -> None:
    assert_clean(profile, speed)


@pytest.mark.matrix
@pytest.mark.parametrize("speed", SPEEDS)
@pytest.mark.parametrize("profile", PROFILES)
def test_every_clean_mock_passes_at_every_time_scale(profile: str, speed: float) -> None:
    assert_clean(profile, speed)


@pytest.mark.parametrize("fault", FAULTY)
def test_a_fault_fails_the_requirements_that_name_it_and_not_some_others(mock: Mock, fault: str) -> None:
    others = [r.id for r in LEDGER if fault not in r.faults]
    some = random.Random(f"{SEED} {fault}").sample(others, OTHERS)
    found = verdicts(mock, fault, NAMED[fault] + some)
    assert {name for name, verdict in found.items() if verdict == "fail"} == set(NAMED[fault]), found


@pytest.mark.matrix
@pytest.mark.parametrize("fault", FAULTY)
def test_a_fault_fails_exactly_the_requirements_that_name_it(mock: Mock, fault: str) -> None:
    found = verdicts(mock, fault, [AREA])
    assert {name for name, verdict in found.items() if verdict == "fail"} == set(NAMED[fault]), found
    assert set(found) == {r.id for r in LEDGER}
