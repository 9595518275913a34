"""A line file that contradicts the profiles it names is told so, with place and mend; nothing is silently dropped."""

from __future__ import annotations

from pathlib import Path

import pytest

from setsubi.hosting import build_line
from simulator.interface.fitted import fitted_line
from simulator.line import LineError
from simulator.line.packml import State

GOOD = "name: x\nunits:\n  - name: A\n    profile: stacking\n    process_time: 4\n"


def fitted(tmp_path: Path, text: str) -> object:
    path = tmp_path / "line.yaml"
    path.write_text(text, encoding="utf-8")
    return fitted_line(path)


@pytest.mark.parametrize(
    ("text", "place", "what", "mend"),
    [
        (GOOD.replace("stacking", "stackin"), (4, 5), "'stackin' is no profile", "did you mean 'stacking'"),
        (GOOD.replace("stacking", "conveyor"), (4, 5), "A is a machine", "profile of the unit's kind"),
        (GOOD + "    safety: [{id: S1}]\n", (6, 5), "come from its profile", "remove"),
        (GOOD + "    sensors: {x: {value: 1}}\n", (6, 5), "come from its profile", "remove"),
        (GOOD + "    process_values: {mass: {mean: 1}}\n", (6, 22), "no process value mass", "stack_thickness"),
        (GOOD + "    failures: [{mtbf: 9, mttr: 1, alarm: 999}]\n", (6, 35), "no alarm 999", "profile show stacking"),
        (GOOD + "    failures: [{mtbf: 9, mttr: 1, alarm: 14}]\n", (6, 35), "material_low) has the reaction", "leave it"),
        (GOOD + "events: [{at: 1, unit: A, trip: S1}]\n", (6, 27), "no safety function S1", "emergency_stop"),
        (GOOD + "plan: [{recipe: 99, count: 1}]\n", (6, 9), "no recipe 99", "use recipes of all profiles"),
    ],
)  # fmt: skip
def test_a_contradiction_is_named_with_place_and_mend(
    tmp_path: Path, text: str, place: tuple[int, int], what: str, mend: str
) -> None:
    with pytest.raises(LineError) as caught:
        fitted(tmp_path, text)
    assert what in caught.value.what
    assert mend in caught.value.mend
    assert (caught.value.line, caught.value.column) == place


def test_a_scheduled_trip_names_the_safety_function_of_the_profile_and_aborts_the_zone(tmp_path: Path) -> None:
    conveyor = "  - {name: AB, kind: conveyor, length_m: 3, speed_m_s: 1, spacing_m: 1}\n"
    path = tmp_path / "line.yaml"
    path.write_text(GOOD + conveyor + "events: [{at: 60, unit: A, trip: emergency_stop}]\n", encoding="utf-8")
    spec, profiles = fitted_line(path)
    line = build_line(spec, profiles, 1, None, live=False)
    line.run(59)
    assert [u.state for u in line.units.values()] == [State.EXECUTE, State.SUSPENDED]
    line.run(61)
    assert [u.state for u in line.units.values()] == [State.ABORTED, State.ABORTED]
