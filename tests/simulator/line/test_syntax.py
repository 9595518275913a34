"""A line file that is not YAML, or has a key where it does not belong: the words are those of its lines."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.line import LineError, load_line

GOOD = """\
name: x
title: Line
units:
  - name: A
    slots: 2
    process_time: {distribution: normal, mean: 48, sd: 3}
    scrap: 2 %
    failures:
      - name: jam
        mtbf: 35 min
        mttr: 5 min
  - name: between
    kind: buffer
    capacity: 15
  - name: belt
    kind: conveyor
    length_m: 8
    speed_m_s: 0.3
    spacing_m: 0.3
"""
SPACES = "(begin lines that belong together with as many spaces)"
ENTRIES = "(begin each entry of a list with '- ', all of them in one column)"


@pytest.mark.parametrize(
    ("right", "wrong", "place", "said"),
    [
        ("    scrap:", "      scrap:", (7, 7), f"the line begins with 6 spaces, line 6 above it with 4 spaces {SPACES}"),
        ("    scrap:", "   scrap:", (7, 4), f"the line begins with 3 spaces, line 6 above it with 4 spaces {SPACES}"),
        ("    scrap:", "scrap:", (8, 13), f"the line begins with 4 spaces, line 7 above it with no spaces {SPACES}"),
        ("        mttr", " mttr", (11, 2), f"the line begins with 1 space, line 10 above it with 8 spaces {SPACES}"),
        ("    slots", "     slots", (5, 11), f"the line begins with 5 spaces, line 4 above it with 4 spaces, its dash counted {SPACES}"),
        ("        mttr", "\t\tmttr", (11, 1), "there is a tab (write spaces instead)"),
        ("  - name: belt", "  name: belt", (15, 3), f"this line does not fit those above it {ENTRIES}"),
        ("  - name: belt", "  -name: belt", (15, 3), "this line does not fit those above it (write a space behind the '-')"),
        ("Line", "Line 3: A", (2, 14), "those above it (write a text with a colon and a space in it in quotes)"),
        ("capacity: 15", "capacity:15", (14, 5), "no key and value (write 'key: value', a space behind the colon)"),
        ("capacity: 15", "capacity:\u300015", (14, 14), "there is a full-width space (write it half-width, in ASCII)"),
        ("capacity: 15", "capacity：15", (14, 13), "there is a full-width colon (write it half-width, in ASCII)"),
        ("sd: 3}", "sd: 3", (6, 19), "the '{' is not closed, or lacks a comma (write {one, another})"),
        ("Line", "'Line", (2, 8), "the quote is not closed (close it in its line)"),
        ("Line", "'It's one'", (2, 12), "there is text behind the closing quote (write the text in the other kind of quotes)"),
        ("Line", '"充填：A" b', (2, 15), "there is text behind the closing quote (write the text in the other kind of quotes)"),
        ("Line", "充填\u3000工程: 改善", (2, 13), "those above it (write a text with a colon and a space in it in quotes)"),
        ("spacing_m: 0.3\n", "spacing_m: [", (19, 16), "the '[' is not closed (write [one, another])"),
        ("2 %", "%2", (7, 12), "no text begins with % (write it in quotes, or without)"),
        ("spacing_m: 0.3\n", "spacing_m: 0.3\n    scrap: [1\n", (20, 12), "the '[' is not closed, or lacks a comma (write [one, another])"),
    ],
)  # fmt: skip
def test_a_fault_of_syntax_is_told_by_lines_spaces_and_signs(
    tmp_path: Path, right: str, wrong: str, place: tuple[int, int], said: str
) -> None:
    fault = refused(tmp_path, GOOD.replace(right, wrong))
    assert fault.what.startswith("is not YAML: ")
    assert f"{fault.what} ({fault.mend})".endswith(said)
    assert (fault.line, fault.column) == place


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("        mttr", "    mttr", "units.A.mttr: unknown key mttr (it is a key of another place; is the line indented rightly?)"),
        ("length_m", "slots", "units.belt.slots: unknown key slots (it is a key of another place; is the line indented rightly?)"),
        ("kind: conveyor", "kind: belt", "units.belt: there is no kind 'belt' (write one of 'machine', 'conveyor', 'buffer')"),
        ("    length_m: 8\n", "", "units.belt.length_m: is missing (add 'length_m:' here)"),
        ("length_m: 8", "length_m: 8 m", "units.belt.length_m: must be a number, not '8 m' (write a number; without a unit, and with a decimal point, not a comma: 5.5)"),
    ],
)  # fmt: skip
def test_a_key_of_another_place_is_not_told_to_go_away(tmp_path: Path, right: str, wrong: str, said: str) -> None:
    assert str(refused(tmp_path, GOOD.replace(right, wrong))).endswith(said)


def refused(tmp_path: Path, content: str) -> LineError:
    path = tmp_path / "line.yaml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(LineError) as caught:
        load_line(path)
    return caught.value
