"""The checks of claims, identification, communication, consistency, Modbus and OPC UA against mocks on real sockets.

A clean unit passes; each fault fails the requirements of these areas that name it, and no other of them. Three mocks
serve all faults, which are switched while they run: one as profiled, one that lacks its options, one that has users.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from mockbench import ServedMock, findings

from conformance.exitcodes import ExitCode
from conformance.registry import load_checks
from profiles import load_pack, load_profile, profile_names
from simulator.endpoints.host import HostOptions
from simulator.endpoints.security import SecuritySettings
from simulator.faults import FAULTS

AREAS = ("claims", "identification", "communication", "consistency", "modbus", "opcua")
PROFILES = [name for name in profile_names() if not load_profile(name).spec.abstract]
LEDGER = {r.id: r for r in load_pack().ledger if r.area in AREAS}
BY_FAULT = {fault: {r.id for r in LEDGER.values() if fault in r.faults} for r in LEDGER.values() for fault in r.faults}
SCALE = 20.0
OPTIONS = frozenset({"remote_commands", "recipes", "energy", "traceability"})
LEAN = ("claims.unclaimed_served",)  # only a unit that lacks options can serve what it does not claim
GUARDED = ("opcua.anonymous_accepted", "opcua.any_password")  # only where there are users
SEED, SAMPLE = 20261125, 4
PASSWORD_ENV = "SETSUBI_TEST_PASSWORD"


@contextmanager
def served(profile: str, scale: float = SCALE, **options: Any) -> Iterator[ServedMock]:
    with ServedMock(profile, scale, HostOptions(**options)) as mock:
        yield mock


@pytest.fixture(scope="module")
def plain() -> Iterator[ServedMock]:
    with served("stacking") as mock:
        yield mock


@pytest.fixture(scope="module")
def lean() -> Iterator[ServedMock]:
    with served("stacking", without=OPTIONS) as mock:
        yield mock


@pytest.fixture(scope="module")
def guarded() -> Iterator[ServedMock]:
    with served("stacking", security=SecuritySettings(anonymous=False, users={"tester": "kensa"})) as mock:
        yield mock


@pytest.fixture
def bench(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Where a fault can be seen, and what the target file says of it."""

    def choose(fault: str | None, kind: str = "") -> tuple[ServedMock, dict[str, Any]]:
        name = kind or ("lean" if fault in LEAN else "guarded" if fault in GUARDED else "plain")
        mock: ServedMock = request.getfixturevalue(name)
        if name == "lean":
            return mock, {"claims": dict.fromkeys(OPTIONS, False)}
        if name == "guarded":
            monkeypatch.setenv(PASSWORD_ENV, "kensa")
            entry = {"url": mock.unit.addresses.opcua, "user": "tester", "password_env": PASSWORD_ENV}
            return mock, {"claims": {"users": True}, "opcua": entry}
        return mock, {}

    return choose


async def verdicts(mock: ServedMock, only: Any = AREAS, **changes: Any) -> dict[str, str]:
    found, _ = await findings(mock, only=only, **changes)
    return {name: str(f.verdict) for name, f in found.items()}


async def failed(bench: Any, fault: str, only: Any = AREAS) -> set[str]:
    mock, changes = bench(fault)
    mock.switch(fault, True)
    try:
        return {name for name, verdict in (await verdicts(mock, only, **changes)).items() if verdict == "fail"}
    finally:
        mock.switch(fault, False)


def test_every_fault_of_these_areas_is_named_and_every_requirement_has_its_check() -> None:
    assert {name for name in FAULTS if name.partition(".")[0] in AREAS} <= set(BY_FAULT)
    assert set(BY_FAULT) <= set(FAULTS)
    assert {str(r.check) for r in LEDGER.values()} <= set(load_checks())


@pytest.mark.parametrize("profile", PROFILES)
async def test_a_clean_mock_passes(profile: str) -> None:
    with served(profile) as mock:
        found, footer = await findings(mock, only=AREAS)
    assert {name: f.reason for name, f in found.items() if f.verdict not in ("pass", "not-applicable")} == {}
    assert footer.exit_code == ExitCode.CONFORMANT
    open_ = {name for name, f in found.items() if f.verdict == "not-applicable"}
    assert open_ == {"CLM-OPTION-002", "CLM-OPTION-003", "UA-SEC-003"}  # every option is claimed, but users are not


@pytest.mark.parametrize(("kind", "decided"), [("lean", "CLM-OPTION-003"), ("guarded", "UA-SEC-003")])
async def test_a_clean_mock_passes_with_other_claims(bench: Any, kind: str, decided: str) -> None:
    mock, changes = bench(None, kind)
    found = await verdicts(mock, **changes)
    assert {name: v for name, v in found.items() if v not in ("pass", "not-applicable")} == {}
    assert found[decided] == "pass"


async def test_claims_come_first_among_checks_of_one_impact(plain: ServedMock) -> None:
    found, _ = await findings(plain, only=("claims", "identification"))
    impacts = [(LEDGER[name].impact.rank, LEDGER[name].area != "claims") for name in found]
    assert impacts == sorted(impacts)
    assert len({LEDGER[name].area for name in found}) == 2


@pytest.mark.parametrize("fault", sorted(BY_FAULT))
async def test_a_fault_fails_the_requirements_that_name_it(bench: Any, fault: str) -> None:
    assert await failed(bench, fault, tuple(BY_FAULT[fault])) == BY_FAULT[fault]


@pytest.mark.parametrize("fault", random.Random(SEED).sample(sorted(BY_FAULT), SAMPLE))
async def test_a_fault_fails_no_other_requirement(bench: Any, fault: str) -> None:
    assert await failed(bench, fault) == BY_FAULT[fault]


@pytest.mark.matrix
@pytest.mark.parametrize("fault", sorted(BY_FAULT))
async def test_the_whole_matrix_of_the_protocols(bench: Any, fault: str) -> None:
    assert await failed(bench, fault) == BY_FAULT[fault]


@pytest.mark.matrix
@pytest.mark.parametrize("profile", PROFILES)
async def test_a_clean_mock_passes_at_a_slower_pace(profile: str) -> None:
    with served(profile, 5.0) as mock:
        found = await verdicts(mock)
    assert {name: v for name, v in found.items() if v not in ("pass", "not-applicable")} == {}
