"""Figures that hardly are: they are named, and those of the bundled lines are not among them."""

from __future__ import annotations

from pathlib import Path

import pytest

import setsubi
from simulator.experiments.doubts import doubts
from simulator.interface.fitted import fitted_line

GOOD = """\
units:
  - {name: A, process_time: 4, failures: [{name: jam, mtbf: 35 min, mttr: 4 min}]}
  - {name: belt, kind: conveyor, length_m: 8, speed_m_s: 0.3, spacing_m: 0.3}
  - {name: B, process_time: 4.3, failures: [{name: once, at: 2 min, mttr: 5 min}]}
  - {name: C, slots: 1500, tray: 1, process_time: 2 h}
"""


def found(folder: Path, content: str, lang: str = "en") -> list[str]:
    path = folder / "line.yaml"
    path.write_text(content, encoding="utf-8")
    return doubts(fitted_line(path)[0], lang)


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("35 min", "35", "Look again: A, jam: MTBF (35 s, exponential) is shorter than MTTR (4 min, exponential)."),
        ("4.3", "4300", "Look again: B makes at most 0.837 items/h, half of the other units 900 or more."),
        ("length_m: 8", "length_m: 8000", "Look again: belt is 8000 m long."),
        ("speed_m_s: 0.3", "speed_m_s: 18", "Look again: belt runs at 18 m/s."),
    ],
)
def test_a_figure_in_a_wrong_unit_of_measure_is_named(tmp_path: Path, right: str, wrong: str, said: str) -> None:
    (one,) = found(tmp_path, GOOD.replace(right, wrong, 1))
    assert one.startswith(said)
    (japanese,) = found(tmp_path, GOOD.replace(right, wrong, 1), "ja")
    assert japanese.startswith("要確認：")


def test_nothing_is_said_of_a_sound_line(tmp_path: Path) -> None:
    assert found(tmp_path, GOOD) == []
    assert doubts(fitted_line(Path(setsubi.__file__).parent / "examples" / "cell_line.yaml")[0], "en") == []
