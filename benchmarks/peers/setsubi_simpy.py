"""setsubi's SimPy model, log off."""

from __future__ import annotations

from peers.lines import BenchLine
from simulator.line import Line, LineSpec


def run(line: BenchLine, horizon: float, seed: int) -> int:
    """Parts finished by ``horizon``."""
    model = Line(LineSpec.model_validate(line.in_line_file()), seed)
    model.run(horizon)
    return model.result().good
