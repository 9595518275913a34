"""Lines whose designs are known, and design files on them."""

from __future__ import annotations

from pathlib import Path

from simulator.experiments.design.plan import DesignPlan, load_design

TWO = """\
name: two
cell: {energy_wh: 225}
units:
  - {name: A, process_time: {distribution: exponential, mean: 10}}
  - {kind: buffer, name: X, capacity: 1}
  - {name: B, process_time: {distribution: exponential, mean: 8}}
"""
THREE = """\
name: three
units:
  - {name: A, process_time: 3, failures: [{mtbf: 3 min, mttr: 30 s}]}
  - {kind: buffer, name: X, capacity: 0}
  - {name: B, slots: 3, process_time: 9, failures: [{mtbf: 4 min, mttr: 20 s}]}
  - {kind: buffer, name: Y, capacity: 0}
  - {name: C, process_time: 2.8, failures: [{mtbf: 5 min, mttr: 40 s}]}
"""
FORMATION = """\
name: formation
units:
  - {name: filler, process_time: 5}
  - {name: formation, slots: 10, process_time: 10 min}
  - {name: ageing, slots: 400, process_time: 20 min}
"""


def design_in(folder: Path, text: str, line: str = TWO) -> DesignPlan:
    """Load the text of a design on a line, which is beside it in ``line.yaml``."""
    (folder / "line.yaml").write_text(line, encoding="utf-8")
    path = folder / "size.yaml"
    path.write_text(text, encoding="utf-8")
    return load_design(path)


def exact_rate(buffer: int, mean_a: float = 10.0, mean_b: float = 8.0) -> float:
    """Items per hour of two machines with exponential times (s) and so many places between them: with blocking after
    service A works as the arrivals of an M/M/1 queue that holds buffer + 2."""
    ratio, holds = mean_b / mean_a, buffer + 2
    busy = holds / (holds + 1) if ratio == 1 else (1 - ratio**holds) / (1 - ratio ** (holds + 1))
    return 3600 / mean_a * busy
