"""The line model: units, conveyors, hand-over, failures, safety. Synchronous; SimPy lives here only.

``docs/line-semantics.md`` states its rules. Begin with ``load_line``, ``Line``, ``mock_line``.
"""

from simulator.line.errors import CommandRefused, LineError
from simulator.line.line import Line, mock_line
from simulator.line.load import load_line
from simulator.line.result import RunResult, UnitResult
from simulator.line.spec import LineSpec, UnitSpec
from simulator.line.view import UnitView

__all__ = [
    "CommandRefused",
    "Line",
    "LineError",
    "LineSpec",
    "RunResult",
    "UnitResult",
    "UnitSpec",
    "UnitView",
    "load_line",
    "mock_line",
]
