"""Production data over real sockets: a clean mock passes, and faults of each kind are seen.

The whole matrix is that of ``test_production_matrix``, in virtual time.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from mockbench import ServedMock, findings

from profiles import load_pack

FAULTS = (
    "production.modbus_misses_one",
    "production.id_of_first_item",
    "production.sequence_stands",
    "production.values_unscaled",
    "production.item_energy_in_joules",
    "production.record_lost_in_held",
)


@pytest.fixture(scope="module")
def stacking() -> Iterator[ServedMock]:
    with ServedMock("stacking") as mock:
        yield mock


async def test_a_clean_mock_passes() -> None:
    with ServedMock("electrolyte_filling") as mock:
        found, _ = await findings(mock, only=["production"])
    assert {i: f.reason for i, f in found.items() if f.verdict not in ("pass", "not-applicable")} == {}
    assert sum(f.verdict == "pass" for f in found.values()) == len(found)


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_fault_fails_the_requirements_that_name_it(stacking: ServedMock, fault: str) -> None:
    named = [r.id for r in load_pack().ledger if fault in r.faults]
    stacking.switch(fault, True)
    try:
        found, _ = await findings(stacking, only=named)
    finally:
        stacking.switch(fault, False)
    decided = {i: str(f.verdict) for i, f in found.items() if f.verdict != "not-applicable"}
    assert decided
    assert set(decided.values()) == {"fail"}, {i: f.reason for i, f in found.items()}
