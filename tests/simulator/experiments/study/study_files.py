"""A small line, and experiments on it."""

from __future__ import annotations

from pathlib import Path

from simulator.experiments.study.plan import Plan, load_plan

LINE = """\
name: small
cell: {energy_wh: 225}
units:
  - name: A
    process_time: {value: {distribution: exponential, mean: 3}, assumed: true}
    failures: [{name: minor stop, mtbf: 5 min, mttr: {value: 30 s, assumed: true}}]
  - {kind: buffer, name: X, capacity: 4, prefill: 2}
  - name: M1.5
    slots: 2
    process_time: 5
    failures: [{mtbf: 10 min, mttr: 20}]
  - {kind: conveyor, name: BC, length_m: 4, speed_m_s: 1, spacing_m: 1, profile: ""}
  - {name: C, process_time: 2.8}
"""


def plan_in(folder: Path, text: str) -> Plan:
    """Load the text of an experiment on the small line, which is beside it in ``line.yaml``."""
    (folder / "line.yaml").write_text(LINE, encoding="utf-8")
    path = folder / "try.yaml"
    path.write_text(text, encoding="utf-8")
    return load_plan(path)
