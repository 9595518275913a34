"""The checks of claims, identification, communication, consistency, Modbus and OPC UA against mocks on real sockets.

A clean mock passes; each fault fails the requirements of these areas that name it, and no other of them. Three mocks
serve all faults, which are switched while they run: one as profiled, one that lacks its options, one that has users.
An item has left each, so that its record holds something that a fault can spoil.
Mock and tester share a warped loop (``warp.py``), so that the verdicts do not depend on how fast the machine is.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator

import pytest
import warpbench
from warpbench import NOT_APPLICABLE, Mock, exceptions

from conformance.exitcodes import ExitCode
from conformance.registry import load_checks
from profiles import load_pack
from simulator.faults import FAULTS

AREAS = ("claims", "identification", "communication", "consistency", "modbus", "opcua")
PROFILE = "stacking"
LEDGER = {r.id: r for r in load_pack().ledger if r.area in AREAS}
BY_FAULT = {fault: {r.id for r in LEDGER.values() if fault in r.faults} for r in LEDGER.values() for fault in r.faults}
SPEED, SLOW = 20.0, 5.0
LEAN = ("claims.unclaimed_served",)  # only a unit that lacks options can serve what it does not claim
GUARDED = ("opcua.anonymous_accepted", "opcua.any_password")  # only where there are users
SEED, SAMPLE = 20261125, 4


@pytest.fixture(scope="module")
def plain() -> Iterator[Mock]:
    with Mock(PROFILE, SPEED) as mock:
        mock.pass_item()
        yield mock


@pytest.fixture(scope="module")
def lean() -> Iterator[Mock]:
    with warpbench.lean(PROFILE, SPEED) as mock:
        mock.pass_item()
        yield mock


@pytest.fixture(scope="module")
def guarded() -> Iterator[Mock]:
    with warpbench.guarded(PROFILE, SPEED) as mock:
        mock.pass_item()
        yield mock


@pytest.fixture
def bench(request: pytest.FixtureRequest) -> Callable[[str], Mock]:
    """Where a fault can be seen."""

    def choose(fault: str) -> Mock:
        name = "lean" if fault in LEAN else "guarded" if fault in GUARDED else "plain"
        found: Mock = request.getfixturevalue(name)
        return found

    return choose


def failed(bench: Callable[[str], Mock], fault: str, only: Iterable[str] = AREAS) -> set[str]:
    mock = bench(fault)
    mock.switch(fault, True)
    try:
        found, _ = mock.findings(only=only)
    finally:
        mock.clear()
    return {name for name, finding in found.items() if finding.verdict == "fail"}


def test_every_fault_of_these_areas_is_named_and_every_requirement_has_its_check() -> None:
    assert {name for name in FAULTS if name.partition(".")[0] in AREAS} <= set(BY_FAULT)
    assert set(BY_FAULT) <= set(FAULTS)
    assert {str(r.check) for r in LEDGER.values()} <= set(load_checks())


def assert_clean(profile: str, speed: float) -> None:
    with Mock(profile, speed) as mock:
        mock.pass_item()
        found, footer = mock.findings(only=AREAS)
    assert exceptions(found, NOT_APPLICABLE[profile]) == {}
    assert footer.exit_code == ExitCode.CONFORMANT


@pytest.mark.parametrize("profile", NOT_APPLICABLE)
def test_a_clean_mock_passes(profile: str) -> None:
    assert_clean(profile, SPEED)


@pytest.mark.matrix
@pytest.mark.parametrize("profile", NOT_APPLICABLE)
def test_a_clean_mock_passes_at_a_slower_pace(profile: str) -> None:
    assert_clean(profile, SLOW)


def test_a_clean_mock_that_lacks_options_passes(lean: Mock) -> None:
    found, _ = lean.findings(only=AREAS)
    assert exceptions(found, {"CLM-OPTION-001", "MOD-WRITE-001", "UA-SEC-003", "UA-CALL-001", "UA-STATE-002"}) == {}


def test_a_clean_mock_that_has_users_passes(guarded: Mock) -> None:
    found, _ = guarded.findings(only=AREAS)
    assert exceptions(found, NOT_APPLICABLE[PROFILE] - {"UA-SEC-003"}) == {}


def test_claims_come_first_among_checks_of_one_impact(plain: Mock) -> None:
    found, _ = plain.findings(only=("claims", "identification"))
    impacts = [(LEDGER[name].impact.rank, LEDGER[name].area != "claims") for name in found]
    assert impacts == sorted(impacts)
    assert len({LEDGER[name].area for name in found}) == 2


@pytest.mark.parametrize("fault", sorted(BY_FAULT))
def test_a_fault_fails_the_requirements_that_name_it(bench: Callable[[str], Mock], fault: str) -> None:
    assert failed(bench, fault, BY_FAULT[fault]) == BY_FAULT[fault]


@pytest.mark.parametrize("fault", random.Random(SEED).sample(sorted(BY_FAULT), SAMPLE))
def test_a_fault_fails_no_other_requirement(bench: Callable[[str], Mock], fault: str) -> None:
    assert failed(bench, fault) == BY_FAULT[fault]
