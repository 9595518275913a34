"""The compiled engine: batch runs with the semantics of the SimPy model at the speed of machine code.

``CompiledLine`` runs a line as ``simulator.line.Line`` does; ``why_not`` says why it can not. Numba compiles the kernel
at first use and keeps it for the next start. Without Numba everything here but ``CompiledLine`` works.
"""

from simulator.experiments.compiled.coverage import why_not
from simulator.experiments.compiled.engine import CompiledLine, EngineError, NotCovered

__all__ = ["CompiledLine", "EngineError", "NotCovered", "why_not"]
