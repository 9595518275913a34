"""Numbers of enumerations are shown with their names, and stay numbers for everybody who computes with them."""

from __future__ import annotations

import json

from warpbench import Mock

from conformance.events import plain
from conformance.named import Named, alike, named
from profiles import load_profile

SIGNALS = load_profile("stacking").signals
STATE = SIGNALS["state.unit_state"]


def test_a_state_is_a_number_that_is_shown_with_its_name() -> None:
    execute = named(STATE, 6)
    assert execute == 6
    assert {execute: "x"}[6] == "x"
    assert f"{execute}, {[execute]}" == "6 (Execute), [6 (Execute)]"
    assert plain({"state.unit_state": execute}) == {"state.unit_state": "6 (Execute)"}
    assert json.dumps(execute) == "6"
    assert str(named(STATE, 99)) == "99 (not defined)"


def test_other_values_stay_as_they_are() -> None:
    assert named(STATE, None) is None
    assert type(named(SIGNALS["comm.heartbeat"], 6)) is int
    assert named(SIGNALS["state.starved"], True) is True


def test_what_was_expected_is_named_as_what_was_found() -> None:
    found = named(STATE, 9)
    assert str(alike(6, found)) == "6 (Execute)"
    assert str(alike([2, 4], [found])) == "[2 (Stopped), 4 (Idle)]"
    assert alike(6, 9) == 6
    assert not isinstance(alike(True, found), Named)
    assert alike("Execute or Held", found) == "Execute or Held"


def test_findings_transcripts_and_diagrams_show_the_names() -> None:
    with Mock("conveyor") as mock:
        mock.switch("states.operation_mode_constant", True)
        found, _ = mock.findings(only=["STA-MODE-003", "STA-STATE-001"])
    wrong = found["STA-MODE-003"]
    assert wrong.verdict == "fail"
    assert wrong.reason.startswith("not met: in unit mode ")
    unmet = next(x for x in wrong.expectations if x.met is False)
    assert unmet.what == "in unit mode 2 (Maintenance) the operation mode shall be 1 (Maintenance)"
    assert (unmet.expected, unmet.actual) == ("1 (Maintenance)", "3 (Processing)")
    assert (unmet.via, unmet.signal) == ("opcua", "state.operation_mode")
    assert unmet.address == SIGNALS["state.operation_mode"].opcua.path
    right = found["STA-STATE-001"]
    assert right.verdict == "pass"
    assert {e.value for e in right.transcript if e.address.endswith("/s:UnitState")} == {"2 (Stopped)"}
    assert right.diagram is not None
    assert (
        next(lane.points[0][1] for lane in right.diagram.lanes if lane.name == "state.unit_state (opcua)")
        == "2 (Stopped)"
    )
