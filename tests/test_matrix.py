"""The suite against the mocks, over real sockets: clean units pass, and every fault is caught by what names it.

Time is warped (``warp.py``), so that how busy the computer is changes no verdict. The areas have matrices of their own
beside their checks; this one joins them: all requirements there are, and faults of all areas.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

import pytest
from matrixtable import MATRIX_ROW
from warpbench import NOT_APPLICABLE, Mock, exceptions, guarded, lean

from conformance.events import Finding
from conformance.exitcodes import ExitCode
from conformance.registry import load_checks
from profiles import load_pack, load_profile, profile_names
from profiles.model import Impact
from simulator.faults import FAULTS

SEED = 20261125
PER_AREA, STRANGERS = 2, 6
LEDGER = load_pack().ledger
CONCRETE = [name for name in profile_names() if not load_profile(name).spec.abstract]
BITES_ON = ("stacking", "electrolyte_filling", "formation_eol", "tab_welding", "conveyor")
"""A fault is tried on the first of these on which a requirement that names it applies, …"""
KINDS: dict[str, tuple[str, Callable[[str], Mock]]] = {
    "claims.unclaimed_served": ("lean", lean),
    "opcua.anonymous_accepted": ("guarded", guarded),
    "opcua.any_password": ("guarded", guarded),
}
"""… but for those that need a unit that lacks options, or one that has users."""


def _by_fault() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for requirement in LEDGER:
        for name in requirement.faults:
            found.setdefault(name, []).append(requirement.id)
    return found


BY_FAULT = _by_fault()


class Mocks:
    """One mock per profile and kind, made when first asked for; one that cannot be put right again is made anew."""

    def __init__(self) -> None:
        self._made: dict[tuple[str, str], Mock] = {}

    def of(self, profile: str, fault: str = "") -> Mock:
        """A mock on which the fault can be seen. An item has left it: some faults show in nothing but an item's record."""
        kind, make = KINDS.get(fault, ("plain", Mock))
        if (profile, kind) not in self._made:
            self._made[profile, kind] = make(profile).__enter__()
            self._made[profile, kind].pass_item()
        return self._made[profile, kind]

    def findings(self, profile: str, fault: str, only: tuple[str, ...]) -> dict[str, Finding]:
        """What is found while the fault is on. Afterwards the mock is as good as new, or gone."""
        mock = self.of(profile, fault)
        mock.switch(fault, True)
        try:
            return mock.findings(only=only)[0]
        finally:
            if mock.recover():
                (key,) = [k for k, m in self._made.items() if m is mock]
                self._made.pop(key).__exit__(None, None, None)

    def close(self) -> None:
        while self._made:
            self._made.popitem()[1].__exit__(None, None, None)


@pytest.fixture(scope="module")
def mocks() -> Iterator[Mocks]:
    made = Mocks()
    yield made
    made.close()


def test_every_requirement_has_a_check_and_faults_that_exist() -> None:
    checks = load_checks()
    for requirement in LEDGER:
        assert requirement.excluded is not None or requirement.check in checks, requirement.id
        assert requirement.excluded is not None or requirement.faults, f"{requirement.id}: no fault kills it"
        for name in requirement.faults:
            assert name in FAULTS, f"{requirement.id} names {name}, which nobody registers"


def test_every_fault_is_named_by_a_requirement() -> None:
    assert set(FAULTS) == set(BY_FAULT)


def test_no_must_is_excluded() -> None:
    assert [r.id for r in LEDGER if r.excluded is not None and r.level == "MUST"] == []


def test_the_ledger_has_more_than_ninety_requirements() -> None:
    assert len(LEDGER) >= 90


@pytest.mark.parametrize("profile", CONCRETE)
def test_a_clean_mock_conforms_at_every_impact_level(mocks: Mocks, profile: str) -> None:
    found, footer = mocks.of(profile).findings()
    assert exceptions(found, NOT_APPLICABLE[profile]) == {}
    assert footer.exit_code == ExitCode.CONFORMANT


@pytest.mark.parametrize("impact", [i for i in Impact if i is not Impact.OPERATOR])
def test_a_clean_mock_conforms_at_the_milder_levels(mocks: Mocks, impact: Impact) -> None:
    found, footer = mocks.of("stacking").findings(impact=impact)
    good = ("pass", "not-applicable", "not-exercised")
    assert {i: f.reason for i, f in found.items() if f.verdict not in good} == {}
    assert footer.exit_code == ExitCode.CONFORMANT


def _sample() -> list[str]:
    """Some of each area."""
    areas: dict[str, list[str]] = {}
    for name in sorted(BY_FAULT):
        areas.setdefault(name.partition(".")[0], []).append(name)
    chosen = random.Random(SEED)
    return [name for names in areas.values() for name in sorted(chosen.sample(names, min(PER_AREA, len(names))))]


def _caught(mocks: Mocks, fault: str, others: list[str] | None) -> tuple[str, dict[str, Finding]]:
    """What the named requirements, and the others (all, if None), say while the fault is on, where it can bite."""
    named, found = BY_FAULT[fault], {}
    for profile in BITES_ON:
        found = mocks.findings(profile, fault, () if others is None else (*named, *others))
        if any(found[i].verdict != "not-applicable" for i in named if i in found):
            for blind in [i for i in named if found[i].verdict == "inconclusive"]:
                found |= mocks.findings(profile, fault, (blind,))  # alone: some faults leave no unit to test
            return profile, found
    return BITES_ON[-1], found


def _deviations(fault: str, found: dict[str, Finding]) -> list[str]:
    """Where a fault does not do exactly what the ledger says of it."""
    named = BY_FAULT[fault]
    missed = [
        f"{i} is {found[i].verdict}: {found[i].reason}"
        for i in named
        if found[i].verdict not in ("fail", "not-applicable")
    ]
    hit = [
        f"{i} fails, undeclared: {f.reason}"
        for i, f in found.items()
        if f.verdict in ("fail", "error") and i not in named
    ]
    if not any(found[i].verdict == "fail" for i in named):
        missed.append("nothing that names it fails")
    return [*missed, *hit]


@pytest.mark.parametrize("fault", _sample())
def test_a_fault_fails_what_names_it_and_nothing_of_a_sample_of_the_rest(mocks: Mocks, fault: str) -> None:
    rest = [r.id for r in LEDGER if r.id not in BY_FAULT[fault] and r.excluded is None]
    _, found = _caught(mocks, fault, random.Random(f"{SEED} {fault}").sample(rest, STRANGERS))
    assert _deviations(fault, found) == []


@pytest.mark.matrix
@pytest.mark.timeout(0)
@pytest.mark.parametrize("fault", sorted(BY_FAULT))
def test_a_fault_fails_what_names_it_and_nothing_else(
    mocks: Mocks, fault: str, record_property: Callable[[str, object], None]
) -> None:
    """One row of the whole matrix: all requirements. ``conftest.py`` prints the rows as a table."""
    profile, found = _caught(mocks, fault, None)
    blind = sum(f.verdict == "inconclusive" for f in found.values())
    failed = ", ".join(i for i, f in found.items() if f.verdict == "fail")
    record_property(MATRIX_ROW, f"{fault:42} {profile:20} fails {failed or 'nothing'}; {blind} inconclusive")
    assert _deviations(fault, found) == []
