"""Effort files: what they may leave out, and every fault with its place and its mend."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.effort.errors import EffortError
from simulator.effort.load import load_effort

GOOD = "units:\n  - {name: A, vendor: one}\n  - {name: B, vendor: two}\n"


def write(folder: Path, text: str) -> Path:
    path = folder / "effort.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_parameters_that_are_left_out_are_the_bundled_ones_and_assumed(tmp_path: Path) -> None:
    plain = load_effort(write(tmp_path, GOOD)).spec
    assert len(plain.figures) == 24
    assert all(figure.assumed for figure in plain.figures.values())
    text = GOOD + "without: {glue_code: 30}\nwith: {fixing: {data: {value: 2, source: our records}}}\n"
    changed = load_effort(write(tmp_path, text)).spec
    assert changed.without.glue_code.mean == 30
    assert changed.without.specification == plain.without.specification
    assert changed.guided.fixing.data.mean == 2
    assert changed.guided.fixing.safety == plain.guided.fixing.safety
    assert "without.glue_code" not in changed.figures
    assert changed.figures["with.fixing.data"].source == "our records"


def test_reports_are_found_beside_the_file(tmp_path: Path) -> None:
    (tmp_path / "b.ndjson").write_text("", encoding="utf-8")
    loaded = load_effort(write(tmp_path, GOOD.replace("vendor: two", "vendor: two, report: b.ndjson")))
    assert loaded.reports == {"B": tmp_path / "b.ndjson"}


@pytest.mark.parametrize(
    ("text", "place", "what"),
    [
        ("", (0, 0), "is empty"),
        ("units: []\n", (1, 1), "units: has 0 entries, too few (write at least 2)"),
        ("units: 3\n", (1, 1), "units: must be a list, not 3 (write a list: "),
        ("units: [3, 4]\n", (1, 9), "units.0: must be a mapping, not 3 (write 'name: value' below it)"),
        (GOOD.replace("name: B", "name: B C"), (3, 6), "units.1.name: 'B C' can not be a name here (write up to 64 letters"),
        (GOOD.replace("vendor: two", "vendor: ''"), (3, 15), "units.B.vendor: '' is too short (write a text of at least 1 "),
        (GOOD.replace("name: B", "name: A"), (3, 6), "units.1.name: the name A is used twice"),
        (GOOD.replace("vendor: two", "vender: two"), (3, 15), "unknown key vender (did you mean 'vendor'?)"),
        (GOOD.replace("vendor: two", "vendor: two, report: no.xml"), (3, 28), "there is no file no.xml (give its path, seen from"),
        (GOOD + "without: {glue_code: 8 h}\n", (4, 11), "without.glue_code: is a plain number, or {distribution"),
        (GOOD + "without: {glue_code: {distribution: triangular, low: 1 d, mode: 20, high: 30}}\n", (4, 11), "is a plain number"),
        (GOOD + "without: {glue_code: -3}\n", (4, 11), "mean must be finite and not negative"),
        (GOOD + "without: {repeat: 50}\n", (4, 11), "without.repeat: is a share from 0 to 1"),
        (GOOD + "without: {glue_code: 1.0e+300}\n", (4, 11), "without.glue_code: is at most 1000000"),
        (GOOD + "without: {glue_code: {distribution: weibull, scale: 1, shape: 0.001}}\n", (4, 11), "is a plain number, or"),
        (GOOD + "with: {findings: {data: 1e19}}\n", (4, 19), "with.findings.data: Input should be less than or equal to 1000"),
        ("units:\n" + "".join(f"  - {{name: u{i}, vendor: x}}\n" for i in range(10)) + "runs: 1000000\n", (12, 1), "runs: with 10 units it can be at most 500000"),
        (GOOD + "with: {reuse: {distribution: lognormal, mean: 0.5, sd: 0.1}}\n", (4, 8), "with.reuse: is a share from 0 to 1"),
        (GOOD + "with: {findings: {itemloss: 3}}\n", (4, 19), "unknown key itemloss (did you mean 'item-loss'?)"),
        (GOOD + "with: {glue_code: 3}\n", (4, 8), "with.glue_code: unknown key glue_code"),
        (GOOD + "with: 3\n", (4, 1), "with: "),
        (GOOD + "runs: 10\n", (4, 1), "runs: Input should be greater than or equal to 100"),
        (GOOD + "draws: each\n", (4, 1), "draws: Input should be 'common' or 'separate'"),
    ],
)  # fmt: skip
def test_a_fault_is_told_with_its_place(tmp_path: Path, text: str, place: tuple[int, int], what: str) -> None:
    with pytest.raises(EffortError) as found:
        load_effort(write(tmp_path, text))
    assert what in str(found.value)
    assert (found.value.line, found.value.column) == place
