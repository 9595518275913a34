"""setsubi's compiled engine, log off."""

from __future__ import annotations

from peers.lines import BenchLine, Clock
from simulator.experiments.compiled import CompiledLine
from simulator.line import LineSpec


def run(line: BenchLine, horizon: float, seed: int, clock: Clock = Clock.OPERATION) -> int:
    """Parts finished by ``horizon``."""
    model = CompiledLine(LineSpec.model_validate(line.in_line_file(clock)), seed)
    model.run(horizon)
    return model.result().good
