"""Plan files: what they may leave out, and every fault with its place and its mend."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.planning.errors import PlanError
from simulator.planning.load import bundled, formats, load_plan

STEPS = "steps:\n  - {name: A, time: 50, yield: 0.9}\n  - {name: B, kind: store, time: 12 h}\n"
GOOD = "gwh: 2\ncell: {energy_wh: 225}\nlines: 1\n" + STEPS
RAMP = "ramp:\n  oee: {start: 0.4, months: 6}\n  yield: {start: 0.7, law: wright, progress: 0.8}\n"


def write(folder: Path, text: str) -> Path:
    path = folder / "plan.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_bundled_cell_gives_what_the_file_does_not_say(tmp_path: Path) -> None:
    spec = load_plan(write(tmp_path, "gwh: 3\ncell: prismatic_60ah\nlines: 2\nutilisation: 0.8\n"))
    base = bundled("prismatic_60ah")
    assert (spec.gwh, spec.lines, spec.shortest_takt, spec.utilisation) == (3, 2, None, 0.8)
    assert (spec.steps, spec.cell, spec.ramp) == (base.steps, base.cell, base.ramp)
    assert "utilisation" not in spec.figures  # the file's own figure is not assumed
    assert spec.figures["cell.mass_kg"].assumed


@pytest.mark.parametrize("cell", formats())
def test_every_step_of_a_bundled_plan_says_where_its_figures_come_from(cell: str) -> None:
    spec = bundled(cell)
    assert spec.cell.format == cell
    for step in spec.steps:
        said = spec.figures[f"steps.{step.name}.time"]
        assert said.assumed or said.source.endswith("[B]")
    for place, figure in spec.figures.items():
        assert figure.assumed or figure.source.endswith(("[B]", "[D]")), place


@pytest.mark.parametrize(
    ("text", "place", "what"),
    [
        ("", (0, 0), "is empty"),
        ("- 1\n", (1, 1), "no mapping"),
        (GOOD + "line: 3\n", (7, 1), "unknown key line (did you mean 'lines'?)"),
        (GOOD.replace("gwh: 2", "gwh: 0"), (1, 1), "gwh: Input should be greater than 0"),
        (GOOD.replace("gwh: 2", "gwh: no"), (1, 1), "gwh: true or false"),
        (GOOD.replace("{energy_wh: 225}", "prismatic_6ah"), (2, 1), "cell: there is no bundled format 'prismatic_6ah'"),
        (GOOD.replace("yield: 0.9", "yield: 90"), (5, 25), "steps.A.yield: Input should be less than or equal to 1"),
        (GOOD.replace("yield: 0.9", "yeild: 0.9"), (5, 25), "unknown key yeild (did you mean 'yield'?)"),
        (GOOD.replace("yield: 0.9", "profile: stakcing"), (5, 25), "steps.A.profile: 'stakcing' is no profile"),
        (GOOD.replace("time: 50", "time: 0"), (5, 15), "steps.A.time: must be above 0, and at most ten years"),
        (GOOD.replace("time: 12 h", "time: 12 hours"), (6, 28), "a time is a number of seconds or a text such as 45 min"),
        (GOOD.replace("name: B", "name: A"), (6, 6), "steps.1.name: the name A is used twice"),
        (GOOD.replace("time: 12 h", "time: 12 h, places: 4"), (6, 15), "a store has no availability, failures or places"),
        (GOOD.replace("yield: 0.9", "places: 10, tray: 4"), (5, 37), "places (10) must be a multiple of tray (4)"),
        (GOOD.replace("yield", "availability: 0.9, failures: [{mtbf: 1, mttr: 1}], yield"), (5, 25), "follows from the failures"),
        (GOOD.replace("yield", "failures: [{at: 60, mttr: 1}], yield"), (5, 25), "says nothing of availability"),
        (GOOD.replace("yield: 0.9", "failures: [{mtbf: 1.0e-300, mttr: 1.0e+300}]"), (5, 25), "the step would hardly ever work"),
        (GOOD.replace("energy_wh: 225", "energy_wh: 1e-300"), (2, 8), "cell.energy_wh: Input should be greater than or equal to 0.001"),
        ("gwh: 1\ncell: {energy_wh: 1}\nlines: 1\nsteps: [" + ", ".join(f"{{name: s{i}, time: 1, yield: 0.001}}" for i in range(100)) + "]\n", (4, 1), "of a million cells not one would be good"),
        (GOOD.replace("lines: 1", "shortest_takt: 1.0e+300"), (3, 1), "shortest_takt: Input should be less than or equal to 86400"),
        (GOOD.replace("lines: 1\n", ""), (1, 1), "give 'lines', or 'shortest_takt'"),
        (GOOD.replace("lines: 1\n", "lines: 1\nshortest_takt: 4\n"), (4, 1), "shortest_takt: lines is given already, and only one of them can be (keep 'lines', or"),
        (GOOD.replace("name: A,", "name: A, kind: store,"), (4, 1), "steps: none is a machine"),
        (GOOD + RAMP.replace("0.7", "0.95"), (9, 11), "ramp.yield.start: 0.95 is more than the yield of the steps together, 0.900"),
        (GOOD + RAMP.replace("start: 0.4", "start: 0.95"), (8, 9), "ramp.oee.start: 0.95 is more than the OEE that the plan comes to"),
        (GOOD + RAMP.replace("start: 0.4", "start: 0.8"), (8, 9), "with a yield of 0.7 at the start it can be at most 0.700"),
        (GOOD + RAMP.replace(", progress: 0.8", ""), (9, 23), "wright needs 'progress'"),
        (GOOD + RAMP.replace("months: 6", "progress: 0.8"), (8, 3), "exponential needs 'months'"),
    ],
)  # fmt: skip
def test_a_fault_is_told_with_its_place(tmp_path: Path, text: str, place: tuple[int, int], what: str) -> None:
    with pytest.raises(PlanError) as found:
        load_plan(write(tmp_path, text))
    assert what in str(found.value)
    assert (found.value.line, found.value.column) == place
