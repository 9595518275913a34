"""The suite against the mocks: clean units pass, and every fault is caught by the requirements that name it."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from mockbench import ServedMock, findings

from conformance.exitcodes import ExitCode
from conformance.registry import load_checks
from profiles import load_pack
from simulator.faults import FAULTS

SAMPLE = 8
SEED = 20261124


def _by_fault() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for requirement in load_pack().ledger:
        for name in requirement.faults:
            found.setdefault(name, []).append(requirement.id)
    return found


BY_FAULT = _by_fault()


@pytest.fixture(scope="module")
def stacking() -> Iterator[ServedMock]:
    with ServedMock("stacking") as mock:
        yield mock


def test_every_requirement_has_a_check_and_faults_that_exist() -> None:
    checks = load_checks()
    for requirement in load_pack().ledger:
        assert requirement.excluded is not None or requirement.check in checks, requirement.id
        for name in requirement.faults:
            assert name in FAULTS, f"{requirement.id} names {name}, which nobody registers"


def test_the_ledger_has_more_than_ninety_requirements() -> None:
    assert len(load_pack().ledger) >= 90


@pytest.mark.parametrize("profile", ["stacking", "conveyor"])
async def test_a_clean_mock_conforms_at_every_impact_level(profile: str) -> None:
    with ServedMock(profile) as mock:
        found, footer = await findings(mock)
    bad = {i: f.reason for i, f in found.items() if f.verdict not in ("pass", "not-applicable")}
    assert not bad
    assert footer.exit_code == ExitCode.CONFORMANT


def _sample() -> list[str]:
    areas: dict[str, list[str]] = {}
    for name in sorted(BY_FAULT):
        areas.setdefault(name.partition(".")[0], []).append(name)
    chosen = random.Random(SEED)
    return [name for names in areas.values() for name in chosen.sample(names, min(SAMPLE // 3 + 1, len(names)))]


async def _is_caught(mock: ServedMock, fault: str) -> dict[str, str]:
    """What the requirements that name the fault say while it is on."""
    mock.switch(fault, True)
    try:
        found, _ = await findings(mock, only=BY_FAULT[fault])
    finally:
        mock.switch(fault, False)
    return {i: str(found[i].verdict) for i in BY_FAULT[fault] if found[i].verdict != "not-applicable"}


@pytest.mark.parametrize("fault", _sample())
async def test_a_fault_fails_the_requirements_that_name_it(stacking: ServedMock, fault: str) -> None:
    verdicts = await _is_caught(stacking, fault)
    assert verdicts
    assert set(verdicts.values()) == {"fail"}, verdicts


@pytest.mark.matrix
@pytest.mark.parametrize("fault", sorted(BY_FAULT))
async def test_the_whole_matrix(stacking: ServedMock, fault: str) -> None:
    verdicts = await _is_caught(stacking, fault)
    print(f"{fault}: {verdicts or 'names nothing that applies to this profile'}")
    assert set(verdicts.values()) <= {"fail"}, verdicts
