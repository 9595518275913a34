"""Line files: every fault names its place and its mend."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

import setsubi
from simulator.line import Line, LineError, load_line

EXAMPLE = Path(setsubi.__file__).parent / "examples" / "cell_line.yaml"
STOPS = "calendar:\n  stops:\n    - {name: x, from: 4 h, for: 45 min}\n"
GOOD = "name: x\nunits:\n  - name: A\n    process_time: 45 s\n"


def load(tmp_path: Path, content: str | bytes) -> object:
    return load_line(write(tmp_path, content))


def write(tmp_path: Path, content: str | bytes) -> Path:
    path = tmp_path / "line.yaml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_the_example_line_loads_runs_and_marks_what_is_assumed() -> None:
    spec = load_line(EXAMPLE)
    line = Line(spec, seed=1)
    assert list(line.units) == ["A", "AB", "B", "BC", "C", "CD", "D"]
    line.run(3600)
    assert 600 < line.result().good < 900
    assert spec.figures["units.D.slots"].assumed


def test_every_figure_of_the_example_line_is_assumed_or_has_a_source() -> None:
    """Counts and numbers that only name something (alarms, what is in work at the start) are no figures."""
    tree = yaml.safe_load(EXAMPLE.read_text(encoding="utf-8"))
    assert bare_figures(tree) == []
    assert len(bare_figures({"length_m": 6, "mtbf": {"value": "3 h"}, "x": [{"sd": {"value": 1}}]})) == 3


def bare_figures(tree: Any, path: str = "") -> list[str]:
    """Paths of the numbers and times for which the file names neither a source nor that they are assumed."""
    if isinstance(tree, dict):
        if tree.get("assumed") is True or tree.get("source"):
            return []
        return [p for k, v in tree.items() if k not in ("alarm", "prefill") for p in bare_figures(v, f"{path}.{k}")]
    if isinstance(tree, list):
        return [p for i, v in enumerate(tree) for p in bare_figures(v, f"{path}.{i}")]
    is_time = isinstance(tree, str) and re.fullmatch(r"[\d.]+ (ms|s|min|h|d)", tree)
    return [path] if (isinstance(tree, int | float) and not isinstance(tree, bool)) or is_time else []


def test_times_may_carry_units(tmp_path: Path) -> None:
    spec = load(tmp_path, GOOD.replace("45 s", "{value: 1.5 min, assumed: true}"))
    assert spec.units[0].process_time.mean == 90  # type: ignore[attr-defined]


@pytest.mark.parametrize("text", ["1 %", "1%", "0.01", "{value: 1 %, assumed: true}"])
def test_shares_may_be_percent(tmp_path: Path, text: str) -> None:
    assert load(tmp_path, GOOD + f"    scrap: {text}\n").units[0].scrap == 0.01  # type: ignore[attr-defined]


def test_failures_without_a_name_need_none(tmp_path: Path) -> None:
    spec = load(tmp_path, GOOD + "    failures: [{mtbf: 5, mttr: 1}, {mtbf: 9, mttr: 1}]\n")
    assert len(spec.units[0].failures) == 2  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("content", "place", "what"),
    [
        ("", (0, 0), "empty"),
        ("# nothing\n", (0, 0), "empty"),
        (b"\x00\x01\xff", (0, 0), "UTF-8"),
        (b"PK\x00\x00", (0, 0), "binary"),
        ("- 1\n", (1, 1), "no mapping"),
        ("units: [\n", (1, 8), "not YAML: the '[' is not closed"),
        ("a: &x [*x]\n", (1, 4), "cycle"),
        ("name: x\n", (1, 1), "units"),
        ("name: x\nunits: []\n", (2, 1), "units: has 0 entries, too few (write at least 1)"),
        ("name: x\nunits: A\n", (2, 1), "units: must be a list, not 'A' (write a list: [one, another])"),
        (GOOD + "    process_time: 2\n", (5, 5), "twice"),
        (GOOD + "    proces_time: 2\n", (5, 5), "unknown key proces_time"),
        (GOOD.replace("45 s", "45 parsecs"), (4, 5), "a time is"),
        (GOOD.replace("45 s", "2 hr"), (4, 5), "there is no unit 'hr' (a time is a number"),
        (GOOD + "    failures: [{mtbf: 2 hr, mttr: 1}]\n", (5, 17), "there is no unit 'hr' (a time is a number"),
        (
            GOOD + "    failures: [{name: jam, mtbf: 1, mttr: 1}, {name: jam, mtbf: 2, mttr: 1}]\n",
            (5, 48),
            "twice in A",
        ),
        (GOOD + "    scrap: 1 permille\n", (5, 5), "'1 permille' is no share (give one such as 2 % or 0.02)"),
        (GOOD + "    scrap: 120 %\n", (5, 5), "1.2 is no share"),
        (GOOD + "    adds_g: {foil: -1}\n", (5, 14), "greater than or equal to 0"),
        (GOOD + "cell: {energy_wh: 1, black_mass: [foil]}\n", (5, 35), "no unit adds foil"),
        (GOOD.replace("45 s", "-1"), (4, 5), "negative"),
        (GOOD.replace("45 s", "0"), (3, 5), "above 0"),
        (GOOD.replace("45 s", "{distribution: erlang, mean: 3}"), (4, 5), "needs k"),
        (GOOD.replace("45 s", "{distribution: magic}"), (4, 20), "deterministic"),
        (GOOD + "    slots: {value: no, assumed: true}\n", (5, 5), "true or false"),
        (GOOD + "    slots: 3\n    tray: 2\n", (3, 5), "multiple"),
        (GOOD + "    scrap: 1.5\n", (5, 5), "1.5 is no share"),
        (GOOD + "  - name: A\n    process_time: 1\n", (5, 5), "twice"),
        (GOOD + "events:\n  - {at: 1, unit: Q, trip: S1}\n", (6, 13), "no unit Q"),
        (GOOD + "events:\n  - {at: 1, unit: A, trip: S9}\n", (6, 5), "no safety function S9"),
        (GOOD + "  - {kind: buffer, name: B, capacity: 2}\n", (5, 5), "between two units"),
        (GOOD + "  - {kind: crane, name: B}\n", (5, 5), "crane"),
        (GOOD + "? [a, b]\n: 1\n", (5, 3), "plain text"),
        (GOOD + "title: !x 1\n", (5, 8), "tag"),
        (
            GOOD + STOPS.replace("4 h", "12:00"),
            (7, 17),
            "720 can not be (YAML reads 12:00 without quotes as a number) (write a time with its unit (4 h), or what the clock shows",
        ),
        (
            GOOD + STOPS.replace("4 h", "noon"),
            (7, 17),
            "noon can not be (write a time with its unit (4 h), or what the clock shows",
        ),
        (GOOD + STOPS.replace("4 h", "-1 h"), (7, 17), "greater than or equal to 0"),
        (GOOD + STOPS.replace("4 h", "25 h"), (7, 17), "not within every (86400 s)"),
        (GOOD + STOPS.replace("45 min", "0 s"), (7, 28), "greater than 0"),
        (GOOD + STOPS.replace("45 min", "24 h"), (7, 28), "it would never end"),
        (GOOD + STOPS.replace("45 min", "no"), (7, 28), "true or false (YAML reads yes and no so)"),
        (GOOD + STOPS.replace("}", ", every: 0.1}"), (7, 41), "greater than or equal to 1"),
        (GOOD + STOPS.replace("}", ", kind: rest}"), (7, 41), "'break' or 'maintenance'"),
        (GOOD + STOPS.replace("}", ", units: [B]}"), (7, 41), "no unit B that could stop"),
        (GOOD + STOPS.replace("}", ", units: []}"), (7, 41), "stops nothing"),
        (GOOD + STOPS.replace("}", ", untis: [A]}"), (7, 41), "unknown key untis"),
        (GOOD + STOPS + "    - {name: y, from: 4.5 h, for: 1 h}\n", (8, 17), "overlaps the stop x of A"),
        (GOOD + STOPS + "    - {name: y, from: 3.5 h, for: 1 h, units: [A]}\n", (8, 17), "overlaps the stop x of A"),
        (GOOD + STOPS + "    - {name: y, from: 23.5 h, for: 5 h}\n", (8, 17), "overlaps the stop x of A"),
        (GOOD + STOPS + "    - {name: x, from: 6 h, for: 1 h}\n", (8, 8), "the name x is used twice"),
        (GOOD + STOPS.replace("stops:", "starts: 12:00\n  stops:"), (6, 3), "in quotes: '06:00'"),
        (GOOD + STOPS.replace("stops:", "starts: '6 h'\n  stops:"), (6, 3), "in quotes: '06:00'"),
        (GOOD + "operators: {count: 0, response: 30 s}\n", (5, 13), "greater than or equal to 1"),
        (GOOD + "operators: {count: 1}\n", (5, 1), "response"),
        (GOOD + "operators: {response: 30 s, walking_m_s: 0}\n", (5, 29), "greater than 0"),
        (GOOD + "operator: {response: 30 s}\n", (5, 1), "unknown key operator"),
        (GOOD + "    failures: [{mtbf: 9, mttr: 1, needs_operator: true}]\n", (5, 5), "the file has no 'operators:'"),
        (GOOD + "    failures: [{at: 9, mttr: 1, needs_operator: true}]\n", (5, 33), "waits for nobody"),
        (GOOD + "title: 2026-13-41\n", (0, 0), "month"),
    ],
)
def test_a_fault_in_the_file_is_named_with_place_and_mend(
    tmp_path: Path, content: str | bytes, place: tuple[int, int], what: str
) -> None:
    with pytest.raises(LineError) as caught:
        load(tmp_path, content)
    assert what in str(caught.value)
    assert (caught.value.line, caught.value.column) == place
    assert "()" not in str(caught.value)
    assert "correct the value" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            GOOD + "    scrap: 1\n",
            "scrap: 1 is 100 %, with which nothing good is made (write 1 % if one in a hundred is meant)",
        ),
        (
            GOOD + "    scrap: 2\n",
            "scrap: 2 is no share of scrap (write a share from 0 to below 1, or a text such as 2 %)",
        ),
        (GOOD + "    slots: 1.5\n", "fractional part, not 1.5 (write a whole number, such as 3)"),
        (GOOD + "lot_size: 0\n", "greater than or equal to 1, not 0 (write 1 or more)"),
        (
            GOOD + "takt: {value: 5,5 s}\n",
            "must be a number, not {value: 5, 5 s} (write a number; without a unit, and with a decimal point, not a comma: 5.5)",
        ),
        (
            GOOD + "takt: 5,5 s\n",
            "'5,5 s' is no time (a time is a number of seconds or a text such as 45 min (ms, s, min, h, d))",
        ),
    ],
)
def test_a_wrong_value_is_told_what_it_is_and_what_would_be_right(tmp_path: Path, content: str, said: str) -> None:
    with pytest.raises(LineError) as caught:
        load(tmp_path, content)
    assert str(caught.value).endswith(said)


def test_stops_that_touch_or_have_other_periods_or_other_units_are_no_fault(tmp_path: Path) -> None:
    more = (
        "    - {name: y, from: 4.75 h, for: 1 h}\n"
        "    - {name: z, from: 5 h, for: 1 h, every: 7 d}\n"
        "    - {name: s, from: 4 h, for: 5 min, units: [], operators: true, every: 2 d}\n"
    )
    spec = load_line(write(tmp_path, GOOD + STOPS + more))
    assert [s.name for s in spec.calendar.of("A")] == ["x", "y", "z"]
    assert [s.name for s in spec.calendar.of_operators] == ["x", "y", "z", "s"]


def test_a_misspelt_key_of_the_calendar_is_told_the_right_one(tmp_path: Path) -> None:
    with pytest.raises(LineError, match="did you mean 'from'"):
        load(tmp_path, GOOD + STOPS.replace("from", "fron"))
    with pytest.raises(LineError, match="did you mean 'operators'"):
        load(tmp_path, GOOD + "operator: {response: 30 s}\n")


def test_a_file_that_is_not_there_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(LineError, match="cannot be read"):
        load_line(tmp_path / "none.yaml")
    with pytest.raises(LineError, match="cannot be read"):
        load_line(tmp_path)
