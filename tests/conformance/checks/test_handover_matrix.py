"""The hand-over over real sockets: clean mocks pass every requirement, each fault fails exactly those that name it.

Mock and tester share a warped loop (``warp.py``), so that the verdicts do not depend on how fast the machine is. Here each
fault meets the requirements that name it and a few that do not; every fault against every requirement, and every profile at
both time scales, are marked ``matrix``.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from warpbench import NOT_APPLICABLE, Mock, exceptions

from conformance.exitcodes import ExitCode
from profiles import load_profile, profile_names
from profiles.model import Requirement
from simulator.faults import FAULTS

AREA = "handover"
PROFILE = "conveyor"  # the one profile that every requirement of the area concerns
SPEEDS = (5.0, 20.0)
SPEED = SPEEDS[1]
LEDGER: tuple[Requirement, ...] = tuple(r for r in load_profile(PROFILE).ledger if r.area == AREA)
FAULTY = sorted(name for name in FAULTS if name.partition(".")[0] == AREA)
NAMED = {fault: [r.id for r in LEDGER if fault in r.faults] for fault in FAULTY}
PROFILES = [name for name in profile_names() if not load_profile(name).spec.abstract]
OTHERS, SEED = 2, 20261126
"""Requirements that do not name a fault and are tried with it nevertheless, each time the same."""


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
    mock.clear()
    mock.do(_told(mock))
    mock.recover()
    mock.empty()
    return mock.recover()


async def _told(mock: Mock) -> None:
    """A receiver comes by and says that it has not got what the outfeed may be asking for."""
    shown = mock.unit.equipment.values()
    peer = "handover.outfeed.peer."
    told = {"item_id": shown["handover.outfeed.item_id"], "seq": shown["handover.outfeed.seq_before"], "result": 2}
    mock.unit.equipment.write({peer + name: value for name, value in {"heartbeat": 1, **told}.items()}, "bench")
    await mock._pass(1.0)
    mock.unit.equipment.write({peer + "heartbeat": 0}, "bench")


def assert_clean(profile: str, speed: float) -> None:
    with Mock(profile, speed) as served:
        found, footer = served.findings(only=[AREA])
    assert exceptions(found, NOT_APPLICABLE[profile]) == {}
    assert footer.exit_code == ExitCode.CONFORMANT


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
