"""Production data over real sockets: clean mocks pass, and each fault fails exactly the requirements that name it.

Mock and tester share a warped loop (``warp.py``), so that the verdicts do not depend on how fast the machine is. Each
fault meets the requirements that name it; every fault against the whole area is marked ``matrix``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pytest
from warpbench import NOT_APPLICABLE, Mock, exceptions

from conformance.exitcodes import ExitCode
from profiles import load_pack
from simulator.faults import FAULTS

AREA = "production"
SPEED = 20.0
FAULTY = sorted(name for name in FAULTS if name.partition(".")[0] == AREA)
LEDGER = [r for r in load_pack().ledger if r.area == AREA]
NAMED = {fault: {r.id for r in LEDGER if fault in r.faults} for fault in FAULTY}
RELATED = "PRD-VALUE-003"  # concerns only machines on which process values follow from others
Mocks = dict[str, Mock]


@pytest.fixture(scope="module")
def mocks() -> Iterator[Mocks]:
    with Mock("stacking", SPEED) as stacking, Mock("electrolyte_filling", SPEED) as filling:
        yield {mock.profile.id: mock for mock in (stacking, filling)}


def failed(mocks: Mocks, fault: str, only: Iterable[str]) -> set[str]:
    """The requirements that fail while the fault is on; the mock is as good as new afterwards."""
    mock = mocks["electrolyte_filling" if RELATED in NAMED[fault] else "stacking"]
    mock.switch(fault, True)
    try:
        found, _ = mock.findings(only=only)
    finally:
        mock.recover()
        mock.empty()
        assert mock.recover() == {}
    return {name for name, finding in found.items() if finding.verdict == "fail"}


def test_every_fault_of_the_area_is_named_by_a_requirement() -> None:
    assert [fault for fault, names in NAMED.items() if not names] == []


@pytest.mark.parametrize("profile", NOT_APPLICABLE)
def test_a_clean_mock_passes(profile: str) -> None:
    with Mock(profile, SPEED) as mock:
        found, footer = mock.findings(only=[AREA])
    assert exceptions(found, NOT_APPLICABLE[profile]) == {}
    assert footer.exit_code == ExitCode.CONFORMANT


@pytest.mark.parametrize("fault", FAULTY)
def test_a_fault_fails_the_requirements_that_name_it(mocks: Mocks, fault: str) -> None:
    assert failed(mocks, fault, NAMED[fault]) == NAMED[fault]
