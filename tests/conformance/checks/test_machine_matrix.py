"""States, alarms, safety and recipes against the simulated unit in virtual time: clean passes, each fault fails its own.

The same over real sockets is the fault matrix of the whole suite; this one needs seconds.
"""

from __future__ import annotations

import pytest

pytest.importorskip("simulator.line.line")

from bench_context import verdict
from bench_units import SimulatedUnit

from conformance.registry import load_checks
from profiles import load_profile, profile_names
from profiles.model import Requirement
from simulator.faults import FAULTS
from simulator.line.unit import Unit

AREAS = ("states", "alarms", "safety", "recipes")
PROFILES = [name for name in profile_names() if not load_profile(name).spec.abstract]
OF_FILLING = ("safety.sensor_ignored", "safety.sensor_failure_ignored")

pytestmark = pytest.mark.skipif(not hasattr(Unit, "force"), reason="the line model cannot be made to misbehave yet")


def requirements(profile: str) -> list[Requirement]:
    """The checked requirements of these areas that concern a profile."""
    loaded = load_profile(profile)
    return [
        r
        for r in loaded.ledger
        if r.area in AREAS and r.check and (not r.applies_to.kinds or set(r.applies_to.kinds) & set(loaded.ancestors))
    ]


FAULTY = sorted({fault for r in requirements("stacking") for fault in r.faults})


async def decided(requirement: Requirement, profile: str, fault: str | None = None) -> str:
    unit = SimulatedUnit(profile)
    if fault is not None:
        unit.faults.switch(fault, True)
    unit.advance(0.2)
    found, _ = await verdict(load_checks()[str(requirement.check)], requirement, unit)
    return found


@pytest.mark.parametrize("profile", PROFILES)
async def test_a_clean_unit_passes_everything_that_concerns_it(profile: str) -> None:
    found = {r.id: await decided(r, profile) for r in requirements(profile)}
    assert {name: v for name, v in found.items() if v not in ("pass", "not applicable")} == {}
    undecided = {name for name, v in found.items() if v == "not applicable"}
    assert undecided <= {"SAF-PROCESS-001", "SAF-SENSOR-001"}


@pytest.mark.parametrize("fault", FAULTY)
async def test_a_fault_fails_the_requirements_that_name_it(fault: str) -> None:
    profile = "electrolyte_filling" if fault in OF_FILLING else "stacking"
    named = [r for r in requirements(profile) if fault in r.faults]
    assert {r.id: await decided(r, profile, fault) for r in named} == {r.id: "fail" for r in named}


@pytest.mark.matrix
@pytest.mark.parametrize("fault", FAULTY)
async def test_a_fault_fails_no_other_requirement(fault: str) -> None:
    profile = "electrolyte_filling" if fault in OF_FILLING else "stacking"
    others = [r for r in requirements(profile) if fault not in r.faults]
    assert [r.id for r in others if await decided(r, profile, fault) == "fail"] == []


def test_every_fault_of_these_areas_is_named_by_a_requirement() -> None:
    assert {name for name in FAULTS if name.partition(".")[0] in AREAS} <= set(FAULTY)
