"""Production data in virtual time: clean units of every profile pass, and each fault fails its requirements and no others."""

from __future__ import annotations

import pytest
from bench_context import verdict
from moving_unit import MovingContext, MovingUnit

from conformance.registry import load_checks
from conformance.selection import applies_not
from profiles import load_profile, profile_names
from profiles.model import Protocol as Wire
from profiles.model import Requirement
from simulator.faults import FAULTS

AREA = "production"
PROFILES = [name for name in profile_names() if not load_profile(name).spec.abstract]
FAULTY = sorted(name for name in FAULTS if name.partition(".")[0] == AREA)
OF_FILLING = ("production.values_unrelated",)


def profile_for(fault: str) -> str:
    """One with which the fault can be seen."""
    return "electrolyte_filling" if fault in OF_FILLING else "stacking"


def requirements(profile: str) -> list[Requirement]:
    """The requirements of production data that concern a profile whose options are all claimed."""
    loaded = load_profile(profile)
    claims = dict.fromkeys(loaded.options, True)
    return [r for r in loaded.ledger if r.area == AREA and not applies_not(r, loaded, list(Wire), claims)]


async def decided(requirement: Requirement, profile: str, fault: str | None = None) -> tuple[str, list[str]]:
    unit = MovingUnit(profile)
    if fault is not None:
        unit.faults.switch(fault, True)
    unit.advance(0.2)
    return await verdict(load_checks()[str(requirement.check)], requirement, unit, MovingContext)


@pytest.mark.parametrize("profile", PROFILES)
async def test_a_clean_unit_passes_everything_that_concerns_it(profile: str) -> None:
    found = {r.id: await decided(r, profile) for r in requirements(profile)}
    assert {name: v for name, v in found.items() if v[0] != "pass"} == {}
    assert len(found) >= 18


@pytest.mark.parametrize("fault", FAULTY)
async def test_a_fault_fails_the_requirements_that_name_it(fault: str) -> None:
    profile = profile_for(fault)
    found = {r.id: await decided(r, profile, fault) for r in requirements(profile) if fault in r.faults}
    assert found
    assert {name: v for name, v in found.items() if v[0] != "fail"} == {}


@pytest.mark.matrix
@pytest.mark.parametrize("fault", FAULTY)
async def test_a_fault_fails_no_other_requirement(fault: str) -> None:
    profile = profile_for(fault)
    found = {r.id: await decided(r, profile, fault) for r in requirements(profile) if fault not in r.faults}
    assert {name: v for name, v in found.items() if v[0] == "fail"} == {}
